import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import {
  assess,
  buffered,
  decayed,
  discountRate,
  divCeil,
  divFloor,
  expWadOfNonPositive,
  fractionBounds,
  ladder,
  linearPnl,
  linearSnapshot,
  MissingRowError,
  MissingSeriesRowError,
  mulDivDown,
  mulDivTrunc,
  mulDivUp,
  optionOf,
  PositionTooLargeError,
  perpetualOf,
  rewardRate,
  scenarioPnl,
  split,
  spotOf,
  UnmeasuredInstrumentError,
  WAD,
  WAD2,
  worstLoss,
} from '../src/index.ts'
import { BTC_SNAPSHOT, portfolioOf } from './markets.ts'

fc.configureGlobal({ seed: 0x506c696d })
const signed = fc.bigInt({ min: -(2n ** 200n), max: 2n ** 200n })
const natural = fc.bigInt({ min: 0n, max: 2n ** 200n })
const divisor = fc.bigInt({ min: 1n, max: 2n ** 100n })

describe('divisions with a named direction', () => {
  it('bracket the exact quotient', () => {
    fc.assert(
      fc.property(signed, divisor, fc.boolean(), (x, size, isNegative) => {
        const y = isNegative ? -size : size
        const [floor, ceil] = [divFloor(x, y), divCeil(x, y)]
        const sign = isNegative ? -1n : 1n
        assert.ok(floor * y * sign <= x * sign && (floor + 1n) * y * sign > x * sign)
        assert.equal(ceil - floor, x % y === 0n ? 0n : 1n)
      }),
    )
  })

  it('of products go down, up or toward 0', () => {
    fc.assert(
      fc.property(natural, natural, divisor, (x, y, d) => {
        const down = mulDivDown(x, y, d)
        assert.ok(down * d <= x * y && (down + 1n) * d > x * y)
        assert.equal(mulDivUp(x, y, d) - down, (x * y) % d === 0n ? 0n : 1n)
        assert.equal(mulDivTrunc(-x, y, d), -down)
      }),
    )
  })
})

describe('scenarios', () => {
  it('are 30 moves whose ends are exact and whose extremes stop at -90 %', () => {
    const moves = ladder(WAD / 10n)
    assert.equal(moves.length, 30)
    assert.deepEqual([moves[0], moves[1], moves[24], moves[25]], [-WAD / 10n, -WAD / 10n, WAD / 10n, WAD / 10n])
    assert.deepEqual([moves[12], moves[13]], [0n, 0n])
    assert.deepEqual(ladder((6n * WAD) / 10n).slice(26), [
      -(9n * WAD) / 20n,
      (6n * WAD) / 10n,
      -(9n * WAD) / 40n,
      (6n * WAD) / 10n,
    ])
  })

  it('cost a linear position exactly its notional times the scan range', () => {
    fc.assert(
      fc.property(signed, fc.bigInt({ min: 1n, max: WAD }), (notional36, scanRange) => {
        const size = notional36 < 0n ? -notional36 : notional36
        assert.equal(worstLoss(linearPnl(notional36, ladder(scanRange))), size * scanRange)
      }),
    )
  })

  it('are shown rounded down', () => {
    assert.deepEqual(scenarioPnl({ pnl54: [-1n, 1n, WAD2] }), [-1n, 0n, 1n])
  })
})

