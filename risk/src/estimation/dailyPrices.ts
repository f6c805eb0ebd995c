import { DAY, HOUR, type PriceHistory } from './priceHistory.ts'

/** Prices at midnights UTC, ascending, unix seconds and USD. A midnight without a price is a missing entry. */
export type DailyPrices = { readonly midnights: Float64Array; readonly prices: Float64Array }

/** Log returns from one midnight to the next, with the midnight at which each ends; none across a missing midnight. */
export type DailyReturns = { readonly midnights: Float64Array; readonly returns: Float64Array }

/** The price of a midnight is the newest one before it, at most this many seconds old. */
export const LONGEST_PRICE_AGE = 8 * HOUR

/** The last midnight UTC at or before a time, unix seconds. */
export function midnightBefore(time: number): number {
  return Math.floor(time / DAY) * DAY
}

/** The price of every midnight that has one. */
export function dailyPrices({ times, prices }: PriceHistory): DailyPrices {
  const found = Array.from(times.keys()).flatMap((i) => {
    const [time = 0, next = Infinity] = [times[i], times[i + 1]]
    const midnight = Math.ceil(time / DAY) * DAY
    return midnight < next && midnight - time <= LONGEST_PRICE_AGE ? [{ midnight, price: prices[i] ?? Number.NaN }] : []
  })
  return {
    midnights: Float64Array.from(found, ({ midnight }) => midnight),
    prices: Float64Array.from(found, ({ price }) => price),
  }
}

/** The midnights after `from` and up to `to`, both unix seconds. */
export function pricesWithin({ midnights, prices }: DailyPrices, from: number, to: number): DailyPrices {
  const [start, end] = [
    midnights.findLastIndex((each) => each <= from) + 1,
    midnights.findLastIndex((each) => each <= to) + 1,
  ]
  return { midnights: midnights.subarray(start, end), prices: prices.subarray(start, end) }
}

export function dailyReturns({ midnights, prices }: DailyPrices): DailyReturns {
  const ends = Array.from(midnights.keys()).filter((i) => (midnights[i] ?? 0) - (midnights[i - 1] ?? 0) === DAY)
  return {
    midnights: Float64Array.from(ends, (i) => midnights[i] ?? Number.NaN),
    returns: Float64Array.from(ends, (i) => Math.log((prices[i] ?? Number.NaN) / (prices[i - 1] ?? Number.NaN))),
  }
}
