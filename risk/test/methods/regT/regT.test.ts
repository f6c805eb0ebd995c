import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { Market, Position } from '../../../src/methods/portfolio.ts'
import { REG_T_EQUITY, regTMargin, uncoveredCharge } from '../../../src/methods/regT/index.ts'
import { black76Price } from '../../../src/pricing/black76.ts'
import { anyPortfolio, MARKET as CRYPTO, optionPortfolio, scaled } from '../plimsoll/books.ts'

const DAY = 86_400
const SPOT = 128.5
const VOLATILITY = 0.3

const row = (days: number) =>
  [days * DAY, { expiry: days * DAY, forward: SPOT, discount: 1, volatility: () => VOLATILITY }] as const
const MARKET: Market = {
  time: 0,
  underlyings: { A: { spot: SPOT, perpetual: SPOT, expiries: new Map([row(30), row(60)]) } },
}

const option = (kind: 'call' | 'put', strike: number, quantity: number, days = 30): Position => ({
  instrument: { kind, underlying: 'A', expiry: days * DAY, strike },
  quantity,
})
const shares = (quantity: number): Position => ({ instrument: { kind: 'spot', underlying: 'A' }, quantity })
const value = (kind: 'call' | 'put', strike: number, days = 30) =>
  black76Price(kind, SPOT, strike, days / 365, VOLATILITY, 1)
const need = (...positions: Position[]) => regTMargin({ cash: 0, positions }, MARKET, REG_T_EQUITY)
const close = (actual: number, expected: number) =>
  assert.ok(Math.abs(actual - expected) <= 1e-9 * (1 + Math.abs(expected)), `${actual} is not ${expected}`)
/** What cash must cover: the requirement on equity less the value of the options. */
const cash = (...positions: Position[]) => {
  const options = positions.flatMap(({ instrument, quantity }) => {
    return 'strike' in instrument ? [quantity * value(instrument.kind, instrument.strike, instrument.expiry / DAY)] : []
  })
  return need(...positions).maintenance - options.reduce((sum, one) => sum + one, 0)
}

describe('strategy margin', () => {
  it('charges an uncovered option 20 % of the underlying less what it is out of the money, at least 10 %', () => {
    const { uncovered } = REG_T_EQUITY
    close(uncoveredCharge('call', 128.5, 120, uncovered), 25.7)
    close(uncoveredCharge('put', 95, 80, uncovered), 8)
    close(uncoveredCharge('put', 95, 90, uncovered), 14)
    close(uncoveredCharge('call', 100, 130, uncovered), 10)
    close(cash(option('call', 120, -1)), 25.7 + value('call', 120))
  })

  it('asks of a spread the most that it can lose, and of a debit spread its price', () => {
    close(cash(option('put', 130, -1), option('put', 120, 1)), 10)
    close(cash(option('call', 120, -1), option('call', 130, 1)), 10)
    close(cash(option('call', 120, 1), option('call', 130, -1)), 0)
    close(cash(option('call', 120, -1, 30), option('call', 120, 1, 60)), 0)
  })

  it('does not accept a long option that expires before the short one', () => {
    close(cash(option('call', 120, -1, 60), option('call', 120, 1, 30)), 25.7 + value('call', 120, 60))
  })

  it('covers a short option by the long one that saves most', () => {
    close(cash(option('call', 120, -1), option('call', 130, 1), option('call', 121, 1)), 1)
  })

  it('has long options paid in full', () => {
    close(cash(option('call', 120, 3)), 0)
    close(need(option('call', 120, 3)).initial, 3 * value('call', 120))
  })

  it('asks nothing more for a call covered by stock, and the greater side of a straddle', () => {
    close(need(shares(1), option('call', 130, -1)).maintenance, 0.25 * SPOT)
    close(need(shares(1), option('call', 130, -1)).initial, 0.5 * SPOT)
    const [call, put] = [need(option('call', 130, -1)), need(option('put', 120, -1))]
    const both = need(option('call', 130, -1), option('put', 120, -1))
    close(both.maintenance, Math.max(call.maintenance, put.maintenance))
  })

  it('covers only as many options as there are units', () => {
    const naked = need(option('call', 130, -1)).maintenance
    close(need(shares(2), option('call', 130, -3)).maintenance, 0.5 * SPOT + naked)
  })

  it('is homogeneous and needs at least the value of long options', () => {
    fc.assert(
      fc.property(anyPortfolio, fc.double({ min: 0.01, max: 100, noNaN: true }), (portfolio, factor) => {
        const whole = regTMargin(portfolio, CRYPTO, REG_T_EQUITY).initial
        const part = regTMargin(scaled(portfolio, factor), CRYPTO, REG_T_EQUITY).initial
        assert.ok(whole >= 0 && Math.abs(part - factor * whole) <= 1e-9 * factor * (1 + whole))
      }),
      { seed: 1, numRuns: 100 },
    )
  })

  it('never needs more for an option book than every leg alone', () => {
    fc.assert(
      fc.property(optionPortfolio, ({ positions }) => {
        const of = (held: readonly Position[]) =>
          regTMargin({ cash: 0, positions: held }, CRYPTO, REG_T_EQUITY).maintenance
        const alone = positions.reduce((sum, position) => sum + of([position]), 0)
        assert.ok(of(positions) <= alone + 1e-9 * (1 + alone))
      }),
      { seed: 2, numRuns: 200 },
    )
  })
})
