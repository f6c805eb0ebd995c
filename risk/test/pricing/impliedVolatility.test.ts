import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { DomainError } from '../../src/errors.ts'
import {
  black76Greeks,
  black76Price,
  ImpliedVolatilityStatus,
  impliedVolatility,
  impliedVolatilityBatch,
  type OptionKind,
  PriceAboveMaximumError,
  PriceBelowIntrinsicError,
} from '../../src/pricing/index.ts'
import { vectorCsv } from '../measures/vectors.ts'

const EPSILON = Number.EPSILON
const kindOf = (q: number | undefined): OptionKind => (q === 1 ? 'call' : 'put')
const numbers = (file: string) =>
  vectorCsv(file)
    .slice(1)
    .map((row) => row.map(Number))

/**
 * How far the volatility may be off for nothing but the rounding of the price: that of the price over vega, in relative
 * terms. For options deep in the money it exceeds any fixed tolerance; at vega 0 the price tells nothing.
 */
const informationLimit = (price: number, vega: number, volatility: number) => (EPSILON * price) / (vega * volatility)

const call = fc.record({
  kind: fc.constantFrom<OptionKind>('call', 'put'),
  forward: fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
  moneyness: fc.double({ min: -2, max: 2, noNaN: true }),
  expiry: fc.double({ min: 1e-3, max: 10, noNaN: true }),
  volatility: fc.double({ min: 1e-3, max: 4, noNaN: true }),
  discount: fc.double({ min: 0.5, max: 1.1, noNaN: true }),
})

