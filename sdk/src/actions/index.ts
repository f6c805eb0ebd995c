export { type AbsorbErrorType, type AbsorbParameters, type AbsorbReturnType, absorb } from './absorb.ts'
export { type ApproveErrorType, type ApproveParameters, type ApproveReturnType, approve } from './approve.ts'
export {
  type AverageSettlementErrorType,
  type AverageSettlementParameters,
  type AverageSettlementReturnType,
  averageSettlement,
} from './averageSettlement.ts'
export {
  type CancelOrderErrorType,
  type CancelOrderParameters,
  type CancelOrderReturnType,
  cancelOrder,
} from './cancelOrder.ts'
export { type ClaimErrorType, type ClaimParameters, type ClaimReturnType, claim } from './claim.ts'
export { type ConvertErrorType, type ConvertParameters, type ConvertReturnType, convert } from './convert.ts'
export { type DepositErrorType, type DepositParameters, type DepositReturnType, deposit } from './deposit.ts'
export {
  type DepositWithPermitErrorType,
  type DepositWithPermitParameters,
  type DepositWithPermitReturnType,
  depositWithPermit,
} from './depositWithPermit.ts'
export { type FlagErrorType, type FlagParameters, type FlagReturnType, flag } from './flag.ts'
export {
  type GetAccountErrorType,
  type GetAccountParameters,
  type GetAccountReturnType,
  getAccount,
} from './getAccount.ts'
export {
  type GetAssessmentErrorType,
  type GetAssessmentParameters,
  type GetAssessmentReturnType,
  getAssessment,
} from './getAssessment.ts'
export { type GetAuditErrorType, type GetAuditParameters, type GetAuditReturnType, getAudit } from './getAudit.ts'
export { type GetClaimErrorType, type GetClaimParameters, type GetClaimReturnType, getClaim } from './getClaim.ts'
export {
  type GetFinalPriceErrorType,
  type GetFinalPriceParameters,
  type GetFinalPriceReturnType,
  getFinalPrice,
} from './getFinalPrice.ts'
export {
  type GetLiquidationStateErrorType,
  type GetLiquidationStateParameters,
  type GetLiquidationStateReturnType,
  getLiquidationState,
} from './getLiquidationState.ts'
export { type GetMarketErrorType, type GetMarketParameters, type GetMarketReturnType, getMarket } from './getMarket.ts'
export {
  type GetMatrixErrorType,
  type GetMatrixParameters,
  type GetMatrixReturnType,
  getMatrix,
} from './getMatrix.ts'
export {
  type GetOptionQuoteErrorType,
  type GetOptionQuoteParameters,
  type GetOptionQuoteReturnType,
  getOptionQuote,
} from './getOptionQuote.ts'
export {
  type GetOutlookErrorType,
  type GetOutlookParameters,
  type GetOutlookReturnType,
  getOutlook,
} from './getOutlook.ts'
export {
  type GetPreviewErrorType,
  type GetPreviewParameters,
  type GetPreviewReturnType,
  getPreview,
} from './getPreview.ts'
export {
  type GetScanRangeErrorType,
  type GetScanRangeParameters,
  type GetScanRangeReturnType,
  getScanRange,
} from './getScanRange.ts'
export {
  type GetSeriesErrorType,
  type GetSeriesParameters,
  type GetSeriesReturnType,
  getSeries,
  type SeriesExpiry,
} from './getSeries.ts'
export {
  type GetSettlementHintErrorType,
  type GetSettlementHintParameters,
  type GetSettlementHintReturnType,
  getSettlementHint,
} from './getSettlementHint.ts'
export {
  type GetSnapshotErrorType,
  type GetSnapshotParameters,
  type GetSnapshotReturnType,
  getSnapshot,
} from './getSnapshot.ts'
export {
  type GetSymbolsErrorType,
  type GetSymbolsParameters,
  type GetSymbolsReturnType,
  getSymbols,
} from './getSymbols.ts'
export { type GetTailsErrorType, type GetTailsParameters, type GetTailsReturnType, getTails } from './getTails.ts'
export {
  type GetTokenAddressErrorType,
  type GetTokenAddressParameters,
  type GetTokenAddressReturnType,
  getTokenAddress,
} from './getTokenAddress.ts'
export {
  type GetWithdrawalRatioErrorType,
  type GetWithdrawalRatioParameters,
  type GetWithdrawalRatioReturnType,
  getWithdrawalRatio,
} from './getWithdrawalRatio.ts'
export {
  type IsSignerErrorType,
  type IsSignerParameters,
  type IsSignerReturnType,
  isSigner,
  recoverSigner,
} from './isSigner.ts'
export { type LiquidateErrorType, type LiquidateParameters, type LiquidateReturnType, liquidate } from './liquidate.ts'
export {
  type PostHistoryErrorType,
  type PostHistoryParameters,
  type PostHistoryReturnType,
  postHistory,
} from './postHistory.ts'
export {
  type PostSurfaceErrorType,
  type PostSurfaceParameters,
  type PostSurfaceReturnType,
  postSurface,
} from './postSurface.ts'
export type { ReadErrorType, ReadParameters } from './read.ts'
export {
  type RefreshErrorType,
  type RefreshParameters,
  type RefreshReturnType,
  refresh,
} from './refresh.ts'
export { AccountMissingError, type WriteErrorType, type WriteParameters, type WriteReturnType } from './send.ts'
export { type SetModeErrorType, type SetModeParameters, type SetModeReturnType, setMode } from './setMode.ts'
export {
  type SetOperatorErrorType,
  type SetOperatorParameters,
  type SetOperatorReturnType,
  setOperator,
} from './setOperator.ts'
export { type Fill, type SettleErrorType, type SettleParameters, type SettleReturnType, settle } from './settle.ts'
export {
  type SettleAccountsErrorType,
  type SettleAccountsParameters,
  type SettleAccountsReturnType,
  settleAccounts,
} from './settleAccounts.ts'
export {
  type SignHistoryErrorType,
  type SignHistoryParameters,
  type SignHistoryReturnType,
  signHistory,
} from './signHistory.ts'
export { type SignOrderErrorType, type SignOrderParameters, type SignOrderReturnType, signOrder } from './signOrder.ts'
export {
  type SignSurfaceErrorType,
  type SignSurfaceParameters,
  type SignSurfaceReturnType,
  signSurface,
} from './signSurface.ts'
export { type TransferErrorType, type TransferParameters, type TransferReturnType, transfer } from './transfer.ts'
export { type UnflagErrorType, type UnflagParameters, type UnflagReturnType, unflag } from './unflag.ts'
export {
  type ValidateOrderErrorType,
  type ValidateOrderParameters,
  type ValidateOrderReturnType,
  validateOrder,
} from './validateOrder.ts'
export {
  type MarginLevel,
  type MarginNotice,
  marginLevelOf,
  type WatchMarginParameters,
  type WatchMarginReturnType,
  watchMargin,
} from './watchMargin.ts'
export { type WithdrawErrorType, type WithdrawParameters, type WithdrawReturnType, withdraw } from './withdraw.ts'
