/** A portfolio's positions in one underlying as a book at a horizon, every option revalued by Black-76. */
import type { Position, UnderlyingMarket } from '../methods/portfolio.ts'
import { black76Price } from '../pricing/index.ts'
import { expiryOf, isOption, unitNotional, yearsUntil } from '../scenarios/index.ts'
import type { HorizonBook } from './bookShortfall.ts'

/** What the smile does when the price moves: volatility stays with ln(strike/forward), or with the strike. */
export type SmileDynamics = 'sticky-delta' | 'sticky-strike'

/** When the book is looked at, how far ahead, and what the smile does meanwhile. */
export type HorizonBookOptions = {
  /** Unix seconds. */
  time: number
  /** Years to the horizon; options lose that much time. */
  years: number
  /** @default 'sticky-delta' */
  dynamics?: SmileDynamics
}

type Leg = { profit: (x: number) => number; kink?: number }

function leg({ instrument, quantity }: Position, market: UnderlyingMarket, options: HorizonBookOptions): Leg {
  if (!isOption(instrument)) {
    const notional = quantity * unitNotional(instrument, market)
    return { profit: (x) => notional * (x - 1) }
  }
  const { kind, strike, expiry } = instrument
  const { forward, discount, volatility } = expiryOf(instrument.underlying, expiry, market)
  const years = yearsUntil(expiry, options.time)
  const left = Math.max(0, years - options.years)
  const now = black76Price(kind, forward, strike, years, volatility(strike), discount)
  const dynamics = options.dynamics ?? 'sticky-delta'
  const profit = (x: number) => {
    const sigma = left > 0 ? volatility(dynamics === 'sticky-delta' ? strike / x : strike) : 0
    return quantity * (black76Price(kind, forward * x, strike, left, sigma, discount) - now)
  }
  return left > 0 ? { profit } : { profit, kink: strike / forward }
}

/**
 * The book's profit (USD) as a function of x, which multiplies spot, perpetual and every forward alike. Discounts are held;
 * options that expire within the horizon are worth their intrinsic value and bring a kink.
 *
 * @param positions all in the one underlying whose market is given.
 * @throws MissingExpiryError for an expiry that the market does not have; DomainError for prices without meaning.
 */
export function horizonBook(
  positions: readonly Position[],
  market: UnderlyingMarket,
  options: HorizonBookOptions,
): HorizonBook {
  const legs = positions.map((position) => leg(position, market, options))
  return {
    profit: (x) => legs.reduce((sum, { profit }) => sum + profit(x), 0),
    kinks: legs.flatMap(({ kink }) => (kink === undefined ? [] : [kink])),
  }
}
