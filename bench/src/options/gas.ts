import { parseUnits } from 'viem'
import {
  ACCOUNT_ROOM,
  DATED_ROOM,
  encodeMode,
  MAX_POSITIONS,
  MODES,
  type Mode,
  perpetualOf,
  UNDERLYING_ROOM,
} from '../../../sdk/src/index.ts'
import { liquidate, marginCheckGas, trade } from '../actions.ts'
import { accountId, createWorld, push, skip, USD_ASSET, type World } from '../world.ts'
import { apart, CONFIDENCE, fund, LOTS, openBook, type WarmAndCold } from './books.ts'
import {
  distinctStrikes,
  listOptions,
  mixed,
  type Option,
  pairs,
  postHistory,
  postSurface,
  type SurfaceFeed,
  sold,
  touch,
  touchTails,
  widest,
} from './chain.ts'
import { settlementGas } from './settlement.ts'

const CHECK_SIZES = [1, 8, 16, 32, 64, 128] as const
const PAIR_SIZES = [8, 64] as const
const TRADE_SIZES = [1, 16, 64] as const
const SLICE_SIZES = [1, 16, 64, 128] as const
const WORST_UNDERLYINGS = [1, 2, 4, 8, 12] as const
type By<S extends readonly number[]> = Record<`${S[number]}`, number>

/** `pairs`: a call and a put on each strike; otherwise every option has a strike of its own. */
type Checks = {
  /** 16 options and a perpetual, by mode. */
  modes: Record<Mode, number>
  oneExpiry: By<typeof CHECK_SIZES>
  fourExpiries: By<typeof CHECK_SIZES>
  pairs: By<typeof PAIR_SIZES>
}
/** `disjoint`: 64 options each that have only the traded one in common; otherwise the accounts hold the same ones. */
type Trades = By<typeof TRADE_SIZES> & { disjoint: number }
/** Gas of accounts with options in Portfolio mode. */
export type OptionGas = {
  marginCheck: WarmAndCold<Checks>
  /** One leg between two accounts that hold so many options each. */
  optionTrade: WarmAndCold<Trades>
  /** The least slice, into an account that holds the instruments already. */
  liquidationSlice: WarmAndCold<By<typeof SLICE_SIZES>>
  /** The same into an account that holds nothing but cash. */
  firstSlice: WarmAndCold<By<typeof SLICE_SIZES>>
  /**
   * INV-15: a whole insolvent account, as full as one can be of options on so many underlyings and on all their expiries, cold,
   * into an account without positions.
   */
  worstLiquidation: By<typeof WORST_UNDERLYINGS>
  /** `touch` of 32 strikes in one transaction: for the first time ever, and in a new epoch. */
  refreshPerStrike: { first: number; later: number }
  /** A message signed by two: without expiries (extrapolated from 1 and 8), and what each of them adds. */
  surfaceUpdate: { base: number; perExpiry: number }
  /** 16 expired options of one series. */
  settle16: number
  /** What each round of the price source adds to `average`. */
  settlementRound: number
}

const START = 2_000
const PRICE = parseUnits('0.04', 18) // of a lot
const REFRESHED = 32
const ANY_REWARD = -parseUnits('1000000000000', 18)

export async function measureOptions(progress: (step: string) => void): Promise<OptionGas> {
  const world = await createWorld({ underlyings: 2, confidence: CONFIDENCE })
  const feed = await listOptions(world, [2])
  progress('surfaces and risk arrays')
  const surfaceUpdate = await surfaceGas(world, feed)
  const refreshPerStrike = await refreshGas(world)
  progress('margin checks of options')
  const marginCheck = await checksGas(world)
  progress('option trades')
  const optionTrade = await tradesGas(world)
  const slices = await slicesGas(world, progress)
  progress('settlement of options')
  const settlement = await settlementGas(world, await openBook(world, mixed(distinctStrikes(16, 1))))
  await world.connection.close()
  const worstLiquidation = await bySize(WORST_UNDERLYINGS, (underlyings) => {
    progress(`the worst liquidation of ${underlyings} underlyings`)
    return worstGas(underlyings)
  })
  return { marginCheck, optionTrade, ...slices, worstLiquidation, refreshPerStrike, surfaceUpdate, ...settlement }
}

