import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { DomainError } from '../../../src/errors.ts'
import {
  ACCOUNT_DEFAULTS,
  BTC_DEFAULTS,
  type Mode,
  plimsollMargin,
  scanRangeParameters,
} from '../../../src/methods/plimsoll/index.ts'
import type { Market, Position } from '../../../src/methods/portfolio.ts'
import { LANES } from '../../../src/scenarios/index.ts'
import { anyPortfolio, linearPosition, MARKET, optionPortfolio, optionPosition, parametersOf, scaled } from './books.ts'

const MODES: readonly Mode[] = ['isolated', 'cross', 'portfolio', 'risk-neutral', 'quantitative']
const mode = fc.constantFrom(...MODES)
const runs = (seed: number) => ({ seed, numRuns: 150 })
/** Sums of a few hundred doubles of the size of `scale`. */
const slack = (scale: number) => 1e-10 * (1 + Math.abs(scale))

function btc(kind: 'perpetual' | 'call' | 'put', quantity: number, strike = 95_000): Position {
  if (kind === 'perpetual') return { instrument: { kind, underlying: 'BTC' }, quantity }
  const expiry = MARKET.time + 30 * 86_400
  return { instrument: { kind, underlying: 'BTC', expiry, strike }, quantity }
}

describe('the margin of the protocol', () => {
  it('costs one unit of a linear instrument its notional times the scan range, relieved by half', () => {
    for (const quantity of [1, -1]) {
      const result = plimsollMargin({ cash: 0, positions: [btc('perpetual', quantity)] }, MARKET, parametersOf('cross'))
      const notional = 95_000 * 1.0005
      const worst = notional * (BTC_DEFAULTS.scanRangeFloor + BTC_DEFAULTS.epsilon)
      const risk = result.underlyings[0]
      assert.ok(risk)
      assert.ok(Math.abs(risk.worst - worst) < 1e-9)
      assert.ok(Math.abs(result.maintenance - worst / 2) < 1e-9)
      assert.ok(Math.abs(result.initial - (1.3 * (worst / 2) + 0.001 * notional + 2)) < 1e-9)
    }
  })

  it('is its measure plus its add-ons, and initial is at least maintenance', () => {
    fc.assert(
      fc.property(anyPortfolio, mode, (portfolio, mode) => {
        const { initial, maintenance, measure, addOns, scenarios } = plimsollMargin(
          portfolio,
          MARKET,
          parametersOf(mode),
        )
        assert.equal(scenarios.length, LANES)
        const sum = (level: 'initial' | 'maintenance') => addOns.reduce((total, addOn) => total + addOn[level], 0)
        assert.ok(Math.abs(measure.initial + sum('initial') - initial) <= slack(initial))
        assert.ok(Math.abs(measure.maintenance + sum('maintenance') - maintenance) <= slack(maintenance))
        assert.ok(maintenance >= -slack(initial) && initial >= maintenance - slack(initial))
      }),
      runs(1),
    )
  })

  it('is homogeneous in maintenance: a slice of an account needs a slice of its margin', () => {
    fc.assert(
      fc.property(anyPortfolio, mode, fc.double({ min: 0.01, max: 100, noNaN: true }), (portfolio, mode, factor) => {
        const whole = plimsollMargin(portfolio, MARKET, parametersOf(mode))
        const part = plimsollMargin(scaled(portfolio, factor), MARKET, parametersOf(mode))
        const bound = slack(factor * (whole.gross + whole.maintenance))
        assert.ok(Math.abs(part.maintenance - factor * whole.maintenance) <= bound)
        assert.ok(
          Math.abs(part.equity - factor * whole.equity) <= slack(factor * (Math.abs(whole.equity) + whole.gross)),
        )
      }),
      runs(2),
    )
  })

  it('INV-12: needs in no mode less than 0.7 of the portfolio measure, and never more than Cross', () => {
    fc.assert(
      fc.property(anyPortfolio, (portfolio) => {
        const of = (mode: Mode) => plimsollMargin(portfolio, MARKET, parametersOf(mode))
        const [cross, joint] = [of('cross'), of('portfolio')]
        assert.ok(joint.measure.maintenance <= cross.measure.maintenance + slack(cross.maintenance))
        for (const mode of MODES) {
          const { measure, maintenance, initial } = of(mode)
          const floor = ACCOUNT_DEFAULTS.tailFloor
          assert.ok(measure.maintenance >= floor * joint.measure.maintenance - slack(cross.maintenance))
          assert.ok(maintenance >= floor * joint.maintenance - slack(cross.maintenance))
          assert.ok(maintenance <= cross.maintenance + slack(cross.maintenance))
          assert.ok(initial <= cross.initial + slack(cross.initial))
        }
      }),
      runs(3),
    )
  })

  it('never needs more for a covered position than for its linear and its option part apart', () => {
    const one = fc.array(optionPosition, { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(one, fc.array(linearPosition, { minLength: 1, maxLength: 3 }), (options, linear) => {
        const relieved = (positions: readonly Position[]) =>
          plimsollMargin({ cash: 0, positions }, MARKET, parametersOf('cross')).measure.maintenance
        const [apart, together] = [relieved(options) + relieved(linear), relieved([...options, ...linear])]
        assert.ok(together <= apart + slack(apart))
      }),
      runs(4),
    )
  })

  it('needs less for a covered call than for the naked one and the perpetual', () => {
    const need = (...positions: Position[]) =>
      plimsollMargin({ cash: 0, positions }, MARKET, parametersOf('cross')).maintenance
    assert.ok(need(btc('perpetual', 1), btc('call', -1)) < 0.8 * (need(btc('perpetual', 1)) + need(btc('call', -1))))
  })

  it('never needs more than an option book without a short leg is worth', () => {
    fc.assert(
      fc.property(optionPortfolio, ({ cash, positions }) => {
        const longs = positions.map((position) => ({ ...position, quantity: Math.abs(position.quantity) }))
        const result = plimsollMargin({ cash, positions: longs }, MARKET, parametersOf('cross'))
        const charges = result.addOns.find(({ name }) => name === 'calendar')?.maintenance ?? 0
        const basis = result.addOns.find(({ name }) => name === 'basis')?.maintenance ?? 0
        const value = result.equity - cash
        assert.ok(result.maintenance - charges - basis <= value + slack(value))
      }),
      runs(5),
    )
  })

  it('lets the value of long options pay for nothing else in initial margin', () => {
    const positions = [btc('call', 10, 60_000)]
    const result = plimsollMargin({ cash: 0, positions }, MARKET, parametersOf('cross'))
    assert.ok(result.equity > 340_000)
    assert.ok(result.initial >= result.equity, 'the account could withdraw against its options')
    const grossAndSlots = 0.001 * result.gross + 2
    assert.ok(Math.abs(result.initial - result.equity - grossAndSlots) < 1e-6)
  })

  it('sees a call and a short put of one strike as the forward they are', () => {
    const synthetic = plimsollMargin(
      { cash: 0, positions: [btc('call', 1), btc('put', -1)] },
      MARKET,
      parametersOf('cross'),
    )
    const forward = MARKET.underlyings.BTC?.expiries.get(MARKET.time + 30 * 86_400)
    assert.ok(forward)
    const exact = forward.forward * forward.discount * (BTC_DEFAULTS.scanRangeFloor + BTC_DEFAULTS.epsilon)
    assert.ok(Math.abs((synthetic.underlyings[0]?.worst ?? 0) - exact) < 1e-6)
  })

  it('rises with the size of a linear book, its scan range and the width of its price', () => {
    const size = fc.double({ min: 1, max: 10, noNaN: true })
    fc.assert(
      fc.property(linearPosition, size, fc.double({ min: 0, max: 0.1, noNaN: true }), (position, factor, width) => {
        const { underlying } = position.instrument
        const base = parametersOf('cross')
        const spot = MARKET.underlyings[underlying]?.spot ?? Number.NaN
        const need = (times: number, range: number, half: number) => {
          const state = { scanRange: range, targetScanRange: range, low: spot * (1 - half), high: spot * (1 + half) }
          const positions = [{ ...position, quantity: position.quantity * times }]
          return plimsollMargin({ cash: 0, positions }, MARKET, { ...base, states: { [underlying]: state } })
        }
        const least = need(1, 0.1, width)
        for (const more of [
          need(factor, 0.1, width),
          need(1, Math.min(0.1 * factor, 0.5), width),
          need(1, 0.1, 2 * width),
        ]) {
          assert.ok(more.maintenance >= least.maintenance - slack(least.maintenance))
          assert.ok(more.initial >= least.initial - slack(least.initial))
        }
      }),
      runs(6),
    )
  })

  it('INV-10: rounded lanes never show less loss than exact ones', () => {
    fc.assert(
      fc.property(anyPortfolio, (portfolio) => {
        const base = parametersOf('cross')
        const exact = Object.entries(base.underlyings).map(([name, own]) => [name, { ...own, laneUnit: 0 }])
        const parameters = { ...base, underlyings: Object.fromEntries(exact) }
        const rounded = plimsollMargin(portfolio, MARKET, base)
        for (const [index, { pnl }] of plimsollMargin(portfolio, MARKET, parameters).underlyings.entries()) {
          for (const [lane, profit] of pnl.entries()) {
            assert.ok((rounded.underlyings[index]?.pnl[lane] ?? 0) <= profit + slack(rounded.gross))
          }
        }
      }),
      runs(8),
    )
  })

  it('knows the dollar delta of every book: the slope of its value in the price', () => {
    const bump = 1e-5
    const moved = (factor: number): Market => ({
      ...MARKET,
      underlyings: Object.fromEntries(
        Object.entries(MARKET.underlyings).map(([name, { spot, perpetual, expiries }]) => {
          const rows = [...expiries].map(([at, row]) => [at, { ...row, forward: row.forward * factor }] as const)
          return [name, { spot: spot * factor, perpetual: perpetual * factor, expiries: new Map(rows) }]
        }),
      ),
    })
    fc.assert(
      fc.property(anyPortfolio, ({ positions }) => {
        // An entry of 1 keeps profits of linear positions in the value.
        const portfolio = { cash: 0, positions: positions.map((position) => ({ ...position, entry: 1 })) }
        const of = (factor: number) => plimsollMargin(portfolio, moved(factor), parametersOf('cross'))
        const [up, down, here] = [of(1 + bump), of(1 - bump), of(1)]
        const delta = here.underlyings.reduce((sum, risk) => sum + risk.delta, 0)
        const slope = (up.equity - down.equity) / (2 * bump)
        assert.ok(Math.abs(slope - delta) <= 1e-5 * (1 + here.gross))
      }),
      runs(9),
    )
  })

  it('falls as the offset inside a group rises', () => {
    fc.assert(
      fc.property(anyPortfolio, fc.double({ min: 0, max: 0.6, noNaN: true }), (portfolio, offset) => {
        const base = parametersOf('portfolio')
        const need = (share: number) => {
          const all = Object.entries(base.underlyings).map(([name, own]) => [name, { ...own, offset: share }])
          return plimsollMargin(portfolio, MARKET, { ...base, underlyings: Object.fromEntries(all) }).maintenance
        }
        const [none, some, most] = [need(0), need(offset), need(0.6)]
        assert.ok(most <= some + slack(none) && some <= none + slack(none))
      }),
      runs(7),
    )
  })

  it('ramps its scan range with the parameters of the underlying', () => {
    const { kappa, stressVolatility, floor, cap, stressWeight } = scanRangeParameters(BTC_DEFAULTS)
    assert.deepEqual([kappa, stressVolatility, floor, cap, stressWeight], [2.6, 1.1, 0.06, 0.4, 0.4])
  })

  it('refuses a short in spot, a quantity that is no number and a scan range without bounds', () => {
    const parameters = parametersOf('cross')
    const margin = (instrument: Position['instrument'], quantity: number) =>
      plimsollMargin({ cash: 0, positions: [{ instrument, quantity }] }, MARKET, parameters)
    assert.throws(() => margin({ kind: 'spot', underlying: 'BTC' }, -1), DomainError)
    assert.throws(() => margin({ kind: 'perpetual', underlying: 'BTC' }, Number.NaN), DomainError)
    const states = { ...parameters.states, BTC: { scanRange: 0.95, targetScanRange: 0.95 } }
    const positions = [btc('perpetual', 1)]
    assert.throws(() => plimsollMargin({ cash: 0, positions }, MARKET, { ...parameters, states }), DomainError)
  })
})
