/** Parameters of Paradex's margin models. Ratios are fractions of 1. */
import type { GridPoint, GridVolatility } from '../scanGrid.ts'

/**
 * `netDelta` and `hedgedDelta` are shares of spot that the minimum charges per unit of delta. Maintenance is
 * `maintenanceShare` of initial. `fee` is the share of gross notional provisioned for closing; funding is left to the
 * account's unrealised profit.
 */
export type ParadexParameters = {
  grid: readonly GridPoint[]
  volatility: GridVolatility
  netDelta: number
  hedgedDelta: number
  maintenanceShare: number
  fee: number
}

const near = (move: number): GridPoint[] => [
  { move, volatility: 'up', weight: 1 },
  { move, volatility: 'down', weight: 1 },
]
const far = ([move, weight]: readonly [number, number]): GridPoint => ({ move, volatility: 'up', weight })

/** The 24 scenarios and ratios of Paradex's documentation; the fee provision is not stated there and set to 0. */
export const PARADEX_PORTFOLIO: ParadexParameters = {
  grid: [
    { move: 0.16, volatility: 'up', weight: 1 },
    ...[0.12, 0.08, 0.04, 0, -0.04, -0.08, -0.12].flatMap(near),
    { move: -0.16, volatility: 'up', weight: 1 },
    ...(
      [
        [-0.66, 0.24],
        [-0.33, 0.48],
        [0.5, 0.32],
        [1, 0.16],
        [2, 0.08],
        [3, 0.0533],
        [4, 0.04],
        [5, 0.032],
      ] as const
    ).map(far),
  ],
  volatility: { up: 0.4, down: 0.22, shortTermPower: 0.3, longTermPower: 0.13, floorDays: 1, minimumUp: 0 },
  netDelta: 0.02,
  hedgedDelta: 0.01,
  maintenanceShare: 0.5,
  fee: 0,
}
