/** What the ramps of the scan ranges do to accounts: the twin's outlook against the chain, hour by hour. */
import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { toHex } from 'viem'
import { UNDERLYINGS } from '../../deploy/parameters.ts'
import { callOf, type MarginLevel, type MarginNotice, putOf } from '../../sdk/src/index.ts'
import { BTC, createSdkWorld, type SdkWorld, type Trader } from '../fixtures/sdkWorld.ts'

const WAD = 10n ** 18n
const HOUR = 3600
const HOURS = 6
const at = (strike: bigint) => strike * 10n ** 8n

describe('the outlook of an account', () => {
  let world: SdkWorld
  let trader: Trader
  let writer: Trader

  before(async () => {
    world = await createSdkWorld(UNDERLYINGS)
    trader = world.createTrader(toHex(0xa11cen, { size: 32 }))
    writer = world.createTrader(toHex(0xb0bn, { size: 32 }))
    await world.fund(trader, 20_000n)
    await world.fund(writer, 1_000_000n)
    await world.networkHelpers.time.increase(31)
    // Ten bitcoin, 400,000 USD, before the ranges have far to go: 150 % implied.
    await world.trade(trader, writer, 80_000n)
    await world.postSurface(BTC, (3n * WAD) / 2n)
    const [, , month] = world.expiries
    assert.ok(month)
    const legs = [
      { instrument: putOf(BTC, month, at(36_000n)), ratio: 1n },
      { instrument: callOf(BTC, month, at(44_000n)), ratio: 1n },
    ]
    const third = world.createTrader(toHex(0xca401n, { size: 32 }))
    await world.fund(third, 1_000_000n)
    await world.tradeStructure(third, writer, legs, 1_000n, WAD)
  })

  it('tells what binds a range and where it goes', async () => {
    const { binding, state, required, volatility, path } = await trader.client.getScanRange({
      underlying: BTC,
      hours: 60,
    })
    assert.equal(binding, 'implied')
    assert.equal(state.target, required)
    // The posted smile has 150 % at the money: 0.6 * 1.5 + 0.4 * 1.1 = 1.34.
    assert.ok(volatility > (133n * WAD) / 100n && volatility < (135n * WAD) / 100n)
    assert.ok(path.every(({ maintenance }, hour) => maintenance >= (path[hour - 1]?.maintenance ?? 0n)))
    assert.equal(path.at(-1)?.maintenance, required)
  })

  it('prices option books again at each range', async () => {
    const { points } = await writer.client.getOutlook({ accountId: writer.accountId, hours: HOURS })
    const { equity, maintenance, initial } = await writer.client.getAssessment({ accountId: writer.accountId })
    assert.deepEqual(points[0], { hours: 0, time: Number(await world.now()), equity, maintenance, initial })
    for (const [hour, point] of points.entries()) {
      assert.equal(point.equity, equity)
      assert.ok(hour === 0 || point.maintenance > (points[hour - 1]?.maintenance ?? 0n))
    }
    await assert.rejects(writer.client.getOutlook({ accountId: writer.accountId, hours: 1.5 }), RangeError)
  })

  it('names the margin call, the hour of the breach and the cash that prevents it', async () => {
    const { accountId, client } = trader
    const { points, marginCall, breachIn, breachAt, topUp } = await client.getOutlook({ accountId, hours: 48 })
    const [first] = points
    assert.ok(first && breachIn !== undefined && breachIn > 0, 'healthy now, not for long')
    assert.equal(marginCall, first.initial - first.equity)
    assert.equal(breachAt, points[breachIn]?.time)
    assert.ok(
      breachAt !== undefined && breachAt < Number(await world.now()) + breachIn * HOUR,
      'an hour after the last sample',
    )
    for (const { hours, equity, maintenance } of points) assert.equal(equity >= maintenance, hours < breachIn)
    await world.fund(trader, topUp / WAD + 1n)
    const after = await client.getOutlook({ accountId, hours: 48 })
    assert.deepEqual([after.breachIn, after.topUp], [undefined, 0n])
  })

  it('is watched: a notice when the level changes, and only then', async () => {
    const { accountId, client } = trader
    const notices: MarginNotice[] = []
    const errors: unknown[] = []
    const onNotice = (notice: MarginNotice) => notices.push(notice)
    const onError = (error: unknown) => errors.push(error)
    const unwatch = client.watchMargin({ accountId, hours: 48, onNotice, onError, pollingInterval: 20 })
    const arrives = async (level: MarginLevel) => {
      for (let i = 0; i < 200 && notices.at(-1)?.level !== level; i++) await new Promise((done) => setTimeout(done, 20))
      assert.equal(notices.at(-1)?.level, level)
    }
    await arrives('initial')
    await world.push(BTC, 39_000n)
    await arrives('ramp')
    assert.ok((notices.at(-1)?.topUp ?? 0n) > 0n)
    await world.push(BTC, 36_000n)
    await arrives('maintenance')
    await world.push(BTC, 40_000n)
    await world.networkHelpers.mine()
    await arrives('initial')
    unwatch()
    const { length } = notices
    await world.push(BTC, 36_000n)
    await new Promise((done) => setTimeout(done, 200))
    assert.equal(notices.length, length)
    assert.deepEqual(errors, [])
    await world.push(BTC, 40_000n)
  })

  it('is what the chain asks for, hour by hour, when the market stands still', async () => {
    const { accountId, client } = trader
    const { state } = await client.getScanRange({ underlying: BTC })
    const foreseen = await client.getOutlook({ accountId, hours: HOURS })
    for (let hour = 1; hour <= HOURS; hour++) {
      const time = state.sampledAt + hour * HOUR
      await world.push(BTC, 40_000n, time - 2 - Number(await world.now()))
      await world.networkHelpers.time.setNextBlockTimestamp(time)
      await world.contracts.markets.write.touch([1n << BigInt(BTC)])
      const { equity, maintenance, initial } = await client.getAssessment({ accountId })
      assert.deepEqual({ hours: hour, time, equity, maintenance, initial }, foreseen.points[hour])
    }
  })
})
