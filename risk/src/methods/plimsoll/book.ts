/**
 * A portfolio gathered per underlying: what netting leaves, and its risk vectors. Numbers in USD unless named otherwise.
 */
import { DomainError } from '../../errors.ts'
import { black76Greeks } from '../../pricing/black76.ts'
import { LANES, type LaneParameters, UNMOVED_UP, yearsUntil } from '../../scenarios/lanes.ts'
import {
  addLinearLanes,
  callLanes,
  isOption,
  MissingUnderlyingError,
  type StrikeQuote,
  strikeQuote,
  unitNotional,
} from '../../scenarios/riskArray.ts'
import type { Instrument, Market, OptionInstrument, Portfolio, Position, UnderlyingMarket } from '../portfolio.ts'
import { instrumentKey, underlyingOf } from '../valuation.ts'
import { gapRate } from './addOns.ts'
import type { PlimsollParameters } from './parameters.ts'

/** Everything that one underlying contributes to a requirement. */
export type Book = {
  readonly underlying: string
  readonly market: UnderlyingMarket
  /** Scan range plus epoch threshold. */
  readonly range: number
  /** Value of spot. */
  readonly collateral: number
  /** Unrealised profit of perpetuals and futures. */
  readonly derivatives: number
  readonly optionValue: number
  /** Signed notional of spot, perpetuals and futures. */
  readonly linearNotional: number
  /** Sum of |notional| of the derivatives, options at full size. */
  readonly gross: number
  readonly slots: number
  /** Of the legs as held, before calls and puts are netted. */
  readonly hasShortOption: boolean
  /** Profit and loss per lane of the linear instruments and of the options. */
  readonly linearPnl: Float64Array
  readonly optionPnl: Float64Array
  /** Per strike, ascending by expiry and strike: calls plus puts, and `gapRate`. */
  readonly contracts: Float64Array
  readonly gapRates: Float64Array
  /** Per expiry, ascending, spot and perpetual first at 0 years: dollar delta, and profit and loss in lane (0, up). */
  readonly expiryYears: Float64Array
  readonly deltas: Float64Array
  readonly unmovedPnls: Float64Array
}

type Strike = { readonly quote: StrikeQuote; readonly expiry: number; calls: number; puts: number }
type Expiry = { readonly years: number; delta: number; unmovedPnl: number }

/** Lanes of an underlying under its parameters and ramped scan range. @throws MissingUnderlyingError */
export function laneParametersOf(underlying: string, parameters: PlimsollParameters): LaneParameters {
  const fixed = parameters.underlyings[underlying]
  const state = parameters.states[underlying]
  if (fixed === undefined || state === undefined) throw new MissingUnderlyingError(underlying)
  return { ...fixed, range: state.scanRange + fixed.epsilon }
}

/** A position with its unrealised profit, positions of one instrument summed. */
type Holding = { readonly instrument: Instrument; quantity: number; profit: number }

/** One book per underlying held, in order of first appearance. @throws MissingUnderlyingError, MissingExpiryError, DomainError */
export function booksOf(portfolio: Portfolio, market: Market, parameters: PlimsollParameters): Book[] {
  const held = Map.groupBy(portfolio.positions, ({ instrument }) => instrument.underlying)
  return [...held].map(([underlying, positions]) => {
    const own = underlyingOf(market, { underlying })
    const lanes = laneParametersOf(underlying, parameters)
    return bookOf(underlying, merged(positions, own), own, market.time, lanes)
  })
}

function merged(positions: readonly Position[], market: UnderlyingMarket): Holding[] {
  const holdings = new Map<string, Holding>()
  for (const { instrument, quantity, entry } of positions) {
    if (!Number.isFinite(quantity)) throw new DomainError('quantity', quantity, 'a finite number of units')
    const key = instrumentKey(instrument)
    const holding = holdings.get(key) ?? { instrument, quantity: 0, profit: 0 }
    holding.quantity += quantity
    if (instrument.kind === 'perpetual' || instrument.kind === 'future') {
      const mark = unitNotional(instrument, market)
      holding.profit += quantity * (mark - (entry ?? mark))
    }
    holdings.set(key, holding)
  }
  return [...holdings.values()]
}

