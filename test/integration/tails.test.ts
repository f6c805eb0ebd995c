/** Histories from the SDK to the chain, and what traders in the tail modes are told of them. */
import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { toHex } from 'viem'
import {
  capAt,
  capsOf,
  type HistoryMessage,
  leastCap,
  PremiumNotNewerError,
  packCaps,
  perpetualOf,
  ScanRangeMovedError,
  TAIL,
} from '../../sdk/src/index.ts'
import { BTC, createSdkWorld, ETH, type SdkWorld, type Trader } from '../fixtures/sdkWorld.ts'

const WAD = 10n ** 18n
const [HOUR, DAY] = [3_600, 86_400]
const HOURS = 6
const FULL_CAP = 8_191n
const LEAST = Array.from({ length: 17 }, (_, n) => leastCap(n))
const inputs = toHex(1, { size: 32 })
const code = toHex(2, { size: 32 })

describe('posted history', () => {
  let world: SdkWorld
  let trader: Trader

  before(async () => {
    world = await createSdkWorld()
    trader = world.createTrader(toHex(0xa11cen, { size: 32 }))
    const other = world.createTrader(toHex(0xb0bn, { size: 32 }))
    await world.fund(trader, 20_000n)
    await world.fund(other, 1_000_000n)
    await world.networkHelpers.time.increase(31)
    await world.postSurface(BTC, (6n * WAD) / 10n)
    await world.mine(trader.client.setMode({ accountId: trader.accountId, mode: 'quantitative' }))
    await world.trade(trader, other, 40_000n)
  })

  /** Caps of `percent` of the least ones. */
  async function messageOf(percent: bigint, change: Partial<HistoryMessage> = {}): Promise<HistoryMessage> {
    const { scanRange } = await trader.client.getMarket({ underlying: BTC })
    const weights = packCaps(LEAST.map((least) => (least * percent + 99n) / 100n))
    const timestamp = Number(await world.now())
    return { underlying: BTC, timestamp, scanRange, weights, offset: 300_000, inputs, code, ...change }
  }

  async function post(message: HistoryMessage) {
    const { client } = world.surfaceSigner // the one signer of all feeds of a local deployment
    const signatures = [await client.signHistory({ message })]
    return world.mine(client.postHistory({ message, signatures }))
  }

  async function rowOf() {
    const { tails } = await trader.client.getMatrix({ instruments: [perpetualOf(BTC)] })
    return tails[0] ?? assert.fail('no tail row')
  }

  /** Prices at `time` as they are, and a read of the market by everybody. */
  async function standStillUntil(time: number) {
    await world.push(BTC, 40_000n, time - 2 - Number(await world.now()))
    await world.networkHelpers.time.setNextBlockTimestamp(time)
    await world.contracts.markets.write.touch([1n << BigInt(BTC)])
  }

  it('is nothing before the first message; option prices are known', async () => {
    const { implied, historical, reachedAt, path, offset, governedOffset } = await trader.client.getTails({
      underlying: BTC,
      hours: 2,
    })
    assert.deepEqual([historical, reachedAt, offset], [undefined, undefined, governedOffset])
    assert.ok(implied && !implied.isOld && implied.floor === 700_000_000n)
    const { implied: word } = await rowOf()
    for (const [n, { maintenance, initial }] of implied.nodes.entries()) {
      assert.equal(maintenance, (capAt(word, n) * TAIL) / FULL_CAP)
      assert.equal(initial, maintenance)
    }
    assert.ok(path.every((point) => point.historical === undefined && point.implied?.shortfall === undefined))
    const other = await trader.client.getTails({ underlying: ETH })
    assert.equal(other.implied, undefined)
  })

  it('counts at once when it is the first, on nodes that ascend through an unmoved price', async () => {
    const message = await messageOf(100n)
    await post(message)
    const { historical, scanRange, offset, governedOffset } = await trader.client.getTails({ underlying: BTC })
    assert.ok(historical)
    assert.deepEqual([historical.madeAt, scanRange], [message.timestamp, message.scanRange])
    for (const [n, { maintenance, initial }] of historical.nodes.entries()) {
      assert.equal(maintenance, ((LEAST[n] ?? 0n) * TAIL) / FULL_CAP)
      assert.equal(initial, maintenance)
    }
    assert.equal(historical.nodes[8]?.move, 0n)
    assert.equal(historical.nodes[14]?.move, scanRange)
    assert.equal(offset, governedOffset - 4_000, 'towards the quoted one by a step of an hour')
    assert.equal(historical.oldAt, message.timestamp + 2 * DAY + 1)
  })

  it('is refused with typed errors when it is not newer or for another scan range', async () => {
    const { historical } = await trader.client.getTails({ underlying: BTC })
    const old = await messageOf(100n, { timestamp: historical?.madeAt ?? 0 })
    await assert.rejects(post(old), PremiumNotNewerError)
    const { scanRange, ...rest } = await messageOf(100n)
    await assert.rejects(post({ ...rest, scanRange: (scanRange * 11n) / 10n }), ScanRangeMovedError)
  })

  it('counts in initial margin at once and in maintenance margin by 2 % an hour, to the second that is told', async () => {
    await standStillUntil(Number(await world.now()) + DAY)
    await world.postSurface(BTC, (6n * WAD) / 10n)
    await post(await messageOf(140n))
    const { historical, reachedAt } = await trader.client.getTails({ underlying: BTC })
    assert.ok(historical && reachedAt !== undefined)
    assert.ok(historical.nodes.every(({ maintenance, initial }) => maintenance < initial))
    const ahead = reachedAt - Number(await world.now())
    assert.ok(ahead > 16 * HOUR && ahead < 18 * HOUR, `1.02^17 = 1.4: ${ahead}`)
  })

  it('is what the outlook of an account follows: that the chain asks for, hour by hour', async () => {
    const { accountId, client } = trader
    const foreseen = await client.getOutlook({ accountId, hours: HOURS })
    const [first] = foreseen.points
    const last = foreseen.points.at(-1)
    assert.ok(first && last && last.maintenance > first.maintenance, 'above the floor within these hours')
    for (const point of foreseen.points.slice(1)) {
      await standStillUntil(point.time)
      const { equity, maintenance, initial } = await client.getAssessment({ accountId })
      assert.deepEqual({ hours: point.hours, time: point.time, equity, maintenance, initial }, point)
    }
  })

  it('tells the shortfall of the next hours, which the engine then measures', async () => {
    const { accountId, client } = trader
    const { path } = await client.getTails({ underlying: BTC, accountId, hours: 3 })
    for (const { time, historical, hours } of path) {
      if (hours > 0) await standStillUntil(time)
      const { risks } = await client.getAudit({ accountId })
      const own = risks.find(({ underlying }) => underlying === BTC)
      assert.ok(own && own.shortfall > 0n)
      assert.equal(historical?.shortfall, own.shortfall)
    }
    const shortfalls = path.map(({ historical }) => historical?.shortfall ?? 0n)
    assert.ok(shortfalls.every((each, hour) => hour === 0 || each > (shortfalls[hour - 1] ?? 0n)))
  })

  it('has all of its probabilities in maintenance margin at the second that was told, none before', async () => {
    const { reachedAt = 0 } = await trader.client.getTails({ underlying: BTC })
    const arrived = async () => {
      const { historical, historicalInitial } = await rowOf()
      return capsOf(historical) === capsOf(historicalInitial)
    }
    await standStillUntil(reachedAt - 1)
    assert.equal(await arrived(), false)
    await world.networkHelpers.time.setNextBlockTimestamp(reachedAt)
    await world.networkHelpers.mine()
    assert.equal(await arrived(), true)
  })

  it('gets old when nothing new comes: initial margin measures as Portfolio, maintenance margin later', async () => {
    const { historical } = await trader.client.getTails({ underlying: BTC })
    assert.ok(historical && !historical.isOld)
    const at = async (time: number) => {
      await world.networkHelpers.time.setNextBlockTimestamp(time)
      await world.networkHelpers.mine()
      const { historical: now } = await trader.client.getTails({ underlying: BTC })
      return now ?? assert.fail('no history')
    }
    const full = 10n ** 9n
    const fresh = await at(historical.oldAt - 1)
    assert.deepEqual([fresh.isOld, fresh.floor, fresh.initialFloor], [false, 700_000_000n, 700_000_000n])
    const old = await at(historical.oldAt)
    assert.ok(old.isOld && old.floor > 700_000_000n && old.initialFloor === full)
    assert.ok((await at(historical.portfolioAt - 1)).floor < full)
    assert.equal((await at(historical.portfolioAt)).floor, full)
    await assert.rejects(trader.client.getTails({ underlying: BTC, hours: 0.5 }), RangeError)
  })
})
