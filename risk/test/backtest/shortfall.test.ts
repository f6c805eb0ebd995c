import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  acerbiSzekelyNull,
  acerbiSzekelyZ1,
  acerbiSzekelyZ2,
  criticalValue,
  simulatedPValue,
} from '../../src/backtest/acerbiSzekely.ts'
import { fisslerZiegelScore, quantileScore } from '../../src/backtest/scoring.ts'
import { DomainError } from '../../src/errors.ts'
import { Random } from '../../src/math/random.ts'
import { normalExpectedShortfall, normalValueAtRisk } from '../../src/measures/parametric.ts'
import { vectorJson } from '../measures/vectors.ts'

const near = (actual: number, expected: number, tolerance: number) =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected} +- ${tolerance}`)
const { acerbi_szekely: published } = vectorJson<{
  acerbi_szekely: { monte_carlo_here_400k: Record<string, { c5: number; c001: number }> }
}>('regulatory_formulas.json')

/** Normal profits and losses of deviation `sd` beside the measures of deviation 1. */
function series(days: number, sd: number, seed: number, level = 0.975) {
  const random = new Random(seed)
  return {
    pnl: Float64Array.from({ length: days }, () => sd * random.normal()),
    valueAtRisk: new Float64Array(days).fill(normalValueAtRisk(0, 1, level)),
    expectedShortfall: new Float64Array(days).fill(normalExpectedShortfall(0, 1, level)),
  }
}

describe("Acerbi and Szekely's tests", () => {
  it('are the sums of the paper, by hand', () => {
    const small = { pnl: [-3, 1, -5, -1], valueAtRisk: [2, 2, 2, 2], expectedShortfall: [4, 4, 4, 4] }
    near(acerbiSzekelyZ1(small) ?? Number.NaN, 1 - (0.75 + 1.25) / 2, 1e-15)
    near(acerbiSzekelyZ2(small, 0.75), 1 - (0.75 + 1.25) / (4 * 0.25), 1e-15)
  })

  it('have no first statistic without an exceedance, and 1 as the second', () => {
    const quiet = { pnl: [1, -1], valueAtRisk: [2, 2], expectedShortfall: [3, 3] }
    assert.equal(acerbiSzekelyZ1(quiet), undefined)
    assert.equal(acerbiSzekelyZ2(quiet, 0.975), 1)
  })

  for (const [name, shape] of [
    ['normal', 'normal'],
    ['t10', { degreesOfFreedom: 10 }],
    ['t5', { degreesOfFreedom: 5 }],
    ['t3', { degreesOfFreedom: 3 }],
  ] as const) {
    it(`have the critical values of the paper for ${name} losses`, () => {
      const paths = name === 'normal' ? 200_000 : 15_000
      const { z2 } = acerbiSzekelyNull(250, 0.975, { shape, paths })
      const { c5, c001 } = published.monte_carlo_here_400k[name] ?? assert.fail(name)
      near(criticalValue(z2, 0.05), c5, name === 'normal' ? 0.01 : 0.04)
      if (name === 'normal') near(criticalValue(z2, 0.0001), c001, 0.1)
      near(z2.reduce((sum, z) => sum + z, 0) / paths, 0, 0.02)
    })
  }

  it('are centred on zero whatever the number of exceedances', () => {
    const { z1 } = acerbiSzekelyNull(250, 0.975, { paths: 50_000 })
    near(z1.reduce((sum, z) => sum + z, 0) / z1.length, 0, 0.005)
    assert.ok(z1.length < 50_000 && z1.length > 49_000) // 0.975^250 = 0.2 % of paths have no exceedance
  })

  it('simulate what a plain simulation of every day gives', () => {
    const { z2 } = acerbiSzekelyNull(100, 0.95, { paths: 20_000 })
    const plain = Float64Array.from({ length: 4000 }, (_, seed) => acerbiSzekelyZ2(series(100, 1, seed, 0.95), 0.95))
    plain.sort()
    for (const q of [0.05, 0.25, 0.5, 0.9]) near(criticalValue(plain, q), criticalValue(z2, q), 0.08)
  })

  it('refuse a model whose losses are half as large as the real ones, and not the right one', () => {
    const { z1, z2 } = acerbiSzekelyNull(1000, 0.975)
    const wrong = series(1000, 2, 1)
    const right = series(1000, 1, 1)
    assert.ok(simulatedPValue(z2, acerbiSzekelyZ2(wrong, 0.975)) < 0.001)
    assert.ok(simulatedPValue(z1, acerbiSzekelyZ1(wrong) ?? Number.NaN) < 0.001)
    assert.ok(simulatedPValue(z2, acerbiSzekelyZ2(right, 0.975)) > 0.05)
    assert.ok(simulatedPValue(z1, acerbiSzekelyZ1(right) ?? Number.NaN) > 0.05)
  })

  it('give the same values for the same seed, others for another', () => {
    const once = acerbiSzekelyNull(50, 0.95, { paths: 100, seed: 4 }).z2
    assert.deepEqual(acerbiSzekelyNull(50, 0.95, { paths: 100, seed: 4 }).z2, once)
    assert.notDeepEqual(acerbiSzekelyNull(50, 0.95, { paths: 100, seed: 5 }).z2, once)
  })

  it('never give a p-value of zero', () => {
    const ascending = Float64Array.from([-1, 0, 1])
    assert.deepEqual(
      [-2, -1, 0.5, 2].map((observed) => simulatedPValue(ascending, observed)),
      [0.25, 0.5, 0.75, 1],
    )
  })

  it('refuse a shortfall that is no loss, and options that make no sample', () => {
    const none = { pnl: [1], valueAtRisk: [1], expectedShortfall: [0] }
    assert.throws(() => acerbiSzekelyZ2(none, 0.975), DomainError)
    assert.throws(() => acerbiSzekelyNull(0, 0.975), DomainError)
    assert.throws(() => acerbiSzekelyNull(10, 0.975, { paths: 0 }), DomainError)
    assert.throws(() => acerbiSzekelyNull(10, 0.975, { shape: { degreesOfFreedom: 1 } }), DomainError)
  })
})

describe('the scores', () => {
  const level = 0.975
  const { pnl } = series(200_000, 1, 2)
  const constant = (value: number) => new Float64Array(pnl.length).fill(value)
  const score = (limit: number, shortfall: number) =>
    fisslerZiegelScore({ pnl, valueAtRisk: constant(limit), expectedShortfall: constant(shortfall) }, level)

  it('are lowest for the right model', () => {
    const limit = normalValueAtRisk(0, 1, level)
    const shortfall = normalExpectedShortfall(0, 1, level)
    const best = score(limit, shortfall)
    for (const [a, b] of [
      [0.85, 1],
      [1.15, 1],
      [1, 0.85],
      [1, 1.2],
      [1.2, 1.2],
    ] as const)
      assert.ok(score(a * limit, b * shortfall) > best, `${a} ${b}`)
    const pinball = quantileScore(pnl, constant(limit), level)
    for (const factor of [0.9, 1.1]) assert.ok(quantileScore(pnl, constant(factor * limit), level) > pinball)
  })

  it('are the formulas of the papers, by hand', () => {
    const two = { pnl: [-3, 1], valueAtRisk: [2, 2], expectedShortfall: [2.5, 2.5] }
    near(fisslerZiegelScore(two, 0.9), (1 / (0.1 * 2.5) + 2 * (2 / 2.5 + Math.log(2.5) - 1)) / 2, 1e-12)
    near(quantileScore(two.pnl, two.valueAtRisk, 0.9), (0.9 * 1 + 0.1 * 3) / 2, 1e-15)
  })

  it('differ between models by the same amount in any unit', () => {
    const scaled = (factor: number, limit: number) =>
      fisslerZiegelScore(
        {
          pnl: pnl.slice(0, 500).map((x) => factor * x),
          valueAtRisk: constant(factor * limit).slice(0, 500),
          expectedShortfall: constant(factor * 2.6).slice(0, 500),
        },
        level,
      )
    near(scaled(1000, 2) - scaled(1000, 1.5), scaled(1, 2) - scaled(1, 1.5), 1e-9)
  })

  it('refuse a shortfall below the value-at-risk', () => {
    assert.throws(() => fisslerZiegelScore({ pnl: [1], valueAtRisk: [2], expectedShortfall: [1] }, level), DomainError)
  })
})
