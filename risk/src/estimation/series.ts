import { DomainError } from '../errors.ts'

/** Refuses a series with an entry that is not finite, or with fewer than `least` entries. */
export function requireSeries(name: string, series: ArrayLike<number>, least: number): void {
  if (series.length < least) throw new DomainError(`the length of ${name}`, series.length, `at least ${least}`)
  for (let i = 0; i < series.length; i++) {
    const value = series[i] ?? Number.NaN
    if (!Number.isFinite(value)) throw new DomainError(`${name}[${i}]`, value, 'finite')
  }
}

/** Log returns ln(p_{t+1} / p_t): one fewer than prices. Throws DomainError for a price that is not positive. */
export function logReturns(prices: ArrayLike<number>): Float64Array {
  requireSeries('prices', prices, 2)
  for (let i = 0; i < prices.length; i++) {
    const price = prices[i] ?? Number.NaN
    if (!(price > 0)) throw new DomainError(`prices[${i}]`, price, 'positive')
  }
  return Float64Array.from({ length: prices.length - 1 }, (_, i) => Math.log((prices[i + 1] ?? 0) / (prices[i] ?? 0)))
}

export function mean(series: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < series.length; i++) sum += series[i] ?? 0
  return sum / series.length
}

/** Mean squared distance from the mean, divided by n - 1 (unbiased). Needs two entries. */
export function sampleVariance(series: ArrayLike<number>): number {
  requireSeries('series', series, 2)
  const centre = mean(series)
  let sum = 0
  for (let i = 0; i < series.length; i++) sum += ((series[i] ?? 0) - centre) ** 2
  return sum / (series.length - 1)
}
