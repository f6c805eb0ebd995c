import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { DomainError } from '../../src/errors.ts'
import {
  dynamicScanRange,
  fitHar,
  fitVarianceMultiplier,
  garchLogLikelihood,
  hatWeights,
  SCAN_RANGE_DEFAULTS,
} from '../../src/estimation/index.ts'
import { leastSquares } from '../../src/math/leastSquares.ts'
import { nelderMead } from '../../src/math/minimise.ts'
import { Random } from '../../src/math/random.ts'

const uniform = (count: number, seed: number) => {
  const random = new Random(seed)
  return Float64Array.from({ length: count }, () => 0.5 + random.uniform())
}

describe('estimators refuse what they cannot use instead of swallowing it', () => {
  it('weights that are negative or not numbers', () => {
    const even = new Float64Array(6).fill(1 / 6)
    for (const bad of [-0.1, Number.NaN, Number.POSITIVE_INFINITY]) {
      const broken = even.with(0, bad)
      assert.throws(() => hatWeights([0, 0.1, 0.2, 0.1, 0, 0], [-1, 1], broken), DomainError)
    }
    assert.throws(() => hatWeights([0], [1, -1]), DomainError)
  })

  it('parameters without a positive variance in a likelihood', () => {
    const parameters = { mean: 0, omega: -0.1, alpha: 0.1, beta: 0.8 }
    assert.throws(() => garchLogLikelihood([0.1, -0.2], parameters), DomainError)
    assert.throws(() => garchLogLikelihood([0.1, Number.NaN], { ...parameters, omega: 0.1 }), DomainError)
  })

  it('numbers that are not finite in a scan range', () => {
    const parameters = { ...SCAN_RANGE_DEFAULTS, stressVolatility: 1, kappa: 2, floor: 0.05, cap: 0.5 }
    const state = { timeSeconds: 0, fastVariance: 0.5, slowVariance: 0.5, target: 0.06, maintenance: 0.06 }
    const observation = { timeSeconds: 60, logReturn: 0.001, impliedVolatility: 0.6 }
    assert.ok(dynamicScanRange(state, observation, parameters).target >= 0.05)
    for (const broken of [{ logReturn: Number.NaN }, { impliedVolatility: Number.POSITIVE_INFINITY }])
      assert.throws(() => dynamicScanRange(state, { ...observation, ...broken }, parameters), DomainError)
    assert.throws(() => dynamicScanRange({ ...state, fastVariance: Number.NaN }, observation, parameters), DomainError)
  })

  it('lags that are no lags, learners that cannot learn, regressors that are not numbers', () => {
    const realised = uniform(60, 1)
    for (const lag of [0, 1.5, Number.NaN]) assert.throws(() => fitHar(realised, 'log', [1, lag]), DomainError)
    for (const options of [{ depth: 0.5 }, { leafSize: 0 }, { rounds: Number.NaN }, { learningRate: 0 }])
      assert.throws(() => fitVarianceMultiplier([uniform(200, 2)], uniform(200, 3), options), DomainError)
    assert.throws(() => fitVarianceMultiplier([], uniform(200, 3)), DomainError)
    assert.throws(
      () =>
        leastSquares(
          [
            [1, 1, 1],
            [1, Number.NaN, 3],
          ],
          [1, 2, 3],
        ),
      DomainError,
    )
  })
})

describe('estimators on long or short searches', () => {
  it('fit series that are too long to be spread as arguments', () => {
    const long = uniform(300_000, 4)
    const { coefficients } = leastSquares(
      [new Float64Array(long.length).fill(1), long],
      long.map((x) => 2 + 3 * x),
    )
    assert.ok(Math.abs((coefficients[0] ?? 0) - 2) < 1e-9 && Math.abs((coefficients[1] ?? 0) - 3) < 1e-9)
    assert.ok(fitHar(long, 'level', [1]).most < 1.5)
  })

  it('return the best point ever tried when the evaluations run out', () => {
    for (let maxEvaluations = 3; maxEvaluations < 40; maxEvaluations++) {
      let best = Number.POSITIVE_INFINITY
      const bowl = (x: Float64Array) => {
        const value = ((x[0] ?? 0) - 3) ** 2 + 10 * ((x[1] ?? 0) + 1) ** 2
        best = Math.min(best, value)
        return value
      }
      assert.equal(nelderMead(bowl, [0, 0], { maxEvaluations, step: [0.5, 0.5] }).value, best)
    }
  })
})
