/**
 * Forward and discount of an expiry from put-call parity: call - put = D (F - K) is a line in the strike.
 *
 * Sources: H. R. Stoll (1969), "The relationship between put and call option prices", J. Finance 24; the line as in
 * L. P. Ronn and A. Ronn (1989), "The box spread arbitrage conditions", Review of Financial Studies 2; weights after
 * P. J. Huber (1964), "Robust estimation of a location parameter", Annals of Mathematical Statistics 35.
 */
import { DomainError } from '../errors.ts'
import type { PriceUnit } from './chain.ts'

/** Call minus put (mid prices, in the chain's unit) at a strike, and half the sum of the two bid-ask widths. */
export type ParityPair = { strike: number; difference: number; halfWidth: number }

/**
 * difference = level - slope * strike. For prices in USD level = D F and slope = D; for prices in coin level = D and
 * slope = D / F, D being then the discount in coin. `levelError` and `slopeError`: standard errors if half widths are
 * standard deviations (cautious). `used`: whether a pair lies within `OUTLIER` half widths of the line.
 */
export type ParityLine = { level: number; slope: number; levelError: number; slopeError: number; used: boolean[] }

/** Pairs whose residual exceeds this many half widths contradict parity: one of the two quotes is stale. */
const OUTLIER = 1.5
const ITERATIONS = 100

type WeightedLine = { weight: number; strike: number; difference: number; spread: number; slope: number }

/** Weighted least squares of the line, through means for accuracy. */
function leastSquares(pairs: readonly ParityPair[], weights: Float64Array): WeightedLine {
  let [weight, strike, difference] = [0, 0, 0]
  pairs.forEach((pair, i) => {
    const w = weights[i] ?? 0
    weight += w
    strike += w * pair.strike
    difference += w * pair.difference
  })
  strike /= weight
  difference /= weight
  let [spread, product] = [0, 0]
  pairs.forEach((pair, i) => {
    const w = weights[i] ?? 0
    spread += w * (pair.strike - strike) ** 2
    product += w * (pair.strike - strike) * (pair.difference - difference)
  })
  return { weight, strike, difference, spread, slope: -product / spread }
}

/** The line for the weights; where `fixed` is given, one of its two coefficients is that. */
function lineOf(
  pairs: readonly ParityPair[],
  weights: Float64Array,
  fixed: { level?: number; slope?: number },
): { level: number; slope: number; levelError: number; slopeError: number } {
  const { weight, strike, difference, spread, slope } = leastSquares(pairs, weights)
  const mean = 1 / weight
  if (fixed.slope !== undefined)
    return { level: difference + fixed.slope * strike, slope: fixed.slope, levelError: Math.sqrt(mean), slopeError: 0 }
  if (fixed.level !== undefined) {
    const squares = pairs.reduce((sum, pair, i) => sum + (weights[i] ?? 0) * pair.strike ** 2, 0)
    const product = pairs.reduce(
      (sum, pair, i) => sum + (weights[i] ?? 0) * pair.strike * ((fixed.level ?? 0) - pair.difference),
      0,
    )
    return { level: fixed.level, slope: product / squares, levelError: 0, slopeError: Math.sqrt(1 / squares) }
  }
  return {
    level: difference + slope * strike,
    slope,
    levelError: Math.sqrt(mean + strike ** 2 / spread),
    slopeError: Math.sqrt(1 / spread),
  }
}

/**
 * The parity line by Huber regression: pairs within their half width weigh 1/halfWidth^2, others less the further away, so
 * stale quotes cannot move it; then pairs beyond `OUTLIER` half widths are left out and the rest weighs fully.
 *
 * @param fixed level or slope where it is known (a given discount).
 * @throws DomainError for fewer than 2 pairs (1 with `fixed`), equal strikes, or a half width that is not positive.
 */
export function fitParityLine(
  pairs: readonly ParityPair[],
  fixed: { level?: number; slope?: number } = {},
): ParityLine {
  const least = fixed.level === undefined && fixed.slope === undefined ? 2 : 1
  const strikes = new Set(pairs.map(({ strike }) => strike)).size
  if (strikes < least) throw new DomainError('number of strikes with call and put', strikes, `at least ${least}`)
  for (const { halfWidth } of pairs) if (!(halfWidth > 0)) throw new DomainError('halfWidth', halfWidth, 'positive')
  const full = Float64Array.from(pairs, ({ halfWidth }) => 1 / halfWidth ** 2)
  let line = lineOf(pairs, full, fixed)
  const residual = (pair: ParityPair) =>
    Math.abs(pair.difference - line.level + line.slope * pair.strike) / pair.halfWidth
  for (let i = 0; i < ITERATIONS; i++) {
    const before = line
    const relieved = full.map((weight, j) => {
      const pair = pairs[j]
      return pair === undefined ? 0 : weight / Math.max(1, residual(pair))
    })
    line = lineOf(pairs, relieved, fixed)
    if (Math.abs(line.slope / before.slope - 1) < 1e-13 && Math.abs(line.level / before.level - 1) < 1e-13) break
  }
  const used = pairs.map((pair) => residual(pair) <= OUTLIER)
  const kept = new Set(pairs.filter((_, i) => used[i]).map(({ strike }) => strike)).size
  if (kept >= least)
    line = lineOf(
      pairs,
      full.map((weight, i) => (used[i] ? weight : 0)),
      fixed,
    )
  return { ...line, used }
}

/** Forward and discount factor (in the unit of the prices) that a parity line says. */
export function forwardOf({ level, slope }: { level: number; slope: number }, unit: PriceUnit) {
  return { forward: level / slope, discount: unit === 'usd' ? slope : level }
}
