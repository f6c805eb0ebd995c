import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { DomainError } from '../../src/errors.ts'
import {
  ArbitrageError,
  butterflySlack,
  calendarSlack,
  essviOf,
  essviSmile,
  flatSmile,
  gridOf,
  minimumCalendar,
  minimumDurrleman,
  rawSmile,
  requireNoButterfly,
  scaleEssvi,
  smileAt,
  wingsOf,
} from '../../src/surface/index.ts'
import { essviSlice, essviSlices } from './arbitraryEssvi.ts'

const unit = fc.double({ min: 0.01, max: 1, noNaN: true })

describe('eSSVI', () => {
  it('has theta at the money and wings of slope left/2 and right/2', () => {
    fc.assert(
      fc.property(essviSlice, (slice) => {
        const smile = essviSmile(slice)
        const { left, right, chi } = wingsOf(slice)
        assert.ok(Math.abs(smileAt(smile, 0).w / slice.theta - 1) < 1e-14)
        assert.ok(Math.abs(smileAt(smile, -1e6 * chi).slope + left / 2) < 1e-6)
        assert.ok(Math.abs(smileAt(smile, 1e6 * chi).slope - right / 2) < 1e-6)
      }),
      { seed: 1, numRuns: 200 },
    )
  })

  it('has no butterfly on a fine grid wherever the closed-form slacks are not negative', () => {
    fc.assert(
      fc.property(essviSlice, (slice) => {
        const { wings, curvature } = butterflySlack(slice)
        assert.ok(wings >= 0 && curvature >= 0)
        const smile = essviSmile(slice)
        assert.ok(minimumDurrleman(smile, gridOf(smile, 30, 3000)).g >= -1e-12)
      }),
      { seed: 2, numRuns: 200 },
    )
  })

  it('has butterflies a little beyond the conditions, so they are not idle', () => {
    // psi (1 + |rho|) = 4.4 breaks the wing condition: g is negative far out
    const steep = essviOf({ chi: 3, left: 4.4, right: 1 })
    assert.ok(butterflySlack(steep).wings < 0)
    const { g } = minimumDurrleman(essviSmile(steep), { from: -200, to: 0, steps: 4000 })
    assert.ok(g < 0)
    assert.throws(
      () => requireNoButterfly(essviSmile(steep), { from: -200, to: 0, steps: 4000 }),
      (error: unknown) => error instanceof ArbitrageError && error.value === g,
    )
  })

  it('has no calendar arbitrage on a fine grid wherever slacks of neighbours are not negative', () => {
    fc.assert(
      fc.property(essviSlices, (slices) => {
        slices.slice(1).forEach((late, i) => {
          const early = slices[i] ?? late
          const slack = calendarSlack(early, late)
          assert.ok(slack.theta >= 0 && slack.slopes >= -1e-15 * late.psi && slack.phi >= 0)
          const smile = essviSmile(late)
          const { difference } = minimumCalendar(essviSmile(early), smile, gridOf(smile, 20, 800))
          assert.ok(difference >= -1e-12 * late.theta)
        })
      }),
      { seed: 3, numRuns: 100 },
    )
  })

  it('meets the calendar conditions exactly when chi, left and right do not decrease', () => {
    fc.assert(
      fc.property(essviSlice, fc.array(unit, { minLength: 3, maxLength: 3 }), (early, [a = 1, b = 1, c = 1]) => {
        const { chi, left, right } = wingsOf(early)
        const late = essviOf({ chi: chi * (0.5 + a), left: left * (0.5 + b), right: right * (0.5 + c) })
        fc.pre(Math.min(Math.abs(a - 0.5), Math.abs(b - 0.5), Math.abs(c - 0.5)) > 1e-6)
        const { theta, slopes, phi } = calendarSlack(early, late)
        assert.equal(theta >= 0 && slopes >= 0 && phi >= 0, a > 0.5 && b > 0.5 && c > 0.5)
      }),
      { seed: 4, numRuns: 500 },
    )
  })

  it('scales to w_h(k) = (h/T) w(k sqrt(T/h)) and stays within the butterfly conditions for h <= T', () => {
    fc.assert(
      fc.property(essviSlice, unit, fc.double({ min: -4, max: 4, noNaN: true }), (slice, ratio, deviations) => {
        const scaled = scaleEssvi(slice, ratio)
        const k = deviations * Math.sqrt(scaled.theta)
        const expected = ratio * smileAt(essviSmile(slice), k / Math.sqrt(ratio)).w
        assert.ok(Math.abs(smileAt(essviSmile(scaled), k).w / expected - 1) < 1e-12)
        const { wings, curvature } = butterflySlack(scaled)
        assert.ok(wings >= butterflySlack(slice).wings && curvature >= butterflySlack(slice).curvature - 1e-14)
      }),
      { seed: 5, numRuns: 200 },
    )
  })

  it('refuses parameters outside their domain', () => {
    for (const bad of [{ theta: 0 }, { rho: -1 }, { psi: 0 }, { theta: Number.NaN }])
      assert.throws(() => essviSmile({ theta: 0.04, rho: 0, psi: 0.2, ...bad }), DomainError)
    assert.throws(() => scaleEssvi({ theta: 0.04, rho: 0, psi: 0.2 }, 0), DomainError)
  })
})

describe('checks on a grid', () => {
  it("give Durrleman's g of a flat smile: 1 everywhere", () => {
    const { g } = minimumDurrleman(flatSmile(0.04), { from: -1, to: 1, steps: 7 })
    assert.equal(g, 1)
  })

  it('report where two smiles cross', () => {
    const steep = rawSmile({ a: 0.02, b: 0.2, rho: 0, m: 0, sigma: 0.1 })
    const { k, difference } = minimumCalendar(steep, flatSmile(0.08), { from: -1, to: 1, steps: 200 })
    assert.ok(difference < 0 && Math.abs(k) === 1)
  })

  it('refuse grids without points', () => {
    assert.throws(() => minimumDurrleman(flatSmile(1), { from: 0, to: 0, steps: 10 }), DomainError)
    assert.throws(() => minimumDurrleman(flatSmile(1), { from: 0, to: 1, steps: 0 }), DomainError)
  })
})
