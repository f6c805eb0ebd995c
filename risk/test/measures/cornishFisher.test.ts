import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { normalCdf, normalPdf, normalQuantile } from '../../src/math/normal.ts'
import {
  CornishFisherDomainError,
  cornishFisherCoefficients,
  cornishFisherExpectedShortfall,
  cornishFisherValueAtRisk,
  isInCornishFisherDomain,
} from '../../src/measures/cornishFisher.ts'
import { cornishFisherMoments, matchCornishFisher } from '../../src/measures/cornishFisherMoments.ts'
import { normalExpectedShortfall, normalValueAtRisk } from '../../src/measures/parametric.ts'

fc.configureGlobal({ seed: 0x506c696d })
const level = fc.double({ min: 0.6, max: 0.999, noNaN: true })
const near = (actual: number, expected: number, tolerance: number) =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected} +- ${tolerance}`)

/** Mean of f(Z) by the midpoint rule over the normal density, above `from`. */
function normalMean(f: (z: number) => number, from = -12): number {
  const steps = 40_000
  const width = (12 - from) / steps
  let sum = 0
  for (let i = 0; i < steps; i++) {
    const z = from + (i + 0.5) * width
    sum += normalPdf(z) * f(z) * width
  }
  return sum
}

describe('the Cornish-Fisher expansion', () => {
  it("gives Hull's value-at-risk of a book of negative skewness", () => {
    // Hull keeps the skewness term alone, with z = 2.33. Alone it is outside the domain, so the terms of a kurtosis that
    // lies inside are subtracted again.
    const z = 2.33
    const book = { mean: 0.2, standardDeviation: 2.2, skewness: 0.4, excessKurtosis: 0.5 }
    const others = ((z ** 3 - 3 * z) * 0.5) / 24 - ((2 * z ** 3 - 5 * z) * 0.16) / 36
    near(cornishFisherValueAtRisk(book, normalCdf(z)) - 2.2 * others, 5.975, 0.002)
  })

  it('is the normal measure without skewness and kurtosis', () => {
    const normal = { mean: 1, standardDeviation: 2, skewness: 0, excessKurtosis: 0 }
    fc.assert(
      fc.property(level, (at) => {
        near(cornishFisherValueAtRisk(normal, at), normalValueAtRisk(1, 2, at), 1e-12)
        near(cornishFisherExpectedShortfall(normal, at), normalExpectedShortfall(1, 2, at), 1e-12)
      }),
    )
  })

  it('accepts exactly the parameters for which its quantiles increase', () => {
    const skewness = fc.double({ min: -4, max: 4, noNaN: true })
    const excessKurtosis = fc.double({ min: -2, max: 45, noNaN: true })
    fc.assert(
      fc.property(skewness, excessKurtosis, (s, k) => {
        const slope = (z: number) => 1 + (z * s) / 3 + ((z * z - 1) * k) / 8 - ((6 * z * z - 5) * s * s) / 36
        const curvature = k / 8 - (s * s) / 6
        const lowest = curvature > 0 ? slope(-s / 6 / curvature) : Number.NEGATIVE_INFINITY
        if (Math.abs(lowest) > 1e-9 && Math.abs(curvature) > 1e-9)
          assert.equal(isInCornishFisherDomain(s, k), lowest > 0)
      }),
      { numRuns: 500 },
    )
  })

  it("ends at Maillard's corners", () => {
    assert.ok(isInCornishFisherDomain(0, 8))
    assert.ok(!isInCornishFisherDomain(0, 8.0001))
    const widest = 6 * (Math.SQRT2 - 1) // the largest skewness of the domain
    const kurtosis = Array.from({ length: 4000 }, (_, i) => i / 100)
    assert.ok(kurtosis.some((k) => isInCornishFisherDomain(widest - 0.01, k)))
    assert.ok(!kurtosis.some((k) => isInCornishFisherDomain(widest + 0.01, k)))
  })

  it('refuses parameters outside the domain with the values that broke it', () => {
    const outside = { mean: 0, standardDeviation: 1, skewness: -0.4, excessKurtosis: 0 }
    assert.throws(
      () => cornishFisherValueAtRisk(outside, 0.99),
      (error) => error instanceof CornishFisherDomainError && error.skewness === -0.4 && error.excessKurtosis === 0,
    )
    assert.throws(() => cornishFisherExpectedShortfall(outside, 0.99), CornishFisherDomainError)
  })

  it('has a shortfall that is the mean of the quantiles beyond', () => {
    const parameters = { mean: -1, standardDeviation: 3, skewness: 0.8, excessKurtosis: 2.5 }
    for (const at of [0.9, 0.975, 0.99])
      near(
        cornishFisherExpectedShortfall(parameters, at),
        normalMean(
          (z) => cornishFisherValueAtRisk(parameters, Math.min(normalCdf(z), 1 - 2 ** -53)),
          normalQuantile(at),
        ) /
          (1 - at),
        1e-5,
      )
  })
})

describe('the moments of a Cornish-Fisher distribution', () => {
  const inside = fc
    .tuple(fc.double({ min: -2.2, max: 2.2, noNaN: true }), fc.double({ min: 0.01, max: 12, noNaN: true }))
    .filter(([s, k]) => isInCornishFisherDomain(s, 0.99 * k) && isInCornishFisherDomain(s, 1.01 * k))

  it('are those of a numerical integration', () => {
    for (const [s, k] of [
      [0, 0],
      [0.5, 1],
      [-1.2, 4],
      [0, 8],
    ] as const) {
      const [c0, c1, c2, c3] = cornishFisherCoefficients(s, k)
      const w = (z: number) => c0 + z * (c1 + z * (c2 + z * c3))
      const { variance, skewness, excessKurtosis } = cornishFisherMoments(s, k)
      near(normalMean(w), 0, 1e-9)
      near(
        variance,
        normalMean((z) => w(z) ** 2),
        1e-8,
      )
      near(skewness, normalMean((z) => w(z) ** 3) / variance ** 1.5, 1e-7)
      near(excessKurtosis, normalMean((z) => w(z) ** 4) / variance ** 2 - 3, 1e-6)
    }
  })

  it('differ from the parameters, and are matched by others', () => {
    assert.ok(cornishFisherMoments(0, 8).excessKurtosis > 40)
    fc.assert(
      fc.property(inside, ([s, k]) => {
        const { skewness, excessKurtosis } = cornishFisherMoments(s, k)
        const matched = matchCornishFisher({ mean: 1, standardDeviation: 2, skewness, excessKurtosis })
        const got = cornishFisherMoments(matched.skewness, matched.excessKurtosis)
        near(got.skewness, skewness, 1e-7)
        near(got.excessKurtosis, excessKurtosis, 1e-6)
        near(matched.standardDeviation * Math.sqrt(got.variance), 2, 1e-9)
        assert.equal(matched.mean, 1)
      }),
    )
  })

  it('are refused where no distribution of the kind has them', () => {
    for (const [skewness, excessKurtosis] of [
      [0, -0.5],
      [3, 1],
      [0, 60],
    ] as const) {
      const sample = { mean: 0, standardDeviation: 1, skewness, excessKurtosis }
      assert.throws(() => matchCornishFisher(sample), CornishFisherDomainError)
    }
  })
})