describe('the engine', () => {
  // 10 BTC at 40,000: 400,000 notional, 6.5 % of it 26,000, half of that for linear books.
  it('measures a worked example', () => {
    const result = assess(portfolioOf(30_000n, 100_000n), BTC_SNAPSHOT)
    assert.equal(result.equity, 430_000n * WAD)
    assert.equal(result.maintenance, 13_000n * WAD)
    assert.equal(result.initial, (16_900n + 400n + 2n) * WAD)
    assert.deepEqual([result.gross, result.goodEnd, result.debtLimit], [400_000n * WAD, 0n, 100n * WAD])
  })

  it('takes half as much from a hedged book as the hedge leaves', () => {
    const spot = { instrument: spotOf(1), lots: 5n * 10n ** 8n }
    const short = { instrument: perpetualOf(1), lots: -100_000n }
    const { maintenance } = assess({ mode: 'cross', cash: 0n, positions: [spot, short] }, BTC_SNAPSHOT)
    assert.equal(maintenance, (6_500n + 20_000n) * WAD) // 5 BTC net short; 10 % of 200,000 collateral
  })

  it('refuses what it cannot measure', () => {
    const option = { instrument: optionOf(1, 'call', 9, 1n), lots: 1n }
    const positions = [option]
    assert.throws(() => assess({ mode: 'cross', cash: 0n, positions }, BTC_SNAPSHOT), MissingSeriesRowError)
    assert.throws(() => assess(portfolioOf(0n, 1n), linearSnapshot([])), MissingRowError)
    assert.throws(() => assess(portfolioOf(0n, 2n ** 97n), BTC_SNAPSHOT), PositionTooLargeError)
    const bad = { instrument: { ...optionOf(1, 'call', 9, 1n), kind: 'perpetual' as const }, lots: 1n }
    assert.throws(() => assess({ mode: 'cross', cash: 0n, positions: [bad] }, BTC_SNAPSHOT), UnmeasuredInstrumentError)
    // As on the chain: in the order of their instruments.
    const huge = portfolioOf(0n, 2n ** 97n)
    const [late, early] = [9, 5].map((expiry) => ({ instrument: optionOf(1, 'call', expiry, WAD), lots: 1n }))
    assert.ok(late && early)
    const mixed = [late, early, ...huge.positions]
    assert.throws(() => assess({ ...huge, positions: mixed }, BTC_SNAPSHOT), PositionTooLargeError)
    assert.throws(() => assess({ ...huge, positions: [late, early] }, BTC_SNAPSHOT), /expiry 5/)
  })
})

describe('the auction', () => {
  it('discounts and rewards as published, never less later', () => {
    assert.deepEqual(
      [0n, 900n, 1_500n, 10n ** 9n].map(discountRate),
      [2n, 25n, 26n, 50n].map((p) => (p * WAD) / 100n),
    )
    assert.deepEqual(
      [0n, 1_800n, 3_600n, 10n ** 9n].map(rewardRate),
      [0n, 25n, 50n, 50n].map((p) => (p * WAD) / 1_000n),
    )
    const time = fc.bigInt({ min: 0n, max: 100_000n })
    fc.assert(
      fc.property(time, time, (a, b) => {
        assert.ok(discountRate(a + b) >= discountRate(a) && rewardRate(a + b) >= rewardRate(a))
      }),
    )
  })

  it('splits without losing a lot or a unit of cash', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: WAD }), signed, signed, (fraction, cash, lots) => {
        const portfolio = portfolioOf(cash, lots === 0n ? 1n : lots)
        const { cash: taken, legs, rest } = split(portfolio, fraction)
        assert.equal(taken + rest.cash, portfolio.cash)
        assert.equal((legs[0]?.lots ?? 0n) + (rest.positions[0]?.lots ?? 0n), portfolio.positions[0]?.lots)
      }),
    )
  })

  it('takes dust and insolvent accounts whole, and at most what restores the buffer', () => {
    const base = assess(portfolioOf(0n, 0n), linearSnapshot([]))
    assert.deepEqual(fractionBounds({ ...base, equity: 1n, maintenance: 999n * WAD }), { least: WAD, most: WAD })
    assert.deepEqual(fractionBounds({ ...base, equity: -1n, maintenance: 2_000n * WAD }), {
      least: WAD / 10n,
      most: WAD,
    })
    const { most } = fractionBounds({ ...base, equity: 1_100n * WAD, maintenance: 2_000n * WAD })
    assert.equal(most, WAD / 2n)
    assert.equal(buffered(2_000n * WAD), 2_200n * WAD)
  })

  it('halves a stopped clock every 15 minutes', () => {
    assert.equal(decayed(1_000_000n, 0n), 1_000_000n)
    for (const [age, share] of [
      [900n, 2n],
      [1_800n, 4n],
      [9_000n, 1_024n],
    ] as const) {
      const left = decayed(10n ** 18n, age)
      assert.ok((10n ** 18n / share - left) ** 2n <= 4n, `after ${age} s: ${left}`)
    }
    assert.equal(decayed(10n ** 12n, 60_000n), 0n)
  })

  it('has an exponential within a few units of the last digit', () => {
    assert.equal(expWadOfNonPositive(0n), WAD)
    assert.equal(expWadOfNonPositive(-WAD), 367879441171442321n) // e^-1 = 0.367879441171442321595...
    assert.equal(expWadOfNonPositive(-42n * WAD), 0n)
    assert.throws(() => expWadOfNonPositive(1n), RangeError)
  })
})
