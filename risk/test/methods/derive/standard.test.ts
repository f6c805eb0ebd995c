import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { parseCases } from '../../../src/cli/derive/caseList.ts'
import { readStandardCase, standardCase } from '../../../src/cli/derive/standardCase.ts'
import { arrangeExpiries } from '../../../src/methods/derive/expiryBook.ts'
import {
  DERIVE_STANDARD_TEST,
  type DeriveOption,
  deriveStandard,
  MissingFeedError,
  maximumLoss,
  type StandardHolding,
  type StandardMarket,
} from '../../../src/methods/index.ts'
import { ABSENT, readPublished, relativeError, V1_FILE } from './published.ts'

type Published = {
  standard_manager: Record<string, { Result: { realIM: number; realMM: number; PortfolioMtM: number } }>
}

const EXPIRY = 500_400
const SPOT = { price: 1500, confidence: 1 }

const market = (stable = 1, spot = SPOT): StandardMarket => ({
  time: 0,
  stable,
  markets: {
    ETH: {
      spot,
      perpetual: { price: 1505, confidence: 1 },
      expiries: new Map([
        [
          EXPIRY,
          {
            forwardFixed: 0,
            forwardVariable: 1500.833279310994,
            rate: 0,
            confidence: 1,
            volatility: () => 1.047884494084986,
          },
        ],
      ]),
    },
  },
})

const margin = (held: Partial<StandardHolding>, feeds = market()) =>
  deriveStandard(
    { cash: 0, markets: { ETH: { perpetual: 0, unsettled: 0, base: 0, options: [], ...held } } },
    feeds,
    DERIVE_STANDARD_TEST,
  )

const option = (kind: 'call' | 'put', strike: number, quantity: number): DeriveOption => ({
  kind,
  expiry: EXPIRY,
  strike,
  quantity,
})

describe("Derive's standard manager", () => {
  it('reproduces margins and value of every published portfolio to 1e-9', (t) => {
    const input = readPublished(V1_FILE)
    if (input === undefined) return t.skip(ABSENT)
    const published: Published = JSON.parse(input.text)
    const cases = parseCases(input, standardCase, ['standard_manager'])
    assert.equal(cases.length, Object.keys(published.standard_manager).length)
    for (const { name, body } of cases) {
      const { portfolio, market: feeds } = readStandardCase(body)
      const actual = deriveStandard(portfolio, feeds, DERIVE_STANDARD_TEST)
      const { realIM, realMM, PortfolioMtM } = published.standard_manager[name]?.Result ?? assert.fail(name)
      assert.ok(relativeError(actual.netInitial, realIM / 1e18) < 1e-9, `${name}: IM ${actual.netInitial}`)
      assert.ok(relativeError(actual.netMaintenance, realMM / 1e18) < 1e-9, `${name}: MM ${actual.netMaintenance}`)
      assert.ok(relativeError(actual.markToMarket, PortfolioMtM / 1e18) < 1e-9, `${name}: ${actual.markToMarket}`)
    }
  })

  it('needs 304.371585 and 191.871585 for one short call at the money, as printed', () => {
    const { netInitial, netMaintenance, worst } = margin({ options: [option('call', 1500, -1)] })
    assert.ok(Math.abs(netInitial + 304.371585) < 5e-7)
    assert.ok(Math.abs(netMaintenance + 191.871585) < 5e-7)
    assert.equal(worst, -1)
  })

  it('gives longs no value and caps a spread at its largest loss', () => {
    assert.equal(margin({ options: [option('call', 1200, 1)] }).netInitial, 0)
    const spread = margin({ options: [option('call', 1100, -1), option('call', 1300, 1)] })
    assert.equal(spread.netInitial, -200)
    assert.equal(spread.netMaintenance, -200)
  })

  it('charges a broken peg on shorts and perpetuals, and doubt on spot on everything, in initial margin alone', () => {
    const held = { perpetual: 2, options: [option('put', 1500, -1)] }
    const sound = margin(held)
    const depegged = margin(held, market(0.3))
    assert.ok(Math.abs(sound.netInitial - depegged.netInitial - 0.68 * 1.2 * 1500 * 3) < 1e-9)
    assert.equal(depegged.netMaintenance, sound.netMaintenance)
    const doubtful = margin(held, market(1, { price: 1500, confidence: 0.1 }))
    assert.ok(Math.abs(sound.netInitial - doubtful.netInitial - 0.9 * 0.4 * 1500 * 3) < 1e-9)
    assert.equal(doubtful.netMaintenance, sound.netMaintenance)
  })

  it('finds the largest loss that a scan of all kinks finds', () => {
    const held = fc.record({
      kind: fc.constantFrom('call' as const, 'put' as const),
      strike: fc.integer({ min: 1, max: 9 }).map((hundreds) => hundreds * 100),
      quantity: fc.integer({ min: -9, max: 9 }),
    })
    fc.assert(
      fc.property(fc.array(held, { minLength: 1, maxLength: 12 }), (options) => {
        const feed = market().markets.ETH ?? assert.fail()
        const feeds = { ...feed, time: 0, stable: 1, collaterals: {} }
        const [book] = arrangeExpiries(
          options.map((each) => ({ ...each, expiry: EXPIRY })),
          feeds,
          () => 1,
        )
        const payoff = (price: number) =>
          options.reduce(
            (sum, { kind, strike, quantity }) =>
              sum + quantity * Math.max(kind === 'call' ? price - strike : strike - price, 0),
            0,
          )
        const kinks = [0, ...options.map(({ strike }) => strike)]
        const { loss, netCalls } = maximumLoss(book ?? assert.fail())
        assert.equal(loss + 0, Math.min(0, ...kinks.map(payoff)) + 0)
        assert.equal(netCalls, payoff(10_001) - payoff(10_000))
      }),
      { numRuns: 300, seed: 11 },
    )
  })

  it('refuses a market without terms or feed', () => {
    const markets = { DOGE: { perpetual: 1, unsettled: 0, base: 0, options: [] } }
    assert.throws(() => deriveStandard({ cash: 0, markets }, market(), DERIVE_STANDARD_TEST), MissingFeedError)
  })
})
