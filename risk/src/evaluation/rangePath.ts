/** The dynamic scan range of an underlying over its whole history, known at each time from the past alone. */
import {
  dynamicScanRange,
  requiredScanRange,
  type ScanRangeParameters,
  type ScanRangeState,
} from '../estimation/dynamicRange.ts'
import { DAY, type PriceHistory } from '../estimation/priceHistory.ts'
import { SECONDS_PER_YEAR } from '../math/year.ts'

/** First days of a segment: they seed both variances and are not scored. */
export const WARM_UP_SECONDS = 30 * DAY

/** A longer hole in the prices starts a new segment with a warm-up of its own. */
export const LONGEST_GAP_SECONDS = 7 * DAY

/** `target` and `maintenance` as fractions of spot, fast and slow volatility per square root of a year; NaN in a warm-up. */
export type RangePath = {
  readonly target: Float64Array
  readonly maintenance: Float64Array
  readonly fastVolatility: Float64Array
  readonly slowVolatility: Float64Array
}

/** Implied volatility of 30 days known at a time, 0 where there is none. */
export type ImpliedHistory = (time: number) => number

export const WITHOUT_IMPLIED: ImpliedHistory = () => 0

/** Start and end (excluded) of the stretches without a gap longer than `LONGEST_GAP_SECONDS`. */
function segmentsOf(times: Float64Array): { start: number; end: number }[] {
  const segments: { start: number; end: number }[] = []
  let start = 0
  for (let i = 1; i <= times.length; i++) {
    const gap = (times[i] ?? Infinity) - (times[i - 1] ?? 0)
    if (gap <= LONGEST_GAP_SECONDS) continue
    segments.push({ start, end: i })
    start = i
  }
  return segments
}

/** State after the warm-up, as a listing: both variances its mean square per year, both ranges what they ask for. */
function seed(history: PriceHistory, start: number, end: number, parameters: ScanRangeParameters): ScanRangeState {
  let squares = 0
  for (let i = start + 1; i <= end; i++)
    squares += Math.log((history.prices[i] ?? 1) / (history.prices[i - 1] ?? 1)) ** 2
  const elapsed = (history.times[end] ?? 0) - (history.times[start] ?? 0)
  const variance = (squares / elapsed) * SECONDS_PER_YEAR
  const timeSeconds = history.times[end] ?? 0
  const target = requiredScanRange(Math.sqrt(variance), parameters)
  return { timeSeconds, fastVariance: variance, slowVariance: variance, target, maintenance: target }
}

/** Runs `dynamicScanRange` over every price of the history. @throws DomainError as that. */
export function rangePath(
  history: PriceHistory,
  parameters: ScanRangeParameters,
  implied: ImpliedHistory = WITHOUT_IMPLIED,
): RangePath {
  const blank = () => new Float64Array(history.times.length).fill(Number.NaN)
  const path = { target: blank(), maintenance: blank(), fastVolatility: blank(), slowVolatility: blank() }
  for (const { start, end } of segmentsOf(history.times)) {
    const warm = (history.times[start] ?? 0) + WARM_UP_SECONDS
    let first = start
    while (first < end && (history.times[first] ?? 0) < warm) first++
    if (first >= end) continue
    let state = seed(history, start, first, parameters)
    for (let i = first + 1; i < end; i++) {
      const timeSeconds = history.times[i] ?? 0
      const logReturn = Math.log((history.prices[i] ?? 1) / (history.prices[i - 1] ?? 1))
      state = dynamicScanRange(state, { timeSeconds, logReturn, impliedVolatility: implied(timeSeconds) }, parameters)
      path.target[i] = state.target
      path.maintenance[i] = state.maintenance
      path.fastVolatility[i] = Math.sqrt(state.fastVariance)
      path.slowVolatility[i] = Math.sqrt(state.slowVariance)
    }
  }
  return path
}
