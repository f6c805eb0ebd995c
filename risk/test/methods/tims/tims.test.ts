import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { DomainError } from '../../../src/errors.ts'
import type { Market, Position } from '../../../src/methods/portfolio.ts'
import {
  EQUITY,
  HIGH_CAPITALISATION_INDEX,
  largestLoss,
  OTHER_BROAD_INDEX,
  offsetPnl,
  PORTFOLIO_GROUP_OFFSET,
  PRODUCT_GROUP_OFFSET,
  TIMS_EQUITY,
  TIMS_POINTS,
  type TimsGroup,
  timsMargin,
  timsMove,
} from '../../../src/methods/tims/index.ts'
import { anyPortfolio, MARKET as CRYPTO, SYMBOLS, scaled } from '../plimsoll/books.ts'

const VECTORS = JSON.parse(readFileSync(new URL('../../vectors/tims_parameters.json', import.meta.url), 'utf8'))
const DAY = 86_400

/** Two stocks at 100 and 50, options of 30 days at 40 % volatility, no rates. */
function stock(spot: number) {
  const expiries = new Map([
    [30 * DAY, { expiry: 30 * DAY, forward: spot, discount: 1, volatility: () => 0.4 }],
    [0, { expiry: 0, forward: spot, discount: 1, volatility: () => 0.4 }],
  ])
  return { spot, perpetual: spot, expiries }
}
const MARKET: Market = { time: 0, underlyings: { A: stock(100), B: stock(50) } }

const shares = (underlying: string, quantity: number): Position => ({
  instrument: { kind: 'perpetual', underlying },
  quantity,
})
const option = (kind: 'call' | 'put', strike: number, quantity: number, expiry = 30 * DAY): Position => ({
  instrument: { kind, underlying: 'A', expiry, strike },
  quantity,
})
const need = (positions: readonly Position[], groups: readonly TimsGroup[] = []) =>
  timsMargin({ cash: 0, positions }, MARKET, { ...TIMS_EQUITY, groups }).maintenance
const close = (actual: number, expected: number) =>
  assert.ok(Math.abs(actual - expected) <= 1e-9 * (1 + Math.abs(expected)), `${actual} is not ${expected}`)

describe('the valuation points of TIMS', () => {
  it('are five equal steps down and five up, over the published ranges', () => {
    assert.equal(TIMS_POINTS, VECTORS.valuation_points)
    assert.deepEqual(HIGH_CAPITALISATION_INDEX, VECTORS.ranges.high_cap_broad_index)
    assert.deepEqual(OTHER_BROAD_INDEX, VECTORS.ranges.non_high_cap_broad_index)
    assert.deepEqual(EQUITY, VECTORS.ranges.equity_and_narrow_index)
    const moves = Array.from({ length: TIMS_POINTS }, (_, point) => timsMove(point, HIGH_CAPITALISATION_INDEX))
    const expected = [-0.08, -0.064, -0.048, -0.032, -0.016, 0.012, 0.024, 0.036, 0.048, 0.06]
    for (const [point, move] of moves.entries()) close(move, expected[point] ?? Number.NaN)
  })
})

describe('TIMS', () => {
  it('costs stock its range, long or short', () => {
    close(need([shares('A', 200)]), 0.15 * 200 * 100)
    close(need([shares('A', -200)]), 0.15 * 200 * 100)
  })

  it('nets a class in full: an expiring put at the money bounds the loss of the stock by its value, here 0', () => {
    close(need([shares('A', 100), option('put', 100, 100, 0)]), 0)
    // A collar from 95 to 105 at expiry loses 5 a share.
    close(need([shares('A', 100), option('put', 95, 100, 0), option('call', 105, -100, 0)]), 500)
  })

  it('charges at least 37.50 per short contract, and a long one at most its value', () => {
    assert.equal(TIMS_EQUITY.minimumPerContract, VECTORS.minimum_per_option_contract_usd)
    close(need([option('call', 400, -300)]), 3 * 37.5)
    const worthless = need([option('call', 400, 300)])
    assert.ok(worthless < 1e-6)
    // Conversion: no risk at any point, two contracts pay their minimum.
    close(need([shares('A', 100), option('put', 100, 100), option('call', 100, -100)]), 2 * 37.5)
  })

  it('adds up different stocks and offsets gains inside a group only in part', () => {
    const pair = [shares('A', 100), shares('B', -200)]
    close(need(pair), 3_000)
    const product = { name: 'P', offset: PRODUCT_GROUP_OFFSET, members: ['A', 'B'] }
    close(need(pair, [product]), 0.1 * 1_500)
    close(need([shares('A', 100), shares('B', 200)], [product]), 3_000)
    const nested = {
      name: 'all',
      offset: PORTFOLIO_GROUP_OFFSET,
      members: [{ ...product, members: ['A'] }, 'B'],
    }
    // The product group's gain counts 0.9 inside and 0.75 outside.
    close(need(pair, [nested]), 1_500 - 0.75 * 1_500 * 0.9)
  })

  it('combines losses in full and gains in part at every point', () => {
    const gains = new Float64Array(TIMS_POINTS).fill(10)
    const losses = new Float64Array(TIMS_POINTS).fill(-4)
    assert.deepEqual([...offsetPnl([gains, losses], 0.75)], new Array(TIMS_POINTS).fill(3.5))
    assert.equal(largestLoss(offsetPnl([gains, losses], 0)), 4)
  })

  it('is homogeneous, and a group never costs more than its members apart', () => {
    const grouped = { ...TIMS_EQUITY, groups: [{ name: 'all', offset: 0.75, members: SYMBOLS }] }
    fc.assert(
      fc.property(anyPortfolio, fc.double({ min: 0.01, max: 100, noNaN: true }), (portfolio, factor) => {
        const apart = timsMargin(portfolio, CRYPTO, TIMS_EQUITY).initial
        const together = timsMargin(portfolio, CRYPTO, grouped).initial
        assert.ok(together <= apart * (1 + 1e-12) + 1e-9)
        const part = timsMargin(scaled(portfolio, factor), CRYPTO, grouped).initial
        assert.ok(Math.abs(part - factor * together) <= 1e-9 * factor * (1 + together))
      }),
      { seed: 1, numRuns: 100 },
    )
  })

  it('refuses ranges and offsets that are no fractions', () => {
    const positions = [shares('A', 1)]
    const run = (parameters: Partial<typeof TIMS_EQUITY>) =>
      timsMargin({ cash: 0, positions }, MARKET, { ...TIMS_EQUITY, ...parameters })
    assert.throws(() => run({ other: { down: 1.2, up: 0.1 } }), DomainError)
    assert.throws(() => run({ other: { down: 0.1, up: 0 } }), DomainError)
    assert.throws(() => run({ groups: [{ name: 'P', offset: 2, members: ['A'] }] }), DomainError)
  })
})
