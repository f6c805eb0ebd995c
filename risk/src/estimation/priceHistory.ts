/** Price histories with gaps, and what a position earned over a horizon. Times in unix seconds, prices in USD. */
import { DomainError } from '../errors.ts'

export const HOUR = 3_600
export const DAY = 86_400

/** Prices of one underlying, ascending in time. A missing hour is a missing entry: nothing is filled. */
export type PriceHistory = { readonly symbol: string; readonly times: Float64Array; readonly prices: Float64Array }

/** @throws DomainError unless times ascend, prices are positive and both are equally long. */
export function requireHistory({ times, prices }: PriceHistory): void {
  if (times.length !== prices.length) throw new DomainError('prices.length', prices.length, `${times.length}`)
  for (let i = 0; i < times.length; i++) {
    const [time = Number.NaN, price = Number.NaN] = [times[i], prices[i]]
    if (!(price > 0 && price < Infinity)) throw new DomainError(`prices[${i}]`, price, 'positive and finite')
    if (!(time > (times[i - 1] ?? -Infinity))) throw new DomainError(`times[${i}]`, time, 'after the one before')
  }
}

/** Times at which the distance to the next entry is above `longest` seconds. */
export function gapsOf({ times }: PriceHistory, longest: number): { from: number; to: number }[] {
  const gaps: { from: number; to: number }[] = []
  for (let i = 1; i < times.length; i++) {
    const [from = 0, to = 0] = [times[i - 1], times[i]]
    if (to - from > longest) gaps.push({ from, to })
  }
  return gaps
}

/**
 * Relative price change from each entry to exactly `horizonSeconds` later, NaN where there is no price at that time.
 */
export function movesOver({ times, prices }: PriceHistory, horizonSeconds: number): Float64Array {
  const moves = new Float64Array(times.length).fill(Number.NaN)
  let end = 0
  for (let i = 0; i < times.length; i++) {
    const wanted = (times[i] ?? 0) + horizonSeconds
    while (end < times.length && (times[end] ?? 0) < wanted) end++
    if (times[end] === wanted) moves[i] = (prices[end] ?? 0) / (prices[i] ?? 0) - 1
  }
  return moves
}

/** The calendar year of a time, UTC. */
export function yearOf(time: number): number {
  return new Date(time * 1000).getUTCFullYear()
}
