import { ewmaVariances, type InitialVariance } from './ewma.ts'
import { type GarchParameters, garchVariances, type Presample } from './garchFilter.ts'
import { mean as average, requireSeries, sampleVariance } from './series.ts'

/**
 * A series split into its mean, its conditional variances and what is left: z_t = (r_t - mean) / sqrt(h_t). Every filter
 * is a case of h_{t+1} = omega + alpha e_t^2 + beta h_t, so that a simulation can carry it on.
 */
export type VolatilityFilter = {
  recursion: GarchParameters
  /** h_1 .. h_{n+1}; the last is that of the next period. */
  variances: Float64Array
  /** z_1 .. z_n. A period of variance 0 has 0. */
  residuals: Float64Array
}

function standardised(
  returns: ArrayLike<number>,
  recursion: GarchParameters,
  variances: Float64Array,
): VolatilityFilter {
  const residuals = Float64Array.from(returns, (value, t) => {
    const variance = variances[t] ?? 0
    return variance > 0 ? (value - recursion.mean) / Math.sqrt(variance) : 0
  })
  return { recursion, variances, residuals }
}

/** The filter of a fitted GARCH(1,1). */
export function garchFilter(
  returns: ArrayLike<number>,
  parameters: GarchParameters,
  presample: Presample = 'mean-square',
): VolatilityFilter {
  return standardised(returns, parameters, garchVariances(returns, parameters, presample))
}

/** The filter of an exponentially weighted variance around zero. */
export function ewmaFilter(
  returns: ArrayLike<number>,
  lambda: number,
  initial: InitialVariance = 'sample',
): VolatilityFilter {
  const recursion = { mean: 0, omega: 0, alpha: 1 - lambda, beta: lambda }
  return standardised(returns, recursion, ewmaVariances(returns, lambda, initial))
}

/** The filter that sees one variance throughout: a bootstrap of its residuals is a bootstrap of the returns. */
export function constantFilter(returns: ArrayLike<number>): VolatilityFilter {
  requireSeries('returns', returns, 2)
  const variance = sampleVariance(returns)
  const recursion = { mean: average(returns), omega: variance, alpha: 0, beta: 0 }
  return standardised(returns, recursion, new Float64Array(returns.length + 1).fill(variance))
}