/* FIGURES */

/** Each of `sizes` measured. */
async function bySize<N extends number>(sizes: readonly N[], measure: (size: N) => Promise<number>) {
  const gas: Partial<Record<`${N}`, number>> = {}
  for (const size of sizes) gas[`${size}`] = await measure(size)
  return gas as Record<`${N}`, number>
}

async function surfaceGas(world: World, feed: SurfaceFeed): Promise<OptionGas['surfaceUpdate']> {
  await skip(world, 60) // a message of the same second as the last one is not newer
  await push(world, START)
  const one = await apart(world, () => postSurface(world, feed, 2, 1, 0.801))
  const eight = await apart(world, () => postSurface(world, feed, 1, 8, 0.801))
  const perExpiry = Math.round((eight - one) / 7)
  return { base: one - perExpiry, perExpiry }
}

async function refreshGas(world: World): Promise<OptionGas['refreshPerStrike']> {
  const strikes = distinctStrikes(REFRESHED, 1)
  const first = await apart(world, () => touch(world, strikes))
  const later = await apart(
    world,
    () => touch(world, strikes),
    async () => {
      await touch(world, strikes)
      await push(world, START * 1.01)
    },
  )
  return { first: Math.round(first / REFRESHED), later: Math.round(later / REFRESHED) }
}

/** Every book is checked in the epoch in which all arrays were cached, and after the price has started a new one. */
async function checksGas(world: World): Promise<OptionGas['marginCheck']> {
  const check = async (options: readonly Option[]) => {
    const account = accountId(world.trader.account.address, await openBook(world, mixed(options)))
    await touch(world, options)
    const measure = () => marginCheckGas(world, account)
    return { warm: await apart(world, measure), cold: await apart(world, measure, () => push(world, START * 1.01)) }
  }
  const series = async <N extends number>(sizes: readonly N[], optionsOf: (size: N) => readonly Option[]) => {
    const cold: Partial<Record<`${N}`, number>> = {}
    const warm = await bySize(sizes, async (size) => {
      const gas = await check(optionsOf(size))
      cold[`${size}`] = gas.cold
      return gas.warm
    })
    return { warm, cold: cold as Record<`${N}`, number> }
  }
  const one = await series(CHECK_SIZES, (size) => distinctStrikes(size, 1))
  const four = await series(CHECK_SIZES, (size) => distinctStrikes(size, 4))
  const paired = await series(PAIR_SIZES, pairs)
  const modes = await modesGas(world)
  return {
    warm: { modes: modes.warm, oneExpiry: one.warm, fourExpiries: four.warm, pairs: paired.warm },
    cold: { modes: modes.cold, oneExpiry: one.cold, fourExpiries: four.cold, pairs: paired.cold },
  }
}

/** The same book in each mode. The change of mode has stored the implied probabilities, as every trade does. */
async function modesGas(world: World): Promise<WarmAndCold<Record<Mode, number>>> {
  const options = distinctStrikes(16, 1)
  const perpetual = { instrument: perpetualOf(1), ratio: 1n }
  const subId = await openBook(world, [...mixed(options), perpetual])
  const { account: owner } = world.trader
  const account = accountId(owner.address, subId)
  await postHistory(world, 1)
  const gas = { warm: {}, cold: {} } as WarmAndCold<Record<Mode, number>>
  for (const mode of MODES) {
    const before = await world.connection.networkHelpers.takeSnapshot()
    await world.clearinghouse.write.setMode([account, encodeMode(mode)], { account: owner })
    await touch(world, options)
    const measure = () => marginCheckGas(world, account)
    gas.cold[mode] = await apart(world, measure, () => push(world, START * 1.01))
    await touchTails(world, options)
    gas.warm[mode] = await apart(world, measure)
    await before.restore()
  }
  return gas
}

