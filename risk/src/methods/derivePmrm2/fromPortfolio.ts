import { deriveMarket, derivePositions } from '../derive/fromPortfolio.ts'
import type { MarginResult } from '../method.ts'
import type { Market, Portfolio } from '../portfolio.ts'
import { sumOverUnderlyings } from '../sumOverUnderlyings.ts'
import { derivePmrm2 } from './margin.ts'
import type { Pmrm2Parameters } from './parameters.ts'

/**
 * The common portfolio: one manager per underlying, as on chain; their requirements add up. Spot is risk-cancelling
 * collateral under the terms of `parameters.collaterals[underlying]`.
 *
 * @throws UnsupportedInstrumentError for dated futures, MissingFeedError for spot without terms, and as `derivePmrm2`.
 */
export function derivePmrm2Portfolio(portfolio: Portfolio, market: Market, parameters: Pmrm2Parameters): MarginResult {
  return sumOverUnderlyings(portfolio, (underlying, positions) => {
    const terms = parameters.collaterals[underlying]
    return derivePmrm2({ cash: 0, ...derivePositions(positions, market) }, deriveMarket(underlying, market), {
      ...parameters,
      collaterals: terms === undefined ? {} : { spot: terms },
    })
  })
}
