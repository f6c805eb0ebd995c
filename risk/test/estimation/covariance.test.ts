import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { DomainError } from '../../src/errors.ts'
import { smallestEigenvalue } from '../../src/estimation/correlationRepair.ts'
import { correlationOf, covarianceOf, ewmaCovariance, sampleCovariance } from '../../src/estimation/covariance.ts'
import { ewmaVariances } from '../../src/estimation/ewma.ts'
import { mean } from '../../src/estimation/series.ts'
import { shrinkToConstantCorrelation, shrinkToIdentity } from '../../src/estimation/shrinkage.ts'
import { Random } from '../../src/math/random.ts'

const { sample_correlation } = JSON.parse(
  readFileSync(new URL('../vectors/correlation_repair.json', import.meta.url), 'utf8'),
)
const near = (actual: number, expected: number, tolerance = 1e-12) =>
  assert.ok(Math.abs(actual - expected) <= tolerance * (1 + Math.abs(expected)), `${actual} is not ${expected}`)

/** Series that share one factor: `common` of their variance, every pair alike. */
function factorSeries(assets: number, dates: number, common: number, seed: number): Float64Array[] {
  const random = new Random(seed)
  const series = Array.from({ length: assets }, () => new Float64Array(dates))
  for (let t = 0; t < dates; t++) {
    const factor = random.normal()
    series.forEach((values, i) => {
      values[t] = (i + 1) * (Math.sqrt(common) * factor + Math.sqrt(1 - common) * random.normal())
    })
  }
  return series
}

/** Mean of the products of centred series, each to its power. */
function moment(series: readonly Float64Array[], powers: readonly [number, number][]): number {
  const centres = series.map(mean)
  const dates = series[0]?.length ?? 0
  let sum = 0
  for (let t = 0; t < dates; t++)
    sum += powers.reduce((product, [i, power]) => product * ((series[i]?.[t] ?? 0) - (centres[i] ?? 0)) ** power, 1)
  return sum / dates
}

const indices = (n: number) => Array.from({ length: n }, (_, i) => i)
const total = (n: number, term: (i: number, j: number) => number) =>
  indices(n).reduce((sum, i) => sum + indices(n).reduce((row, j) => row + term(i, j), 0), 0)

describe('sampleCovariance', () => {
  it('reproduces the published correlation of five pairs', () => {
    const columns = [0, 1].map((j) => sample_correlation.data.map((row: number[]) => row[j]))
    near(correlationOf(sampleCovariance(columns)).get(0, 1), sample_correlation.corr)
  })

  it('is undone by its own correlations and deviations', () => {
    const covariance = sampleCovariance(factorSeries(3, 50, 0.5, 1))
    const again = covarianceOf(correlationOf(covariance), covariance.diagonal().map(Math.sqrt))
    near(again.sub(covariance).abs().max(), 0)
  })

  it('refuses series of different lengths', () => {
    assert.throws(
      () =>
        sampleCovariance([
          [1, 2, 3],
          [1, 2],
        ]),
      DomainError,
    )
    assert.throws(() => sampleCovariance([]), DomainError)
    assert.throws(
      () =>
        correlationOf(
          sampleCovariance([
            [1, 1],
            [1, 2],
          ]),
        ),
      DomainError,
    )
  })
})

describe('ewmaCovariance', () => {
  it('has the exponentially weighted variances on its diagonal and is positive semidefinite', () => {
    const series = factorSeries(4, 300, 0.6, 2)
    const covariance = ewmaCovariance(series, 0.94)
    // 0.94^300 = 9e-9 is all that is left of the start of the recursion.
    for (const [i, values] of series.entries())
      near(covariance.get(i, i), ewmaVariances(values, 0.94, 0).at(-1) ?? 0, 1e-7)
    assert.ok(smallestEigenvalue(covariance) >= -1e-12)
  })
})

