/** Paradex's portfolio margin: 24 scenarios per underlying, never below a charge on deltas. */
import type { AddOn, MarginResult, Scenario } from '../method.ts'
import type { Market, Portfolio, Position } from '../portfolio.ts'
import { scanGrid, scanLoss } from '../scanGrid.ts'
import { byUnderlying, underlyingOf, unitDelta, unitPrice } from '../valuation.ts'
import type { ParadexParameters } from './parameters.ts'

/**
 * Least requirement of deltas, USD: `netRate` of |net| and `hedgedRate` of what offsets, (gross - |net|) / 2, times spot.
 *
 * @param deltas of each position, in units of the underlying.
 */
export function minimumDeltaMargin(
  deltas: readonly number[],
  spot: number,
  { netDelta, hedgedDelta }: Pick<ParadexParameters, 'netDelta' | 'hedgedDelta'>,
): number {
  const net = Math.abs(deltas.reduce((sum, delta) => sum + delta, 0))
  const gross = deltas.reduce((sum, delta) => sum + Math.abs(delta), 0)
  return (netDelta * net + (hedgedDelta * (gross - net)) / 2) * spot
}

type Part = { scenarios: Scenario[]; loss: number; addOns: AddOn[] }

function underlyingPart(
  underlying: string,
  positions: readonly Position[],
  market: Market,
  parameters: ParadexParameters,
): Part {
  const [first] = positions
  const spot = first === undefined ? 0 : underlyingOf(market, first.instrument).spot
  const scenarios = scanGrid(underlying, positions, market, parameters.grid, parameters.volatility)
  const loss = scanLoss(scenarios)
  const deltas = positions.map(({ instrument, quantity }) => quantity * unitDelta(instrument, market))
  const notional = positions.reduce(
    (sum, { instrument, quantity }) => sum + Math.abs(quantity) * unitPrice(instrument, market),
    0,
  )
  const floor = Math.max(0, minimumDeltaMargin(deltas, spot, parameters) - loss)
  const share = parameters.maintenanceShare
  const provision = notional * parameters.fee
  return {
    scenarios,
    loss,
    addOns: [
      { name: `${underlying} minimum of deltas`, initial: floor, maintenance: floor * share },
      { name: `${underlying} maintenance share`, initial: 0, maintenance: loss * (share - 1) },
      { name: `${underlying} fee provision`, initial: provision, maintenance: provision },
    ],
  }
}

/**
 * Requirement on equity; underlyings do not offset each other, `scenarios` lists each underlying's grid in turn.
 *
 * Source: Paradex, "Portfolio Margin", exchange documentation, 2024.
 * @throws MissingUnderlyingError, MissingExpiryError for positions without a market.
 */
export function paradexPortfolio(portfolio: Portfolio, market: Market, parameters: ParadexParameters): MarginResult {
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
