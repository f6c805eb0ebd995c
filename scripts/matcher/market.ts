/** A chain of its own with the protocol, funded traders and a matcher as a process: for demonstrations and measurements. */
import { compartment, type OrderParameters } from '@plimsoll/sdk'
import { type Hex, maxUint128 } from 'viem'
import { localPlan } from '../../deploy/deploy.ts'
import { LOCAL_ANSWERS } from '../../deploy/parameters.ts'
import type { Chain } from '../simulation/chain.ts'
import { toMicroUsd } from '../simulation/population.ts'
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
import { MatcherService, type SignedBody } from './service.ts'

const SYMBOLS = ['BTC', 'ETH'] as const
/** Deposit caps grow for a week. */
const LEAD_SECONDS = 8 * 86_400
const INSURANCE_USD = 20_000_000
const TRADER_USD = 100_000
const SEED = 1

export type MarketOptions = {
  readonly traders: number
  readonly blockMs: number
  readonly prefer?: Chain['kind'] | undefined
}

export class Market {
  readonly traders: readonly Wallet[]
  readonly service: MatcherService
  readonly site: Site
  readonly #blockMs: number
  #blocks: Promise<void> | undefined
  #isOpen = true
  #nonce = 0n

  private constructor(site: Site, traders: readonly Wallet[], service: MatcherService, blockMs: number) {
    this.site = site
    this.traders = traders
    this.service = service
    this.#blockMs = blockMs
  }

  static async create({ traders: count, blockMs, prefer }: MarketOptions): Promise<Market> {
    const listed = SYMBOLS.map((symbol) => parametersOf(symbol))
    const genesis = Math.floor(Date.now() / 1_000) - LEAD_SECONDS
    const site = await createSite({ plan: localPlan(LOCAL_ANSWERS, listed), seed: SEED, genesis, prefer })
    try {
      const { chainId } = site.deployment
      const traders = Array.from({ length: count }, (_, i) => new Wallet(`trader ${i}`, SEED, chainId))
      const wallet = new Wallet('matcher', SEED, chainId)
      await fund(site, traders, wallet)
      const service = await MatcherService.create({ site, wallet })
      return new Market(site, traders, service, blockMs)
    } catch (error) {
      await site.chain.stop()
      throw error
    }
  }

  /** Starts the matcher and a block every `blockMs`. */
  async open(): Promise<void> {
    this.#blocks = this.#mine()
    await this.service.start()
  }

  async close(): Promise<void> {
    this.#isOpen = false
    await this.service.stop()
    await this.#blocks
    await this.site.chain.stop()
  }

  /** An order of a trader, good for a day, with its signature. */
  async sign(trader: Wallet, terms: Pick<OrderParameters, 'legs' | 'limitPrice' | 'units'>): Promise<SignedBody> {
    this.#nonce += 1n
    const own = { accountId: trader.accountId(), nonce: this.#nonce, expiry: this.site.now + 86_400 }
    return (await this.service.sign(trader, { ...terms, ...own, maxFee: maxUint128 })).body
  }

  async #mine(): Promise<void> {
    while (this.#isOpen) {
      await this.site.chain.mine(++this.site.now)
      await new Promise((resolve) => setTimeout(resolve, this.#blockMs))
    }
  }
}

async function fund(site: Site, traders: readonly Wallet[], matcher: Wallet): Promise<void> {
  const { operator } = site
  await giveGas(site, [operator, matcher, ...traders])
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
