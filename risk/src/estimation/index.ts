export * from './correlationRepair.ts'
export { correlationOf, covarianceOf, ewmaCovariance, sampleCovariance } from './covariance.ts'
export * from './deltaGamma.ts'
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
export * from './scanRange.ts'
export { logReturns } from './series.ts'
export * from './shrinkage.ts'
export {
  type BoostingOptions,
  fitVarianceMultiplier,
  type VarianceMultiplier,
  varianceMultiplier,
} from './varianceMultiplier.ts'
export * from './volatilityFilter.ts'
