import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import chiSquareCdf from '@stdlib/stats-base-dists-chisquare-cdf'
import fc from 'fast-check'
import {
  chiSquareTail,
  christoffersenConditionalCoverage,
  christoffersenIndependence,
  kupiecProportionOfFailures,
  kupiecTimeUntilFirstFailure,
} from '../../src/backtest/coverage.ts'
import { countOf, exceedances, transitionsOf } from '../../src/backtest/exceedances.ts'
import { DomainError } from '../../src/errors.ts'
import { Random } from '../../src/math/random.ts'
import { vectorJson } from '../measures/vectors.ts'

fc.configureGlobal({ seed: 0x506c696d })
const near = (actual: number, expected: number, tolerance: number) =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected} +- ${tolerance}`)

const vectors = vectorJson<{
  kupiec: {
    examples: { T: number; N: number; p: number; LRuc: number }[]
    non_rejection_regions: { critical: number; T: number[]; table: Record<string, [number, number][]> }
  }
  christoffersen: { examples: { T00: number; T01: number; T10: number; T11: number; LRind: number }[] }
  quarks_printed: { cvgtest: { p_uc: number; p_ind: number; p_cc: number } }
}>('var_backtests.json')

describe('exceedances', () => {
  it('are days of a loss strictly above the value-at-risk', () => {
    assert.deepEqual([...exceedances([-3, -2, 1, -2.0001], [2, 2, 2, 2])], [1, 0, 0, 1])
    assert.deepEqual([...exceedances([1, 3], [-2, -2])], [1, 0]) // a negative VaR asks for a profit
  })

  it('are counted by what they follow', () => {
    const hits = Uint8Array.from([0, 0, 1, 1, 0, 1])
    assert.equal(countOf(hits), 3)
    assert.deepEqual(transitionsOf(hits), { n00: 1, n01: 2, n10: 1, n11: 1 })
  })

  it('need two series of one length and of finite numbers', () => {
    assert.throws(() => exceedances([], []), DomainError)
    assert.throws(() => exceedances([1, 2], [1]), DomainError)
    assert.throws(() => exceedances([Number.NaN], [1]), DomainError)
    assert.throws(() => exceedances([1], [Number.POSITIVE_INFINITY]), DomainError)
  })
})

describe("Kupiec's tests", () => {
  it('give the statistics that Jorion prints', () => {
    for (const { T, N, p, LRuc } of vectors.kupiec.examples)
      near(kupiecProportionOfFailures(T, N, 1 - p).statistic, LRuc, 5e-3) // 3.91 is printed to two digits
  })

  it('reproduce the fifteen non-rejection regions of the paper', () => {
    const { critical, T, table } = vectors.kupiec.non_rejection_regions
    for (const [p, regions] of Object.entries(table))
      for (const [i, [low, high]] of regions.entries()) {
        const observations = T[i] ?? 0
        const accepted = Array.from({ length: observations + 1 }, (_, n) => n).filter(
          (n) => kupiecProportionOfFailures(observations, n, 1 - Number(p)).statistic <= critical,
        )
        // The paper prints N < 7 for 255 days at 1 %; the test itself refuses N = 0 there too (LR = 5.13).
        assert.deepEqual([accepted[0], accepted.at(-1)], [low + 1, high - 1])
      }
  })

  it('judge a series without or of nothing but exceedances', () => {
    near(kupiecProportionOfFailures(250, 0, 0.99).statistic, -500 * Math.log(0.99), 1e-12)
    near(kupiecProportionOfFailures(5, 5, 0.9).statistic, -10 * Math.log(0.1), 1e-12)
  })

  it('do not object to the first failure on the day it is due, and do to one on the first', () => {
    near(kupiecTimeUntilFirstFailure(100, 0.99).statistic, 0, 1e-12)
    const first = kupiecTimeUntilFirstFailure(1, 0.99)
    near(first.statistic, -2 * Math.log(0.01), 1e-12)
    near(first.pValue, 0.0024, 1e-4)
    assert.ok(kupiecTimeUntilFirstFailure(7, 0.99).statistic < 3.841) // Kupiec: at 1 % rejected before day 7 only
    assert.ok(kupiecTimeUntilFirstFailure(6, 0.99).statistic > 3.841)
  })

  it('refuse counts that cannot be', () => {
    assert.throws(() => kupiecProportionOfFailures(10, 11, 0.99), DomainError)
    assert.throws(() => kupiecProportionOfFailures(0, 0, 0.99), DomainError)
    assert.throws(() => kupiecTimeUntilFirstFailure(0, 0.99), DomainError)
  })
})

describe("Christoffersen's tests", () => {
  it('give the statistic that Jorion prints', () => {
    for (const { T00, T01, T10, T11, LRind } of vectors.christoffersen.examples)
      near(christoffersenIndependence({ n00: T00, n01: T01, n10: T10, n11: T11 }).statistic, LRind, 5e-3)
  })

  it("give the three p-values that R's quarks prints for 3 exceedances in 250 days, two of them in a row", () => {
    // quarks counts every quiet day (247) as a quiet pair; the days themselves have 244 such pairs.
    const { p_uc, p_ind, p_cc } = vectors.quarks_printed.cvgtest
    const counted = { n00: 247, n01: 2, n10: 2, n11: 1 }
    near(kupiecProportionOfFailures(250, 3, 0.99).pValue, p_uc, 5e-4)
    near(christoffersenIndependence(counted).pValue, p_ind, 5e-5)
    near(christoffersenConditionalCoverage(250, 3, counted, 0.99).pValue, p_cc, 5e-5)
    const hits = new Uint8Array(250)
    for (const day of [100, 101, 180]) hits[day] = 1
    assert.deepEqual(transitionsOf(hits), { ...counted, n00: 244 })
  })

  it('find nothing to say where there is no exceedance or no other state', () => {
    assert.equal(christoffersenIndependence({ n00: 9, n01: 0, n10: 0, n11: 0 }).statistic, 0)
    assert.equal(christoffersenIndependence({ n00: 0, n01: 0, n10: 0, n11: 9 }).statistic, 0)
    assert.equal(christoffersenIndependence({ n00: 0, n01: 0, n10: 0, n11: 0 }).statistic, 0)
  })

  it('are zero exactly when both states are followed by an exceedance equally often', () => {
    const count = fc.integer({ min: 1, max: 50 })
    fc.assert(
      fc.property(count, count, count, (a, b, k) => {
        near(christoffersenIndependence({ n00: a * k, n01: a, n10: b * k, n11: b }).statistic, 0, 1e-9)
        const { statistic } = christoffersenIndependence({ n00: a * k, n01: a, n10: b * k, n11: b + 10 * b * k })
        assert.ok(statistic > 0)
      }),
    )
  })

  it('hold their size: 5 % of right models are refused, give or take', () => {
    const random = new Random(3)
    let refused = 0
    for (let path = 0; path < 2000; path++) {
      const hits = Uint8Array.from({ length: 1000 }, () => (random.uniform() < 0.05 ? 1 : 0))
      const test = christoffersenConditionalCoverage(1000, countOf(hits), transitionsOf(hits), 0.95)
      if (test.pValue < 0.05) refused++
    }
    near(refused / 2000, 0.05, 0.02)
  })
})

describe('the chi-squared tail', () => {
  it('agrees with an independent distribution function', () => {
    for (const x of [0, 0.01, 1, 3.841458820694124, 10, 25])
      for (const degrees of [1, 2] as const) near(chiSquareTail(x, degrees), 1 - chiSquareCdf(x, degrees), 1e-14)
    near(chiSquareTail(3.841458820694124, 1), 0.05, 1e-14)
  })
})
