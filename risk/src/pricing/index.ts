export { type Black76Greeks, black76Greeks, black76Price, type OptionKind } from './black76.ts'
export {
  black76Batch,
  black76GreeksBatch,
  type GreeksColumns,
  type OptionColumns,
  type ValueColumns,
} from './black76Batch.ts'
export { assetOrNothing, cashOrNothing, gapOption } from './digitals.ts'
export { PriceAboveMaximumError, PriceBelowIntrinsicError } from './errors.ts'
export {
  ImpliedVolatilityStatus,
  impliedVolatility,
  impliedVolatilityBatch,
  type PricedOptionColumns,
} from './impliedVolatility.ts'
export { black76BatchSimd } from './simd/black76Simd.ts'
export { type DeltaConvention, strikeFromDelta } from './strikeFromDelta.ts'
