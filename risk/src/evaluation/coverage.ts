/**
 * How often a move exceeded the requirement that was known before it: breaches at a horizon, with the tests of Kupiec
 * (1995) on their number and of Christoffersen (1998) on their independence.
 */
import {
  christoffersenConditionalCoverage,
  christoffersenIndependence,
  countOf,
  exceedances,
  kupiecProportionOfFailures,
  transitionsOf,
} from '../backtest/index.ts'
import { HOUR, movesOver, type PriceHistory, yearOf } from '../estimation/priceHistory.ts'
import type { Level, LinearMargin, Side } from './linearMargins.ts'

/** Share of windows in which a move of either sign may exceed the requirement: half of it for a long, half for a short. */
export const TARGET_BREACHES = 0.01

/** Hours that each level has to last: maintenance until a liquidation is through, initial a day. */
export const HORIZON_HOURS: Readonly<Record<Level, number>> = { maintenance: 12, initial: 24 }

/** The horizon at which h_lin = 0.5 is consistent with 12 h of the whole range: a quarter of it, by the root of time. */
export const RELIEVED_HOURS = 3

/** From here on nothing is fitted: the newest twelve months of every history and more. 2025-03-01 UTC. */
export const HOLD_OUT_FROM = 1_740_787_200

/** Number of windows with a breach, and p-values of the tests that it fits the target. */
export type CoverageTests = {
  readonly windows: number
  readonly breaches: number
  readonly rate: number
  readonly kupiec: number
  readonly independence: number
  readonly conditional: number
}

/** Windows without overlap, each starting where the last ended, at multiples of the horizon in UTC. */
export type CoverageRow = CoverageTests & {
  readonly underlying: string
  readonly method: string
  readonly level: Level
  readonly horizonHours: number
  /** A calendar year, or 'all', 'fit' (before the hold-out) and 'hold-out'. */
  readonly period: string
  /** Breaches of a long and of a short; `breaches` counts windows with either. */
  readonly long: number
  readonly short: number
  /** Share of breaches over windows that start every hour, which overlap. */
  readonly hourlyRate: number
  /** Mean of the long side's requirement, fraction of notional. */
  readonly meanRequirement: number
}

/** Tests of successive windows against a target; 1 is a breach. */
export function coverageTests(hits: Uint8Array, target = TARGET_BREACHES): CoverageTests {
  const transitions = transitionsOf(hits)
  const [windows, breaches, level] = [hits.length, countOf(hits), 1 - target]
  return {
    windows,
    breaches,
    rate: breaches / windows,
    kupiec: kupiecProportionOfFailures(windows, breaches, level).pValue,
    independence: christoffersenIndependence(transitions).pValue,
    conditional: christoffersenConditionalCoverage(windows, breaches, transitions, level).pValue,
  }
}

type Sample = { readonly times: Float64Array; readonly moves: Float64Array } & Readonly<Record<Side, Float64Array>>

function picked({ times, moves, long, short }: Sample, indices: readonly number[]): Sample {
  const pick = (values: Float64Array) => Float64Array.from(indices, (i) => values[i] ?? Number.NaN)
  return { times: pick(times), moves: pick(moves), long: pick(long), short: pick(short) }
}

/** The windows of a sample that start at multiples of their length. */
function apart(sample: Sample, horizonHours: number): Sample {
  const aligned = (i: number) => (sample.times[i] ?? 0) % (horizonHours * HOUR) === 0
  return picked(sample, Array.from(sample.times.keys()).filter(aligned))
}

/** Every time with both a requirement and a price at the end of the horizon. */
function sampleOf(history: PriceHistory, margin: LinearMargin, level: Level, horizonHours: number): Sample {
  const moves = movesOver(history, horizonHours * HOUR)
  const [long, short] = [margin.requirement('long', level), margin.requirement('short', level)]
  const known = (i: number) => Number.isFinite(moves[i]) && Number.isFinite(long[i]) && Number.isFinite(short[i])
  return picked({ times: history.times, moves, long, short }, Array.from(history.times.keys()).filter(known))
}

