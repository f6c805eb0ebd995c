/** Parameters of the protocol's margin and their defaults. Fractions, not percent; USD; years ACT/365. */
import { DomainError } from '../../errors.ts'
import { SCAN_RANGE_DEFAULTS, type ScanRangeParameters } from '../../estimation/dynamicRange.ts'
import { MAX_OFFSET } from '../../estimation/offset.ts'
import { requireRange } from '../../scenarios/lanes.ts'
import type { Levels } from '../method.ts'

/**
 * `isolated`: derivatives of one underlying, measured as `cross`. `cross`: the sum of the underlyings' requirements.
 * `portfolio`: with offsets inside a group. `risk-neutral`: expected shortfall under the probabilities that option prices
 * imply. `quantitative`: the same under posted historical probabilities.
 */
export type Mode = 'isolated' | 'cross' | 'portfolio' | 'risk-neutral' | 'quantitative'

/** What governance sets for one underlying. */
export type UnderlyingParameters = {
  /** Standard deviations of 12 h that the scan range spans, and its bounds. */
  readonly kappa: number
  readonly scanRangeFloor: number
  readonly scanRangeCap: number
  /** sigma_stress: annual volatility that always weighs in the scan range. */
  readonly stressVolatility: number
  /** eps: what spot may move before a risk epoch rolls; added to the scan range. */
  readonly epsilon: number
  /** Shocks of the lanes, see `LaneParameters`. */
  readonly volatilityUp: number
  readonly volatilityDown: number
  readonly volatilityDownCap: number
  readonly shockFloorDays: number
  /** Option lanes are rounded down to this fraction of spot, shorts pay one unit more; 0 = exact. */
  readonly laneUnit: number
  /** h_lin: linear books liquidate faster than options. */
  readonly linearRelief: number
  /** Share of the jointly measured loss inside a group. */
  readonly offset: number
  /** s: per short contract, of spot. */
  readonly optionCharge: Levels
  readonly calendarCharge: number
  /** b0: of the dollar delta offset between expiries; b1: per year between adjacent expiries. */
  readonly basisCharge: number
  readonly basisChargePerYear: number
  /** Of spot collateral, both levels. */
  readonly haircut: number
  /** USD per position, initial only. */
  readonly slotCharge: number
}

/** What the chain holds of one underlying besides prices. */
export type UnderlyingState = {
  /** PSR_M, ramped. */
  readonly scanRange: number
  /** PSR_target, towards which PSR_M ramps. */
  readonly targetScanRange: number
  /** Price interval and slow average, USD; an absent one counts as spot. */
  readonly low?: number | undefined
  readonly high?: number | undefined
  readonly average?: number | undefined
  /** Q: posted depth, USD of notional. Absent: no concentration charge. */
  readonly depth?: number | undefined
  /** oi_u of `openInterestFactor`. Absent: 1. */
  readonly openInterestFactor?: number | undefined
  /** No reading of the price: collateral counts nothing in initial margin. */
  readonly isPriceDead?: boolean | undefined
  /** Posted caps of the 17 nodes, ascending, fractions (`tailCaps`); absent or stale ones make `quantitative` measure as `portfolio`. */
  readonly caps?: Float64Array | undefined
}

/** Of every account. */
export type AccountParameters = {
  /** Initial over maintenance measure. */
  readonly initialRatio: number
  /** Of gross derivative notional, initial only. */
  readonly grossCharge: number
  /** Tail probability, floor and horizon of the two expected-shortfall modes. The cap is the portfolio measure itself. */
  readonly tail: number
  readonly tailFloor: number
  readonly horizonYears: number
}

/** Everything that margin of an account depends on besides its portfolio and the market. */
export type PlimsollParameters = AccountParameters & {
  readonly mode: Mode
  readonly underlyings: Readonly<Record<string, UnderlyingParameters>>
  readonly states: Readonly<Record<string, UnderlyingState>>
  /** Underlyings whose lanes may offset; an underlying is in one group at most, others stand alone. @default one group of all */
  readonly groups?: readonly (readonly string[])[] | undefined
}

/** The protocol's own choice for every account. */
export const ACCOUNT_DEFAULTS: AccountParameters = {
  initialRatio: 1.3,
  grossCharge: 0.001,
  tail: 0.01,
  tailFloor: 0.7,
  horizonYears: 1 / 365,
}

