import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { UNDERLYINGS } from '../../../../deploy/parameters.ts'
import {
  audit,
  type Market as ExactMarket,
  type Portfolio as ExactPortfolio,
  initialFactorOf,
  linearSnapshot,
} from '../../../../sdk/src/exact/index.ts'
import {
  ACCOUNT_DEFAULTS,
  BTC_DEFAULTS,
  ETH_DEFAULTS,
  openInterestFactor,
  type PlimsollParameters,
  plimsollMargin,
  type UnderlyingState,
} from '../../../src/methods/plimsoll/index.ts'
import type { Market, Portfolio, Position } from '../../../src/methods/portfolio.ts'

/**
 * Float64 against the integers of the chain: equal to 1e-9 of the value or, where long and short cancel, to 1e-14 of the
 * notional that cancelled (twice the relative rounding of one double per operand) plus 1e-15 USD of integer rounding.
 */
const RELATIVE = 1e-9
const OF_NOTIONAL = 1e-14
const ROUNDING = 1e-15

const WAD = 10n ** 18n
const SYMBOLS = ['BTC', 'ETH'] as const
const DEFAULTS = { BTC: BTC_DEFAULTS, ETH: ETH_DEFAULTS }

const millionths = (count: number) => BigInt(count) * 10n ** 12n
const wad = (most: bigint) => fc.bigInt({ min: 0n, max: most })
const usd = (least: bigint, most: bigint) => fc.bigInt({ min: least * WAD, max: most * WAD })

/** A market row as a deployment lists it, in any state of its price. */
const exactMarket = (index: 0 | 1) =>
  fc
    .record({
      spot: usd(10n, 200_000n),
      down: wad(WAD / 10n),
      up: wad(WAD / 10n),
      average: fc.bigInt({ min: -WAD / 5n, max: WAD / 5n }),
      premium: fc.bigInt({ min: -WAD / 200n, max: WAD / 200n }),
      funding: usd(-500n, 500n),
      share: wad(WAD),
      rise: fc.integer({ min: 0, max: 200_000 }),
      isDead: fc.boolean(),
    })
    .map(({ spot, down, up, average, premium, funding, share, rise, isDead }): ExactMarket => {
      const parameters = UNDERLYINGS[index]
      assert.ok(parameters)
      const { risk, limits, lotUnit, token } = parameters
      const moved = (move: bigint) => (spot * (WAD + move)) / WAD
      return {
        underlying: index + 1,
        spot,
        low: moved(-down),
        high: moved(up),
        ema: moved(average),
        perpetualMark: moved(premium),
        fundingIndex: funding,
        tokenUnit: WAD / 10n ** BigInt(token.decimals),
        lotUnit,
        scanRange: millionths(risk.floor + risk.epsilon),
        targetRange: millionths(risk.floor + risk.epsilon + rise),
        epsilon: millionths(risk.epsilon),
        linearRelief: millionths(risk.linearRelief),
        haircut: millionths(risk.haircut),
        slotCharge: limits.slotCharge * 10n ** 12n,
        stressGap: limits.stressGap,
        deficitLimit: limits.deficitLimit * 10n ** 12n,
        openInterest: (limits.openInterestCap * share) / WAD,
        openInterestCap: limits.openInterestCap,
        status: isDead ? 'dead' : 'live',
        reduceOnly: false,
      }
    })

/** Quantities in lots and base units; zero means no position. */
const exactPortfolio = fc
  .record({
    cash: usd(-1_000_000n, 1_000_000n),
    coins: fc.tuple(wad(10n ** 11n), wad(10n ** 21n)),
    lots: fc.tuple(fc.bigInt({ min: -(10n ** 7n), max: 10n ** 7n }), fc.bigInt({ min: -(10n ** 7n), max: 10n ** 7n })),
  })
  .map(({ cash, coins, lots }): ExactPortfolio => {
    const leg = (kind: 'spot' | 'perpetual', index: number, count: bigint) => ({
      instrument: { underlying: index + 1, kind, expiry: 0, strike: 0n },
      lots: count,
    })
    const positions = [...coins.map((n, i) => leg('spot', i, n)), ...lots.map((n, i) => leg('perpetual', i, n))]
    return { mode: 'cross', cash, positions: positions.filter(({ lots }) => lots !== 0n) }
  })

const float = (value: bigint) => Number(value) / 1e18

function marketOf(rows: readonly ExactMarket[]): Market {
  const own = (row: ExactMarket) => ({
    spot: float(row.spot),
    perpetual: float(row.perpetualMark),
    expiries: new Map(),
  })
  return { time: 0, underlyings: Object.fromEntries(rows.map((row) => [symbolOf(row.underlying), own(row)])) }
}

function symbolOf(underlying: number): 'BTC' | 'ETH' {
  return underlying === 1 ? 'BTC' : 'ETH'
}

function portfolioOf({ cash, positions }: ExactPortfolio, rows: readonly ExactMarket[]): Portfolio {
  const held = positions.map(({ instrument, lots }): Position => {
    const row = rows[instrument.underlying - 1]
    assert.ok(row)
    const underlying = symbolOf(instrument.underlying)
    if (instrument.kind === 'spot') {
      return { instrument: { kind: 'spot', underlying }, quantity: float(lots * row.tokenUnit) }
    }
    const quantity = float(lots * row.lotUnit)
    return { instrument: { kind: 'perpetual', underlying }, quantity, entry: float(row.fundingIndex) }
  })
  return { cash: float(cash), positions: held }
}

