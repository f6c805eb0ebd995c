import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  assess,
  audit,
  greeksOf,
  instrumentsOf,
  largestTrade,
  leastDeposit,
  liquidationPrices,
  markOf,
  movedMarket,
  nearestBreach,
  type Portfolio,
  type PreviewAction,
  preview,
  scenarioPnl,
  snapshotAt,
  WAD,
} from '../src/index.ts'
import { BTC_MARKET } from './markets.ts'
import { BTC_SERIES, book, btcOption, btcSnapshot, NOW, PERPETUAL } from './optionMarkets.ts'

const COIN = 10_000n
const [CALL, PUT] = [btcOption('call', 40_000n), btcOption('put', 40_000n)]
const number = (value: bigint) => Number(value) / 1e18

describe('the matrix at any spot and time', () => {
  it('prices an at-the-money call and put of 60 % as Black-76: 40,000 * (2 * Phi(0.086007) - 1)', () => {
    const snapshot = btcSnapshot([CALL, PUT])
    for (const instrument of [CALL, PUT]) assert.ok(Math.abs(number(markOf(snapshot, instrument)) - 2741.576) < 0.05)
  })

  it('keeps the volatility of a strike, and lets it run off with time', () => {
    const half = btcSnapshot([CALL], BTC_MARKET.spot, NOW + 15 * 86_400)
    // Half of the variance: the value falls by about the root of two.
    assert.ok(Math.abs(number(markOf(half, CALL)) / 2741.576 - Math.SQRT1_2) < 1e-3)
    const end = btcSnapshot([CALL], 41_000n * WAD, NOW + 30 * 86_400)
    assert.equal(markOf(end, CALL), 1_000n * WAD)
  })
})

describe('liquidation prices', () => {
  const inputOf = (portfolio: Portfolio) =>
    ({ portfolio, markets: [BTC_MARKET], series: [BTC_SERIES], time: NOW, underlying: 1 }) as const

  it('of a long perpetual solve cash + q S = 3.25 % q S', () => {
    const portfolio = book(-36_000n, [{ instrument: PERPETUAL, lots: COIN }])
    const { below, above } = liquidationPrices(inputOf(portfolio))
    assert.equal(above, undefined)
    assert.ok(below !== undefined && Math.abs(number(below) - 36_000 / 0.9675) < 0.1, String(below))
  })

  it('of a short straddle are on both sides, broken there and not a millionth nearer', () => {
    const positions = [CALL, PUT].map((instrument) => ({ instrument, lots: -COIN }))
    const portfolio = book(16_000n, positions)
    const { below, above } = liquidationPrices(inputOf(portfolio))
    assert.ok(below !== undefined && above !== undefined && below < BTC_MARKET.spot && above > BTC_MARKET.spot)
    const breaks = (spot: bigint) => {
      const markets = [movedMarket(BTC_MARKET, spot, true)]
      const instruments = instrumentsOf(portfolio)
      const snapshot = snapshotAt({ series: [BTC_SERIES], markets, time: NOW, instruments })
      const { equity, maintenance, goodEnd } = assess(portfolio, snapshot)
      return equity + goodEnd < maintenance
    }
    const nearer = BTC_MARKET.spot / 1_000_000n
    assert.ok(breaks(below) && breaks(above))
    assert.ok(!breaks(below + nearer) && !breaks(above - nearer))
  })

  it('are none for a long option that is paid, and spot itself for a broken account', () => {
    const long = book(0n, [{ instrument: CALL, lots: COIN }])
    assert.deepEqual(liquidationPrices(inputOf(long)), { below: undefined, above: undefined })
    const broken = book(-39_000n, [{ instrument: PERPETUAL, lots: COIN }])
    assert.deepEqual(liquidationPrices(inputOf(broken)), { below: BTC_MARKET.spot, above: BTC_MARKET.spot })
  })
})

describe('the nearest breaching scenario', () => {
  it('of a short put is the lower end of the range with 5,258 of equity over 2,785 of maintenance', () => {
    const portfolio = book(8_000n, [{ instrument: PUT, lots: -COIN }])
    const snapshot = btcSnapshot([PUT])
    const { assessment, risks } = audit(portfolio, snapshot)
    const found = nearestBreach(assessment, risks)
    const pnl = scenarioPnl(risks[0] ?? assert.fail())
    assert.ok(found && assessment.equity + (pnl[2 * (found.sixths + 6)] ?? 0n) === found.equity)
    assert.ok(found.equity < assessment.maintenance && found.sixths === -6 && found.volatility === 'up')
    const rich = book(10n ** 6n, portfolio.positions)
    const audited = audit(rich, snapshot)
    assert.equal(nearestBreach(audited.assessment, audited.risks), undefined)
  })
})

describe('sizes', () => {
  const trade = {
    type: 'trade',
    legs: [{ instrument: PUT, ratio: -1n }],
    price: -(2_741n * WAD) / COIN,
  } as const

  it('of the largest trade: one unit more is refused', () => {
    const snapshot = btcSnapshot([PUT])
    const input = { portfolio: book(10_000n, []), snapshot, trade }
    const units = largestTrade(input)
    assert.ok(units > COIN / 10n && units < 10n * COIN, String(units))
    const failureOf = (lots: bigint) => preview(input.portfolio, snapshot, [{ ...trade, units: lots }]).failure?.error
    assert.deepEqual([failureOf(units), failureOf(units + 1n)], [undefined, 'InsufficientMargin'])
    assert.equal(largestTrade({ ...input, most: 7n }), 7n)
    assert.equal(largestTrade({ ...input, portfolio: book(-1n, []) }), 0n)
  })

  it('of the least deposit: one unit less is not enough', () => {
    const positions = [{ instrument: PUT, lots: -COIN }]
    const snapshot = btcSnapshot([PUT])
    const least = leastDeposit(assess(book(0n, positions), snapshot), (12n * WAD) / 10n)
    const { equity, initial } = assess({ mode: 'cross', cash: least, positions }, snapshot)
    assert.ok(equity * 10n >= initial * 12n && (equity - 1n) * 10n < initial * 12n)
    assert.equal(leastDeposit(assess(book(10n ** 6n, positions), snapshot)), 0n)
  })
})

