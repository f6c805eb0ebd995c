/** Who holds options when the crash begins: a seeded population of traders and the market makers on the other side. */
import { type Market, type PlimsollParameters, plimsollMargin, unitDelta, unitPrice } from '@plimsoll/risk/methods'
import { item } from '../population.ts'
import { Random } from '../random.ts'
import {
  type Book,
  type Deposit,
  instrumentOf,
  type Leg,
  LOT_UNITS,
  positionsOf,
  strikeWord,
  type Trade,
} from './accounts.ts'
import { listedParameters } from './efficiency.ts'
import { menuOf } from './menu.ts'
import { marketAt, type OptionDay } from './optionDay.ts'
import { type Contracts, drawStrategy, type Menu, PAIRS, STRATEGIES, type StrategyName } from './strategies.ts'

type Maker = { deposit: Deposit; equityUsd: number }

export type Books = { traders: Book[]; makers: Maker[] }

export type BookOptions = {
  day: OptionDay
  accounts: number
  seed: number
  /** Units of the underlying per lot, 18 decimals, in the order of the symbols. */
  lotUnits?: readonly bigint[] | undefined
  parameters?: PlimsollParameters | undefined
}

/** The distribution, as a report may state it; both uniform in the logarithm. */
export const BOOK_DISTRIBUTION = {
  equityUsd: [5_000, 500_000],
  headroom: [1.2, 3.5],
} as const

/** Makers post this multiple of initial margin: they hedge elsewhere. */
const MAKER_HEADROOM = 4
/** A deposit pays for the options that are bought, with this much to spare: nobody trades on credit. */
const PREMIUM_COVER = 1.05
const MAKER_LEAST_USD = 1_000_000
const MAKERS_PER_UNDERLYING = 2
/** Beyond this an expiry is the far maker's, so that no maker holds more instruments than an account may. */
const FAR_SECONDS = 12 * 86_400
/** Lots of one contract of a structure: finer for the deltas of hedges. */
const CONTRACT_LOTS = 100
const WAD = 1e18

type Context = {
  random: Random
  symbols: readonly string[]
  lotUnits: readonly bigint[]
  market: Market
  parameters: PlimsollParameters
  menus: Menu[]
}

/** The books at the first surface of `day`. The same seed, the same books. */
export function books({ day, accounts, seed, lotUnits = LOT_UNITS, parameters }: BookOptions): Books {
  const [step] = day.steps
  if (step === undefined) throw new RangeError('The day has no surface.')
  const market = marketAt(day, step)
  const random = new Random(seed)
  const context: Context = {
    random,
    symbols: day.symbols,
    lotUnits,
    market,
    parameters: parameters ?? listedParameters(market),
    menus: day.symbols.map((symbol) => menuOf(day, symbol, market, random)),
  }
  const traders = Array.from({ length: accounts }, () => drawBook(context))
  return { traders, makers: makersOf(traders, context) }
}

/** Structures of a book before its size is known, each worth the same notional. */
type Sketch = { underlying: number; contracts: Contracts; legs: Leg[] }

function drawBook(context: Context): Book {
  const { random } = context
  const strategy = drawStrategy(random)
  const sketches = sketchesOf(strategy, context)
  const targetUsd = random.logUniform(...BOOK_DISTRIBUTION.equityUsd)
  const headroom = random.logUniform(...BOOK_DISTRIBUTION.headroom)
  const [first] = sketches
  const spot = first?.contracts.spot ?? 0
  const notional = spot > 0 ? targetUsd : sizeFor(targetUsd / headroom, sketches, context)
  const trades = sketches.map((sketch) => tradeOf(sketch, notional / sketches.length, context))
  if (first === undefined || spot > 0) return covered(strategy, trades, spot, first, context)
  const initial = initialOf(trades, 0, context)
  const equityUsd = Math.ceil(Math.max(headroom * initial, PREMIUM_COVER * premiumOf(trades)))
  return { strategy, deposit: usdDeposit(equityUsd), equityUsd, headroom: equityUsd / initial, trades }
}

/** What the trader pays for the options of all structures, USD; negative if he is paid. */
function premiumOf(trades: readonly Trade[]): number {
  return trades.reduce((sum, { units, premiumUsd }) => sum + Number(units) * premiumUsd, 0)
}

function usdDeposit(usd: number): Deposit {
  return { underlying: 0, amount: BigInt(Math.ceil(usd)) * 10n ** 18n }
}

/** A book whose deposit is the underlying of its calls. */
function covered(
  strategy: StrategyName,
  trades: Trade[],
  spot: number,
  sketch: Sketch | undefined,
  context: Context,
): Book {
  const { underlying } = sketch ?? { underlying: 1 }
  const units = item(trades, 0).units
  const lots = units * BigInt(Math.round(spot * CONTRACT_LOTS))
  const amount = lots * item(context.lotUnits, underlying - 1)
  const equityUsd = (Number(amount) / WAD) * spotOf(underlying, context)
  const held = Number(amount) / WAD
  return {
    strategy,
    deposit: { underlying, amount },
    equityUsd,
    headroom: equityUsd / initialOf(trades, held, context),
    trades,
  }
}

