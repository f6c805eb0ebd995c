/** Deribit's portfolio margin: the worst of a price and volatility grid per underlying, and contingencies. */

import { isOption } from '../../scenarios/index.ts'
import type { AddOn, MarginResult, Scenario } from '../method.ts'
import type { Market, Portfolio, Position } from '../portfolio.ts'
import { scanGrid, scanLoss } from '../scanGrid.ts'
import { byUnderlying, underlyingOf } from '../valuation.ts'
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

/** Units of long futures and perpetuals that short ones of another expiry match: +100 and -100 are 100. */
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

type Part = { scenarios: Scenario[]; loss: number; addOns: AddOn[] }

function underlyingPart(
  underlying: string,
  positions: readonly Position[],
  market: Market,
  parameters: DeribitPortfolioParameters,
): Part {
  const [first] = positions
  const spot = first === undefined ? 0 : underlyingOf(market, first.instrument).spot
  const scenarios = scanGrid(underlying, positions, market, parameters.grid, parameters.volatility)
  const loss = scanLoss(scenarios)
  const charge = (name: string, maintenance: number): AddOn => ({
    name: `${underlying} ${name}`,
    maintenance,
    initial: maintenance * parameters.initialFactor,
  })
  const addOns = [
    charge('short option contingency', netShortOptions(positions) * parameters.shortOption * spot),
    charge('future spread contingency', matchedFutures(positions) * parameters.futureSpread * spot),
    { name: `${underlying} initial over maintenance`, maintenance: 0, initial: loss * (parameters.initialFactor - 1) },
  ]
  return { scenarios, loss, addOns }
}

/**
 * Requirement on equity; underlyings do not offset each other, `scenarios` lists each underlying's grid in turn.
 *
 * Source: Deribit, "Portfolio Margin", exchange documentation, 2018 to 2024.
 * @throws MissingUnderlyingError, MissingExpiryError for positions without a market.
 */
export function deribitPortfolio(
  portfolio: Portfolio,
  market: Market,
  parameters: DeribitPortfolioParameters,
): MarginResult {
  const parts = [...byUnderlying(portfolio)].map(([underlying, positions]) =>
    underlyingPart(underlying, positions, market, parameters),
  )
  const loss = parts.reduce((sum, part) => sum + part.loss, 0)
  const addOns = parts.flatMap((part) => part.addOns)
  return {
    initial: loss + addOns.reduce((sum, { initial }) => sum + initial, 0),
    maintenance: loss + addOns.reduce((sum, { maintenance }) => sum + maintenance, 0),
    scenarios: parts.flatMap(({ scenarios }) => scenarios),
    addOns,
  }
}