function bookOf(
  underlying: string,
  holdings: readonly Holding[],
  market: UnderlyingMarket,
  time: number,
  lanes: LaneParameters,
): Book {
  const open = holdings.filter(({ quantity }) => quantity !== 0)
  const options = open.filter((holding): holding is OptionHolding => isOption(holding.instrument))
  const expiries = new Map<number, Expiry>()
  const linear = linearPart(open, market, time, expiries)
  const optional = optionPart(options, market, time, lanes, expiries)
  const linearPnl = new Float64Array(LANES)
  addLinearLanes(linear.notional, lanes.range, linearPnl)
  const ascending = [...expiries.values()].sort((a, b) => a.years - b.years)
  return {
    underlying,
    market,
    range: lanes.range,
    collateral: linear.collateral,
    derivatives: holdings.reduce((sum, { profit }) => sum + profit, 0),
    linearNotional: linear.notional,
    gross: linear.gross + options.reduce((sum, { quantity }) => sum + Math.abs(quantity) * market.spot, 0),
    slots: open.length,
    hasShortOption: options.some(({ quantity }) => quantity < 0),
    linearPnl,
    ...optional,
    expiryYears: Float64Array.from(ascending, ({ years }) => years),
    deltas: Float64Array.from(ascending, ({ delta }) => delta),
    unmovedPnls: Float64Array.from(ascending, ({ unmovedPnl }) => unmovedPnl),
  }
}

function expiryAt(expiries: Map<number, Expiry>, expiry: number, time: number): Expiry {
  const found = expiries.get(expiry) ?? { years: yearsUntil(expiry, time), delta: 0, unmovedPnl: 0 }
  expiries.set(expiry, found)
  return found
}

/** Spot, perpetual and futures: notionals, and their deltas into the expiries; key 0 is "now". */
function linearPart(
  holdings: readonly Holding[],
  market: UnderlyingMarket,
  time: number,
  expiries: Map<number, Expiry>,
): { notional: number; collateral: number; gross: number } {
  const sums = { notional: 0, collateral: 0, gross: 0 }
  for (const { instrument, quantity } of holdings) {
    if (isOption(instrument)) continue
    const notional = quantity * unitNotional(instrument, market)
    sums.notional += notional
    expiryAt(expiries, instrument.kind === 'future' ? instrument.expiry : 0, time).delta += notional
    if (instrument.kind !== 'spot') sums.gross += Math.abs(notional)
    else if (quantity < 0) throw new DomainError('spot quantity', quantity, '0 or more; short a perpetual or future')
    else sums.collateral += notional
  }
  return sums
}

type OptionHolding = Holding & { readonly instrument: OptionInstrument }
type OptionPart = Pick<Book, 'optionValue' | 'optionPnl' | 'contracts' | 'gapRates'>

/** Options: calls and puts of a strike netted, the put's difference to the call as a linear part. */
function optionPart(
  holdings: readonly OptionHolding[],
  market: UnderlyingMarket,
  time: number,
  lanes: LaneParameters,
  expiries: Map<number, Expiry>,
): OptionPart {
  const strikes = strikesOf(holdings, market, time)
  const optionPnl = new Float64Array(LANES)
  const call = new Float64Array(LANES)
  let optionValue = 0
  for (const { quote, expiry, calls, puts } of strikes) {
    const { forward, strike, years, volatility, discount } = quote
    const { value, delta } = black76Greeks('call', forward, strike, years, volatility, discount)
    const contracts = calls + puts
    const parity = puts * discount * forward
    optionValue += contracts * value - puts * discount * (forward - strike)
    callLanes(quote, lanes, call)
    addContracts(optionPnl, call, contracts, lanes.laneUnit * quote.spot)
    addLinearLanes(-parity, lanes.range, optionPnl)
    const row = expiryAt(expiries, expiry, time)
    row.delta += contracts * delta * forward - parity
    row.unmovedPnl += contracts * (call[UNMOVED_UP] ?? 0)
  }
  return {
    optionValue,
    optionPnl,
    contracts: Float64Array.from(strikes, ({ calls, puts }) => calls + puts),
    gapRates: Float64Array.from(strikes, ({ quote }) => gapRate(quote, lanes)),
  }
}

/** pnl += c * lanes - unit * max(-c, 0): lanes are rounded down, which would favour shorts by up to a unit. */
function addContracts(pnl: Float64Array, lanes: Float64Array, contracts: number, unit: number): void {
  const charge = unit * Math.max(-contracts, 0)
  for (let lane = 0; lane < LANES; lane++) {
    pnl[lane] = (pnl[lane] ?? 0) + contracts * (lanes[lane] ?? 0) - charge
  }
}

function strikesOf(holdings: readonly OptionHolding[], market: UnderlyingMarket, time: number): Strike[] {
  const strikes = new Map<string, Strike>()
  for (const { instrument, quantity } of holdings) {
    const key = `${instrument.expiry} ${instrument.strike}`
    const strike = strikes.get(key) ?? {
      quote: strikeQuote(instrument, market, time),
      expiry: instrument.expiry,
      calls: 0,
      puts: 0,
    }
    if (instrument.kind === 'call') strike.calls += quantity
    else strike.puts += quantity
    strikes.set(key, strike)
  }
  return [...strikes.values()].sort((a, b) => a.expiry - b.expiry || a.quote.strike - b.quote.strike)
}
