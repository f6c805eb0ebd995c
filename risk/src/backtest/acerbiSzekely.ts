/**
 * Backtests of expected shortfall: the first two of Acerbi and Szekely, with critical values by simulation.
 *
 * Source: C. Acerbi, B. Szekely (2014), "Backtesting Expected Shortfall" (tests 1 and 2).
 */
import { DomainError } from '../errors.ts'
import { normalPdf, normalQuantile } from '../math/normal.ts'
import { Random } from '../math/random.ts'
import { studentTPdf, studentTQuantile } from '../math/studentT.ts'
import { requireLevel } from '../measures/sample.ts'
import { exceedances, requireSameLength } from './exceedances.ts'

/** A day's profit or loss beside the measures stated for it before: losses positive in both measures. */
export type ShortfallSeries = {
  pnl: ArrayLike<number>
  valueAtRisk: ArrayLike<number>
  expectedShortfall: ArrayLike<number>
}

/** Sum over the exceedances of loss / expected shortfall, and their number. */
function tailSum(series: ShortfallSeries): { sum: number; count: number } {
  const hits = exceedances(series.pnl, series.valueAtRisk)
  requireSameLength('expectedShortfall', series.expectedShortfall.length, series.pnl.length)
  let sum = 0
  let count = 0
  for (let day = 0; day < hits.length; day++) {
    const shortfall = series.expectedShortfall[day] ?? Number.NaN
    if (!(shortfall > 0)) throw new DomainError(`expectedShortfall[${day}]`, shortfall, 'above 0')
    if (hits[day] !== 1) continue
    sum -= (series.pnl[day] ?? 0) / shortfall
    count++
  }
  return { sum, count }
}

/**
 * Z1 = 1 - mean over the exceedances of loss / ES: given the number of exceedances, are they as large as stated? Expected
 * 0 if so, negative if the losses are larger. Undefined without exceedances. Throws DomainError.
 */
export function acerbiSzekelyZ1(series: ShortfallSeries): number | undefined {
  const { sum, count } = tailSum(series)
  return count === 0 ? undefined : 1 - sum / count
}

/**
 * Z2 = 1 - sum over the exceedances of loss / (T (1 - level) ES): number and size together. Expected 0, negative if the
 * shortfall is understated. Throws DomainError.
 */
export function acerbiSzekelyZ2(series: ShortfallSeries, level: number): number {
  requireLevel(level)
  return 1 - tailSum(series).sum / (series.pnl.length * (1 - level))
}

/** Shape of the losses under the null hypothesis, around a mean of zero. Critical values hardly depend on it. */
export type NullShape = 'normal' | { degreesOfFreedom: number }

/** `paths` simulated samples (default 10,000) from `seed` (default 1). */
export type NullOptions = { shape?: NullShape; paths?: number; seed?: number }

/** Simulated values under the null hypothesis, each in ascending order; z1 only of the paths with exceedances. */
export type NullDistribution = { z1: Float64Array; z2: Float64Array }

/** Loss over expected shortfall as a function of a uniform u: the loss whose upper tail is (1 - level) u. */
function tailRatio(shape: NullShape, tail: number): (u: number) => number {
  if (shape === 'normal') {
    const shortfall = normalPdf(normalQuantile(tail)) / tail
    return (u) => -normalQuantile(tail * u) / shortfall
  }
  const nu = shape.degreesOfFreedom
  if (!(nu > 1)) throw new DomainError('degreesOfFreedom', nu, 'above 1, else the shortfall is infinite')
  const quantile = studentTQuantile(tail, nu)
  const shortfall = ((studentTPdf(quantile, nu) / tail) * (nu + quantile * quantile)) / (nu - 1)
  return (u) => -studentTQuantile(tail * u, nu) / shortfall
}

/**
 * Distribution of Z1 and Z2 over `observations` days of a right model. Only the exceedances are drawn: the days between
 * them are geometric, their sizes follow by inversion. The same seed gives the same values. Throws DomainError.
 */
export function acerbiSzekelyNull(
  observations: number,
  level: number,
  { shape = 'normal', paths = 10_000, seed = 1 }: NullOptions = {},
): NullDistribution {
  requireLevel(level)
  if (!(Number.isInteger(observations) && observations > 0))
    throw new DomainError('observations', observations, 'an integer of at least 1')
  if (!(Number.isInteger(paths) && paths > 0)) throw new DomainError('paths', paths, 'an integer of at least 1')
  const tail = 1 - level
  const ratio = tailRatio(shape, tail)
  const random = new Random(seed)
  const skip = () => Math.floor(Math.log(1 - random.uniform()) / Math.log1p(-tail))
  const z1 = new Float64Array(paths)
  const z2 = new Float64Array(paths)
  let conditional = 0
  for (let path = 0; path < paths; path++) {
    let sum = 0
    let count = 0
    for (let day = skip(); day < observations; day += 1 + skip()) {
      sum += ratio(1 - random.uniform())
      count++
    }
    z2[path] = 1 - sum / (observations * tail)
    if (count > 0) z1[conditional++] = 1 - sum / count
  }
  return { z1: z1.slice(0, conditional).sort(), z2: z2.sort() }
}

/** The value that a right model stays above with probability 1 - significance: reject below it. */
export function criticalValue(ascending: Float64Array, significance: number): number {
  requireLevel(significance)
  return ascending[Math.max(0, Math.ceil(significance * ascending.length) - 1)] ?? Number.NaN
}

/**
 * Probability under the null hypothesis of a value as low as `observed`: (1 + number as low) / (1 + number of paths), so
 * never 0. Source: A. C. Davison, D. V. Hinkley (1997), "Bootstrap Methods and their Application", section 4.2.
 */
export function simulatedPValue(ascending: Float64Array, observed: number): number {
  const above = ascending.findIndex((value) => value > observed)
  return (1 + (above < 0 ? ascending.length : above)) / (1 + ascending.length)
}
