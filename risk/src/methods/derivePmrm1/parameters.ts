/** Parameters of Derive's first portfolio manager. Ratios are fractions of 1, rates continuous per year. */
import type { BasisShock } from '../derive/basis.ts'
import type { VolatilityShock } from '../derive/volatilityShock.ts'

/** `spot` is a factor; volatility moves by the term-dependent factors or not at all. */
export type Pmrm1Scenario = { spot: number; volatility: 'none' | 'up' | 'down' }

/**
 * Positive shocked values of an expiry are discounted by `discountBase` * exp(-years * (rate * `rateFactor` + `rateAdd`)).
 * `perpetual`, `base` and `option` are shares of spot notional, of naked shorts for options. `initialFactor` scales loss
 * and contingencies in initial margin, plus `pegFactor` per unit of the stable price below `pegThreshold`.
 */
export type Pmrm1Parameters = {
  scenarios: readonly Pmrm1Scenario[]
  volatilityShock: VolatilityShock
  basisShock: BasisShock
  initialFactor: number
  discountBase: number
  rateFactor: number
  rateAdd: number
  pegThreshold: number
  pegFactor: number
  confidenceThreshold: number
  confidenceMargin: number
  perpetual: number
  base: number
  option: number
}

const grid = (moves: readonly number[], volatilities: readonly Pmrm1Scenario['volatility'][]): Pmrm1Scenario[] =>
  moves.flatMap((spot) => volatilities.map((volatility) => ({ spot, volatility })))

/** Parameters under which Derive publishes its PMRM test portfolios (21 scenarios, spot +-15 % in steps of 5 %). */
export const DERIVE_PMRM1_TEST: Pmrm1Parameters = {
  scenarios: grid([1.15, 1.1, 1.05, 1, 0.95, 0.9, 0.85], ['up', 'none', 'down']),
  volatilityShock: { up: 0.45, down: 0.3, shortTermPower: 0.3, longTermPower: 0.13, floorDays: 1 },
  basisShock: { up: 1.05, down: 0.95, addFactor: 0.25, multFactor: 0.01 },
  initialFactor: 1.3,
  discountBase: 0.95,
  rateFactor: 4,
  rateAdd: 0.05,
  pegThreshold: 0.98,
  pegFactor: 2,
  confidenceThreshold: 0.6,
  confidenceMargin: 0.5,
  perpetual: 0.02,
  base: 0.02,
  option: 0.01,
}

/** Parameters in force for BTC and ETH on Derive's main chain (23 scenarios). */
export const DERIVE_PMRM1_MAINNET: Pmrm1Parameters = {
  ...DERIVE_PMRM1_TEST,
  scenarios: [
    { spot: 1.18, volatility: 'up' },
    ...grid([1.135, 1.09, 1.045, 1, 0.955, 0.91, 0.865], ['up', 'none', 'down']),
    { spot: 0.82, volatility: 'up' },
  ],
  volatilityShock: { up: 0.5, down: 0.275, shortTermPower: 0.3, longTermPower: 0.13, floorDays: 1 },
  basisShock: { up: 1.045, down: 0.955, addFactor: 0.5, multFactor: 2 },
  initialFactor: 1.25,
  rateFactor: 1,
  rateAdd: 0.12,
  pegThreshold: 0.99,
  pegFactor: 4,
  confidenceThreshold: 0.55,
  confidenceMargin: 1,
  perpetual: 0.03,
  base: 0.03,
  option: 0.015,
}
