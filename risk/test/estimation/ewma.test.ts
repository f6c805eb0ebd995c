import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { DomainError } from '../../src/errors.ts'
import { ageWeights, decayVariance, ewmaVariances } from '../../src/estimation/ewma.ts'

const options = { seed: 5, numRuns: 200 }
const decay = fc.double({ min: 0.01, max: 0.999, noNaN: true })
const aReturn = fc.double({ min: -1, max: 1, noNaN: true })

describe('ewmaVariances', () => {
  it("reproduces Hull's example: 1.14 % after 1 % and a return of 2 % at lambda 0.9", () => {
    const [before, after = 0] = ewmaVariances([0.02], 0.9, 0.01 ** 2)
    assert.equal(before, 0.0001)
    assert.ok(Math.abs(Math.sqrt(after) - 0.0114) < 5e-5)
  })

  it('is the weighted mean of squares that its weights describe', () => {
    fc.assert(
      fc.property(fc.array(aReturn, { minLength: 1, maxLength: 50 }), decay, (returns, lambda) => {
        const last = ewmaVariances(returns, lambda, 0).at(-1) ?? Number.NaN
        const weights = ageWeights(returns.length, lambda)
        const weighted = returns.reduce((sum, value, i) => sum + (weights[i] ?? 0) * value ** 2, 0)
        assert.ok(Math.abs(last - weighted * (1 - lambda ** returns.length)) < 1e-12)
      }),
      options,
    )
  })

  it('refuses a decay outside (0, 1)', () => {
    for (const lambda of [0, 1, 1.5, Number.NaN]) assert.throws(() => ewmaVariances([0.1], lambda, 0), DomainError)
  })
})

describe('ageWeights', () => {
  it('sum to 1 and grow towards the newest', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2000 }), decay, (count, lambda) => {
        const weights = ageWeights(count, lambda)
        assert.ok(Math.abs(weights.reduce((sum, weight) => sum + weight, 0) - 1) < 1e-10)
        assert.ok(weights.every((weight, i) => i === 0 || weight >= (weights[i - 1] ?? 0)))
      }),
      options,
    )
  })

  it("reproduces Hull's weights of scenarios 494, 339 and 349 of 500 at 0.995", () => {
    const weights = ageWeights(500, 0.995)
    for (const [scenario, weight] of [
      [494, 0.00528],
      [339, 0.00243],
      [349, 0.00255],
    ] as const)
      assert.ok(Math.abs((weights[scenario - 1] ?? 0) - weight) < 5e-6)
  })
})

describe('decayVariance', () => {
  it('is the ordinary form at equal spacing', () => {
    const lambda = 2 ** (-1 / 5)
    const expected = ewmaVariances([0.03, -0.02], lambda, 0.0004).at(-1) ?? 0
    const actual = decayVariance(decayVariance(0.0004, 0.03, 1, 5), -0.02, 1, 5)
    assert.ok(Math.abs(actual - expected) < 1e-18)
  })

  it('does not care how a steady rate of variance is cut into intervals', () => {
    const interval = fc.double({ min: 1e-6, max: 10, noNaN: true })
    fc.assert(
      fc.property(interval, interval, interval, (first, second, rate) => {
        const step = (variance: number, elapsed: number) =>
          decayVariance(variance, Math.sqrt(rate * elapsed), elapsed, 3)
        const once = step(0.5, first + second)
        assert.ok(Math.abs(step(step(0.5, first), second) - once) < 1e-9 * (1 + once))
      }),
      options,
    )
  })

  it('refuses time that stands still', () => {
    assert.throws(() => decayVariance(1, 0.1, 0, 5), DomainError)
  })
})
