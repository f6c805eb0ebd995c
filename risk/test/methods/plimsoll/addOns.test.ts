import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import {
  basisCharge,
  calendarCharge,
  concentrationCharge,
  defaultParameters,
  offsetting,
  openInterestFactor,
  optionCharge,
  type PlimsollParameters,
  plimsollMargin,
  type UnderlyingState,
} from '../../../src/methods/plimsoll/index.ts'
import type { Market, Position } from '../../../src/methods/portfolio.ts'
import { black76Price } from '../../../src/pricing/black76.ts'

const DAY = 86_400
const of = (...values: number[]) => Float64Array.from(values)
const close = (actual: number, expected: number) =>
  assert.ok(Math.abs(actual - expected) <= 1e-9 * (1 + Math.abs(expected)), `${actual} is not ${expected}`)

/** Spot 100, futures of 30 and 90 days at 101 and 103, flat volatility 0.6. */
const MARKET: Market = {
  time: 0,
  underlyings: {
    BTC: {
      spot: 100,
      perpetual: 100,
      expiries: new Map(
        [30, 90].map((days) => {
          const forward = days === 30 ? 101 : 103
          return [days * DAY, { expiry: days * DAY, forward, discount: 1, volatility: () => 0.6 }]
        }),
      ),
    },
  },
}

const future = (days: number, quantity: number): Position => ({
  instrument: { kind: 'future', underlying: 'BTC', expiry: days * DAY },
  quantity,
})
const call = (days: number, strike: number, quantity: number): Position => ({
  instrument: { kind: 'call', underlying: 'BTC', expiry: days * DAY, strike },
  quantity,
})
const spot = (quantity: number): Position => ({ instrument: { kind: 'spot', underlying: 'BTC' }, quantity })

function withState(state: Partial<UnderlyingState>): PlimsollParameters {
  const base = defaultParameters('cross', ['BTC'])
  const { BTC } = base.states
  assert.ok(BTC)
  return { ...base, states: { BTC: { ...BTC, ...state } } }
}

function margin(positions: readonly Position[], state: Partial<UnderlyingState> = {}) {
  const result = plimsollMargin({ cash: 0, positions }, MARKET, withState(state))
  const charge = (name: string) => {
    const addOn = result.addOns.find((one) => one.name === name)
    assert.ok(addOn, name)
    return addOn
  }
  return { ...result, charge }
}

