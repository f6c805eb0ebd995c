import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { DomainError } from '../../src/errors.ts'
import {
  DERIBIT_PORTFOLIO,
  DERIBIT_STANDARD,
  DERIVE_PMRM1_MAINNET,
  DERIVE_PMRM2_MAINNET,
  DERIVE_STANDARD_MAINNET,
  defaultParameters,
  deribitPortfolio,
  deribitStandard,
  deriveMarket,
  derivePmrm1Portfolio,
  derivePmrm2,
  derivePmrm2Portfolio,
  deriveStandardPortfolio,
  equity,
  type MarginResult,
  type Market,
  PARADEX_PORTFOLIO,
  type Portfolio,
  type Position,
  paradexPortfolio,
  plimsollMargin,
  REG_T_EQUITY,
  regTMargin,
  SPAN_CRYPTO,
  spanMargin,
  TIMS_EQUITY,
  timsMargin,
  type UnderlyingMarket,
  worstScenario,
} from '../../src/methods/index.ts'

const TIME = 1_790_000_000
const EXPIRY = TIME + 30 * 86_400

function marketWith(changes: Partial<UnderlyingMarket> = {}): Market {
  const terms = { expiry: EXPIRY, forward: 101, discount: 0.99, volatility: () => 0.5 }
  const underlying = { spot: 100, perpetual: 100.5, expiries: new Map([[EXPIRY, terms]]), ...changes }
  return { time: TIME, underlyings: { BTC: underlying } }
}

const perpetual = (quantity: number): Position => ({ instrument: { kind: 'perpetual', underlying: 'BTC' }, quantity })
const option = (kind: 'call' | 'put', strike: number, quantity: number): Position => ({
  instrument: { kind, underlying: 'BTC', expiry: EXPIRY, strike },
  quantity,
})
const holding = (...positions: Position[]): Portfolio => ({ cash: 1_000, positions })

const METHODS: Readonly<Record<string, (portfolio: Portfolio, market: Market) => MarginResult>> = {
  plimsoll: (portfolio, market) => plimsollMargin(portfolio, market, defaultParameters('portfolio', ['BTC'])),
  span: (portfolio, market) => spanMargin(portfolio, market, SPAN_CRYPTO),
  tims: (portfolio, market) => timsMargin(portfolio, market, TIMS_EQUITY),
  regT: (portfolio, market) => regTMargin(portfolio, market, REG_T_EQUITY),
  deribit: (portfolio, market) => deribitPortfolio(portfolio, market, DERIBIT_PORTFOLIO),
  deribitStandard: (portfolio, market) => deribitStandard(portfolio, market, DERIBIT_STANDARD),
  paradex: (portfolio, market) => paradexPortfolio(portfolio, market, PARADEX_PORTFOLIO),
  derivePmrm1: (portfolio, market) => derivePmrm1Portfolio(portfolio, market, DERIVE_PMRM1_MAINNET),
  derivePmrm2: (portfolio, market) => derivePmrm2Portfolio(portfolio, market, DERIVE_PMRM2_MAINNET),
  deriveStandard: (portfolio, market) => deriveStandardPortfolio(portfolio, market, DERIVE_STANDARD_MAINNET),
}

for (const [name, method] of Object.entries(METHODS)) {
  describe(`the method ${name}`, () => {
    it('refuses prices that are not positive and finite instead of finding no loss', () => {
      for (const bad of [Number.NaN, 0, -1, Number.POSITIVE_INFINITY])
        for (const changes of [{ spot: bad }, { perpetual: bad }])
          assert.throws(() => method(holding(perpetual(5)), marketWith(changes)), DomainError, `${bad}`)
    })

    it('refuses quantities that are not finite', () => {
      for (const bad of [Number.NaN, Number.POSITIVE_INFINITY])
        for (const position of [perpetual(bad), option('call', 100, -bad), option('put', 100, bad)])
          assert.throws(() => method(holding(position), marketWith()), DomainError, `${bad}`)
    })

    it('needs as much for one position in two rows as in one, and nothing for rows that cancel', () => {
      const rows = holding(perpetual(3), option('call', 110, -4), perpetual(-5), option('call', 110, 1))
      const whole = method(holding(perpetual(-2), option('call', 110, -3)), marketWith())
      const parts = method(rows, marketWith())
      assert.ok(whole.maintenance > 0)
      for (const level of ['initial', 'maintenance'] as const)
        assert.ok(Math.abs(parts[level] - whole[level]) <= 1e-12 * Math.abs(whole[level]), level)
      const none = method(
        holding(perpetual(3), option('put', 90, 1), perpetual(-3), option('put', 90, -1)),
        marketWith(),
      )
      assert.ok(Math.abs(none.initial) < 1e-12 && Math.abs(none.maintenance) < 1e-12)
    })
  })
}

describe('what methods share', () => {
  it('refuses cash, quantities and entries that are not numbers when it values an account', () => {
    const bad = Number.NaN
    for (const portfolio of [
      { cash: bad, positions: [] },
      holding(perpetual(bad)),
      holding({ ...perpetual(1), entry: bad }),
    ])
      assert.throws(() => equity(portfolio, marketWith()), DomainError)
  })

  it('refuses a scenario whose result is not a number, for it could be the worst', () => {
    const scenario = (pnl: number) => ({ name: '', pnl })
    assert.equal(worstScenario([scenario(1), scenario(-2), scenario(-2)]), 1)
    assert.throws(() => worstScenario([scenario(-1), scenario(Number.NaN)]), DomainError)
  })

  it('refuses a price interval without meaning', () => {
    const parameters = defaultParameters('cross', ['BTC'])
    const state = { scanRange: 0.06, targetScanRange: 0.06 }
    for (const bad of [Number.NaN, 0, Number.POSITIVE_INFINITY])
      for (const broken of [{ low: bad }, { high: bad }, { average: bad }]) {
        const states = { BTC: { ...state, ...broken } }
        assert.throws(() => plimsollMargin(holding(perpetual(1)), marketWith(), { ...parameters, states }), DomainError)
      }
  })

  it("refuses Derive's oracles without a price or a confidence instead of trusting them in full", () => {
    const market = deriveMarket('BTC', marketWith())
    const account = { cash: 0, perpetual: 1, unsettled: 0, collaterals: [], options: [] }
    const healthy = { price: 100, confidence: 1 }
    assert.ok(derivePmrm2(account, { ...market, perpetual: healthy }, DERIVE_PMRM2_MAINNET).maintenance > 0)
    for (const feed of [
      { price: Number.NaN, confidence: 1 },
      { price: 100, confidence: Number.NaN },
      { price: 100, confidence: 1.01 },
    ])
      assert.throws(() => derivePmrm2(account, { ...market, perpetual: feed }, DERIVE_PMRM2_MAINNET), DomainError)
    assert.throws(() => derivePmrm2(account, { ...market, stable: 0 }, DERIVE_PMRM2_MAINNET), DomainError)
  })
})
