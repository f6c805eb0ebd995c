import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { DomainError } from '../../src/errors.ts'
import { ewmaVariances } from '../../src/estimation/ewma.ts'
import { fitGarch } from '../../src/estimation/garchFit.ts'
import {
  ageWeightedScenarios,
  filteredHistoricalSimulation,
  historicalScenarios,
  volatilityWeightedReturns,
} from '../../src/estimation/historicalSimulation.ts'
import { logReturns, mean, sampleVariance } from '../../src/estimation/series.ts'
import { constantFilter, ewmaFilter, garchFilter } from '../../src/estimation/volatilityFilter.ts'
import { Random } from '../../src/math/random.ts'
import { expectedShortfall, type ShortfallConvention } from '../../src/measures/expectedShortfall.ts'
import { type QuantileConvention, valueAtRisk } from '../../src/measures/quantile.ts'

const read = (name: string) => readFileSync(new URL(`../vectors/${name}`, import.meta.url), 'utf8')
const closes = read('dax_close_2000_2021.csv')
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => Number(line.split(',')[1]))
const dax = logReturns(closes).slice(-500)
const near = (actual: number, expected: number, tolerance: number) =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`)

const WINDOW = 250
const LEVEL = 0.975

type Forecast = { valueAtRisk: number; expectedShortfall: number }

function tail(returns: Float64Array, convention: QuantileConvention & ShortfallConvention, weights?: Float64Array) {
  const losses = returns.map((value) => -value)
  return {
    valueAtRisk: valueAtRisk(losses, LEVEL, convention, weights),
    expectedShortfall: expectedShortfall(losses, LEVEL, convention, weights),
  }
}

/** One-day forecasts for the last 250 days, each from the 250 returns before. */
function roll(method: (window: Float64Array) => Forecast): { forecasts: Forecast[]; breaches: [number, number] } {
  const forecasts = Array.from({ length: WINDOW }, (_, day) => method(dax.slice(day, day + WINDOW)))
  const losses = dax.slice(WINDOW).map((value) => -value)
  const above = (key: keyof Forecast) => losses.filter((loss, day) => loss > (forecasts[day]?.[key] ?? 0)).length
  return { forecasts, breaches: [above('valueAtRisk'), above('expectedShortfall')] }
}

describe('historical simulation of the DAX', () => {
  const { printed_in_quarks_readme: printed, reproduced_here: reproduced } = JSON.parse(read('fhs_quarks_dax.json'))

  function assertForecasts(name: 'plain' | 'age' | 'vw', row: string, method: (window: Float64Array) => Forecast) {
    const { forecasts, breaches } = roll(method)
    assert.deepEqual(breaches, [printed[row].var_breaches, printed[row].es_breaches])
    for (const [forecast, expected] of [
      [forecasts[0], reproduced[name].first_var_es],
      [forecasts.at(-1), reproduced[name].last_var_es],
    ]) {
      near(forecast?.valueAtRisk ?? 0, expected[0], 1e-12)
      near(forecast?.expectedShortfall ?? 0, expected[1], 1e-12)
    }
  }

  it('has the published breaches with equal weights', () => {
    assertForecasts('plain', 'plain', (window) => tail(historicalScenarios(window).returns, 'type7'))
  })

  it('has the published breaches with weights that fall with age', () => {
    assertForecasts('age', 'age_weighted_lambda_098', (window) => {
      const { returns, weights } = ageWeightedScenarios(window, 0.98)
      return tail(returns, 'type4', weights)
    })
  })

  it('has the published breaches when returns are scaled to the volatility of the last day', () => {
    assertForecasts('vw', 'vwhs_ewma_lambda_094', (window) =>
      tail(volatilityWeightedReturns(window, ewmaVariances(window, 0.94), 'last'), 'type7'),
    )
  })
})

describe('filtered historical simulation of the DAX', () => {
  it('has the published breaches with a GARCH filter and 10,000 draws a day', () => {
    // One breach of the value-at-risk is a near miss that the draws decide: other seeds give 4 of 5.
    const { breaches } = roll((window) => {
      const filter = garchFilter(window, fitGarch(window).parameters)
      const settings = { steps: 1, paths: 10_000, seed: 12345 }
      const [returns = new Float64Array()] = filteredHistoricalSimulation([filter], settings)
      return tail(returns, 'type7')
    })
    const printed = JSON.parse(read('fhs_quarks_dax.json')).printed_in_quarks_readme.fhs_sgarch_nboot10000_seed12345
    assert.deepEqual(breaches, [printed.var_breaches, printed.es_breaches])
  })
})

describe('volatilityWeightedReturns', () => {
  it('are the returns themselves when volatility never changes', () => {
    assert.deepEqual(volatilityWeightedReturns(dax, new Float64Array(501).fill(0.1), 'next'), dax)
  })

  it('refuses a missing forecast and a variance of zero', () => {
    assert.throws(() => volatilityWeightedReturns([1, 2], [1, 1], 'next'), DomainError)
    assert.throws(() => volatilityWeightedReturns([1, 2], [0, 1], 'last'), DomainError)
  })
})

describe('filteredHistoricalSimulation', () => {
  const garch = { mean: 0.0004, omega: 3e-6, alpha: 0.1, beta: 0.88 }
  const options = { steps: 5, paths: 4_000, seed: 12345 }

  it('is a plain bootstrap of the returns when volatility is constant', () => {
    const settings = fc.record({
      steps: fc.integer({ min: 1, max: 5 }),
      paths: fc.integer({ min: 1, max: 50 }),
      seed: fc.integer(),
    })
    fc.assert(
      fc.property(settings, ({ steps, paths, seed }) => {
        const [totals = new Float64Array()] = filteredHistoricalSimulation([constantFilter(dax)], {
          steps,
          paths,
          seed,
        })
        const random = new Random(seed)
        for (const total of totals) {
          let expected = 0
          for (let step = 0; step < steps; step++) expected += dax[random.integer(dax.length)] ?? 0
          near(total, expected, 1e-14)
        }
      }),
      { seed: 9, numRuns: 40 },
    )
  })

  it('gives every asset the same dates', () => {
    const doubled = dax.map((value) => 2 * value)
    const scaled = { ...garch, mean: 2 * garch.mean, omega: 4 * garch.omega }
    const [one = [], two = []] = filteredHistoricalSimulation(
      [garchFilter(dax, garch), garchFilter(doubled, scaled)],
      options,
    )
    Array.from(one).forEach((total, path) => {
      near(two[path] ?? 0, 2 * total, 1e-12)
    })
  })

  it('repeats itself for one seed and changes with it', () => {
    const filters = [garchFilter(dax, garch)]
    const first = filteredHistoricalSimulation(filters, options)
    assert.deepEqual(filteredHistoricalSimulation(filters, options), first)
    assert.notDeepEqual(filteredHistoricalSimulation(filters, { ...options, seed: 1 }), first)
  })

  it('starts from the forecast of the next period, not from the last estimate', () => {
    const filter = ewmaFilter(dax, 0.94)
    const [totals = new Float64Array()] = filteredHistoricalSimulation([filter], { steps: 1, paths: 20_000, seed: 3 })
    const residualVariance = sampleVariance(filter.residuals)
    const ratio = sampleVariance(totals) / (residualVariance * (filter.variances.at(-1) ?? 0))
    near(ratio, 1, 0.06)
  })

  it('carries the recursion along each path', () => {
    // With unit shocks the variance of each step is known: a series of +-1 residuals has z^2 = 1.
    const filter = {
      recursion: { mean: 0, omega: 0.2, alpha: 0.3, beta: 0.4 },
      variances: Float64Array.of(1, 1, 2),
      residuals: Float64Array.of(1, 1),
    }
    const [totals] = filteredHistoricalSimulation([filter], { steps: 3, paths: 2, seed: 1 })
    const second = 0.2 + 0.7 * 2
    const third = 0.2 + 0.7 * second
    for (const total of totals ?? []) near(total, Math.sqrt(2) + Math.sqrt(second) + Math.sqrt(third), 1e-12)
  })

  it('keeps the mean and the clustering: longer horizons spread as their forecasts say', () => {
    const filter = garchFilter(dax, garch)
    const rescaled = Math.sqrt(sampleVariance(filter.residuals))
    const centre = mean(filter.residuals)
    const unit = { ...filter, residuals: filter.residuals.map((z) => (z - centre) / rescaled) }
    const [totals = new Float64Array()] = filteredHistoricalSimulation([unit], { steps: 10, paths: 40_000, seed: 5 })
    let variance = filter.variances.at(-1) ?? 0
    let expected = 0
    for (let step = 0; step < 10; step++) {
      expected += variance
      variance = garch.omega + (garch.alpha + garch.beta) * variance
    }
    near(sampleVariance(totals) / expected, 1, 0.05)
    near(mean(totals), 10 * garch.mean, 4 * Math.sqrt(expected / 40_000))
  })

  it('refuses filters of different dates and no paths', () => {
    assert.throws(
      () => filteredHistoricalSimulation([constantFilter(dax), constantFilter([1, 2])], options),
      DomainError,
    )
    assert.throws(() => filteredHistoricalSimulation([constantFilter(dax)], { ...options, paths: 0 }), DomainError)
  })
})
