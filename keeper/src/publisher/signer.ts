/** A signer in one process: reads quotes, signs what it can stand for, co-signs what agrees with that, serves both. */

import { type Input, InputError } from '@plimsoll/risk/chains'
import { hashSurface, type SurfaceMessage, surfaceTypedData } from '@plimsoll/sdk'
import { type Logger, pino } from 'pino'
import type { Address, Hex, Transport } from 'viem'
import { type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import { type Outcome, skip } from '../outcome.ts'
import { type ClockPort, systemClock } from '../ports/clock.ts'
import { type Answer, type RunningServer, serve } from '../ports/server.ts'
import { httpTransport } from '../ports/viemChain.ts'
import { declineOf } from './agreement.ts'
import { createSignerMetrics, type SignerMetrics } from './metrics.ts'
import { FeedChain, type FeedState } from './ports/feedChain.ts'
import { FetchError } from './ports/httpText.ts'
import { HttpPeers, type PeersPort } from './ports/peers.ts'
import { type QuoteSource, quoteSource } from './ports/quoteSource.ts'
import { type Proposal, propose } from './propose.ts'
import type { Decline, Refusal } from './refusal.ts'
import { repeat } from './rounds.ts'
import type { SignerSettings } from './settings.ts'
import { readSnapshot } from './snapshot.ts'
import { type SignedSurface, type SurfaceDocument, signerOf } from './wire.ts'

export type SignerOptions = {
  readonly settings: SignerSettings
  /** Default: the URLs of the settings. */
  readonly transport?: Transport | undefined
  readonly clock?: ClockPort | undefined
}

type Underlying = SignerSettings['underlyings'][number]

/** What a signer stands for at the moment, for one underlying. */
type Stand = {
  readonly underlying: Underlying
  readonly source: QuoteSource
  own: SignedSurface | undefined
  refusal: Refusal | undefined
  /** The snapshot that it was about. */
  refusedOn: string | undefined
  /** By digest of the message. */
  endorsements: Map<Hex, SignedSurface>
  declined: Map<Hex, Decline>
  /** What the last snapshot came to at the last block: looked at again when one of them changes. */
  seen: { readonly text: string; readonly block: Hex; readonly outcome: Outcome<Proposal, Refusal> } | undefined
}

export class Signer {
  readonly settings: SignerSettings
  readonly log: Logger
  readonly metrics: SignerMetrics
  readonly #chain: FeedChain
  readonly #account: PrivateKeyAccount
  readonly #peers: PeersPort
  readonly #clock: ClockPort
  readonly #stands: ReadonlyMap<string, Stand>
  #server: RunningServer | undefined
  #roundAtMs = 0

  constructor({ settings, transport, clock = systemClock }: SignerOptions) {
    this.settings = settings
    this.log = pino({ name: settings.name, level: settings.logLevel, base: null }, pino.destination(2))
    const metrics = createSignerMetrics(settings.name)
    this.metrics = metrics
    this.#clock = clock
    this.#account = privateKeyToAccount(settings.privateKey.reveal())
    this.#chain = new FeedChain(
      transport ?? httpTransport(settings.rpcUrl, settings.rpcTimeoutMs),
      settings.deployment,
      (method, ok) => metrics.rpcRequests.inc({ method, result: ok ? 'ok' : 'failed' }),
    )
    this.#peers = new HttpPeers(settings.peers, settings.peerTimeoutMs, (peer, problem) => {
      metrics.peerUp.set({ peer }, problem === undefined ? 1 : 0)
      if (problem !== undefined) this.log.debug({ peer, problem }, 'peer does not answer')
    })
    this.#stands = new Map(settings.underlyings.map((each) => [each.symbol, standOf(each)]))
  }

  get address(): Address {
    return this.#account.address
  }

  get port(): number | undefined {
    return this.#server?.port
  }

  /** Checks the chain and opens the port. */
  async start(): Promise<void> {
    await this.#chain.requireChain()
    const { host, port } = this.settings
    const paths = ['/health', ...[...this.#stands.keys()].map((symbol) => `/surface/${symbol}`)]
    const { registry } = this.metrics
    this.#server = await serve({ host, port, registry, paths, answer: (path) => this.#answer(path) })
    this.log.info({ port: this.#server.port, signer: this.address }, 'serves')
  }

  run(signal: AbortSignal): Promise<void> {
    const { errors } = this.metrics
    const { pollMs } = this.settings
    return repeat({ clock: this.#clock, pollMs, round: () => this.round(), log: this.log, errors }, signal)
  }

  async stop(): Promise<void> {
    await this.#server?.close()
  }

  /** Looks at quotes, chain and other signers once, for every underlying. */
  async round(): Promise<void> {
    const head = await this.#chain.head()
    for (const stand of this.#stands.values()) {
      const state = await this.#chain.state(stand.underlying.id, head)
      await this.#propose(stand, state)
      await this.#endorse(stand, state)
      this.#measure(stand, Number(head.timestamp))
    }
    this.#roundAtMs = this.#clock.now()
    this.metrics.roundAt.set(this.#roundAtMs / 1000)
  }

  async #propose(stand: Stand, state: FeedState): Promise<void> {
    const { symbol } = stand.underlying
    const outcome = await this.#proposal(stand, state)
    if (outcome.status !== 'next') return this.#refuse(stand, outcome.reason)
    const { message, fit } = outcome.value
    stand.refusal = undefined
    if (stand.own?.message.timestamp === message.timestamp) return
    stand.own = await this.#sign(message)
    this.metrics.accepted.inc({ underlying: symbol })
    this.metrics.fitError.set({ underlying: symbol }, fit.worstError)
    this.metrics.quotes.set({ underlying: symbol }, fit.quotes)
    const { timestamp, expiries } = message
    this.log.info({ underlying: symbol, timestamp, expiries: expiries.length, error: fit.worstError }, 'signed')
  }

  async #proposal(stand: Stand, state: FeedState): Promise<Outcome<Proposal, Refusal>> {
    const block = state.head.hash
    try {
      const input = await stand.source.latest()
      if (stand.seen?.text !== input.text || stand.seen.block !== block) {
        stand.seen = { text: input.text, block, outcome: this.#assess(input, stand, state) }
      }
      return stand.seen.outcome
    } catch (error) {
      if (!(error instanceof InputError || error instanceof FetchError)) throw error
      return skip({ kind: 'no-input', problem: error.message })
    }
  }

  #assess(input: Input, { underlying: { symbol, depthUsd } }: Stand, state: FeedState): Outcome<Proposal, Refusal> {
    const { limits } = this.settings
    const at = Number(state.head.timestamp) + limits.maximumLead
    const snapshot = readSnapshot(input, { underlying: symbol, at, maximumAge: limits.maximumAge })
    return snapshot.status === 'next' ? propose(snapshot.value, state, { limits, depthUsd }) : snapshot
  }

  /** Nothing is served on input that is refused; a reason counts once per snapshot. */
  #refuse(stand: Stand, refusal: Refusal): void {
    const { symbol } = stand.underlying
    const text = stand.seen?.text
    if (stand.refusal?.kind !== refusal.kind || stand.refusedOn !== text) {
      this.metrics.refused.inc({ underlying: symbol, reason: refusal.kind })
      const level = refusal.kind === 'not-newer' ? 'debug' : 'warn'
      this.log[level]({ underlying: symbol, refusal: printable(refusal) }, 'refused')
    }
    stand.refusal = refusal
    stand.refusedOn = text
    stand.own = undefined
  }

  /** Co-signs what signers with lower addresses propose, where it agrees with the own fit. */
  async #endorse(stand: Stand, state: FeedState): Promise<void> {
    const { symbol } = stand.underlying
    const documents = await this.#peers.surfaces(symbol)
    const endorsements = new Map<Hex, SignedSurface>()
    const declined = new Map<Hex, Decline>()
    for (const { proposal } of documents) {
      if (!proposal || proposal.message.underlying !== stand.underlying.id) continue
      const digest = hashSurface(this.settings.deployment, proposal.message)
      const decline = await this.#declineOf(proposal, stand, state)
      if (decline === 'not-lower') continue
      if (decline) {
        declined.set(digest, decline)
        this.#decline(stand, digest, decline)
        continue
      }
      const known = stand.endorsements.get(digest)
      endorsements.set(digest, known ?? (await this.#sign(proposal.message)))
      if (!known) this.metrics.endorsed.inc({ underlying: symbol })
    }
    stand.endorsements = endorsements
    stand.declined = declined
  }

  async #declineOf(
    proposal: SignedSurface,
    { own }: Stand,
    state: FeedState,
  ): Promise<Decline | 'not-lower' | undefined> {
    const signer = await signerOf(this.settings.deployment, proposal)
    if (!signer || !state.signers.includes(signer)) return { kind: 'unknown-signer', signer: signer ?? 'nobody' }
    if (BigInt(signer) >= BigInt(this.address)) return 'not-lower'
    if (!own) return { kind: 'not-ready' }
    const { tolerance, limits: timeliness } = this.settings
    return declineOf(proposal.message, own.message, state, { tolerance, timeliness })
  }

  #decline(stand: Stand, digest: Hex, decline: Decline): void {
    if (stand.declined.get(digest)?.kind === decline.kind) return
    const { symbol } = stand.underlying
    this.metrics.declined.inc({ underlying: symbol, reason: decline.kind })
    this.log.warn({ underlying: symbol, digest, decline: printable(decline) }, 'not co-signed')
  }

  async #sign(message: SurfaceMessage): Promise<SignedSurface> {
    const typed = surfaceTypedData(this.settings.deployment, message)
    return { message, signature: await this.#account.signTypedData(typed) }
  }

  #measure({ underlying: { symbol }, own }: Stand, now: number): void {
    this.metrics.ready.set({ underlying: symbol }, own ? 1 : 0)
    if (own) this.metrics.age.set({ underlying: symbol }, now - own.message.timestamp)
  }

  #answer(path: string): Answer | undefined {
    if (path === '/health') return this.#health()
    const stand = this.#stands.get(/^\/surface\/([^/]+)$/.exec(path)?.[1] ?? '')
    if (!stand) return undefined
    const { own: proposal, endorsements, refusal, declined } = stand
    const document: SurfaceDocument = { signer: this.address, proposal, endorsements: [...endorsements.values()] }
    return { status: 200, body: { ...document, refusal, declined: [...declined.values()] } }
  }

  #health(): Answer {
    const seconds = (this.#clock.now() - this.#roundAtMs) / 1000
    const refusals = [...this.#stands.values()].flatMap(({ underlying: { symbol }, refusal }) =>
      refusal ? [{ underlying: symbol, refusal }] : [],
    )
    const healthy = seconds <= this.settings.maxRoundAgeSeconds
    return {
      status: healthy ? 200 : 503,
      body: { healthy, signer: this.address, secondsSinceRound: seconds, refusals },
    }
  }
}

function standOf(underlying: Underlying): Stand {
  const source = quoteSource(underlying.quotes)
  return {
    underlying,
    source,
    own: undefined,
    refusal: undefined,
    refusedOn: undefined,
    endorsements: new Map(),
    declined: new Map(),
    seen: undefined,
  }
}

/** bigint has no JSON form. */
function printable(reason: Refusal | Decline): unknown {
  return JSON.parse(JSON.stringify(reason, (_, value) => (typeof value === 'bigint' ? String(value) : value)))
}
