import { deriveMarket, derivePositions } from '../derive/fromPortfolio.ts'
import type { MarginResult } from '../method.ts'
import type { Market, Portfolio } from '../portfolio.ts'
import { sumOverUnderlyings } from '../sumOverUnderlyings.ts'
import { derivePmrm1 } from './margin.ts'
import type { Pmrm1Parameters } from './parameters.ts'

/**
 * The common portfolio: one manager per underlying, as on chain; their requirements add up. Spot is the base collateral.
 *
 * @throws UnsupportedInstrumentError for dated futures, and as `derivePmrm1`.
 */
export function derivePmrm1Portfolio(portfolio: Portfolio, market: Market, parameters: Pmrm1Parameters): MarginResult {
  return sumOverUnderlyings(portfolio, (underlying, positions) => {
    const held = derivePositions(positions, market)
    const collaterals = held.collaterals.map(({ quantity }) => ({ name: 'base', quantity }))
    return derivePmrm1({ cash: 0, ...held, collaterals }, deriveMarket(underlying, market), parameters)
  })
}