async function tradesGas(world: World): Promise<OptionGas['optionTrade']> {
  const warm: Partial<Trades> = {}
  const cold: Partial<Trades> = {}
  const options = distinctStrikes(128, 1)
  const legs = mixed(options.slice(0, 1))
  const measure = async (key: keyof Trades, takerSub: bigint, makerSub: bigint) => {
    const taker = { wallet: world.trader, subId: takerSub }
    const maker = { wallet: world.maker, subId: makerSub }
    const settle = () => trade(world, taker, maker, legs, LOTS, PRICE)
    await touch(world, options)
    warm[key] = await apart(world, settle)
    cold[key] = await apart(world, settle, () => push(world, START * 1.01))
  }
  for (const size of TRADE_SIZES) {
    const subId = await openBook(world, mixed(options.slice(0, size)))
    await measure(`${size}`, subId, subId)
  }
  const takerSub = await openBook(world, mixed(options.slice(0, 64)))
  const makerSub = await openBook(world, mixed([...options.slice(0, 1), ...options.slice(64, 127)]))
  await measure('disjoint', takerSub, makerSub)
  return { warm: warm as Trades, cold: cold as Trades }
}

/* LIQUIDATION */

type Slices = Pick<OptionGas, 'liquidationSlice' | 'firstSlice'>

async function slicesGas(world: World, progress: (step: string) => void): Promise<Slices> {
  const all = { warm: {}, cold: {} }
  const [next, first] = [structuredClone(all), structuredClone(all)] as [
    Slices['liquidationSlice'],
    Slices['firstSlice'],
  ]
  for (const size of SLICE_SIZES) {
    progress(`slices of ${size} options`)
    const before = await world.connection.networkHelpers.takeSnapshot()
    const options = distinctStrikes(size, 1)
    const subId = await openSoldBook(world, options)
    const account = accountId(world.trader.account.address, subId)
    const slice = async () => liquidate(world, account, subId, await leastFraction(world, account))
    let price = await raise(world, account, START)
    first.cold[`${size}`] = await apart(world, slice)
    first.warm[`${size}`] = await apart(world, slice, () => touch(world, options))
    await slice()
    price = await raise(world, account, price)
    next.cold[`${size}`] = await apart(world, slice)
    next.warm[`${size}`] = await apart(world, slice, () => touch(world, options))
    await before.restore()
  }
  return { liquidationSlice: next, firstSlice: first }
}

/** A sold book with a hundredth more equity than it needs, and a keeper with dollars. */
async function openSoldBook(world: World, options: readonly Option[]): Promise<bigint> {
  const subId = await openBook(world, sold(options), 10n * LOTS) // enough maintenance for slices
  const { account } = world.trader
  await fund(world, world.keeper, subId)
  const id = accountId(account.address, subId)
  const { equity, initial } = await world.clearinghouse.read.assess([id])
  const free = (equity - (initial * 101n) / 100n) / 10n ** 12n
  await world.vault.write.withdraw([id, USD_ASSET, free, account.address, 0n], { account })
  return subId
}

async function leastFraction(world: World, account: `0x${string}`): Promise<bigint> {
  return (await world.auction.read.liquidationState([account])).minFraction
}

/** Prices rise from `price` until the account may be taken over (and is insolvent). @returns the price */
async function raise(world: World, account: `0x${string}`, price: number, isInsolvent = false): Promise<number> {
  const step = isInsolvent ? 100 : 20
  for (let next = price + step; next < 2 * START; next += step) {
    await skip(world, 60) // else the interval still holds the last price
    await push(world, next)
    const { liquidatable, assessment } = await world.auction.read.liquidationState([account])
    if (liquidatable && (assessment.equity < 0n || !isInsolvent)) return next
  }
  throw new Error('The account was never below maintenance.')
}

async function worstGas(underlyings: number): Promise<number> {
  const world = await createWorld({ underlyings, confidence: CONFIDENCE })
  await listOptions(world)
  const positions = Math.min(MAX_POSITIONS, ACCOUNT_ROOM - (UNDERLYING_ROOM + DATED_ROOM) * underlyings)
  const subId = await openSoldBook(world, widest(positions, underlyings))
  const account = accountId(world.trader.account.address, subId)
  await raise(world, account, START, true)
  const gas = await apart(world, () => liquidate(world, account, subId, 10n ** 18n, ANY_REWARD))
  await world.connection.close()
  return gas
}
