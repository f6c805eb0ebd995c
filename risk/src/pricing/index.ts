/**
 * Black-76: values, Greeks, digitals, implied volatility and strikes of deltas, one at a time or in columns.
 *
 * @example
 * ```ts
 * import { black76Greeks, impliedVolatility } from '@plimsoll/risk/pricing'
 *
 * const { value, delta } = black76Greeks('call', 100, 110, 0.5, 0.6, 0.985) // forward, strike, years, volatility, discount
 * console.log(value.toFixed(4), delta.toFixed(4)) // 12.8797 0.4876
 * console.log(impliedVolatility('call', value, 100, 110, 0.5, 0.985).toFixed(12)) // 0.600000000000
 * ```
 * @packageDocumentation
 */
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
