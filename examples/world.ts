/** What every example starts from: a chain of its own with the protocol, quoted options, and traders with money. */
import {
  createOrder,
  type Deployment,
  type ExpiryQuote,
  encodeAccountId,
  type Fill,
  type Instrument,
  type Leg,
  type Order,
  type OrderParameters,
  oppositeOrder,
  parseDeployment,
  plimsollActions,
  quoteStructure,
  randomNonce,
  squareRoot,
} from '@plimsoll/sdk'
import {
  type Address,
  createWalletClient,
  defineChain,
  formatUnits,
  type Hex,
  http,
  parseAbi,
  publicActions,
  type TransactionReceipt,
} from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { Market } from '../scripts/matcher/market.ts'
import type { MatcherService } from '../scripts/matcher/service.ts'
import { item } from '../scripts/simulation/population.ts'
import { giveGas, USD_ASSET } from '../scripts/simulation/site.ts'
import { keyOf } from '../scripts/simulation/wallet.ts'

export const WAD = 10n ** 18n
/** Id of the first underlying. */
export const BTC = 1
const UNDERLYINGS = [BTC, 2]
const USD_UNIT = 10n ** 6n
const DAY = 86_400
const YEAR = 365n * 86_400n
const SEED = 7
const BLOCK_MS = 250
/** Key of the first development account, which signs the surfaces of a local deployment. */
const SURFACE_KEY = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80'
const TOKEN_ABI = parseAbi(['function mint(address to, uint256 amount)', 'function push(int256 answer)'])

export type Trader = ReturnType<typeof traderOf>
export type Say = (line: string) => void
/** What a maker has signed. */
export type Offer = Pick<Fill, 'maker' | 'makerSignature'>

/** USD with 18 decimals, as text. */
export const usd = (amount: bigint, digits = 2) => Number(formatUnits(amount, 18)).toFixed(digits)

function traderOf(url: string, deployment: Deployment, key: Hex) {
  const account = privateKeyToAccount(key)
  const native = { name: 'Ether', symbol: 'ETH', decimals: 18 }
  const chain = defineChain({
    id: deployment.chainId,
    name: 'local',
    nativeCurrency: native,
    rpcUrls: { default: { http: [url] } },
  })
  const client = createWalletClient({ account, chain, transport: http(url), pollingInterval: 50 })
    .extend(publicActions)
    .extend(plimsollActions(deployment))
  return { account, accountId: encodeAccountId({ owner: account.address }), client }
}

/** A smile of one volatility with skew, free of arbitrage, and no carry. */
function quoteOf(expiry: number, time: number, volatility: bigint): ExpiryQuote {
  const theta = (((volatility * volatility) / WAD) * BigInt(expiry - time)) / YEAR
  const psi = (theta * 12n * WAD) / 10n / squareRoot(theta * WAD + theta * theta)
  return { expiry, theta, rho: (-3n * WAD) / 10n, psi, forwardRatio: WAD, discount: WAD }
}

/** A transaction that passed its simulation failed in its block. */
class RevertedError extends Error {
  readonly code = 'REVERTED'
  constructor({ transactionHash, gasUsed }: TransactionReceipt) {
    super(`Transaction ${transactionHash} reverted after ${gasUsed} gas. Try again: what it met has changed.`)
    this.name = 'RevertedError'
  }
}

export class World {
  readonly market: Market
  readonly deployment: Deployment
  readonly #url: string
  /** Pushes prices, signs surfaces and waits for receipts. */
  readonly #operator: Trader['client']
  /** 08:00 UTC, about 30 days from now. */
  expiry = 0

  private constructor(market: Market) {
    this.market = market
    this.deployment = parseDeployment(market.site.deployment)
    this.#url = market.site.chain.rpc.url
    this.#operator = traderOf(this.#url, this.deployment, SURFACE_KEY).client
  }

  /** Every transaction is mined at once, until the matcher is started. */
  static async open(): Promise<World> {
    const world = new World(await Market.create({ traders: 0, blockMs: BLOCK_MS }))
    try {
      await world.market.site.chain.rpc.call('evm_setAutomine', [true])
      await world.#quoteOptions()
      return world
    } catch (error) {
      await world.close()
      throw error
    }
  }

  close(): Promise<void> {
    return this.market.close()
  }

  /** Blocks come by themselves from here on, and orders are matched. */
  async startMatcher(): Promise<MatcherService> {
    await this.market.site.chain.rpc.call('evm_setAutomine', [false])
    this.market.site.now = await this.now()
    await this.market.open()
    return this.market.service
  }

