import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { toHex } from 'viem'
import {
  callOf,
  clearing,
  futureOf,
  NotFirstError,
  NothingToAverageError,
  perpetualOf,
  putOf,
  SETTLEMENT_WINDOW,
  UnknownRoundError,
  UnknownSeriesError,
} from '../../sdk/src/index.ts'
import { BTC, createSdkWorld, ETH, type SdkWorld, type Trader } from '../fixtures/sdkWorld.ts'

const WAD = 10n ** 18n
const LOT_UNIT = 10n ** 14n
/** Prices pushed in the settlement window: seconds into it, dollars. */
const ROUNDS = [
  [-40, 41_000n],
  [300, 41_500n],
  [900, 42_400n],
  [1_500, 39_900n],
] as const

describe('settlement through the SDK', () => {
  let world: SdkWorld
  let alice: Trader
  let bob: Trader
  let expiry: number
  let price: bigint

  const at = (strike: bigint) => strike * 10n ** 8n
  const cashOf = async ({ client, accountId }: Trader) => (await client.getAccount({ accountId })).portfolio.cash

  /** Time-weighted: each round is in force from its own block on. */
  let expected: bigint

  before(async () => {
    world = await createSdkWorld()
    alice = world.createTrader(toHex(0xa11cen, { size: 32 }))
    bob = world.createTrader(toHex(0xb0bn, { size: 32 }))
    await world.fund(alice, 1_000_000n)
    await world.fund(bob, 1_000_000n)
    await world.networkHelpers.time.increase(31)
    await world.postSurface(BTC, (8n * WAD) / 10n)
    expiry = world.expiries[0] ?? assert.fail()
    const legs = [
      { instrument: callOf(BTC, expiry, at(40_000n)), ratio: 3n },
      { instrument: putOf(BTC, expiry, at(42_500n)), ratio: -2n },
      { instrument: futureOf(BTC, expiry), ratio: 1n },
      { instrument: perpetualOf(BTC), ratio: 1n },
    ]
    await world.tradeStructure(alice, bob, legs, 10_000n, 9n * WAD)
  })

  it('knows no price before the end, and nothing to average before the window', async () => {
    const final = await alice.client.getFinalPrice({ underlying: BTC, expiry })
    assert.deepEqual(final, { price: undefined, end: expiry, doneUntil: 0, sum: 0n })
    const series = { underlying: BTC, expiry }
    await assert.rejects(alice.client.averageSettlement(series), NothingToAverageError)
    await assert.rejects(alice.client.averageSettlement({ underlying: BTC, expiry: expiry + 1 }), UnknownSeriesError)
    await assert.rejects(alice.client.averageSettlement({ underlying: BTC, expiry: 0 }), UnknownSeriesError)
    await assert.rejects(alice.client.getSettlementHint({ underlying: ETH, expiry: 0 }), UnknownSeriesError)
  })

  it('finds the round with which the window begins, and no other is taken', async () => {
    const start = expiry - SETTLEMENT_WINDOW
    const times: bigint[] = []
    for (const [offset, dollars] of ROUNDS) {
      await world.networkHelpers.time.increaseTo(start + offset)
      await world.push(BTC, dollars, 1)
      times.push(await world.now())
    }
    expected = averageOf(times)
    const hint = await alice.client.getSettlementHint({ underlying: BTC, expiry })
    assert.equal(hint & ((1n << 64n) - 1n), 2n, 'the deployment answered first')
    for (const wrong of [hint - 1n, hint + 1n]) {
      await assert.rejects(alice.client.averageSettlement({ underlying: BTC, expiry, hint: wrong }), NotFirstError)
    }
    await assert.rejects(alice.client.averageSettlement({ underlying: BTC, expiry }), UnknownRoundError)
    await world.mine(alice.client.averageSettlement({ underlying: BTC, expiry, hint, maxRounds: 2n }))
    const { doneUntil, price: early } = await alice.client.getFinalPrice({ underlying: BTC, expiry })
    assert.deepEqual([doneUntil, early], [Number(times[2]), undefined])
  })

  function averageOf(times: readonly bigint[]): bigint {
    let sum = 0n
    let from = BigInt(expiry - SETTLEMENT_WINDOW)
    for (const [index, [, dollars]] of ROUNDS.entries()) {
      const until = times[index + 1] ?? BigInt(expiry)
      sum += dollars * WAD * (until - from)
      from = until
    }
    return sum / BigInt(SETTLEMENT_WINDOW)
  }

  it('quotes options inside the window as the chain does', async () => {
    const instrument = callOf(BTC, expiry, at(40_000n))
    const { mark, delta, blockNumber } = await alice.client.getOptionQuote({ instrument })
    const { strikes } = await alice.client.getMatrix({ instruments: [instrument], blockNumber })
    assert.equal(mark, strikes[0]?.callMark)
    // Half of the average is fixed: the option moves with what is left.
    assert.ok(delta > 0n && delta < (55n * WAD) / 100n, String(delta))
  })

  it('averages the rest once all of it has passed', async () => {
    await world.networkHelpers.time.increaseTo(expiry + 5)
    await world.mine(bob.client.averageSettlement({ underlying: BTC, expiry }))
    const final = await alice.client.getFinalPrice({ underlying: BTC, expiry })
    assert.ok(final.price)
    price = final.price
    assert.deepEqual([final.doneUntil, price], [expiry, expected])
    await assert.rejects(alice.client.averageSettlement({ underlying: BTC, expiry }), NothingToAverageError)
  })

  it('turns positions into cash at the final price, to the wei, and leaves the perpetual', async () => {
    const [before, other] = await Promise.all([cashOf(alice), cashOf(bob)])
    const accountIds = [alice.accountId, bob.accountId]
    await world.mine(alice.client.settleAccounts({ accountIds }))
    const call = price - 40_000n * WAD
    const put = 42_500n * WAD - price
    const value36 = 10_000n * LOT_UNIT * (3n * call - 2n * put + price)
    const paid = (await cashOf(alice)) - before
    assert.ok(call > 0n && put > 0n)
    assert.equal(paid, value36 / WAD)
    const rest = value36 % WAD === 0n ? 0n : 1n
    assert.equal((await cashOf(bob)) - other, -paid - rest)
    const left = await alice.client.getAccount({ accountId: clearing(BTC, expiry) })
    assert.equal(left.portfolio.cash, rest)
    const { portfolio } = await alice.client.getAccount({ accountId: alice.accountId })
    assert.deepEqual(portfolio.positions, [{ instrument: perpetualOf(BTC), lots: 10_000n }])
  })
})
