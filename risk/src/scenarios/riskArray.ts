/**
 * Risk arrays: the change of one unit's value in each of the 30 lanes, weighted, USD, profit positive. A portfolio's
 * profit and loss is the sum of quantity times array over its instruments.
 *
 * Source: the protocol's specification, section M; Black-76 prices from F. Black (1976), "The pricing of commodity
 * contracts", J. Financial Economics 3.
 */
import { DomainError, RiskError } from '../errors.ts'
import type { ExpiryMarket, Instrument, OptionInstrument, UnderlyingMarket } from '../methods/portfolio.ts'
import { black76Price } from '../pricing/black76.ts'
import {
  LANE_IS_UP,
  LANE_WEIGHTS,
  LANES,
  type LaneParameters,
  laneMove,
  volatilityFactorDown,
  volatilityFactorUp,
  yearsAfterDay,
  yearsUntil,
} from './lanes.ts'

/** An instrument of an expiry that the market does not quote. */
export class MissingExpiryError extends RiskError {
  readonly code = 'MISSING_EXPIRY'
  readonly underlying: string
  readonly expiry: number

  constructor(underlying: string, expiry: number) {
    super(`The market of ${underlying} has no expiry ${expiry}. Add its forward, discount and volatility.`)
    this.underlying = underlying
    this.expiry = expiry
  }
}

/** An instrument of an underlying that the market does not have. */
export class MissingUnderlyingError extends RiskError {
  readonly code = 'MISSING_UNDERLYING'
  readonly underlying: string

  constructor(underlying: string) {
    super(`There is no market or parameter set for ${underlying}. Add one, or drop the position.`)
    this.underlying = underlying
  }
}

/** What prices the options of one strike; a call and a put of a strike share it. */
export type StrikeQuote = {
  readonly forward: number
  readonly strike: number
  /** Years to expiry, ACT/365. */
  readonly years: number
  readonly volatility: number
  readonly discount: number
  /** Reference spot S0 of `laneUnit`. */
  readonly spot: number
}

/**
 * Lanes of one long call:
 * w * (B(F(1+m), K, sigma*u, tau') - B(F, K, sigma, tau)), rounded down to multiples of `laneUnit * spot`.
 *
 * Up lanes have u = 1 + VU sqrt(30d/max(tau, 2d)) and tau' = tau; down lanes u = 1 - min(cap, VD sqrt(30d/max(tau, 2d)))
 * and tau' = max(tau - 1d, 0). The volatility of a strike sticks to the strike; the discount is held in every lane.
 * @param out receives 30 numbers in USD from `offset` on.
 */
export function callLanes(quote: StrikeQuote, parameters: LaneParameters, out: Float64Array, offset = 0): void {
  const { forward, strike, years, volatility, discount } = quote
  const value = black76Price('call', forward, strike, years, volatility, discount)
  const volatilityUp = volatility * volatilityFactorUp(years, parameters)
  const volatilityDown = volatility * volatilityFactorDown(years, parameters)
  const yearsDown = yearsAfterDay(years)
  const unit = parameters.laneUnit * quote.spot
  for (let lane = 0; lane < LANES; lane++) {
    const moved = forward * (1 + laneMove(lane, parameters.range))
    const isUp = LANE_IS_UP[lane]
    const shocked = isUp
      ? black76Price('call', moved, strike, years, volatilityUp, discount)
      : black76Price('call', moved, strike, yearsDown, volatilityDown, discount)
    const change = (LANE_WEIGHTS[lane] ?? 0) * (shocked - value)
    out[offset + lane] = unit > 0 ? Math.floor(change / unit) * unit : change
  }
}

/** Spot, perpetual or future: value moves in proportion to the price. */
export type LinearInstrument = Exclude<Instrument, OptionInstrument>

/** Whether an instrument is a call or a put. */
export function isOption(instrument: Instrument): instrument is OptionInstrument {
  return instrument.kind === 'call' || instrument.kind === 'put'
}

/** Adds `notional` times the weighted move of each lane to `out[offset..offset + 29]`. `notional` in USD. */
export function addLinearLanes(notional: number, range: number, out: Float64Array, offset = 0): void {
  for (let lane = 0; lane < LANES; lane++) {
    const earned = notional * laneMove(lane, range) * (LANE_WEIGHTS[lane] ?? 0)
    out[offset + lane] = (out[offset + lane] ?? 0) + earned
  }
}

/** @throws DomainError for a price that is not positive and finite: a NaN would pass every comparison of losses unseen. */
export function requirePrice(name: string, price: number): number {
  if (!(price > 0 && price < Infinity)) throw new DomainError(name, price, 'a positive finite price in USD')
  return price
}

/** The quote of an option's strike. @throws MissingExpiryError, DomainError for a spot without meaning */
export function strikeQuote(
  instrument: { underlying: string; expiry: number; strike: number },
  market: UnderlyingMarket,
  time: number,
): StrikeQuote {
  const { forward, discount, volatility } = expiryOf(instrument.underlying, instrument.expiry, market)
  return {
    forward,
    strike: instrument.strike,
    years: yearsUntil(instrument.expiry, time),
    volatility: volatility(instrument.strike),
    discount,
    spot: requirePrice('spot', market.spot),
  }
}

/** The market of one expiry. @throws MissingExpiryError */
export function expiryOf(underlying: string, expiry: number, market: UnderlyingMarket): ExpiryMarket {
  const found = market.expiries.get(expiry)
  if (found === undefined) throw new MissingExpiryError(underlying, expiry)
  return found
}

/**
 * Risk array of one long unit of any instrument, USD, into `out[offset..offset + 29]`. A put is its call less the forward
 * (put-call parity: exact and linear), so calls and puts of one strike net to the last bit but one rounding.
 * @param time unix seconds.
 * @throws MissingExpiryError, and DomainError from pricing
 */
export function riskArray(
  instrument: Instrument,
  market: UnderlyingMarket,
  time: number,
  parameters: LaneParameters,
  out: Float64Array,
  offset = 0,
): void {
  if (isOption(instrument)) {
    const quote = strikeQuote(instrument, market, time)
    callLanes(quote, parameters, out, offset)
    if (instrument.kind === 'put') addLinearLanes(-quote.discount * quote.forward, parameters.range, out, offset)
    return
  }
  out.fill(0, offset, offset + LANES)
  addLinearLanes(unitNotional(instrument, market), parameters.range, out, offset)
}

/**
 * Value at mark of one unit of a linear instrument, USD: spot, the perpetual's mark, or the forward of a future.
 * @throws MissingExpiryError, DomainError for a price without meaning
 */
export function unitNotional(instrument: LinearInstrument, market: UnderlyingMarket): number {
  switch (instrument.kind) {
    case 'spot':
      return requirePrice('spot', market.spot)
    case 'perpetual':
      return requirePrice('perpetual', market.perpetual)
    case 'future':
      return requirePrice('forward', expiryOf(instrument.underlying, instrument.expiry, market).forward)
  }
}
