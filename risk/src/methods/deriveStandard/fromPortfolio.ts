import { deriveMarket, derivePositions } from '../derive/fromPortfolio.ts'
import type { MarginResult } from '../method.ts'
import type { Market, Portfolio } from '../portfolio.ts'
import { byUnderlying } from '../valuation.ts'
import { deriveStandard } from './margin.ts'
import type { StandardParameters } from './parameters.ts'

/**
 * The common portfolio under the standard manager; spot is base collateral.
 *
 * @throws UnsupportedInstrumentError for dated futures, and as `deriveStandard`.
 */
export function deriveStandardPortfolio(
  portfolio: Portfolio,
  market: Market,
  parameters: StandardParameters,
): MarginResult {
  const entries = [...byUnderlying(portfolio)]
  const markets = entries.map(([name, positions]) => {
    const { collaterals, ...held } = derivePositions(positions, market)
    return [name, { ...held, base: collaterals.reduce((sum, { quantity }) => sum + quantity, 0) }] as const
  })
  const feeds = entries.map(([name]) => [name, deriveMarket(name, market)] as const)
  return deriveStandard(
    { cash: portfolio.cash, markets: Object.fromEntries(markets) },
    { time: market.time, stable: 1, markets: Object.fromEntries(feeds) },
    parameters,
  )
}
