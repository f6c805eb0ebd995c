/** Worked examples of exchanges' documentation, and what their methods do with whole portfolios. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import {
  AEVO_SHORT_OPTION,
  BIT_SHORT_OPTION,
  byUnderlying,
  DERIBIT_PORTFOLIO,
  DERIBIT_SHORT_OPTION,
  DERIBIT_STANDARD,
  DERIVE_PMRM2_MAINNET,
  DERIVE_STANDARD_MAINNET,
  deribitGrid,
  deribitPortfolio,
  deribitStandard,
  derivePmrm2Portfolio,
  deriveStandardPortfolio,
  equity,
  type Market,
  matchedFutures,
  minimumDeltaMargin,
  netShortOptions,
  okxShortOptionInitial,
  PARADEX_OPTION,
  PARADEX_PORTFOLIO,
  type Portfolio,
  type Position,
  paradexLongOption,
  paradexPortfolio,
  paradexShortOption,
  shortOptionMargin,
  UnsupportedInstrumentError,
  unitDelta,
} from '../../src/methods/index.ts'
import { black76Price } from '../../src/pricing/index.ts'
import { MissingExpiryError, MissingUnderlyingError } from '../../src/scenarios/index.ts'

const TIME = 1_767_081_600
const NEAR = TIME + 30 * 86_400
const FAR = TIME + 90 * 86_400

const expiry = (at: number, forward: number) =>
  [at, { expiry: at, forward, discount: 0.99, volatility: () => 0.6 }] as const

const MARKET: Market = {
  time: TIME,
  underlyings: {
    BTC: { spot: 70_000, perpetual: 70_100, expiries: new Map([expiry(NEAR, 70_500), expiry(FAR, 71_500)]) },
    ETH: { spot: 3_000, perpetual: 3_001, expiries: new Map([expiry(NEAR, 3_020)]) },
  },
}

const perpetual = (quantity: number, underlying = 'BTC'): Position => ({
  instrument: { kind: 'perpetual', underlying },
  quantity,
})
const future = (quantity: number, at = NEAR): Position => ({
  instrument: { kind: 'future', underlying: 'BTC', expiry: at },
  quantity,
})
const option = (kind: 'call' | 'put', strike: number, quantity: number, at = NEAR): Position => ({
  instrument: { kind, underlying: 'BTC', expiry: at, strike },
  quantity,
})
const holding = (...positions: Position[]): Portfolio => ({ cash: 0, positions })
const close = (actual: number, expected: number, tolerance = 1e-9) =>
  assert.ok(Math.abs(actual - expected) <= tolerance * (1 + Math.abs(expected)), `${actual} is not ${expected}`)

describe('short option formulas of exchanges', () => {
  it("reproduces BIT's example: 50 puts of strike 1850 on 2098 at 2.4", () => {
    const { initial, maintenance } = shortOptionMargin('put', 2098, 1850, 2.4, BIT_SHORT_OPTION.ETH)
    close(maintenance, 159.75)
    close(initial, 212.2)
    close(50 * maintenance, 7987.5)
    close(50 * initial, 10_610)
  })

  it('lets the distance to the strike lower initial margin down to its minimum', () => {
    const call = (strike: number) => shortOptionMargin('call', 100, strike, 1, DERIBIT_SHORT_OPTION)
    close(call(90).initial, 16)
    close(call(100).initial, 16)
    close(call(103).initial, 13)
    close(call(200).initial, 11)
    close(call(200).maintenance, 8.5)
    close(shortOptionMargin('call', 100, 200, 1, AEVO_SHORT_OPTION).maintenance, 11)
  })

  it('scales maintenance of a put with its mark once that exceeds the underlying', () => {
    const { initial, maintenance } = shortOptionMargin('put', 100, 400, 300, DERIBIT_SHORT_OPTION)
    close(maintenance, 300 + 22.5)
    close(initial, maintenance)
  })

  it('gives the minima of OKX a call without and a put with its mark', () => {
    close(okxShortOptionInitial('call', 100, 150, 2), 12)
    close(okxShortOptionInitial('put', 100, 60, 2), 12.2)
    close(okxShortOptionInitial('put', 100, 98, 2), 15)
  })

  it("reproduces the examples of Paradex's cross margin", () => {
    const long = (mark: number) => paradexLongOption(100, mark, PARADEX_OPTION)
    assert.deepEqual(long(10), { initial: 10, maintenance: 5 })
    assert.deepEqual(long(30), { initial: 20, maintenance: 10 })
    const short = (kind: 'call' | 'put', strike: number) => paradexShortOption(kind, 100, strike, PARADEX_OPTION)
    assert.deepEqual(short('call', 106), { initial: 10, maintenance: 5 })
    assert.deepEqual(short('put', 106), { initial: 15, maintenance: 7.5 })
    close(short('put', 40).initial, 10)
    close(short('put', 10).initial, 5)
  })
})

describe("Deribit's margin", () => {
  it('nets calls and puts of a strike, and futures of different expiries, as its examples do', () => {
    assert.equal(netShortOptions([option('call', 10_000, 10), option('put', 10_000, -20)]), 10)
    assert.equal(netShortOptions([option('call', 10_000, 10), option('put', 11_000, -20)]), 20)
    assert.equal(matchedFutures([future(100), future(-100, FAR)]), 100)
    assert.equal(matchedFutures([future(100), perpetual(-30)]), 30)
  })

  it('spans nine price buckets by three volatilities and weights far moves by range over move', () => {
    const grid = deribitGrid(0.16, [-0.66, 5])
    assert.equal(grid.length, 29)
    close(Math.min(...grid.slice(0, 27).map(({ move }) => move)), -0.16)
    close(grid[27]?.weight ?? 0, 0.16 / 0.66)
    assert.equal(DERIBIT_PORTFOLIO.grid.length, 35)
  })

  it('needs the range of notional for a perpetual, 1.3 times as much initially', () => {
    const { initial, maintenance } = deribitPortfolio(holding(perpetual(2)), MARKET, DERIBIT_PORTFOLIO)
    close(maintenance, 2 * 70_100 * 0.16)
    close(initial, 1.3 * maintenance)
  })

  it('charges the spread of matched futures beside the grid', () => {
    const { maintenance, addOns } = deribitPortfolio(holding(future(3), future(-3, FAR)), MARKET, DERIBIT_PORTFOLIO)
    close(addOns.find(({ name }) => name.includes('spread'))?.maintenance ?? 0, 3 * 700)
    close(maintenance, 3 * 1000 * 0.16 + 3 * 700)
  })

  it('counts no long option as collateral in standard margin', () => {
    const long = holding(option('call', 70_000, 2))
    const value = equity(long, MARKET)
    assert.ok(value > 0)
    close(deribitStandard(long, MARKET, DERIBIT_STANDARD).initial, value)
  })

  it('asks of a short in standard margin what the formula asks beyond the mark', () => {
    const short = holding(option('put', 65_000, -1), perpetual(200))
    const mark = black76Price('put', 70_500, 65_000, 30 / 365, 0.6, 0.99)
    const unit = shortOptionMargin('put', 70_000, 65_000, mark, DERIBIT_SHORT_OPTION)
    const { initial, maintenance } = deribitStandard(short, MARKET, DERIBIT_STANDARD)
    close(initial, unit.initial - mark + 200 * 70_100 * 0.03)
    close(maintenance, unit.maintenance - mark + 200 * 70_100 * 0.02)
  })
})

describe("Paradex's portfolio margin", () => {
  it('reproduces the printed minimum of 1,400 for a perpetual against five calls of delta 0.3', () => {
    close(minimumDeltaMargin([1, -1.5], 70_000, PARADEX_PORTFOLIO), 1_400)
  })

  it('has the 24 scenarios of the documentation', () => {
    assert.equal(PARADEX_PORTFOLIO.grid.length, 24)
  })

  it('falls back to the minimum when the grid finds no loss', () => {
    const flat = holding(perpetual(1), future(-1))
    const { initial, maintenance, scenarios } = paradexPortfolio(flat, MARKET, PARADEX_PORTFOLIO)
    const deltas = [1, -unitDelta({ kind: 'future', underlying: 'BTC', expiry: NEAR }, MARKET)]
    const minimum = minimumDeltaMargin(deltas, 70_000, PARADEX_PORTFOLIO)
    assert.ok(minimum > Math.max(...scenarios.map(({ pnl }) => -pnl)))
    close(initial, minimum)
    close(maintenance, minimum / 2)
  })
})

describe('methods on the common portfolio', () => {
  const position = fc.oneof(
    fc.integer({ min: -5, max: 5 }).map((quantity) => perpetual(quantity)),
    fc
      .tuple(
        fc.constantFrom('call' as const, 'put' as const),
        fc.integer({ min: 40, max: 110 }),
        fc.integer({ min: -5, max: 5 }),
        fc.constantFrom(NEAR, FAR),
      )
      .map(([kind, thousands, quantity, at]) => option(kind, thousands * 1_000, quantity, at)),
  )

  it('state requirements that are the worst loss and the add-ons, and never more in maintenance', () => {
    fc.assert(
      fc.property(fc.array(position, { maxLength: 6 }), (positions) => {
        for (const { initial, maintenance, scenarios, addOns } of [
          deribitPortfolio(holding(...positions), MARKET, DERIBIT_PORTFOLIO),
          paradexPortfolio(holding(...positions), MARKET, PARADEX_PORTFOLIO),
          derivePmrm2Portfolio(holding(...positions), MARKET, DERIVE_PMRM2_MAINNET),
        ]) {
          const loss = Math.max(0, ...scenarios.map(({ pnl }) => -pnl))
          close(
            initial,
            addOns.reduce((sum, addOn) => sum + addOn.initial, loss),
          )
          close(
            maintenance,
            addOns.reduce((sum, addOn) => sum + addOn.maintenance, loss),
          )
          assert.ok(maintenance <= initial + 1e-9)
        }
      }),
      { numRuns: 60, seed: 3 },
    )
  })

  it('add up over underlyings', () => {
    const both = holding(perpetual(1), perpetual(10, 'ETH'))
    const parts = [...byUnderlying(both).values()].map((positions) => holding(...positions))
    const needs = (portfolio: Portfolio) => derivePmrm2Portfolio(portfolio, MARKET, DERIVE_PMRM2_MAINNET).initial
    close(
      needs(both),
      parts.reduce((sum, part) => sum + needs(part), 0),
    )
    close(deriveStandardPortfolio(both, MARKET, DERIVE_STANDARD_MAINNET).initial, 0.066 * (70_100 + 30_010))
  })

  it('count spot as collateral with its haircut at Derive', () => {
    const spot: Portfolio = { cash: 0, positions: [{ instrument: { kind: 'spot', underlying: 'ETH' }, quantity: 10 }] }
    const { initial } = derivePmrm2Portfolio(spot, MARKET, DERIVE_PMRM2_MAINNET)
    close(initial, 30_000 * (0.18 + 0.07))
    close(deriveStandardPortfolio(spot, MARKET, DERIVE_STANDARD_MAINNET).initial, 30_000 * (1 - 0.8 * 0.9375))
  })

  it('refuse dated futures where the venue lists none, and positions without a market', () => {
    const pmrm2 = (portfolio: Portfolio) => () => derivePmrm2Portfolio(portfolio, MARKET, DERIVE_PMRM2_MAINNET)
    assert.throws(pmrm2(holding(future(1))), UnsupportedInstrumentError)
    assert.throws(pmrm2(holding(perpetual(1, 'SOL'))), MissingUnderlyingError)
    const expired = holding(option('call', 70_000, 1, 5))
    assert.throws(() => deribitPortfolio(expired, MARKET, DERIBIT_PORTFOLIO), MissingExpiryError)
  })
})
