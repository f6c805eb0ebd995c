import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import {
  christoffersenConditionalCoverage,
  kupiecProportionOfFailures,
  transitionsOf,
} from '../../src/backtest/index.ts'
import { historicalWeights } from '../../src/estimation/index.ts'
import {
  bookCoverage,
  coverage,
  coverageTests,
  equalCoverage,
  HOUR,
  indexed,
  type LinearMargin,
  linearMargins,
  MODES,
  rangePath,
  scaleFor,
  shareAbove,
  WARM_UP_SECONDS,
} from '../../src/evaluation/index.ts'
import { defaultsOf, scanRangeParameters } from '../../src/methods/index.ts'
import { alternating, hourly } from './synthetic.ts'

const options = { seed: 12, numRuns: 200 }

function constant(length: number, requirement: number): LinearMargin {
  return { method: 'test', label: 'test', requirement: () => new Float64Array(length).fill(requirement) }
}

describe('coverage', () => {
  // A fall of 5 % in the hour after noon of every tenth day, and a rise of 5 % in the hour after the next midnight.
  const days = 400
  const jump = (i: number) => {
    if (i % 240 === 13) return Math.log(0.95)
    return i % 240 === 25 ? Math.log(1.05) : 0
  }
  const history = hourly(days * 24 + 1, jump)

  it('counts the windows that hold a move beyond the requirement, by side', () => {
    const [all] = coverage(history, constant(history.times.length, 0.04), 'maintenance')
    assert.equal(all?.period, 'all')
    assert.equal(all?.windows, 2 * days)
    assert.deepEqual([all?.long, all?.short, all?.breaches], [40, 40, 80])
    assert.ok(Math.abs((all?.meanRequirement ?? 0) - 0.04) < 1e-12)
  })

  it('finds nothing where the requirement covers the move, and the share of all hours that see it', () => {
    const [covered] = coverage(history, constant(history.times.length, 0.051), 'maintenance')
    assert.equal(covered?.breaches, 0)
    const [all] = coverage(history, constant(history.times.length, 0.04), 'maintenance', 1)
    assert.ok(Math.abs((all?.hourlyRate ?? 0) - 80 / (days * 24)) < 1e-12)
  })

  it('splits the whole into years, and into what is fitted and what is held out', () => {
    const rows = coverage(history, constant(history.times.length, 0.04), 'maintenance')
    const of = (periods: RegExp) => rows.filter(({ period }) => periods.test(period))
    for (const part of [/^20/, /^(fit|hold-out)$/])
      assert.equal(
        of(part).reduce((sum, { windows }) => sum + windows, 0),
        2 * days,
      )
    assert.deepEqual(
      of(/^20/).map(({ period }) => period),
      ['2024', '2025'],
    )
  })

  it('tests with the statistics of the library', () => {
    const hits = Uint8Array.from({ length: 500 }, (_, i) => Number(i % 50 < 2))
    const { kupiec, conditional, breaches } = coverageTests(hits)
    assert.equal(breaches, 20)
    assert.equal(kupiec, kupiecProportionOfFailures(500, 20, 0.99).pValue)
    assert.equal(conditional, christoffersenConditionalCoverage(500, 20, transitionsOf(hits), 0.99).pValue)
  })
})

describe('scaleFor', () => {
  it('is the least factor that at most one window in a hundred exceeds', () => {
    const ratio = fc.double({ min: 0, max: 10, noNaN: true })
    fc.assert(
      fc.property(fc.array(ratio, { minLength: 1, maxLength: 400 }), (values) => {
        const ratios = Float64Array.from(values)
        const scale = scaleFor(ratios)
        assert.ok(shareAbove(ratios, scale) <= 0.01)
        assert.ok(values.includes(scale))
        const smaller = values.filter((value) => value < scale)
        if (smaller.length > 0) assert.ok(shareAbove(ratios, Math.max(...smaller)) > 0.01)
      }),
      options,
    )
  })

  it('brings a requirement of any size to the same scaled one', () => {
    const history = hourly(300 * 24, (i) => 0.02 * Math.sin(i * i))
    const of = (requirement: number) => {
      return equalCoverage(history, constant(history.times.length, requirement), 'initial').scale * requirement
    }
    assert.ok(Math.abs(of(0.01) / of(0.2) - 1) < 1e-12)
  })
})

