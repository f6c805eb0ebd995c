/** Where a change of parameters takes the scan range, and when it arrives (spec D-3, D-4). */
import { DomainError } from '../errors.ts'
import { dynamicScanRange, requiredScanRange, type ScanRangeParameters } from '../estimation/dynamicRange.ts'

const HOUR_SECONDS = 3_600

/** PSR_target and PSR_M, fractions of spot. */
export type ScanRange = { readonly target: number; readonly maintenance: number }

/** The day of the change: the target rises to what is required, PSR_M stands. */
export function raised(range: ScanRange, volatility: number, parameters: ScanRangeParameters): ScanRange {
  return { target: Math.max(range.target, requiredScanRange(volatility, parameters)), maintenance: range.maintenance }
}

/**
 * Where the scan range arrives while volatility stays, with a sample every hour, and the hours until then. A rising PSR_M has
 * arrived when it meets the target, which is its highest value; one that is at its target already, when both have fallen to
 * what is required. @throws DomainError unless 0 < PSR_M <= target, and for parameters that are not finite and not negative
 */
export function arrived(
  range: ScanRange,
  volatility: number,
  parameters: ScanRangeParameters,
): ScanRange & { readonly hours: number } {
  const { target, maintenance } = range
  if (!(maintenance > 0 && maintenance <= target))
    throw new DomainError('maintenance', maintenance, `above 0 and at most the target ${target}`)
  const start = raised(range, volatility, parameters)
  const required = requiredScanRange(volatility, parameters)
  const isRising = start.maintenance < start.target
  let state = { ...start, timeSeconds: 0, fastVariance: 0, slowVariance: 0 }
  let hours = 0
  while (state.maintenance < state.target || (!isRising && state.target > required)) {
    hours++
    const seen = { timeSeconds: hours * HOUR_SECONDS, logReturn: 0, impliedVolatility: volatility }
    state = dynamicScanRange(state, seen, parameters)
  }
  return { target: state.target, maintenance: state.maintenance, hours }
}
