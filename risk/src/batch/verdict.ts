/** What the results of all accounts say: who is near maintenance, who is proved to be safe. */

import { nearest } from './ranking.ts'
import type { Results } from './results.ts'

/** What a distance to maintenance is measured in: USD (E - MM), or the ratio E / MM. */
export type Distance = 'usd' | 'ratio'

/** Distance to maintenance of every account; as a ratio +-infinite, by the sign of E, where MM is 0. */
export function distancesToMaintenance({ equity, maintenance }: Results, distance: Distance): Float64Array {
  const out = new Float64Array(equity.length)
  for (let account = 0; account < out.length; account++) {
    const own = equity[account] ?? 0
    const required = maintenance[account] ?? 0
    if (distance === 'usd') out[account] = own - required
    else if (required > 0) out[account] = own / required
    else out[account] = own >= 0 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY
  }
  return out
}

/** The `count` accounts nearest to maintenance or furthest below it, worst first; equal ones by number. */
export function nearestToMaintenance(results: Results, count: number, distance: Distance): Uint32Array {
  return nearest(distancesToMaintenance(results, distance), count)
}

/**
 * Fast filter, exact decide: the accounts that are not proved to have E + good end >= MM. `below` are proved to have less,
 * whatever rounding did; `undecided` lie within the bound and need exact arithmetic. All others are safe.
 */
export function unsafeAccounts(results: Results): { below: Uint32Array; undecided: Uint32Array } {
  const { equity, maintenance, goodEnd, bound } = results
  const below: number[] = []
  const undecided: number[] = []
  for (let account = 0; account < equity.length; account++) {
    const excess = (equity[account] ?? 0) + (goodEnd[account] ?? 0) - (maintenance[account] ?? 0)
    const error = bound[account] ?? 0
    if (excess >= error) continue
    if (excess < -error) below.push(account)
    else undecided.push(account)
  }
  return { below: Uint32Array.from(below), undecided: Uint32Array.from(undecided) }
}
