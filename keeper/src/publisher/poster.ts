/** A poster in one process: collects signatures, and posts what a quorum signed when that is worth its gas. */
import { type Logger, pino } from 'pino'
import { formatEther, type Hex, type Transport } from 'viem'
import { NonceError } from '../errors.ts'
import { bumped, firstFees } from '../money.ts'
import type { Fees, Head, Receipt, Revert } from '../ports/chain.ts'
import { type ClockPort, systemClock } from '../ports/clock.ts'
import { type Answer, type RunningServer, serve } from '../ports/server.ts'
import { httpTransport, ViemChain } from '../ports/viemChain.ts'
import { createPosterMetrics, type PosterMetrics } from './metrics.ts'
import { FeedChain, type FeedState } from './ports/feedChain.ts'
import { HttpPeers, type PeersPort } from './ports/peers.ts'
import { postCall, type QuorumMessage, quorumMessages } from './quorum.ts'
import { repeat } from './rounds.ts'
import type { Named, PosterSettings } from './settings.ts'
import { type Cause, type Verdict, type Wait, worthOf } from './worth.ts'

export type PosterOptions = {
  readonly settings: PosterSettings
  /** Takes one JSON line per message that the feed took. */
  readonly emit?: ((line: string) => void) | undefined
  /** Default: the URLs of the settings. */
  readonly transport?: Transport | undefined
  readonly clock?: ClockPort | undefined
}

/** The one transaction on its way. */
type Pending = {
  readonly underlying: Named
  readonly posted: QuorumMessage
  readonly cause: Cause
  readonly hash: Hex
  readonly nonce: number
  readonly sentBlock: bigint
}

