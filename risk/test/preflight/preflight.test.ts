import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { readAccounts } from '../../src/cli/accountsFile.ts'
import { readChange } from '../../src/cli/changeFile.ts'
import { readInput } from '../../src/cli/input.ts'
import { DomainError } from '../../src/errors.ts'
import {
  ACCOUNT_DEFAULTS,
  equity,
  type Instrument,
  type Market,
  plimsollMargin,
  scanRangeParameters,
} from '../../src/methods/index.ts'
import {
  arrived,
  ChangeRefusedError,
  type Governed,
  governedDefaults,
  marginParameters,
  preflight,
  raised,
  type UnderlyingChange,
} from '../../src/preflight/index.ts'
import { DuplicateAccountError, UnjudgedAccountError } from '../../src/stress/index.ts'

const example = (name: string) => fileURLToPath(new URL(`../../examples/${name}`, import.meta.url))
const [BOOK, CHANGE] = [example('accounts.json'), example('change.json')]

const market: Market = {
  time: 1_790_000_000,
  underlyings: { BTC: { spot: 100_000, perpetual: 100_000, expiries: new Map() } },
}
const present = governedDefaults('BTC')
const LONG: Instrument = { kind: 'perpetual', underlying: 'BTC' }

/** Long one bitcoin by a perpetual at its mark. */
const account = (name: string, cash: number) => ({
  name,
  portfolio: { cash, positions: [{ instrument: LONG, quantity: 1 }] },
})

/** In a calm market the floor of 6 % holds: maintenance is 0.5 * (6 % + 0.5 %) * 100,000 = 3,250 USD. */
function check(change: Partial<Governed>, cash: readonly number[], more: Partial<UnderlyingChange> = {}) {
  return preflight({
    accounts: cash.map((each, i) => account(`a${i}`, each)),
    market,
    mode: 'portfolio',
    underlyings: { BTC: { present, next: { ...present, ...change }, volatility: 0, ...more } },
  })
}

const near = (actual: number | undefined, expected: number) =>
  assert.ok(Math.abs((actual ?? Number.NaN) - expected) < 1e-6, `${actual} is not ${expected}`)

