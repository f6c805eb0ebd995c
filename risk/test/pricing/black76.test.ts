import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { DomainError } from '../../src/errors.ts'
import {
  assetOrNothing,
  black76Greeks,
  black76Price,
  cashOrNothing,
  gapOption,
  type OptionKind,
  strikeFromDelta,
} from '../../src/pricing/index.ts'

const near = (actual: number, expected: number, tolerance: number) =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected} +- ${tolerance}`)

const double = (min: number, max: number) => fc.double({ min, max, noNaN: true })
const option = fc.record({
  forward: double(1, 1e5),
  moneyness: double(-1.5, 1.5),
  expiry: double(0.01, 5),
  volatility: double(0.02, 2),
  discount: double(0.5, 1.1),
})
const KINDS: readonly OptionKind[] = ['call', 'put']

describe('Black-76', () => {
  it('keeps put-call parity, the no-arbitrage bounds and the split into digitals', () => {
    fc.assert(
      fc.property(option, ({ forward: f, moneyness, expiry: t, volatility: v, discount: d }) => {
        const k = f * Math.exp(moneyness)
        const tolerance = 4e-15 * Math.max(f, k) * d
        const [call, put] = KINDS.map((kind) => black76Price(kind, f, k, t, v, d))
        near((call ?? NaN) - (put ?? NaN), d * (f - k), tolerance)
        for (const kind of KINDS) {
          const value = black76Price(kind, f, k, t, v, d)
          const sign = kind === 'call' ? 1 : -1
          assert.ok(value >= d * Math.max(sign * (f - k), 0) && value <= d * (kind === 'call' ? f : k))
          near(gapOption(kind, f, k, k, t, v, d), value, tolerance)
        }
        near(cashOrNothing('call', f, k, t, v, d) + cashOrNothing('put', f, k, t, v, d), d, 4e-16 * d)
        near(assetOrNothing('call', f, k, t, v, d) + assetOrNothing('put', f, k, t, v, d), d * f, 4e-16 * d * f)
      }),
      { seed: 4, numRuns: 1_000 },
    )
  })

  it('falls and is convex in the strike, grows in volatility and expiry', () => {
    fc.assert(
      fc.property(option, double(1e-4, 0.5), ({ forward: f, moneyness, expiry: t, volatility: v, discount: d }, h) => {
        const k = f * Math.exp(moneyness)
        const call = (strike: number, vol = v, time = t) => black76Price('call', f, strike, time, vol, d)
        const rounding = 4e-15 * d * (f + k)
        assert.ok(call(k * (1 + h)) <= call(k) + rounding)
        assert.ok(call(k * (1 + h)) + call(k * (1 - h)) >= 2 * call(k) - 2 * rounding)
        assert.ok(call(k, v * (1 + h)) >= call(k) - rounding)
        assert.ok(call(k, v, t * (1 + h)) >= call(k) - rounding)
      }),
      { seed: 5, numRuns: 1_000 },
    )
  })

  it('is homogeneous of degree one in forward and strike, exactly in powers of four', () => {
    fc.assert(
      fc.property(option, ({ forward: f, moneyness, expiry: t, volatility: v, discount: d }) => {
        const k = f * Math.exp(moneyness)
        const price = black76Price('put', f, k, t, v, d)
        if (price > 1e-300) assert.equal(black76Price('put', 4 * f, 4 * k, t, v, d), 4 * price)
      }),
      { seed: 6 },
    )
  })

  it('has Greeks that are the derivatives of value, delta and vega', () => {
    fc.assert(
      fc.property(
        fc.record({ moneyness: double(-0.5, 0.5), t: double(0.1, 3), v: double(0.1, 1), rate: double(-0.05, 0.2) }),
        fc.constantFrom(...KINDS),
        ({ moneyness, t, v, rate }, kind) => {
          const [f, k] = [100, 100 * Math.exp(moneyness)]
          const at = (df = 0, dv = 0, dt = 0, dr = 0) =>
            black76Greeks(kind, f + df, k, t + dt, v + dv, Math.exp(-(rate + dr) * (t + dt)))
          const greeks = at()
          const h = 1e-4
          const slope = (up: number, down: number) => (up - down) / (2 * h)
          near(greeks.delta, slope(at(h).value, at(-h).value), 1e-6)
          near(greeks.gamma, slope(at(h).delta, at(-h).delta), 1e-6)
          near(greeks.vega, slope(at(0, h).value, at(0, -h).value), 1e-3)
          near(greeks.theta, -slope(at(0, 0, h).value, at(0, 0, -h).value), 1e-3)
          near(greeks.rho, slope(at(0, 0, 0, h).value, at(0, 0, 0, -h).value), 1e-4)
          near(greeks.vanna, slope(at(0, h).delta, at(0, -h).delta), 1e-4)
          near(greeks.volga, slope(at(0, h).vega, at(0, -h).vega), 2e-2)
        },
      ),
      { seed: 7, numRuns: 300 },
    )
  })

  it('is the discounted intrinsic value at expiry and without volatility, with the limits of the Greeks', () => {
    for (const [t, v] of [
      [0, 0.3],
      [1, 0],
    ] as const) {
      assert.equal(black76Price('call', 110, 100, t, v, 0.9), 9)
      assert.equal(black76Price('put', 110, 100, t, v, 0.9), 0)
      const { delta, gamma, vega, theta, rho, vanna, volga } = black76Greeks('call', 110, 100, t, v, 0.9)
      assert.deepEqual([delta, gamma, vega, vanna, volga], [0.9, 0, 0, 0, 0])
      assert.equal(rho, -9 * t)
      near(theta, t === 0 ? 0 : -Math.log(0.9) * 9, 1e-15)
      assert.deepEqual(
        KINDS.map((kind) => black76Greeks(kind, 100, 100, t, v, 1).delta),
        [0.5, -0.5],
      )
      assert.deepEqual(
        KINDS.map((kind) => cashOrNothing(kind, 110, 100, t, v, 0.9)),
        [0.9, 0],
      )
    }
    near(black76Greeks('call', 100, 100, 4, 0, 1).vega, black76Greeks('call', 100, 100, 4, 1e-9, 1).vega, 1e-12)
  })

  it('refuses arguments outside its domain by type and name', () => {
    const cases = [
      ['forward', [0, 100, 1, 0.2, 1]],
      ['forward', [NaN, 100, 1, 0.2, 1]],
      ['strike', [100, -1, 1, 0.2, 1]],
      ['expiryYears', [100, 100, -1, 0.2, 1]],
      ['volatility', [100, 100, 1, -0.2, 1]],
      ['discount', [100, 100, 1, 0.2, Infinity]],
    ] as const
    for (const [parameter, [f, k, t, v, d]] of cases)
      for (const formula of [black76Price, black76Greeks, cashOrNothing, assetOrNothing])
        assert.throws(
          () => formula('call', f, k, t, v, d),
          (error) => error instanceof DomainError && error.parameter === parameter,
        )
  })

  it('has strikes for the deltas that exist, and refuses the others', () => {
    fc.assert(
      fc.property(double(0.02, 0.45), double(0.05, 1), double(0.05, 2), (size, v, t) => {
        for (const kind of KINDS) {
          const delta = kind === 'call' ? size : -size
          const plain = strikeFromDelta(kind, delta, 100, t, v, 'forward')
          near(black76Greeks(kind, 100, plain, t, v, 1).delta, delta, 1e-13)
          if (kind === 'call' && v * Math.sqrt(t) > 0.4) continue
          const strike = strikeFromDelta(kind, delta, 100, t, v, 'premium-adjusted')
          const greeks = black76Greeks(kind, 100, strike, t, v, 1)
          near(greeks.delta - greeks.value / 100, delta, 1e-13)
        }
      }),
      { seed: 8 },
    )
    for (const delta of [0, 1, -0.2, NaN])
      assert.throws(() => strikeFromDelta('call', delta, 100, 1, 0.2, 'forward'), DomainError)
    assert.throws(() => strikeFromDelta('call', 0.9, 100, 1, 0.5, 'premium-adjusted'), DomainError)
    assert.throws(() => strikeFromDelta('put', -0.5, 100, 0, 0.5, 'forward'), DomainError)
  })
})