/** The deployed defaults, with the price state of `rows`. */
function parametersOf(rows: readonly ExactMarket[], mode: 'isolated' | 'cross', scales: boolean): PlimsollParameters {
  const stateOf = (row: ExactMarket): UnderlyingState => {
    return {
      scanRange: float(row.scanRange - row.epsilon),
      targetScanRange: float(row.targetRange - row.epsilon),
      low: float(row.low),
      high: float(row.high),
      average: float(row.ema),
      openInterestFactor: scales ? factorOf(row) : 1,
      isPriceDead: row.status === 'dead',
    }
  }
  const states = Object.fromEntries(rows.map((row) => [symbolOf(row.underlying), stateOf(row)]))
  return { ...ACCOUNT_DEFAULTS, mode, underlyings: DEFAULTS, states }
}

function factorOf(row: ExactMarket): number {
  const { linearRelief } = DEFAULTS[symbolOf(row.underlying)]
  const [held, cap] = [Number(row.openInterest), Number(row.openInterestCap)]
  return openInterestFactor(held, cap, float(row.targetRange), linearRelief, ACCOUNT_DEFAULTS.initialRatio)
}

function assertClose(name: string, actual: number, exact: bigint, notional: number): void {
  const expected = float(exact)
  const bound = Math.max(RELATIVE * Math.abs(expected), OF_NOTIONAL * notional + ROUNDING)
  assert.ok(Math.abs(actual - expected) <= bound, `${name}: ${actual} is not ${expected} to ${bound}`)
}

/** All figures of an assessment, each against its twin. */
function assertEqualAssessments(portfolio: ExactPortfolio, rows: readonly ExactMarket[], scales: boolean): void {
  const mode = portfolio.mode === 'isolated' ? 'isolated' : 'cross'
  const held = [...new Set(portfolio.positions.map(({ instrument }) => instrument.underlying))]
  const { assessment, risks } = audit(portfolio, linearSnapshot(rows), scales ? held : [])
  const own = plimsollMargin(portfolioOf(portfolio, rows), marketOf(rows), parametersOf(rows, mode, scales))
  const notional = risks.reduce((sum, { value, delta }) => sum + Math.abs(float(value)) + Math.abs(float(delta)), 0)
  const scale = 4 * (notional + float(assessment.gross) + Math.abs(float(portfolio.cash)))
  for (const name of ['equity', 'settledCash', 'maintenance', 'initial', 'goodEnd', 'gross'] as const) {
    assertClose(name, own[name], assessment[name], scale)
  }
  for (const risk of risks) {
    const twin = own.underlyings.find(({ underlying }) => underlying === symbolOf(risk.underlying))
    if (twin === undefined) continue
    assertClose('requirement', twin.relieved, risk.requirement, scale)
    assertClose('uncertainty', twin.uncertainty, risk.uncertainty, scale)
    for (const [lane, pnl] of risk.pnl54.entries()) {
      assertClose(`lane ${lane}`, twin.pnl[lane] ?? Number.NaN, pnl / WAD ** 2n, scale)
    }
  }
}

const rows = fc.tuple(exactMarket(0), exactMarket(1))

describe('the float64 margin of linear portfolios', () => {
  it('equals the exact twin of the contracts in mode Cross', () => {
    fc.assert(
      fc.property(rows, exactPortfolio, fc.boolean(), (markets, portfolio, scales) => {
        assertEqualAssessments(portfolio, markets, scales)
      }),
      { seed: 7, numRuns: 2_000 },
    )
  })

  it('equals the exact twin of the contracts in mode Isolated', () => {
    fc.assert(
      fc.property(rows, exactPortfolio, fc.constantFrom(1, 2), fc.boolean(), (markets, portfolio, only, scales) => {
        const positions = portfolio.positions.filter(
          ({ instrument }) => instrument.kind === 'spot' || instrument.underlying === only,
        )
        assertEqualAssessments({ ...portfolio, mode: 'isolated', positions }, markets, scales)
      }),
      { seed: 8, numRuns: 2_000 },
    )
  })

  it('scales initial margin with open interest as the contracts do', () => {
    fc.assert(
      fc.property(exactMarket(0), (market) => {
        const ramp = float(market.targetRange) / float(market.scanRange)
        assertClose('initialFactor', ramp, initialFactorOf(market, false), 1)
        assertClose('initialFactor', ramp * factorOf(market), initialFactorOf(market, true), 1)
      }),
      { seed: 9, numRuns: 500 },
    )
  })

  it('uses the very parameters that a deployment sets', () => {
    for (const [index, symbol] of SYMBOLS.entries()) {
      const listed = UNDERLYINGS[index]
      assert.ok(listed)
      assert.equal(listed.risk.floor / 1e6, DEFAULTS[symbol].scanRangeFloor)
      assert.equal(listed.risk.cap / 1e6, DEFAULTS[symbol].scanRangeCap)
      assert.equal(listed.risk.stressVolatility / 1e6, DEFAULTS[symbol].stressVolatility)
      assert.equal(listed.risk.kappa / 1e6, DEFAULTS[symbol].kappa)
      assert.equal(listed.risk.epsilon / 1e6, DEFAULTS[symbol].epsilon)
      assert.equal(listed.risk.linearRelief / 1e6, DEFAULTS[symbol].linearRelief)
      assert.equal(listed.risk.haircut / 1e6, DEFAULTS[symbol].haircut)
      assert.equal(Number(listed.limits.slotCharge) / 1e6, DEFAULTS[symbol].slotCharge)
    }
  })
})
