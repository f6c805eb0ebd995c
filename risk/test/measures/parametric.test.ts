import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { DomainError } from '../../src/errors.ts'
import { Random } from '../../src/math/random.ts'
import { studentTCdf, studentTPdf, studentTQuantile } from '../../src/math/studentT.ts'
import { moments } from '../../src/measures/moments.ts'
import {
  normalExpectedShortfall,
  normalValueAtRisk,
  studentTExpectedShortfall,
  studentTValueAtRisk,
} from '../../src/measures/parametric.ts'
import { vectorJson } from './vectors.ts'

fc.configureGlobal({ seed: 0x506c696d })
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
