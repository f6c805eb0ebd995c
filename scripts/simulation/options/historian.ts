/** The publishers of history: they compute it from real prices, sign it as a quorum, and post it when it is worth the gas. */
import type { PriceHistory } from '@plimsoll/risk/estimation'
import { type HistoryMessage, historyTypedData } from '@plimsoll/sdk'
import { type Hex, http } from 'viem'
import type { PrivateKeyAccount } from 'viem/accounts'
import { historyFeed } from '../../../keeper/src/publisher/history/historyFeed.ts'
import { historyPosterSchema } from '../../../keeper/src/publisher/history/settings.ts'
import {
  type HistoryCause,
  type HistoryWorthPolicy,
  historyWorth,
} from '../../../keeper/src/publisher/history/worth.ts'
import { FeedChain } from '../../../keeper/src/publisher/ports/feedChain.ts'
import type { BlockView } from '../observer.ts'
import { item } from '../population.ts'
import { PRICE_TIP, type Site, sign } from '../site.ts'
import { postingAt } from './histories.ts'
import { feedSigners, quorumOf } from './signers.ts'

/** A message that was sent, and what the chain made of it. */
export type HistoryPosted = {
  underlying: number
  /** Of the message, unix seconds. */
  t: number
  cause: HistoryCause
  /** Every cap as signed; else a day's bounds cut some. */
  isWhole: boolean
  /** Millionths: as signed, and in force afterwards. */
  quotedOffset: number
  offset: number
}

const POST_GAS = 1_500_000n

/** The defaults of a poster. */
function worthPolicy(): HistoryWorthPolicy {
  const { worth } = historyPosterSchema.parse({})
  return { ...worth, maxGasPrice: worth.maxGasPriceGwei, urgentGasPrice: worth.urgentGasPriceGwei }
}

export class Historian {
  /** In the order in which the chain took them. */
  readonly posted: HistoryPosted[] = []
  readonly #site: Site
  readonly #histories: readonly PriceHistory[]
  readonly #signers: readonly PrivateKeyAccount[]
  readonly #chain: FeedChain
  readonly #policy = worthPolicy()
  readonly #sent = new Map<number, { message: HistoryMessage; cause: HistoryCause }>()

  /** @param histories of the underlyings of `site`, in their order. */
  constructor(site: Site, histories: readonly PriceHistory[], seed: number) {
    this.#site = site
    this.#histories = histories
    this.#signers = feedSigners('history', seed)
    this.#chain = new FeedChain(http(site.chain.rpc.url), site.deployment)
  }

  /** Signed messages of the last block's time that are worth their gas, raw, for the next block. */
  async due(): Promise<Hex[]> {
    const head = await this.#chain.head()
    const raw: Hex[] = []
    for (const { id } of this.#site.deployment.underlyings) {
      const state = await this.#chain.history(id, head)
      const { symbol } = item(this.#histories, id - 1)
      const terms = { underlying: symbol, timestamp: Number(head.timestamp), scanRange: state.scanRange }
      const { timestamp, scanRange, weights, offset, inputs, code } = postingAt(terms, this.#histories)
      const message = { underlying: id, timestamp, scanRange, weights, offset, inputs, code }
      const verdict = historyWorth(message, state, head.baseFee, this.#policy)
      if (!verdict.post) continue
      this.#sent.set(id, { message, cause: verdict.cause })
      raw.push(await this.#post(message))
    }
    return raw
  }

  async #post(message: HistoryMessage): Promise<Hex> {
    const { deployment, operator } = this.#site
    const typed = historyTypedData(deployment, message)
    const signers = quorumOf(this.#signers, message.timestamp / 60 + message.underlying)
    const signatures = await Promise.all(signers.map((signer) => signer.signTypedData(typed)))
    const { to, data } = historyFeed(deployment).call(message, signatures)
    return sign(operator, { to, data, tip: PRICE_TIP - 2n }, POST_GAS)
  }

  /** Notes what a block took. */
  note({ transactions }: BlockView): void {
    for (const event of transactions.flatMap(({ events }) => events)) {
      if (event.kind !== 'history') continue
      const sent = this.#sent.get(event.underlying)
      if (!sent || BigInt(sent.message.timestamp) !== event.timestamp) continue
      const { underlying, timestamp, weights, offset: quotedOffset } = sent.message
      const isWhole = event.posted === weights
      const { cause } = sent
      this.posted.push({ underlying, t: timestamp, cause, isWhole, quotedOffset, offset: Number(event.offset) })
    }
  }
}
