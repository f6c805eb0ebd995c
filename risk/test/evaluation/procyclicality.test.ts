import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  DAY,
  HOUR,
  longVolatility,
  midnightRanges,
  procyclicality,
  rangePath,
  rangeVersions,
  WARM_UP_SECONDS,
} from '../../src/evaluation/index.ts'
import { defaultsOf, scanRangeParameters } from '../../src/methods/index.ts'
import { alternating, hourly, without } from './synthetic.ts'

const parameters = scanRangeParameters(defaultsOf('BTC'))

describe('longVolatility', () => {
  it('is the volatility of returns of one size, and of the last ten years only', () => {
    const flat = longVolatility(hourly(1_000, alternating(0.01)))
    assert.ok(Math.abs((flat.at(-1) ?? 0) - 0.01 * Math.sqrt(365 * 24)) < 1e-12)
    // One price a day for eleven years, wild in the first year.
    const days = 11 * 365
    const times = Float64Array.from({ length: days }, (_, i) => i * DAY)
    const size = (i: number) => (i < 364 ? 0.1 : 0.01)
    let log = 0
    const prices = times.map((_, i) => {
      log += alternating(size(i))(i)
      return Math.exp(log)
    })
    const long = longVolatility({ symbol: 'BTC', times, prices })
    assert.ok(Math.abs((long.at(-1) ?? 0) - 0.01 * Math.sqrt(365)) < 1e-9)
    assert.ok((long[3_000] ?? 0) > 0.03 * Math.sqrt(365))
  })
})

describe('midnightRanges', () => {
  it('carries the last range over an outage, as a contract does', () => {
    const history = without(
      hourly(72, () => 0),
      20,
      60,
    )
    const ranges = history.times.map((_, i) => (i < 20 ? 0.1 : 0.2))
    assert.deepEqual(
      midnightRanges(history, ranges).map((each) => Array.from(each)),
      [[0.1, 0.1, 0.1]],
    )
  })

  it('starts a new series after a warm-up', () => {
    const history = hourly(97, () => 0)
    const ranges = history.times.map((_, i) => (i > 30 && i < 40 ? Number.NaN : 0.1))
    assert.deepEqual(
      midnightRanges(history, ranges).map(({ length }) => length),
      [2, 3],
    )
  })
})

describe('procyclicality', () => {
  const count = WARM_UP_SECONDS / HOUR + 60 * 24
  const shock = (i: number) => (i > count - 20 * 24 ? 0.02 : 0.004)
  const history = hourly(count, (i) => alternating(shock(i))(i))
  const path = rangePath(history, parameters)
  const rows = procyclicality(history, rangeVersions(history, path, parameters))
  const of = (version: string) => rows.find((row) => row.version === version) ?? assert.fail(version)

  it('knows the ranges before and after a rise of volatility to five times as much', () => {
    const before = 2.6 * 0.004 * Math.sqrt(365 * 24) * Math.sqrt(0.5 / 365)
    assert.ok(Math.abs(of('unmitigated').lowest / before - 1) < 1e-6)
    assert.equal(of('unmitigated').averageCost, 0)
    assert.ok(Math.abs(of('Plimsoll, target (initial)').lowest - Math.max(0.06, before * 0.6 + 0.04235)) < 1e-3)
  })

  it('finds the blend less procyclical and dearer than no mitigation', () => {
    const target = of('Plimsoll, target (initial)')
    assert.ok(target.peakToTrough < of('unmitigated').peakToTrough)
    assert.ok(target.oneDay < of('unmitigated').oneDay)
    assert.ok(target.averageCost > 0)
    assert.ok(of('Plimsoll, maintenance').oneDay <= 1.02 ** 24 - 1 + 1e-12)
  })

  it('finds the floor binding in the calm after a storm', () => {
    const calm = hourly(count + 200 * 24, (i) => alternating(i < WARM_UP_SECONDS / HOUR ? 0.02 : 0.004)(i))
    const both = procyclicality(calm, rangeVersions(calm, rangePath(calm, parameters), parameters))
    const [floor, raw] = ['ten-year floor', 'unmitigated'].map((name) => both.find(({ version }) => version === name))
    assert.ok((floor?.peakToTrough ?? 9) < (raw?.peakToTrough ?? 0))
    assert.ok((floor?.lowest ?? 0) > (raw?.lowest ?? 1))
  })
})