  /** An account with dollars in it and gas money beside it. */
  async trader(name: string, dollars = 100_000n): Promise<Trader> {
    const trader = traderOf(this.#url, this.deployment, keyOf(name, SEED))
    await giveGas(this.market.site, [trader.account])
    if (dollars === 0n) return trader
    const amount = dollars * USD_UNIT
    await this.mint(trader, USD_ASSET, amount)
    await this.mined(trader.client.approve({ asset: USD_ASSET, amount }))
    await this.mined(trader.client.deposit({ accountId: trader.accountId, asset: USD_ASSET, amount }))
    return trader
  }

  /** Tokens in the trader's wallet. */
  async mint({ account, client }: Trader, asset: number, amount: bigint): Promise<void> {
    const token = await client.getTokenAddress({ asset })
    await this.mined(this.#write(client, token, 'mint', [account.address, amount]))
  }

  /** Waits for the receipt. @throws RevertedError */
  async mined(hash: Promise<Hex>): Promise<TransactionReceipt> {
    const receipt = await this.#operator.waitForTransactionReceipt({ hash: await hash })
    if (receipt.status !== 'success') throw new RevertedError(receipt)
    return receipt
  }

  async now(): Promise<number> {
    return Number((await this.#operator.getBlock()).timestamp)
  }

  /** An order of the trader, good for an hour, with a dollar of fees per unit at most. */
  async order({ accountId }: Trader, terms: Pick<OrderParameters, 'legs' | 'limitPrice' | 'units'> & Partial<Order>) {
    const expiry = (await this.now()) + 3_600
    return createOrder({ accountId, nonce: randomNonce(), expiry, maxFee: WAD, ...terms })
  }

  /** Offers `lots` of an instrument (negative: bids for them) at a percentage of mark. */
  async offer(trader: Trader, instrument: Instrument, lots: bigint, percent: bigint): Promise<Offer> {
    const [ratio, units] = lots > 0n ? [-1n, lots] : [1n, -lots]
    const legs = [{ instrument, ratio }]
    const limitPrice = ((await this.mark(trader, legs)) * percent) / 100n
    const maker = await this.order(trader, { legs, limitPrice, units })
    return { maker, makerSignature: await trader.client.signOrder({ order: maker }) }
  }

  /** All of an offer, for the trader: only the maker has to sign, when the trader sends it. */
  async fill({ accountId }: Trader, offer: Offer): Promise<Fill> {
    const { units } = offer.maker
    const expiry = (await this.now()) + 600
    const taker = oppositeOrder(offer.maker, { accountId, units, nonce: randomNonce(), expiry, maxFee: WAD })
    return { ...offer, taker, units }
  }

  /** What one unit of a structure is worth now, USD with 18 decimals. */
  async mark({ client }: Trader, legs: readonly Leg[]): Promise<bigint> {
    const instruments = legs.map(({ instrument }) => instrument)
    return quoteStructure(await client.getMatrix({ instruments }), legs).mark
  }

  /** A new price, half a minute later: younger ones widen the price interval. */
  async setPrice(underlying: number, dollars: bigint): Promise<void> {
    const { feed } = item(this.market.site.deployment.underlyings, underlying - 1)
    await this.market.site.chain.rpc.call('evm_increaseTime', [31])
    await this.mined(this.#write(this.#operator, feed, 'push', [dollars * 10n ** 8n]))
  }

  #write({ account, writeContract }: Trader['client'], address: Address, ...[functionName, args]: Write) {
    return writeContract({ account, chain: null, address, abi: TOKEN_ABI, functionName, args })
  }

  /** Volatility surfaces of both underlyings, signed and posted as a quorum of signers would. */
  async #quoteOptions(): Promise<void> {
    const timestamp = await this.now()
    const today = timestamp - (timestamp % DAY) + 8 * 3_600
    const days = [2, 9, 30]
    this.expiry = today + 30 * DAY
    for (const underlying of UNDERLYINGS) {
      const expiries = days.map((day) => quoteOf(today + day * DAY, timestamp, (6n * WAD) / 10n))
      const message = { underlying, timestamp, premium: 0n, depth: 10n ** 8n * WAD, expiries }
      const signatures = [await this.#operator.signSurface({ message })]
      await this.mined(this.#operator.postSurface({ message, signatures }))
    }
  }
}

type Write = ['mint', [Address, bigint]] | ['push', [bigint]]
