/** A poster in one process: collects signatures, and posts what a quorum signed when that is worth its gas. */
import { type Logger, pino } from 'pino'
import { formatEther, type Hex, type Transport } from 'viem'
import { NonceError } from '../errors.ts'
import { bumped, firstFees } from '../money.ts'
import type { Fees, Head, Receipt, Revert } from '../ports/chain.ts'
import { type ClockPort, systemClock } from '../ports/clock.ts'
import { type Answer, type RunningServer, serve } from '../ports/server.ts'
import { httpTransport } from '../ports/transport.ts'
import { ViemChain } from '../ports/viemChain.ts'
import { historyFeed } from './history/historyFeed.ts'
import { historyJudge } from './history/historyJudge.ts'
import { createPosterMetrics, type PosterMetrics } from './metrics.ts'
import { FeedChain } from './ports/feedChain.ts'
import { HttpPeers, type PeersPort } from './ports/peers.ts'
import { type Desk, type Offer, PosterDesk } from './posterDesk.ts'
import { repeat } from './rounds.ts'
import type { Named, PosterSettings } from './settings.ts'
import { surfaceFeed } from './surface/surfaceFeed.ts'
import { surfaceJudge } from './surface/surfaceJudge.ts'
import type { Wait } from './verdict.ts'

export type PosterOptions = {
  readonly settings: PosterSettings
  /** Takes one JSON line per message that a feed took. */
  readonly emit?: ((line: string) => void) | undefined
  /** Default: the URLs of the settings. */
  readonly transport?: Transport | undefined
  readonly clock?: ClockPort | undefined
}

/** A transaction without a receipt. */
type Pending = {
  readonly offer: Offer
  readonly hash: Hex
  readonly nonce: number
  readonly sentBlock: bigint
}

/** Reverts that say that a message of somebody else, as new or newer, was first. */
const OVERTAKEN = ['PremiumNotNewer']
const BUMP_PERCENT = 25n

export class Poster {
  readonly settings: PosterSettings
  readonly log: Logger
  readonly metrics: PosterMetrics
  readonly #feed: FeedChain
  readonly #chain: ViemChain
  readonly #signers: PeersPort
  readonly #desks: readonly Desk[]
  readonly #clock: ClockPort
  readonly #emit: (line: string) => void
  /** By desk. */
  readonly #waits = new Map<string, string>()
  readonly #refusals = new Map<string, string>()
  /** The one on its way, and those that were given up and may be mined all the same. */
  #sent: readonly Pending[] = []
  /** Of the one on its way. */
  #awaited: Hex | undefined
  /** What was last offered for a nonce that is not mined yet: the next offer must be more. */
  #offered: { readonly nonce: number; readonly fees: Fees } | undefined
  #server: RunningServer | undefined
  #roundAtMs = 0

