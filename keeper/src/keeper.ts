/** A keeper in one process: config in, running parts out. The command line and the tests start it the same way. */
import { type Logger, pino } from 'pino'
import { hashMessage, type Transport } from 'viem'
import type { Config, ResaleSettings } from './config.ts'
import { WrongChainError } from './errors.ts'
import { OrderReader } from './orderReader.ts'
import { type ClockPort, systemClock } from './ports/clock.ts'
import { FileJournal } from './ports/journal.ts'
import { HttpMatcher } from './ports/matcher.ts'
import { createMetrics, type Metrics } from './ports/metrics.ts'
import { type Answer, type RunningServer, serve } from './ports/server.ts'
import { httpTransport } from './ports/transport.ts'
import { ViemChain } from './ports/viemChain.ts'
import { Reporter } from './report.ts'
import { Runner } from './runner.ts'

export type KeeperOptions = {
  readonly config: Config
  readonly dryRun?: boolean | undefined
  readonly emit?: ((line: string) => void) | undefined
  /** Default: the URLs of the configuration. */
  readonly transport?: Transport | undefined
  readonly clock?: ClockPort | undefined
}

export class Keeper {
  readonly config: Config
  readonly log: Logger
  readonly metrics: Metrics
  readonly chain: ViemChain
  readonly reporter: Reporter
  readonly runner: Runner
  readonly #journal: FileJournal
  #server: RunningServer | undefined

  constructor({ config, dryRun = false, emit, transport, clock = systemClock }: KeeperOptions) {
    const { deployment, rpcUrl, rpcTimeoutMs } = config
    this.config = config
    // Logs go to stderr: stdout belongs to the JSON lines.
    this.log = pino({ name: config.name, level: config.logLevel, base: null }, pino.destination(2))
    const metrics = createMetrics(config.name)
    this.metrics = metrics
    this.chain = new ViemChain({
      transport: transport ?? httpTransport(rpcUrl, rpcTimeoutMs),
      contracts: deployment,
      key: config.privateKey,
      onRequest: (method, ok) => metrics.rpcRequests.inc({ method, result: ok ? 'ok' : 'failed' }),
    })
    const identity = hashMessage(`${deployment.chainId} ${deployment.clearinghouse} ${this.chain.signer}`)
    this.#journal = new FileJournal(config.journal, identity)
    this.reporter = new Reporter({ config, log: this.log, metrics, clock, emit })
    const { chain, reporter } = this
    const orders = config.resale && this.#orderReader(config.resale)
    this.runner = new Runner({ config, chain, clock, journal: this.#journal, reporter, orders, dryRun })
  }

  #orderReader({ matcherUrl: url, timeoutMs }: ResaleSettings): OrderReader {
    const { metrics, log, config } = this
    const matcher = new HttpMatcher({ url, timeoutMs, deployment: config.deployment })
    const onRead = (problem: string | undefined) => {
      metrics.matcherReads.inc({ result: problem === undefined ? 'ok' : 'failed' })
      if (problem !== undefined) log.warn({ problem }, 'no resting orders')
    }
    return new OrderReader({ matcher, onRead })
  }

  get port(): number | undefined {
    return this.#server?.port
  }

  /** Checks the chain and opens the port. */
  async start(): Promise<void> {
    const { config, reporter, metrics } = this
    const expected = config.deployment.chainId
    const actual = await this.chain.chainId()
    if (actual !== expected) throw new WrongChainError({ expected, actual })
    if (config.metricsPort === undefined) return
    this.#server = await serve({
      host: config.metricsHost,
      port: config.metricsPort,
      registry: metrics.registry,
      paths: REPORTS,
      answer: (path) => report(reporter, path),
    })
    this.log.info({ port: this.#server.port }, 'metrics')
  }

  async stop(): Promise<void> {
    await this.runner.close()
    await this.#server?.close()
    this.#journal.close()
  }
}

const REPORTS = ['/health', '/ready', '/accounts']

function report(reporter: Reporter, path: string): Answer | undefined {
  if (path === '/accounts') return { status: 200, body: reporter.accounts() }
  if (path !== '/health' && path !== '/ready') return undefined
  const health = reporter.health()
  return { status: (path === '/health' ? health.healthy : health.ready) ? 200 : 503, body: health }
}
