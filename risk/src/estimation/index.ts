/**
 * Volatility, correlation and scenarios from histories: EWMA, GARCH, HAR, shrinkage, historical and filtered simulation.
 *
 * @example
 * ```ts
 * import { ewmaVariances, hatWeights } from '@plimsoll/risk/estimation'
 *
 * const variances = ewmaVariances([0.01, -0.02, 0.015], 0.94, 0.0004)
 * console.log(Math.sqrt(variances.at(-1) ?? 0).toFixed(5)) // 0.01933
 * console.log(hatWeights([-0.05, 0.1], [-0.1, 0, 0.1]).join(' ')) // 0.25 0.25 0.5
 * ```
 * @packageDocumentation
 */
export * from './correlationRepair.ts'
export { correlationOf, covarianceOf, ewmaCovariance, sampleCovariance } from './covariance.ts'
export * from './dailyPrices.ts'
export * from './deltaGamma.ts'
export * from './dynamicRange.ts'
export * from './ewma.ts'
export * from './forecastComparison.ts'
export {
  type GarchParameters,
  garchForecast,
  garchVariances,
  longRunVariance,
  type Presample,
} from './garchFilter.ts'
export * from './garchFit.ts'
export { garchLogLikelihood } from './garchLikelihood.ts'
export { fitHar, HAR_LAGS, type HarModel, harForecast } from './har.ts'
export * from './hatWeights.ts'
export * from './historicalSimulation.ts'
export * from './historicalWeights.ts'
export * from './offset.ts'
export * from './priceHistory.ts'
export { logReturns } from './series.ts'
export * from './shrinkage.ts'
export {
  type BoostingOptions,
  fitVarianceMultiplier,
  type RegressionTree,
  type VarianceMultiplier,
  varianceMultiplier,
} from './varianceMultiplier.ts'
export * from './volatilityFilter.ts'
