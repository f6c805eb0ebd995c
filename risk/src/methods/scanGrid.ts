/** A grid of price and volatility moves as crypto venues scan it: weighted, one underlying at a time. */
import { volatilityFactors } from './derive/index.ts'
import type { Scenario } from './method.ts'
import type { Market, Position } from './portfolio.ts'
import { type Shock, shockedPnl } from './valuation.ts'

/** `move` of spot as a fraction; the result counts `weight` times. */
export type GridPoint = { move: number; volatility: 'up' | 'same' | 'down'; weight: number }

/**
 * Relative shocks at 30 days, scaled by (30 / days)^power: `shortPower` up to 30 days, `longPower` beyond, days at least
 * `floorDays`. Volatility up is at least `minimumUp`.
 */
export type GridVolatility = {
  up: number
  down: number
  shortPower: number
  longPower: number
  floorDays: number
  minimumUp: number
}

function shockOf({ move, volatility }: GridPoint, parameters: GridVolatility): Shock {
  const { up, down, shortPower: shortTermPower, longPower: longTermPower, floorDays, minimumUp } = parameters
  return {
    spot: 1 + move,
    volatility: (unshocked, years) => {
      if (volatility === 'same') return unshocked
      const factors = volatilityFactors({ up, down, shortTermPower, longTermPower, floorDays }, years)
      return volatility === 'up' ? Math.max(unshocked * factors.up, minimumUp) : unshocked * factors.down
    },
  }
}

function gridName(underlying: string, { move, volatility, weight }: GridPoint): string {
  const percent = Math.round(move * 10_000) / 100
  const share = weight === 1 ? '' : `, x ${Math.round(weight * 10_000) / 10_000}`
  return `${underlying} ${percent < 0 ? '' : '+'}${percent} %, volatility ${volatility}${share}`
}

/** Profit or loss of one underlying's positions at every point of the grid, USD. */
export function scanGrid(
  underlying: string,
  positions: readonly Position[],
  market: Market,
  grid: readonly GridPoint[],
  volatility: GridVolatility,
): Scenario[] {
  return grid.map((point) => ({
    name: gridName(underlying, point),
    pnl: point.weight * shockedPnl(positions, market, shockOf(point, volatility)),
  }))
}

/** The largest loss, 0 when nothing loses. */
export function scanLoss(scenarios: readonly Scenario[]): number {
  return Math.max(0, ...scenarios.map(({ pnl }) => -pnl))
}
