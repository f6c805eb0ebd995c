import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { DomainError } from '../../src/errors.ts'
import { Random } from '../../src/math/random.ts'
import { studentTCdf, studentTQuantile } from '../../src/math/studentT.ts'
import { expectedShortfall, riskOfSeries } from '../../src/measures/index.ts'

describe('measures at the edge of what a sample can say', () => {
  it('give the worst loss as the shortfall of a tail that holds less than one loss, however small', () => {
    const losses = [3, 1, 7, 5]
    for (const level of [0.8, 0.999, 1 - 1e-10, 1 - 1e-15])
      for (const convention of ['fractional', 'order-statistic', 'type7'] as const)
        assert.equal(expectedShortfall(losses, level, convention), 7, `${convention} at ${level}`)
  })

  it('refuse a t quantile that the doubles cannot hold instead of giving the largest one they can', () => {
    assert.ok(Math.abs(studentTCdf(studentTQuantile(1e-10, 0.5), 0.5) / 1e-10 - 1) < 1e-12)
    for (const degreesOfFreedom of [0.05, 0.01])
      assert.throws(() => studentTQuantile(1e-10, degreesOfFreedom), DomainError)
  })

  it('refuse a share of the tail that is no share or leaves nothing below the threshold', () => {
    const random = new Random(5)
    const pnl = Float64Array.from({ length: 200 }, () => random.normal())
    for (const tailShare of [-0.1, 0, 1, 1.5, 0.999, Number.NaN])
      assert.throws(() => riskOfSeries(pnl, 0.99, { kind: 'extreme-value', tailShare }), DomainError, `${tailShare}`)
  })

  it('put the threshold below exactly the share of losses asked for, whatever the rounding of 1 - share', () => {
    const random = new Random(6)
    const pnl = Float64Array.from({ length: 1000 }, () => random.normal())
    for (const tailShare of [0.05, 0.1, 0.2, 0.3, 0.7, 0.9]) {
      const { estimates } = riskOfSeries(pnl, 0.99, { kind: 'extreme-value', tailShare })
      assert.equal(estimates.exceedances, Math.round(1000 * tailShare))
    }
  })
})
