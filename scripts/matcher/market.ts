/** A chain of its own with the protocol, funded traders and a matcher as a process: for demonstrations and measurements. */
import type { ChildProcess } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compartment, createOrder, type OrderParameters, orderTypedData, parseDeployment } from '@plimsoll/sdk'
import type { Hex } from 'viem'
import { localPlan } from '../../deploy/deploy.ts'
import { LOCAL_ANSWERS } from '../../deploy/parameters.ts'
import { wireOrder } from '../../matcher/src/index.ts'
import { type Chain, freePort } from '../simulation/chain.ts'
import { startChild, stopChild } from '../simulation/children.ts'
import { item, toMicroUsd } from '../simulation/population.ts'
import {
  createSite,
  DEPOSITS_PER_BLOCK,
  deposit,
  giveGas,
  parametersOf,
  perform,
  pushes,
  type Site,
  USD_ASSET,
} from '../simulation/site.ts'
import { Wallet } from '../simulation/wallet.ts'

const SYMBOLS = ['BTC', 'ETH'] as const
/** Deposit caps grow for a week. */
const LEAD_SECONDS = 8 * 86_400
const INSURANCE_USD = 20_000_000
const TRADER_USD = 100_000
const SEED = 1
const PATIENCE_MS = 60_000
const POLL_MS = 50

export type MarketOptions = {
  readonly traders: number
  readonly blockMs: number
  readonly prefer?: Chain['kind'] | undefined
  /** Over the defaults of a measurement without limits. */
  readonly settings?: Readonly<Record<string, unknown>> | undefined
}

export type SignedBody = { readonly order: Record<string, unknown>; readonly signature: string }

export class Market {
  readonly site: Site
  readonly traders: readonly Wallet[]
  readonly url: string
  readonly #file: string
  readonly #blockMs: number
  #child: ChildProcess | undefined
  #blocks: Promise<void> | undefined
  #isOpen = true
  #nonce = 0n
  /** What the matcher says. */
  log = ''
  /** Lines of its `--json`. */
  out = ''

  private constructor(
    site: Site,
    traders: readonly Wallet[],
    { port, file, blockMs }: { port: number; file: string; blockMs: number },
  ) {
    this.site = site
    this.traders = traders
    this.url = `http://127.0.0.1:${port}`
    this.#file = file
    this.#blockMs = blockMs
  }

  static async create({ traders: count, blockMs, prefer, settings = {} }: MarketOptions): Promise<Market> {
    const listed = SYMBOLS.map((symbol) => parametersOf(symbol))
    const genesis = Math.floor(Date.now() / 1_000) - LEAD_SECONDS
    const site = await createSite({ plan: localPlan(LOCAL_ANSWERS, listed), seed: SEED, keepers: 1, genesis, prefer })
    const traders = Array.from({ length: count }, (_, i) => new Wallet(`trader ${i}`, SEED, site.deployment.chainId))
    await fund(site, traders)
    const port = await freePort()
    const file = join(site.folder, 'matcher.json')
    const unlimited = { perSecond: 1e6, burst: 1e6 }
    const base = { rpcUrl: site.chain.rpc.url, deployment: site.deploymentFile, port, pollMs: 100, logLevel: 'warn' }
    const limits = { perAddress: unlimited, perSigner: unlimited }
    const orders = { maxPerAccount: 100_000 }
    writeFileSync(file, JSON.stringify({ ...base, limits, orders, ...settings }))
    return new Market(site, traders, { port, file, blockMs })
  }

  /** Starts the matcher and a block every `blockMs`. */
  async open(): Promise<void> {
    const main = fileURLToPath(new URL('../matcher.ts', import.meta.url))
    const env = { ...process.env, PLIMSOLL_MATCHER_KEY: item(this.site.keepers, 0).key }
    const args = [main, 'start', '--json', '--config', this.#file]
    const child = startChild(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
    child.stdout?.on('data', (chunk: Buffer) => {
      this.out += chunk
    })
    child.stderr?.on('data', (chunk: Buffer) => {
      this.log = `${this.log}${chunk}`.slice(-4_000)
    })
    this.#child = child
    this.#blocks = this.#mine()
    await this.until(async () => (await fetch(`${this.url}/health`).catch(() => undefined))?.ok === true)
  }

  async close(): Promise<void> {
    this.#isOpen = false
    if (this.#child) await stopChild(this.#child)
    await this.#blocks
    await this.site.chain.stop()
  }

  /** Asks again until `condition` holds. @throws NoProgressError when matches stop changing before */
  async until(condition: () => Promise<boolean>): Promise<void> {
    let deadline = Date.now() + PATIENCE_MS
    let told = this.out.length
    while (!(await condition())) {
      if (this.out.length > told) deadline = Date.now() + PATIENCE_MS
      told = this.out.length
      const hasEnded = this.#child !== undefined && this.#child.exitCode !== null
      if (hasEnded || Date.now() > deadline) throw new NoProgressError(this.log)
      await new Promise((resolve) => setTimeout(resolve, POLL_MS))
    }
  }

  /** An order of a trader, good for a day, with its signature. */
  async sign(trader: Wallet, terms: Pick<OrderParameters, 'legs' | 'limitPrice' | 'units'>): Promise<SignedBody> {
    this.#nonce += 1n
    const expiry = this.site.now + 86_400
    const order = createOrder({ ...terms, accountId: trader.accountId(), nonce: this.#nonce, expiry })
    const signature = await trader.account.signTypedData(orderTypedData(parseDeployment(this.site.deployment), order))
    return { order: wireOrder(order, SYMBOLS), signature }
  }

  async post(path: string, body: unknown): Promise<{ status: number; body: Record<string, unknown> }> {
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(`${this.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
    return { status: response.status, body: (await response.json()) as Record<string, unknown> } // the service's own JSON
  }

  async get<T>(path: string): Promise<T> {
    return (await fetch(`${this.url}${path}`)).json() as Promise<T> // the caller names what the service answers
  }

  async #mine(): Promise<void> {
    while (this.#isOpen) {
      await this.site.chain.mine(++this.site.now)
      await new Promise((resolve) => setTimeout(resolve, this.#blockMs))
    }
  }
}

class NoProgressError extends Error {
  readonly code = 'NO_PROGRESS'
  constructor(log: string) {
    super(`The matcher made no progress for ${PATIENCE_MS / 1_000} s. What it says: ${log.trim() || '(nothing)'}`)
    this.name = 'NoProgressError'
  }
}

async function fund(site: Site, traders: readonly Wallet[]): Promise<void> {
  const { operator, keepers } = site
  await giveGas(site, [operator, ...keepers, ...traders])
  site.now += LEAD_SECONDS - 3_600
  const prices = SYMBOLS.map((symbol) => LOCAL_ANSWERS[symbol] ?? 0n)
  await perform(site, await pushes(site, prices), SYMBOLS.length)
  const raw: Hex[] = []
  for (const [index] of SYMBOLS.entries()) {
    const terms = { account: compartment(index + 1), asset: USD_ASSET, amount: toMicroUsd(INSURANCE_USD) }
    raw.push(...(await deposit(site, operator, terms, index === 0)))
  }
  for (const trader of traders) {
    const terms = { account: trader.accountId(), asset: USD_ASSET, amount: toMicroUsd(TRADER_USD) }
    raw.push(...(await deposit(site, trader, terms)))
  }
  await perform(site, raw, DEPOSITS_PER_BLOCK)
}
