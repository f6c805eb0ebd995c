/** Deribit's portfolio margin: the worst of a price and volatility grid per underlying, and contingencies. */

import { isOption } from '../../scenarios/index.ts'
import type { AddOn, MarginResult } from '../method.ts'
import type { Market, Portfolio, Position } from '../portfolio.ts'
import { scanGrid, scanLoss, scanResult } from '../scanGrid.ts'
import { sumOverUnderlyings } from '../sumOverUnderlyings.ts'
import { netPositions, underlyingOf } from '../valuation.ts'
import type { DeribitPortfolioParameters } from './parameters.ts'

/** Units by which strikes are net short, calls and puts of a strike together: +10 calls and -20 puts are 10. */
export function netShortOptions(positions: readonly Position[]): number {
  const net = new Map<string, number>()
  for (const { instrument, quantity } of positions) {
    if (!isOption(instrument)) continue
    const key = `${instrument.expiry} ${instrument.strike}`
    net.set(key, (net.get(key) ?? 0) + quantity)
  }
  return [...net.values()].reduce((sum, held) => sum + Math.max(-held, 0), 0)
}

/**
 * Units of long futures and perpetuals that short ones of another expiry match: +100 and -100 are 100.
 * @param positions one per instrument, see `netPositions`.
 */
export function matchedFutures(positions: readonly Position[]): number {
  let long = 0
  let short = 0
  for (const { instrument, quantity } of positions) {
    if (instrument.kind !== 'future' && instrument.kind !== 'perpetual') continue
    long += Math.max(quantity, 0)
    short += Math.max(-quantity, 0)
  }
  return Math.min(long, short)
}

function underlyingMargin(
  positions: readonly Position[],
  spot: number,
  market: Market,
  parameters: DeribitPortfolioParameters,
): MarginResult {
  const scenarios = scanGrid(positions, market, parameters.grid, parameters.volatility)
  const charge = (name: string, maintenance: number): AddOn => ({
    name,
    maintenance,
    initial: maintenance * parameters.initialFactor,
  })
  return scanResult(scenarios, [
    charge('short option contingency', netShortOptions(positions) * parameters.shortOption * spot),
    charge('future spread contingency', matchedFutures(positions) * parameters.futureSpread * spot),
    {
      name: 'initial over maintenance',
      maintenance: 0,
      initial: scanLoss(scenarios) * (parameters.initialFactor - 1),
    },
  ])
}

/**
 * Requirement on equity; underlyings do not offset each other, `scenarios` lists each underlying's grid in turn.
 *
 * Source: Deribit, "Portfolio Margin", exchange documentation, 2018 to 2024.
 * @throws MissingUnderlyingError, MissingExpiryError for positions without a market; DomainError for numbers without meaning.
 */
export function deribitPortfolio(
  portfolio: Portfolio,
  market: Market,
  parameters: DeribitPortfolioParameters,
): MarginResult {
  return sumOverUnderlyings(portfolio, (underlying, positions) =>
    underlyingMargin(netPositions(positions), underlyingOf(market, { underlying }).spot, market, parameters),
  )
}
