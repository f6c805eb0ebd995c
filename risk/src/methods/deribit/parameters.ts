/** Parameters of Deribit's margin models. Ratios are fractions of 1; the defaults are stated beside their certainty. */
import type { GridPoint, GridVolatility } from '../scanGrid.ts'
import { DERIBIT_SHORT_OPTION, type ShortOptionTerms } from './shortOption.ts'

/**
 * A perpetual or future needs `initial` (resp. `maintenance`) of its notional plus `step` per `stepSize` units of
 * the position.
 */
export type LinearTerms = { initial: number; maintenance: number; step: number; stepSize: number }

/** Terms by underlying; `other` for those not named. */
export type DeribitStandardParameters = {
  option: ShortOptionTerms
  linear: Readonly<Record<string, LinearTerms>>
  other: LinearTerms
}

/** Option terms as published; the linear terms are recalled from the exchange's pages and meant to be replaced. */
export const DERIBIT_STANDARD: DeribitStandardParameters = {
  option: DERIBIT_SHORT_OPTION,
  linear: {
    BTC: { initial: 0.02, maintenance: 0.01, step: 0.005, stepSize: 100 },
    ETH: { initial: 0.02, maintenance: 0.01, step: 0.01, stepSize: 5_000 },
  },
  other: { initial: 0.05, maintenance: 0.025, step: 0, stepSize: 1 },
}

/**
 * `shortOption` is charged per unit that a strike is net short (calls and puts together), `futureSpread` per unit of
 * long futures matched by short ones, both as shares of spot. Initial margin is `initialFactor` times maintenance.
 */
export type DeribitPortfolioParameters = {
  grid: readonly GridPoint[]
  volatility: GridVolatility
  shortOption: number
  futureSpread: number
  initialFactor: number
}

const BUCKETS = 4

/** Nine price buckets over +-`range` times three volatilities, and far moves with volatility up weighted range / |move|. */
export function deribitGrid(range: number, farMoves: readonly number[], damping = 1): GridPoint[] {
  const near = Array.from({ length: 2 * BUCKETS + 1 }, (_, bucket) => (range * (bucket - BUCKETS)) / BUCKETS)
  return [
    ...near.flatMap((move) => (['up', 'same', 'down'] as const).map((volatility) => ({ move, volatility, weight: 1 }))),
    ...farMoves.map((move) => ({ move, volatility: 'up' as const, weight: (damping * range) / Math.abs(move) })),
  ]
}

/**
 * Grid and volatility shocks as Deribit documents them; contingencies as of its first portfolio margin (2018); the ratio
 * of initial to maintenance margin is recalled. Replace what your account shows otherwise.
 */
export const DERIBIT_PORTFOLIO: DeribitPortfolioParameters = {
  grid: deribitGrid(0.16, [-0.66, -0.33, 0.5, 1, 2, 3, 4, 5]),
  volatility: { up: 0.5, down: 0.25, shortTermPower: 0.3, longTermPower: 0.13, floorDays: 1, minimumUp: 0.5 },
  shortOption: 0.01,
  futureSpread: 0.01,
  initialFactor: 1.3,
}
