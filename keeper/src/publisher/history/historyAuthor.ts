/** Histories that a signer can stand for, from a table of prices. */

import { type Input, InputError, priceHistories } from '@plimsoll/risk/chains'
import type { PriceHistory } from '@plimsoll/risk/estimation'
import { type HistoryPosting, historyPosting, ShortHistoryError, StaleHistoryError } from '@plimsoll/risk/posting'
import type { HistoryMessage } from '@plimsoll/sdk'
import { next, type Outcome, skip } from '../../outcome.ts'
import type { ClockPort } from '../../ports/clock.ts'
import type { Author, Made } from '../feed.ts'
import type { SignerMetrics } from '../metrics.ts'
import type { HistoryState } from '../ports/feedChain.ts'
import { FetchError } from '../ports/httpText.ts'
import type { TextSource } from '../ports/textSource.ts'
import type { Decline, HistoryRefusal } from '../refusal.ts'
import { type HistoryTimeliness, type HistoryTolerance, historyApart, historyFault } from './agreement.ts'
import { type PriceLimits, priceRefusal } from './priceCheck.ts'

type HistoryLimits = PriceLimits &
  HistoryTimeliness & {
    /** Seconds between two looks at the source: prices are daily, and a table of two years is large. */
    readonly reloadSeconds: number
  }

export type HistoryAuthorOptions = {
  readonly symbol: string
  /** Members of the offset group, the underlying among them. */
  readonly group: readonly string[]
  readonly source: TextSource
  readonly limits: HistoryLimits
  readonly tolerance: HistoryTolerance
  readonly clock: Pick<ClockPort, 'now'>
  readonly metrics: Pick<SignerMetrics, 'priceAge'>
}

/** A table as it was last read. */
type Prices = { readonly text: string; readonly histories: Outcome<readonly PriceHistory[], HistoryRefusal> }
type Statistics = Pick<HistoryPosting, 'timestamp' | 'scanRange'>

/** Postings for other times and ranges that are kept: those of proposals that are looked at again. */
const KEPT = 16

export class HistoryAuthor implements Author<HistoryMessage, HistoryState> {
  readonly #options: HistoryAuthorOptions
  #prices: Prices | undefined
  #readAtMs = 0
  #own: HistoryMessage | undefined
  readonly #postings = new Map<string, Outcome<HistoryPosting, HistoryRefusal>>()

  constructor(options: HistoryAuthorOptions) {
    this.#options = options
  }

  async propose(
    state: HistoryState,
  ): Promise<{ basis: string; outcome: Outcome<Made<HistoryMessage>, HistoryRefusal> }> {
    try {
      const { text, histories } = await this.#latest()
      const outcome = histories.status === 'next' ? this.#made(histories.value, state) : histories
      if (outcome.status !== 'next') this.#own = undefined
      return { basis: text, outcome }
    } catch (error) {
      if (!(error instanceof InputError || error instanceof FetchError)) throw error
      this.#own = undefined
      return { basis: this.#prices?.text ?? '', outcome: skip({ kind: 'no-input', problem: error.message }) }
    }
  }

  declineOf(proposal: HistoryMessage, own: HistoryMessage, state: HistoryState): Decline | undefined {
    const { limits, tolerance } = this.#options
    const fault = historyFault(proposal, state, limits)
    if (fault) return fault
    if (proposal.code !== own.code) return { kind: 'other-code', own: own.code, proposed: proposal.code }
    const counterpart = this.#posting(proposal)
    if (counterpart.status !== 'next') return { kind: 'own-refusal', reason: counterpart.reason.kind }
    return historyApart(proposal, counterpart.value, tolerance)
  }

  /** @throws InputError, FetchError when the source tells nothing */
  async #latest(): Promise<Prices> {
    const { source, limits, clock, group } = this.#options
    const isDue = clock.now() - this.#readAtMs >= 1_000 * limits.reloadSeconds
    if (this.#prices !== undefined && !isDue) return this.#prices
    const input = await source.latest()
    this.#readAtMs = clock.now()
    if (this.#prices?.text === input.text) return this.#prices
    this.#postings.clear()
    this.#own = undefined
    this.#prices = { text: input.text, histories: historiesOf(input, group) }
    return this.#prices
  }

  /** The own message stays until half its life is over, so that others have time to co-sign it. */
  #made(histories: readonly PriceHistory[], state: HistoryState): Outcome<Made<HistoryMessage>, HistoryRefusal> {
    const { symbol, limits, metrics } = this.#options
    const { market, head, scanRange } = state
    if (market.status !== 'live') return skip({ kind: 'price-not-live', status: market.status })
    if (scanRange === 0n) return skip({ kind: 'no-range' })
    const at = Number(head.timestamp)
    const newest = Math.min(...histories.map(({ times }) => times.findLast((time) => time <= at) ?? 0))
    metrics.priceAge.set({ underlying: symbol }, at - newest)
    if (this.#own === undefined || this.#isSpent(this.#own, state)) {
      const spot = Number(market.spot) / 1e18
      const refusal = priceRefusal(histories, { underlying: symbol, at, spot }, limits)
      const posting = refusal ? skip(refusal) : this.#posting({ timestamp: at, scanRange })
      if (posting.status !== 'next') return posting
      const { timestamp, weights, offset, inputs, code } = posting.value
      this.#own = { underlying: state.underlying, timestamp, scanRange, weights, offset, inputs, code }
    }
    const fault = historyFault(this.#own, state, limits)
    return fault ? skip(fault) : next({ message: this.#own, notes: { offset: this.#own.offset } })
  }

  #isSpent(own: HistoryMessage, state: HistoryState): boolean {
    const { limits } = this.#options
    return historyFault(own, state, { ...limits, maximumAge: limits.maximumAge / 2 }) !== undefined
  }

  /** What the own prices give at a time and a scan range. */
  #posting({ timestamp, scanRange }: Statistics): Outcome<HistoryPosting, HistoryRefusal> {
    const histories = this.#prices?.histories
    if (histories?.status !== 'next') return histories ?? skip({ kind: 'no-input', problem: 'nothing was read yet' })
    const key = `${timestamp} ${scanRange}`
    const known = this.#postings.get(key)
    if (known) return known
    const posting = postingOf(this.#options.symbol, { timestamp, scanRange }, histories.value)
    this.#postings.set(key, posting)
    const [oldest] = this.#postings.keys()
    if (oldest !== undefined && this.#postings.size > KEPT) this.#postings.delete(oldest)
    return posting
  }
}

function historiesOf(input: Input, group: readonly string[]): Outcome<readonly PriceHistory[], HistoryRefusal> {
  try {
    return next(priceHistories(input, group))
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    return skip({ kind: 'unreadable', problem: error.message })
  }
}

function postingOf(
  underlying: string,
  { timestamp, scanRange }: Statistics,
  histories: readonly PriceHistory[],
): Outcome<HistoryPosting, HistoryRefusal> {
  try {
    return next(historyPosting({ underlying, timestamp, scanRange }, histories))
  } catch (error) {
    if (error instanceof StaleHistoryError) {
      const { symbol, newest, needed } = error
      return skip({ kind: 'missing-midnight', symbol, newest, needed })
    }
    if (!(error instanceof ShortHistoryError)) throw error
    const { symbol, returns, least } = error
    return skip({ kind: 'short-history', symbol, returns, least })
  }
}
