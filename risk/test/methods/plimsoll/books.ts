import fc from 'fast-check'
import { defaultParameters, type Mode, type PlimsollParameters } from '../../../src/methods/plimsoll/index.ts'
import type { ExpiryMarket, Market, Portfolio, Position } from '../../../src/methods/portfolio.ts'

const DAY = 86_400
/** 1 January 2025, unix seconds. */
const TIME = 1_735_689_600

export const SYMBOLS = ['BTC', 'ETH', 'SOL'] as const
const SPOTS = { BTC: 95_000, ETH: 3_300, SOL: 190 }
/** Days to the quoted expiries. */
const DAYS = [0.25, 1.5, 7, 30, 180]

/** A skewed smile, lower for longer expiries, without arbitrage in the range of strikes used here. */
function expiryMarket(spot: number, days: number): ExpiryMarket {
  const years = days / 365
  const forward = spot * Math.exp(0.06 * years)
  const level = 0.5 + 0.15 / (1 + days / 7)
  return {
    expiry: TIME + days * DAY,
    forward,
    discount: Math.exp(-0.04 * years),
    volatility: (strike) => {
      const k = Math.log(strike / forward) / Math.sqrt(years + 0.02)
      return level * Math.sqrt(1 - 0.1 * k + 0.1 * k * k)
    },
  }
}

export const MARKET: Market = {
  time: TIME,
  underlyings: Object.fromEntries(
    SYMBOLS.map((symbol) => {
      const spot = SPOTS[symbol]
      const expiries = new Map(DAYS.map((days) => [TIME + days * DAY, expiryMarket(spot, days)]))
      return [symbol, { spot, perpetual: spot * 1.0005, expiries }]
    }),
  ),
}

export function parametersOf(mode: Mode): PlimsollParameters {
  return defaultParameters(mode, SYMBOLS)
}

const underlying = fc.constantFrom(...SYMBOLS)
const expiry = fc.constantFrom(...DAYS).map((days) => TIME + days * DAY)
const quantity = fc.integer({ min: -40, max: 40 }).map((n) => n / 8)

/** Strikes within a quarter of spot, on no grid of the scenarios. */
export const optionPosition: fc.Arbitrary<Position> = fc
  .record({
    underlying,
    expiry,
    quantity,
    kind: fc.constantFrom('call' as const, 'put' as const),
    moneyness: fc.integer({ min: 750, max: 1250 }),
  })
  .map(({ moneyness, quantity, ...rest }) => ({
    instrument: { ...rest, strike: (SPOTS[rest.underlying] * moneyness) / 1000 },
    quantity,
  }))

export const linearPosition: fc.Arbitrary<Position> = fc.oneof(
  fc.record({ underlying, quantity }).map(({ underlying, quantity }): Position => {
    return { instrument: { kind: 'perpetual', underlying }, quantity }
  }),
  fc.record({ underlying, expiry, quantity }).map(({ underlying, expiry, quantity }): Position => {
    return { instrument: { kind: 'future', underlying, expiry }, quantity }
  }),
  fc.record({ underlying, quantity }).map(({ underlying, quantity }): Position => {
    return { instrument: { kind: 'spot', underlying }, quantity: Math.abs(quantity) }
  }),
)

function portfolioOf(position: fc.Arbitrary<Position>, most: number): fc.Arbitrary<Portfolio> {
  return fc.record({
    cash: fc.integer({ min: -100_000, max: 100_000 }),
    positions: fc.array(position, { minLength: 1, maxLength: most }),
  })
}

export const optionPortfolio = portfolioOf(optionPosition, 8)
export const anyPortfolio = portfolioOf(fc.oneof(optionPosition, linearPosition), 12)

export function scaled(portfolio: Portfolio, factor: number): Portfolio {
  const positions = portfolio.positions.map((position) => ({ ...position, quantity: position.quantity * factor }))
  return { cash: portfolio.cash * factor, positions }
}
