/** One feed and one underlying of a poster: what a quorum signed, and whether that is worth its gas. */
import type { Address, Hex } from 'viem'
import type { Call, Head } from '../ports/chain.ts'
import type { Feed, FeedName, Judge, Stamped, StateOf } from './feed.ts'
import type { PosterMetrics } from './metrics.ts'
import type { FeedState } from './ports/feedChain.ts'
import type { PeersPort } from './ports/peers.ts'
import { quorumMessages } from './quorum.ts'
import type { Wait } from './verdict.ts'

/** A message that a quorum signed and that is to be posted. */
export type Offer = {
  readonly feed: FeedName
  readonly symbol: string
  readonly digest: Hex
  readonly timestamp: number
  readonly signers: readonly Address[]
  readonly cause: string
  /** Wei per gas that posting may cost. */
  readonly ceiling: bigint
  readonly call: Call
  /** What a printed line tells besides. */
  readonly line: Readonly<Record<string, number | string>>
}

export type Consideration =
  | { readonly kind: 'offer'; readonly offer: Offer }
  | { readonly kind: 'wait'; readonly digest: Hex; readonly wait: Wait }
  | { readonly kind: 'nothing' }

/** What a poster does with each of its desks. */
export interface Desk {
  readonly feed: FeedName
  readonly symbol: string
  /** Tells the age of what is stored. */
  observe(head: Head): Promise<void>
  /** The newest message that a quorum signed. @param gasPrice wei per gas that a transaction would pay now. */
  consider(gasPrice: bigint): Promise<Consideration>
}

export type PosterDeskOptions<Message extends Stamped, State extends FeedState> = {
  readonly symbol: string
  readonly feed: Feed<Message>
  readonly stateOf: StateOf<State>
  readonly judge: Judge<Message, State>
  readonly signers: PeersPort
  readonly metrics: PosterMetrics
}

export class PosterDesk<Message extends Stamped, State extends FeedState> implements Desk {
  readonly feed: FeedName
  readonly symbol: string
  readonly #options: PosterDeskOptions<Message, State>
  #state: State | undefined

  constructor(options: PosterDeskOptions<Message, State>) {
    this.#options = options
    this.feed = options.feed.name
    this.symbol = options.symbol
  }

  async observe(head: Head): Promise<void> {
    const { stateOf, judge, metrics } = this.#options
    this.#state = await stateOf(head)
    const age = judge.ageOf(this.#state)
    if (age !== undefined) metrics.age.set(this.#labels, age)
  }

  async consider(gasPrice: bigint): Promise<Consideration> {
    const { feed, judge, signers, metrics } = this.#options
    const state = this.#state
    if (state === undefined) return { kind: 'nothing' }
    const documents = await signers.documents(feed, this.symbol)
    const [newest] = await quorumMessages(documents, state, feed)
    metrics.signatures.set(this.#labels, newest?.signatures.length ?? 0)
    if (newest === undefined) return { kind: 'nothing' }
    const { digest, message, signatures } = newest
    const verdict = judge.worthOf(message, state, gasPrice)
    if (!verdict.post) return { kind: 'wait', digest, wait: verdict.wait }
    const { cause, ceiling } = verdict
    const signed = signatures.map(({ signature }) => signature)
    const offer: Offer = {
      feed: this.feed,
      symbol: this.symbol,
      digest,
      timestamp: message.timestamp,
      signers: signatures.map(({ signer }) => signer),
      cause,
      ceiling,
      call: feed.call(message, signed),
      line: judge.lineOf(message),
    }
    return { kind: 'offer', offer }
  }

  get #labels(): { feed: FeedName; underlying: string } {
    return { feed: this.feed, underlying: this.symbol }
  }
}