  constructor({ settings, transport, emit, clock = systemClock }: PosterOptions) {
    const { deployment, privateKey: key, rpcUrl, rpcTimeoutMs } = settings
    this.settings = settings
    this.log = pino({ name: settings.name, level: settings.logLevel, base: null }, pino.destination(2))
    const metrics = createPosterMetrics(settings.name)
    this.metrics = metrics
    this.#clock = clock
    this.#emit = emit ?? (() => undefined)
    const onRequest = (method: string, ok: boolean) => metrics.rpcRequests.inc({ method, result: ok ? 'ok' : 'failed' })
    const own = transport ?? httpTransport(rpcUrl, rpcTimeoutMs)
    this.#feed = new FeedChain(own, deployment, onRequest)
    this.#chain = new ViemChain({ transport: own, contracts: deployment, key, onRequest })
    this.#signers = new HttpPeers(settings.signers, settings.peerTimeoutMs, (peer, problem) => {
      metrics.signerUp.set({ peer }, problem === undefined ? 1 : 0)
      if (problem !== undefined) this.log.debug({ peer, problem }, 'signer does not answer')
    })
    this.#desks = [
      ...settings.underlyings.map((each) => this.#surfaceDesk(each)),
      ...settings.history.underlyings.map((each) => this.#historyDesk(each)),
    ]
  }

  get port(): number | undefined {
    return this.#server?.port
  }

  /** Checks the chain and opens the port. */
  async start(): Promise<void> {
    await this.#feed.requireChain()
    const { host, port } = this.settings
    const { registry } = this.metrics
    const answer = (path: string) => (path === '/health' ? this.#health() : undefined)
    this.#server = await serve({ host, port, registry, paths: ['/health'], answer })
    this.log.info({ port: this.#server.port, poster: this.#chain.signer }, 'serves')
  }

  run(signal: AbortSignal): Promise<void> {
    const { errors } = this.metrics
    const { pollMs } = this.settings
    return repeat({ clock: this.#clock, pollMs, round: () => this.round(), log: this.log, errors }, signal)
  }

  async stop(): Promise<void> {
    await this.#server?.close()
  }

  /** Settles what was sent, then posts at most one message. */
  async round(): Promise<void> {
    const head = await this.#feed.head()
    await this.#confirm(head)
    for (const desk of this.#desks) {
      await desk.observe(head)
      if (!this.#awaited) await this.#consider(desk, head)
    }
    const balance = await this.#feed.balance(this.#chain.signer)
    this.metrics.balance.set(Number(formatEther(balance)))
    this.metrics.inFlight.set(this.#sent.length)
    this.#roundAtMs = this.#clock.now()
    this.metrics.roundAt.set(this.#roundAtMs / 1000)
  }

  #surfaceDesk({ id, symbol }: Named): Desk {
    const { deployment, worth } = this.settings
    return new PosterDesk({
      ...this.#shared(symbol),
      feed: surfaceFeed(deployment),
      stateOf: (head) => this.#feed.surface(id, head),
      judge: surfaceJudge({ ...worth, maxGasPrice: worth.maxGasPriceGwei, urgentGasPrice: worth.urgentGasPriceGwei }),
    })
  }

  #historyDesk({ id, symbol }: Named): Desk {
    const { deployment, history } = this.settings
    const { worth } = history
    return new PosterDesk({
      ...this.#shared(symbol),
      feed: historyFeed(deployment),
      stateOf: (head) => this.#feed.history(id, head),
      judge: historyJudge({ ...worth, maxGasPrice: worth.maxGasPriceGwei, urgentGasPrice: worth.urgentGasPriceGwei }),
    })
  }

  #shared(symbol: string) {
    return { symbol, signers: this.#signers, metrics: this.metrics }
  }

  /** Posts the newest message that a quorum signed, if it is worth its gas. */
  async #consider(desk: Desk, head: Head): Promise<void> {
    const found = await desk.consider(head.baseFee + this.settings.gas.priorityFeeGwei)
    if (found.kind === 'wait') return this.#wait(desk, found.digest, found.wait)
    if (found.kind === 'nothing' || this.#refusals.get(keyOf(desk)) === refusalKey(found.offer, head)) return
    await this.#post(found.offer, head)
  }

  /** A reason counts when it comes up, and again with every new message. */
  #wait(place: Place, digest: Hex, { kind }: Wait): void {
    const key = `${digest} ${kind}`
    if (this.#waits.get(keyOf(place)) === key) return
    this.#waits.set(keyOf(place), key)
    this.metrics.waited.inc({ ...labelsOf(place), reason: kind })
    this.log.debug({ ...labelsOf(place), reason: kind }, 'waits')
  }

  async #post(offer: Offer, head: Head): Promise<void> {
    const { call, ceiling, cause, digest } = offer
    const simulation = await this.#chain.simulate(call, head.number)
    if (simulation.status === 'reverted') return this.#refused(offer, simulation.revert, head)
    // Without the pool, where an own transaction may stand that this one replaces.
    const estimate = await this.#chain.estimateGas(call, head.number)
    if (estimate.status === 'reverted') return this.#refused(offer, estimate.revert, head)
    const { headroom } = this.settings.gas
    const gas = (estimate.gas * BigInt(Math.round(headroom * 100))) / 100n
    const nonce = await this.#chain.nonce()
    const fees = this.#feesFor(nonce, head, ceiling)
    if (!fees) return this.#wait(offer, digest, { kind: 'gas-price', gasPrice: head.baseFee, limit: ceiling })
    const signed = await this.#chain.sign({ ...call, ...fees, nonce, gas })
    try {
      await this.#chain.send(signed, nonce)
      this.#offered = { nonce, fees }
    } catch (error) {
      // After a restart an offer for the nonce may stand that this process does not know: the next one is larger.
      if (!(error instanceof NonceError)) throw error
      this.#offered = { nonce, fees }
      this.#outcome(offer, 'nonce')
      return
    }
    this.#sent = [...this.#sent, { offer, hash: signed.hash, nonce, sentBlock: head.number }]
    this.#awaited = signed.hash
    this.log.info({ ...labelsOf(offer), cause, hash: signed.hash, nonce }, 'submitted')
  }

  /** More than what stands for `nonce` already, at most `ceiling`; undefined when that is not enough. */
  #feesFor(nonce: number, head: Head, ceiling: bigint): Fees | undefined {
    const first = firstFees(head, this.settings.gas)
    if (this.#offered?.nonce !== nonce) {
      return { ...first, maxFeePerGas: lesser(first.maxFeePerGas, ceiling) }
    }
    // Nodes replace a transaction only for more of both.
    const more = bumped(this.#offered.fees, BUMP_PERCENT)
    if (more.maxFeePerGas > ceiling) return undefined
    return {
      maxFeePerGas: lesser(greater(first.maxFeePerGas, more.maxFeePerGas), ceiling),
      maxPriorityFeePerGas: greater(first.maxPriorityFeePerGas, more.maxPriorityFeePerGas),
    }
  }

  /** The same message is not tried again at the same block. */
  #refused(offer: Offer, { error, args }: Revert, head: Head): void {
    this.#refusals.set(keyOf(offer), refusalKey(offer, head))
    const overtaken = OVERTAKEN.includes(error)
    this.#outcome(offer, overtaken ? 'overtaken' : `reverts:${error}`)
    if (!overtaken) this.log.warn({ ...labelsOf(offer), error, args }, 'the feed would refuse it')
  }

  /** Settles what has a receipt. What is awaited too long is given up, so that the next message takes its nonce. */
  async #confirm(head: Head): Promise<void> {
    if (this.#sent.length === 0) return
    const count = await this.#chain.nonce() // before the receipts, which exist if their own nonces were used
    const settled = new Set<number>()
    for (const pending of this.#sent) {
      const receipt = await this.#chain.receipt(pending.hash)
      if (!receipt) continue
      settled.add(pending.nonce)
      this.#settled(pending, receipt)
    }
    const awaited = this.#sent.find(({ hash }) => hash === this.#awaited)
    this.#sent = this.#sent.filter(({ nonce }) => nonce >= count && !settled.has(nonce))
    if (settled.size > 0) this.#offered = undefined
    if (awaited === undefined) return
    const isDone = settled.has(awaited.nonce)
    const isDisplaced = !isDone && awaited.nonce < count
    const isSlow = head.number - awaited.sentBlock >= this.settings.gas.replaceAfterBlocks
    if (!isDone && !isDisplaced && !isSlow) return
    this.#awaited = undefined
    if (!isDone) this.#outcome(awaited.offer, isDisplaced ? 'displaced' : 'slow')
  }

  /** A transaction that reverted lost a race: it was simulated at the head it was sent on. */
  #settled({ offer }: Pending, receipt: Receipt): void {
    const { feed, symbol, cause, timestamp, signers } = offer
    this.metrics.gasUsed.inc(Number(receipt.gasUsed))
    this.metrics.gasPaid.inc(Number(formatEther(receipt.gasUsed * receipt.effectiveGasPrice)))
    this.#outcome(offer, receipt.succeeded ? 'posted' : 'lost')
    if (!receipt.succeeded) return
    this.metrics.posted.inc({ ...labelsOf(offer), cause })
    const posted = {
      type: feed,
      poster: this.settings.name,
      underlying: symbol,
      cause,
      timestamp,
      ...offer.line,
      signers,
    }
    const line = { ...posted, hash: receipt.hash, block: String(receipt.block), gasUsed: String(receipt.gasUsed) }
    this.#emit(JSON.stringify(line))
    this.log.info(line, 'posted')
  }

  #outcome(place: Place, outcome: string): void {
    this.metrics.outcomes.inc({ ...labelsOf(place), outcome })
  }

  #health(): Answer {
    const seconds = (this.#clock.now() - this.#roundAtMs) / 1000
    const healthy = seconds <= this.settings.maxRoundAgeSeconds
    return { status: healthy ? 200 : 503, body: { healthy, poster: this.#chain.signer, secondsSinceRound: seconds } }
  }
}

type Place = Pick<Desk, 'feed' | 'symbol'>

function keyOf({ feed, symbol }: Place): string {
  return `${feed} ${symbol}`
}

function labelsOf({ feed, symbol: underlying }: Place): { feed: Place['feed']; underlying: string } {
  return { feed, underlying }
}

function refusalKey({ digest }: Offer, { hash }: Head): string {
  return `${digest} ${hash}`
}

const lesser = (a: bigint, b: bigint) => (b < a ? b : a)
const greater = (a: bigint, b: bigint) => (b > a ? b : a)
