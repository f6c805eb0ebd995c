/** Who trades: seeded, so that a run can be repeated. */
import type { AccountId } from '@plimsoll/sdk'
import type { DeployedUnderlying } from '../../deploy/deployment.ts'
import { PRICE_DECIMALS } from '../market/bars.ts'
import { Random } from './random.ts'
import { Wallet } from './wallet.ts'

/** The distribution, as the report states it. Equity and leverage are uniform in the logarithm. */
export const DISTRIBUTION = {
  equityUsd: [2_000, 200_000],
  /** Gross notional of the perpetuals over equity. */
  leverage: [1, 13],
  leverageOnTokens: [1, 6],
  isolatedShare: 0.4,
  /** Of cross accounts: perpetuals of every underlying instead of one. */
  spreadShare: 0.5,
  longShare: 0.7,
  /** Collateral in WBTC or WETH instead of USDC. */
  tokenShare: 0.3,
  /** Adds a quarter of its first equity, once, when it falls below initial margin. */
  attentiveShare: 0.15,
} as const

type Deposit = { asset: number; amount: bigint }
type Leg = { underlying: DeployedUnderlying; lots: bigint }

export type Trader = {
  wallet: Wallet
  account: AccountId
  isIsolated: boolean
  equityUsd: number
  leverage: number
  deposit: Deposit
  legs: Leg[]
  isAttentive: boolean
}

export type PopulationOptions = {
  accounts: number
  seed: number
  chainId: number
  underlyings: readonly DeployedUnderlying[]
  /** First prices, in the feeds' decimals, in the order of the underlyings. */
  prices: readonly bigint[]
  /** Decimals of the collateral tokens, likewise. */
  decimals: readonly number[]
}

export function populate(options: PopulationOptions): Trader[] {
  const random = new Random(options.seed)
  return Array.from({ length: options.accounts }, (_, index) => trader(options, random, index))
}

function trader(options: PopulationOptions, random: Random, index: number): Trader {
  const { seed, chainId, underlyings } = options
  const wallet = new Wallet(`trader ${index}`, seed, chainId)
  const equityUsd = random.logUniform(...DISTRIBUTION.equityUsd)
  const usesToken = random.chance(DISTRIBUTION.tokenShare)
  const [least, most] = usesToken ? DISTRIBUTION.leverageOnTokens : DISTRIBUTION.leverage
  const leverage = random.logUniform(least, most)
  const asset = usesToken ? 1 + Math.floor(random.next() * underlyings.length) : 0
  const isIsolated = random.chance(DISTRIBUTION.isolatedShare)
  const isSpread = !isIsolated && random.chance(DISTRIBUTION.spreadShare)
  const first = Math.floor(random.next() * underlyings.length)
  const traded = isSpread ? underlyings.map((_, i) => i) : [first]
  const notional = (equityUsd * leverage) / traded.length
  return {
    wallet,
    account: wallet.accountId(),
    isIsolated,
    equityUsd,
    leverage,
    deposit: { asset, amount: tokens(options, asset, equityUsd) },
    legs: traded.map((i) => leg(options, i, random.chance(DISTRIBUTION.longShare) ? notional : -notional)),
    isAttentive: random.chance(DISTRIBUTION.attentiveShare),
  }
}

/** Token units of an asset that are worth `usd` at the first prices; 0 is the settlement token. */
function tokens({ prices, decimals }: PopulationOptions, asset: number, usd: number): bigint {
  if (asset === 0) return toMicroUsd(usd)
  const price = item(prices, asset - 1)
  return (toMicroUsd(usd) * 10n ** BigInt(PRICE_DECIMALS + item(decimals, asset - 1) - 6)) / price
}

function leg({ underlyings, prices }: PopulationOptions, index: number, notionalUsd: number): Leg {
  const underlying = item(underlyings, index)
  // USD (6) / price (8) -> units (18) / units per lot (18).
  const units = (toMicroUsd(notionalUsd) * 10n ** BigInt(PRICE_DECIMALS - 6 + 18)) / item(prices, index)
  return { underlying, lots: units / BigInt(underlying.lotUnit) }
}

export function toMicroUsd(usd: number): bigint {
  return BigInt(Math.round(usd * 1e6))
}

export function item<T>(list: readonly T[], index: number): T {
  const found = list[index]
  if (found === undefined) throw new RangeError(`There is no item ${index} in a list of ${list.length}.`)
  return found
}

/** USD per lot, 18 decimals, at a price in the feed's decimals. */
export function pricePerLot({ lotUnit }: DeployedUnderlying, price: bigint): bigint {
  return (price * BigInt(lotUnit)) / 10n ** BigInt(PRICE_DECIMALS)
}
