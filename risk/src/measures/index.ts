/** Risk measures: what a book may lose. Losses are positive; every quantile names its convention. */
export {
  CornishFisherDomainError,
  type CornishFisherParameters,
  cornishFisherExpectedShortfall,
  cornishFisherValueAtRisk,
  isInCornishFisherDomain,
} from './cornishFisher.ts'
export * from './cornishFisherMoments.ts'
export * from './expectedShortfall.ts'
export * from './liquidityHorizon.ts'
export * from './moments.ts'
export * from './parametric.ts'
export * from './peaksOverThreshold.ts'
export {
  QUANTILE_CONVENTIONS,
  type QuantileConvention,
  UnknownConventionError,
  valueAtRisk,
  WeightedConventionError,
} from './quantile.ts'
export * from './seriesRisk.ts'
