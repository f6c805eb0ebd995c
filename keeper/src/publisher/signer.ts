/** A signer in one process: reads quotes and prices, signs what it can stand for, co-signs what agrees with that, serves both. */
import { type Logger, pino } from 'pino'
import type { Address, Transport } from 'viem'
import { type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import { type ClockPort, systemClock } from '../ports/clock.ts'
import { type Answer, type RunningServer, serve } from '../ports/server.ts'
import { httpTransport } from '../ports/transport.ts'
import { HistoryAuthor } from './history/historyAuthor.ts'
import { historyFeed } from './history/historyFeed.ts'
import { createSignerMetrics, type SignerMetrics } from './metrics.ts'
import { FeedChain } from './ports/feedChain.ts'
import { HttpPeers, type PeersPort } from './ports/peers.ts'
import { textSource } from './ports/textSource.ts'
import { repeat } from './rounds.ts'
import type { SignerSettings } from './settings.ts'
import { type Desk, SignerDesk } from './signerDesk.ts'
import { SurfaceAuthor } from './surface/surfaceAuthor.ts'
import { surfaceFeed } from './surface/surfaceFeed.ts'

export type SignerOptions = {
  readonly settings: SignerSettings
  /** Default: the URLs of the settings. */
  readonly transport?: Transport | undefined
  readonly clock?: ClockPort | undefined
}

type Underlying = SignerSettings['underlyings'][number]

export class Signer {
  readonly settings: SignerSettings
  readonly log: Logger
  readonly metrics: SignerMetrics
  readonly #chain: FeedChain
  readonly #account: PrivateKeyAccount
  readonly #peers: PeersPort
  readonly #clock: ClockPort
  readonly #desks: ReadonlyMap<string, Desk>
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
    const desks = settings.underlyings.flatMap((each) => [this.#surfaceDesk(each), this.#historyDesk(each)])
    this.#desks = new Map(desks.flatMap((desk) => (desk ? [[`/${desk.feed}/${desk.symbol}`, desk]] : [])))
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
    const paths = ['/health', ...this.#desks.keys()]
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

  /** Looks at input, chain and other signers once, for every underlying. */
  async round(): Promise<void> {
    const head = await this.#chain.head()
    for (const desk of this.#desks.values()) await desk.round(head)
    this.#roundAtMs = this.#clock.now()
    this.metrics.roundAt.set(this.#roundAtMs / 1000)
  }

  #surfaceDesk({ id, symbol, quotes, depthUsd }: Underlying): Desk | undefined {
    if (quotes === undefined) return undefined
    const { settings, metrics } = this
    const { limits, tolerance } = settings
    return new SignerDesk({
      ...this.#shared(symbol),
      feed: surfaceFeed(settings.deployment),
      stateOf: (head) => this.#chain.surface(id, head),
      author: new SurfaceAuthor({ symbol, source: textSource(quotes), depthUsd, limits, tolerance, metrics }),
    })
  }

  #historyDesk({ id, symbol, history }: Underlying): Desk | undefined {
    if (history === undefined) return undefined
    const { settings, metrics } = this
    const { limits, tolerance } = settings.history
    const { prices, group } = history
    const source = textSource(prices)
    return new SignerDesk({
      ...this.#shared(symbol),
      feed: historyFeed(settings.deployment),
      stateOf: (head) => this.#chain.history(id, head),
      author: new HistoryAuthor({ symbol, group, source, limits, tolerance, clock: this.#clock, metrics }),
    })
  }

  #shared(symbol: string) {
    return { symbol, account: this.#account, peers: this.#peers, metrics: this.metrics, log: this.log }
  }

  #answer(path: string): Answer | undefined {
    if (path === '/health') return this.#health()
    const desk = this.#desks.get(path)
    return desk && { status: 200, body: desk.document() }
  }

  #health(): Answer {
    const seconds = (this.#clock.now() - this.#roundAtMs) / 1000
    const refusals = [...this.#desks.values()].flatMap(({ feed, symbol, refusal }) =>
      refusal ? [{ feed, underlying: symbol, refusal }] : [],
    )
    const healthy = seconds <= this.settings.maxRoundAgeSeconds
    return {
      status: healthy ? 200 : 503,
      body: { healthy, signer: this.address, secondsSinceRound: seconds, refusals },
    }
  }
}
