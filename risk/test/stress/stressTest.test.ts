import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { DomainError, RiskError } from '../../src/errors.ts'
import { DERIBIT_PORTFOLIO, deribitPortfolio, equity, unitPrice } from '../../src/methods/index.ts'
import {
  DuplicateAccountError,
  type Requirement,
  STANDARD_SCENARIOS,
  stressedMarket,
  UnjudgedAccountError,
} from '../../src/stress/book.ts'
import { coverOf } from '../../src/stress/cover.ts'
import { stressTest } from '../../src/stress/stressTest.ts'
import { EXPIRY, fall, flatRate, MARKET, perpetual } from './books.ts'

fc.configureGlobal({ seed: 0x506c696d })
const near = (actual: number, expected: number, tolerance = 1e-6) =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected} +- ${tolerance}`)

describe('a stressed market', () => {
  it('moves spot, perpetual and forwards in proportion and volatilities by their factor', () => {
    const scenario = { name: 'x', moves: { BTC: -0.25 }, otherMove: 0.1, volatilityFactor: 1.5 }
    const { underlyings } = stressedMarket(MARKET, scenario)
    assert.equal(underlyings.BTC?.spot, 75_000)
    assert.equal(underlyings.BTC?.perpetual, 75_000)
    assert.equal(underlyings.BTC?.expiries.get(EXPIRY)?.forward, 75_375)
    near(underlyings.BTC?.expiries.get(EXPIRY)?.volatility(90_000) ?? Number.NaN, 0.9, 1e-12)
    near(underlyings.ETH?.spot ?? Number.NaN, 4_400)
    assert.equal(MARKET.underlyings.BTC?.spot, 100_000)
  })

  it('cannot fall by everything, nor lose its volatility', () => {
    assert.throws(() => stressedMarket(MARKET, fall(-1)), DomainError)
    assert.throws(() => stressedMarket(MARKET, { ...fall(0), volatilityFactor: 0 }), DomainError)
  })
})

describe('the stress test of a book', () => {
  const requirement = flatRate(0.05)
  const accounts = [
    perpetual('safe', 100_000, 1),
    perpetual('tight', 20_000, 1),
    perpetual('bust', 11_000, 1),
    perpetual('short', 20_000, -1),
    perpetual('flat', 500, 0),
  ]

  it('gives every account its loss, shortfall and deficit, by hand', () => {
    const [{ accounts: stressed, totals } = assert.fail()] = stressTest(accounts, MARKET, [fall(-0.18)], requirement)
    const of = (name: string) => stressed.find((account) => account.name === name) ?? assert.fail(name)
    assert.deepEqual(of('safe').before, { equity: 100_000, initial: 10_000, maintenance: 5_000 })
    near(of('safe').after.equity, 82_000)
    near(of('safe').after.maintenance, 4_100)
    near(of('safe').shortfall, 0)
    near(of('safe').lossOverMargin, 8_000) // 18,000 less the 10,000 that had to be there
    near(of('tight').shortfall, 2_100)
    near(of('tight').deficit, 0)
    near(of('bust').deficit, 7_000)
    near(of('bust').shortfall, 11_100)
    near(of('short').pnl, 18_000)
    near(of('short').lossOverMargin, 0)
    assert.equal(totals.calls, 2)
    assert.equal(totals.insolvent, 1)
    near(totals.deficit, 7_000)
    near(totals.pnl, -36_000)
  })

  it('sums profits to those of one portfolio that holds everything', () => {
    const merged = { cash: 0, positions: accounts.flatMap(({ portfolio }) => portfolio.positions) }
    for (const { scenario, totals } of stressTest(accounts, MARKET, STANDARD_SCENARIOS, requirement)) {
      const moved = stressedMarket(MARKET, scenario)
      const alone = merged.positions.reduce(
        (sum, { instrument, quantity }) =>
          sum + quantity * (unitPrice(instrument, moved) - unitPrice(instrument, MARKET)),
        0,
      )
      near(totals.pnl, alone)
    }
  })

  it('changes nothing where nothing moves', () => {
    const [{ accounts: stressed } = assert.fail()] = stressTest(accounts, MARKET, [fall(0)], requirement)
    for (const { pnl, before, after } of stressed) {
      assert.equal(pnl, 0)
      assert.deepEqual(after, before)
    }
  })

  it('takes any margin method, and options under their shocked volatility', () => {
    const option = { kind: 'put', underlying: 'BTC', expiry: EXPIRY, strike: 90_000 } as const
    const seller = { name: 'seller', portfolio: { cash: 60_000, positions: [{ instrument: option, quantity: -2 }] } }
    const margin: Requirement = (portfolio, market) => deribitPortfolio(portfolio, market, DERIBIT_PORTFOLIO)
    const up = { name: 'vol', moves: {}, otherMove: 0, volatilityFactor: 1.5 }
    const [calm, jump] = stressTest([seller], MARKET, [fall(0), up], margin)
    const before = calm?.accounts[0]?.before ?? assert.fail()
    near(before.equity, equity(seller.portfolio, MARKET))
    assert.ok(before.maintenance > 0)
    assert.ok((jump?.accounts[0]?.pnl ?? 0) < -5_000) // vega of two 30-day puts over 30 vol points
  })

  it('names the account that a method cannot judge, and keeps what the method said', () => {
    const stranger = perpetual('stranger', 1, 1, 'DOGE', 0.1)
    const margin: Requirement = (portfolio, market) => deribitPortfolio(portfolio, market, DERIBIT_PORTFOLIO)
    assert.throws(
      () => stressTest([stranger], MARKET, [fall(0)], margin),
      (error) =>
        error instanceof UnjudgedAccountError && error.account === 'stranger' && error.cause instanceof RiskError,
    )
  })

  it('refuses two accounts of one name', () => {
    const twice = [perpetual('a', 1, 1), perpetual('a', 1, 1)]
    assert.throws(() => stressTest(twice, MARKET, [fall(0)], requirement), DuplicateAccountError)
  })
})

describe('the cover of a fund', () => {
  const losses = [
    { name: 'a', loss: 3 },
    { name: 'b', loss: 8 },
    { name: 'c', loss: 0 },
    { name: 'd', loss: 5 },
  ]

  it('takes the largest losses and says what remains', () => {
    assert.deepEqual(coverOf(losses, 1, 10), { count: 1, accounts: ['b'], loss: 8, remaining: 2, isCovered: true })
    assert.deepEqual(coverOf(losses, 2, 10), {
      count: 2,
      accounts: ['b', 'd'],
      loss: 13,
      remaining: -3,
      isCovered: false,
    })
    assert.deepEqual(coverOf([{ name: 'c', loss: 0 }], 2, 0).accounts, [])
  })

  it('never needs less for two accounts than for one, nor more than twice as much', () => {
    const loss = fc.double({ min: 0, max: 1e9, noNaN: true })
    fc.assert(
      fc.property(fc.array(loss), (values) => {
        const named = values.map((value, i) => ({ name: `${i}`, loss: value }))
        const [one, two] = [coverOf(named, 1, 0).loss, coverOf(named, 2, 0).loss]
        assert.ok(one <= two && two <= 2 * one)
        assert.equal(one, Math.max(0, ...values))
      }),
    )
  })

  it('is reported by loss over margin and by deficit', () => {
    const accounts = [perpetual('rich', 90_000, 1), perpetual('poor', 11_000, 1), perpetual('whale', 60_000, 3)]
    const [{ cover } = assert.fail()] = stressTest(accounts, MARKET, [fall(-0.3)], flatRate(0.05), 45_000)
    near(cover.lossOverMargin[0]?.loss ?? 0, 60_000)
    assert.deepEqual(cover.lossOverMargin[0]?.accounts, ['whale'])
    near(cover.deficit[1]?.loss ?? 0, 49_000) // the whale's 30,000 and the poor one's 19,000
    assert.equal(cover.deficit[0]?.isCovered, true)
    assert.equal(cover.deficit[1]?.isCovered, false)
    assert.throws(() => coverOf([], 0, 1), DomainError)
    assert.throws(() => coverOf([], 1, -1), DomainError)
  })
})
