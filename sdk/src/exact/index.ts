export {
  type Assessment,
  type Breakdown,
  type GroupMeasure,
  type RequirementTerms,
  scenarioPnl,
  type TailMeasure,
  type UnderlyingRisk,
} from './assessment.ts'
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
export { bookRows, laneUnit, type Row, type Term } from './book.ts'
export { type BasisTerms, basisCharge, calendarCharge, initialFactorOf, optionCharge } from './charges.ts'
export { chainAt, type EpochState, epochAt, shocksOf } from './epoch.ts'
export {
  MissingRowError,
  MissingSeriesRowError,
  PositionTooLargeError,
  StrikeTooLargeError,
  TooManyOptionLotsError,
  UnmeasuredInstrumentError,
} from './errors.ts'
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
export { type Greeks, greeksOf } from './greeks.ts'
export {
  arbitrageOf,
  carryBounds,
  EXPIRY_TIME,
  isListableExpiry,
  isOnGrid,
  isTradableStrike,
  LONGEST_LIFE,
} from './listing.ts'
export { lnWad } from './logarithm.ts'
export { assess, audit } from './marginEngine.ts'
export {
  type Chain,
  chainOf,
  type ExpiryRow,
  linearSnapshot,
  type Market,
  marketOf,
  type PriceStatus,
  type RiskTerms,
  type Snapshot,
  type StrikeRow,
  type TailRow,
} from './market.ts'
export { markOf, putMark, STRIKE_UNIT } from './matrix.ts'
export {
  arrayOf,
  type GapInput,
  gapBounds,
  type MaturityTerms,
  type Moment,
  type MomentInput,
  momentAt,
  type Progress,
  quoteOf,
  type StrikeQuote,
} from './maturity.ts'
export { crowding, gainAt, nodeLosses, shortfall, worstLinearLoss, worstLoss } from './measure.ts'
export { normalCdf } from './normalCdf.ts'
export { type MovingRange, type Outlook, type OutlookInput, type OutlookPoint, outlook } from './outlook.ts'
export * from './parameters.ts'
export {
  type Instrument,
  isDated,
  isOffsetting,
  isOption,
  isSameInstrument,
  type Kind,
  lotsOf,
  type Mode,
  type Portfolio,
  type Position,
  roomTaken,
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
  previewStep,
} from './preview.ts'
export {
  deviationFactors,
  grossLots,
  LaneSums,
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
  tagOf,
  type VolatilityShocks,
} from './riskArray.ts'
export {
  impliedVariance,
  type RangeBinding,
  type RangeState,
  type RiskParameters,
  rangeAt,
  rangeBinding,
  rangePath,
  rangeVolatility,
  requiredBy,
  requiredRange,
  sampledVariances,
  type VariancePoint,
  type Variances,
  withImplied,
} from './scanRange.ts'
export { addLinear, fall, LANES, ladder, linearPnl, MAX_FALL, sixth } from './scenarios.ts'
export {
  type ExpiryState,
  emptySeries,
  type SeriesState,
  type SnapshotInput,
  snapshotAt,
} from './seriesSnapshot.ts'
export {
  type BreachingScenario,
  type HealthCriterion,
  instrumentsOf,
  type LargestTradeInput,
  type LiquidationPriceInput,
  type LiquidationPrices,
  largestTrade,
  leastDeposit,
  liquidationPrices,
  movedMarket,
  nearestBreach,
} from './solvers.ts'
export { squareRoot } from './squareRoot.ts'
export {
  blendSurface,
  type StepBudget,
  type StepInput,
  type StepSlice,
  stepBudget,
  stepFraction,
  stepSurface,
} from './surfaceStep.ts'
export * from './tail.ts'
export {
  type TailForecast,
  type TailNode,
  type TailPoint,
  type TailSource,
  type Tails,
  type TailsInput,
  tailsOf,
} from './tailPath.ts'