function sketchesOf(strategy: StrategyName, context: Context): Sketch[] {
  const { random, symbols, menus } = context
  if (strategy === 'strangles' || strategy === 'relativeValue') {
    const { build, isOpposed } = PAIRS[strategy]
    return symbols.map((_, i) => sketchOf(i, build(item(menus, i)), isOpposed && i > 0 ? -1 : 1, context))
  }
  const index = Math.floor(random.next() * symbols.length)
  return [sketchOf(index, STRATEGIES[strategy].build(item(menus, index)), 1, context)]
}

function sketchOf(index: number, contracts: Contracts, sign: number, context: Context): Sketch {
  const underlying = index + 1
  const legs = contracts.options.map(({ kind, expiry, strike, contracts: count }) => ({
    instrument: { underlying, kind, expiry, strike: strikeWord(strike) },
    ratio: BigInt(sign * count * CONTRACT_LOTS),
  }))
  if (contracts.isHedged !== true) return { underlying, contracts, legs }
  const delta = legs.reduce((sum, { instrument, ratio }) => {
    return sum + Number(ratio) * unitDelta(instrumentOf(instrument, context.symbols), context.market)
  }, 0)
  const hedge = {
    instrument: { underlying, kind: 'perpetual', expiry: 0, strike: 0n } as const,
    ratio: -BigInt(Math.round(delta)),
  }
  return { underlying, contracts, legs: hedge.ratio === 0n ? legs : [...legs, hedge] }
}

/** Notional at which the sketches need `initialUsd` in portfolio mode: margin is homogeneous but for a charge per position. */
function sizeFor(initialUsd: number, sketches: readonly Sketch[], context: Context): number {
  const large = 1e9
  const trades = sketches.map((sketch) => tradeOf(sketch, large / sketches.length, context))
  return (large * initialUsd) / initialOf(trades, 0, context)
}

function tradeOf({ underlying, legs }: Sketch, notionalUsd: number, context: Context): Trade {
  const lot = Number(item(context.lotUnits, underlying - 1)) / WAD
  const unitUsd = CONTRACT_LOTS * lot * spotOf(underlying, context)
  const units = BigInt(Math.max(1, Math.round(notionalUsd / unitUsd)))
  const cost = (part: readonly Leg[]) =>
    part.reduce((sum, { instrument, ratio }) => {
      return sum + Number(ratio) * lot * unitPrice(instrumentOf(instrument, context.symbols), context.market)
    }, 0)
  const premiumUsd = cost(legs.filter(({ instrument }) => instrument.kind !== 'perpetual'))
  const last = Math.max(...legs.map(({ instrument }) => instrument.expiry))
  return { maker: makerIndex(underlying, last, context.market.time), legs, units, priceUsd: cost(legs), premiumUsd }
}

/** Which maker trades instruments of `underlying` up to `expiry` when the books are opened at `time`. */
export function makerIndex(underlying: number, expiry: number, time: number): number {
  return (underlying - 1) * MAKERS_PER_UNDERLYING + (expiry - time > FAR_SECONDS ? 1 : 0)
}

function spotOf(underlying: number, { symbols, market }: Context): number {
  return market.underlyings[item(symbols, underlying - 1)]?.spot ?? Number.NaN
}

function initialOf(trades: readonly Trade[], spot: number, { symbols, lotUnits, market, parameters }: Context): number {
  const positions = positionsOf(trades, 1n, symbols, lotUnits)
  const underlying = item(symbols, (trades[0]?.legs[0]?.instrument.underlying ?? 1) - 1)
  const held = spot > 0 ? [{ instrument: { kind: 'spot', underlying } as const, quantity: spot }] : []
  return plimsollMargin({ cash: 0, positions: [...positions, ...held] }, market, parameters).initial
}

function makersOf(traders: readonly Book[], context: Context): Maker[] {
  const count = context.symbols.length * MAKERS_PER_UNDERLYING
  const trades = traders.flatMap((book) => book.trades)
  return Array.from({ length: count }, (_, maker) => {
    const own = trades.filter((trade) => trade.maker === maker)
    const positions = positionsOf(own, -1n, context.symbols, context.lotUnits)
    const { initial } = plimsollMargin({ cash: 0, positions }, context.market, context.parameters)
    const equityUsd = Math.ceil(Math.max(MAKER_LEAST_USD, MAKER_HEADROOM * initial, -PREMIUM_COVER * premiumOf(own)))
    return { deposit: usdDeposit(equityUsd), equityUsd }
  })
}
