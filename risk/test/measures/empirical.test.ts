import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { DomainError } from '../../src/errors.ts'
import { expectedShortfall, type ShortfallConvention } from '../../src/measures/expectedShortfall.ts'
import {
  QUANTILE_CONVENTIONS,
  type QuantileConvention,
  UnknownConventionError,
  valueAtRisk,
  WeightedConventionError,
} from '../../src/measures/quantile.ts'
import { vectorCsv } from './vectors.ts'

const near = (actual: number, expected: number, tolerance: number) =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected} +- ${tolerance}`)

describe('value-at-risk and expected shortfall of a sample', () => {
  it('reproduce Open Risk Engine to print rounding at four levels of three portfolios', () => {
    const [header = [], ...rows] = vectorCsv('ore_histsim_pnl.csv')
    const [names = [], ...expected] = vectorCsv('ore_histsim_var_expected.csv')
    for (const row of expected) {
      const column = header.indexOf(row[1] ?? '')
      const losses = rows.map((cells) => -Number(cells[column]))
      for (const [i, name] of names.entries()) {
        const [kind, probability] = name.split('_')
        if (probability === undefined) continue
        const measure = kind === 'Quantile' ? valueAtRisk : expectedShortfall
        near(-measure(losses, 1 - Number(probability), 'order-statistic'), Number(row[i]), 1e-6)
      }
    }
  })

  it("take Hull's fifth worst of 500 scenarios and the mean of the five", () => {
    const worst = [477841, 345435, 282204, 277041, 253385]
    const losses = [...worst, ...Array.from({ length: 495 }, (_, i) => -1000 * i)]
    assert.equal(valueAtRisk(losses, 0.99, 'order-statistic'), 253385)
    near(expectedShortfall(losses, 0.99, 'order-statistic'), 327181, 1)
  })

  it("weight Hull's scenarios by age", () => {
    const scenarios: [number, number][] = [
      [494, 477841],
      [339, 345435],
      [349, 282204],
      [329, 277041],
      [487, 253385],
    ]
    const losses = new Float64Array(500)
    for (const [day, loss] of scenarios) losses[day - 1] = loss
    const weights = losses.map((_, i) => (0.995 ** (499 - i) * 0.005) / (1 - 0.995 ** 500))
    near(weights[493] ?? 0, 0.00528, 5e-6)
    assert.equal(valueAtRisk(losses, 0.99, 'order-statistic', weights), 282204)
    near(expectedShortfall(losses, 0.99, 'fractional', weights), 400914, 300)
  })

  it('agree with R on the nine types of Hyndman and Fan', () => {
    const losses = [7, 1, 15, 10, 3, 6, 36, 2, 28, 21] // sorted: 1 2 3 6 7 10 15 21 28 36
    const expected: Record<string, number[]> = {
      // levels 0.25, 0.5, 0.9: quantile(x, p, type = t) in R
      type1: [3, 7, 28],
      type2: [3, 8.5, 32],
      type3: [2, 7, 28],
      type4: [2.5, 7, 28],
      type5: [3, 8.5, 32],
      type6: [2.75, 8.5, 35.2],
      type7: [3.75, 8.5, 28.8],
      type8: [2.916666666666667, 8.5, 33.06666666666667],
      type9: [2.9375, 8.5, 32.8],
    }
    for (const convention of QUANTILE_CONVENTIONS) {
      for (const [i, level] of [0.25, 0.5, 0.9].entries()) {
        const quantile = expected[convention]?.[i]
        if (quantile !== undefined) near(valueAtRisk(losses, level, convention), quantile, 1e-12)
      }
    }
  })

  it('do not let the rounding of n (1 - level) move the rank', () => {
    for (const [count, level, rank] of [
      [500, 0.99, 5],
      [1000, 0.975, 25],
      [200, 0.995, 1],
      [250, 0.99, 3],
    ] as const) {
      const losses = Array.from({ length: count }, (_, i) => i)
      assert.equal(valueAtRisk(losses, level, 'order-statistic'), count - rank)
    }
  })
})

describe('a sample that cannot be measured', () => {
  const domain = { name: 'DomainError' }
  it('is refused: empty, not finite, or with a level outside (0, 1)', () => {
    assert.throws(() => valueAtRisk([], 0.99, 'type7'), domain)
    assert.throws(() => valueAtRisk([1, Number.NaN], 0.99, 'type7'), domain)
    assert.throws(() => expectedShortfall([1, Number.NEGATIVE_INFINITY], 0.99, 'fractional'), domain)
    for (const level of [0, 1, -0.1, 99, Number.NaN]) assert.throws(() => valueAtRisk([1, 2], level, 'type7'), domain)
  })

  it('is refused with weights that are too few, negative or all zero', () => {
    for (const weights of [[1], [1, -1], [0, 0], [1, Number.NaN]])
      assert.throws(() => valueAtRisk([1, 2], 0.9, 'type1', weights), DomainError)
  })

  it('is refused under a convention that does not exist or has no weighted form', () => {
    const unknown = 'median' as QuantileConvention
    assert.throws(() => valueAtRisk([1, 2], 0.9, unknown), UnknownConventionError)
    assert.throws(() => expectedShortfall([1, 2], 0.9, unknown as ShortfallConvention), UnknownConventionError)
    assert.throws(() => valueAtRisk([1, 2], 0.9, 'type7', [1, 1]), WeightedConventionError)
  })
})
