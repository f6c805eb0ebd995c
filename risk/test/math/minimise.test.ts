import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { DomainError } from '../../src/errors.ts'
import { levenbergMarquardt, nelderMead } from '../../src/math/minimise.ts'

const rosenbrock = ([x = 0, y = 0]: Float64Array) => (1 - x) ** 2 + 100 * (y - x * x) ** 2
const rosenbrockResiduals = ([x = 0, y = 0]: Float64Array) => [1 - x, 10 * (y - x * x)]

function close(actual: ArrayLike<number>, expected: number[], tolerance: number): void {
  assert.equal(actual.length, expected.length)
  expected.forEach((value, i) => {
    assert.ok(Math.abs((actual[i] ?? Number.NaN) - value) <= tolerance, `[${i}] ${actual[i]} is not ${value}`)
  })
}

describe('nelderMead', () => {
  it("finds the bottom of Rosenbrock's valley", () => {
    const minimum = nelderMead(rosenbrock, [-1.2, 1])
    assert.ok(minimum.converged)
    close(minimum.x, [1, 1], 1e-6)
  })

  it('stops at a bound that keeps it from the bottom', () => {
    // On x <= 0.5 the least of the valley is at x = 0.5, y = 0.25.
    close(nelderMead(rosenbrock, [-1.2, 1], { upper: [0.5, 9] }).x, [0.5, 0.25], 1e-6)
  })

  it('never tries a point outside its box', () => {
    const box = fc.tuple(fc.double({ min: -3, max: 0, noNaN: true }), fc.double({ min: 0.01, max: 3, noNaN: true }))
    fc.assert(
      fc.property(box, ([low, high]) => {
        const seen: number[] = []
        nelderMead(([x = 0]) => seen.push(x) * 0 + (x - 1) ** 2, [low], { lower: [low], upper: [high] })
        assert.ok(seen.every((x) => x >= low && x <= high))
      }),
      { seed: 1, numRuns: 50 },
    )
  })

  it('reports an exhausted search as not converged', () => {
    assert.equal(nelderMead(rosenbrock, [-1.2, 1], { maxEvaluations: 20 }).converged, false)
  })

  it('refuses a start where the function has no value', () => {
    assert.throws(() => nelderMead(() => Number.NaN, [1]), DomainError)
    assert.throws(() => nelderMead(rosenbrock, [Number.NaN, 1]), DomainError)
  })
})

describe('levenbergMarquardt', () => {
  it("finds the bottom of Rosenbrock's valley", () => {
    const minimum = levenbergMarquardt(rosenbrockResiduals, [-1.2, 1])
    assert.ok(minimum.converged)
    close(minimum.x, [1, 1], 1e-9)
  })

  it('stops at a bound that keeps it from the bottom', () => {
    const minimum = levenbergMarquardt(rosenbrockResiduals, [-1.2, 1], { upper: [0.5, 9] })
    assert.ok(minimum.converged)
    close(minimum.x, [0.5, 0.25], 1e-7)
  })

  it('agrees with the certified values of a NIST problem', () => {
    // NIST StRD Misra1a (1978): y = b1 (1 - exp(-b2 x)), certified b1 = 238.94212918, b2 = 5.5015643181e-4.
    const y = [10.07, 14.73, 17.94, 23.93, 29.61, 35.18, 40.02, 44.82, 50.76, 55.05, 61.01, 66.4, 75.47, 81.78]
    const x = [77.6, 114.9, 141.1, 190.8, 239.9, 289.0, 332.8, 378.4, 434.8, 477.3, 536.8, 593.1, 689.1, 760.0]
    const fit = ([b1 = 0, b2 = 0]: Float64Array) => y.map((value, i) => value - b1 * (1 - Math.exp(-b2 * (x[i] ?? 0))))
    const minimum = levenbergMarquardt(fit, [500, 1e-4])
    assert.ok(minimum.converged)
    close(minimum.x, [238.94212918, 5.5015643181e-4], 1e-4)
    assert.ok(Math.abs(minimum.value - 1.2455138894e-1) < 1e-9)
  })

  it('gives the same with given derivatives as with differences', () => {
    const jacobian = ([x = 0]: Float64Array, out: Float64Array) => out.set([-1, 0, -20 * x, 10])
    close(levenbergMarquardt(rosenbrockResiduals, [-1.2, 1], { jacobian }).x, [1, 1], 1e-9)
  })

  it('solves a linear problem in any box to the projection of its answer', () => {
    const value = fc.double({ min: -5, max: 5, noNaN: true })
    fc.assert(
      fc.property(value, value, value, value, (a, b, p, q) => {
        const bounds = { lower: [Math.min(p, q), -5], upper: [Math.max(p, q), 5] }
        const { x } = levenbergMarquardt(([u = 0, v = 0]) => [u - a, 2 * (v - b)], [p, 0], bounds)
        close(x, [Math.min(Math.max(a, Math.min(p, q)), Math.max(p, q)), b], 1e-6)
      }),
      { seed: 2, numRuns: 100 },
    )
  })

  it('refuses bounds in the wrong order', () => {
    assert.throws(() => levenbergMarquardt(rosenbrockResiduals, [0, 0], { lower: [1, 1], upper: [0, 2] }), DomainError)
  })
})