/** The protocol's own choice for bitcoin. */
export const BTC_DEFAULTS: UnderlyingParameters = {
  kappa: 2.6,
  scanRangeFloor: 0.06,
  scanRangeCap: 0.4,
  stressVolatility: 1.1,
  epsilon: 0.005,
  volatilityUp: 0.5,
  volatilityDown: 0.25,
  volatilityDownCap: 0.6,
  shockFloorDays: 2,
  laneUnit: 2 ** -15,
  linearRelief: 0.5,
  offset: 0.5,
  optionCharge: { maintenance: 0.003, initial: 0.005 },
  calendarCharge: 0.3,
  basisCharge: 0.002,
  basisChargePerYear: 0.01,
  haircut: 0.1,
  slotCharge: 2,
}

/** The protocol's own choice for ether. */
export const ETH_DEFAULTS: UnderlyingParameters = {
  ...BTC_DEFAULTS,
  scanRangeFloor: 0.08,
  scanRangeCap: 0.45,
  stressVolatility: 1.3,
}

/** Every underlying but BTC and ETH. */
export const OTHER_DEFAULTS: UnderlyingParameters = {
  ...BTC_DEFAULTS,
  scanRangeFloor: 0.11,
  scanRangeCap: 0.55,
  stressVolatility: 1.7,
  epsilon: 0.01,
  volatilityUp: 0.6,
  volatilityDown: 0.3,
  offset: 0.3,
  optionCharge: { maintenance: 0.005, initial: 0.01 },
  calendarCharge: 0.5,
  basisCharge: 0.004,
  basisChargePerYear: 0.03,
  haircut: 0.15,
}

/** Defaults of an underlying by its symbol. */
export function defaultsOf(symbol: string): UnderlyingParameters {
  if (symbol === 'BTC') return BTC_DEFAULTS
  return symbol === 'ETH' ? ETH_DEFAULTS : OTHER_DEFAULTS
}

/** Defaults of all `symbols` in `mode`, scan ranges at their floors, price intervals without width. */
export function defaultParameters(mode: Mode, symbols: readonly string[]): PlimsollParameters {
  const underlyings = Object.fromEntries(symbols.map((symbol) => [symbol, defaultsOf(symbol)]))
  const states = Object.fromEntries(
    symbols.map((symbol) => {
      const { scanRangeFloor } = defaultsOf(symbol)
      return [symbol, { scanRange: scanRangeFloor, targetScanRange: scanRangeFloor }]
    }),
  )
  return { ...ACCOUNT_DEFAULTS, mode, underlyings, states }
}

/** How the scan range of an underlying follows volatility, for `estimation`. */
export function scanRangeParameters(parameters: UnderlyingParameters): ScanRangeParameters {
  const { kappa, stressVolatility, scanRangeFloor: floor, scanRangeCap: cap } = parameters
  return { ...SCAN_RANGE_DEFAULTS, kappa, stressVolatility, floor, cap }
}

/** @throws DomainError for a fraction outside [0, `most`]. */
function requireFraction(name: string, value: number, most = 1): void {
  if (!(value >= 0 && value <= most)) throw new DomainError(name, value, `between 0 and ${most}`)
}

/** @throws DomainError naming the first parameter outside its bounds. */
export function requireUnderlying(parameters: UnderlyingParameters, state: UnderlyingState): void {
  requireRange(state.scanRange + parameters.epsilon)
  if (!(state.targetScanRange > 0)) throw new DomainError('targetScanRange', state.targetScanRange, 'above 0')
  requireFraction('offset', parameters.offset, MAX_OFFSET)
  requireFraction('linearRelief', parameters.linearRelief)
  requireFraction('haircut', parameters.haircut)
  requireFraction('volatilityDownCap', parameters.volatilityDownCap)
  for (const [name, price = 1] of Object.entries({ low: state.low, high: state.high, average: state.average }))
    if (!(price > 0 && price < Infinity)) throw new DomainError(name, price, 'a positive finite price in USD')
  const depth = state.depth ?? 1
  if (!(depth > 0)) throw new DomainError('depth', depth, 'above 0 USD')
  const factor = state.openInterestFactor ?? 1
  if (!(factor >= 1)) throw new DomainError('openInterestFactor', factor, '1 or more')
}