describe('implied volatility', () => {
  it("finds the volatilities of Jaeckel's 1,000 options to 1e-10, and where the rounded price says less, to that", () => {
    let exact = 0
    for (const [f = 0, k = 0, sigma = 0, t = 0, q, price = 0, theirs = 0] of numbers(
      'jaeckel_lets_be_rational_1000.csv',
    )) {
      assert.ok(Math.abs(black76Price(kindOf(q), f, k, t, sigma, 1) - price) <= 1e-14 * f)
      if (t === 0) continue // no volatility to find; they print nan
      const found = impliedVolatility(kindOf(q), price, f, k, t, 1)
      const limit = informationLimit(price, black76Greeks(kindOf(q), f, k, t, sigma, 1).vega, sigma)
      if (limit > 1e-11) {
        assert.ok(Math.abs(found / theirs - 1) <= 1e-10 || found === theirs || limit > 1e-3)
        continue
      }
      exact += 1
      assert.ok(Math.abs(found / sigma - 1) <= 1e-10, `${found} is not ${sigma}`)
    }
    assert.ok(exact > 450, `only ${exact} rows determine the volatility to 1e-11`)
  })

  it("finds Jaeckel's normalised volatilities as exactly as the prices determine them", () => {
    let exact = 0
    for (const [x = 0, s = 0, q, price = 0, , vega = 0] of numbers('jaeckel_normalised_1000.csv')) {
      const [f, k] = [Math.exp(x / 2), Math.exp(-x / 2)]
      assert.ok(Math.abs(black76Price(kindOf(q), f, k, 1, s, 1) - price) <= 1e-14 * Math.max(f, k))
      const limit = 16 * informationLimit(Math.max(f, k), vega, s) // forward and strike are rounded here as well
      if (limit > 0.01) continue
      const error = Math.abs(impliedVolatility(kindOf(q), price, f, k, 1, 1) / s - 1)
      assert.ok(error <= Math.max(limit, 1e-10), `${error} is above ${limit}`)
      if (limit <= 1e-10) exact += 1
    }
    assert.ok(exact > 850, `only ${exact} rows determine the volatility to 1e-10`)
  })

  it('is the inverse of the price to a few units in the last place', () => {
    fc.assert(
      fc.property(call, ({ kind, forward, moneyness, expiry, volatility, discount }) => {
        const strike = forward * Math.exp(moneyness)
        const price = black76Price(kind, forward, strike, expiry, volatility, discount)
        const { vega } = black76Greeks(kind, forward, strike, expiry, volatility, discount)
        const scale = discount * Math.max(forward, strike)
        const limit = informationLimit((kind === 'call') === moneyness > 0 ? price : scale, vega, volatility)
        if (!(limit < 0.01) || price < 1e-290) return
        const found = impliedVolatility(kind, price, forward, strike, expiry, discount)
        const own = 16 * EPSILON * (1 + moneyness ** 2 / (volatility ** 2 * expiry) / 100)
        assert.ok(Math.abs(found / volatility - 1) <= own + 4 * limit, `${found} is not ${volatility}`)
      }),
      { seed: 3, numRuns: 2_000 },
    )
  })

  it('refuses prices outside the no-arbitrage bounds by type, with the bound', () => {
    assert.throws(
      () => impliedVolatility('put', 9, 100, 110, 1, 1),
      (error) => error instanceof PriceBelowIntrinsicError && error.price === 9 && error.intrinsic === 10,
    )
    assert.throws(() => impliedVolatility('call', -1e-9, 100, 110, 1, 1), PriceBelowIntrinsicError)
    assert.throws(
      () => impliedVolatility('call', 99, 100, 110, 1, 0.9),
      (error) => error instanceof PriceAboveMaximumError && error.price === 110 && error.maximum === 100,
    )
    assert.throws(() => impliedVolatility('put', 110, 100, 110, 1, 1), PriceAboveMaximumError)
    for (const [f, k, t, d] of [
      [-1, 110, 1, 1],
      [100, 0, 1, 1],
      [100, 110, 0, 1],
      [100, 110, 1, -1],
      [NaN, 110, 1, 1],
    ] as const)
      assert.throws(() => impliedVolatility('call', 1, f, k, t, d), DomainError)
    assert.throws(() => impliedVolatility('call', NaN, 100, 110, 1, 1), DomainError)
  })

  it('is 0 at the intrinsic value, and works from the smallest price to the largest', () => {
    assert.equal(impliedVolatility('call', 0, 100, 110, 1, 1), 0)
    assert.equal(impliedVolatility('put', 10, 100, 110, 1, 1), 0)
    for (const volatility of [0.05, 0.3, 5, 12]) {
      const price = black76Price('call', 100, 100, 1, volatility, 1)
      assert.ok(Math.abs(impliedVolatility('call', price, 100, 100, 1, 1) / volatility - 1) < 1e-8)
    }
    const tiny = black76Price('call', 100, 800, 1, 0.06, 1)
    assert.ok(tiny > 0 && tiny < 1e-250)
    assert.ok(Math.abs(impliedVolatility('call', tiny, 100, 800, 1, 1) / 0.06 - 1) < 1e-15)
  })

  it('in columns equals the single form to the last bit and says why a row has none', () => {
    const rows = numbers('jaeckel_lets_be_rational_1000.csv').filter((row) => row[3] !== 0)
    const column = (i: number) => Float64Array.from([...rows.map((row) => row[i] ?? NaN), 100, 100, 100])
    const options = {
      sign: column(4).fill(1, rows.length),
      price: column(5)
        .with(rows.length, 1)
        .with(rows.length + 1, 100)
        .with(rows.length + 2, 1),
      forward: column(0).with(rows.length + 2, -100),
      strike: column(1).fill(90, rows.length),
      expiryYears: column(3).fill(1, rows.length),
      discount: column(0).fill(1),
    }
    const volatility = new Float64Array(rows.length + 3)
    const status = new Uint8Array(rows.length + 3)
    assert.equal(impliedVolatilityBatch(options, volatility, status), rows.length)
    for (const [i, [f = 0, k = 0, , t = 0, q, price = 0]] of rows.entries())
      assert.equal(volatility[i], impliedVolatility(kindOf(q), price, f, k, t, 1))
    const { belowIntrinsic, aboveMaximum, outsideDomain } = ImpliedVolatilityStatus
    assert.deepEqual([...status.slice(-3)], [belowIntrinsic, aboveMaximum, outsideDomain])
    assert.deepEqual([...volatility.slice(-3)], [NaN, NaN, NaN])
    assert.throws(() => impliedVolatilityBatch(options, new Float64Array(2), status), DomainError)
  })
})