describe('greeks', () => {
  const greeks = (portfolio: Portfolio) => {
    const [risk] = audit(portfolio, btcSnapshot(instrumentsOf(portfolio))).risks
    return greeksOf(risk ?? assert.fail(), BTC_MARKET.scanRange)
  }

  it('of a call are those of Black-76, within the step of the grid', () => {
    const { delta, gamma, vega, theta } = greeks(book(0n, [{ instrument: CALL, lots: COIN }]))
    // N(d1) = 0.53427 of 40,000 dollars; gamma S^2 1 % = phi(d1) / (sigma sqrt(tau)) * 400.
    assert.ok(Math.abs(number(delta) / (0.53427 * 40_000) - 1) < 0.01, String(number(delta)))
    assert.ok(Math.abs(number(gamma) / ((0.39747 / 0.172011) * 400) - 1) < 0.05, String(number(gamma)))
    // The up shock is 50 % of volatility at 30 days: half of the value again.
    assert.ok(Math.abs(number(vega) / (2741.576 / 2) - 1) < 0.01, String(number(vega)))
    // Down: 25 % less volatility and a day less of 30.
    const left = 0.75 * Math.sqrt(29 / 30)
    assert.ok(Math.abs(number(theta) / (2741.576 * (left - 1)) - 1) < 0.01, String(number(theta)))
  })

  it('of a perpetual are its notional and nothing else; a call and a put differ by a forward', () => {
    const perpetual = greeks(book(0n, [{ instrument: PERPETUAL, lots: COIN }]))
    assert.deepEqual(perpetual, { delta: 40_000n * WAD, gamma: 0n, vega: 0n, theta: 0n })
    const [call, put] = [CALL, PUT].map((instrument) => greeks(book(0n, [{ instrument, lots: COIN }])))
    assert.equal((call?.delta ?? 0n) - (put?.delta ?? 0n), 40_000n * WAD)
    assert.deepEqual([call?.vega, call?.theta], [put?.vega, put?.theta])
  })
})

describe('previews of option trades', () => {
  const buyStraddle: PreviewAction = {
    type: 'trade',
    legs: [CALL, PUT].map((instrument) => ({ instrument, ratio: 1n })),
    units: COIN,
    price: (5_500n * WAD) / COIN,
  }

  it('show equity, margins and every scenario before and after, the fee at most an eighth of the marks', () => {
    const snapshot = btcSnapshot([CALL, PUT])
    const { allowed, before, after, risks, steps } = preview(book(10_000n, []), snapshot, [buyStraddle])
    assert.equal(allowed, true)
    assert.equal(before.equity, 10_000n * WAD)
    // 5 bp of two notionals of 40,000: less than 12.5 % of 2,741 each.
    assert.equal(steps[0]?.fee, 40n * WAD)
    assert.ok(Math.abs(number(after.equity) - (10_000 - 5_500 + 2 * 2741.576 - 40)) < 0.1)
    assert.deepEqual(
      scenarioPnl(risks.before[0] ?? assert.fail()),
      Array.from({ length: 30 }, () => 0n),
    )
    const [worst] = scenarioPnl(risks.after[0] ?? assert.fail())
      .filter((pnl) => pnl < 0n)
      .sort((a, b) => (a < b ? -1 : 1))
    assert.ok(worst !== undefined && after.maintenance > 0n && after.maintenance <= 2n * 2742n * WAD)
  })

  it('refuse what the chain refuses', () => {
    const empty = book(10_000n, [])
    const errorOf = (instrument: typeof CALL, snapshot = btcSnapshot([instrument])) => {
      const action = { ...buyStraddle, legs: [{ instrument, ratio: 1n }] }
      return preview(empty, snapshot, [action]).failure?.error
    }
    assert.equal(errorOf(CALL), undefined)
    assert.equal(errorOf(btcOption('call', 40_001n)), 'InstrumentNotListed') // off the grid
    assert.equal(errorOf(btcOption('call', 400_000n)), 'InstrumentNotListed') // ten times spot
    const far = btcOption('call', 400_000n)
    const closing = { ...buyStraddle, legs: [{ instrument: far, ratio: 1n }], closes: true }
    const held = book(10_000n, [{ instrument: far, lots: -COIN }])
    assert.equal(preview(held, btcSnapshot([far]), [closing]).failure, undefined)
    assert.equal(errorOf({ ...CALL, kind: 'future' }, btcSnapshot([CALL])), 'InstrumentNotListed') // with a strike
    assert.equal(errorOf(PUT, btcSnapshot([btcOption('put', 41_000n)])), 'MissingSeries')
    assert.equal(errorOf(CALL, btcSnapshot([CALL], BTC_MARKET.spot, NOW + 3_601)), 'SurfaceStale')
    const huge = { ...buyStraddle, legs: [{ instrument: CALL, ratio: 1n }], units: 2n ** 40n }
    assert.equal(preview(empty, btcSnapshot([CALL]), [huge]).failure?.error, 'LotsOutOfRange')
  })
})
