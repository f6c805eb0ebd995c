import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { DomainError } from '../../src/errors.ts'
import { normalCdf } from '../../src/math/normal.ts'
import { Random } from '../../src/math/random.ts'
import { studentTCdf, studentTPdf, studentTQuantile } from '../../src/math/studentT.ts'
import {
  CornishFisherDomainError,
  cornishFisherExpectedShortfall,
  cornishFisherValueAtRisk,
  isInCornishFisherDomain,
} from '../../src/measures/cornishFisher.ts'
import { moments } from '../../src/measures/moments.ts'
import {
  normalExpectedShortfall,
  normalValueAtRisk,
  studentTExpectedShortfall,
  studentTValueAtRisk,
} from '../../src/measures/parametric.ts'
import { vectorJson } from './vectors.ts'

fc.configureGlobal({ seed: 0x506c696d })
const level = fc.double({ min: 0.6, max: 0.999, noNaN: true })
const near = (actual: number, expected: number, tolerance: number) =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected} +- ${tolerance}`)

/** Mean of a quantile function over the levels above `from`: the midpoint rule in -ln(1 - level), which resolves the tail. */
function tailMean(quantile: (level: number) => number, from: number): number {
  const steps = 4000
  const depth = 30
  let sum = 0
  let mass = 0
  for (let i = 0; i < steps; i++) {
    const tail = (1 - from) * Math.exp((-depth * (i + 0.5)) / steps)
    if (1 - tail === 1) break
    sum += tail * quantile(1 - tail)
    mass += tail
  }
  return sum / mass
}

describe("Student's t distribution", () => {
  it('has the closed forms of one, two and four degrees of freedom, far into the tail', () => {
    for (const p of [1e-12, 1e-6, 0.01, 0.2, 0.5, 0.7, 0.975]) {
      near(studentTQuantile(p, 1) * Math.tan(Math.PI * p), -1, p === 0.5 ? 1 : 1e-12)
      const two = (2 * p - 1) / Math.sqrt(2 * p * (1 - p))
      near(studentTQuantile(p, 2), two, 1e-12 * Math.abs(two))
    }
    for (const t of [-3, -0.5, 0, 1, 2.5]) {
      const x = t / Math.sqrt(4 + t * t)
      near(studentTCdf(t, 4), 0.5 + 0.75 * (x - x ** 3 / 3), 1e-15)
    }
  })

  it('inverts itself and has its density as slope', () => {
    const degrees = fc.double({ min: 0.5, max: 200, noNaN: true })
    fc.assert(
      fc.property(fc.double({ min: 1e-8, max: 0.5, noNaN: true }), degrees, (p, nu) => {
        const t = studentTQuantile(p, nu)
        near(studentTCdf(t, nu) / p, 1, 1e-11)
        const h = 1e-4 * Math.max(1, Math.abs(t))
        const slope = (studentTCdf(t + h, nu) - studentTCdf(t - h, nu)) / (2 * h)
        near(slope / studentTPdf(t, nu), 1, 1e-4)
      }),
    )
  })

  it('refuses degrees of freedom and probabilities that do not exist', () => {
    assert.throws(() => studentTCdf(1, 0), DomainError)
    assert.throws(() => studentTQuantile(1.1, 4), DomainError)
  })
})

describe('normal and Student t measures', () => {
  const table = vectorJson<{
    alpha: number[]
    printed: Record<'VaR_normal' | 'VaR_t4' | 'ES_normal', number[]>
    computed_here: Record<'ES_normal' | 'ES_t4', number[]>
  }>('mfe_var_es_normal_t.json')
  const sd = (10_000 * 0.2) / Math.sqrt(250)

  it('print the table of McNeil, Frey and Embrechts', () => {
    for (const [i, at] of table.alpha.entries()) {
      near(normalValueAtRisk(0, sd, at), table.printed.VaR_normal[i] ?? 0, 0.051)
      near(studentTValueAtRisk(0, sd, 4, at), table.printed.VaR_t4[i] ?? 0, 0.051)
      near(normalExpectedShortfall(0, sd, at), table.printed.ES_normal[i] ?? 0, 0.1) // printed with a rounded quantile
      near(normalExpectedShortfall(0, sd, at), table.computed_here.ES_normal[i] ?? 0, 1e-5)
      near(studentTExpectedShortfall(0, sd, 4, at), table.computed_here.ES_t4[i] ?? 0, 1e-5)
    }
  })

  it('reproduce Hull: 99 % over ten days of 10 M at 2 % a day', () => {
    near(normalValueAtRisk(0, 1e7 * 0.02 * Math.sqrt(10), 0.99), 1_471_300, 300)
  })

  it('have a shortfall that is the mean of the quantiles beyond', () => {
    for (const at of [0.9, 0.99]) {
      near(
        normalExpectedShortfall(1, 2, at),
        tailMean((p) => normalValueAtRisk(1, 2, p), at),
        1e-4,
      )
      near(
        studentTExpectedShortfall(1, 2, 6, at),
        tailMean((p) => studentTValueAtRisk(1, 2, 6, p), at),
        1e-3,
      )
    }
  })

  it('meet when the degrees of freedom grow', () => {
    near(studentTExpectedShortfall(0, 1, 1e6, 0.99), normalExpectedShortfall(0, 1, 0.99), 1e-4)
  })

  it('refuse a standard deviation that does not exist', () => {
    assert.throws(() => normalValueAtRisk(0, -1, 0.99), DomainError)
    assert.throws(() => studentTValueAtRisk(0, 1, 2, 0.99), DomainError)
    assert.throws(() => studentTExpectedShortfall(0, 1, 3, 1), DomainError)
  })
})

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
        tailMean((p) => cornishFisherValueAtRisk(parameters, p), at),
        1e-3,
      )
  })
})

describe('the moments of a sample', () => {
  it('are those of the first four integers, by hand', () => {
    const { mean, variance, skewness, excessKurtosis } = moments([1, 2, 3, 6])
    near(mean, 3, 1e-15)
    near(variance, 14 / 3, 1e-15)
    near(skewness, 18 / 4 / 3.5 ** 1.5, 1e-15)
    near(excessKurtosis, 98 / 4 / 3.5 ** 2 - 3, 1e-14)
  })

  it('tend to zero skewness and excess kurtosis for normal draws', () => {
    const random = new Random(7)
    const { skewness, excessKurtosis } = moments(Float64Array.from({ length: 100_000 }, () => random.normal()))
    near(skewness, 0, 0.03)
    near(excessKurtosis, 0, 0.06)
  })

  it('do not exist for one value or for a constant', () => {
    assert.throws(() => moments([1]), DomainError)
    assert.throws(() => moments([2, 2, 2]), DomainError)
  })
})
