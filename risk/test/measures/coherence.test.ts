import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { expectedShortfall, type ShortfallConvention } from '../../src/measures/expectedShortfall.ts'
import { QUANTILE_CONVENTIONS, valueAtRisk } from '../../src/measures/quantile.ts'

fc.configureGlobal({ seed: 0x506c696d })
const loss = fc.double({ min: -1e6, max: 1e6, noNaN: true })
const losses = fc.array(loss, { minLength: 1, maxLength: 60 })
const pairs = fc.array(fc.tuple(loss, loss, fc.double({ min: 0.01, max: 1, noNaN: true })), {
  minLength: 1,
  maxLength: 60,
})
const level = fc.double({ min: 0.01, max: 0.99, noNaN: true })
const COHERENT: ShortfallConvention[] = ['fractional', 'order-statistic']
const slack = 1e-6

describe('expected shortfall', () => {
  it('is sub-additive: two books together never need more than apart', () => {
    fc.assert(
      fc.property(pairs, level, fc.constantFrom(...COHERENT), (rows, at, convention) => {
        const [a, b] = [rows.map(([x]) => x), rows.map(([, y]) => y)]
        const together = expectedShortfall(
          rows.map(([x, y]) => x + y),
          at,
          convention,
        )
        assert.ok(together <= expectedShortfall(a, at, convention) + expectedShortfall(b, at, convention) + slack)
      }),
    )
  })

  it('is sub-additive under weights when the tail is cut exactly', () => {
    fc.assert(
      fc.property(pairs, level, (rows, at) => {
        const weights = rows.map(([, , weight]) => weight)
        const measure = (values: number[]) => expectedShortfall(values, at, 'fractional', weights)
        const together = measure(rows.map(([x, y]) => x + y))
        assert.ok(together <= measure(rows.map(([x]) => x)) + measure(rows.map(([, y]) => y)) + slack)
      }),
    )
  })

  it('is at least the value-at-risk of its own convention', () => {
    fc.assert(
      fc.property(losses, level, fc.constantFrom(...QUANTILE_CONVENTIONS), (values, at, convention) => {
        assert.ok(expectedShortfall(values, at, convention) >= valueAtRisk(values, at, convention) - slack)
      }),
    )
  })

  it('grows with the level when the tail is cut exactly', () => {
    fc.assert(
      fc.property(losses, level, level, (values, p, q) => {
        const [low, high] = p < q ? [p, q] : [q, p]
        const measure = (at: number) => expectedShortfall(values, at, 'fractional')
        assert.ok(measure(high) >= measure(low) - slack)
      }),
    )
  })

  it('is where the Rockafellar-Uryasev function of the threshold has its minimum', () => {
    fc.assert(
      fc.property(losses, level, (values, at) => {
        const objective = (threshold: number) =>
          threshold + values.reduce((sum, x) => sum + Math.max(0, x - threshold), 0) / (values.length * (1 - at))
        const minimum = Math.min(...values.map(objective)) // convex and piecewise linear: the minimum is at a loss
        assert.ok(Math.abs(expectedShortfall(values, at, 'fractional') - minimum) <= slack)
      }),
    )
  })
})

describe('both measures', () => {
  const measures = [
    ...QUANTILE_CONVENTIONS.map((name) => (values: number[], at: number) => valueAtRisk(values, at, name)),
    ...QUANTILE_CONVENTIONS.map((name) => (values: number[], at: number) => expectedShortfall(values, at, name)),
    (values: number[], at: number) => expectedShortfall(values, at, 'fractional'),
  ]

  it('move with a certain loss and scale with the book', () => {
    const factor = fc.constantFrom(0.5, 2, 4) // exact in binary: no tie is broken by rounding
    fc.assert(
      fc.property(losses, level, factor, fc.constantFrom(...measures), (values, at, scale, measure) => {
        const base = measure(values, at)
        assert.ok(
          Math.abs(
            measure(
              values.map((x) => scale * x),
              at,
            ) -
              scale * base,
          ) <= slack,
        )
        const integers = values.map(Math.round)
        assert.ok(
          Math.abs(
            measure(
              integers.map((x) => x + 1000),
              at,
            ) -
              measure(integers, at) -
              1000,
          ) <= slack,
        )
      }),
    )
  })

  it('do not depend on the order of the losses', () => {
    fc.assert(
      fc.property(losses, level, fc.constantFrom(...measures), (values, at, measure) => {
        assert.ok(Math.abs(measure(values.toReversed(), at) - measure(values, at)) <= slack)
      }),
    )
  })

  it('do not see the difference between equal weights and none', () => {
    fc.assert(
      fc.property(fc.array(loss, { minLength: 1, maxLength: 40 }), (values) => {
        const weights = values.map(() => 1 / values.length)
        const at = 0.9
        for (const name of ['order-statistic', 'type1', 'type4'] as const)
          assert.ok(Math.abs(valueAtRisk(values, at, name, weights) - valueAtRisk(values, at, name)) <= slack)
        for (const name of ['order-statistic', 'fractional'] as const)
          assert.ok(
            Math.abs(expectedShortfall(values, at, name, weights) - expectedShortfall(values, at, name)) <= slack,
          )
      }),
    )
  })
})
