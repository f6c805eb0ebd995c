export { type Black76Greeks, black76Greeks, black76Price, type OptionKind } from './black76.ts'
export { PriceAboveMaximumError, PriceBelowIntrinsicError } from './errors.ts'
export {
  ImpliedVolatilityStatus,
  impliedVolatility,
  impliedVolatilityBatch,
  type PricedOptionColumns,
} from './impliedVolatility.ts'
