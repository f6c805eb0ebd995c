import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  ACCOUNT_ROOM,
  assess,
  DATED_ROOM,
  linearSnapshot,
  MAX_POSITIONS,
  type PreviewAction,
  perpetualOf,
  preview,
  previewStep,
  roomTaken,
  spotOf,
  UNDERLYING_ROOM,
  WAD,
} from '../src/index.ts'
import { BTC_MARKET, BTC_SNAPSHOT, portfolioOf } from './markets.ts'

const PRICE = 4n * WAD
const buy = (units: bigint): PreviewAction => ({
  type: 'trade',
  legs: [{ instrument: perpetualOf(1), ratio: 1n }],
  units,
  price: PRICE,
})
const sell = (units: bigint): PreviewAction => ({
  type: 'trade',
  legs: [{ instrument: perpetualOf(1), ratio: -1n }],
  units,
  price: -PRICE,
})
const ETH_MARKET = { ...BTC_MARKET, underlying: 2 }

describe('preview', () => {
  it('moves cash, lots and fees of a trade: 5 bp of 40,000', () => {
    const { allowed, portfolio, after, steps } = preview(portfolioOf(10_000n, 0n), BTC_SNAPSHOT, [buy(10_000n)])
    assert.equal(allowed, true)
    assert.deepEqual(portfolio, portfolioOf(10_000n - 40_000n - 20n, 10_000n))
    assert.equal(steps[0]?.fee, 20n * WAD)
    assert.equal(after.equity, (10_000n - 20n) * WAD)
  })

  it('applies actions one after the other and stops at the first that fails', () => {
    const actions: PreviewAction[] = [buy(10_000n), { type: 'withdraw', asset: 0, amount: 9_000n * WAD }, sell(10_000n)]
    const { allowed, failure, steps, portfolio } = preview(portfolioOf(10_000n, 0n), BTC_SNAPSHOT, actions)
    assert.deepEqual([allowed, steps.length, failure?.error], [false, 2, 'InsufficientMargin'])
    assert.deepEqual(portfolio.positions, [{ instrument: perpetualOf(1), lots: 10_000n }])
  })

  it('tries one action alone with the outcome that it has as the first of many', () => {
    const actions: PreviewAction[] = [buy(10_000n), buy(10n ** 8n), sell(1n), { type: 'setMode', mode: 'isolated' }]
    for (const reduceOnly of [false, true]) {
      for (const action of actions) {
        const { steps } = preview(portfolioOf(10_000n, 0n), BTC_SNAPSHOT, [action, sell(10_000n)], { reduceOnly })
        assert.deepEqual(previewStep(portfolioOf(10_000n, 0n), BTC_SNAPSHOT, action, { reduceOnly }), steps[0])
      }
    }
  })

  it('lets an account below initial margin reduce, and not grow', () => {
    const poor = { ...portfolioOf(-38_300n, 10_000n) }
    const { initial, equity } = assess(poor, BTC_SNAPSHOT)
    assert.ok(equity < initial)
    assert.equal(preview(poor, BTC_SNAPSHOT, [sell(5_000n)]).allowed, true)
    assert.equal(preview(poor, BTC_SNAPSHOT, [buy(1n)]).failure?.error, 'InsufficientMargin')
  })

  it('takes the fee never below equity 0', () => {
    const { steps } = preview(portfolioOf(-40_000n + 1n, 10_000n), BTC_SNAPSHOT, [sell(10_000n)])
    assert.equal(steps[0]?.fee, WAD)
  })

  it('refuses new risk without a live price, above the cap, or where a market only reduces', () => {
    const held = portfolioOf(10_000n, 0n)
    for (const market of [
      { ...BTC_MARKET, status: 'dead' as const },
      { ...BTC_MARKET, reduceOnly: true },
      { ...BTC_MARKET, openInterestCap: 9n },
    ]) {
      assert.equal(preview(held, linearSnapshot([market]), [buy(10n)]).failure?.error, 'NewRiskRefused')
    }
    // A flat counterparty of a buyer goes short: only the buyer's lots count. One that closes a long takes them away again.
    const full = { ...BTC_MARKET, openInterest: 9n, openInterestCap: 9n }
    const [trade] = [buy(10n)]
    assert.equal(trade?.type, 'trade')
    assert.equal(
      preview(held, linearSnapshot([full]), [{ ...trade, counterpartyLots: [10n] } as PreviewAction]).allowed,
      true,
    )
  })

  it('keeps a reduce-only account from growing until it has initial margin', () => {
    const account = portfolioOf(-39_900n, 10_000n)
    const rich = { type: 'deposit', asset: 0, amount: 50_000n * WAD } as const
    const options = { reduceOnly: true }
    const gift = { ...buy(1n), price: -1_000n * WAD } as PreviewAction // better off, but not up to initial margin
    assert.equal(preview(account, BTC_SNAPSHOT, [gift]).allowed, true)
    assert.equal(preview(account, BTC_SNAPSHOT, [gift], options).failure?.error, 'AccountReduceOnly')
    assert.equal(preview(account, BTC_SNAPSHOT, [rich, buy(1n)], options).allowed, true)
  })

  it('knows the bounds of the ledger', () => {
    const held = portfolioOf(10_000n, 0n)
    const errorOf = (action: PreviewAction) => preview(held, BTC_SNAPSHOT, [action]).failure?.error
    assert.equal(errorOf(buy(2n ** 47n)), 'LotsOutOfRange')
    assert.equal(errorOf({ type: 'withdraw', asset: 1, amount: 1n }), 'NegativeCollateral')
    assert.equal(errorOf({ type: 'deposit', asset: 1, amount: 0n }), 'ZeroAmount')
    assert.equal(errorOf({ type: 'deposit', asset: 9, amount: 1n }), 'MissingMarket')
    assert.equal(errorOf({ ...buy(1n), legs: [] } as PreviewAction), 'NoLegs')
    assert.equal(errorOf({ ...buy(1n), maxFee: 0n } as PreviewAction), 'FeeAboveMaximum')
    const legs = [{ instrument: { ...perpetualOf(1), strike: 1n }, ratio: 1n }]
    assert.equal(errorOf({ ...buy(1n), legs } as PreviewAction), 'InstrumentNotListed')
    const positions = Array.from({ length: MAX_POSITIONS }, (_, n) => ({ instrument: perpetualOf(n + 2), lots: 1n }))
    const rows = positions.map(({ instrument }) => ({ ...BTC_MARKET, underlying: instrument.underlying }))
    const all = linearSnapshot([BTC_MARKET, ...rows])
    const { failure } = preview({ ...held, positions }, all, [{ type: 'deposit', asset: 1, amount: 1n }])
    assert.deepEqual(failure, { error: 'TooManyPositions', limit: MAX_POSITIONS })
    const perpetuals = Array.from({ length: 34 }, (_, n) => ({ instrument: perpetualOf(n + 2), lots: 1n }))
    assert.equal(roomTaken(perpetuals), 136)
    const others = perpetuals.map(({ instrument }) => ({ ...BTC_MARKET, underlying: instrument.underlying }))
    const wide = linearSnapshot([BTC_MARKET, ...others])
    const full = preview({ ...held, positions: perpetuals }, wide, [{ type: 'deposit', asset: 1, amount: 1n }])
    assert.deepEqual(full.failure, { error: 'AccountFull', taken: 140, room: ACCOUNT_ROOM })
    const future = { instrument: { ...perpetualOf(1), kind: 'future' as const, expiry: 1 }, lots: 1n }
    assert.equal(roomTaken([future, ...perpetuals.slice(0, 2)]), 3 + 3 * UNDERLYING_ROOM + DATED_ROOM)
  })

  it('closes a position by moving the last one into its place', () => {
    const positions = [1, 2].map((underlying) => ({ instrument: perpetualOf(underlying), lots: 10n }))
    const { portfolio } = preview(
      { ...portfolioOf(10_000n, 0n), positions },
      linearSnapshot([BTC_MARKET, ETH_MARKET]),
      [sell(10n)],
    )
    assert.deepEqual(portfolio.positions, [{ instrument: perpetualOf(2), lots: 10n }])
  })

  it('needs initial margin for a change of mode, and one underlying for isolation', () => {
    const positions = [1, 2].map((underlying) => ({ instrument: perpetualOf(underlying), lots: 10n }))
    const isolate = { type: 'setMode', mode: 'isolated' } as const
    const both = preview({ ...portfolioOf(10_000n, 0n), positions }, linearSnapshot([BTC_MARKET, ETH_MARKET]), [
      isolate,
    ])
    assert.deepEqual(both.failure, { error: 'IsolatedAccount', underlyings: 2 })
    assert.equal(preview(portfolioOf(-38_300n, 10_000n), BTC_SNAPSHOT, [isolate]).failure?.error, 'InsufficientMargin')
  })

  it('lets collateral in below initial margin, and settled cash fall to its floor only', () => {
    const deposit = { type: 'deposit', asset: 1, amount: 10n ** 6n } as const
    assert.equal(preview(portfolioOf(-39_500n, 10_000n), BTC_SNAPSHOT, [deposit]).allowed, true)
    const collateral = { mode: 'cross', cash: 0n, positions: [{ instrument: spotOf(1), lots: 10n ** 8n }] } as const
    const withdrawal = { type: 'withdraw', asset: 0, amount: WAD } as const
    const { failure } = preview(collateral, BTC_SNAPSHOT, [withdrawal])
    assert.deepEqual(failure, { error: 'SettledCashTooLow', settledCash: -WAD, floor: 0n })
  })
})
