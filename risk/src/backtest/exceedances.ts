/** Days on which the loss was larger than the value-at-risk stated for them. */
import { DomainError } from '../errors.ts'

/** Throws DomainError unless both series have the same positive length. */
export function requireSameLength(name: string, length: number, expected: number): void {
  if (expected === 0) throw new DomainError('the number of observations', 0, 'at least 1')
  if (length !== expected)
    throw new DomainError(`${name}.length`, length, `that of the profits and losses, ${expected}`)
}

/**
 * 1 where the loss is strictly above the value-at-risk, else 0.
 *
 * @param pnl Profit (positive) or loss (negative) of each day.
 * @param valueAtRisk As it was stated before that day, positive = loss, in the unit of `pnl`.
 * @throws DomainError for series of different lengths or a value that is not finite.
 */
export function exceedances(pnl: ArrayLike<number>, valueAtRisk: ArrayLike<number>): Uint8Array {
  requireSameLength('valueAtRisk', valueAtRisk.length, pnl.length)
  const hits = new Uint8Array(pnl.length)
  for (let day = 0; day < pnl.length; day++) {
    const profit = pnl[day] ?? Number.NaN
    const limit = valueAtRisk[day] ?? Number.NaN
    if (!Number.isFinite(profit)) throw new DomainError(`pnl[${day}]`, profit, 'finite')
    if (!Number.isFinite(limit)) throw new DomainError(`valueAtRisk[${day}]`, limit, 'finite')
    hits[day] = -profit > limit ? 1 : 0
  }
  return hits
}

/** How often a day of one state followed a day of another; 1 is an exceedance, so n01 counts those after a quiet day. */
export type Transitions = { n00: number; n01: number; n10: number; n11: number }

/** Counts the transitions between successive days. */
export function transitionsOf(hits: Uint8Array): Transitions {
  const counts = [0, 0, 0, 0]
  for (let day = 1; day < hits.length; day++) {
    const cell = 2 * (hits[day - 1] ?? 0) + (hits[day] ?? 0)
    counts[cell] = (counts[cell] ?? 0) + 1
  }
  const [n00 = 0, n01 = 0, n10 = 0, n11 = 0] = counts
  return { n00, n01, n10, n11 }
}

/** Number of exceedances. */
export function countOf(hits: Uint8Array): number {
  return hits.reduce((sum, hit) => sum + hit, 0)
}
