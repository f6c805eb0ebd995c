/** Margin of one unit of a linear position, day by day, by the models whose procyclicality is compared. */
import { DomainError } from '../errors.ts'
import { ewmaVariances } from '../estimation/ewma.ts'
import { sampleVariance } from '../estimation/series.ts'
import { normalQuantile } from '../math/normal.ts'
import { type QuantileConvention, valueAtRisk } from '../measures/quantile.ts'
import { requireLevel } from '../measures/sample.ts'
import { bufferedMargins, flooredMargins, LEAST_BUFFER, stressWeightedMargins } from './antiProcyclicality.ts'

/**
 * Both models cover a move of either sign with probability `level`. `ewma`: normal quantile of (1 + level) / 2 times an
 * exponentially weighted volatility around zero (decay `lambda`). `historical`: `level` quantile of the absolute returns
 * of the last `window` days.
 */
export type MarginModel = { window: number; level: number; lookback: number } & (
  | { kind: 'ewma'; lambda: number }
  | { kind: 'historical'; convention: QuantileConvention }
)

/** Margins as fractions of notional from day `window` on: margins[i] is for day window + i, known the day before. */
export type MarginSeries = {
  unmitigated: Float64Array
  /** Article 28(1)(a), (b), (c) of Regulation (EU) 153/2013. */
  buffered: Float64Array
  stressWeighted: Float64Array
  floored: Float64Array
}

function requireModel(returns: Float64Array, { window, level, lookback }: MarginModel): void {
  requireLevel(level)
  if (!(Number.isInteger(window) && window >= 2)) throw new DomainError('window', window, 'an integer of at least 2')
  if (!(Number.isInteger(lookback) && lookback >= window))
    throw new DomainError('lookback', lookback, `an integer of at least the window, ${window}`)
  if (returns.length <= window)
    throw new DomainError('returns.length', returns.length, `above the window of ${window} days`)
}

/** Applies `measure` to the last `length` (or all) returns before each day from `from` on. */
function rolling(
  returns: Float64Array,
  from: number,
  length: number,
  measure: (past: Float64Array) => number,
): Float64Array {
  return Float64Array.from({ length: returns.length - from }, (_, i) =>
    measure(returns.subarray(Math.max(0, from + i - length), from + i)),
  )
}

function rootMeanSquare(values: Float64Array): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += (values[i] ?? 0) ** 2
  return Math.sqrt(sum / values.length)
}

/** The model as it is, and as it would be over `lookback` days. */
function baseMargins(returns: Float64Array, model: MarginModel): { short: Float64Array; long: Float64Array } {
  const { window, level, lookback } = model
  if (model.kind === 'historical') {
    const measure = (past: Float64Array) => valueAtRisk(past.map(Math.abs), level, model.convention)
    return { short: rolling(returns, window, window, measure), long: rolling(returns, window, lookback, measure) }
  }
  const z = normalQuantile((1 + level) / 2)
  const start = sampleVariance(returns.subarray(0, window))
  const variances = ewmaVariances(returns, model.lambda, start).subarray(window, returns.length)
  return {
    short: variances.map((variance) => z * Math.sqrt(variance)),
    long: rolling(returns, window, lookback, (past) => z * rootMeanSquare(past)),
  }
}

/** Largest value so far: what the worst period yet seen would ask for. */
export function runningMaximum(values: Float64Array): Float64Array {
  let largest = Number.NEGATIVE_INFINITY
  return values.map((value) => {
    largest = Math.max(largest, value)
    return largest
  })
}

/**
 * Margins of `model` on daily returns, without and with each of the three tools of European law. The stressed period is
 * the one of the highest margin so far, the floor uses `lookback` days (or as many as there are). Nothing looks ahead.
 * @throws DomainError for a model without sense or fewer returns than its window.
 */
export function modelledMargins(returns: Float64Array, model: MarginModel, weight = LEAST_BUFFER): MarginSeries {
  requireModel(returns, model)
  const { short, long } = baseMargins(returns, model)
  return {
    unmitigated: short,
    buffered: bufferedMargins(short, weight),
    stressWeighted: stressWeightedMargins(short, runningMaximum(short), weight),
    floored: flooredMargins(short, long),
  }
}

/** Share of days on which the move, up or down, was within the margin for that day. */
export function coverageOf(returns: Float64Array, margins: Float64Array): number {
  const offset = returns.length - margins.length
  let covered = 0
  for (let i = 0; i < margins.length; i++)
    if (Math.abs(returns[offset + i] ?? Number.NaN) <= (margins[i] ?? Number.NaN)) covered++
  return covered / margins.length
}
