import { DomainError } from '../errors.ts'
import { SECONDS_PER_YEAR } from '../math/year.ts'
import { decayVariance } from './ewma.ts'

const DAY_SECONDS = 86_400
/** Per year, 400 % squared: the averages go no further. */
const MAX_VARIANCE = 16

/** How a price scan range follows volatility. Volatilities per square root of a year, ranges as fractions of spot. */
export type ScanRangeParameters = {
  fastHalfLifeSeconds: number
  slowHalfLifeSeconds: number
  /** Volatility of the worst known period; it always has a share of the blend, against procyclicality. */
  stressVolatility: number
  stressWeight: number
  /** Standard deviations over the horizon that the range spans. */
  kappa: number
  horizonSeconds: number
  floor: number
  cap: number
  /** The target falls at most by this fraction of itself a day, linear in time within one step. */
  fallPerDay: number
  /** The maintenance range rises at most by this fraction of itself a step; the protocol's are an hour apart or more. */
  risePerStep: number
}

/** The protocol's own choices for everything that is not a property of the underlying. */
export const SCAN_RANGE_DEFAULTS = {
  fastHalfLifeSeconds: 5 * DAY_SECONDS,
  slowHalfLifeSeconds: 45 * DAY_SECONDS,
  stressWeight: 0.4,
  horizonSeconds: DAY_SECONDS / 2,
  fallPerDay: 0.04,
  risePerStep: 0.02,
} as const

/** Variances are per year. `target` governs initial margin at once; `maintenance` (PSR_M) follows it on a ramp. */
export type ScanRangeState = {
  timeSeconds: number
  fastVariance: number
  slowVariance: number
  target: number
  maintenance: number
}

/** What is seen of the market since the state's time. */
export type ScanRangeObservation = {
  timeSeconds: number
  /** Of spot, since the state's own time. */
  logReturn: number
  /** Implied volatility at 30 days, 0 when there is none. */
  impliedVolatility: number
}

/** What asks for a scan range: all but how it moves in time. */
export type RequiredRangeParameters = Omit<
  ScanRangeParameters,
  'fastHalfLifeSeconds' | 'slowHalfLifeSeconds' | 'fallPerDay' | 'risePerStep'
>

/**
 * kappa sigma sqrt(horizon), between floor and cap, with sigma = (1 - w) volatility + w stress: where a listing begins, and what
 * a target falls to.
 * @param volatility the largest of the fast, slow and implied one, per square root of a year
 */
export function requiredScanRange(volatility: number, parameters: RequiredRangeParameters): number {
  const { stressWeight, stressVolatility, kappa, horizonSeconds, floor, cap } = parameters
  const sigma = (1 - stressWeight) * volatility + stressWeight * stressVolatility
  return Math.min(Math.max(kappa * sigma * Math.sqrt(horizonSeconds / SECONDS_PER_YEAR), floor), cap)
}

function requireParameters(parameters: ScanRangeParameters): void {
  for (const [name, value] of Object.entries(parameters))
    if (!(value >= 0 && value < Number.POSITIVE_INFINITY)) throw new DomainError(name, value, 'finite and not negative')
  const { stressWeight, floor, cap, fallPerDay } = parameters
  if (stressWeight > 1) throw new DomainError('stressWeight', stressWeight, 'at most 1')
  if (floor > cap) throw new DomainError('floor', floor, `at most the cap ${cap}`)
  if (fallPerDay >= 1) throw new DomainError('fallPerDay', fallPerDay, 'below 1')
}

/**
 * The scan range after one observation, the float form of the rule that the contracts apply in integers. With dt the time
 * since the state's own: v <- v 2^(-dt/H) + (1 - 2^(-dt/H)) r^2 / dt for both half-lives H, at most 16; the target is
 * max(clamp(kappa sigma_eff sqrt(horizon), floor, cap), target (1 - fallPerDay dt/1d)), so it rises at once; the maintenance
 * range is min(target, last target, maintenance (1 + risePerStep)): it rises towards what was known a step before, and never
 * catches up a pause. Throws DomainError when time does not advance or a number is not finite.
 *
 * The blend with a stressed period is tool (b) of EMIR RTS 153/2013 article 28 in the form of a volatility.
 */
export function dynamicScanRange(
  state: ScanRangeState,
  observation: ScanRangeObservation,
  parameters: ScanRangeParameters,
): ScanRangeState {
  requireParameters(parameters)
  const { fallPerDay, risePerStep } = parameters
  const { timeSeconds, logReturn, impliedVolatility } = observation
  for (const [name, value] of Object.entries({ ...state, logReturn, impliedVolatility }))
    if (!Number.isFinite(value)) throw new DomainError(name, value, 'finite')
  const elapsed = timeSeconds - state.timeSeconds
  if (!(elapsed > 0)) throw new DomainError('timeSeconds', timeSeconds, `later than ${state.timeSeconds}`)
  const years = elapsed / SECONDS_PER_YEAR
  const decayed = (variance: number, halfLifeSeconds: number) =>
    Math.min(decayVariance(variance, logReturn, years, halfLifeSeconds / SECONDS_PER_YEAR), MAX_VARIANCE)
  const variances = {
    fastVariance: decayed(state.fastVariance, parameters.fastHalfLifeSeconds),
    slowVariance: decayed(state.slowVariance, parameters.slowHalfLifeSeconds),
  }
  const { fastVariance, slowVariance } = variances
  const volatility = Math.max(Math.sqrt(fastVariance), Math.sqrt(slowVariance), impliedVolatility)
  const target = Math.max(
    requiredScanRange(volatility, parameters),
    state.target * (1 - (fallPerDay * elapsed) / DAY_SECONDS),
  )
  const risen = state.maintenance * (1 + risePerStep)
  return { timeSeconds, ...variances, target, maintenance: Math.min(target, state.target, risen) }
}
