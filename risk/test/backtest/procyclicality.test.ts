import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import {
  bufferedMargins,
  flooredMargins,
  stressedObservationWeights,
  stressWeightedMargins,
} from '../../src/backtest/antiProcyclicality.ts'
import { averageCost, largestCall, peakToTrough, procyclicalityMetrics } from '../../src/backtest/procyclicality.ts'
import { DomainError } from '../../src/errors.ts'
import { expectedShortfall } from '../../src/measures/expectedShortfall.ts'
import { liquidityHorizonShortfall, stressScaledShortfall } from '../../src/measures/liquidityHorizon.ts'
import { vectorJson } from '../measures/vectors.ts'

fc.configureGlobal({ seed: 0x506c696d })
const margin = fc.double({ min: 0.01, max: 100, noNaN: true })
const margins = fc.array(margin, { minLength: 1, maxLength: 80 })
const twoSeries = fc
  .array(fc.tuple(margin, margin), { minLength: 1, maxLength: 80 })
  .map((rows) => [rows.map(([a]) => a), rows.map(([, b]) => b)] as const)
const slack = 1e-9

describe('the metrics of procyclicality', () => {
  it('are those of a small series, by hand', () => {
    const series = [4, 5, 3, 6, 9]
    assert.equal(peakToTrough(series), 3)
    assert.equal(largestCall(series, 1), 1)
    assert.equal(largestCall(series, 2), 2)
    assert.equal(largestCall(series, 4), 1.25)
    assert.equal(largestCall(series, 5), undefined)
    assert.equal(averageCost([4.4, 5.5], [4, 5]).toFixed(12), '0.100000000000')
    assert.equal(largestCall([4, 2], 1), -0.5)
  })

  it('do not depend on the unit, and no call exceeds peak over trough', () => {
    fc.assert(
      fc.property(margins, fc.constantFrom(0.25, 8), (series, unit) => {
        const scaled = series.map((x) => unit * x)
        assert.equal(peakToTrough(scaled), peakToTrough(series))
        for (const days of [1, 5, 20]) {
          assert.equal(largestCall(scaled, days), largestCall(series, days))
          assert.ok((largestCall(series, days) ?? 0) <= peakToTrough(series) - 1 + slack)
        }
      }),
    )
  })

  it('report one call per horizon and a cost only beside a benchmark', () => {
    const { largestCalls, averageCost: cost, mean } = procyclicalityMetrics([1, 2, 3])
    assert.deepEqual(
      largestCalls.map(({ days }) => days),
      [1, 5, 20, 30],
    )
    assert.equal(largestCalls[1]?.call, undefined)
    assert.equal(cost, undefined)
    assert.equal(mean, 2)
    assert.equal(procyclicalityMetrics([2, 2], [1, 1]).averageCost, 1)
  })

  it('refuse margins that are not positive', () => {
    for (const bad of [[], [1, 0], [1, -1], [1, Number.NaN]]) assert.throws(() => peakToTrough(bad), DomainError)
    assert.throws(() => largestCall([1, 2], 0), DomainError)
    assert.throws(() => averageCost([1, 2], [1]), DomainError)
  })
})

describe('the buffer of Article 28(1)(a)', () => {
  it('is never below the margin and never above it by more than a quarter', () => {
    fc.assert(
      fc.property(margins, (series) => {
        const held = bufferedMargins(series)
        for (const [day, m] of series.entries()) {
          assert.ok((held[day] ?? 0) >= m - slack)
          assert.ok((held[day] ?? 0) <= 1.25 * m + slack)
        }
      }),
    )
  })

  it('takes a rise of up to a quarter without any call, and passes on the rest', () => {
    assert.deepEqual([...bufferedMargins([100, 110, 125, 130])], [125, 125, 125, 130])
  })

  it('is filled again when requirements fall', () => {
    assert.deepEqual([...bufferedMargins([100, 125, 80])], [125, 125, 100])
  })

  it('is no buffer at zero, and stands at a quarter while margin is constant', () => {
    fc.assert(
      fc.property(margins, (series) => {
        assert.deepEqual([...bufferedMargins(series, 0)], series)
      }),
    )
    assert.deepEqual([...bufferedMargins([8, 8, 8])], [10, 10, 10])
    assert.throws(() => bufferedMargins([1], -0.1), DomainError)
  })

  it('never calls more over a rising stretch than the margin it damps', () => {
    fc.assert(
      fc.property(margins, (series) => {
        const rising = series.toSorted((a, b) => a - b)
        assert.ok(peakToTrough(bufferedMargins(rising)) <= peakToTrough(rising) + slack)
      }),
    )
  })
})

