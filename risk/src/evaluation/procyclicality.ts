/**
 * How much the scan range follows the market: the protocol's version beside the same range without any mitigation, and
 * beside that with a floor of ten years, tool (c) of Regulation (EU) 153/2013, Article 28(1).
 */
import { averageCost, flooredMargins, largestCall, peakToTrough } from '../backtest/index.ts'
import type { ScanRangeParameters } from '../estimation/dynamicRange.ts'
import { DAY, HOUR, movesOver, type PriceHistory } from '../estimation/priceHistory.ts'
import { SECONDS_PER_YEAR } from '../math/year.ts'
import { HOLD_OUT_FROM, HORIZON_HOURS, scaleFor, shareAbove } from './coverage.ts'
import { type ImpliedHistory, LONGEST_GAP_SECONDS, type RangePath, WITHOUT_IMPLIED } from './rangePath.ts'

/** Length of the windows in which a range may be exceeded. */
const WINDOW_SECONDS = HORIZON_HOURS.maintenance * HOUR

/** Lookback of the floor; a shorter history uses all it has. */
const FLOOR_SECONDS = 10 * 365 * DAY

/** Ranges as fractions of spot at every time of a history, NaN in a warm-up. */
export type RangeVersion = { readonly name: string; readonly ranges: Float64Array }

/** Annual volatility of the returns within `FLOOR_SECONDS` before each time. A return over a long gap is left out. */
export function longVolatility({ times, prices }: PriceHistory): Float64Array {
  const volatility = new Float64Array(times.length).fill(Number.NaN)
  let [oldest, squares, elapsed] = [1, 0, 0]
  const step = (i: number) => {
    const seconds = (times[i] ?? 0) - (times[i - 1] ?? 0)
    if (seconds > LONGEST_GAP_SECONDS) return { square: 0, seconds: 0 }
    return { square: Math.log((prices[i] ?? 1) / (prices[i - 1] ?? 1)) ** 2, seconds }
  }
  for (let i = 1; i < times.length; i++) {
    const added = step(i)
    squares += added.square
    elapsed += added.seconds
    for (; (times[i] ?? 0) - (times[oldest] ?? 0) > FLOOR_SECONDS; oldest++) {
      const dropped = step(oldest)
      squares -= dropped.square
      elapsed -= dropped.seconds
    }
    volatility[i] = Math.sqrt((squares / elapsed) * SECONDS_PER_YEAR)
  }
  return volatility
}

/** The three versions of one scan range, and the protocol's maintenance range beside its target. */
export function rangeVersions(
  history: PriceHistory,
  path: RangePath,
  { kappa, horizonSeconds }: ScanRangeParameters,
  implied: ImpliedHistory = WITHOUT_IMPLIED,
): RangeVersion[] {
  const deviations = kappa * Math.sqrt(horizonSeconds / SECONDS_PER_YEAR)
  const unmitigated = path.fastVolatility.map((fast, i) => {
    return deviations * Math.max(fast, path.slowVolatility[i] ?? Number.NaN, implied(history.times[i] ?? 0))
  })
  const floors = longVolatility(history).map((volatility) => deviations * volatility)
  return [
    { name: 'Plimsoll, target (initial)', ranges: path.target },
    { name: 'Plimsoll, maintenance', ranges: path.maintenance },
    { name: 'ten-year floor', ranges: flooredMargins(unmitigated, floors) },
    { name: 'unmitigated', ranges: unmitigated },
  ]
}

export type ProcyclicalityRow = {
  readonly underlying: string
  readonly version: string
  readonly days: number
  readonly lowest: number
  readonly highest: number
  readonly mean: number
  readonly peakToTrough: number
  /** Largest relative increase over one and five days. */
  readonly oneDay: number
  readonly fiveDays: number
  /** Mean over that of the unmitigated version, less 1. */
  readonly averageCost: number
  /** Share of 12 h windows, without overlap, with a move of either sign beyond the range. */
  readonly breaches: number
  /** Mean after scaling the version to the target of breaches before the hold-out. */
  readonly equalCoverageMean: number
}

/** The range in force at every midnight: the last known one, as a contract holds it; one series per segment. */
export function midnightRanges(history: PriceHistory, ranges: Float64Array): Float64Array[] {
  const series: number[][] = []
  let before = Number.NaN
  let midnight = Number.NaN
  for (let i = 0; i < history.times.length; i++) {
    const [time = 0, range = Number.NaN] = [history.times[i], ranges[i]]
    if (Number.isNaN(range)) {
      midnight = Number.NaN
      continue
    }
    if (Number.isNaN(midnight)) {
      series.push([])
      midnight = Math.ceil(time / DAY) * DAY
      before = range
    }
    for (; midnight < time; midnight += DAY) series.at(-1)?.push(before)
    if (midnight === time) {
      series.at(-1)?.push(range)
      midnight += DAY
    }
    before = range
  }
  return series.filter((each) => each.length > 0).map((each) => Float64Array.from(each))
}

function joined(series: readonly Float64Array[]): Float64Array {
  return Float64Array.from(series.flatMap((each) => Array.from(each)))
}

/** Move over range of the 12 h windows without overlap, of all or of those before the hold-out. */
function ratiosOf(history: PriceHistory, ranges: Float64Array, before: number): Float64Array {
  const moves = movesOver(history, WINDOW_SECONDS)
  const windows = Array.from(moves.keys()).filter((i) => {
    const time = history.times[i] ?? 0
    return time % WINDOW_SECONDS === 0 && time < before && Number.isFinite(moves[i]) && Number.isFinite(ranges[i])
  })
  return Float64Array.from(windows, (i) => Math.abs(moves[i] ?? 0) / (ranges[i] ?? 1))
}

/** One row per version; the last version is the base of the average cost. */
export function procyclicality(history: PriceHistory, versions: readonly RangeVersion[]): ProcyclicalityRow[] {
  const base = joined(midnightRanges(history, versions.at(-1)?.ranges ?? new Float64Array(0)))
  return versions.map(({ name, ranges }) => {
    const series = midnightRanges(history, ranges)
    const all = joined(series)
    const mean = all.reduce((sum, range) => sum + range, 0) / all.length
    const call = (days: number) => Math.max(...series.map((each) => largestCall(each, days) ?? -Infinity))
    return {
      underlying: history.symbol,
      version: name,
      days: all.length,
      lowest: all.reduce((least, range) => Math.min(least, range)),
      highest: all.reduce((most, range) => Math.max(most, range)),
      mean,
      peakToTrough: peakToTrough(all),
      oneDay: call(1),
      fiveDays: call(5),
      averageCost: averageCost(all, base),
      breaches: shareAbove(ratiosOf(history, ranges, Infinity), 1),
      equalCoverageMean: scaleFor(ratiosOf(history, ranges, HOLD_OUT_FROM)) * mean,
    }
  })
}
