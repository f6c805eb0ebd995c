import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { butterflySlack, calendarSlack } from '../../../risk/src/surface/index.ts'
import { essviSlices } from '../../../risk/test/surface/arbitraryEssvi.ts'
import {
  estimateOf,
  type QuoteEstimate,
  ranOff,
  storedQuote,
  storedQuotes,
  violationOf,
} from '../../src/publisher/surface/surfaceQuotes.ts'
import { estimatesOf, quotesOf, shapes, TIME, WAD } from './surfaces.ts'

const DAY = 86_400
const SEED = { seed: 11, numRuns: 300 }
/** Of the conditions, for values of 18 digits in floating point. */
const ROUNDING = 1e-9

const surfaces = essviSlices.map((slices) =>
  slices.map(
    (slice, i): QuoteEstimate => ({ expiry: TIME + (i + 1) * DAY, ...slice, forwardRatio: 1.01, discount: 0.99 }),
  ),
)

describe('storedQuotes', () => {
  it('keeps surfaces without arbitrage free of it once they are stored', () => {
    fc.assert(
      fc.property(surfaces, (estimates) => {
        fc.pre(estimates.every(({ theta }) => theta < 16 && theta > 1e-6))
        const stored = storedQuotes(estimates)
        assert.ok(
          'quotes' in stored,
          JSON.stringify(stored, (_, value) => (typeof value === 'bigint' ? String(value) : value)),
        )
        assert.equal(violationOf(stored.quotes), undefined)
        for (const [i, quote] of stored.quotes.map(estimateOf).entries()) {
          const { wings, curvature } = butterflySlack(quote)
          assert.ok(Math.min(wings, curvature) >= -ROUNDING)
          const near = stored.quotes[i - 1]
          if (!near) continue
          const { theta, slopes, phi } = calendarSlack(estimateOf(near), quote)
          assert.ok(theta >= -ROUNDING && slopes >= -ROUNDING && phi >= -ROUNDING / quote.theta)
        }
      }),
      SEED,
    )
  })

  it('changes no field by more than a millionth', () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const estimates = estimatesOf(shape)
        for (const [i, quote] of quotesOf(shape).map(estimateOf).entries()) {
          const { theta, rho, psi, forwardRatio, discount } = estimates[i] ?? assert.fail()
          for (const [before, after] of [
            [theta, quote.theta],
            [rho, quote.rho],
            [psi, quote.psi],
            [forwardRatio, quote.forwardRatio],
            [discount, quote.discount],
          ] as const)
            assert.ok(Math.abs(after - before) <= 1e-6 * Math.max(Math.abs(before), 1e-3), `${before} ${after}`)
        }
      }),
      SEED,
    )
  })

  it('stores what is stored without a change', () => {
    fc.assert(
      fc.property(surfaces, (estimates) => {
        fc.pre(estimates.every(({ theta }) => theta < 16))
        for (const estimate of estimates) {
          const once = storedQuote(estimate)
          assert.equal(
            violationOf([once])?.violation.error,
            violationOf([storedQuote(estimateOf(once))])?.violation.error,
          )
          assert.deepEqual(ranOff(once, TIME, TIME), once)
        }
      }),
      SEED,
    )
  })

  it('mends no real arbitrage: a later expiry with less variance is named', () => {
    fc.assert(
      fc.property(shapes, fc.double({ min: 0.3, max: 0.99, noNaN: true }), (shape, share) => {
        const [first] = estimatesOf(shape)
        assert.ok(first)
        const later = { ...first, expiry: first.expiry + DAY, theta: first.theta * share }
        const found = storedQuotes([first, later])
        assert.ok('violation' in found && found.expiry === later.expiry)
      }),
      SEED,
    )
  })
})

describe('ranOff', () => {
  it('keeps volatilities, and brings forward and discount to 1 in a straight line', () => {
    const [quote] = quotesOf({ volatility: 0.5, rho: -0.2, days: [30], carry: 0.1 })
    assert.ok(quote)
    const half = ranOff(quote, TIME, TIME + (quote.expiry - TIME) / 2)
    assert.ok(Math.abs(Number(quote.theta - 2n * half.theta)) <= 2)
    assert.ok(Math.abs(Number(quote.psi - 2n * half.psi)) <= 2)
    assert.ok(Math.abs(Number(quote.forwardRatio - WAD - 2n * (half.forwardRatio - WAD))) <= 2)
    assert.ok(Math.abs(Number(WAD - quote.discount - 2n * (WAD - half.discount))) <= 2)
  })
})
