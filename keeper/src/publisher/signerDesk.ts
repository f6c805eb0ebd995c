/** One feed and one underlying of a signer: its own message, and what it co-signs of others'. */
import type { Logger } from 'pino'
import type { Hex } from 'viem'
import type { PrivateKeyAccount } from 'viem/accounts'
import type { Head } from '../ports/chain.ts'
import type { Author, Feed, FeedName, Stamped, StateOf } from './feed.ts'
import type { SignerMetrics } from './metrics.ts'
import type { FeedState } from './ports/feedChain.ts'
import type { PeersPort } from './ports/peers.ts'
import type { Decline, Refusal } from './refusal.ts'
import { type FeedDocument, type Signed, signerOf } from './wire.ts'

/** What a signer does with each of its desks. */
export interface Desk {
  readonly feed: FeedName
  readonly symbol: string
  readonly refusal: Refusal | undefined
  /** Looks at input, chain and other signers once. */
  round(head: Head): Promise<void>
  /** The document that it serves, the reason when it refuses its input, and what it did not co-sign. */
  document(): unknown
}

export type SignerDeskOptions<Message extends Stamped, State extends FeedState> = {
  readonly symbol: string
  readonly feed: Feed<Message>
  readonly stateOf: StateOf<State>
  readonly author: Author<Message, State>
  readonly account: PrivateKeyAccount
  readonly peers: PeersPort
  readonly metrics: SignerMetrics
  readonly log: Logger
}

export class SignerDesk<Message extends Stamped, State extends FeedState> implements Desk {
  readonly feed: FeedName
  readonly symbol: string
  readonly #options: SignerDeskOptions<Message, State>
  #own: Signed<Message> | undefined
  #refusal: Refusal | undefined
  /** The input that it was about. */
  #refusedOn = ''
  /** By digest of the message. */
  #endorsements = new Map<Hex, Signed<Message>>()
  #declined = new Map<Hex, Decline>()

  constructor(options: SignerDeskOptions<Message, State>) {
    this.#options = options
    this.feed = options.feed.name
    this.symbol = options.symbol
  }

  get refusal(): Refusal | undefined {
    return this.#refusal
  }

  async round(head: Head): Promise<void> {
    const state = await this.#options.stateOf(head)
    await this.#propose(state)
    await this.#endorse(state)
    const { ready, age } = this.#options.metrics
    ready.set(this.#labels, this.#own ? 1 : 0)
    if (this.#own) age.set(this.#labels, Number(head.timestamp) - this.#own.message.timestamp)
  }

  document(): unknown {
    const { address: signer } = this.#options.account
    const endorsements = [...this.#endorsements.values()]
    const document: FeedDocument<Message> = { signer, proposal: this.#own, endorsements }
    return { ...document, refusal: this.#refusal, declined: [...this.#declined.values()] }
  }

  get #labels(): { feed: FeedName; underlying: string } {
    return { feed: this.feed, underlying: this.symbol }
  }

  async #propose(state: State): Promise<void> {
    const { author, metrics, log } = this.#options
    const { basis, outcome } = await author.propose(state)
    if (outcome.status !== 'next') return this.#refuse(outcome.reason, basis)
    const { message, notes } = outcome.value
    this.#refusal = undefined
    if (this.#own?.message.timestamp === message.timestamp) return
    this.#own = await this.#sign(message)
    metrics.accepted.inc(this.#labels)
    log.info({ ...this.#labels, timestamp: message.timestamp, ...notes }, 'signed')
  }

  /** Nothing is served on input that is refused; a reason counts once per input. */
  #refuse(refusal: Refusal, basis: string): void {
    const { metrics, log } = this.#options
    if (this.#refusal?.kind !== refusal.kind || this.#refusedOn !== basis) {
      metrics.refused.inc({ ...this.#labels, reason: refusal.kind })
      const level = refusal.kind === 'not-newer' ? 'debug' : 'warn'
      log[level]({ ...this.#labels, refusal: printable(refusal) }, 'refused')
    }
    this.#refusal = refusal
    this.#refusedOn = basis
    this.#own = undefined
  }

  /** Co-signs what signers with lower addresses propose, where it agrees with the own message. */
  async #endorse(state: State): Promise<void> {
    const { feed, peers, metrics } = this.#options
    const documents = await peers.documents(feed, this.symbol)
    const endorsements = new Map<Hex, Signed<Message>>()
    const declined = new Map<Hex, Decline>()
    for (const { proposal } of documents) {
      if (!proposal || proposal.message.underlying !== state.underlying) continue
      const digest = feed.digest(proposal.message)
      const decline = await this.#declineOf(proposal, state)
      if (decline === 'not-lower') continue
      if (decline) {
        declined.set(digest, decline)
        this.#decline(digest, decline)
        continue
      }
      const known = this.#endorsements.get(digest)
      endorsements.set(digest, known ?? (await this.#sign(proposal.message)))
      if (!known) metrics.endorsed.inc(this.#labels)
    }
    this.#endorsements = endorsements
    this.#declined = declined
  }

  async #declineOf(proposal: Signed<Message>, state: State): Promise<Decline | 'not-lower' | undefined> {
    const { feed, account, author } = this.#options
    const signer = await signerOf(feed, proposal)
    if (!signer || !state.signers.includes(signer)) return { kind: 'unknown-signer', signer: signer ?? 'nobody' }
    if (BigInt(signer) >= BigInt(account.address)) return 'not-lower'
    if (!this.#own) return { kind: 'not-ready' }
    return author.declineOf(proposal.message, this.#own.message, state)
  }

  #decline(digest: Hex, decline: Decline): void {
    if (this.#declined.get(digest)?.kind === decline.kind) return
    const { metrics, log } = this.#options
    metrics.declined.inc({ ...this.#labels, reason: decline.kind })
    log.warn({ ...this.#labels, digest, decline: printable(decline) }, 'not co-signed')
  }

  /** Of the EIP-712 digest: what a wallet signs as typed data. */
  async #sign(message: Message): Promise<Signed<Message>> {
    const { feed, account } = this.#options
    return { message, signature: await account.sign({ hash: feed.digest(message) }) }
  }
}

/** bigint has no JSON form. */
function printable(reason: Refusal | Decline): unknown {
  return JSON.parse(JSON.stringify(reason, (_, value) => (typeof value === 'bigint' ? String(value) : value)))
}
