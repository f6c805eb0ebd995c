import { DomainError } from '../errors.ts'
import { leastSquares } from '../math/leastSquares.ts'
import { mean, requireSeries } from './series.ts'

/** Days of the three averages: a day, a week and a month of trading days (a 24/7 market may take 1, 7, 30). */
export const HAR_LAGS = [1, 5, 22] as const

/**
 * Heterogeneous autoregression of realised variance: next = c + sum b_j (mean of the last `lags[j]`), on the variances
 * ('level') or on their logarithms ('log', whose forecast is exp(.. + s^2 / 2), s^2 the residual variance).
 */
export type HarModel = {
  form: 'level' | 'log'
  lags: readonly number[]
  /** The constant first, then one per lag. */
  coefficients: Float64Array
  residualVariance: number
  rSquared: number
  /** Range and mean of the sample: a 'level' forecast outside the range is replaced by the mean. */
  least: number
  most: number
  average: number
}

/** For each lag: the mean of the last entries of `series` up to and including index `at`. */
function averages(series: ArrayLike<number>, at: number, lags: readonly number[]): number[] {
  return lags.map((lag) => {
    let sum = 0
    for (let t = at - lag + 1; t <= at; t++) sum += series[t] ?? 0
    return sum / lag
  })
}

function requirePositive(realised: ArrayLike<number>, least: number): void {
  requireSeries('realised', realised, least)
  for (let t = 0; t < realised.length; t++)
    if (!((realised[t] ?? 0) > 0)) throw new DomainError(`realised[${t}]`, realised[t] ?? Number.NaN, 'positive')
}

/**
 * Fits the model by least squares. `realised`: positive realised variances, oldest first, in any unit; forecasts have the
 * same. Needs the longest lag and 10 more; throws DomainError otherwise, and for a lag that is no positive integer.
 *
 * Source: Corsi (2009), "A simple approximate long-memory model of realized volatility".
 */
export function fitHar(
  realised: ArrayLike<number>,
  form: HarModel['form'] = 'log',
  lags: readonly number[] = HAR_LAGS,
): HarModel {
  for (const lag of lags)
    if (!(Number.isInteger(lag) && lag > 0)) throw new DomainError('lags', lag, 'integers of at least 1')
  const longest = Math.max(1, ...lags)
  requirePositive(realised, longest + 10)
  const series = form === 'log' ? Float64Array.from(realised, Math.log) : Float64Array.from(realised)
  const count = series.length - longest
  const rows = Array.from({ length: count }, (_, i) => averages(series, longest - 1 + i, lags))
  const columns = [new Float64Array(count).fill(1), ...lags.map((_, j) => rows.map((row) => row[j] ?? 0))]
  const { coefficients, residuals, rSquared } = leastSquares(columns, series.subarray(longest))
  const squares = residuals.reduce((sum, residual) => sum + residual * residual, 0)
  return {
    form,
    lags,
    coefficients,
    rSquared,
    residualVariance: squares / (count - columns.length),
    least: Float64Array.from(realised).reduce((low, value) => Math.min(low, value)),
    most: Float64Array.from(realised).reduce((high, value) => Math.max(high, value)),
    average: mean(realised),
  }
}

/**
 * The variance expected for the period after the last of `realised`, which holds at least the longest lag. In the 'level'
 * form a forecast outside the range of the sample (it can even be negative) is replaced by the sample's mean.
 *
 * Source of that rule: Swanson & White (1997), "Forecasting economic time series using flexible versus fixed
 * specification and linear versus nonlinear econometric models" ("ignorance" for insanity).
 */
export function harForecast(model: HarModel, realised: ArrayLike<number>): number {
  const { form, lags, coefficients, residualVariance, least, most, average } = model
  const longest = Math.max(1, ...lags)
  if (realised.length < longest) throw new DomainError('the length of realised', realised.length, `at least ${longest}`)
  const start = realised.length - longest
  const recent = Array.from({ length: longest }, (_, i) => realised[start + i] ?? Number.NaN)
  requirePositive(recent, longest)
  const series = form === 'log' ? recent.map(Math.log) : recent
  const value = averages(series, longest - 1, lags).reduce(
    (sum, regressor, j) => sum + (coefficients[j + 1] ?? 0) * regressor,
    coefficients[0] ?? 0,
  )
  if (form === 'log') return Math.exp(value + residualVariance / 2)
  return value >= least && value <= most ? value : average
}
