/** Parameters of Derive's second portfolio manager. Ratios are fractions of 1, rates continuous per year. */
import type { BasisShock } from '../derive/basis.ts'
import type { VolatilityShock } from '../derive/volatilityShock.ts'

/**
 * How volatility moves: by the term-dependent factors (`up`, `down`), along the skew (`linear`, `absolute`: by k or |k|,
 * spot unmoved and every expiry's result counted as a loss), or not at all.
 */
export type VolatilityDirection = 'none' | 'up' | 'down' | 'linear' | 'absolute'

/** `spot` is a factor (1.18 = +18 %); the profit or loss counts `damping` times. */
export type Pmrm2Scenario = { spot: number; volatility: VolatilityDirection; damping: number }

/** The skew's cap is `cap` + `capSlope` * sqrt(years); it is reached at k* (see `skewFactor`). */
export type SkewShock = {
  linear: { cap: number; capSlope: number }
  absolute: { cap: number; capSlope: number }
  minWidth: number
  widthScale: number
  volatilityStatic: number
  volatilityScale: number
}

/** Discount of a shocked value beyond the market's: `base` * exp(-years * (rate * rateFactor + rateAdd)). */
export type StaticDiscount = { base: number; rateFactor: number; rateAdd: number }

/** A charge on both levels; initial margin carries the two together. */
export type TwoLevels = { maintenance: number; initial: number }

/** `haircut` of the collateral's value; a risk-cancelling collateral moves with spot in the scenarios. */
export type Pmrm2Collateral = { riskCancelling: boolean; haircut: TwoLevels }

/**
 * `lossFactor` scales the worst loss; initial margin adds `pegFactor` per unit that the stable price is below
 * `pegThreshold`. Below `confidenceThreshold` an oracle costs (1 - confidence) * `confidenceMargin` of the notional in
 * initial margin. `perpetual` and `option` are shares of spot notional, of naked shorts for options.
 */
export type Pmrm2Parameters = {
  scenarios: readonly Pmrm2Scenario[]
  volatilityShock: VolatilityShock & { minimumUp: number }
  skewShock: SkewShock
  basisShock: BasisShock
  lossFactor: TwoLevels
  longDiscount: StaticDiscount
  shortDiscount: StaticDiscount
  pegThreshold: number
  pegFactor: number
  confidenceThreshold: number
  confidenceMargin: number
  perpetual: TwoLevels
  option: TwoLevels
  collaterals: Readonly<Record<string, Pmrm2Collateral>>
}

const regular = (spot: number, volatility: VolatilityDirection): Pmrm2Scenario => ({ spot, volatility, damping: 1 })
const tail = ([spot, damping]: readonly [number, number]): Pmrm2Scenario => ({ spot, volatility: 'up', damping })

const TAILS = [
  [0.34, 0.21],
  [0.67, 0.42],
  [1.5, 0.2772],
  [2, 0.1386],
  [3, 0.0693],
  [4, 0.0462],
  [5, 0.03465],
  [6, 0.02772],
] as const

const SCENARIOS: readonly Pmrm2Scenario[] = [
  regular(1.18, 'up'),
  ...[1.135, 1.09, 1.045, 1, 0.955, 0.91, 0.865].flatMap((spot) => [
    regular(spot, 'down'),
    regular(spot, 'none'),
    regular(spot, 'up'),
  ]),
  regular(0.82, 'up'),
  ...TAILS.map(tail),
  regular(1, 'linear'),
  regular(1, 'absolute'),
]

/** Parameters in force for the BTC and ETH managers on Derive's main chain at the beginning of 2026 (33 scenarios). */
export const DERIVE_PMRM2_MAINNET: Pmrm2Parameters = {
  scenarios: SCENARIOS,
  volatilityShock: { up: 0.5, down: 0.3, minimumUp: 0.4, shortTermPower: 0.3, longTermPower: 0.13, floorDays: 1 },
  skewShock: {
    linear: { cap: 0.25, capSlope: -0.1 },
    absolute: { cap: 0.25, capSlope: -0.1 },
    minWidth: 0.01,
    widthScale: 4,
    volatilityStatic: 0.6,
    volatilityScale: 0,
  },
  basisShock: { up: 1.045, down: 0.955, addFactor: 0.5, multFactor: 2 },
  lossFactor: { initial: 1, maintenance: 0.8 },
  longDiscount: { base: 0.98, rateFactor: 0, rateAdd: 0.1 },
  shortDiscount: { base: 1.02, rateFactor: 0, rateAdd: 0.1 },
  pegThreshold: 0.99,
  pegFactor: 4,
  confidenceThreshold: 0.55,
  confidenceMargin: 0.4,
  perpetual: { maintenance: 0.03, initial: 0.01 },
  option: { maintenance: 0.003, initial: 0.002 },
  collaterals: {
    ETH: { riskCancelling: true, haircut: { maintenance: 0.056, initial: 0.014 } },
    BTC: { riskCancelling: true, haircut: { maintenance: 0.056, initial: 0.014 } },
  },
}
