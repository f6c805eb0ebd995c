import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { DomainError } from '../../src/errors.ts'
import { garchForecast, garchVariances, longRunVariance } from '../../src/estimation/garchFilter.ts'
import { fitGarch } from '../../src/estimation/garchFit.ts'
import { garchLogLikelihood, garchScores } from '../../src/estimation/garchLikelihood.ts'
import { Random } from '../../src/math/random.ts'

const read = (name: string) => readFileSync(new URL(`../vectors/${name}`, import.meta.url), 'utf8')
const exchangeRate = read('dem2gbp_returns.csv').trim().split('\n').slice(1).map(Number)

function near(actual: number | undefined, expected: number, relative: number, name = ''): void {
  const error = Math.abs((actual ?? Number.NaN) - expected)
  assert.ok(error <= relative * Math.abs(expected), `${name} ${actual} is not ${expected} within ${relative}`)
}

function simulate(parameters: { omega: number; alpha: number; beta: number }, count: number, seed: number) {
  const random = new Random(seed)
  const { omega, alpha, beta } = parameters
  let variance = omega / (1 - alpha - beta)
  return Float64Array.from({ length: count }, () => {
    const value = Math.sqrt(variance) * random.normal()
    variance = omega + alpha * value ** 2 + beta * variance
    return value
  })
}

describe('fitGarch', () => {
  const { benchmark_FCP1996, se_hessian } = JSON.parse(read('garch_dem2gbp_benchmark.json'))
  const fit = fitGarch(exchangeRate)

  it('reproduces the Bollerslev-Ghysels benchmark to five digits', () => {
    for (const name of ['omega', 'alpha', 'beta'] as const)
      near(fit.parameters[name], benchmark_FCP1996[name], 1e-5, name)
    near(fit.parameters.mean, benchmark_FCP1996.mu, 1e-5, 'mean')
    assert.ok(fit.converged)
  })

  it('reproduces its standard errors, from the Hessian and robust, to five digits', () => {
    // Robust: Fiorentini, Calzolari & Panattoni (1996), also in McCullough & Renfro (1999), table of QMLE errors.
    const robust = { mean: 0.00918935, omega: 0.00649319, alpha: 0.0535317, beta: 0.0724614 }
    for (const name of ['omega', 'alpha', 'beta', 'mean'] as const) {
      near(fit.standardErrors?.hessian[name], se_hessian[name === 'mean' ? 'mu' : name], 1e-5, name)
      near(fit.standardErrors?.robust[name], robust[name], 1e-5, name)
    }
  })

  it('shows the known trap of the other presample convention', () => {
    const { mean, omega, alpha, beta } = fitGarch(exchangeRate, { presample: 'first-variance' }).parameters
    near(mean, -0.00618442, 1e-5)
    near(omega, 0.0107603, 1e-5)
    near(alpha, 0.153407, 1e-5)
    near(beta, 0.805879, 1e-5)
  })

  it('does not depend on the unit of the returns', () => {
    const scaled = fitGarch(exchangeRate.map((value) => value / 100)).parameters
    near(scaled.omega * 1e4, fit.parameters.omega, 1e-7)
    near(scaled.alpha, fit.parameters.alpha, 1e-7)
    near(scaled.mean * 100, fit.parameters.mean, 1e-7)
  })

  it('holds the mean at zero on request, at a lower likelihood', () => {
    const { parameters, standardErrors, logLikelihood } = fitGarch(exchangeRate, { mean: 'zero' })
    assert.equal(parameters.mean, 0)
    assert.equal(standardErrors?.hessian.mean, 0)
    assert.ok(logLikelihood < fit.logLikelihood)
  })

  it('finds the parameters that made a long series, within three standard errors', () => {
    const truth = { omega: 2e-6, alpha: 0.08, beta: 0.9 }
    const { parameters, standardErrors } = fitGarch(simulate(truth, 5_000, 4))
    for (const name of ['omega', 'alpha', 'beta'] as const) {
      const error = standardErrors?.robust[name] ?? 0
      assert.ok(Math.abs(parameters[name] - truth[name]) < 3 * error, `${name} ${parameters[name]} +- ${error}`)
    }
  })

  it('gives no standard errors when an estimate lies on the edge of its range', () => {
    const random = new Random(11)
    const fitted = fitGarch(Float64Array.from({ length: 300 }, () => random.uniform() - 0.5))
    assert.ok(Math.min(fitted.parameters.alpha, fitted.parameters.beta) < 1e-6)
    assert.equal(fitted.standardErrors, undefined)
  })

  it('refuses a short and a constant series', () => {
    assert.throws(() => fitGarch([0.1, 0.2]), DomainError)
    assert.throws(() => fitGarch(new Float64Array(100).fill(0.1)), DomainError)
    assert.throws(() => fitGarch([...exchangeRate, Number.NaN]), DomainError)
  })
})