function breachesOf({ moves, long, short }: Sample): Readonly<Record<Side | 'either', Uint8Array>> {
  const falls = exceedances(moves, long)
  const rises = exceedances(
    moves.map((move) => -move),
    short,
  )
  return { long: falls, short: rises, either: falls.map((hit, i) => hit | (rises[i] ?? 0)) }
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

type Scores = Omit<CoverageRow, 'underlying' | 'method' | 'level' | 'horizonHours' | 'period'>

function scores(windows: Sample, hourly: Sample): Scores | undefined {
  if (windows.times.length === 0) return undefined
  const hits = breachesOf(windows)
  return {
    ...coverageTests(hits.either),
    long: countOf(hits.long),
    short: countOf(hits.short),
    hourlyRate: countOf(breachesOf(hourly).either) / hourly.times.length,
    meanRequirement: mean(windows.long),
  }
}

/** Indices of the times of each period, in order. */
function periodsOf(times: Float64Array): Map<string, number[]> {
  const periods = new Map<string, number[]>([
    ['all', []],
    ['fit', []],
    ['hold-out', []],
  ])
  for (const [i, time] of times.entries()) {
    const year = `${yearOf(time)}`
    if (!periods.has(year)) periods.set(year, [])
    for (const period of ['all', time < HOLD_OUT_FROM ? 'fit' : 'hold-out', year]) periods.get(period)?.push(i)
  }
  return periods
}

/** One row per period that has a window. */
export function coverage(
  history: PriceHistory,
  margin: LinearMargin,
  level: Level,
  horizonHours = HORIZON_HOURS[level],
): CoverageRow[] {
  const hourly = sampleOf(history, margin, level, horizonHours)
  const windows = apart(hourly, horizonHours)
  const everyHour = periodsOf(hourly.times)
  return [...periodsOf(windows.times)].flatMap(([period, indices]) => {
    const scored = scores(picked(windows, indices), picked(hourly, everyHour.get(period) ?? []))
    if (scored === undefined) return []
    return [{ underlying: history.symbol, method: margin.method, level, horizonHours, period, ...scored }]
  })
}

/** A requirement brought to the target by one factor, and what the factor does to windows that it has not seen. */
export type EqualCoverage = {
  /** At which the share of windows with a breach, of either side, is the target before the hold-out. */
  readonly scale: number
  /** Share of breaches in the hold-out with the requirement so scaled. */
  readonly holdOutRate: number
}

/** Fits the factor on windows without overlap before the hold-out. */
export function equalCoverage(history: PriceHistory, margin: LinearMargin, level: Level): EqualCoverage {
  const horizonHours = HORIZON_HOURS[level]
  const windows = apart(sampleOf(history, margin, level, horizonHours), horizonHours)
  const periods = periodsOf(windows.times)
  const ratios = (period: string) => {
    const { moves, long, short } = picked(windows, periods.get(period) ?? [])
    return moves.map((move, i) => Math.max(-move / (long[i] ?? 1), move / (short[i] ?? 1)))
  }
  const scale = scaleFor(ratios('fit'))
  return { scale, holdOutRate: shareAbove(ratios('hold-out'), scale) }
}

/** Share of the ratios (loss over requirement) above a factor. */
export function shareAbove(ratios: Float64Array, scale: number): number {
  return ratios.reduce((count, ratio) => count + (ratio > scale ? 1 : 0), 0) / ratios.length
}

/** The least factor that at most a share `TARGET_BREACHES` of the ratios (loss over requirement) exceeds. */
export function scaleFor(ratios: Float64Array): number {
  const ascending = ratios.toSorted()
  const allowed = Math.floor(TARGET_BREACHES * ascending.length)
  return ascending[ascending.length - 1 - allowed] ?? Number.NaN
}
