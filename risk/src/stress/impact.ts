/**
 * Price impact of forced trading. Price is a function of the cumulative forced flow alone, so that selling in slices and at
 * once end at the same price: ln(P / P0) = -impact(Q), Q the units sold so far (negative: bought).
 *
 * Sources: A. S. Kyle (1985), "Continuous Auctions and Insider Trading" (linear); B. Toth et al. (2011), "Anomalous price
 * impact and the critical nature of liquidity in financial markets" (square root).
 */
import { DomainError } from '../errors.ts'

/** `depth`: units (not USD) whose sale moves the price by 1 %. */
export type PriceImpact = { kind: 'linear' | 'square-root'; depth: number }

/** Log move of the price at the depth. */
const MOVE_AT_DEPTH = 0.01

/** Throws DomainError unless the depth is above 0; infinite depth is a market without impact. */
export function requireImpact({ depth }: PriceImpact): void {
  if (!(depth > 0)) throw new DomainError('depth', depth, 'above 0')
}

/** Price after `sold` units, relative to the price without any forced flow. */
export function priceFactor({ kind, depth }: PriceImpact, sold: number): number {
  const share = Math.abs(sold) / depth
  return Math.exp(-Math.sign(sold) * MOVE_AT_DEPTH * (kind === 'linear' ? share : Math.sqrt(share)))
}

/** Integral of the price factor from 0 to `sold`: what all units sold so far have fetched, per unit of price. */
function proceedsFactor({ kind, depth }: PriceImpact, sold: number): number {
  if (sold === 0 || depth === Number.POSITIVE_INFINITY) return sold
  if (kind === 'linear') {
    const slope = MOVE_AT_DEPTH / depth
    return -Math.expm1(-slope * sold) / slope
  }
  const a = MOVE_AT_DEPTH / Math.sqrt(depth)
  return sold * rootIntegral(Math.sign(sold) * a * Math.sqrt(Math.abs(sold)))
}

/**
 * Mean of exp(-x sqrt(t)) over t in [0, 1], which is 2 / x^2 (1 - (1 + x) exp(-x)); near zero that cancels, and its series
 * sum of 2 (-x)^k / (k! (k + 2)) does not.
 */
function rootIntegral(x: number): number {
  if (Math.abs(x) > 1) return (2 * (1 - (1 + x) * Math.exp(-x))) / (x * x)
  let sum = 0
  let power = 1
  for (let k = 0; k < 24; k++) {
    sum += (2 * power) / (k + 2)
    power *= -x / (k + 1)
  }
  return sum
}

/** Mean price factor of the flow that takes the cumulative units sold from `from` to `to`. */
export function averageFactor(impact: PriceImpact, from: number, to: number): number {
  if (to === from) return priceFactor(impact, to)
  return (proceedsFactor(impact, to) - proceedsFactor(impact, from)) / (to - from)
}
