import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { DomainError } from '../../src/errors.ts'
import type { Position, UnderlyingMarket } from '../../src/methods/portfolio.ts'
import {
  bookShortfall,
  compareNodes,
  cumulative,
  horizonBook,
  linearShortfall,
  logDensity,
  putOverForward,
} from '../../src/riskneutral/index.ts'
import { MissingExpiryError } from '../../src/scenarios/index.ts'
import { essviSmile, flatSmile } from '../../src/surface/index.ts'
import { essviSlice } from '../surface/arbitraryEssvi.ts'

type Row = { mu: number; sigma: number; lam: number; VaR: number; ES: number }
type Factor = { lam: number; tau: number | string; sigma: number; short: number; long?: number }
const vector: { long_ES: Row[]; short_ES: Row[]; futures_risk_factors: Factor[] } = JSON.parse(
  readFileSync(new URL('../vectors/vega_lognormal_es.json', import.meta.url), 'utf8'),
)

function near(actual: number, expected: number, tolerance: number): void {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not within ${tolerance} of ${expected}`)
}

const long = { profit: (x: number) => x - 1, kinks: [] }
const short = { profit: (x: number) => 1 - x, kinks: [] }

describe('expected shortfall of linear positions', () => {
  it('is the published lognormal one on both sides, to 1e-8', () => {
    for (const { mu, sigma, lam, VaR, ES } of vector.long_ES) {
      const forward = Math.exp(mu + sigma ** 2 / 2)
      const found = linearShortfall(flatSmile(sigma ** 2), lam)
      near(forward * (found.long - 1), ES, 1e-8)
      near(-forward * found.longQuantile, VaR, 1e-8)
    }
    for (const { mu, sigma, lam, VaR, ES } of vector.short_ES) {
      const forward = Math.exp(mu + sigma ** 2 / 2)
      const found = linearShortfall(flatSmile(sigma ** 2), lam)
      near(forward * (found.short + 1), ES, 1e-8)
      near(forward * found.shortQuantile, VaR, 1e-8)
    }
  })

  it('gives the published risk factors of a futures market', () => {
    for (const { lam, tau, sigma, short: up, long: down } of vector.futures_risk_factors) {
      const years = typeof tau === 'number' ? tau : 1 / 365 / 24 / 60
      const found = linearShortfall(flatSmile(sigma ** 2 * years), lam)
      near(found.short, up, 1e-8)
      if (down !== undefined) near(found.long, down, 1e-8)
    }
  })

  it('equals the mean of the tail by integration of the density, for any smile', () => {
    fc.assert(
      fc.property(essviSlice, fc.double({ min: -3, max: -0.7, noNaN: true }), (slice, size) => {
        fc.pre(slice.theta < 0.6 && slice.psi * (1 + Math.abs(slice.rho)) < 1)
        const smile = essviSmile(slice)
        const level = 10 ** size
        const closed = linearShortfall(smile, level)
        near(bookShortfall(smile, long, level).expectedShortfall, closed.long, 1e-7)
        near(bookShortfall(smile, short, level).expectedShortfall, closed.short, 1e-6 * Math.max(1, closed.short))
      }),
      { seed: 61, numRuns: 25 },
    )
  })

  it('refuses levels outside (0, 1)', () => {
    for (const level of [0, 1, Number.NaN]) assert.throws(() => linearShortfall(flatSmile(0.04), level), DomainError)
  })
})

describe('expected shortfall of books', () => {
  const smile = essviSmile({ theta: 0.003, rho: -0.3, psi: 0.05 })

  it('of a short put is its tail of put prices: (P(K) - P(q)) / level + ..., in closed form', () => {
    // the loss (K - x)+ exceeds v on x < K - v; where level < P(x < K) the tail is x < q and the mean of K - x there
    const [strike, level] = [0.97, 0.01]
    const { longQuantile } = linearShortfall(smile, level)
    const closed = strike - longQuantile + putOverForward(smile, longQuantile) / level
    const book = { profit: (x: number) => -Math.max(strike - x, 0), kinks: [strike] }
    const found = bookShortfall(smile, book, level)
    near(found.expectedShortfall, closed, 1e-9)
    near(found.valueAtRisk, strike - longQuantile, 1e-3)
    near(found.mean, -putOverForward(smile, strike), 1e-9)
  })

  it('of a short strangle counts both tails', () => {
    const [low, high, level] = [0.94, 1.06, 0.02]
    const book = { profit: (x: number) => -Math.max(low - x, 0) - Math.max(x - high, 0), kinks: [low, high] }
    const found = bookShortfall(smile, book, level)
    // Rockafellar and Uryasev: min over v of v + E[(loss - v)+] / level, by brute force
    const step = 1e-4
    const grid = Array.from({ length: 60_000 }, (_, i) => -4 + i * step)
    const weights = grid.map((k) => step * logDensity(smile, k))
    const losses = grid.map((k) => -book.profit(Math.exp(k)))
    const objective = (v: number) =>
      v + losses.reduce((sum, loss, i) => sum + (weights[i] ?? 0) * Math.max(0, loss - v), 0) / level
    const brute = Math.min(...Array.from({ length: 60 }, (_, i) => objective(found.valueAtRisk - 0.003 + i * 1e-4)))
    near(found.expectedShortfall, brute, 1e-6)
  })

  it('handles jumps: a digital pays or does not', () => {
    const book = { profit: (x: number) => (x < 0.9 ? -1 : 0), kinks: [0.9] }
    const p = cumulative(smile, Math.log(0.9))
    near(bookShortfall(smile, book, 0.5).expectedShortfall, p / 0.5, 1e-8)
    near(bookShortfall(smile, book, p / 2).expectedShortfall, 1, 1e-12)
  })

  it('is homogeneous, and sub-additive over random option books', () => {
    const leg = fc.record({
      strike: fc.double({ min: 0.85, max: 1.15, noNaN: true }),
      quantity: fc.double({ min: -2, max: 2, noNaN: true }),
    })
    const bookOf = (legs: { strike: number; quantity: number }[], scale = 1) => ({
      profit: (x: number) =>
        scale * legs.reduce((sum, { strike, quantity }) => sum + quantity * Math.max(x - strike, 0), 0),
      kinks: legs.map(({ strike }) => strike),
    })
    const legs = fc.array(leg, { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(legs, legs, (a, b) => {
        const es = (book: ReturnType<typeof bookOf>) => bookShortfall(smile, book, 0.05).expectedShortfall
        const [one, other, both] = [es(bookOf(a)), es(bookOf(b)), es(bookOf([...a, ...b]))]
        assert.ok(both <= one + other + 1e-6)
        near(es(bookOf(a, 3)), 3 * one, 1e-6)
      }),
      { seed: 62, numRuns: 25 },
    )
  })

  it('refuses a profit that is not a number', () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY])
      for (const profit of [() => bad, (x: number) => (x > 1 ? bad : x - 1)]) // also where it is no loss
        assert.throws(() => bookShortfall(smile, { profit, kinks: [] }, 0.01), DomainError)
    assert.throws(() => bookShortfall(smile, long, 0), DomainError)
  })
})

describe('the fine grid', () => {
  it('meets the closed form of linear books for the smallest tails and the widest laws', () => {
    for (const theta of [1e-6, 0.0004, 1, 4])
      for (const level of [1e-9, 0.01, 0.5]) {
        const smile = flatSmile(theta)
        const { long, short } = linearShortfall(smile, level)
        const fine = (sign: number) =>
          bookShortfall(smile, { profit: (x) => sign * (x - 1), kinks: [] }, level).expectedShortfall
        assert.ok(Math.abs(fine(1) / long - 1) < 1e-6, `long, theta ${theta}, level ${level}: ${fine(1) / long - 1}`)
        assert.ok(
          Math.abs(fine(-1) / short - 1) < 1e-6,
          `short, theta ${theta}, level ${level}: ${fine(-1) / short - 1}`,
        )
      }
  })
})

describe('portfolios at a horizon', () => {
  const time = 1_750_000_000
  const expiry = time + 86_400
  const market: UnderlyingMarket = {
    spot: 100,
    perpetual: 100.1,
    expiries: new Map([
      [
        expiry,
        { expiry, forward: 100.2, discount: 0.999, volatility: (strike) => 0.5 + 0.1 * Math.log(strike / 100.2) ** 2 },
      ],
      [
        time + 864_000,
        {
          expiry: time + 864_000,
          forward: 101,
          discount: 0.99,
          volatility: (strike) => 0.6 - 0.2 * Math.log(strike / 101),
        },
      ],
    ]),
  }
  const call: Position = { instrument: { kind: 'call', underlying: 'X', expiry, strike: 105 }, quantity: -2 }
  const years = 1 / 365

  it('gain and lose with the forward, each linear leg at its own price', () => {
    const book = horizonBook(
      [
        { instrument: { kind: 'spot', underlying: 'X' }, quantity: 1 },
        { instrument: { kind: 'perpetual', underlying: 'X' }, quantity: 1 },
        { instrument: { kind: 'future', underlying: 'X', expiry }, quantity: 1 },
      ],
      market,
      { time, years },
    )
    near(book.profit(1.1), 30.03, 1e-9)
    assert.equal(book.profit(1), 0)
    assert.deepEqual(book.kinks, [])
  })

  it('value what expires within the horizon at its intrinsic value and name its kink', () => {
    const book = horizonBook([call], market, { time, years })
    assert.deepEqual(book.kinks, [105 / 100.2])
    near(book.profit(1.1) - book.profit(1), -2 * 0.999 * (110.22 - 105), 1e-9)
  })

  it('revalue the rest with the smile of the new forward, or of the strike', () => {
    const position: Position = {
      instrument: { kind: 'put', underlying: 'X', expiry: time + 864_000, strike: 95 },
      quantity: 1,
    }
    const at = (dynamics: 'sticky-delta' | 'sticky-strike') =>
      horizonBook([position], market, { time, years, dynamics }).profit(0.9)
    assert.ok(at('sticky-delta') < at('sticky-strike'), 'after a fall the put sits on the lower part of the skew')
    assert.deepEqual(horizonBook([position], market, { time, years }).kinks, [])
    const lost = horizonBook([position], market, { time, years }).profit(1)
    assert.ok(lost < 0, 'a day of time value is gone')
  })

  it('refuse an expiry that the market does not have', () => {
    const unknown: Position = { instrument: { kind: 'future', underlying: 'X', expiry: 1 }, quantity: 1 }
    assert.throws(() => horizonBook([unknown], market, { time, years }), MissingExpiryError)
  })

  it('on 17 nodes come out near the fine grid, above it for linear books', (test) => {
    const smile = essviSmile({ theta: 0.0008, rho: -0.3, psi: 0.02 })
    for (const [name, positions] of [
      ['long future', [{ instrument: { kind: 'future', underlying: 'X', expiry }, quantity: 1 }]],
      ['short future', [{ instrument: { kind: 'future', underlying: 'X', expiry }, quantity: -1 }]],
      ['short calls', [call]],
      [
        'calendar',
        [call, { instrument: { kind: 'call', underlying: 'X', expiry: time + 864_000, strike: 105 }, quantity: 2 }],
      ],
    ] as [string, Position[]][]) {
      const { nodes, fine, error } = compareNodes(smile, horizonBook(positions, market, { time, years }), 0.12, 0.01)
      test.diagnostic(
        `${name}: 17 nodes ${nodes.toFixed(3)}, fine grid ${fine.toFixed(3)} (${((100 * error) / fine).toFixed(1)} %)`,
      )
      near(nodes, fine + error, 1e-12)
      assert.ok(Math.abs(error) < 0.35 * Math.abs(fine))
      if (name.endsWith('future')) assert.ok(error >= 0)
    }
  })
})
