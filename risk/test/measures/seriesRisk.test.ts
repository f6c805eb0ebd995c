import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { DomainError } from '../../src/errors.ts'
import { logReturns } from '../../src/estimation/series.ts'
import { Random } from '../../src/math/random.ts'
import { CornishFisherDomainError } from '../../src/measures/cornishFisher.ts'
import { normalValueAtRisk } from '../../src/measures/parametric.ts'
import { WeightedConventionError } from '../../src/measures/quantile.ts'
import { type RiskMethod, riskOfSeries } from '../../src/measures/seriesRisk.ts'
import { vectorCsv, vectorJson } from './vectors.ts'

const near = (actual: number, expected: number, tolerance: number) =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected} +- ${tolerance}`)

describe('the DAX of 2021, forecast from rolling windows of 250 days at 0.975', () => {
  const closes = vectorCsv('dax_close_2000_2021.csv').slice(1)
  const returns = logReturns(closes.map((row) => Number(row[1])))
  const quarks = vectorJson<{
    printed_in_quarks_readme: Record<string, { var_breaches: number; es_breaches: number }>
    reproduced_here: Record<string, { first_var_es: [number, number]; last_var_es: [number, number] }>
  }>('fhs_quarks_dax.json')
  const type7 = { convention: 'type7', shortfallConvention: 'type7' } as const
  const ewma = { kind: 'ewma', lambda: 0.94 } as const
  const cases: [string, string, RiskMethod][] = [
    ['plain', 'plain', { kind: 'historical', ...type7 }],
    [
      'age_weighted_lambda_098',
      'age',
      { kind: 'age', lambda: 0.98, convention: 'type4', shortfallConvention: 'type4' },
    ],
    ['vwhs_ewma_lambda_094', 'vw', { kind: 'volatility', volatility: ewma, scaleTo: 'last', ...type7 }],
  ]

  for (const [printedName, ownName, method] of cases) {
    it(`has the breaches that R's quarks prints with the method ${method.kind}`, () => {
      const breaches = { var_breaches: 0, es_breaches: 0 }
      const forecasts: [number, number][] = []
      for (let day = 250; day < returns.length; day++) {
        const { valueAtRisk, expectedShortfall } = riskOfSeries(returns.subarray(day - 250, day), 0.975, method)
        const loss = -(returns[day] ?? 0)
        if (loss > valueAtRisk) breaches.var_breaches++
        if (loss > expectedShortfall) breaches.es_breaches++
        forecasts.push([valueAtRisk, expectedShortfall])
      }
      assert.equal(forecasts.length, 250)
      assert.deepEqual(breaches, quarks.printed_in_quarks_readme[printedName])
      const { first_var_es, last_var_es } = quarks.reproduced_here[ownName] ?? assert.fail(ownName)
      for (const [forecast, expected] of [
        [forecasts[0], first_var_es],
        [forecasts.at(-1), last_var_es],
      ] as const) {
        near(forecast?.[0] ?? Number.NaN, expected[0], 1e-12)
        near(forecast?.[1] ?? Number.NaN, expected[1], 1e-12)
      }
    })
  }
})

describe('the risk of a series of independent normal returns', () => {
  const random = new Random(17)
  const returns = Float64Array.from({ length: 5000 }, () => 0.0005 + 0.01 * random.normal())
  const read = { convention: 'order-statistic', shortfallConvention: 'fractional' } as const
  const expected = normalValueAtRisk(-0.0005, 0.01, 0.99)
  const methods: RiskMethod[] = [
    { kind: 'historical', ...read },
    { kind: 'age', lambda: 0.9995, ...read },
    { kind: 'volatility', volatility: { kind: 'ewma', lambda: 0.99 }, scaleTo: 'next', ...read },
    { kind: 'filtered', volatility: { kind: 'garch' }, steps: 1, paths: 40_000, seed: 3, ...read },
    { kind: 'normal' },
    { kind: 'student-t', degreesOfFreedom: 1000 },
    { kind: 'extreme-value', tailShare: 0.1 },
  ]
  for (const method of methods) {
    it(`is about the same by the method ${method.kind}`, () => {
      const { valueAtRisk, expectedShortfall } = riskOfSeries(returns, 0.99, method)
      near(valueAtRisk / expected, 1, 0.12)
      near(expectedShortfall / valueAtRisk, 1.146, 0.06) // 1.1457 for a normal distribution of mean 0
    })
  }

  it('grows with the square root of the periods that are simulated', () => {
    const method = { kind: 'filtered', volatility: { kind: 'garch' }, paths: 40_000, seed: 3, ...read } as const
    const day = riskOfSeries(returns, 0.99, { ...method, steps: 1 }).valueAtRisk
    const week = riskOfSeries(returns, 0.99, { ...method, steps: 5 }).valueAtRisk
    near(week / day, Math.sqrt(5), 0.15)
  })

  it('scales with the position', () => {
    for (const method of methods) {
      const one = riskOfSeries(returns, 0.99, method)
      const hundred = riskOfSeries(
        returns.map((x) => 100 * x),
        0.99,
        method,
      )
      near(hundred.valueAtRisk / one.valueAtRisk, 100, 1e-2)
    }
  })

  it('agrees with the sample where Cornish and Fisher can: moderately fat tails', () => {
    const mixed = returns.map((x, i) => (i % 10 === 0 ? 1.5 * x : x))
    const fitted = riskOfSeries(mixed, 0.99, { kind: 'cornish-fisher' })
    const sample = riskOfSeries(mixed, 0.99, { kind: 'historical', ...read })
    near(fitted.valueAtRisk / sample.valueAtRisk, 1, 0.06)
    near(fitted.expectedShortfall / sample.expectedShortfall, 1, 0.08)
  })

  it('refuses what a method cannot do', () => {
    const type7 = { convention: 'type7', shortfallConvention: 'fractional' } as const
    assert.throws(() => riskOfSeries(returns, 0.99, { kind: 'age', lambda: 0.99, ...type7 }), WeightedConventionError)
    assert.throws(() => riskOfSeries([1, 1, 1], 0.99, { kind: 'normal' }), DomainError)
    assert.throws(() => riskOfSeries([0, 0, 0, 0, -9], 0.99, { kind: 'cornish-fisher' }), CornishFisherDomainError)
    assert.throws(() => riskOfSeries(returns, 0.85, { kind: 'extreme-value', tailShare: 0.1 }), DomainError)
  })
})