describe('linearMargins', () => {
  const history = hourly(WARM_UP_SECONDS / HOUR + 240 * 24, (i) => 0.006 * Math.sin(i) + alternating(0.004)(i), 'BTC')
  const path = rangePath(history, scanRangeParameters(defaultsOf('BTC')))

  it('is what the protocol asks of a perpetual in every mode, quantitative between 0.7 of it and all of it', () => {
    const own = indexed(history, path, historicalWeights(history))
    const [linear] = linearMargins('BTC', path)
    const long = linear?.requirement('long', 'initial') ?? assert.fail('no method')
    const rows = MODES.flatMap((mode) =>
      bookCoverage({ name: 'long', legs: { BTC: 1 } }, new Map([['BTC', own]]), mode),
    )
    const initial = rows.filter(({ level }) => level === 'initial')
    assert.equal(initial.length, MODES.length)
    const windows = Array.from(history.times.keys()).filter((i) => {
      const isLast = i + 24 >= history.times.length
      return (history.times[i] ?? 0) % 86_400 === 0 && Number.isFinite(long[i]) && !isLast
    })
    const mean = windows.reduce((sum, i) => sum + (long[i] ?? 0), 0) / windows.length
    for (const row of initial) {
      assert.equal(row.windows, windows.length)
      const ratio = row.meanRequirement / mean
      if (row.mode === 'quantitative') assert.ok(ratio >= 0.7 - 1e-12 && ratio <= 1 + 1e-12, `${ratio}`)
      else assert.ok(Math.abs(ratio - 1) < 1e-12, row.mode)
    }
  })

  it('asks twice as much without the relief, and of the static grids the same at every time', () => {
    const [linear, whole, ...fixed] = linearMargins('BTC', path)
    const at = history.times.length - 1
    const of = (margin: LinearMargin | undefined) => margin?.requirement('short', 'maintenance')[at] ?? Number.NaN
    assert.ok(Math.abs(of(whole) / of(linear) - 2) < 1e-12)
    assert.deepEqual(
      fixed.map((margin) => [margin.method, Math.round(of(margin) * 1e9) / 1e9]),
      [
        ['deribit', 0.16],
        ['derive-pmrm2', 0.174],
        ['span', 0.15],
      ],
    )
  })
})

describe('bookCoverage', () => {
  it('breaches isolated accounts when a leg loses what the other one gains', () => {
    const count = WARM_UP_SECONDS / HOUR + 40 * 24
    // The same moves: dollar neutral books of two such underlyings neither gain nor lose.
    const moves = (i: number) => (i % 480 === 5 ? -0.1 : alternating(0.004)(i))
    const underlyings = new Map(
      ['BTC', 'ETH'].map((symbol) => {
        const history = hourly(count, moves, symbol)
        const path = rangePath(history, scanRangeParameters(defaultsOf(symbol)))
        return [symbol, indexed(history, path, historicalWeights(history))] as const
      }),
    )
    const book = { name: 'pair', legs: { BTC: 1, ETH: -1 } } as const
    const breaches = (mode: 'isolated' | 'cross') => bookCoverage(book, underlyings, mode).map((row) => row.breaches)
    assert.deepEqual(breaches('cross'), [0, 0])
    assert.ok(
      breaches('isolated').every((count) => count === 2),
      `${breaches('isolated')}`,
    )
    assert.deepEqual(bookCoverage({ name: 'unknown', legs: { SOL: 1 } }, underlyings, 'cross'), [])
  })
})
