/**
 * The 30 scenarios ("lanes") of the protocol and the 17 price nodes behind them.
 *
 * Lane 2(j+6) is a price move of j/6 of the scan range with volatility up, lane 2(j+6)+1 the same with volatility down,
 * j = -6..6. Lanes 26..29 are moves of -2, +2 scan ranges with weight 1/2 and of -4, +4 with weight 1/4, volatility up,
 * no price below 10 % of spot. Hence a linear position of notional N loses exactly N * range in its worst lane.
 *
 * Source: the protocol's specification, rule M-3; the idea of a risk array is CME's (CME Group, 1988, "SPAN: Standard
 * Portfolio Analysis of Risk").
 */
import { DomainError } from '../errors.ts'
import { SECONDS_PER_YEAR } from '../math/year.ts'

/** Scenarios of a risk array. */
export const LANES = 30

/** Distinct prices of the lanes. */
export const NODES = 17

/** Lane of an unmoved price with volatility up. */
export const UNMOVED_UP = 12
/** Lane of an unmoved price with volatility down and a day gone. */
export const UNMOVED_DOWN = 13

/** First of the four extreme lanes. */
const EXTREMES = 26

/** No extreme moves the price below 1 - 0.9 of spot. */
export const MAX_FALL = 0.9

/** One day and thirty days in years of ACT/365. */
export const DAY_YEARS = 1 / 365
const REFERENCE_YEARS = 30 * DAY_YEARS

/** Share of the loss that a lane counts: 1, for the extremes 1/2 and 1/4. */
export const LANE_WEIGHTS: readonly number[] = Array.from({ length: LANES }, (_, lane) => {
  if (lane < EXTREMES) return 1
  return lane < EXTREMES + 2 ? 1 / 2 : 1 / 4
})

/** Whether a lane moves volatility up (and keeps time) or down (and lets a day pass). */
export const LANE_IS_UP: readonly boolean[] = Array.from(
  { length: LANES },
  (_, lane) => lane >= EXTREMES || lane % 2 === 0,
)

/** The two lanes of each node in ascending order of price; extremes have one. Their P&L times 1 / weight is unscaled. */
export const NODE_LANES: readonly { readonly up: number; readonly down: number }[] = [
  { up: 28, down: 28 },
  { up: 26, down: 26 },
  ...Array.from({ length: 13 }, (_, node) => ({ up: 2 * node, down: 2 * node + 1 })),
  { up: 27, down: 27 },
  { up: 29, down: 29 },
]

/** What turns an instrument into a risk array. Fractions; volatility shocks are relative at 30 days. */
export type LaneParameters = {
  /** Price move of the outer grid points: the ramped scan range plus the epoch threshold, below 0.9. */
  readonly range: number
  /** VU: relative rise of volatility of a 30-day option. */
  readonly volatilityUp: number
  /** VD: relative fall of volatility of a 30-day option. */
  readonly volatilityDown: number
  /** Largest relative fall of volatility at any expiry. */
  readonly volatilityDownCap: number
  /** Expiries shorter than this many days are shocked like one of this length. */
  readonly shockFloorDays: number
  /** Option lanes are rounded down to this fraction of spot, 2^-15 on chain; 0 leaves them exact. */
  readonly laneUnit: number
}

/** @throws DomainError for a scan range outside (0, 0.9). */
export function requireRange(range: number): void {
  if (!(range > 0 && range < MAX_FALL)) throw new DomainError('range', range, 'a fraction between 0 and 0.9')
}

/** Relative price move of a lane before its weight, for a scan range `range`. */
export function laneMove(lane: number, range: number): number {
  switch (lane) {
    case 26:
      return -Math.min(2 * range, MAX_FALL)
    case 27:
      return 2 * range
    case 28:
      return -Math.min(4 * range, MAX_FALL)
    case 29:
      return 4 * range
    default:
      return ((Math.floor(lane / 2) - 6) * range) / 6
  }
}

/** Relative price moves of the 17 nodes, ascending, unweighted, into `out[offset..offset + 16]`. The lowest two coincide when both stop at -90 %. */
export function nodeMoves(range: number, out: Float64Array, offset = 0): void {
  for (let node = 0; node < NODES; node++) {
    const lanes = NODE_LANES[node]
    out[offset + node] = lanes === undefined ? Number.NaN : laneMove(lanes.up, range)
  }
}

/** Weighted price moves of the 30 lanes, into `out[offset..offset + 29]`: what one dollar of a linear position earns in each. */
export function linearLanes(range: number, out: Float64Array, offset = 0): void {
  for (let lane = 0; lane < LANES; lane++) {
    out[offset + lane] = laneMove(lane, range) * (LANE_WEIGHTS[lane] ?? 0)
  }
}

/** sqrt(30 d / max(tau, floor)): how much stronger than a 30-day option one of `years` is shocked. */
function shockScale(years: number, floorDays: number): number {
  return Math.sqrt(REFERENCE_YEARS / Math.max(years, floorDays * DAY_YEARS))
}

/** u of the up lanes: 1 + VU * sqrt(30 d / max(tau, 2 d)). `years` to expiry. */
export function volatilityFactorUp(years: number, parameters: LaneParameters): number {
  return 1 + parameters.volatilityUp * shockScale(years, parameters.shockFloorDays)
}

/** u of the down lanes: 1 - min(cap, VD * sqrt(30 d / max(tau, 2 d))). `years` to expiry. */
export function volatilityFactorDown(years: number, parameters: LaneParameters): number {
  const fall = parameters.volatilityDown * shockScale(years, parameters.shockFloorDays)
  return 1 - Math.min(parameters.volatilityDownCap, fall)
}

/** tau' of the down lanes: a day less, at least 0. */
export function yearsAfterDay(years: number): number {
  return Math.max(years - DAY_YEARS, 0)
}

/** Years (ACT/365) from `time` to `expiry`, both unix seconds, 0 once passed. */
export function yearsUntil(expiry: number, time: number): number {
  return Math.max(expiry - time, 0) / SECONDS_PER_YEAR
}

/** A readable name in multiples of the scan range, such as "price -3/6, vol down" or "price +4 x 0.25, vol up". */
export function laneName(lane: number): string {
  const weight = LANE_WEIGHTS[lane] ?? 1
  const suffix = weight === 1 ? '' : ` x ${weight}`
  return `price ${laneMultiple(lane)}${suffix}, vol ${LANE_IS_UP[lane] ? 'up' : 'down'}`
}

/** The price move of a lane in scan ranges, such as -3/6 or +4. */
export function laneMultiple(lane: number): string {
  if (lane >= EXTREMES) return ['-2', '+2', '-4', '+4'][lane - EXTREMES] ?? ''
  const sixths = Math.floor(lane / 2) - 6
  return `${sixths > 0 ? '+' : ''}${sixths}/6`
}