describe('the charges', () => {
  it('of options: shorts pay s, longs what the grid can miss', () => {
    close(optionCharge(100, of(-2, 3, 0), of(0.5, 0.01, 0.5), 0.003), 100 * (2 * 0.003 + 3 * 0.01))
  })

  it('offset the lesser of gains and losses', () => {
    assert.equal(offsetting(of(5, -3, 1)), 3)
    assert.equal(offsetting(of(5, 1)), 0)
    close(calendarCharge(of(99, 10, -4, 99), 0.3, 1, 2), 1.2)
  })

  it('of basis: the level of a spread and the years between its legs', () => {
    // Long 101 of dollar delta at 30 days, short 103 at 90: min(101, 103) offsets over one gap of 60 days.
    const years = of(30 / 365, 90 / 365)
    close(basisCharge(of(101, -103), years, 0.002, 0.01), 0.002 * 101 + (0.01 * 101 * 60) / 365)
    assert.equal(basisCharge(of(101, 103), years, 0.002, 0.01), 0)
    const { maintenance, initial } = margin([future(30, 1), future(90, -1)]).charge('basis')
    close(maintenance, 0.002 * 101 + (0.01 * 101 * 60) / 365)
    assert.equal(initial, maintenance)
  })

  it('of basis: a carry through three expiries pays for each gap it spans', () => {
    const years = of(0, 1, 3)
    // Net left of the gaps: +10, +4; right: -10, -4.
    close(basisCharge(of(10, -6, -4), years, 0, 0.01), 0.01 * (1 * 10 + 2 * 4))
  })

  it('of concentration: the square root of size over depth, initial only', () => {
    close(concentrationCharge(50, 400, 0, 0.1, 100), 50)
    assert.equal(concentrationCharge(50, 99, 0, 0.1, 100), 0)
    close(concentrationCharge(50, 0, 40, 0.1, 100), 50)
    const { charge, underlyings } = margin([future(30, 4)], { depth: 101 })
    close(charge('concentration').initial, underlyings[0]?.worst ?? Number.NaN)
    assert.equal(charge('concentration').maintenance, 0)
  })

  it('of collateral: its haircut on both levels, all of it in initial margin at a dead price', () => {
    const live = margin([spot(3)])
    close(live.charge('collateral haircut').maintenance, 30)
    close(live.charge('collateral haircut').initial, 30)
    assert.equal(live.charge('collateral at a dead price').initial, 0)
    close(margin([spot(3)], { isPriceDead: true }).charge('collateral at a dead price').initial, 300)
  })

  it('of gross notional and positions: initial only, options at full size', () => {
    const { charge, gross } = margin([future(30, -1), call(30, 100, 2), spot(1)])
    close(gross, 101 + 200)
    close(charge('gross notional').initial, 0.301)
    close(charge('positions').initial, 6)
    assert.equal(charge('gross notional').maintenance + charge('positions').maintenance, 0)
  })

  it('of calendars: bind where one expiry gains in rising volatility what another loses', () => {
    const { charge } = margin([call(30, 100, -1), call(90, 100, 1)])
    const gained = (years: number, forward: number, factor: number) =>
      black76Price('call', forward, 100, years, 0.6 * factor, 1) - black76Price('call', forward, 100, years, 0.6, 1)
    const near = gained(30 / 365, 101, 1.5)
    const far = gained(90 / 365, 103, 1 + 0.5 / Math.sqrt(3))
    assert.ok(Math.abs(charge('calendar').maintenance - 0.3 * Math.min(near, far)) <= 0.3 * 100 * 2 ** -15)
    assert.equal(margin([call(30, 100, 1), call(90, 100, 1)]).charge('calendar').maintenance, 0)
  })

  it('of a rising scan range and open interest multiply R, initial only', () => {
    const calm = margin([future(30, 1)])
    const rising = margin([future(30, 1)], { targetScanRange: 0.0925, openInterestFactor: 2 })
    close(rising.maintenance, calm.maintenance)
    close(rising.charge('scan range rising and open interest').initial, 1.3 * (1.5 * 2 - 1) * calm.maintenance)
  })

  it('let open interest take a linear book to its whole notional at the cap', () => {
    assert.equal(openInterestFactor(50, 100, 0.065, 0.5, 1.3), 1)
    const top = openInterestFactor(100, 100, 0.065, 0.5, 1.3)
    close(1.3 * 0.5 * 0.065 * top, 1)
    close(openInterestFactor(75, 100, 0.065, 0.5, 1.3), (1 + top) / 2)
  })
})

describe('the price interval', () => {
  it('takes the bad end from initial margin and gives the good end in liquidation', () => {
    const state = { low: 97, high: 104, average: 94 }
    const long = margin([spot(10)], state)
    close(long.charge('price uncertainty').initial, 60)
    close(long.goodEnd, 40)
    const short = margin([future(30, -10)], state)
    close(short.charge('price uncertainty').initial, 0.04 * 1010)
    close(short.goodEnd, 0.03 * 1010)
  })

  it('is read between the nodes and beyond them, in proportion for a linear book', () => {
    fc.assert(
      fc.property(fc.double({ min: 1, max: 250, noNaN: true }), (price) => {
        const { underlyings } = margin([spot(2)], { low: Math.min(price, 100), high: Math.max(price, 100) })
        close(underlyings[0]?.uncertainty ?? Number.NaN, 2 * Math.max(0, 100 - price))
        close(underlyings[0]?.goodEnd ?? Number.NaN, 2 * Math.max(0, price - 100))
      }),
      { seed: 4, numRuns: 200 },
    )
  })
})
