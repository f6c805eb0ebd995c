import type { Client } from 'viem'
import { absorb } from './actions/absorb.ts'
import { approve } from './actions/approve.ts'
import { averageSettlement } from './actions/averageSettlement.ts'
import { cancelAll } from './actions/cancelAll.ts'
import { cancelGroups } from './actions/cancelGroups.ts'
import { cancelOrder } from './actions/cancelOrder.ts'
import { claim } from './actions/claim.ts'
import { convert } from './actions/convert.ts'
import { deposit } from './actions/deposit.ts'
import { depositWithPermit } from './actions/depositWithPermit.ts'
import { fillOrder } from './actions/fillOrder.ts'
import { flag } from './actions/flag.ts'
import { getAccount } from './actions/getAccount.ts'
import { getAssessment } from './actions/getAssessment.ts'
import { getAudit } from './actions/getAudit.ts'
import { getClaim } from './actions/getClaim.ts'
import { getEpoch } from './actions/getEpoch.ts'
import { getFinalPrice } from './actions/getFinalPrice.ts'
import { getHolder } from './actions/getHolder.ts'
import { getLiquidationState } from './actions/getLiquidationState.ts'
import { getMarket } from './actions/getMarket.ts'
import { getMatrix } from './actions/getMatrix.ts'
import { getOptionQuote } from './actions/getOptionQuote.ts'
import { getOutlook } from './actions/getOutlook.ts'
import { getPreview } from './actions/getPreview.ts'
import { getScanRange } from './actions/getScanRange.ts'
import { getSeries } from './actions/getSeries.ts'
import { getSessionKey } from './actions/getSessionKey.ts'
import { getSettlementHint } from './actions/getSettlementHint.ts'
import { getSigner } from './actions/getSigner.ts'
import { getSnapshot } from './actions/getSnapshot.ts'
import { getSymbols } from './actions/getSymbols.ts'
import { getTails } from './actions/getTails.ts'
import { getTokenAddress } from './actions/getTokenAddress.ts'
import { getWithdrawalRatio } from './actions/getWithdrawalRatio.ts'
import { isNonceUsed } from './actions/isNonceUsed.ts'
import { isSigner } from './actions/isSigner.ts'
import { liquidate } from './actions/liquidate.ts'
import { merge } from './actions/merge.ts'
import { multicall } from './actions/multicall.ts'
import { postHistory } from './actions/postHistory.ts'
import { postSurface } from './actions/postSurface.ts'
import { refresh } from './actions/refresh.ts'
import { revokeSessionKey } from './actions/revokeSessionKey.ts'
import { setMode } from './actions/setMode.ts'
import { setOperator } from './actions/setOperator.ts'
import { setReceiver } from './actions/setReceiver.ts'
import { setSessionKey } from './actions/setSessionKey.ts'
import { settle } from './actions/settle.ts'
import { settleAccounts } from './actions/settleAccounts.ts'
import { settleAvailable } from './actions/settleAvailable.ts'
import { signAction } from './actions/signAction.ts'
import { signDeposit } from './actions/signDeposit.ts'
import { signHistory } from './actions/signHistory.ts'
import { signOrder } from './actions/signOrder.ts'
import { signPermit } from './actions/signPermit.ts'
import { signSurface } from './actions/signSurface.ts'
import { simulateSettle } from './actions/simulateSettle.ts'
import { submitAction } from './actions/submitAction.ts'
import { submitDeposit } from './actions/submitDeposit.ts'
import { transfer } from './actions/transfer.ts'
import { unflag } from './actions/unflag.ts'
import { validateOrder } from './actions/validateOrder.ts'
import { voidNonces } from './actions/voidNonces.ts'
import { watchMargin } from './actions/watchMargin.ts'
import { withdraw } from './actions/withdraw.ts'
import type { Deployment } from './entities/deployment.ts'

/** An action without its first parameter and without the deployment. */
export type Bound<action> = action extends (client: Client, parameters: infer parameters) => infer result
  ? Record<string, never> extends Omit<parameters, 'deployment'>
    ? (parameters?: Omit<parameters, 'deployment'>) => result
    : (parameters: Omit<parameters, 'deployment'>) => result
  : never

