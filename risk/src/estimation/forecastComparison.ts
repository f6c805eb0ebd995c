import { DomainError } from '../errors.ts'
import { normalCdf } from '../math/normal.ts'
import { mean, requireSeries } from './series.ts'

/**
 * QLIKE loss of each variance forecast: realised / forecast - ln(realised / forecast) - 1, zero only for a perfect one. It
 * ranks forecasts as the true variance would although the realised one is noisy, and punishes a forecast that is too low
 * more than one that is too high. Both positive and in the same unit.
 *
 * Source: Patton (2011), "Volatility forecast comparison using imperfect volatility proxies".
 */
export function qlike(realised: ArrayLike<number>, forecasts: ArrayLike<number>): Float64Array {
  requireSeries('realised', realised, 1)
  if (forecasts.length !== realised.length)
    throw new DomainError('the number of forecasts', forecasts.length, `${realised.length}, one per realised variance`)
  return Float64Array.from(realised, (value, t) => {
    const ratio = value / (forecasts[t] ?? Number.NaN)
    if (!(ratio > 0 && ratio < Number.POSITIVE_INFINITY))
      throw new DomainError(`realised / forecast at ${t}`, ratio, 'positive and finite')
    return ratio - Math.log(ratio) - 1
  })
}

/**
 * Variance of the mean of an autocorrelated series, times its length: gamma_0 + 2 sum (1 - k/(L+1)) gamma_k, never
 * negative. `lags` L defaults to floor(4 (n/100)^(2/9)).
 *
 * Source: Newey & West (1987), "A simple, positive semi-definite, heteroskedasticity and autocorrelation consistent
 * covariance matrix"; the default: Newey & West (1994).
 */
export function longRunVarianceOfMean(series: ArrayLike<number>, lags?: number): number {
  requireSeries('series', series, 2)
  const count = series.length
  const depth = lags ?? Math.floor(4 * (count / 100) ** (2 / 9))
  if (!Number.isInteger(depth) || depth < 0 || depth >= count)
    throw new DomainError('lags', depth, `an integer from 0 to ${count - 1}`)
  const centre = mean(series)
  const autocovariance = (lag: number) => {
    let sum = 0
    for (let t = lag; t < count; t++) sum += ((series[t] ?? 0) - centre) * ((series[t - lag] ?? 0) - centre)
    return sum / count
  }
  let total = autocovariance(0)
  for (let lag = 1; lag <= depth; lag++) total += 2 * (1 - lag / (depth + 1)) * autocovariance(lag)
  return total
}

/** Which of two forecasters lost less, and whether that can be chance. */
export type DieboldMariano = {
  /** Mean of the first losses less that of the second: negative when the first forecaster is better. */
  meanDifference: number
  /** Asymptotically standard normal when both are equally good. */
  statistic: number
  /** Two-sided. */
  pValue: number
}

/**
 * Test of equal predictive accuracy of two forecasters from their losses over the same periods, one step ahead, with an
 * autocorrelation-consistent variance. Throws DomainError for different lengths or differences that never vary.
 *
 * Source: Diebold & Mariano (1995), "Comparing predictive accuracy".
 */
export function dieboldMariano(first: ArrayLike<number>, second: ArrayLike<number>, lags?: number): DieboldMariano {
  if (first.length !== second.length)
    throw new DomainError('the number of second losses', second.length, `${first.length}`)
  const differences = Float64Array.from(first, (loss, t) => loss - (second[t] ?? Number.NaN))
  const variance = longRunVarianceOfMean(differences, lags) / differences.length
  if (!(variance > 0)) throw new DomainError('the variance of the loss differences', variance, 'positive')
  const meanDifference = mean(differences)
  const statistic = meanDifference / Math.sqrt(variance)
  return { meanDifference, statistic, pValue: 2 * normalCdf(-Math.abs(statistic)) }
}
