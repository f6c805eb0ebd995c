/** Real option markets over time, three volatilities per expiry: at the money and at 25 delta on either side. */

import { DAY } from '../estimation/priceHistory.ts'
import { SECONDS_PER_YEAR } from '../math/year.ts'
import type { ImpliedHistory } from './rangePath.ts'

/** Volatilities per square root of an ACT/365 year, forward in USD, expiry in unix seconds. */
export type SmileQuote = {
  readonly expiry: number
  readonly forward: number
  readonly atTheMoney: number
  readonly put25: number
  readonly call25: number
}

/** All expiries of one underlying at one time, ascending. */
export type SmileSnapshot = { readonly symbol: string; readonly time: number; readonly quotes: readonly SmileQuote[] }

const THIRTY_DAYS = 30 * DAY

/** A quote older than this is no longer known. */
const LONGEST_AGE = DAY

/**
 * Volatility at the money of 30 days: total variance linear in time between the expiries around, volatility constant
 * beyond them.
 */
export function monthVolatility({ time, quotes }: SmileSnapshot): number {
  const variance = ({ expiry, atTheMoney }: SmileQuote) => (atTheMoney ** 2 * (expiry - time)) / SECONDS_PER_YEAR
  const wanted = time + THIRTY_DAYS
  const after = quotes.findIndex(({ expiry }) => expiry >= wanted)
  const [left, right] = [quotes[after - 1], quotes[after]]
  if (left === undefined || right === undefined) return (right ?? quotes.at(-1))?.atTheMoney ?? 0
  const share = (wanted - left.expiry) / (right.expiry - left.expiry)
  const total = variance(left) + share * (variance(right) - variance(left))
  return Math.sqrt((total * SECONDS_PER_YEAR) / THIRTY_DAYS)
}

/** The newest implied volatility of 30 days at a time, 0 before the first snapshot and where the newest is a day old. */
export function impliedHistory(snapshots: readonly SmileSnapshot[]): ImpliedHistory {
  const times = Float64Array.from(snapshots, ({ time }) => time)
  const values = snapshots.map(monthVolatility)
  return (time) => {
    let [low, high] = [-1, times.length]
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if ((times[middle] ?? Infinity) <= time) low = middle
      else high = middle
    }
    return time - (times[low] ?? -Infinity) <= LONGEST_AGE ? (values[low] ?? 0) : 0
  }
}
