import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { DomainError } from '../../src/errors.ts'
import { gaussLegendre } from '../../src/math/gaussLegendre.ts'
import { black76Price, impliedVolatility } from '../../src/pricing/index.ts'
import {
  callOverForward,
  cumulative,
  densityChart,
  densityTable,
  horizonSlice,
  logDensity,
  logQuantile,
  putOverForward,
  scaleSlice,
  scaleSmile,
  survival,
} from '../../src/riskneutral/index.ts'
import {
  ArbitrageError,
  essviOf,
  essviSmile,
  fitEssvi,
  fitRawSvi,
  flatSmile,
  rawSmile,
  type Smile,
  type Surface,
  sliceAt,
  smileAt,
} from '../../src/surface/index.ts'
import { essviSlice } from '../surface/arbitraryEssvi.ts'

const LEGENDRE = gaussLegendre(40)

/** Integral by `panels` Gauss-Legendre panels. */
function integral(f: (x: number) => number, from: number, to: number, panels: number): number {
  const half = (to - from) / panels / 2
  return Array.from({ length: panels }, (_, panel) => from + half * (2 * panel + 1)).reduce(
    (sum, middle) =>
      sum +
      LEGENDRE.nodes.reduce((inner, node, i) => inner + half * (LEGENDRE.weights[i] ?? 0) * f(middle + half * node), 0),
    0,
  )
}

describe('the density of a smile', () => {
  it('is nowhere negative; it integrates to 1 and to a mean of the forward, the tails taken from option prices', () => {
    fc.assert(
      fc.property(essviSlice, (slice) => {
        fc.pre(slice.theta < 0.6)
        const smile = essviSmile(slice)
        const [low, high] = [logQuantile(smile, 1e-6), logQuantile(smile, 1e-6, 'upper')]
        const mass = integral((k) => logDensity(smile, k), low, high, 120)
        assert.ok(Math.abs(mass + 2e-6 - 1) < 1e-8, `mass ${mass}`)
        const mean = integral((k) => Math.exp(k) * logDensity(smile, k), low, high, 120)
        // E[x; x < a] = a P(x < a) - P(a), E[x; x > b] = b P(x > b) + C(b)
        const below = Math.exp(low) * 1e-6 - putOverForward(smile, Math.exp(low))
        const above = Math.exp(high) * 1e-6 + callOverForward(smile, Math.exp(high))
        assert.ok(Math.abs(below + mean + above - 1) < 1e-8, `mean ${below + mean + above}`)
        for (let i = 0; i <= 200; i++) assert.ok(logDensity(smile, low + ((high - low) * i) / 200) >= 0)
      }),
      { seed: 51, numRuns: 60 },
    )
  })

  it('is the derivative of the distribution, which is minus the derivative of the call', () => {
    fc.assert(
      fc.property(essviSlice, fc.double({ min: -3, max: 3, noNaN: true }), (slice, deviations) => {
        fc.pre(slice.theta < 1)
        const smile = essviSmile(slice)
        const size = Math.sqrt(slice.theta)
        const [k, h] = [deviations * size, 1e-4 * size]
        const slope = (cumulative(smile, k + h) - cumulative(smile, k - h)) / (2 * h)
        assert.ok(Math.abs(slope - logDensity(smile, k)) * size < 1e-6)
        const x = Math.exp(k)
        const step = 1e-5 * size * x
        const call = (callOverForward(smile, x + step) - callOverForward(smile, x - step)) / (2 * step)
        assert.ok(Math.abs(1 + call - cumulative(smile, k)) < 1e-6)
        assert.ok(Math.abs(cumulative(smile, k) + survival(smile, k) - 1) < 1e-14)
        assert.ok(Math.abs(callOverForward(smile, x) - putOverForward(smile, x) - (1 - x)) < 1e-13)
      }),
      { seed: 52, numRuns: 200 },
    )
  })

  it('prices butterflies as printed for the Breeden-Litzenberger example (Hull, OFOD, appendix on implied distributions)', () => {
    // S = 10, r = 3 %, T = 3 months, volatility 30 % at 6 falling linearly by 1 point per dollar; butterflies of width 0.5
    const printed = [0.0057, 0.0444, 0.1545, 0.2781, 0.2813, 0.1659, 0.0573, 0.0113]
    const [years, discount] = [0.25, Math.exp(-0.03 * 0.25)]
    const forward = 10 / discount
    const volatility = (strike: number) => 0.3 - 0.01 * (strike - 6)
    const smile: Smile = (k, out) => {
      const strike = forward * Math.exp(k)
      const [sigma, change] = [volatility(strike), -0.01 * strike] // d sigma / dk = d2 sigma / dk2 = -0.01 K
      out[0] = sigma * sigma * years
      out[1] = 2 * sigma * change * years
      out[2] = 2 * (change * change + sigma * change) * years
    }
    const call = (strike: number) => black76Price('call', forward, strike, years, volatility(strike), discount)
    printed.forEach((value, i) => {
      const strike = 6.5 + i
      const butterfly = (call(strike - 0.5) + call(strike + 0.5) - 2 * call(strike)) / (0.25 * discount)
      assert.ok(Math.abs(butterfly - value) < 2e-4, `${butterfly} against ${value}`)
      const hat = (s: number) => (1 - Math.abs(s - strike) / 0.5) * 2 * (logDensity(smile, Math.log(s / forward)) / s)
      const exact = integral(hat, strike - 0.5, strike, 1) + integral(hat, strike, strike + 0.5, 1)
      assert.ok(Math.abs(butterfly - exact) < 1e-9, 'the analytic density integrates to the butterfly')
    })
  })

  it('reprices the smile of a Heston model fitted at five strikes', () => {
    type Vector = {
      model: { s0: number; r: number; q: number; T: number }
      prices: { strike: number; put: string; call: string }[]
    }
    const { model, prices }: Vector = JSON.parse(
      readFileSync(new URL('../vectors/heston_lewis_reference.json', import.meta.url), 'utf8'),
    )
    const forward = model.s0 * Math.exp((model.r - model.q) * model.T)
    const discount = Math.exp(-model.r * model.T)
    const quotes = {
      years: model.T,
      k: Float64Array.from(prices, ({ strike }) => Math.log(strike / forward)),
      volatility: Float64Array.from(prices, ({ strike, call }) =>
        impliedVolatility('call', Number(call), forward, strike, model.T, discount),
      ),
      weight: Float64Array.from(prices, () => 1000),
    }
    const [essvi] = fitEssvi([quotes])
    assert.ok(essvi !== undefined)
    const raw = rawSmile(fitRawSvi(quotes, essvi))
    for (const { strike, put } of prices) {
      const price = (smile: Smile) => forward * discount * putOverForward(smile, strike / forward)
      assert.ok(Math.abs(price(raw) - Number(put)) < 2e-3, `raw SVI ${price(raw)} against ${put}`)
      assert.ok(
        Math.abs(price(essviSmile(essvi)) - Number(put)) < 0.05,
        `eSSVI ${price(essviSmile(essvi))} against ${put}`,
      )
    }
  })
})

