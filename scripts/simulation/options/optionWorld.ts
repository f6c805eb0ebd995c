/** The world of options: a protocol with surfaces, funded traders with option books, and the makers on the other side. */
import {
  type AccountId,
  clearinghouseAbi,
  compartment,
  decodeSnapshot,
  encodeInstrumentId,
  encodeUnderlyingSet,
  type Instrument,
  isDated,
  type Mode,
  markOf,
  type Snapshot,
} from '@plimsoll/sdk'
import { decodeFunctionResult, encodeFunctionData, type Hex } from 'viem'
import type { PrivateKeyAccount } from 'viem/accounts'
import { localPlan } from '../../../deploy/deploy.ts'
import type { UnderlyingParameters } from '../../../deploy/parameters.ts'
import type { Chain } from '../chain.ts'
import type { KeeperPlan } from '../keepers.ts'
import { call } from '../observer.ts'
import { item, toMicroUsd } from '../population.ts'
import { Random } from '../random.ts'
import {
  atPrice,
  createSite,
  DEPOSITS_PER_BLOCK,
  deposit,
  depositCapital,
  depositMinted,
  giveGas,
  mint,
  perform,
  pushes,
  type Site,
  setMode,
  USD_ASSET,
} from '../site.ts'
import { type Trade as OpeningTrade, settleOpening } from '../trades.ts'
import { Wallet } from '../wallet.ts'
import { type Book, type Deposit, lotsOf, type Trade } from './accounts.ts'
import { type Books, books, makerIndex } from './books.ts'
import { Historian } from './historian.ts'
import { readHistories } from './histories.ts'
import type { OptionDay } from './optionDay.ts'
import { feedSigners, QUORUM } from './signers.ts'
import { posts } from './surfaces.ts'

/** Modes of those who share risk between underlyings. */
export type SharedMode = Extract<Mode, 'portfolio' | 'riskNeutral' | 'quantitative'>

/** Who is in Cross or Isolated mode, of the books in one underlying, and who answers a margin call. */
export const OPTION_DISTRIBUTION = { crossShare: 0.15, isolatedShare: 0.15, attentiveShare: 0.15 } as const

/** Seconds before the first price: for the deployment and the funding. */
const LEAD_SECONDS = { genesis: 7_200, funding: 900 }
/** Open-interest caps and insurance over what the books need: open interest starts below half of both. */
const CAP_MULTIPLE = 2.5
const TRADERS_PER_BATCH = 6
const WAD = 10n ** 18n

export type OptionTrader = {
  wallet: Wallet
  account: AccountId
  mode: Mode
  book: Book
  equityUsd: number
  isAttentive: boolean
}

type Maker = { wallet: Wallet; equityUsd: number }

export type OptionWorld = Site & {
  day: OptionDay
  traders: OptionTrader[]
  /** By `makerIndex`. */
  makers: Maker[]
  signers: PrivateKeyAccount[]
  /** Of all who are neither in Cross nor in Isolated mode. */
  mode: SharedMode
  /** In Quantitative mode, which alone needs histories. */
  historian: Historian | undefined
  /** All dated instruments of the books. */
  instruments: Instrument[]
  /** Block with the first surfaces. */
  listedAt: number
}

export type OptionWorldOptions = {
  day: OptionDay
  mode: SharedMode
  accounts: number
  seed: number
  keepers: readonly KeeperPlan[]
  prefer?: Chain['kind'] | undefined
}

export async function createOptionWorld(options: OptionWorldOptions): Promise<OptionWorld> {
  const { day, mode, accounts, seed, keepers, prefer } = options
  const drawn = books({ day, accounts, seed })
  const first = item(day.schedule.steps, 0)
  const signers = feedSigners('surface', seed)
  const answers = Object.fromEntries(day.symbols.map((symbol, i) => [symbol, item(first.prices, i)]))
  const parameters = day.symbols.map((symbol, i) =>
    widened(atPrice(symbol, item(first.prices, i)), longLots(drawn, i + 1)),
  )
  const plan = {
    ...localPlan(answers, parameters),
    surfaceSigners: signers.map(({ address }) => address),
    surfaceQuorum: BigInt(QUORUM),
    historySigners: feedSigners('history', seed).map(({ address }) => address),
    historyQuorum: BigInt(QUORUM),
  }
  const genesis = first.t - LEAD_SECONDS.genesis
  const site = await createSite({ plan, seed, keepers, genesis, prefer })
  const { chainId } = site.deployment
  const held = [...lotsOf(drawn.traders.flatMap(({ trades }) => trades)).values()]
  return {
    ...site,
    now: first.t - LEAD_SECONDS.funding,
    day,
    traders: tradersOf(drawn, mode, seed, chainId),
    makers: drawn.makers.map(({ equityUsd }, i) => ({ wallet: new Wallet(`maker ${i}`, seed, chainId), equityUsd })),
    signers,
    mode,
    historian: mode === 'quantitative' ? new Historian(site, readHistories(day.symbols), seed) : undefined,
    instruments: held.map(({ instrument }) => instrument).filter(isDated),
    listedAt: 0,
  }
}