describe('shrinkToIdentity', () => {
  it("is Ledoit and Wolf's intensity in terms of plain moments", () => {
    const series = factorSeries(5, 40, 0.3, 3)
    const s = (i: number, j: number) =>
      moment(series, [
        [i, 1],
        [j, 1],
      ])
    const average = indices(5).reduce((sum, i) => sum + s(i, i) / 5, 0)
    const distance = total(5, (i, j) => (s(i, j) - (i === j ? average : 0)) ** 2)
    const noise =
      total(
        5,
        (i, j) =>
          moment(series, [
            [i, 2],
            [j, 2],
          ]) -
          s(i, j) ** 2,
      ) / 40
    near(shrinkToIdentity(series).intensity, Math.min(noise / distance, 1), 1e-10)
  })

  it('keeps the trace and makes a singular sample invertible', () => {
    const series = factorSeries(12, 8, 0.3, 4)
    const sample = sampleCovariance(series, 'population')
    const { covariance, intensity } = shrinkToIdentity(series)
    assert.ok(smallestEigenvalue(sample) < 1e-9 && smallestEigenvalue(covariance) > 0.1)
    assert.ok(intensity > 0 && intensity <= 1)
    near(covariance.trace(), sample.trace())
  })
})

describe('shrinkToConstantCorrelation', () => {
  it("is Ledoit and Wolf's intensity in terms of plain moments", () => {
    const series = factorSeries(5, 40, 0.3, 5)
    const s = (i: number, j: number) =>
      moment(series, [
        [i, 1],
        [j, 1],
      ])
    const correlation = (i: number, j: number) => s(i, j) / Math.sqrt(s(i, i) * s(j, j))
    const average = (total(5, correlation) - 5) / 20
    const pi = (i: number, j: number) =>
      moment(series, [
        [i, 2],
        [j, 2],
      ]) -
      s(i, j) ** 2
    const theta = (i: number, j: number) =>
      moment(series, [
        [i, 3],
        [j, 1],
      ]) -
      s(i, i) * s(i, j)
    const rho = total(5, (i, j) =>
      i === j
        ? pi(i, i)
        : (average / 2) * (Math.sqrt(s(j, j) / s(i, i)) * theta(i, j) + Math.sqrt(s(i, i) / s(j, j)) * theta(j, i)),
    )
    const gamma = total(5, (i, j) => (i === j ? 0 : (average * Math.sqrt(s(i, i) * s(j, j)) - s(i, j)) ** 2))
    const expected = Math.min(Math.max((total(5, pi) - rho) / gamma / 40, 0), 1)
    near(shrinkToConstantCorrelation(series).intensity, expected, 1e-10)
  })

  it('keeps every variance and shrinks less the more dates there are', () => {
    const intensities = [50, 500, 5000].map((dates) => {
      const series = factorSeries(4, dates, 0.5, 6)
      series[3] = factorSeries(1, dates, 0, 7)[0] ?? new Float64Array() // one that does not share the factor
      const { covariance, intensity } = shrinkToConstantCorrelation(series)
      for (const [i, values] of series.entries()) near(covariance.get(i, i), moment([values], [[0, 2]]))
      return intensity
    })
    assert.ok(
      intensities.every((value, i) => i === 0 || value < (intensities[i - 1] ?? 0)),
      `${intensities}`,
    )
  })

  it('has an intensity between 0 and 1 and stays positive semidefinite on any sample', () => {
    const sample = fc.tuple(fc.integer({ min: 2, max: 6 }), fc.integer({ min: 3, max: 40 }), fc.integer())
    fc.assert(
      fc.property(sample, ([assets, dates, seed]) => {
        for (const shrink of [shrinkToConstantCorrelation, shrinkToIdentity]) {
          const { covariance, intensity } = shrink(factorSeries(assets, dates, 0.4, seed))
          assert.ok(intensity >= 0 && intensity <= 1)
          assert.ok(smallestEigenvalue(covariance) > -1e-9)
        }
      }),
      { seed: 8, numRuns: 60 },
    )
  })
})
