import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { DomainError } from '../../src/errors.ts'
import { dieboldMariano, longRunVarianceOfMean, qlike } from '../../src/estimation/forecastComparison.ts'
import { garchVariances } from '../../src/estimation/garchFilter.ts'
import { fitGarch } from '../../src/estimation/garchFit.ts'
import { fitHar, harForecast } from '../../src/estimation/har.ts'
import { logReturns, mean, sampleVariance } from '../../src/estimation/series.ts'
import { fitVarianceMultiplier, varianceMultiplier } from '../../src/estimation/varianceMultiplier.ts'
import { Random } from '../../src/math/random.ts'

const rows = readFileSync(new URL('../data/btc_realised_variance_2017_2023.csv', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => line.split(',').map(Number))
const returns = logReturns(rows.map(([, close = 0]) => close))
const realised = Float64Array.from(rows.slice(1), ([, , variance = 0]) => variance)
const near = (actual: number, expected: number, tolerance: number) =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`)

describe('fitHar', () => {
  it('finds the coefficients that made a series, in levels and in logs', () => {
    const [constant, day, week, month] = [0.5, 0.3, 0.4, 0.2]
    const random = new Random(21)
    const series = Array.from({ length: 22 }, () => 5 + random.uniform())
    const last = (count: number) => mean(series.slice(-count))
    for (let t = 0; t < 4_000; t++)
      series.push(constant + day * last(1) + week * last(5) + month * last(22) + 0.2 * random.normal())
    for (const model of [fitHar(series, 'level'), fitHar(series.map(Math.exp), 'log')]) {
      const [, d = 0, w = 0, m = 0] = model.coefficients
      near(d, day, 0.05)
      near(w, week, 0.08)
      near(m, month, 0.08)
      near(model.residualVariance, 0.04, 0.003)
    }
  })

  it('forecasts the exponential of a normal by its mean, not its median', () => {
    const model = { ...fitHar(realised, 'log'), coefficients: Float64Array.of(0, 0, 0, 0), residualVariance: 0.5 }
    near(harForecast(model, realised), Math.exp(0.25), 1e-15)
  })

  it('replaces a forecast in levels that no past day has seen by the mean', () => {
    const model = { ...fitHar(realised, 'level'), coefficients: Float64Array.of(-1, 0, 0, 0) }
    near(harForecast(model, realised), mean(realised), 1e-15)
  })

  it('forecasts positive variances from every window of bitcoin', () => {
    for (const form of ['level', 'log'] as const) {
      const model = fitHar(realised.subarray(0, 700), form)
      for (let day = 700; day < realised.length; day += 10) assert.ok(harForecast(model, realised.subarray(0, day)) > 0)
    }
  })

  it('refuses a variance of zero and a series shorter than its lags', () => {
    assert.throws(() => fitHar([...realised.slice(0, 40), 0]), DomainError)
    assert.throws(() => fitHar(realised.slice(0, 25)), DomainError)
    assert.throws(() => harForecast(fitHar(realised), realised.slice(0, 5)), DomainError)
  })
})

describe('qlike', () => {
  it('is zero for a perfect forecast, positive for others, and worse below than above', () => {
    const positive = fc.double({ min: 1e-6, max: 1e3, noNaN: true })
    fc.assert(
      fc.property(positive, fc.double({ min: 1.01, max: 50, noNaN: true }), (variance, factor) => {
        const [perfect = 1, low = 0, high = 0] = qlike(
          [variance, variance, variance],
          [variance, variance / factor, variance * factor],
        )
        near(perfect, 0, 1e-12)
        assert.ok(low > high && high > 0)
      }),
      { seed: 14, numRuns: 200 },
    )
  })

  it('refuses a forecast that is not positive', () => {
    assert.throws(() => qlike([1], [0]), DomainError)
    assert.throws(() => qlike([1, 2], [1]), DomainError)
  })
})

describe('dieboldMariano', () => {
  const noise = (seed: number, count: number) => {
    const random = new Random(seed)
    return Float64Array.from({ length: count }, () => random.normal())
  }

  it('is the t-test of the mean difference when no lag is counted', () => {
    const [first, second] = [noise(1, 400), noise(2, 400)]
    const differences = first.map((loss, t) => loss - (second[t] ?? 0))
    const deviation = Math.sqrt((sampleVariance(differences) * 399) / 400)
    near(dieboldMariano(first, second, 0).statistic, (mean(differences) / deviation) * 20, 1e-10)
  })

  it('rejects 5 % of equally good forecasters, correlated losses included', () => {
    let rejected = 0
    for (let trial = 0; trial < 400; trial++) {
      const shocks = noise(1000 + trial, 801)
      const moving = shocks.subarray(1).map((shock, t) => shock + 0.5 * (shocks[t] ?? 0))
      if (dieboldMariano(moving, new Float64Array(800)).pValue < 0.05) rejected++
    }
    assert.ok(rejected >= 10 && rejected <= 36, `${rejected} of 400`) // 20 expected, deviation 4.4; the test is a bit liberal
  })

  it('changes sign with the order of the forecasters', () => {
    const [first, second] = [noise(3, 300), noise(4, 300)]
    near(dieboldMariano(first, second).statistic, -dieboldMariano(second, first).statistic, 1e-12)
    assert.throws(() => dieboldMariano(first, first), DomainError)
  })

  it('uses a variance that sees autocorrelation, with weights that fall linearly', () => {
    const shocks = noise(5, 50_001)
    const moving = shocks.subarray(1).map((shock, t) => shock + 0.5 * (shocks[t] ?? 0))
    for (const lags of [1, 4]) near(longRunVarianceOfMean(moving, lags), 1.25 + 1 - 1 / (lags + 1), 0.1)
  })

  it('finds that log HAR beats GARCH on bitcoin from 2022 on', () => {
    const split = 1_600
    const { parameters } = fitGarch(returns.subarray(0, split))
    const model = fitHar(realised.subarray(0, split))
    const garch = garchVariances(returns, parameters).subarray(split, realised.length)
    const har = garch.map((_, i) => harForecast(model, realised.subarray(0, split + i)))
    const truth = realised.subarray(split)
    const { statistic, pValue } = dieboldMariano(qlike(truth, har), qlike(truth, garch))
    assert.ok(statistic < 0 && pValue < 0.01, `${statistic}`)
  })
})

describe('fitVarianceMultiplier', () => {
  const random = new Random(31)
  const feature = Float64Array.from({ length: 4_000 }, () => random.uniform())
  const useless = feature.map(() => random.uniform())
  /** Exponential noise of mean 1 times a factor that jumps from 0.7 to 1.3 at 0.6. */
  const ratios = feature.map((value) => (value > 0.6 ? 1.3 : 0.7) * -Math.log(1 - random.uniform()))

  it('learns which feature the factor depends on', () => {
    const model = fitVarianceMultiplier([useless, feature], ratios, { least: 0.1, most: 10 })
    for (const other of [0.1, 0.5, 0.9]) {
      near(varianceMultiplier(model, [other, 0.3]), 0.7, 0.15)
      near(varianceMultiplier(model, [other, 0.8]), 1.3, 0.2)
    }
  })

  it('stays within its bounds whatever the features are', () => {
    const model = fitVarianceMultiplier(
      [feature],
      ratios.map((ratio) => ratio * (random.uniform() < 0.5 ? 100 : 0.01)),
    )
    fc.assert(
      fc.property(fc.double(), (value) => {
        const factor = varianceMultiplier(model, [value])
        assert.ok(factor >= 0.8 && factor <= 1.5)
      }),
      { seed: 15, numRuns: 200 },
    )
  })

  it('lowers the loss on its own sample with every tree', () => {
    const loss = (rounds: number) => {
      const model = fitVarianceMultiplier([feature], ratios, { least: 0.01, most: 100, rounds })
      return mean(
        qlike(
          ratios,
          feature.map((value) => varianceMultiplier(model, [value])),
        ),
      )
    }
    const losses = [0, 5, 20, 80].map(loss)
    assert.ok(
      losses.every((value, i) => i === 0 || value < (losses[i - 1] ?? 0)),
      `${losses}`,
    )
  })

  it('refuses ratios that are not positive and another number of features', () => {
    assert.throws(() => fitVarianceMultiplier([feature], new Float64Array(4_000)), DomainError)
    const model = fitVarianceMultiplier([feature], ratios, { rounds: 1 })
    assert.throws(() => varianceMultiplier(model, [1, 2]), DomainError)
  })
})
