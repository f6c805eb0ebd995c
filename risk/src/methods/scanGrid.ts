/** A grid of price and volatility moves as crypto venues scan it: weighted, one underlying at a time. */
import { type VolatilityShock, volatilityFactors } from './derive/index.ts'
import { type AddOn, type MarginResult, type Scenario, scenarioName } from './method.ts'
import type { Market, Position } from './portfolio.ts'
import { type Shock, shockedPnl } from './valuation.ts'

/** `move` of spot as a fraction; the result counts `weight` times. */
export type GridPoint = { move: number; volatility: 'up' | 'same' | 'down'; weight: number }

/** Volatility up is at least `minimumUp`. */
export type GridVolatility = VolatilityShock & { minimumUp: number }

function shockOf({ move, volatility }: GridPoint, parameters: GridVolatility): Shock {
  return {
    spot: 1 + move,
    volatility: (unshocked, years) => {
      if (volatility === 'same') return unshocked
      const factors = volatilityFactors(parameters, years)
      return volatility === 'up' ? Math.max(unshocked * factors.up, parameters.minimumUp) : unshocked * factors.down
    },
  }
}

/** Profit or loss of one underlying's positions at every point of the grid, USD. */
export function scanGrid(
  positions: readonly Position[],
  market: Market,
  grid: readonly GridPoint[],
  volatility: GridVolatility,
): Scenario[] {
  return grid.map((point) => ({
    name: scenarioName({ spot: 1 + point.move, volatility: point.volatility, damping: point.weight }),
    pnl: point.weight * shockedPnl(positions, market, shockOf(point, volatility)),
  }))
}

/** The largest loss, 0 when nothing loses. */
export function scanLoss(scenarios: readonly Scenario[]): number {
  return Math.max(0, ...scenarios.map(({ pnl }) => -pnl))
}

/** The largest loss of the scenarios and all add-ons, in both levels. */
export function scanResult(scenarios: readonly Scenario[], addOns: readonly AddOn[]): MarginResult {
  const loss = scanLoss(scenarios)
  return {
    initial: addOns.reduce((sum, { initial }) => sum + initial, loss),
    maintenance: addOns.reduce((sum, { maintenance }) => sum + maintenance, loss),
    scenarios,
    addOns,
  }
}
