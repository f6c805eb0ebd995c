export { type Assessment, scenarioPnl, type UnderlyingRisk } from './assessment.ts'
export {
  buffered,
  cappedRate,
  conversionFraction,
  decayed,
  discountRate,
  dustReward,
  fractionBounds,
  rewardRate,
  share,
  split,
} from './auctionMath.ts'
export { callValue, discounted, type OptionTerms, putValue } from './black76.ts'
export { MissingRowError, PositionTooLargeError, UnmeasuredInstrumentError } from './errors.ts'
export {
  type ExpirySurface,
  MAX_LOG_STRIKE,
  MAX_THETA,
  orderViolation,
  packSurface,
  type SurfaceSlice,
  type SurfaceViolation,
  sliceViolation,
  totalDeviation,
  totalVariance,
  unpackSurface,
  volatility,
} from './essvi.ts'
export { type Action, deRisks, type ExitFailure, exitFailure, grossCharge, passesOutright } from './exitRule.ts'
export { expWadOfNonPositive } from './exponential.ts'
export { divCeil, divFloor, mulDivDown, mulDivTrunc, mulDivUp, WAD, WAD2 } from './fixedPoint.ts'
export { lnWad } from './logarithm.ts'
export { assess, audit, openInterestFactor } from './marginEngine.ts'
export { type Market, marketOf, type PriceStatus, type Snapshot } from './market.ts'
export { worstLoss } from './measure.ts'
export { normalCdf } from './normalCdf.ts'
export * from './parameters.ts'
export {
  type Instrument,
  isSameInstrument,
  type Kind,
  type Mode,
  type Portfolio,
  type Position,
  underlyingsOf,
} from './portfolio.ts'
export {
  type Preview,
  type PreviewAction,
  type PreviewFailure,
  type PreviewOptions,
  type PreviewStep,
  type PreviewTrade,
  preview,
} from './preview.ts'
export {
  deviationFactors,
  grossLots,
  lanesOf,
  MAX_GROSS,
  nodesOf,
  type RiskNode,
  type RiskWords,
  riskWords,
  type StrikeLots,
  type StrikeTerms,
  sumLanes,
  tagged,
  type VolatilityShocks,
} from './riskArray.ts'
export { LANES, ladder, linearPnl, MAX_FALL } from './scenarios.ts'
export { squareRoot } from './squareRoot.ts'
