import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { ladder } from '../../../sdk/src/exact/index.ts'
import { DomainError } from '../../src/errors.ts'
import { BTC_DEFAULTS } from '../../src/methods/plimsoll/index.ts'
import type { Instrument, UnderlyingMarket } from '../../src/methods/portfolio.ts'
import { black76Price } from '../../src/pricing/black76.ts'
import {
  callLanes,
  LANE_IS_UP,
  LANE_WEIGHTS,
  LANES,
  laneMove,
  laneName,
  linearLanes,
  MissingExpiryError,
  NODE_LANES,
  NODES,
  nodeMoves,
  requireRange,
  riskArray,
  type StrikeQuote,
} from '../../src/scenarios/index.ts'

const DAY = 1 / 365
const EXACT = { ...BTC_DEFAULTS, range: 0.12, laneUnit: 0 }

const quote: fc.Arbitrary<StrikeQuote> = fc
  .record({
    spot: fc.double({ min: 1, max: 1e5, noNaN: true }),
    carry: fc.double({ min: -0.1, max: 0.1, noNaN: true }),
    moneyness: fc.double({ min: -0.5, max: 0.5, noNaN: true }),
    years: fc.oneof(fc.constantFrom(0, DAY / 2, DAY, 7 * DAY), fc.double({ min: 0, max: 2, noNaN: true })),
    volatility: fc.double({ min: 0.1, max: 2, noNaN: true }),
    discount: fc.double({ min: 0.8, max: 1, noNaN: true }),
  })
  .map(({ spot, carry, moneyness, ...rest }) => {
    const forward = spot * Math.exp(carry)
    return { ...rest, spot, forward, strike: forward * Math.exp(moneyness) }
  })

function lanesOf(strike: StrikeQuote, parameters = EXACT): Float64Array {
  const out = new Float64Array(LANES)
  callLanes(strike, parameters, out)
  return out
}

describe('the lanes', () => {
  it('move a linear position as the contracts do', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 600_000 }), (millionths) => {
        const lanes = new Float64Array(LANES)
        linearLanes(millionths / 1e6, lanes)
        const exact = ladder(BigInt(millionths) * 10n ** 12n)
        for (const [lane, move] of exact.entries()) {
          assert.ok(Math.abs((lanes[lane] ?? 0) - Number(move) / 1e18) <= 2e-16, laneName(lane))
        }
      }),
      { seed: 1, numRuns: 300 },
    )
  })

  it('cost a linear position exactly its notional times the scan range', () => {
    const lanes = new Float64Array(LANES)
    linearLanes(0.065, lanes)
    assert.equal(Math.min(...lanes), -0.065)
    assert.equal(Math.max(...lanes), 0.065)
  })

  it('pair up into 17 nodes of ascending price', () => {
    const moves = new Float64Array(NODES)
    nodeMoves(0.12, moves)
    assert.deepEqual(
      [...moves],
      [...moves].sort((a, b) => a - b),
    )
    for (const [node, { up, down }] of NODE_LANES.entries()) {
      assert.equal(laneMove(up, 0.12), moves[node])
      assert.equal(laneMove(down, 0.12), moves[node])
      assert.ok(LANE_IS_UP[up])
      assert.equal(LANE_IS_UP[down], up === down)
    }
    assert.equal(new Set(NODE_LANES.flatMap(({ up, down }) => [up, down])).size, LANES)
  })

  it('stop at a fall of 90 %', () => {
    const moves = new Float64Array(NODES)
    nodeMoves(0.5, moves)
    assert.deepEqual([...moves.slice(0, 2)], [-0.9, -0.9])
    assert.throws(() => requireRange(0.9), DomainError)
    assert.throws(() => requireRange(Number.NaN), DomainError)
  })

  it('have names of their own', () => {
    const names = Array.from({ length: LANES }, (_, lane) => laneName(lane))
    assert.equal(new Set(names).size, LANES)
    assert.deepEqual(
      [names[0], names[13], names[28]],
      ['price -6/6, vol up', 'price 0/6, vol down', 'price -4 x 0.25, vol up'],
    )
  })
})