describe('preflight', () => {
  it('finds nobody where nothing changes', () => {
    const { changes, stages, newly, worst } = check({}, [3_000, 3_260, 10_000])
    assert.deepEqual(changes, [])
    assert.deepEqual(worst, [])
    assert.deepEqual(newly, {
      atOnce: { belowInitial: 0, liquidatable: 0, notional: 0 },
      end: { belowInitial: 0, liquidatable: 0, notional: 0 },
    })
    for (const stage of Object.values(stages))
      assert.deepEqual(stage, { belowInitial: 2, liquidatable: 1, undecided: 0 })
  })

  it('lets a parameter without ramp act at once: relief of 0.51 needs 3,315 USD', () => {
    const { stages, newly, worst, changes } = check({ linearRelief: 510_000 }, [3_000, 3_300, 3_320])
    assert.deepEqual(changes, [{ underlying: 'BTC', parameter: 'linearRelief', from: 500_000, to: 510_000 }])
    assert.equal(stages.before.liquidatable, 1)
    assert.equal(stages.atOnce.liquidatable, 2)
    assert.deepEqual(newly.atOnce, { belowInitial: 0, liquidatable: 1, notional: 100_000 })
    assert.deepEqual(newly.end, newly.atOnce)
    assert.deepEqual(
      worst.map(({ name }) => name),
      ['a1'],
    )
    near(worst[0]?.maintenanceBefore, 3_250)
    near(worst[0]?.maintenanceAtOnce, 3_315)
    near(worst[0]?.cash, 15)
  })

  it('lets a higher floor act on initial margin at once and on maintenance margin after the ramp of five hours', () => {
    // Initial: 1.3 * 3,250 = 4,225, plus a thousandth of gross notional and 2 USD for the position; at once times 7.1 / 6.5.
    const { ranges, stages, newly, worst } = check({ floor: 66_000 }, [3_400, 4_500])
    assert.equal(ranges[0]?.hours, 5)
    assert.deepEqual(ranges[0]?.atOnce, { target: 0.066, maintenance: 0.06 })
    assert.deepEqual(ranges[0]?.end, { target: 0.066, maintenance: 0.066 })
    assert.deepEqual(newly.atOnce, { belowInitial: 1, liquidatable: 0, notional: 0 })
    assert.deepEqual(newly.end, { belowInitial: 1, liquidatable: 1, notional: 100_000 })
    assert.equal(stages.unchangedEnd.liquidatable, 0)
    near(worst[0]?.maintenanceAtOnce, 3_250)
    near(worst[0]?.maintenanceEnd, 3_550)
    near(worst[0]?.cash, 150)
  })

  it('blames a ramp that is under way on the market, not on the change', () => {
    const range = { target: 0.07, maintenance: 0.06 }
    const { stages, newly, worst } = check({ calendar: 306_000 }, [3_400], { range })
    assert.deepEqual([stages.before.liquidatable, stages.unchangedEnd.liquidatable, stages.end.liquidatable], [0, 1, 1])
    assert.equal(newly.end.liquidatable, 0)
    assert.deepEqual(worst, [])
  })

  it('counts the good end of the price interval', () => {
    const state = { low: 99_000, high: 101_000 }
    assert.equal(check({ linearRelief: 510_000 }, [3_300], { state }).newly.atOnce.liquidatable, 0)
    assert.equal(check({ linearRelief: 510_000 }, [2_300], { state }).stages.atOnce.liquidatable, 1)
  })

  it('does not call an account liquidatable that lies within rounding of maintenance', () => {
    const { liquidatable, undecided } = check({}, [3_250]).stages.before
    assert.deepEqual([liquidatable, undecided], [0, 1])
  })

  it('counts as the margin of each account alone does', () => {
    const { accounts: all, market: quoted } = readAccounts(readInput(BOOK))
    const accounts = all.map(({ name, portfolio }, i) => {
      return { name, portfolio: { ...portfolio, cash: portfolio.cash * (0.2 + 0.01 * i) } }
    })
    const underlyings = readChange(readInput(CHANGE), quoted)
    for (const mode of ['portfolio', 'cross'] as const) {
      const { stages, ranges } = preflight({ accounts, market: quoted, mode, underlyings })
      const states = ranges.map(({ underlying, end }) => {
        return [underlying, { scanRange: end.maintenance, targetScanRange: end.target }] as const
      })
      const own = Object.entries(underlyings).map(([name, { next }]) => [name, marginParameters(name, next)] as const)
      const parameters = { ...ACCOUNT_DEFAULTS, mode, underlyings: Object.fromEntries(own) }
      const excess = accounts.map(({ portfolio }) => {
        const margin = plimsollMargin(portfolio, quoted, { ...parameters, states: Object.fromEntries(states) })
        const held = equity(portfolio, quoted)
        return { maintenance: held - margin.maintenance, initial: held - margin.initial }
      })
      assert.equal(stages.end.liquidatable, excess.filter(({ maintenance }) => maintenance < 0).length)
      assert.equal(stages.end.belowInitial, excess.filter(({ initial }) => initial < 0).length)
      assert.ok(stages.end.liquidatable > 0 && stages.end.belowInitial > stages.end.liquidatable)
    }
  })

  it('sets the entry price of a position off against cash', () => {
    const positions = [{ instrument: LONG, quantity: 1, entry: 101_000 }]
    const accounts = [{ name: 'late', portfolio: { cash: 4_300, positions } }]
    const next = { ...present, linearRelief: 510_000 }
    const underlyings = { BTC: { present, next, volatility: 0 } }
    const { worst } = preflight({ accounts, market, mode: 'portfolio', underlyings })
    near(worst[0]?.equity, 3_300)
  })

  it('lists the ten that need most cash', () => {
    const cash = Array.from({ length: 14 }, (_, i) => 3_260 + i)
    const { newly, worst } = check({ linearRelief: 510_000 }, cash)
    assert.equal(newly.atOnce.liquidatable, 14)
    assert.deepEqual(
      worst.map(({ name }) => name),
      Array.from({ length: 10 }, (_, i) => `a${i}`),
    )
  })

  it('refuses what the contracts refuse, and accounts that have no margin', () => {
    assert.throws(() => check({ floor: 70_000 }, [1]), ChangeRefusedError)
    const wild = { ...present, kappa: 7_000_000 }
    assert.throws(() => check({}, [1], { present: wild, next: wild }), ChangeRefusedError)
    assert.throws(() => check({}, [1], { range: { target: 0.06, maintenance: 0.07 } }), DomainError)
    const underlyings = { BTC: { present, next: present, volatility: 0 } }
    const twice = [account('a', 1), account('a', 2)]
    const common = { market, mode: 'portfolio', underlyings } as const
    assert.throws(() => preflight({ ...common, accounts: twice }), DuplicateAccountError)
    const positions = [{ instrument: { kind: 'spot', underlying: 'BTC' } as const, quantity: -1 }]
    const short = [{ name: 'short', portfolio: { cash: 1, positions } }]
    assert.throws(() => preflight({ ...common, accounts: short }), UnjudgedAccountError)
  })
})

describe('the ramp of the scan range', () => {
  const rules = scanRangeParameters(marginParameters('BTC', present))

  it('takes as many hours as steps of two per cent need', () => {
    for (const maintenance of [0.02, 0.05, 0.0599, 0.06]) {
      const { hours, ...end } = arrived({ target: 0.06, maintenance }, 0, rules)
      assert.deepEqual(end, { target: 0.06, maintenance: 0.06 })
      assert.equal(hours, Math.ceil(Math.log(0.06 / maintenance) / Math.log(1.02)))
    }
  })

  it('falls with its target to what is required, four per cent a day', () => {
    const { hours, target, maintenance } = arrived({ target: 0.12, maintenance: 0.12 }, 0, rules)
    assert.deepEqual([target, maintenance], [0.06, 0.06])
    assert.equal(hours, Math.ceil(Math.log(0.5) / Math.log(1 - 0.04 / 24)))
  })

  it('ends a rise where it meets a falling target, its highest value', () => {
    const { target, maintenance } = arrived({ target: 0.1, maintenance: 0.09 }, 0, rules)
    assert.equal(target, maintenance)
    assert.ok(maintenance > 0.09 && maintenance < 0.1)
  })

  it('raises a target to what the parameters require, and PSR_M not at all', () => {
    assert.deepEqual(raised({ target: 0.03, maintenance: 0.03 }, 0, rules), { target: 0.06, maintenance: 0.03 })
    assert.deepEqual(raised({ target: 0.1, maintenance: 0.03 }, 0, rules), { target: 0.1, maintenance: 0.03 })
  })
})
