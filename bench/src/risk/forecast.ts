/**
 * Which forecaster of tomorrow's variance is best out of sample, on real bitcoin data: `node bench/src/risk/forecast.ts`.
 *
 * Data: realised variance of BTC/USDT by UTC day, the sum of squared hourly log returns. Every model is refitted each 60
 * days on all days before and then used for the next 60. Loss: QLIKE; tests: Diebold-Mariano with Newey-West variance.
 * The learned factor (boosted trees, bounded to 0.8..1.5) has to beat GARCH and HAR at the 5 % level to be of use.
 */
import { readFileSync } from 'node:fs'
import process from 'node:process'
import { ewmaVariances } from '../../../risk/src/estimation/ewma.ts'
import { dieboldMariano, qlike } from '../../../risk/src/estimation/forecastComparison.ts'
import { garchVariances } from '../../../risk/src/estimation/garchFilter.ts'
import { fitGarch } from '../../../risk/src/estimation/garchFit.ts'
import { fitHar, HAR_LAGS, harForecast } from '../../../risk/src/estimation/har.ts'
import { logReturns, mean } from '../../../risk/src/estimation/series.ts'
import { fitVarianceMultiplier, varianceMultiplier } from '../../../risk/src/estimation/varianceMultiplier.ts'

const DATA = new URL('../../../risk/test/data/btc_realised_variance_2017_2023.csv', import.meta.url)
const FIRST_FORECAST = 730
const REFIT_DAYS = 60
const LONGEST_LAG = Math.max(...HAR_LAGS)

/** returns[t] and realised[t] are of the same day. */
type Series = { dates: string[]; returns: Float64Array; realised: Float64Array }

function readSeries(): Series {
  const rows = readFileSync(DATA, 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','))
  const returns = logReturns(rows.map(([, close]) => Number(close)))
  const realised = Float64Array.from(rows.slice(1), ([, , variance]) => Number(variance))
  return { dates: rows.slice(1).map(([date = '']) => date), returns, realised }
}

/** Forecasts for the days from `from` to `to`, using only days before each; parameters from days before `from`. */
type Forecaster = (series: Series, from: number, to: number) => number[]

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i)

const ewma: Forecaster = ({ returns }, from, to) => Array.from(ewmaVariances(returns, 0.94).subarray(from, to))

const harLevels: Forecaster = ({ realised }, from, to) => {
  const model = fitHar(realised.subarray(0, from), 'level')
  return range(from, to).map((day) => harForecast(model, realised.subarray(0, day)))
}

const weekdayOf = ({ dates }: Series, day: number) => new Date(dates[day] ?? '').getUTCDay()

/** A forecaster's view of one stretch of days: its parameters are fixed, its inputs end before `day`. */
type Base = (series: Series, from: number) => (day: number) => number

const garchBase: Base = ({ returns }, from) => {
  const variances = garchVariances(returns, fitGarch(returns.subarray(0, from)).parameters)
  return (day) => variances[day] ?? Number.NaN
}

const harBase: Base = ({ realised }, from) => {
  const model = fitHar(realised.subarray(0, from), 'log')
  return (day) => harForecast(model, realised.subarray(0, day))
}

/** Trees see realised variance against the forecast at three horizons, the last move, the other forecast and the weekday. */
const boosted =
  (base: Base, other: Base): Forecaster =>
  (series, from, to) => {
    const { returns, realised } = series
    const [forecast, second] = [base(series, from), other(series, from)]
    const featuresOf = (day: number) => {
      const variance = forecast(day)
      return [
        ...HAR_LAGS.map((lag) => Math.log(mean(realised.subarray(day - lag, day)) / variance)),
        (returns[day - 1] ?? 0) / Math.sqrt(variance),
        Math.log(second(day) / variance),
        weekdayOf(series, day),
      ]
    }
    const days = range(LONGEST_LAG, from)
    const rows = days.map(featuresOf)
    const columns = Array.from(rows[0] ?? [], (_, j) => rows.map((row) => row[j] ?? 0))
    const model = fitVarianceMultiplier(
      columns,
      days.map((day) => (realised[day] ?? 0) / forecast(day)),
    )
    return range(from, to).map((day) => forecast(day) * varianceMultiplier(model, featuresOf(day)))
  }

const plain =
  (base: Base): Forecaster =>
  (series, from, to) =>
    range(from, to).map(base(series, from))

/** HAR times one factor per weekday: the control that tells how much of a learned gain is the calendar's. */
const harByWeekday: Forecaster = (series, from, to) => {
  const forecast = harBase(series, from)
  const factors = range(0, 7).map((weekday) => {
    const days = range(LONGEST_LAG, from).filter((day) => weekdayOf(series, day) === weekday)
    return mean(days.map((day) => (series.realised[day] ?? 0) / forecast(day)))
  })
  return range(from, to).map((day) => forecast(day) * (factors[weekdayOf(series, day)] ?? 1))
}

const FORECASTERS: Record<string, Forecaster> = {
  'EWMA 0.94': ewma,
  'GARCH(1,1)': plain(garchBase),
  'HAR, levels': harLevels,
  'HAR, logs': plain(harBase),
  'HAR x weekday': harByWeekday,
  'GARCH x trees': boosted(garchBase, harBase),
  'HAR x trees': boosted(harBase, garchBase),
}
const BASELINES = ['GARCH(1,1)', 'HAR, logs', 'HAR x weekday']

function forecastAll(series: Series, forecaster: Forecaster): number[] {
  const days = series.realised.length
  const starts = range(0, Math.ceil((days - FIRST_FORECAST) / REFIT_DAYS)).map((k) => FIRST_FORECAST + k * REFIT_DAYS)
  return starts.flatMap((from) => forecaster(series, from, Math.min(from + REFIT_DAYS, days)))
}

function compare() {
  const series = readSeries()
  const realised = series.realised.subarray(FIRST_FORECAST)
  const losses = new Map(
    Object.entries(FORECASTERS).map(([name, forecaster]) => [name, qlike(realised, forecastAll(series, forecaster))]),
  )
  const models = Array.from(losses, ([name, loss]) => ({
    name,
    qlike: mean(loss),
    against: Object.fromEntries(
      BASELINES.filter((baseline) => baseline !== name).map((baseline) => {
        const { statistic, pValue } = dieboldMariano(loss, losses.get(baseline) ?? [])
        return [baseline, { statistic, pValue }]
      }),
    ),
  }))
  return { from: series.dates[FIRST_FORECAST], to: series.dates.at(-1), days: realised.length, models }
}

const result = compare()
if (process.argv.includes('--json')) console.log(JSON.stringify(result))
else {
  console.log(`BTC/USDT, one day ahead, ${result.days} days from ${result.from} to ${result.to}`)
  console.log('Diebold-Mariano statistic (p): negative means better than the baseline\n')
  console.log(['model'.padEnd(24), 'QLIKE'.padStart(7), ...BASELINES.map((name) => name.padStart(18))].join('  '))
  for (const { name, qlike: loss, against } of result.models) {
    const tests = BASELINES.map((baseline) => {
      const test = against[baseline]
      return (test ? `${test.statistic.toFixed(2)} (${test.pValue.toFixed(4)})` : '-').padStart(18)
    })
    console.log([name.padEnd(24), loss.toFixed(4).padStart(7), ...tests].join('  '))
  }
}
