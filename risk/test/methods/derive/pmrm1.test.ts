import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseCases } from '../../../src/cli/derive/caseList.ts'
import { pmrm1Case, readPmrm1Case } from '../../../src/cli/derive/pmrm1Case.ts'
import {
  DERIVE_PMRM1_TEST,
  type DeriveMarket,
  type DerivePortfolio,
  derivePmrm1,
  MissingFeedError,
} from '../../../src/methods/index.ts'
import { ABSENT, readPublished, relativeError, V1_FILE } from './published.ts'

type Published = {
  pmrm1_verify: Record<string, { Result: { InitialMarginHand: number; MaintenanceMarginHand: number } }>
}

const EXPIRY = 500_400

/** The setting of Derive's first test: one expiry, strike 1500 at 104.788 % volatility. */
const market = (changes: Partial<DeriveMarket> = {}): DeriveMarket => ({
  time: 0,
  spot: { price: 1500, confidence: 1 },
  perpetual: { price: 1505, confidence: 1 },
  stable: 1,
  collaterals: {},
  expiries: new Map([
    [
      EXPIRY,
      {
        forwardFixed: 0,
        forwardVariable: 1500.833279310994,
        rate: 0.03,
        confidence: 1,
        volatility: () => 1.047884494084986,
      },
    ],
  ]),
  ...changes,
})

const holding = (changes: Partial<DerivePortfolio> = {}): DerivePortfolio => ({
  cash: 0,
  perpetual: 0,
  unsettled: 0,
  collaterals: [],
  options: [],
  ...changes,
})

const margin = (portfolio: DerivePortfolio, feeds = market()) => derivePmrm1(portfolio, feeds, DERIVE_PMRM1_TEST)

describe("Derive's PMRM", () => {
  it('reproduces initial and maintenance margin of every published portfolio to 1e-9', (t) => {
    const input = readPublished(V1_FILE)
    if (input === undefined) return t.skip(ABSENT)
    const published: Published = JSON.parse(input.text)
    const cases = parseCases(input, pmrm1Case, ['pmrm1_verify'])
    assert.equal(cases.length, Object.keys(published.pmrm1_verify).length)
    for (const { name, body } of cases) {
      const { portfolio, market: feeds } = readPmrm1Case(body)
      const { netInitial, netMaintenance } = margin(portfolio, feeds)
      const { InitialMarginHand, MaintenanceMarginHand } = published.pmrm1_verify[name]?.Result ?? assert.fail(name)
      assert.ok(relativeError(netInitial, InitialMarginHand / 1e18) < 1e-9, `${name}: IM ${netInitial}`)
      assert.ok(relativeError(netMaintenance, MaintenanceMarginHand / 1e18) < 1e-9, `${name}: MM ${netMaintenance}`)
    }
  })

  it('needs 368.487620 and 301.768535 for one short call at the money, as printed', () => {
    const short = holding({ options: [{ kind: 'call', expiry: EXPIRY, strike: 1500, quantity: -1 }] })
    const { netInitial, netMaintenance, worst } = margin(short)
    assert.ok(Math.abs(netInitial + 368.48762) < 5e-7)
    assert.ok(Math.abs(netMaintenance + 301.768535) < 5e-7)
    assert.equal(worst, 0)
  })

  it('margins perpetual and base by the worst move and their contingencies', () => {
    const perpetual = margin(holding({ perpetual: 1 }))
    assert.ok(Math.abs(perpetual.netInitial + 1.3 * (1505 * 0.15 + 30)) < 1e-9)
    assert.ok(Math.abs(perpetual.netMaintenance + 1505 * 0.15 + 30) < 1e-9)
    const base = margin(holding({ collaterals: [{ name: 'base', quantity: 1 }] }), market({ stable: 0.9 }))
    const value = 1500 / 0.9
    assert.ok(Math.abs(base.netInitial - (value - 1.46 * (value * 0.15 + 30))) < 1e-9)
  })

  it('charges doubt in an oracle on perpetual, base and the options that need it', () => {
    const held = holding({
      perpetual: 2,
      options: [{ kind: 'put', expiry: EXPIRY, strike: 1500, quantity: 3 }],
    })
    const charged = margin(held, market({ perpetual: { price: 1505, confidence: 0.3 } })).addOns.at(-1)
    assert.equal(charged?.name, 'oracle confidence')
    assert.ok(Math.abs((charged?.initial ?? 0) - 0.5 * 0.7 * 1500 * 5) < 1e-9)
    assert.equal(
      margin(holding({ options: held.options }), market({ perpetual: { price: 1, confidence: 0 } })).addOns.at(-1)
        ?.initial,
      0,
    )
  })

  it('refuses collateral other than the base', () => {
    assert.throws(() => margin(holding({ collaterals: [{ name: 'BTC', quantity: 1 }] })), MissingFeedError)
  })
})
