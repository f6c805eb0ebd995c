import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Matrix } from 'ml-matrix'
import { DomainError } from '../../src/errors.ts'
import {
  deltaGammaCornishFisherTail,
  deltaGammaMoments,
  deltaGammaNormalTail,
} from '../../src/estimation/deltaGamma.ts'
import { Random } from '../../src/math/random.ts'
import {
  CornishFisherDomainError,
  cornishFisherExpectedShortfall,
  cornishFisherValueAtRisk,
} from '../../src/measures/cornishFisher.ts'

const near = (actual: number, expected: number, tolerance: number) =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`)

describe('deltaGammaMoments', () => {
  it("reproduces Hull's option portfolio: 7,099 a day and a five-day 95 % loss of 26,110", () => {
    const [first, second] = [0.02, 0.01]
    const covariance = new Matrix([
      [first ** 2, 0.3 * first * second],
      [0.3 * first * second, second ** 2],
    ])
    const moments = deltaGammaMoments([1_000 * 120, 20_000 * 30], Matrix.zeros(2, 2), covariance)
    near(Math.sqrt(moments.variance), 7_099, 0.5)
    const fiveDays = deltaGammaMoments([120_000, 600_000], Matrix.zeros(2, 2), Matrix.mul(covariance, 5))
    near(deltaGammaNormalTail(fiveDays, 0.95).valueAtRisk, 26_110, 20)
    near(moments.mean + moments.skewness + moments.excessKurtosis, 0, 1e-15)
  })

  it('has the moments of a chi-square when there is gamma alone', () => {
    // x^2 / 2 of a standard normal: mean 1/2, variance 1/2, skewness sqrt(8), excess kurtosis 12.
    const moments = deltaGammaMoments([0], Matrix.ones(1, 1), Matrix.ones(1, 1))
    near(moments.mean, 0.5, 1e-15)
    near(moments.variance, 0.5, 1e-15)
    near(moments.skewness, Math.sqrt(8), 1e-14)
    near(moments.excessKurtosis, 12, 1e-13)
  })

  it('agrees with a simulation of two correlated factors', () => {
    const delta = [1, -0.5]
    const gamma = [
      [0.4, 0.1],
      [0.1, -0.2],
    ]
    const moments = deltaGammaMoments(
      delta,
      new Matrix(gamma),
      new Matrix([
        [1, 0.6],
        [0.6, 1],
      ]),
    )
    const random = new Random(12)
    const sums = [0, 0, 0, 0]
    const paths = 400_000
    for (let path = 0; path < paths; path++) {
      const x = random.normal()
      const y = 0.6 * x + 0.8 * random.normal()
      const pnl = x - 0.5 * y + (0.4 * x * x + 0.2 * x * y - 0.2 * y * y) / 2
      const deviation = pnl - moments.mean
      for (let power = 1; power <= 4; power++) sums[power - 1] = (sums[power - 1] ?? 0) + deviation ** power / paths
    }
    const [first = 0, second = 0, third = 0, fourth = 0] = sums
    near(first, 0, 0.008)
    near(second / moments.variance, 1, 0.02)
    near(third / second ** 1.5, moments.skewness, 0.05)
    near(fourth / second ** 2 - 3, moments.excessKurtosis, 0.2)
  })

  it('refuses matrices of another size', () => {
    assert.throws(() => deltaGammaMoments([1, 2], Matrix.zeros(1, 1), Matrix.zeros(2, 2)), DomainError)
  })
})

describe('deltaGammaCornishFisherTail', () => {
  it('is nearer to the true quantile of a skewed loss than the normal', () => {
    // Long delta, short gamma: pnl = x - 0.1 x^2 / 2. Its 99 % loss is at x = -2.3263: 2.3263 + 0.05 * 5.4119.
    const moments = deltaGammaMoments([1], new Matrix([[-0.1]]), Matrix.ones(1, 1))
    const exact = 2.326348 + 0.05 * 2.326348 ** 2
    const error = (tail: { valueAtRisk: number }) => Math.abs(tail.valueAtRisk - exact)
    const [expansion, normal] = [deltaGammaCornishFisherTail(moments, 0.99), deltaGammaNormalTail(moments, 0.99)]
    assert.ok(error(expansion) < 0.01 && error(normal) > 0.1)
    assert.ok(expansion.expectedShortfall > expansion.valueAtRisk)
  })

  it('is the normal without gamma', () => {
    const moments = deltaGammaMoments([2], Matrix.zeros(1, 1), Matrix.ones(1, 1))
    const [expansion, normal] = [deltaGammaCornishFisherTail(moments, 0.99), deltaGammaNormalTail(moments, 0.99)]
    near(normal.valueAtRisk, 2 * 2.3263478740408, 1e-10)
    near(expansion.valueAtRisk, normal.valueAtRisk, 1e-12)
    near(expansion.expectedShortfall, normal.expectedShortfall, 1e-12)
  })

  it('agrees with the expansion of measures inside its whole domain', () => {
    const moments = { mean: -3, variance: 4, skewness: -0.4, excessKurtosis: 1 }
    const losses = { mean: 3, standardDeviation: 2, skewness: 0.4, excessKurtosis: 1 }
    const tail = deltaGammaCornishFisherTail(moments, 0.99)
    near(tail.valueAtRisk, cornishFisherValueAtRisk(losses, 0.99), 1e-12)
    near(tail.expectedShortfall, cornishFisherExpectedShortfall(losses, 0.99), 1e-12)
  })

  it('refuses moments for which deeper quantiles would be smaller losses', () => {
    const moments = deltaGammaMoments([1], new Matrix([[2]]), Matrix.ones(1, 1)) // long gamma: the loss is bounded
    assert.throws(() => deltaGammaCornishFisherTail(moments, 0.99), CornishFisherDomainError)
    assert.throws(() => deltaGammaCornishFisherTail(moments, 0.4), DomainError)
  })
})
