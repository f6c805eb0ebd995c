/** The linear world: perpetuals on collateral, funded and with open books, ready for the first price. */
import { compartment, perpetualOf } from '@plimsoll/sdk'
import type { Hex } from 'viem'
import { localPlan } from '../../deploy/deploy.ts'
import type { PriceStep } from '../market/schedule.ts'
import type { Chain } from './chain.ts'
import type { KeeperPlan } from './keepers.ts'
import { item, populate, pricePerLot, type Trader, toMicroUsd } from './population.ts'
import {
  atPrice,
  createSite,
  DEPOSITS_PER_BLOCK,
  deposit,
  depositCapital,
  depositMinted,
  giveGas,
  mint,
  parametersOf,
  perform,
  pushes,
  type Site,
  setMode,
  USD_ASSET,
} from './site.ts'
import { settleOpening, type Trade } from './trades.ts'
import { Wallet } from './wallet.ts'

/** Seconds before the first price: for the deployment, a week of growing deposit caps before the funding, and the opening. */
const LEAD_SECONDS = { genesis: 7 * 86_400 + 7_200, funding: 900, opening: 600 }
const MAKER_USD = 60_000_000
/** Insurance over what the open-interest caps need for the books that are opened. */
const INSURANCE_MULTIPLE = 2.5
const FILLS_PER_BATCH = 12

export type World = Site & { maker: Wallet; traders: Trader[] }

export type WorldOptions = {
  accounts: number
  seed: number
  first: PriceStep
  symbols: readonly string[]
  keepers: readonly KeeperPlan[]
  prefer?: Chain['kind'] | undefined
}

export async function createWorld(options: WorldOptions): Promise<World> {
  const { first, symbols, seed, keepers, prefer } = options
  const answers = Object.fromEntries(symbols.map((symbol, i) => [symbol, item(first.prices, i)]))
  const parameters = symbols.map((symbol, i) => atPrice(symbol, item(first.prices, i)))
  const plan = localPlan(answers, parameters)
  const genesis = first.t - LEAD_SECONDS.genesis
  const site = await createSite({ plan, seed, keepers, genesis, prefer })
  const { deployment, decimals } = site
  const { chainId, underlyings } = deployment
  const traders = populate({ ...options, chainId, underlyings, prices: first.prices, decimals })
  const now = first.t - LEAD_SECONDS.funding
  return { ...site, maker: new Wallet('maker', seed, chainId), traders, now }
}

/** Mints and deposits for everybody: traders, the market maker, keepers, insurance. */
export async function fund(world: World, options: WorldOptions): Promise<void> {
  const { traders, maker, keepers, operator } = world
  await giveGas(world, [
    operator,
    maker,
    ...keepers.map(({ wallet }) => wallet),
    ...traders.map(({ wallet }) => wallet),
  ])
  await perform(world, await pushes(world, options.first.prices), DEPOSITS_PER_BLOCK)
  const raw: Hex[] = []
  const usd = (amount: number) => ({ asset: USD_ASSET, amount: toMicroUsd(amount) })
  for (const [index, amount] of insuranceOf(world, options).entries()) {
    raw.push(...(await deposit(world, operator, { account: compartment(index + 1), ...usd(amount) }, index === 0)))
  }
  raw.push(...(await deposit(world, maker, { account: maker.accountId(), ...usd(MAKER_USD) })))
  raw.push(...(await depositCapital(world)))
  for (const trader of traders) {
    const { wallet, account, deposit: first, isIsolated, isAttentive } = trader
    raw.push(...(await deposit(world, wallet, { account, ...first })))
    if (isIsolated) raw.push(await setMode(world, wallet, account, 'isolated'))
    if (isAttentive) raw.push(...(await mint(world, wallet, topUpOf(trader))))
  }
  await perform(world, raw, DEPOSITS_PER_BLOCK)
}

/** Notional times stress gap, so that open interest starts below half of what insurance allows. */
function insuranceOf({ traders, deployment }: World, { first }: WorldOptions): number[] {
  return deployment.underlyings.map((underlying, i) => {
    const legs = traders.flatMap((trader) => trader.legs.filter((leg) => leg.underlying.id === underlying.id))
    const side = (sign: bigint) => legs.reduce((sum, { lots }) => (lots * sign > 0n ? sum + lots * sign : sum), 0n)
    const lots = [side(1n), side(-1n)].sort((a, b) => (a < b ? 1 : -1))[0] ?? 0n
    const usd = Number(lots * pricePerLot(underlying, item(first.prices, i))) / 1e18
    return Math.max(1_000, (usd * INSURANCE_MULTIPLE * Number(parametersOf(underlying.symbol).limits.stressGap)) / 1e18)
  })
}

function topUpOf({ account, equityUsd }: Trader) {
  return { account, asset: USD_ASSET, amount: toMicroUsd(equityUsd / 4) }
}

/** The answer of an attentive trader to a margin call, raw. */
export function topUp(world: World, trader: Trader): Promise<Hex> {
  return depositMinted(world, trader.wallet, topUpOf(trader))
}

/** Every trader's first orders against the market maker at mark. */
export async function open(world: World, { first }: WorldOptions): Promise<void> {
  const { traders, maker } = world
  world.now = first.t - LEAD_SECONDS.opening
  await perform(world, await pushes(world, first.prices), DEPOSITS_PER_BLOCK)
  const trades: Trade[] = []
  for (const { wallet, account, legs } of traders) {
    for (const { underlying, lots } of legs) {
      if (lots === 0n) continue
      const side = lots > 0n ? 1n : -1n
      const price = side * pricePerLot(underlying, item(first.prices, underlying.id - 1))
      const structure = [{ instrument: perpetualOf(underlying.id), ratio: side }]
      trades.push({ wallet, account, maker, legs: structure, units: lots * side, price })
    }
  }
  const batches: Trade[][] = []
  for (let i = 0; i < trades.length; i += FILLS_PER_BATCH) batches.push(trades.slice(i, i + FILLS_PER_BATCH))
  await settleOpening(world, batches)
}
