/**
 * Twin of `contracts/libraries/ScanRange.sol` and of the steps of `Markets`: the scan range follows the market. PSR_target =
 * kappa * sigma * sqrt(12 h / 1 y) between a floor and a cap, at once up and slowly down; PSR_M slowly up after it. Variances
 * are per year (ACT/365), volatilities per square root of a year, all WAD; times in unix seconds.
 */
import { expWadOfNonPositive } from './exponential.ts'
import { divCeil, WAD, WAD2 } from './fixedPoint.ts'
import { lnWad } from './logarithm.ts'
import {
  FAST_HALF_LIFE,
  IMPLIED_TERM,
  MAX_VARIANCE,
  RANGE_FALL,
  RANGE_RISE,
  SAMPLE_SPACING,
  SLOW_HALF_LIFE,
  STRESS_WEIGHT,
  TERM_UNIT,
} from './parameters.ts'
import { squareRoot } from './squareRoot.ts'
import { maxUsd, minUsd } from './usd.ts'

const YEAR = 31_536_000n
const DAY = 86_400n
const LN_2 = 693_147_180_559_945_309n
/** sqrt(12 h / 365 d), WAD. */
const HORIZON_ROOT = 37_011_660_509_880_263n

/** @property fast, slow Realised, half-lives 5 and 45 days. @property implied Of the next 30 days; 0: no surface. */
export type Variances = { readonly fast: bigint; readonly slow: bigint; readonly implied: bigint }

/** Governed, in millionths. */
export type RiskParameters = {
  /** Of the scan range. */
  readonly floor: number
  readonly cap: number
  readonly stressVolatility: number
  /** Scan range per volatility of twelve hours. */
  readonly kappa: number
  readonly epsilon: number
  readonly linearRelief: number
  readonly haircut: number
}

export type RangeState = {
  readonly variances: Variances
  /** PSR_target, without eps. */
  readonly target: bigint
  /** PSR_M, without eps. */
  readonly maintenance: bigint
  readonly sampledAt: number
  /** Spot at the last sample. */
  readonly spot: bigint
}

/** both averages after a sample `elapsed` seconds after the last, up. */
export function sampledVariances(v: Variances, spot: bigint, last: bigint, elapsed: bigint): Variances {
  const move = lnWad(maxUsd((spot * WAD) / last, 1n))
  const perYear = divCeil(move * move * YEAR, WAD * elapsed)
  const averaged = (variance: bigint, halfLife: bigint) => {
    const kept = expWadOfNonPositive(-((LN_2 * elapsed) / halfLife))
    return minUsd(divCeil(variance * kept + perYear * (WAD - kept), WAD), MAX_VARIANCE)
  }
  return { fast: averaged(v.fast, FAST_HALF_LIFE), slow: averaged(v.slow, SLOW_HALF_LIFE), implied: v.implied }
}

/** sigma = 0.6 * max(fast, slow, implied) + 0.4 * stress, down. @param stress WAD */
export function rangeVolatility({ fast, slow, implied }: Variances, stress: bigint): bigint {
  const current = squareRoot(maxUsd(maxUsd(fast, slow), implied) * WAD)
  return (current * (WAD - STRESS_WEIGHT) + stress * STRESS_WEIGHT) / WAD
}

/** the scan range that a volatility asks for, between floor and cap, down. */
export function requiredRange(volatility: bigint, { kappa, floor, cap }: RiskParameters): bigint {
  const range = (BigInt(kappa) * TERM_UNIT * volatility * HORIZON_ROOT) / WAD2
  return minUsd(maxUsd(range, BigInt(floor) * TERM_UNIT), BigInt(cap) * TERM_UNIT)
}

/** What `variances` ask for under `parameters`. */
export function requiredBy(variances: Variances, parameters: RiskParameters): bigint {
  return requiredRange(rangeVolatility(variances, BigInt(parameters.stressVolatility) * TERM_UNIT), parameters)
}

/** The state after a read at `time`: a step when an hour has passed since the last sample, else as it was. */
export function rangeAt(state: RangeState, parameters: RiskParameters, spot: bigint, time: number): RangeState {
  const elapsed = BigInt(time - state.sampledAt)
  if (elapsed < SAMPLE_SPACING) return state
  const variances = sampledVariances(state.variances, spot, state.spot, elapsed)
  return { ...stepped(state, variances, requiredBy(variances, parameters), elapsed), sampledAt: time, spot }
}

/** The target falls towards what is required or rises to it; PSR_M rises a step towards the target that was known before. */
function stepped(state: RangeState, variances: Variances, required: bigint, elapsed: bigint): RangeState {
  const rise = (state.maintenance * RANGE_RISE) / WAD
  const fall = (state.target * RANGE_FALL * elapsed) / (WAD * DAY)
  const target = maxUsd(required, maxUsd(state.target - fall, 0n))
  const maintenance = minUsd(minUsd(state.target, state.maintenance + rise), target)
  return { ...state, variances, target, maintenance }
}

/** The state with the 30-day variance of a new surface: the target rises at once. */
export function withImplied(state: RangeState, parameters: RiskParameters, variance: bigint): RangeState {
  const variances = { ...state.variances, implied: minUsd(variance, MAX_VARIANCE) }
  return { ...state, variances, target: maxUsd(state.target, requiredBy(variances, parameters)) }
}

/** The scan range over the next `hours`, one step an hour, if the variances stay what they are. The first is the state itself. */
export function rangePath(state: RangeState, parameters: RiskParameters, hours: number): RangeState[] {
  const required = requiredBy(state.variances, parameters)
  const path = [state]
  let last = state
  for (let hour = 1; hour <= hours; hour++) {
    last = {
      ...stepped(last, state.variances, required, SAMPLE_SPACING),
      sampledAt: last.sampledAt + Number(SAMPLE_SPACING),
    }
    path.push(last)
  }
  return path
}

/** One expiry of a surface as stored. @property theta Total variance at the money, WAD. */
export type VariancePoint = { readonly expiry: number; readonly theta: bigint }

/**
 * variance per year of the next 30 days, linear in total variance between expiries; that of the first or last where 30
 * days lie before or beyond them. Down. @param points Ascending, all after `time`; 0 when there are none.
 */
export function impliedVariance(time: number, points: readonly VariancePoint[]): bigint {
  const terms = points.map(({ expiry, theta }) => ({ term: BigInt(expiry - time), theta }))
  const at = terms.findIndex(({ term }) => term >= IMPLIED_TERM)
  const right = terms[at < 0 ? terms.length - 1 : at]
  if (!right) return 0n
  const left = at > 0 ? terms[at - 1] : undefined
  if (!left) return (right.theta * YEAR) / right.term
  const part = ((right.theta - left.theta) * (IMPLIED_TERM - left.term)) / (right.term - left.term)
  return ((left.theta + part) * YEAR) / IMPLIED_TERM
}

/** What the scan range is bound by: the larger realised or the implied variance, a bound, or the slow fall of the target. */
export type RangeBinding = 'fast' | 'slow' | 'implied' | 'floor' | 'cap' | 'release'

export function rangeBinding({ variances, target }: RangeState, parameters: RiskParameters): RangeBinding {
  const required = requiredBy(variances, parameters)
  if (target > required) return 'release'
  if (required === BigInt(parameters.cap) * TERM_UNIT) return 'cap'
  if (required === BigInt(parameters.floor) * TERM_UNIT) return 'floor'
  const { fast, slow, implied } = variances
  const most = maxUsd(maxUsd(fast, slow), implied)
  if (most === implied) return 'implied'
  return most === slow ? 'slow' : 'fast'
}
