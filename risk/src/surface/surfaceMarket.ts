/** A surface as the market that margin methods and books read. */
import type { ExpiryMarket, UnderlyingMarket } from '../methods/portfolio.ts'
import { type Surface, sliceAt, sliceVolatility } from './surface.ts'

/**
 * Forward, discount and volatility by strike at each of the expiries (unix seconds), from the surface's slices or between
 * them.
 *
 * @param prices spot index and mark of the perpetual, USD.
 * @param expiries those that positions have. @default the surface's own
 * @throws DomainError as `sliceAt`.
 */
export function surfaceMarket(
  surface: Surface,
  prices: { spot: number; perpetual: number },
  expiries: readonly number[] = surface.slices.map(({ expiry }) => expiry),
): UnderlyingMarket {
  const market = (expiry: number): ExpiryMarket => {
    const slice = sliceAt(surface, expiry)
    const { forward, discount } = slice
    return { expiry, forward, discount, volatility: (strike) => sliceVolatility(slice, strike) }
  }
  return { ...prices, expiries: new Map(expiries.map((expiry) => [expiry, market(expiry)])) }
}
