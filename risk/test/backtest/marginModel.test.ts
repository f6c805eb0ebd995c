import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { coverageOf, type MarginModel, modelledMargins, runningMaximum } from '../../src/backtest/marginModel.ts'
import { DomainError } from '../../src/errors.ts'
import { normalQuantile } from '../../src/math/normal.ts'
import { Random } from '../../src/math/random.ts'

const random = new Random(12)
/** Calm, then three times as volatile, then calm again. */
const returns = Float64Array.from(
  { length: 1500 },
  (_, day) => (day > 600 && day < 800 ? 0.03 : 0.01) * random.normal(),
)
const models: MarginModel[] = [
  { kind: 'ewma', lambda: 0.97, level: 0.99, window: 100, lookback: 1000 },
  { kind: 'historical', convention: 'order-statistic', level: 0.99, window: 100, lookback: 1000 },
]

for (const model of models)
  describe(`the ${model.kind} margin model`, () => {
    const margins = modelledMargins(returns, model)

    it('states one margin per day after its window, each from the days before', () => {
      assert.equal(margins.unmitigated.length, returns.length - 100)
      const changed = returns.map((value, day) => (day >= 700 ? 5 * value : value))
      const other = modelledMargins(changed, model)
      for (const name of ['unmitigated', 'buffered', 'stressWeighted', 'floored'] as const) {
        assert.deepEqual(other[name].subarray(0, 601), margins[name].subarray(0, 601)) // up to day 700 inclusive
        assert.notDeepEqual(other[name].subarray(0, 700), margins[name].subarray(0, 700))
      }
    })

    it('covers about as many days as it promises, the tools more', () => {
      const base = coverageOf(returns, margins.unmitigated)
      assert.ok(base > 0.975 && base < 0.995, `${base}`)
      for (const name of ['buffered', 'stressWeighted', 'floored'] as const)
        assert.ok(coverageOf(returns, margins[name]) >= base)
    })

    it('keeps the identities of the three tools', () => {
      const worst = runningMaximum(margins.unmitigated)
      for (const [i, m] of margins.unmitigated.entries()) {
        assert.ok((margins.buffered[i] ?? 0) >= m && (margins.buffered[i] ?? 0) <= 1.25 * m * (1 + 1e-12))
        assert.ok(Math.abs((margins.stressWeighted[i] ?? 0) - (0.75 * m + 0.25 * (worst[i] ?? 0))) < 1e-15)
        assert.ok((margins.floored[i] ?? 0) >= m)
      }
    })
  })

describe('the models', () => {
  it('are the formulas on the first day', () => {
    const past = returns.slice(0, 100)
    const [ewma, historical] = models.map((model) => modelledMargins(returns, model))
    const mean = past.reduce((sum, x) => sum + x, 0) / 100
    const start = past.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 99
    const variance = past.reduce((v, x) => 0.97 * v + 0.03 * x * x, start)
    assert.ok(Math.abs((ewma?.unmitigated[0] ?? 0) / (normalQuantile(0.995) * Math.sqrt(variance)) - 1) < 1e-12)
    assert.equal(historical?.unmitigated[0], past.map(Math.abs).sort()[99]) // the worst of 100
  })

  it('refuse a history no longer than their window, and impossible windows', () => {
    const [model = assert.fail()] = models
    assert.throws(() => modelledMargins(returns.slice(0, 100), model), DomainError)
    assert.throws(() => modelledMargins(returns, { ...model, window: 1 }), DomainError)
    assert.throws(() => modelledMargins(returns, { ...model, lookback: 50 }), DomainError)
    assert.throws(() => modelledMargins(returns, { ...model, level: 1 }), DomainError)
  })
})