function tradersOf({ traders }: Books, shared: SharedMode, seed: number, chainId: number): OptionTrader[] {
  const random = new Random(seed + 1)
  return traders.map((book, i) => {
    const wallet = new Wallet(`trader ${i}`, seed, chainId)
    const [draw, isAttentive] = [random.next(), random.chance(OPTION_DISTRIBUTION.attentiveShare)]
    return {
      wallet,
      account: wallet.accountId(),
      mode: modeOf(book, draw, shared),
      book,
      equityUsd: book.equityUsd,
      isAttentive,
    }
  })
}

/** Books over several underlyings were sized with their offsets. */
function modeOf({ trades }: Book, draw: number, shared: SharedMode): Mode {
  const { crossShare, isolatedShare } = OPTION_DISTRIBUTION
  if (trades.length > 1 || draw >= crossShare + isolatedShare) return shared
  return draw < crossShare ? 'cross' : 'isolated'
}

/** Most lots of one underlying that can be long at once: every lot of a trader has a maker on the other side. */
function longLots({ traders }: Books, underlying: number): bigint {
  const held = traders.flatMap(({ trades }) => [...lotsOf(trades).values()])
  const own = held.filter(({ instrument }) => instrument.underlying === underlying)
  return own.reduce((sum, { lots }) => sum + (lots < 0n ? -lots : lots), 0n)
}

function widened(parameters: UnderlyingParameters, lots: bigint): UnderlyingParameters {
  const wanted = BigInt(Math.ceil(Number(lots) * CAP_MULTIPLE))
  const { openInterestCap } = parameters.limits
  const limits = { ...parameters.limits, openInterestCap: wanted > openInterestCap ? wanted : openInterestCap }
  return { ...parameters, limits }
}

/** Mints and deposits for everybody: insurance, makers, keepers, traders. */
export async function fundOptions(world: OptionWorld): Promise<void> {
  const { traders, makers, keepers, operator, day } = world
  const owners = [...makers, ...traders, ...keepers].map(({ wallet }) => wallet)
  await giveGas(world, [operator, ...owners])
  await perform(world, await pushes(world, item(day.schedule.steps, 0).prices), DEPOSITS_PER_BLOCK)
  const raw: Hex[] = []
  const give = async (wallet: Wallet, account: AccountId, usd: number, approves = true) => {
    const terms = { account, asset: USD_ASSET, amount: toMicroUsd(usd) }
    raw.push(...(await deposit(world, wallet, terms, approves)))
  }
  for (const [i, usd] of insuranceOf(world).entries()) await give(operator, compartment(i + 1), usd, i === 0)
  for (const { wallet, equityUsd } of makers) await give(wallet, wallet.accountId(), equityUsd)
  raw.push(...(await depositCapital(world)))
  for (const trader of traders) raw.push(...(await funding(world, trader)))
  await perform(world, raw, DEPOSITS_PER_BLOCK)
}

async function funding(world: OptionWorld, trader: OptionTrader): Promise<Hex[]> {
  const { wallet, account, mode, book, isAttentive } = trader
  const raw = await deposit(world, wallet, { account, ...tokensOf(world, book.deposit) })
  if (mode !== 'cross') raw.push(await setMode(world, wallet, account, mode))
  if (isAttentive) raw.push(...(await mint(world, wallet, topUpOf(trader))))
  return raw
}

/** In the token's own units. */
function tokensOf({ decimals }: Site, { underlying, amount }: Deposit) {
  const places = underlying === 0 ? 6 : item(decimals, underlying - 1)
  return { asset: underlying, amount: amount / 10n ** BigInt(18 - places) }
}

