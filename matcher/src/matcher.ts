/** A matcher in one process: books and requests over HTTP, matches settled on the chain, everything in a journal. */
import type { Server } from 'node:http'
import { serve, type WebSocketServerLike } from '@hono/node-server'
import {
  type ClockPort,
  errorCode,
  httpTransport,
  repeat,
  systemClock,
  WrongChainError,
} from '@plimsoll/keeper/service'
import { type Logger, pino } from 'pino'
import { formatEther, type Transport } from 'viem'
import { WebSocketServer } from 'ws'
import { ViemExchange } from './chain/viemExchange.ts'
import { ChainView } from './chain/view.ts'
import { Intake } from './desk/intake.ts'
import type { LiveOrder, Match } from './desk/liveOrder.ts'
import { OrderDesk } from './desk/orderDesk.ts'
import { QuoteRequests } from './desk/requests.ts'
import { createApp, type Service } from './http/app.ts'
import { Feed } from './http/feed.ts'
import { RateLimit } from './http/rateLimit.ts'
import { Sessions } from './http/sessions.ts'
import { addSocket } from './http/socket.ts'
import { Journal } from './journal/journal.ts'
import { Turn } from './journal/turn.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import type { Settings } from './settings.ts'
import { Settler } from './settlement/settler.ts'

export type MatcherOptions = {
  readonly settings: Settings
  /** Default: the URLs of the settings. */
  readonly transport?: Transport | undefined
  readonly clock?: ClockPort | undefined
  /** Takes one JSON line per match that changes. */
  readonly emit?: ((line: string) => void) | undefined
}

const MAX_SOCKET_MESSAGE = 16_384

export class Matcher {
  readonly settings: Settings
  readonly log: Logger
  readonly metrics: Metrics
  readonly desk: OrderDesk
  readonly settler: Settler
  readonly #port: ViemExchange
  readonly #view: ChainView
  readonly #journal: Journal
  readonly #turn: Turn
  readonly #requests: QuoteRequests
  readonly #clock: ClockPort
  readonly #emit: (line: string) => void
  readonly #fatal = new AbortController()
  readonly #sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_SOCKET_MESSAGE })
  #checkTokens = async () => {}
  #server: Server | undefined
  #roundAt = 0

