/** Histories with known answers. */
import { HOUR, type PriceHistory } from '../../src/evaluation/index.ts'

/** Monday 2024-01-01 00:00 UTC. */
export const START = 1_704_067_200

/** Hourly prices whose log returns are `logReturn(i)` from entry i - 1 to i. */
export function hourly(count: number, logReturn: (i: number) => number, symbol = 'BTC', start = START): PriceHistory {
  const times = Float64Array.from({ length: count }, (_, i) => start + i * HOUR)
  let log = Math.log(100)
  const prices = times.map((_, i) => {
    log += i === 0 ? 0 : logReturn(i)
    return Math.exp(log)
  })
  return { symbol, times, prices }
}

/** Returns of one size and alternating sign. */
export const alternating = (size: number) => (i: number) => (i % 2 === 0 ? size : -size)

/** The history without the entries in [from, to). */
export function without({ symbol, times, prices }: PriceHistory, from: number, to: number): PriceHistory {
  const keep = (_: number, i: number) => i < from || i >= to
  return { symbol, times: times.filter(keep), prices: prices.filter(keep) }
}
