/** Marks of the common portfolio's positions and their change when spot and volatility move. */

import { DomainError } from '../errors.ts'
import { black76Greeks, black76Price } from '../pricing/index.ts'
import {
  expiryOf as expiryIn,
  isOption,
  MissingUnderlyingError,
  requirePrice,
  unitNotional,
  yearsUntil,
} from '../scenarios/index.ts'
import type { ExpiryMarket, Instrument, Market, Portfolio, Position, UnderlyingMarket } from './portfolio.ts'

/** Spot times `spot` (forwards move in proportion); `volatility` maps an option's own to the shocked one. */
export type Shock = { spot: number; volatility: (volatility: number, years: number) => number }

/** Nothing moves. */
export const UNSHOCKED: Shock = { spot: 1, volatility: (volatility) => volatility }

/** The market of an underlying. @throws MissingUnderlyingError, DomainError for a spot or mark that is not positive */
export function underlyingOf(market: Market, { underlying }: { underlying: string }): UnderlyingMarket {
  const found = market.underlyings[underlying]
  if (found === undefined) throw new MissingUnderlyingError(underlying)
  requirePrice(`spot of ${underlying}`, found.spot)
  requirePrice(`perpetual of ${underlying}`, found.perpetual)
  return found
}

/** @throws MissingUnderlyingError, MissingExpiryError */
export function expiryOf(
  market: Market,
  instrument: Exclude<Instrument, { kind: 'spot' | 'perpetual' }>,
): ExpiryMarket {
  return expiryIn(instrument.underlying, instrument.expiry, underlyingOf(market, instrument))
}

/** Price of one unit under `shock`, USD: of a perpetual or future its quoted price, not its profit. */
export function unitPrice(instrument: Instrument, market: Market, shock: Shock = UNSHOCKED): number {
  if (!isOption(instrument)) return unitNotional(instrument, underlyingOf(market, instrument)) * shock.spot
  const { forward, discount, volatility } = expiryOf(market, instrument)
  const { kind, strike, expiry } = instrument
  const years = yearsUntil(expiry, market.time)
  const shocked = shock.volatility(volatility(strike), years)
  return black76Price(kind, forward * shock.spot, strike, years, shocked, discount)
}

/** Change of one unit's value per USD of spot. */
export function unitDelta(instrument: Instrument, market: Market): number {
  if (instrument.kind === 'spot' || instrument.kind === 'perpetual') return 1
  const { forward, discount, volatility } = expiryOf(market, instrument)
  const forwardPerSpot = forward / underlyingOf(market, instrument).spot
  if (!isOption(instrument)) return forwardPerSpot
  const { kind, strike, expiry } = instrument
  const { delta } = black76Greeks(kind, forward, strike, yearsUntil(expiry, market.time), volatility(strike), discount)
  return delta * forwardPerSpot
}

function requireFinite(name: string, value: number): void {
  if (!Number.isFinite(value)) throw new DomainError(name, value, 'a finite number')
}

/**
 * What a position adds to equity, USD: perpetuals and futures their unrealised profit, everything else its value.
 * @throws MissingUnderlyingError, MissingExpiryError, DomainError
 */
export function positionValue({ instrument, quantity, entry }: Position, market: Market): number {
  requireFinite('quantity', quantity)
  requireFinite('entry', entry ?? 0)
  const price = unitPrice(instrument, market)
  const linear = instrument.kind === 'perpetual' || instrument.kind === 'future'
  return quantity * (linear ? price - (entry ?? price) : price)
}

/** Cash and the value of all positions, USD. @throws as `positionValue`. */
export function equity(portfolio: Portfolio, market: Market): number {
  requireFinite('cash', portfolio.cash)
  return portfolio.positions.reduce((sum, position) => sum + positionValue(position, market), portfolio.cash)
}

/** Profit or loss of `positions` under `shock`, USD. */
export function shockedPnl(positions: readonly Position[], market: Market, shock: Shock): number {
  let pnl = 0
  for (const { instrument, quantity } of positions) {
    pnl += quantity * (unitPrice(instrument, market, shock) - unitPrice(instrument, market))
  }
  return pnl
}

/** What two positions in one instrument share. */
export function instrumentKey(instrument: Instrument): string {
  const { kind, underlying } = instrument
  if (isOption(instrument)) return `${kind} ${underlying} ${instrument.expiry} ${instrument.strike}`
  return instrument.kind === 'future' ? `future ${underlying} ${instrument.expiry}` : `${kind} ${underlying}`
}

/**
 * One position per instrument, quantities summed, as an account holds them: what nets to nothing is left out. Entries, on
 * which no requirement depends, are dropped. @throws DomainError for a quantity that is not finite.
 */
export function netPositions(positions: readonly Position[]): Position[] {
  const byInstrument = Map.groupBy(positions, ({ instrument }) => instrumentKey(instrument))
  return [...byInstrument.values()].flatMap((held) => {
    const [first] = held
    for (const { quantity } of held) requireFinite('quantity', quantity)
    const quantity = held.reduce((sum, position) => sum + position.quantity, 0)
    return first === undefined || quantity === 0 ? [] : [{ instrument: first.instrument, quantity }]
  })
}

/**
 * Positions by underlying, in the order in which the underlyings first appear.
 * @throws DomainError for a quantity that is not finite.
 */
export function byUnderlying(portfolio: Portfolio): ReadonlyMap<string, readonly Position[]> {
  for (const { quantity } of portfolio.positions) requireFinite('quantity', quantity)
  return Map.groupBy(portfolio.positions, ({ instrument }) => instrument.underlying)
}
