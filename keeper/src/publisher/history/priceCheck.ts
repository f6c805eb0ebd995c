/** Whether the prices of a group may be believed: recent, without many holes, and near spot of the protocol. */
import { DAY, dailyPrices, HISTORY_DAYS, historyAt, type PriceHistory } from '@plimsoll/risk/estimation'
import type { HistoryRefusal } from '../refusal.ts'

export type PriceLimits = {
  /** Seconds that the newest price of each member may be old. */
  readonly maximumPriceAge: number
  /** Of the newest price over spot of the protocol, a fraction. */
  readonly maximumSpotGap: number
  /** Midnights of the two years without a price, of each member. */
  readonly maximumGaps: number
}

/**
 * @param at unix seconds: later prices do not count.
 * @param spot of the protocol, USD, of the member `underlying`.
 */
export function priceRefusal(
  histories: readonly PriceHistory[],
  { underlying, at, spot }: { readonly underlying: string; readonly at: number; readonly spot: number },
  limits: PriceLimits,
): HistoryRefusal | undefined {
  for (const history of histories) {
    const { symbol } = history
    const newest = history.times.findLastIndex((time) => time <= at)
    const ageSeconds = at - (history.times[newest] ?? 0)
    if (ageSeconds > limits.maximumPriceAge)
      return { kind: 'old-price', symbol, ageSeconds, limitSeconds: limits.maximumPriceAge }
    const index = history.prices[newest] ?? Number.NaN
    const limit = limits.maximumSpotGap
    if (symbol === underlying && !(Math.abs(index / spot - 1) <= limit))
      return { kind: 'spot-apart', index, spot, limit }
    const missing = missingMidnights(history, at)
    if (missing > limits.maximumGaps) return { kind: 'gaps', symbol, missing, limit: limits.maximumGaps }
  }
  return undefined
}

/** From the first known midnight of the two years on: how long a history is, is another matter. */
function missingMidnights(history: PriceHistory, at: number): number {
  const { midnights } = historyAt(dailyPrices(history), at)
  const [first = 0, last = 0] = [midnights[0], midnights.at(-1)]
  const expected = Math.min(Math.round((last - first) / DAY), HISTORY_DAYS) + 1
  return midnights.length === 0 ? 0 : expected - midnights.length
}