  /** Opens the journal. @throws JournalBusyError, JournalVersionError, JournalMismatchError, JournalWriteError */
  constructor({ settings, transport, clock = systemClock, emit }: MatcherOptions) {
    const { deployment, privateKey: key, rpcUrl, rpcTimeoutMs, orders } = settings
    this.settings = settings
    this.log = pino({ name: settings.name, level: settings.logLevel, base: null }, pino.destination(2))
    const metrics = createMetrics(settings.name)
    this.metrics = metrics
    this.#clock = clock
    this.#emit = emit ?? (() => undefined)
    const now = () => clock.now()
    const onRequest = (method: string, ok: boolean) => metrics.rpcRequests.inc({ method, result: ok ? 'ok' : 'failed' })
    const own = transport ?? httpTransport(rpcUrl, rpcTimeoutMs)
    this.#port = new ViemExchange({ transport: own, deployment, key, onRequest })
    this.#view = new ChainView(this.#port)
    this.#journal = new Journal(settings.journal, `${deployment.chainId}:${deployment.exchange}`)
    this.#turn = new Turn(this.#journal, now, (error) => this.#fail(error))
    this.desk = new OrderDesk({
      state: () => this.#view.state,
      recorder: this.#turn,
      executor: this.#port.executor,
      expiryMarginSeconds: orders.expiryMarginSeconds,
      maxOrdersPerAccount: orders.maxPerAccount,
      now,
    })
    this.#requests = new QuoteRequests(this.desk, settings.quotes, now)
    const shared = { port: this.#port, view: this.#view, desk: this.desk, turn: this.#turn }
    this.settler = new Settler({ ...shared, settings, metrics, log: this.log })
  }

  get port(): number | undefined {
    const address = this.#server?.address()
    return typeof address === 'object' && address ? address.port : undefined
  }

  /** Restores what the journal has, brings it in line with the chain, then opens the port. */
  async start(): Promise<void> {
    const actual = await this.#port.chainId()
    const expected = this.settings.deployment.chainId
    if (actual !== expected) throw new WrongChainError({ expected, actual })
    this.#journal.prune(this.settings.keepDays, this.#clock.now())
    const { orders, matches, batches, last } = this.#journal.load()
    this.desk.restore(orders, matches)
    this.desk.continueAfter(last)
    this.settler.restore(batches, last.batch)
    const symbols = await this.#port.symbols()
    const feed = new Feed(this.desk, symbols, this.#clock.now())
    this.#turn.listen(feed)
    this.#turn.listen({
      orderChanged: (live) => this.#count(live),
      matchChanged: (match) => this.#tell(match),
      levelsChanged: () => undefined,
    })
    await this.round()
    feed.start(this.desk.orders())
    this.#server = await this.#serve(this.#service(feed, symbols))
    const found = { orders: orders.length, matches: matches.length, batches: batches.length }
    this.log.info({ port: this.port, executor: this.#port.executor, ...found }, 'serves')
  }

  /** Until `signal` aborts, or the journal cannot be written. @throws JournalWriteError */
  async run(signal: AbortSignal): Promise<void> {
    const { pollMs } = this.settings
    const { errors } = this.metrics
    const ends = AbortSignal.any([signal, this.#fatal.signal])
    await repeat({ clock: this.#clock, pollMs, round: () => this.round(), log: this.log, errors }, ends)
    if (this.#fatal.signal.aborted) throw this.#fatal.signal.reason
  }

  async stop(): Promise<void> {
    const server = this.#server
    if (server) {
      server.closeAllConnections()
      for (const socket of this.#sockets.clients) socket.terminate()
      await new Promise((resolve) => server.close(resolve))
    }
    await this.#turn.committed()
    this.#journal.close()
  }

  /** One look at the chain. */
  async round(): Promise<void> {
    await this.settler.round()
    this.#requests.sweep()
    await this.#checkTokens()
    const { metrics } = this
    metrics.liveOrders.set(this.desk.size)
    metrics.pending.set(this.desk.ledger.pending().length)
    metrics.headBlock.set(Number(this.#view.state.head.number))
    metrics.balance.set(Number(formatEther(await this.#port.balance())))
    this.#roundAt = this.#clock.now()
    metrics.roundAt.set(this.#roundAt / 1_000)
  }

  #service(feed: Feed, symbols: readonly string[]): Service {
    const now = () => this.#clock.now()
    return {
      settings: this.settings,
      port: this.#port,
      symbols,
      view: this.#view,
      desk: this.desk,
      requests: this.#requests,
      intake: new Intake(this.#port, this.#view),
      turn: this.#turn,
      journal: this.#journal,
      feed,
      sessions: new Sessions(this.#port, now),
      metrics: this.metrics,
      log: this.log,
      now,
      progress: () => ({ roundAt: this.#roundAt, inFlight: this.settler.inFlight }),
      perSigner: new RateLimit(this.settings.limits.perSigner, now),
    }
  }

  #serve(service: Service): Promise<Server> {
    const app = createApp(service)
    this.#checkTokens = addSocket(app, service)
    // The server that hono asks for; its types only are looser.
    const sockets = this.#sockets as unknown as WebSocketServerLike
    const { host: hostname, port } = this.settings
    return new Promise((resolve, reject) => {
      const server = serve(
        { fetch: app.fetch, hostname, port, websocket: { server: sockets } },
        () => resolve(server as Server), // no createServer is given: it is one of node:http
      )
      server.once('error', reject)
    })
  }

  #count({ status, reason = '' }: LiveOrder): void {
    if (status === 'done') this.metrics.ended.inc({ reason })
  }

  #tell({ id, maker, taker, units, status, batch, reason }: Match): void {
    if (status === 'matched') this.metrics.matched.inc()
    const line = { type: 'match', id, status, maker: maker.hash, taker: taker.hash, units: String(units) }
    this.#emit(JSON.stringify({ ...line, price: String(maker.price), batch, reason }))
  }

  #fail(error: unknown): void {
    this.log.fatal({ code: errorCode(error), problem: String(error) }, 'stops')
    this.#fatal.abort(error)
  }
}
