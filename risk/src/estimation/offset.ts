/** How much of a loss two underlyings of a group may offset, from the correlation of their daily returns. */
import { DomainError } from '../errors.ts'
import { type DailyPrices, dailyReturns } from './dailyPrices.ts'
import { LEAST_RETURNS } from './historicalWeights.ts'
import { DAY } from './priceHistory.ts'

/** No group offsets more, whatever the correlation. */
export const MAX_OFFSET = 0.6

/**
 * Half-lives of the fast and the slow correlation, and length and least returns of the stressed one, in days. The fast one
 * weighs like 2 * 10 / ln 2 = 29 equal days, as many as the stressed window has: a correlation of 0.8 is then known to
 * (1 - 0.8^2) / sqrt(29) = 0.07, so that a shorter half-life would mostly follow noise.
 */
export const CORRELATION_DAYS = { fast: 10, slow: 90, stressed: 30, stressedLeast: 20 } as const

/** Of daily log returns around zero, -1..1. */
export type CorrelationEstimates = {
  /** Exponentially weighted. */
  readonly fast: number
  readonly slow: number
  /** The least over all windows of `CORRELATION_DAYS.stressed` days. */
  readonly stressed: number
}

/** Returns of the days that both have. */
export type CommonReturns = {
  readonly midnights: Float64Array
  readonly own: Float64Array
  readonly other: Float64Array
}

export function commonReturns(own: DailyPrices, other: DailyPrices): CommonReturns {
  const [mine, theirs] = [dailyReturns(own), dailyReturns(other)]
  const at = new Map(Array.from(theirs.midnights, (midnight, i) => [midnight, theirs.returns[i] ?? Number.NaN]))
  const common = Array.from(mine.midnights.keys()).filter((i) => at.has(mine.midnights[i] ?? Number.NaN))
  const midnights = Float64Array.from(common, (i) => mine.midnights[i] ?? Number.NaN)
  return {
    midnights,
    own: Float64Array.from(common, (i) => mine.returns[i] ?? Number.NaN),
    other: midnights.map((midnight) => at.get(midnight) ?? Number.NaN),
  }
}

/** Correlation around zero of the pairs from `start` to `end` (excluded); -1, which offsets nothing, where one never moves. */
function weightedCorrelation(
  { own, other }: CommonReturns,
  weightOf: (i: number) => number,
  start: number,
  end: number,
): number {
  let [product, left, right] = [0, 0, 0]
  for (let i = start; i < end; i++) {
    const [x = 0, y = 0, weight] = [own[i], other[i], weightOf(i)]
    product += weight * x * y
    left += weight * x * x
    right += weight * y * y
  }
  const size = Math.sqrt(left) * Math.sqrt(right)
  return size > 0 ? Math.min(Math.max(product / size, -1), 1) : -1
}

/** Weights halve every `halfLife` days of age: a missing day is no older than it is. */
function decayingCorrelation(pairs: CommonReturns, halfLife: number): number {
  const { midnights } = pairs
  const last = midnights.at(-1) ?? 0
  const weightOf = (i: number) => Math.exp((-Math.LN2 * (last - (midnights[i] ?? last))) / (halfLife * DAY))
  return weightedCorrelation(pairs, weightOf, 0, midnights.length)
}

/** Over windows of days, wherever one has enough returns. */
function leastCorrelation(pairs: CommonReturns): number {
  const { stressed: days, stressedLeast } = CORRELATION_DAYS
  const { midnights } = pairs
  let least = 1
  let start = 0
  for (let end = 1; end <= midnights.length; end++) {
    while ((midnights[start] ?? 0) <= (midnights[end - 1] ?? 0) - days * DAY) start++
    if (end - start < stressedLeast) continue
    least = Math.min(
      least,
      weightedCorrelation(pairs, () => 1, start, end),
    )
  }
  return least
}

/**
 * Fast, slow and stressed correlation of the returns on the days that both have; undefined with fewer than `LEAST_RETURNS`
 * of those. Prices as `historyAt` gives them.
 *
 * Source: J.P. Morgan (1996), "RiskMetrics Technical Document", 4th edition, for the weights; the least of several windows,
 * as correlations break when they are needed: F. Longin and B. Solnik (2001), "Extreme correlation of international equity
 * markets", J. Finance 56.
 */
export function correlationEstimates(own: DailyPrices, other: DailyPrices): CorrelationEstimates | undefined {
  const pairs = commonReturns(own, other)
  if (pairs.midnights.length < LEAST_RETURNS) return undefined
  return {
    fast: decayingCorrelation(pairs, CORRELATION_DAYS.fast),
    slow: decayingCorrelation(pairs, CORRELATION_DAYS.slow),
    stressed: leastCorrelation(pairs),
  }
}

/**
 * Offset that a correlation allows: 1 - sqrt((1 - rho) / 2), from 0 to `MAX_OFFSET`. A dollar-neutral pair of equal
 * volatility moves sqrt(2 (1 - rho)) of one of its sides, and is charged (1 - offset) 2 of one.
 * @throws DomainError for what is no correlation
 */
export function offsetOf(correlation: number): number {
  if (!(correlation >= -1 && correlation <= 1)) throw new DomainError('correlation', correlation, 'from -1 to 1')
  return Math.min(1 - Math.sqrt((1 - correlation) / 2), MAX_OFFSET)
}

/** Of fast, slow and stressed. */
export function leastOf({ fast, slow, stressed }: CorrelationEstimates): number {
  return Math.min(fast, slow, stressed)
}
