/** What a publisher of histories could know at a time of the day: the shipped prices up to then, nothing of later. */
import { priceHistories, readInput } from '@plimsoll/risk/chains'
import { DAY, HISTORY_DAYS, type PriceHistory } from '@plimsoll/risk/estimation'
import { capFractions, type PlimsollParameters } from '@plimsoll/risk/methods'
import { type HistoryPosting, historyPosting } from '@plimsoll/risk/posting'
import { HOURLY_PRICES } from '../../feeds/priceFile.ts'

/** The shipped prices of `symbols`. @throws InputError */
export function readHistories(symbols: readonly string[]): PriceHistory[] {
  return priceHistories(readInput(HOURLY_PRICES), symbols)
}

/** The entries up to `time`, unix seconds, of as many days as can count. */
function knownAt({ symbol, times, prices }: PriceHistory, time: number): PriceHistory {
  const [from, to] = [time - (HISTORY_DAYS + 3) * DAY, time].map(
    (edge) => times.findLastIndex((each) => each <= edge) + 1,
  )
  return { symbol, times: times.slice(from, to), prices: prices.slice(from, to) }
}

export type PostingTerms = { underlying: string; timestamp: number; scanRange: bigint }

/** What the prices up to the message's time ask for; all histories are one group. @throws as `historyPosting` */
export function postingAt(terms: PostingTerms, histories: readonly PriceHistory[]): HistoryPosting {
  return historyPosting(
    terms,
    histories.map((history) => knownAt(history, terms.timestamp)),
  )
}

/** `parameters` with the caps that would be posted at `time` for their own scan ranges, in the form of the contracts. */
export function withHistory(
  parameters: PlimsollParameters,
  histories: readonly PriceHistory[],
  time: number,
): PlimsollParameters {
  const states = Object.entries(parameters.states).map(([underlying, state]) => {
    const range = state.scanRange + (parameters.underlyings[underlying]?.epsilon ?? 0)
    const terms = { underlying, timestamp: time, scanRange: BigInt(Math.round(range * 1e18)) }
    return [underlying, { ...state, caps: capFractions(postingAt(terms, histories).caps) }]
  })
  return { ...parameters, states: Object.fromEntries(states) }
}