describe('quantiles', () => {
  it('invert the distribution on both sides', () => {
    fc.assert(
      fc.property(essviSlice, fc.double({ min: -12, max: -0.31, noNaN: true }), (slice, size) => {
        fc.pre(slice.theta < 1)
        const smile = essviSmile(slice)
        const probability = 10 ** size
        assert.ok(Math.abs(cumulative(smile, logQuantile(smile, probability)) / probability - 1) < 1e-8)
        assert.ok(Math.abs(survival(smile, logQuantile(smile, probability, 'upper')) / probability - 1) < 1e-8)
      }),
      { seed: 53, numRuns: 200 },
    )
  })

  it('refuse probabilities of 0 and 1', () => {
    for (const p of [0, 1, -1, Number.NaN]) assert.throws(() => logQuantile(flatSmile(0.04), p), DomainError)
  })
})

describe('horizons', () => {
  const surface: Surface = {
    underlying: 'BTC',
    time: 0,
    slices: [1, 7, 30].map((days) => ({
      expiry: days * 86_400,
      forward: 100 + days / 100,
      discount: 1,
      theta: (0.25 * days) / 365,
      rho: -0.3,
      psi: 0.5 * Math.sqrt((0.25 * days) / 365),
    })),
  }
  const day = 1 / 365

  it('take the first expiry that lasts at least three quarters of the horizon', () => {
    assert.equal(horizonSlice(surface, day).expiry, 86_400)
    assert.equal(horizonSlice(surface, 1.3 * day).expiry, 86_400)
    assert.equal(horizonSlice(surface, 1.4 * day).expiry, 7 * 86_400)
    assert.equal(horizonSlice(surface, 90 * day).expiry, 30 * 86_400)
  })

  it('scale a smile like (h/T) w(k sqrt(T/h)), the same for a slice and for its smile', () => {
    const slice = sliceAt(surface, 7 * 86_400)
    const scaled = scaleSlice(slice, day)
    assert.equal(scaled.years, day)
    const smile = scaleSmile(essviSmile(slice), 1 / 7)
    for (const k of [-0.1, -0.02, 0, 0.03, 0.1]) {
      const [one, other] = [smileAt(essviSmile(scaled), k), smileAt(smile, k)]
      for (const key of ['w', 'slope', 'curvature'] as const)
        assert.ok(Math.abs(one[key] - other[key]) < 1e-12 * Math.max(1, Math.abs(one[key])))
    }
  })

  it('refuse a longer horizon where the scaled smile would have a negative density', () => {
    const steep = essviOf({ chi: 1, left: 3.9, right: 3 })
    assert.throws(() => scaleSmile(essviSmile(steep), 100), ArbitrageError)
    assert.throws(() => scaleSlice({ ...sliceAt(surface, 86_400), ...steep, years: 0.01 }, 1), ArbitrageError)
    assert.throws(() => scaleSlice(sliceAt(surface, 86_400), 0), DomainError)
    assert.throws(() => scaleSmile(flatSmile(1), 0), DomainError)
  })

  it('come as a table that adds up to 1 and as a picture', () => {
    const slice = sliceAt(surface, 7 * 86_400)
    const rows = densityTable(slice, 801)
    const sum = rows.slice(1).reduce((total, { k, pdf }, i) => {
      const before = rows[i]
      return before === undefined ? total : total + 0.5 * (pdf + before.pdf) * (k - before.k)
    }, 0)
    assert.ok(Math.abs(sum - 1) < 1e-4)
    for (const { k, strike, pdf, pdfStrike } of rows) {
      assert.ok(Math.abs(strike / (slice.forward * Math.exp(k)) - 1) < 1e-14)
      assert.equal(pdfStrike, pdf / strike)
    }
    const svg = densityChart(slice, rows, 'BTC', 'in a week')
    assert.ok(svg.startsWith('<svg') && svg.includes('in a week') && !svg.includes('NaN'))
    assert.throws(() => densityTable(slice, 1), DomainError)
  })
})
