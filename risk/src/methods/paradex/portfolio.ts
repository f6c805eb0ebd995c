/** Paradex's portfolio margin: 24 scenarios per underlying, never below a charge on deltas. */
import type { MarginResult } from '../method.ts'
import type { Market, Portfolio, Position } from '../portfolio.ts'
import { scanGrid, scanLoss, scanResult } from '../scanGrid.ts'
import { sumOverUnderlyings } from '../sumOverUnderlyings.ts'
import { netPositions, underlyingOf, unitDelta, unitPrice } from '../valuation.ts'
import type { ParadexParameters } from './parameters.ts'

/**
 * Least requirement of deltas, USD: `netRate` of |net| and `hedgedRate` of what offsets, (gross - |net|) / 2, times spot.
 *
 * @param deltas of each instrument held, in units of the underlying.
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

function underlyingMargin(
  positions: readonly Position[],
  spot: number,
  market: Market,
  parameters: ParadexParameters,
): MarginResult {
  const scenarios = scanGrid(positions, market, parameters.grid, parameters.volatility)
  const loss = scanLoss(scenarios)
  const deltas = positions.map(({ instrument, quantity }) => quantity * unitDelta(instrument, market))
  const notional = positions.reduce(
    (sum, { instrument, quantity }) => sum + Math.abs(quantity) * unitPrice(instrument, market),
    0,
  )
  const floor = Math.max(0, minimumDeltaMargin(deltas, spot, parameters) - loss)
  const share = parameters.maintenanceShare
  const provision = notional * parameters.fee
  return scanResult(scenarios, [
    { name: 'minimum of deltas', initial: floor, maintenance: floor * share },
    { name: 'maintenance share', initial: 0, maintenance: loss * (share - 1) },
    { name: 'fee provision', initial: provision, maintenance: provision },
  ])
}

/**
 * Requirement on equity; underlyings do not offset each other, `scenarios` lists each underlying's grid in turn.
 *
 * Source: Paradex, "Portfolio Margin", exchange documentation, 2024.
 * @throws MissingUnderlyingError, MissingExpiryError for positions without a market; DomainError for numbers without meaning.
 */
export function paradexPortfolio(portfolio: Portfolio, market: Market, parameters: ParadexParameters): MarginResult {
  return sumOverUnderlyings(portfolio, (underlying, positions) =>
    underlyingMargin(netPositions(positions), underlyingOf(market, { underlying }).spot, market, parameters),
  )
}