describe('the weight on stress of Article 28(1)(b)', () => {
  it('lies between the margin and its stressed value, a quarter of the way', () => {
    fc.assert(
      fc.property(twoSeries, ([series, stressed]) => {
        const blended = stressWeightedMargins(series, stressed)
        for (const [day, m] of series.entries()) {
          const s = stressed[day] ?? 0
          assert.ok(Math.abs((blended[day] ?? 0) - m - 0.25 * (s - m)) <= slack)
        }
      }),
    )
  })

  it('weights stressed observations by a quarter in all', () => {
    const weights = stressedObservationWeights(250, 50)
    const sum = (values: Float64Array) => values.reduce((total, x) => total + x, 0)
    assert.ok(Math.abs(sum(weights) - 1) < 1e-12)
    assert.ok(Math.abs(sum(weights.slice(250)) - 0.25) < 1e-12)
    const losses = [...Array.from({ length: 250 }, () => 1), ...Array.from({ length: 50 }, () => 9)]
    assert.ok(Math.abs(expectedShortfall(losses, 0.5, 'fractional', weights) - 5) < 1e-9) // half of the tail is stress
  })

  it('refuses weights outside [0, 1] and empty periods', () => {
    assert.throws(() => stressWeightedMargins([1], [1], 1.1), DomainError)
    assert.throws(() => stressWeightedMargins([1], [1, 2]), DomainError)
    assert.throws(() => stressedObservationWeights(0, 5), DomainError)
  })
})

describe('the floor of Article 28(1)(c)', () => {
  it('is never below the ten-year requirement nor below the margin, and equals one of them', () => {
    fc.assert(
      fc.property(twoSeries, ([series, floors]) => {
        const floored = flooredMargins(series, floors)
        for (const [day, value] of floored.entries()) assert.equal(value, Math.max(series[day] ?? 0, floors[day] ?? 0))
        assert.ok(averageCost(floored, series) >= -slack)
      }),
    )
    assert.throws(() => flooredMargins([1], []), DomainError)
  })

  it('lowers peak over trough when the floor is constant', () => {
    fc.assert(
      fc.property(margins, margin, (series, floor) => {
        const floored = flooredMargins(series, new Float64Array(series.length).fill(floor))
        assert.ok(peakToTrough(floored) <= peakToTrough(series) + slack)
      }),
    )
  })
})

describe('the expected shortfall of Basel over liquidity horizons', () => {
  it('reproduces the worked arithmetic', () => {
    const { basel_es: basel } = vectorJson<{
      basel_es: { example_arithmetic: { ES10: number; ES_j: Record<string, number>; result: number } }
    }>('regulatory_formulas.json')
    const { ES10, ES_j, result } = basel.example_arithmetic
    const shortfalls = [ES10, ...[20, 40, 60, 120].map((days) => ES_j[days] ?? 0)]
    assert.ok(Math.abs(liquidityHorizonShortfall(shortfalls) - result) < 1e-9)
  })

  it('is square-root-of-time scaling when every factor has the longest horizon', () => {
    fc.assert(
      fc.property(margin, (es) => {
        assert.ok(Math.abs(liquidityHorizonShortfall([es, es, es, es, es]) - es * Math.sqrt(12)) < 1e-9 * es + slack)
      }),
    )
  })

  it('scales a stressed shortfall up only', () => {
    assert.equal(stressScaledShortfall(10, 6, 5), 12)
    assert.equal(stressScaledShortfall(10, 4, 5), 10)
    assert.throws(() => stressScaledShortfall(10, 4, 0), DomainError)
    assert.throws(() => liquidityHorizonShortfall([1]), DomainError)
    assert.throws(() => liquidityHorizonShortfall([1, -1], [10, 20]), DomainError)
    assert.throws(() => liquidityHorizonShortfall([1, 1], [20, 10]), DomainError)
  })
})
