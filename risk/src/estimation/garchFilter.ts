import { DomainError } from '../errors.ts'
import { requireSeries } from './series.ts'

/** GARCH(1,1): r_t = mean + e_t, h_t = omega + alpha e_{t-1}^2 + beta h_{t-1}, in squared units of the returns. */
export type GarchParameters = { mean: number; omega: number; alpha: number; beta: number }

/**
 * What stands before the first return. 'mean-square': e_0^2 = h_0 = mean squared residual, so that h_1 = omega +
 * (alpha + beta) times it (the benchmark's convention). 'first-variance': h_1 itself is the mean squared residual.
 * Otherwise e_0^2 and h_0 as given.
 */
export type Presample = 'mean-square' | 'first-variance' | { squaredResidual: number; variance: number }

/** Refuses parameters without a positive variance. A sum alpha + beta of 1 or more is allowed: it filters, too. */
export function requireGarch({ mean, omega, alpha, beta }: GarchParameters): void {
  if (!Number.isFinite(mean)) throw new DomainError('mean', mean, 'finite')
  for (const [name, value] of Object.entries({ omega, alpha, beta }))
    if (!(value >= 0 && value < Number.POSITIVE_INFINITY)) throw new DomainError(name, value, 'finite and not negative')
  if (omega + alpha + beta === 0) throw new DomainError('omega + alpha + beta', 0, 'positive')
}

/** h_1 under a presample convention, given the mean squared residual. */
export function firstVariance(
  { omega, alpha, beta }: GarchParameters,
  presample: Presample,
  meanSquare: number,
): number {
  if (presample === 'first-variance') return meanSquare
  if (presample === 'mean-square') return omega + (alpha + beta) * meanSquare
  return omega + alpha * presample.squaredResidual + beta * presample.variance
}

/** Mean of (r - mean)^2. */
export function meanSquaredResidual(returns: ArrayLike<number>, mean: number): number {
  let sum = 0
  for (let t = 0; t < returns.length; t++) sum += ((returns[t] ?? 0) - mean) ** 2
  return sum / returns.length
}

/**
 * Conditional variances h_1 .. h_{n+1}: entry t belongs to return t and is known before it; the last is the forecast of
 * the next period.
 *
 * Source: Bollerslev (1986), "Generalized autoregressive conditional heteroskedasticity".
 */
export function garchVariances(
  returns: ArrayLike<number>,
  parameters: GarchParameters,
  presample: Presample = 'mean-square',
): Float64Array {
  requireSeries('returns', returns, 1)
  requireGarch(parameters)
  const { mean, omega, alpha, beta } = parameters
  const variances = new Float64Array(returns.length + 1)
  let variance = firstVariance(parameters, presample, meanSquaredResidual(returns, mean))
  variances[0] = variance
  for (let t = 0; t < returns.length; t++) {
    variance = omega + alpha * ((returns[t] ?? 0) - mean) ** 2 + beta * variance
    variances[t + 1] = variance
  }
  return variances
}

/** omega / (1 - alpha - beta), the variance to which forecasts revert; infinite when alpha + beta >= 1. */
export function longRunVariance({ omega, alpha, beta }: GarchParameters): number {
  return alpha + beta < 1 ? omega / (1 - alpha - beta) : Number.POSITIVE_INFINITY
}

/**
 * Term structure of forecasts: the expected variance of each of the next `steps` periods, from that of the next one
 * (`garchVariances`' last entry). Their sum is the variance over the whole horizon.
 *
 * Source: Hull, "Options, Futures and Other Derivatives", chapter on estimating volatilities.
 */
export function garchForecast(parameters: GarchParameters, nextVariance: number, steps: number): Float64Array {
  requireGarch(parameters)
  if (!(nextVariance >= 0)) throw new DomainError('nextVariance', nextVariance, 'not negative')
  if (!Number.isInteger(steps) || steps < 1) throw new DomainError('steps', steps, 'an integer of 1 or more')
  const { omega, alpha, beta } = parameters
  const forecast = new Float64Array(steps)
  let variance = nextVariance
  for (let k = 0; k < steps; k++) {
    forecast[k] = variance
    variance = omega + (alpha + beta) * variance
  }
  return forecast
}
