/**
 * Risk measures: what a book may lose. Losses are positive; every quantile names its convention.
 *
 * @example
 * ```ts
 * import { expectedShortfall, valueAtRisk } from '@plimsoll/risk/measures'
 *
 * const losses = [4, -1, 2, -3, 7, 0, 1, -2, 3, -5]
 * console.log(valueAtRisk(losses, 0.8, 'type7').toFixed(1)) // 3.2
 * console.log(expectedShortfall(losses, 0.8, 'fractional')) // 5.5
 * ```
 * @packageDocumentation
 */
export { ConvergenceError } from '../math/incompleteBeta.ts'
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
