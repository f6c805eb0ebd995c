import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { BTC_DEFAULTS, type PlimsollParameters, plimsollMargin } from '../../../src/methods/plimsoll/index.ts'
import type { Market, Position } from '../../../src/methods/portfolio.ts'
import { black76Price } from '../../../src/pricing/black76.ts'
import { volatilityFactorDown, volatilityFactorUp, yearsAfterDay } from '../../../src/scenarios/index.ts'
import { parametersOf } from './books.ts'

const SPOT = 100
const DAY = 86_400
const SECONDS_PER_YEAR = 31_536_000
/** Points of the fine grid on each side of the unmoved price: 20 in every step of the lanes. */
const POINTS = 120

type Leg = { kind: 'call' | 'put'; strike: number; days: number; quantity: number }

/** Strikes anywhere between the nodes; expiries from minutes to half a year. */
function legs(range: number): fc.Arbitrary<readonly Leg[]> {
  const leg = fc.record({
    kind: fc.constantFrom('call' as const, 'put' as const),
    strike: fc.integer({ min: -1100, max: 1100 }).map((n) => SPOT * (1 + (n / 1000) * range)),
    days: fc.constantFrom(0.02, 0.3, 0.9, 1.05, 1.5, 3, 7, 30, 180),
    quantity: fc.integer({ min: -3, max: 3 }),
  })
  const straddle = leg.map((one) => [one, { ...one, kind: one.kind === 'call' ? ('put' as const) : ('call' as const) }])
  const butterfly = leg.map(({ strike, ...one }) => {
    const width = range * SPOT * 0.1
    const side = [strike - width, strike + width].map((k) => ({ ...one, strike: k }))
    return [...side, { ...one, strike, quantity: -2 * one.quantity }]
  })
  return fc.oneof(fc.array(leg, { minLength: 1, maxLength: 5 }), straddle, butterfly)
}

function marketOf(book: readonly Leg[], volatility: number): Market {
  const row = (days: number) => {
    const expiry = Math.round(days * DAY)
    return [expiry, { expiry, forward: 1.004 * SPOT, discount: 0.995, volatility: () => volatility }] as const
  }
  const expiries = new Map(book.map(({ days }) => row(days)))
  return { time: 0, underlyings: { BTC: { spot: SPOT, perpetual: SPOT, expiries } } }
}

function positionsOf(book: readonly Leg[]): Position[] {
  return book.map(({ kind, strike, days, quantity }) => ({
    instrument: { kind, underlying: 'BTC', expiry: Math.round(days * DAY), strike },
    quantity,
  }))
}

/** Largest loss over the fine grid of prices inside the scan range, under both volatility moves. */
function fineLoss(book: readonly Leg[], linear: number, volatility: number, range: number): number {
  const lanes = { ...BTC_DEFAULTS, range }
  let worst = 0
  for (let point = -POINTS; point <= POINTS; point++) {
    const move = (point / POINTS) * range
    for (const isUp of [true, false]) {
      let pnl = linear * SPOT * move
      for (const { kind, strike, days, quantity } of book) {
        const years = Math.round(days * DAY) / SECONDS_PER_YEAR
        const factor = isUp ? volatilityFactorUp(years, lanes) : volatilityFactorDown(years, lanes)
        const left = isUp ? years : yearsAfterDay(years)
        const forward = 1.004 * SPOT
        const after = black76Price(kind, forward * (1 + move), strike, left, volatility * factor, 0.995)
        pnl += quantity * (after - black76Price(kind, forward, strike, years, volatility, 0.995))
      }
      worst = Math.max(worst, -pnl)
    }
  }
  return worst
}

function exactParameters(scanRange: number): PlimsollParameters {
  return {
    ...parametersOf('cross'),
    underlyings: { BTC: { ...BTC_DEFAULTS, laneUnit: 0, epsilon: 0 } },
    states: { BTC: { scanRange, targetScanRange: scanRange } },
  }
}

const scanRange = fc.constantFrom(0.06, 0.12, 0.25, 0.4)
const volatility = fc.constantFrom(0.3, 0.6, 1.2)

describe('INV-11: the grid with its option charge', () => {
  it('covers the worst loss of a fine grid for random books, butterflies and near expiry included', () => {
    const input = fc
      .tuple(scanRange, volatility)
      .chain(([range, vol]) => fc.tuple(fc.constant([range, vol]), legs(range)))
    fc.assert(
      fc.property(input, ([[range = 0, vol = 0], book]) => {
        const portfolio = { cash: 0, positions: positionsOf(book) }
        const { maintenance } = plimsollMargin(portfolio, marketOf(book, vol), exactParameters(range))
        assert.ok(maintenance >= fineLoss(book, 0, vol, range) - 1e-9)
      }),
      { seed: 11, numRuns: 500 },
    )
  })

  it('covers it beside linear positions too, before their relief', () => {
    fc.assert(
      fc.property(legs(0.12), fc.integer({ min: -5, max: 5 }), (book, linear) => {
        const positions: Position[] = positionsOf(book)
        positions.push({ instrument: { kind: 'perpetual', underlying: 'BTC' }, quantity: linear })
        const result = plimsollMargin({ cash: 0, positions }, marketOf(book, 0.6), exactParameters(0.12))
        const risk = result.underlyings[0]
        assert.ok(risk)
        assert.ok(risk.worst + risk.optionCharge.maintenance >= fineLoss(book, linear, 0.6, 0.12) - 1e-9)
      }),
      { seed: 12, numRuns: 300 },
    )
  })

  it('needs that charge: a long straddle between two nodes at expiry loses more than at any node', () => {
    const strike = SPOT * (1 + 0.12 / 12)
    const book: Leg[] = [
      { kind: 'call', strike, days: 0.02, quantity: 1 },
      { kind: 'put', strike, days: 0.02, quantity: 1 },
    ]
    const portfolio = { cash: 0, positions: positionsOf(book) }
    const risk = plimsollMargin(portfolio, marketOf(book, 0.6), exactParameters(0.12)).underlyings[0]
    assert.ok(risk)
    const missed = fineLoss(book, 0, 0.6, 0.12) - risk.worst
    assert.ok(missed > 0.1 && missed <= risk.optionCharge.maintenance)
  })
})
