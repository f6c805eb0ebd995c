/** A matcher as a process of its own, and the HTTP side of it. */
import type { ChildProcess } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  type Deployment,
  formatInstrument,
  hashOrder,
  type Leg,
  type OrderParameters,
  parseDeployment,
  type Symbols,
} from '@plimsoll/sdk'
import type { Hex } from 'viem'
import { wireOrder } from '../../matcher/src/index.ts'
import { freePort } from '../simulation/chain.ts'
import { startChild, stopChild } from '../simulation/children.ts'
import type { Site } from '../simulation/site.ts'
import type { Wallet } from '../simulation/wallet.ts'

export type SignedBody = { readonly order: Record<string, unknown>; readonly signature: Hex }
export type SignedOrder = { readonly hash: Hex; readonly body: SignedBody }
export type Answer = { readonly status: number; readonly body: Record<string, unknown> }
export type Health = { readonly block: string; readonly pending: number }

export type ServiceOptions = {
  readonly site: Site
  /** Pays the gas of settlements. */
  readonly wallet: Wallet
  /** Over the defaults of a service without limits. */
  readonly settings?: Readonly<Record<string, unknown>> | undefined
}

const PATIENCE_MS = 60_000
const POLL_MS = 50
/** Of one request. */
const TIMEOUT_MS = 10_000
/** What is kept of its log. */
const LOG_CHARACTERS = 4_000

class NoProgressError extends Error {
  readonly code = 'NO_PROGRESS'
  constructor(log: string) {
    super(`The matcher made no progress for ${PATIENCE_MS / 1_000} s. What it says: ${log.trim() || '(nothing)'}`)
    this.name = 'NoProgressError'
  }
}

export class MatcherService {
  readonly url: string
  /** Its SQLite file. */
  readonly journal: string
  /** Underlyings by id, as instruments are named. */
  readonly symbols: Symbols
  readonly #deployment: Deployment
  readonly #wallet: Wallet
  readonly #file: string
  #child: ChildProcess | undefined
  #log = ''
  /** Lines of its `--json`. */
  out = ''

  private constructor({ site, wallet }: ServiceOptions, port: number) {
    this.symbols = site.deployment.underlyings.map(({ symbol }) => symbol)
    this.#deployment = parseDeployment(site.deployment)
    this.#wallet = wallet
    this.url = `http://127.0.0.1:${port}`
    this.journal = join(site.folder, 'matcher.sqlite')
    this.#file = join(site.folder, 'matcher.json')
  }

  /** Writes its configuration into the folder of the site. */
  static async create(options: ServiceOptions): Promise<MatcherService> {
    const { site, settings = {} } = options
    const port = await freePort()
    const service = new MatcherService(options, port)
    const unlimited = { perSecond: 1e6, burst: 1e6 }
    const defaults = {
      rpcUrl: site.chain.rpc.url,
      deployment: site.deploymentFile,
      port,
      journal: service.journal,
      pollMs: 100,
      logLevel: 'warn',
      limits: { perAddress: unlimited, perSigner: unlimited },
      orders: { maxPerAccount: 100_000 },
    }
    writeFileSync(service.#file, JSON.stringify({ ...defaults, ...settings }))
    return service
  }

  /** Returns once it answers; the process is gone when it does not. @throws NoProgressError */
  async start(): Promise<void> {
    this.#child = this.#spawn()
    try {
      await this.until(async () => (await this.#fetch('/health').catch(() => undefined))?.ok === true)
    } catch (error) {
      await this.stop()
      throw error
    }
  }

  #spawn(): ChildProcess {
    const main = fileURLToPath(new URL('../matcher.ts', import.meta.url))
    const env = { ...process.env, PLIMSOLL_MATCHER_KEY: this.#wallet.key }
    const args = [main, 'start', '--json', '--config', this.#file]
    const child = startChild(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
    child.stdout?.on('data', (chunk: Buffer) => {
      this.out += chunk
    })
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#log = `${this.#log}${chunk}`.slice(-LOG_CHARACTERS)
    })
    return child
  }

  async stop(): Promise<void> {
    if (this.#child) await stopChild(this.#child)
  }

  /** Asks again until `condition` holds. @throws NoProgressError when matches stop changing before */
  async until(condition: () => Promise<boolean>, pollMs = POLL_MS): Promise<void> {
    let deadline = Date.now() + PATIENCE_MS
    let told = this.out.length
    while (!(await condition())) {
      if (this.out.length > told) deadline = Date.now() + PATIENCE_MS
      told = this.out.length
      const hasEnded = this.#child !== undefined && this.#child.exitCode !== null
      if (hasEnded || Date.now() > deadline) throw new NoProgressError(this.#log)
      await new Promise((resolve) => setTimeout(resolve, pollMs))
    }
  }

  /** An order with the signature of `signer`, as the body of a request. */
  async sign(signer: Wallet, parameters: OrderParameters): Promise<SignedOrder> {
    const { order, signature } = await signer.signOrder(this.#deployment, parameters)
    return { hash: hashOrder(this.#deployment, order), body: { order: wireOrder(order, this.symbols), signature } }
  }

  /** Asks for quotes of a structure. */
  ask({ legs, units }: { readonly legs: readonly Leg[]; readonly units: bigint }): Promise<Answer> {
    const named = legs.map(({ instrument, ratio }) => {
      return { instrument: formatInstrument(instrument, this.symbols), ratio: String(ratio) }
    })
    return this.post('/requests', { legs: named, units: String(units) })
  }

  async post(path: string, body: unknown): Promise<Answer> {
    const headers = { 'content-type': 'application/json' }
    const response = await this.#fetch(path, { method: 'POST', headers, body: JSON.stringify(body) })
    return { status: response.status, body: (await response.json()) as Record<string, unknown> } // the service's own JSON
  }

  async get<T>(path: string): Promise<T> {
    return (await this.#fetch(path)).json() as Promise<T> // the caller names what the service answers
  }

  health(): Promise<Health> {
    return this.get('/health')
  }

  #fetch(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(`${this.url}${path}`, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) })
  }
}