describe('the risk array of an option', () => {
  it('is the weighted change of its Black-76 value in every lane', () => {
    const strike = { spot: 100, forward: 101, strike: 105, years: 30 * DAY, volatility: 0.6, discount: 0.99 }
    const value = black76Price('call', 101, 105, 30 * DAY, 0.6, 0.99)
    const lanes = lanesOf(strike)
    const at = (move: number, years: number, factor: number) =>
      black76Price('call', 101 * (1 + move), 105, years, 0.6 * factor, 0.99) - value
    // At 30 days volatility is multiplied by 1 + VU = 1.5 and 1 - VD = 0.75.
    assert.ok(Math.abs((lanes[12] ?? 0) - at(0, 30 * DAY, 1.5)) < 1e-12)
    assert.ok(Math.abs((lanes[13] ?? 0) - at(0, 29 * DAY, 0.75)) < 1e-12)
    assert.ok(Math.abs((lanes[0] ?? 0) - at(-0.12, 30 * DAY, 1.5)) < 1e-12)
    assert.ok(Math.abs((lanes[27] ?? 0) - at(0.24, 30 * DAY, 1.5) / 2) < 1e-12)
    assert.ok(Math.abs((lanes[28] ?? 0) - at(-0.48, 30 * DAY, 1.5) / 4) < 1e-12)
  })

  it('INV-10: rounded to units never favours the account, long or short, by less than a unit each', () => {
    const rounded = { ...EXACT, laneUnit: 2 ** -15 }
    fc.assert(
      fc.property(quote, (strike) => {
        const [exact, floored] = [lanesOf(strike), lanesOf(strike, rounded)]
        const unit = strike.spot * 2 ** -15
        for (let lane = 0; lane < LANES; lane++) {
          const lost = (exact[lane] ?? 0) - (floored[lane] ?? 0)
          assert.ok(lost >= -1e-9 * unit && lost <= unit * (1 + 1e-9), laneName(lane))
        }
      }),
      { seed: 2, numRuns: 200 },
    )
  })

  it('of a call less that of a put is the array of the discounted forward', () => {
    fc.assert(
      fc.property(quote, ({ spot, forward, strike, years, volatility, discount }) => {
        const expiry = Math.round(years * 31_536_000)
        const row = { expiry, forward, discount, volatility: () => volatility }
        const market: UnderlyingMarket = { spot, perpetual: spot, expiries: new Map([[expiry, row]]) }
        const arrays = new Float64Array(2 * LANES)
        const option = { underlying: 'BTC', expiry, strike }
        riskArray({ kind: 'call', ...option }, market, 0, EXACT, arrays)
        riskArray({ kind: 'put', ...option }, market, 0, EXACT, arrays, LANES)
        const moved = (lane: number, factor: number) => forward * (1 + laneMove(lane, EXACT.range)) * factor
        for (let lane = 0; lane < LANES; lane++) {
          const put = black76Price('put', moved(lane, 1), strike, lifeIn(lane, expiry), shocked(lane), discount)
          const held = black76Price('put', forward, strike, expiry / 31_536_000, volatility, discount)
          const change = (LANE_WEIGHTS[lane] ?? 0) * (put - held)
          assert.ok(Math.abs((arrays[LANES + lane] ?? 0) - change) <= 1e-12 * (forward + strike), laneName(lane))
        }
        function lifeIn(lane: number, seconds: number): number {
          return LANE_IS_UP[lane] ? seconds / 31_536_000 : Math.max(seconds - 86_400, 0) / 31_536_000
        }
        function shocked(lane: number): number {
          const scale = Math.sqrt(30 / Math.max(expiry / 86_400, 2))
          return volatility * (LANE_IS_UP[lane] ? 1 + 0.5 * scale : 1 - Math.min(0.6, 0.25 * scale))
        }
      }),
      { seed: 3, numRuns: 200 },
    )
  })

  it('is written at the offset asked for and nowhere else', () => {
    const out = new Float64Array(LANES + 2).fill(7)
    const market: UnderlyingMarket = { spot: 100, perpetual: 101, expiries: new Map() }
    riskArray({ kind: 'perpetual', underlying: 'BTC' }, market, 0, EXACT, out, 1)
    assert.deepEqual([out[0], out[LANES + 1]], [7, 7])
    assert.ok(Math.abs((out[1] ?? 0) + 101 * 0.12) < 1e-12)
  })

  it('needs the market of its expiry', () => {
    const market: UnderlyingMarket = { spot: 100, perpetual: 100, expiries: new Map() }
    const future: Instrument = { kind: 'future', underlying: 'BTC', expiry: 86_400 }
    assert.throws(() => riskArray(future, market, 0, EXACT, new Float64Array(LANES)), MissingExpiryError)
  })
})