type Posting = Extract<Verdict, { post: true }>

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
  readonly #clock: ClockPort
  readonly #emit: (line: string) => void
  readonly #waits = new Map<string, string>()
  readonly #refusals = new Map<string, string>()
  #pending: Pending | undefined
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
    for (const underlying of this.settings.underlyings) {
      const state = await this.#feed.state(underlying.id, head)
      const age = Number(head.timestamp) - state.series.epoch.surfaceAt
      this.metrics.surfaceAge.set({ underlying: underlying.symbol }, age)
      if (!this.#pending) await this.#consider(underlying, state)
    }
    const balance = await this.#feed.balance(this.#chain.signer)
    this.metrics.balance.set(Number(formatEther(balance)))
    this.metrics.inFlight.set(this.#pending ? 1 : 0)
    this.#roundAtMs = this.#clock.now()
    this.metrics.roundAt.set(this.#roundAtMs / 1000)
  }

  /** The newest message that a quorum signed, if it is worth its gas. */
  async #consider(underlying: Named, state: FeedState): Promise<void> {
    const { symbol } = underlying
    const documents = await this.#signers.surfaces(symbol)
    const messages = await quorumMessages(documents, state, this.settings.deployment)
    this.metrics.signatures.set({ underlying: symbol }, messages[0]?.signatures.length ?? 0)
    const { worth, gas } = this.settings
    const policy = { ...worth, maxGasPrice: worth.maxGasPriceGwei, urgentGasPrice: worth.urgentGasPriceGwei }
    const [message] = messages
    if (!message || this.#refusals.get(symbol) === refusalKey(message, state.head)) return
    const verdict = worthOf(message.message, state, state.head.baseFee + gas.priorityFeeGwei, policy)
    if (verdict.post) await this.#post(underlying, message, verdict, state.head)
    else this.#wait(symbol, message, verdict.wait)
  }

  /** A reason counts when it comes up, and again with every new message. */
  #wait(symbol: string, { digest }: QuorumMessage, { kind }: Wait): void {
    const key = `${digest} ${kind}`
    if (this.#waits.get(symbol) === key) return
    this.#waits.set(symbol, key)
    this.metrics.waited.inc({ underlying: symbol, reason: kind })
    this.log.debug({ underlying: symbol, reason: kind }, 'waits')
  }

  async #post(underlying: Named, posted: QuorumMessage, { cause, ceiling }: Posting, head: Head): Promise<void> {
    const call = postCall(this.settings.deployment, posted)
    const simulation = await this.#chain.simulate(call, head.number)
    if (simulation.status === 'reverted') return this.#refused(underlying, simulation.revert, posted, head)
    // Without the pool, where an own transaction may stand that this one replaces.
    const estimate = await this.#chain.estimateGas(call, head.number)
    if (estimate.status === 'reverted') return this.#refused(underlying, estimate.revert, posted, head)
    const { headroom } = this.settings.gas
    const gas = (estimate.gas * BigInt(Math.round(headroom * 100))) / 100n
    const nonce = await this.#chain.nonce()
    const fees = this.#feesFor(nonce, head, ceiling)
    if (!fees)
      return this.#wait(underlying.symbol, posted, { kind: 'gas-price', gasPrice: head.baseFee, limit: ceiling })
    const signed = await this.#chain.sign({ ...call, ...fees, nonce, gas })
    try {
      await this.#chain.send(signed, nonce)
      this.#offered = { nonce, fees }
    } catch (error) {
      // After a restart an offer for the nonce may stand that this process does not know: the next one is larger.
      if (!(error instanceof NonceError)) throw error
      this.#offered = { nonce, fees }
      this.#outcome(underlying, 'nonce')
      return
    }
    this.#pending = { underlying, posted, cause, hash: signed.hash, nonce, sentBlock: head.number }
    this.log.info({ underlying: underlying.symbol, cause, hash: signed.hash, nonce }, 'submitted')
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
  #refused(underlying: Named, { error, args }: Revert, posted: QuorumMessage, head: Head): void {
    this.#refusals.set(underlying.symbol, refusalKey(posted, head))
    const overtaken = OVERTAKEN.includes(error)
    this.#outcome(underlying, overtaken ? 'overtaken' : `reverts:${error}`)
    if (!overtaken) this.log.warn({ underlying: underlying.symbol, error, args }, 'the feed would refuse it')
  }

  /** Once its transaction has a receipt, or is given up so that the next message takes its nonce. */
  async #confirm(head: Head): Promise<void> {
    const pending = this.#pending
    if (!pending) return
    const taken = (await this.#chain.nonce()) > pending.nonce // before the receipt, which exists if its own nonce was used
    const receipt = await this.#chain.receipt(pending.hash)
    if (receipt) {
      this.#pending = undefined
      this.#offered = undefined
      return this.#settled(pending, receipt)
    }
    if (!taken && head.number - pending.sentBlock < this.settings.gas.replaceAfterBlocks) return
    this.#pending = undefined
    this.#outcome(pending.underlying, taken ? 'displaced' : 'slow')
  }

  /** A transaction that reverted lost a race: it was simulated at the head it was sent on. */
  #settled({ underlying, posted, cause }: Pending, receipt: Receipt): void {
    const { symbol } = underlying
    const { message, signatures } = posted
    this.metrics.gasUsed.inc(Number(receipt.gasUsed))
    this.metrics.gasPaid.inc(Number(formatEther(receipt.gasUsed * receipt.effectiveGasPrice)))
    this.#outcome(underlying, receipt.succeeded ? 'posted' : 'lost')
    if (!receipt.succeeded) return
    this.metrics.posted.inc({ underlying: symbol, cause })
    const line = {
      type: 'surface',
      poster: this.settings.name,
      underlying: symbol,
      cause,
      timestamp: message.timestamp,
      expiries: message.expiries.length,
      signers: signatures.map(({ signer }) => signer),
      hash: receipt.hash,
      block: String(receipt.block),
      gasUsed: String(receipt.gasUsed),
    }
    this.#emit(JSON.stringify(line))
    this.log.info(line, 'posted')
  }

  #outcome({ symbol }: Named, outcome: string): void {
    this.metrics.outcomes.inc({ underlying: symbol, outcome })
  }

  #health(): Answer {
    const seconds = (this.#clock.now() - this.#roundAtMs) / 1000
    const healthy = seconds <= this.settings.maxRoundAgeSeconds
    return { status: healthy ? 200 : 503, body: { healthy, poster: this.#chain.signer, secondsSinceRound: seconds } }
  }
}

function refusalKey({ digest }: QuorumMessage, { hash }: Head): string {
  return `${digest} ${hash}`
}

const lesser = (a: bigint, b: bigint) => (b < a ? b : a)
const greater = (a: bigint, b: bigint) => (b > a ? b : a)