/** Every action of this package, bound to a client and a deployment. */
export type PlimsollActions = {
  absorb: Bound<typeof absorb>
  approve: Bound<typeof approve>
  averageSettlement: Bound<typeof averageSettlement>
  cancelAll: Bound<typeof cancelAll>
  cancelGroups: Bound<typeof cancelGroups>
  cancelOrder: Bound<typeof cancelOrder>
  claim: Bound<typeof claim>
  convert: Bound<typeof convert>
  deposit: Bound<typeof deposit>
  depositWithPermit: Bound<typeof depositWithPermit>
  fillOrder: Bound<typeof fillOrder>
  flag: Bound<typeof flag>
  getAccount: Bound<typeof getAccount>
  getAssessment: Bound<typeof getAssessment>
  getAudit: Bound<typeof getAudit>
  getClaim: Bound<typeof getClaim>
  getEpoch: Bound<typeof getEpoch>
  getFinalPrice: Bound<typeof getFinalPrice>
  getHolder: Bound<typeof getHolder>
  getLiquidationState: Bound<typeof getLiquidationState>
  getMarket: Bound<typeof getMarket>
  getMatrix: Bound<typeof getMatrix>
  getOptionQuote: Bound<typeof getOptionQuote>
  getOutlook: Bound<typeof getOutlook>
  getPreview: Bound<typeof getPreview>
  getScanRange: Bound<typeof getScanRange>
  getSeries: Bound<typeof getSeries>
  getSessionKey: Bound<typeof getSessionKey>
  getSettlementHint: Bound<typeof getSettlementHint>
  getSigner: Bound<typeof getSigner>
  getSnapshot: Bound<typeof getSnapshot>
  getSymbols: Bound<typeof getSymbols>
  getTails: Bound<typeof getTails>
  getTokenAddress: Bound<typeof getTokenAddress>
  getWithdrawalRatio: Bound<typeof getWithdrawalRatio>
  isNonceUsed: Bound<typeof isNonceUsed>
  isSigner: Bound<typeof isSigner>
  liquidate: Bound<typeof liquidate>
  merge: Bound<typeof merge>
  multicall: Bound<typeof multicall>
  postHistory: Bound<typeof postHistory>
  postSurface: Bound<typeof postSurface>
  refresh: Bound<typeof refresh>
  revokeSessionKey: Bound<typeof revokeSessionKey>
  setMode: Bound<typeof setMode>
  setOperator: Bound<typeof setOperator>
  setReceiver: Bound<typeof setReceiver>
  setSessionKey: Bound<typeof setSessionKey>
  settle: Bound<typeof settle>
  settleAccounts: Bound<typeof settleAccounts>
  settleAvailable: Bound<typeof settleAvailable>
  signAction: Bound<typeof signAction>
  signDeposit: Bound<typeof signDeposit>
  signHistory: Bound<typeof signHistory>
  signOrder: Bound<typeof signOrder>
  signPermit: Bound<typeof signPermit>
  signSurface: Bound<typeof signSurface>
  simulateSettle: Bound<typeof simulateSettle>
  submitAction: Bound<typeof submitAction>
  submitDeposit: Bound<typeof submitDeposit>
  transfer: Bound<typeof transfer>
  unflag: Bound<typeof unflag>
  validateOrder: Bound<typeof validateOrder>
  voidNonces: Bound<typeof voidNonces>
  watchMargin: Bound<typeof watchMargin>
  withdraw: Bound<typeof withdraw>
}

/**
 * Decorator that gives a viem client all actions on one deployment.
 * @example
 * import { encodeAccountId, plimsollActions } from '@plimsoll/sdk'
 * import { createWalletClient, http } from 'viem'
 * import { privateKeyToAccount } from 'viem/accounts'
 * import { deployment } from './deployment.ts'
 * const account = privateKeyToAccount(`0x${'11'.repeat(32)}`)
 * const wallet = createWalletClient({ account, transport: http('http://127.0.0.1:8545') })
 * const client = wallet.extend(plimsollActions(deployment))
 * const accountId = encodeAccountId({ owner: account.address })
 * await client.deposit({ accountId, asset: 0, amount: 1_000_000_000n })
 * const { equity } = await client.getAssessment({ accountId })
 */
export function plimsollActions(deployment: Deployment): (client: Client) => PlimsollActions {
  return (client) => {
    const bind =
      <parameters extends { deployment: Partial<Deployment> }, result>(
        action: (client: Client, parameters: parameters) => result,
      ) =>
      (parameters?: Omit<parameters, 'deployment'>) =>
        action(client, { ...parameters, deployment } as parameters) // adds what Omit took
    return {
      absorb: bind(absorb),
      approve: bind(approve),
      averageSettlement: bind(averageSettlement),
      cancelAll: bind(cancelAll),
      cancelGroups: bind(cancelGroups),
      cancelOrder: bind(cancelOrder),
      claim: bind(claim),
      convert: bind(convert),
      deposit: bind(deposit),
      depositWithPermit: bind(depositWithPermit),
      fillOrder: bind(fillOrder),
      flag: bind(flag),
      getAccount: bind(getAccount),
      getAssessment: bind(getAssessment),
      getAudit: bind(getAudit),
      getClaim: bind(getClaim),
      getEpoch: bind(getEpoch),
      getFinalPrice: bind(getFinalPrice),
      getHolder: bind(getHolder),
      getLiquidationState: bind(getLiquidationState),
      getMarket: bind(getMarket),
      getMatrix: bind(getMatrix),
      getOptionQuote: bind(getOptionQuote),
      getOutlook: bind(getOutlook),
      getPreview: bind(getPreview),
      getScanRange: bind(getScanRange),
      getSeries: bind(getSeries),
      getSessionKey: bind(getSessionKey),
      getSettlementHint: bind(getSettlementHint),
      getSigner: bind(getSigner),
      getSnapshot: bind(getSnapshot),
      getSymbols: bind(getSymbols),
      getTails: bind(getTails),
      getTokenAddress: bind(getTokenAddress),
      getWithdrawalRatio: bind(getWithdrawalRatio),
      isNonceUsed: bind(isNonceUsed),
      isSigner: bind(isSigner),
      liquidate: bind(liquidate),
      merge: bind(merge),
      multicall: bind(multicall),
      postHistory: bind(postHistory),
      postSurface: bind(postSurface),
      refresh: bind(refresh),
      revokeSessionKey: bind(revokeSessionKey),
      setMode: bind(setMode),
      setOperator: bind(setOperator),
      setReceiver: bind(setReceiver),
      setSessionKey: bind(setSessionKey),
      settle: bind(settle),
      settleAccounts: bind(settleAccounts),
      settleAvailable: bind(settleAvailable),
      signAction: bind(signAction),
      signDeposit: bind(signDeposit),
      signHistory: bind(signHistory),
      signOrder: bind(signOrder),
      signPermit: bind(signPermit),
      signSurface: bind(signSurface),
      simulateSettle: bind(simulateSettle),
      submitAction: bind(submitAction),
      submitDeposit: bind(submitDeposit),
      transfer: bind(transfer),
      unflag: bind(unflag),
      validateOrder: bind(validateOrder),
      voidNonces: bind(voidNonces),
      watchMargin: bind(watchMargin),
      withdraw: bind(withdraw),
    }
  }
}