describe('garchScores', () => {
  it('are the derivatives of the log likelihood under each presample convention', () => {
    const parameters = { omega: 0.02, alpha: 0.12, beta: 0.8, mean: 0.01 }
    const sample = exchangeRate.slice(0, 200)
    for (const presample of ['mean-square', 'first-variance', { squaredResidual: 0.3, variance: 0.2 }] as const) {
      const scores = new Float64Array(4 * sample.length)
      garchScores(sample, parameters, presample, scores)
      for (const [j, name] of (['omega', 'alpha', 'beta', 'mean'] as const).entries()) {
        const at = (side: number) =>
          garchLogLikelihood(sample, { ...parameters, [name]: parameters[name] + side * 1e-6 }, presample)
        const total = scores.reduce((sum, score, k) => (k % 4 === j ? sum + score : sum), 0)
        assert.ok(Math.abs(total - (at(1) - at(-1)) / 2e-6) < 1e-4 * (1 + Math.abs(total)), `${name} ${total}`)
      }
    }
  })
})

describe('garchVariances and garchForecast', () => {
  it('reproduce the recursion of ten equal returns', () => {
    const { params, expected_vol, tol } = JSON.parse(read('ql_garch_recursion.json'))
    const parameters = { mean: 0, omega: params.omega, alpha: params.alpha, beta: params.beta }
    const presample = { squaredResidual: 0.01, variance: 0.01 }
    const variances = garchVariances(new Float64Array(10).fill(0.1), parameters, presample)
    expected_vol.forEach((volatility: number, t: number) => {
      assert.ok(Math.abs(Math.sqrt(variances[t] ?? 0) - volatility) < tol, `volatility ${t}`)
    })
    assert.ok(Math.abs(longRunVariance(parameters) - params.long_run_variance) < 1e-12)
  })

  it("reproduce Hull's example of tomorrow's volatility and of the long run", () => {
    const parameters = { mean: 0, omega: 2e-6, alpha: 0.13, beta: 0.86 }
    const presample = { squaredResidual: 0.01 ** 2, variance: 0.016 ** 2 }
    assert.ok(Math.abs(Math.sqrt(garchVariances([0], parameters, presample)[0] ?? 0) - 0.0153) < 5e-5)
    assert.ok(Math.abs(longRunVariance(parameters) - 0.0002) < 1e-9)
  })

  it('revert from any variance to that of the long run, by alpha + beta a step', () => {
    const share = fc.double({ min: 0, max: 0.49, noNaN: true })
    const positive = fc.double({ min: 1e-6, max: 1, noNaN: true })
    fc.assert(
      fc.property(share, share, positive, positive, (alpha, beta, omega, next) => {
        const parameters = { mean: 0, omega, alpha, beta }
        const limit = longRunVariance(parameters)
        const forecast = garchForecast(parameters, next, 20)
        forecast.forEach((variance, k) => {
          const expected = limit + (alpha + beta) ** k * (next - limit)
          assert.ok(Math.abs(variance - expected) < 1e-9 * (next + limit))
        })
      }),
      { seed: 3, numRuns: 200 },
    )
  })

  it('refuse negative parameters and horizons that are not whole', () => {
    const parameters = { mean: 0, omega: 0.1, alpha: 0.1, beta: 0.8 }
    assert.throws(() => garchVariances([0], { ...parameters, alpha: -0.1 }), DomainError)
    assert.throws(() => garchForecast(parameters, 1, 0.5), DomainError)
    assert.equal(longRunVariance({ ...parameters, alpha: 0.3 }), Number.POSITIVE_INFINITY)
  })
})
