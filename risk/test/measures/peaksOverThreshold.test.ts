import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { DomainError } from '../../src/errors.ts'
import { Random } from '../../src/math/random.ts'
import {
  fitPeaksOverThreshold,
  peaksOverThresholdExpectedShortfall,
  peaksOverThresholdValueAtRisk,
} from '../../src/measures/peaksOverThreshold.ts'

fc.configureGlobal({ seed: 0x506c696d })
const near = (actual: number, expected: number, tolerance: number) =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected} +- ${tolerance}`)

/** Draws of a generalised Pareto distribution by inversion. */
function draws(count: number, shape: number, scale: number, seed: number): Float64Array {
  const random = new Random(seed)
  return Float64Array.from({ length: count }, () => {
    const u = 1 - random.uniform()
    return shape === 0 ? -scale * Math.log(u) : (scale * (u ** -shape - 1)) / shape
  })
}

/** The plain log-likelihood in both parameters, as a reference that shares nothing with the fit. */
function logLikelihood(excesses: Float64Array, shape: number, scale: number): number {
  return excesses.reduce((sum, y) => sum - Math.log(scale) - (1 + 1 / shape) * Math.log(1 + (shape * y) / scale), 0)
}

describe('the tail beyond a threshold', () => {
  const hull = { threshold: 160, count: 500, exceedances: 22, shape: 0.436, scale: 32.532 }

  it('reproduces Hull: VaR at 99 % and 99.9 %, ES at 99 %', () => {
    near(peaksOverThresholdValueAtRisk(hull, 0.99), 227.8, 0.1)
    near(peaksOverThresholdValueAtRisk(hull, 0.999), 474.0, 0.3)
    near(peaksOverThresholdExpectedShortfall(hull, 0.99), 337.9, 0.3)
  })

  it('passes smoothly through a shape of zero', () => {
    const exponential = { ...hull, shape: 0 }
    const expected = 160 - 32.532 * Math.log((500 / 22) * 0.01)
    near(peaksOverThresholdValueAtRisk(exponential, 0.99), expected, 1e-12)
    for (const shape of [1e-14, -1e-14, 1e-9, -1e-9])
      near(peaksOverThresholdValueAtRisk({ ...hull, shape }, 0.99), expected, 1e-7)
  })

  it('has the threshold as VaR at its own level, and VaR and ES that grow with the level', () => {
    near(peaksOverThresholdValueAtRisk(hull, 1 - 22 / 500), 160, 1e-9)
    const level = fc.double({ min: 0.96, max: 0.9999, noNaN: true })
    const shape = fc.double({ min: -0.4, max: 0.9, noNaN: true })
    fc.assert(
      fc.property(level, level, shape, (p, q, xi) => {
        const tail = { ...hull, shape: xi }
        const [low, high] = p < q ? [p, q] : [q, p]
        assert.ok(peaksOverThresholdValueAtRisk(tail, low) <= peaksOverThresholdValueAtRisk(tail, high))
        assert.ok(peaksOverThresholdExpectedShortfall(tail, low) >= peaksOverThresholdValueAtRisk(tail, low))
      }),
    )
  })

  it('refuses levels below the threshold and tails of infinite mean', () => {
    assert.throws(() => peaksOverThresholdValueAtRisk(hull, 0.9), DomainError)
    assert.throws(() => peaksOverThresholdExpectedShortfall({ ...hull, shape: 1 }, 0.99), DomainError)
    assert.throws(() => peaksOverThresholdValueAtRisk({ ...hull, scale: 0 }, 0.99), DomainError)
  })
})

describe('the maximum-likelihood fit of a tail', () => {
  for (const shape of [-0.3, 0, 0.2, 0.6]) {
    it(`finds a shape of ${shape} within three standard errors`, () => {
      const fit = fitPeaksOverThreshold(draws(4000, shape, 10, 11), 0)
      near(fit.shape, shape, 3 * fit.shapeError)
      near(fit.scale, 10, 3 * fit.scaleError)
      assert.equal(fit.exceedances, 4000)
    })
  }

  it('stands on a maximum of the likelihood in both parameters', () => {
    for (const [shape, seed] of [
      [0.3, 3],
      [-0.2, 4],
      [0.8, 5],
    ] as const) {
      const excesses = draws(60, shape, 5, seed)
      const fit = fitPeaksOverThreshold(excesses, 0)
      near(fit.logLikelihood, logLikelihood(excesses, fit.shape, fit.scale), 1e-8)
      for (let a = -1; a <= 1; a += 0.25)
        for (let b = 0.3; b < 3; b *= 1.2) {
          const value = logLikelihood(excesses, fit.shape + a + 1e-9, fit.scale * b)
          if (fit.shape + a > -0.5 && !Number.isNaN(value)) assert.ok(value <= fit.logLikelihood + 1e-8)
        }
    }
  })

  it('does not move with the unit of the losses or with their place', () => {
    const losses = draws(100, 0.25, 1, 9)
    const fit = fitPeaksOverThreshold(losses, 0.5)
    const moved = fitPeaksOverThreshold(
      losses.map((x) => 1000 * x + 7),
      507,
    )
    near(moved.shape, fit.shape, 1e-6)
    near(moved.scale / fit.scale, 1000, 1e-3)
  })

  it('refuses fewer than ten excesses', () => {
    assert.throws(() => fitPeaksOverThreshold(draws(9, 0.1, 1, 1), 0), DomainError)
  })
})
