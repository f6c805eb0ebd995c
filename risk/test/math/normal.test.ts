import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { DomainError } from '../../src/errors.ts'
import { erf, erfc, erfcx, normalCdf, normalPdf, normalQuantile } from '../../src/math/normal.ts'
import { vectorJson } from '../measures/vectors.ts'

type Point = { x: number; cdf: number; pdf: number; erf: number; erfc: number; erfcx: number }
const reference = vectorJson<{ distribution: Point[]; quantile: { p: number; x: number }[] }>('normal_reference.json')

const near = (actual: number, expected: number, relative = 1e-15) =>
  assert.ok(Math.abs(actual - expected) <= relative * Math.abs(expected), `${actual} is not ${expected}`)

describe('the normal distribution', () => {
  it('agrees with 50-digit arithmetic to 1e-15 relative, far into both tails', () => {
    for (const { x, ...expected } of reference.distribution) {
      near(normalCdf(x), expected.cdf)
      near(normalPdf(x), expected.pdf)
      near(erf(x), expected.erf)
      near(erfcx(-x), expected.erfcx)
      if (expected.erfc > 1e-300) near(erfc(x), expected.erfc)
    }
  })

  it('has quantiles that agree with 50-digit arithmetic to 1e-15 relative', () => {
    for (const { p, x } of reference.quantile) near(normalQuantile(p), x)
  })

  it('has a symmetric, growing distribution function that its quantile inverts', () => {
    const probability = fc.double({ min: 1e-300, max: 1, noNaN: true, maxExcluded: true })
    fc.assert(
      fc.property(probability, probability, (p, q) => {
        near(normalCdf(normalQuantile(p)), p, 1e-12) // what rounding the quantile costs at 37 standard deviations
        if (p < q) assert.ok(normalQuantile(p) <= normalQuantile(q))
      }),
      { seed: 1 },
    )
    fc.assert(
      fc.property(fc.double({ min: -37, max: 37, noNaN: true }), (x) => {
        near(normalCdf(x) + normalCdf(-x), 1)
        assert.ok(normalCdf(x) <= normalCdf(x + 1e-9 + Math.abs(x) * 1e-9))
      }),
      { seed: 2 },
    )
  })

  it('has its limits at infinity and refuses what is no probability', () => {
    assert.deepEqual([-Infinity, Infinity].map(normalCdf), [0, 1])
    assert.deepEqual([-Infinity, Infinity].map(erfc), [2, 0])
    assert.deepEqual([-Infinity, Infinity].map(erf), [-1, 1])
    assert.deepEqual([-Infinity, Infinity].map(erfcx), [Infinity, 0])
    assert.deepEqual([-Infinity, Infinity].map(normalPdf), [0, 0])
    assert.deepEqual([0, 1].map(normalQuantile), [-Infinity, Infinity])
    for (const p of [-0.1, 1.1, NaN]) assert.throws(() => normalQuantile(p), DomainError)
  })
})
