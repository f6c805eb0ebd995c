import assert from 'node:assert/strict'
import { afterEach, before, beforeEach, describe, it } from 'node:test'
import { parseUnits } from 'viem'
import { diagnose } from '../../keeper/src/doctor.ts'
import type { Keeper, KeeperOptions } from '../../keeper/src/keeper.ts'
import { type AccountId, futureOf, optionOf, perpetualOf } from '../../sdk/src/index.ts'
import { addressOf, BTC, createWorld, KEEPER_KEYS, type World } from '../fixtures/keeperWorld.ts'

const [KEY, RIVAL_KEY] = KEEPER_KEYS as [`0x${string}`, `0x${string}`]
const STRIKE_UNIT = 10n ** 8n
const WINDOW = 1_800
const DAY = 86_400
const WAD = 10n ** 18n

describe('a keeper at the end of a series', () => {
  let world: World
  let expiry: number
  let later: number
  let traders: AccountId[]
  let keepers: Keeper[] = []
  let restore: () => Promise<void>

  before(async () => {
    world = await createWorld()
    await world.fundKeeper(KEY, 100_000)
    await world.fundKeeper(RIVAL_KEY, 100_000)
    ;[expiry = 0, later = 0] = await world.listOptions(BTC, [2, 9])
    traders = [1n, 2n, 3n, 4n].map((id) => world.subAccount(id))
    for (const trader of traders) await world.fund(trader, 300_000)
    const [a, b, c, d] = traders as [AccountId, AccountId, AccountId, AccountId]
    const option = (kind: 'call' | 'put', dollars: bigint) => optionOf(BTC, kind, expiry, dollars * STRIKE_UNIT)
    await world.trade(a, b, option('call', 40_000n), 10_000n)
    await world.trade(c, d, option('put', 42_000n), 5_000n)
    await world.trade(b, c, futureOf(BTC, expiry), 3_000n)
    await world.trade(a, d, optionOf(BTC, 'call', later, 44_000n * STRIKE_UNIT), 1_000n)
    await world.trade(a, d, perpetualOf(BTC), 100n)
  })
  beforeEach(async () => {
    restore = (await world.networkHelpers.takeSnapshot()).restore
  })
  afterEach(async () => {
    for (const keeper of keepers) await keeper.stop()
    keepers = []
    await automine(true)
    await restore()
  })

  const automine = (on: boolean) => world.connection.provider.request({ method: 'evm_setAutomine', params: [on] })
  const start = (services: Record<string, unknown> = {}, options: Partial<KeeperOptions> = {}, key = KEY) => {
    const keeper = world.createKeeper(world.configure(key, { services: { refresh: false, ...services } }), options)
    keepers.push(keeper)
    return keeper
  }
  const stop = async (keeper: Keeper) => {
    keepers = keepers.filter((each) => each !== keeper)
    await keeper.stop()
  }
  const kinds = ({ runner }: Keeper) => runner.open.map(({ job }) => job.action.kind)
  const text = (keeper: Keeper) => keeper.metrics.registry.metrics()
  const progress = async () => Number((await world.contracts.settlement.read.progress([BTC, expiry]))[1])
  const finalPrice = (of = expiry) => world.contracts.settlement.read.finalPrice([BTC, of])
  const aggregator = () =>
    world.connection.viem.getContractAt('MockAggregator', world.deployment.underlyings[0]?.feed ?? '0x')

  /** A price of exactly `dollars` at `time`. */
  async function pushAt(time: number, dollars: number) {
    await world.networkHelpers.time.setNextBlockTimestamp(time)
    await (await aggregator()).write.push([parseUnits(String(dollars), 8)])
  }
  /** One price a minute before the window, then one every five minutes in it: 40,000 + 100 per step. */
  async function pushThrough(until = expiry) {
    await pushAt(expiry - WINDOW - 60, 40_000)
    for (let at = expiry - WINDOW, step = 0; at < until; at += 300, step++) await pushAt(at, 40_000 + 100 * step)
  }
  const mineAt = (time: number) => world.networkHelpers.time.increaseTo(time)
  async function heldBy(accounts: readonly AccountId[], end = expiry) {
    const portfolios = await Promise.all(accounts.map((id) => world.contracts.clearinghouse.read.portfolio([id])))
    return portfolios
      .flatMap(({ positions }) => positions)
      .filter((word) => Number((word >> 200n) & 0xffffffffffn) === end)
  }
  /** Scans until nothing is on its way and nothing new is sent. */
  async function workOff({ runner }: Keeper, most = 40) {
    for (let scans = 0; scans < most; scans++) {
      await runner.tick()
      if (runner.open.length === 0) return
    }
    assert.fail(`still busy after ${most} scans`)
  }

  it('averages the window, completes it after expiry and settles every account', async () => {
    const lines: string[] = []
    const keeper = start({ accountsPerCall: 3 }, { emit: (line) => lines.push(line) })
    await pushThrough(expiry - 1_000)
    await workOff(keeper)
    assert.ok((await progress()) > expiry - WINDOW, 'nothing averaged inside the window')
    assert.match(await text(keeper), /settlement_lag_seconds\{underlying="1",expiry="\d+",keeper="test"\} -/)
    await mineAt(expiry + 10)
    await keeper.runner.tick()
    assert.match(await text(keeper), /unsettled_accounts\{underlying="1",expiry="\d+",keeper="test"\} 4/)
    await workOff(keeper)
    const [isFinal, price] = await finalPrice()
    // Three prices for 300 s each, the last of them to the end.
    const expected = (40_000n * 300n + 40_100n * 300n + 40_200n * 1_200n) / 1_800n
    assert.deepEqual([isFinal, price / WAD], [true, expected])
    assert.deepEqual(await heldBy(traders), [])
    assert.equal((await heldBy(traders, later)).length, 2)
    const done = lines.map((line) => JSON.parse(line).kind)
    assert.deepEqual([done.filter((kind) => kind === 'settle').length, done[0]], [2, 'average'])
    assert.doesNotMatch(await text(keeper), /unsettled_accounts\{/)
    await world.networkHelpers.mine()
    await keeper.runner.tick()
    assert.deepEqual(kinds(keeper), [])
    assert.match(await text(keeper), /state_mismatches_total\{keeper="test"\} 0/)
  })

  it('walks in bounded steps, and another process goes on where one has stopped', async () => {
    await pushThrough()
    await mineAt(expiry + 10)
    const first = start({ roundsPerCall: 2, settle: false })
    await first.runner.tick()
    await first.runner.tick()
    const half = await progress()
    assert.ok(half > expiry - WINDOW && half < expiry)
    const { config } = first
    await automine(false)
    await world.networkHelpers.mine()
    await first.runner.tick()
    const sent = first.runner.open.map(({ hashes }) => hashes)
    await stop(first)
    const second = world.createKeeper(config)
    keepers.push(second)
    assert.deepEqual(
      second.runner.open.map(({ hashes }) => hashes),
      sent,
    )
    await automine(true)
    await world.networkHelpers.mine()
    await workOff(second)
    assert.equal((await finalPrice())[0], true)
  })

  it('follows the feed into a new phase, with the hint that the source asks for', async () => {
    await pushAt(expiry - WINDOW - 60, 40_000)
    await pushAt(expiry - WINDOW + 300, 41_000)
    const feed = await aggregator()
    await feed.write.startPhase()
    for (let at = expiry - WINDOW + 600; at < expiry; at += 600) await pushAt(at, 42_000)
    // The old phase may still get a round until its heartbeat is over: the walk waits for it.
    await mineAt(expiry + 10)
    const keeper = start()
    await keeper.runner.tick()
    await workOff(keeper)
    assert.equal((await finalPrice())[0], false)
    await pushAt(expiry + 4_000, 42_000)
    await world.networkHelpers.mine(70)
    await workOff(keeper)
    assert.deepEqual([(await finalPrice())[0], await heldBy(traders)], [true, []])
    const [, price] = await finalPrice()
    assert.equal(price / WAD, (40_000n * 300n + 41_000n * 300n + 42_000n * 1_200n) / 1_800n)
  })

  it('goes on with everything else while a feed tells no history, and completes when it does again', async () => {
    await pushThrough()
    await mineAt(expiry + 700)
    const feed = (await aggregator()).address
    const code = (await world.client.getCode({ address: feed })) ?? '0x'
    await world.networkHelpers.setCode(feed, '0x60006000fd') // reverts, whatever it is asked
    const keeper = start()
    await workOff(keeper)
    assert.match(await text(keeper), /skipped_total\{kind="average",reason="no-history",keeper="test"\} 1/)
    assert.match(await text(keeper), /feed_up\{underlying="1",keeper="test"\} 0/)
    assert.equal(keeper.reporter.health().healthy, true)
    const findings = await diagnose(keeper.config, keeper.chain)
    const failed = findings.filter(({ ok }) => !ok).map(({ check }) => check)
    // Nobody has pushed ether for two days.
    const expected = ['feed of BTC', 'feed of ETH', 'surface of BTC', 'risk epoch of BTC']
    assert.deepEqual(failed, [...expected, `series ${new Date(expiry * 1_000).toISOString()} of BTC`])
    await world.networkHelpers.setCode(feed, code as `0x${string}`)
    await world.networkHelpers.mine(3)
    await workOff(keeper)
    assert.deepEqual([(await finalPrice())[0], await heldBy(traders)], [true, []])
  })

  it('loses to a faster keeper without an error, and does nothing that is done', async () => {
    await pushThrough()
    await mineAt(expiry + 10)
    const [mine, rival] = [start(), start({}, {}, RIVAL_KEY)]
    await automine(false)
    const scan = () => Promise.all([mine.runner.tick(), rival.runner.tick()])
    await scan()
    for (const expected of ['average', 'settle'] as const) {
      assert.deepEqual([kinds(mine), kinds(rival)], [[expected], [expected]])
      await world.networkHelpers.mine()
      await scan()
      const outcomes = await Promise.all([text(mine), text(rival)])
      const count = (outcome: string) =>
        outcomes.filter((lines) => new RegExp(`kind="${expected}",outcome="${outcome}".* 1`).test(lines)).length
      assert.deepEqual([count('confirmed'), count('lost')], [1, 1], expected)
      assert.ok(outcomes.every((lines) => !/errors_total\{/.test(lines)))
    }
    assert.deepEqual(await heldBy(traders), [])
    await world.networkHelpers.mine()
    const third = start()
    await third.runner.tick()
    assert.deepEqual(kinds(third), [])
  })

  it('ends a delisted perpetual', async () => {
    const { settlement } = world.contracts
    const end = (await world.networkHelpers.time.latest()) + 8 * DAY
    await settlement.write.scheduleDelisting([BTC, end])
    await pushAt(end - WINDOW - 60, 40_000)
    await pushAt(end - WINDOW + 900, 41_000)
    await mineAt(end + 10)
    const keeper = start()
    await workOff(keeper)
    assert.deepEqual(await finalPrice(0), [true, 40_500n * WAD])
    assert.deepEqual(await heldBy(traders, 0), [])
    assert.equal(await world.client.getTransactionCount({ address: addressOf(RIVAL_KEY) }), 2)
  })
})