/** Notional times stress gap, so that open interest starts below half of what insurance allows. */
function insuranceOf({ day, deployment, traders }: OptionWorld): number[] {
  const held = { traders: traders.map(({ book }) => book), makers: [] }
  return deployment.underlyings.map(({ id, lotUnit, symbol }, i) => {
    const price = item(item(day.schedule.steps, 0).prices, i)
    const usd = (Number(longLots(held, id) * BigInt(lotUnit)) / 1e18) * (Number(price) / 1e8)
    const { stressGap } = atPrice(symbol, price).limits
    return Math.max(1_000, (usd * CAP_MULTIPLE * Number(stressGap)) / 1e18)
  })
}

function topUpOf({ account, equityUsd }: OptionTrader) {
  return { account, asset: USD_ASSET, amount: toMicroUsd(equityUsd / 4) }
}

/** The answer of an attentive trader to a margin call, raw. */
export function topUpOptions(world: OptionWorld, trader: OptionTrader): Promise<Hex> {
  return depositMinted(world, trader.wallet, topUpOf(trader))
}

/** At the first price: the first surfaces, the first histories, then every trader's orders against the makers at the chain's own marks. */
export async function openOptions(world: OptionWorld): Promise<void> {
  const { day, traders, historian } = world
  const [first, step] = [item(day.schedule.steps, 0), item(day.steps, 0)]
  world.now = first.t - 1
  const raw = [...(await pushes(world, first.prices)), ...(await posts(world, world.signers, step))]
  await perform(world, raw, raw.length)
  if (historian) await perform(world, await historian.due(), DEPOSITS_PER_BLOCK)
  world.listedAt = Number(await world.chain.rpc.call<Hex>('eth_blockNumber'))
  const snapshot = await matrixOf(world, world.instruments)
  const batches: OpeningTrade[][] = []
  for (let i = 0; i < traders.length; i += TRADERS_PER_BATCH) {
    const some = traders.slice(i, i + TRADERS_PER_BATCH)
    batches.push(some.flatMap((trader) => tradesOf(world, trader, snapshot)))
  }
  await settleOpening(world, batches)
}

function tradesOf(world: OptionWorld, { wallet, account, book }: OptionTrader, snapshot: Snapshot): OpeningTrade[] {
  return book.trades.map((trade) => {
    const { legs, units } = trade
    const { wallet: maker } = item(world.makers, trade.maker)
    return { wallet, account, maker, legs, units, price: priceOf(trade, snapshot) }
  })
}

/** USD per unit of a structure at mark. */
function priceOf({ legs }: Trade, snapshot: Snapshot): bigint {
  return legs.reduce((sum, { instrument, ratio }) => sum + markValue(instrument, ratio, snapshot), 0n)
}

/** Units of the underlying per lot, 18 decimals. */
export function unitOf({ underlying, kind }: Instrument, { markets }: Snapshot): bigint {
  const market = item(markets, underlying - 1)
  return kind === 'spot' ? market.tokenUnit : market.lotUnit
}

/** Value at mark of `lots`, USD with 18 decimals. */
export function markValue(instrument: Instrument, lots: bigint, snapshot: Snapshot): bigint {
  return (lots * markOf(snapshot, instrument) * unitOf(instrument, snapshot)) / WAD
}

/** Who makes the market in an instrument. */
export function makerOf({ makers, day }: OptionWorld, { underlying, expiry }: Instrument): Wallet {
  return item(makers, makerIndex(underlying, expiry, item(day.steps, 0).t)).wallet
}

/** Rows of all underlyings and of `instruments`, as of the last block. */
async function matrixOf({ chain, deployment }: Site, instruments: readonly Instrument[]): Promise<Snapshot> {
  const data = matrixData(
    deployment.underlyings.map(({ id }) => id),
    instruments,
  )
  const { method, params } = call(deployment.clearinghouse, data, 'latest')
  const answer = await chain.rpc.call<Hex>(method, params)
  return decodeSnapshot(decodeFunctionResult({ abi: clearinghouseAbi, functionName: 'matrix', data: answer }))
}

export function matrixData(underlyings: readonly number[], instruments: readonly Instrument[]): Hex {
  const args = [encodeUnderlyingSet(underlyings), instruments.map(encodeInstrumentId)] as const
  return encodeFunctionData({ abi: clearinghouseAbi, functionName: 'matrix', args })
}
