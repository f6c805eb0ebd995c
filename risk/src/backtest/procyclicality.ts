/**
 * How much a margin model follows the market: the size of the calls it makes and what damping them costs.
 *
 * Source: D. Murphy, M. Vasios, N. Vause (2014), "An investigation into the procyclicality of risk-based initial margin
 * models", Bank of England Financial Stability Paper 29; the same (2016), Staff Working Paper 597.
 */
import { DomainError } from '../errors.ts'

function requireMargins(margins: ArrayLike<number>): void {
  if (margins.length === 0) throw new DomainError('margins.length', 0, 'at least 1')
  for (let day = 0; day < margins.length; day++) {
    const margin = margins[day] ?? Number.NaN
    if (!(margin > 0 && margin < Number.POSITIVE_INFINITY))
      throw new DomainError(`margins[${day}]`, margin, 'finite and above 0')
  }
}

/** Highest over lowest margin of the whole series, at least 1. Throws DomainError unless all margins are positive. */
export function peakToTrough(margins: ArrayLike<number>): number {
  requireMargins(margins)
  let low = Number.POSITIVE_INFINITY
  let high = 0
  for (let day = 0; day < margins.length; day++) {
    low = Math.min(low, margins[day] ?? low)
    high = Math.max(high, margins[day] ?? high)
  }
  return high / low
}

/**
 * Largest relative increase of margin over `days` days, max over t of (M[t + days] - M[t]) / M[t]; negative if margin
 * only fell. Undefined when the series is not longer than `days`. Throws DomainError.
 */
export function largestCall(margins: ArrayLike<number>, days: number): number | undefined {
  requireMargins(margins)
  if (!(Number.isInteger(days) && days > 0)) throw new DomainError('days', days, 'an integer of at least 1')
  let largest: number | undefined
  for (let day = days; day < margins.length; day++) {
    const call = (margins[day] ?? Number.NaN) / (margins[day - days] ?? Number.NaN) - 1
    largest = Math.max(largest ?? call, call)
  }
  return largest
}

/** Mean margin over that of the model without mitigation, less 1: 0.1 costs 10 % more on average. Throws DomainError. */
export function averageCost(margins: ArrayLike<number>, unmitigated: ArrayLike<number>): number {
  requireMargins(margins)
  requireMargins(unmitigated)
  if (margins.length !== unmitigated.length)
    throw new DomainError('unmitigated.length', unmitigated.length, `that of the margins, ${margins.length}`)
  let sum = 0
  let base = 0
  for (let day = 0; day < margins.length; day++) {
    sum += margins[day] ?? Number.NaN
    base += unmitigated[day] ?? Number.NaN
  }
  return sum / base - 1
}

/** Horizons, in days, of the calls that are reported. */
export const CALL_HORIZONS: readonly number[] = [1, 5, 20, 30]

/** How a series of margins follows the market; ratios as in the functions above, `mean` in the unit of the margins. */
export type ProcyclicalityMetrics = {
  peakToTrough: number
  /** One per horizon of CALL_HORIZONS. */
  largestCalls: { days: number; call: number | undefined }[]
  mean: number
  averageCost: number | undefined
}

/** All metrics of one series; the cost only beside `unmitigated`. Throws DomainError. */
export function procyclicalityMetrics(
  margins: ArrayLike<number>,
  unmitigated?: ArrayLike<number>,
): ProcyclicalityMetrics {
  let sum = 0
  for (let day = 0; day < margins.length; day++) sum += margins[day] ?? Number.NaN
  return {
    peakToTrough: peakToTrough(margins),
    largestCalls: CALL_HORIZONS.map((days) => ({ days, call: largestCall(margins, days) })),
    mean: sum / margins.length,
    averageCost: unmitigated === undefined ? undefined : averageCost(margins, unmitigated),
  }
}
