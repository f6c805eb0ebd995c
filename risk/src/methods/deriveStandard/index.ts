export { deriveStandardPortfolio } from './fromPortfolio.ts'
export {
  deriveStandard,
  type StandardFeed,
  type StandardHolding,
  type StandardMarket,
  type StandardPortfolio,
} from './margin.ts'
export { maximumLoss } from './maximumLoss.ts'
export {
  DERIVE_STANDARD_MAINNET,
  DERIVE_STANDARD_TEST,
  type StandardMarketTerms,
  type StandardOptionTerms,
  type StandardParameters,
} from './parameters.ts'
