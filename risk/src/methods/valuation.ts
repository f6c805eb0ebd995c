/** Marks of the common portfolio's positions and their change when spot and volatility move. */
import { black76Greeks, black76Price } from '../pricing/index.ts'
import { expiryOf as expiryIn, isOption, MissingUnderlyingError, yearsUntil } from '../scenarios/index.ts'
import type { ExpiryMarket, Instrument, Market, Portfolio, Position, UnderlyingMarket } from './portfolio.ts'

/** Spot times `spot` (forwards move in proportion); `volatility` maps an option's own to the shocked one. */
export type Shock = { spot: number; volatility: (volatility: number, years: number) => number }

/** Nothing moves. */
export const UNSHOCKED: Shock = { spot: 1, volatility: (volatility) => volatility }

/** @throws MissingUnderlyingError */
export function underlyingOf(market: Market, { underlying }: Instrument): UnderlyingMarket {
  const found = market.underlyings[underlying]
  if (found === undefined) throw new MissingUnderlyingError(underlying)
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
  switch (instrument.kind) {
    case 'spot':
      return underlyingOf(market, instrument).spot * shock.spot
    case 'perpetual':
      return underlyingOf(market, instrument).perpetual * shock.spot
    case 'future':
      return expiryOf(market, instrument).forward * shock.spot
    default: {
      const { forward, discount, volatility } = expiryOf(market, instrument)
      const { kind, strike, expiry } = instrument
      const years = yearsUntil(expiry, market.time)
      const shocked = shock.volatility(volatility(strike), years)
      return black76Price(kind, forward * shock.spot, strike, years, shocked, discount)
    }
  }
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

/** What a position adds to equity, USD: perpetuals and futures their unrealised profit, everything else its value. */
export function positionValue({ instrument, quantity, entry }: Position, market: Market): number {
  const price = unitPrice(instrument, market)
  const linear = instrument.kind === 'perpetual' || instrument.kind === 'future'
  return quantity * (linear ? price - (entry ?? price) : price)
}

/** Cash and the value of all positions, USD. */
export function equity(portfolio: Portfolio, market: Market): number {
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

/** Positions by underlying, in the order in which the underlyings first appear. */
export function byUnderlying(portfolio: Portfolio): ReadonlyMap<string, readonly Position[]> {
  return Map.groupBy(portfolio.positions, ({ instrument }) => instrument.underlying)
}
