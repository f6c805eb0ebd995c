import assert from 'node:assert/strict'
import { afterEach, before, beforeEach, describe, it } from 'node:test'
import type { Keeper } from '../../keeper/src/keeper.ts'
import { type AccountId, encodeInstrumentId, encodeUnderlyingSet, futureOf, optionOf } from '../../sdk/src/index.ts'
import { addressOf, BTC, createWorld, KEEPER_KEYS, type World } from '../fixtures/keeperWorld.ts'

const [KEY] = KEEPER_KEYS as [`0x${string}`]
const STRIKE_UNIT = 10n ** 8n
const LOTS = 50_000n
/** Options as cheap to sell as anything else. */
const liquid = { optionSpread: 0, optionTick: 0, touchAfterSeconds: 0 }
const noServices = { services: { refresh: false }, policy: liquid }

describe('a keeper among options', () => {
  let world: World
  let writer: AccountId
  let main: AccountId
  let expiries: number[]
  let keeper: Keeper | undefined
  let restore: () => Promise<void>

  const call = (dollars: bigint, at = 1) => optionOf(BTC, 'call', expiries[at] ?? 0, dollars * STRIKE_UNIT)
  const put = (dollars: bigint, at = 1) => optionOf(BTC, 'put', expiries[at] ?? 0, dollars * STRIKE_UNIT)

  /** Short strangles of two expiries and a future against them: liquidatable when bitcoin rises by a tenth. */
  before(async () => {
    world = await createWorld()
    main = await world.fundKeeper(KEY, 1_000_000)
    expiries = await world.listOptions(BTC, [2, 9, 30])
    writer = world.subAccount(1n)
    const buyer = world.subAccount(2n)
    await world.fund(writer, 500_000)
    await world.fund(buyer, 500_000)
    for (const instrument of [call(42_000n), call(44_000n, 2), put(36_000n), put(34_000n, 2)])
      await world.trade(buyer, writer, instrument, LOTS)
    await world.trade(writer, buyer, futureOf(BTC, expiries[1] ?? 0), 5_000n)
    await world.lean(writer, 101n)
  })
  beforeEach(async () => {
    restore = (await world.networkHelpers.takeSnapshot()).restore
  })
  afterEach(async () => {
    await keeper?.stop()
    await restore()
  })

  const start = (overrides: Record<string, unknown> = {}, options = {}) => {
    keeper = world.createKeeper(world.configure(KEY, overrides), options)
    return keeper
  }
  const stateOf = (account: AccountId) => world.contracts.auction.read.liquidationState([account])
  const metrics = async () => (await keeper?.metrics.registry.metrics()) ?? ''
  const reasonOf = (account: AccountId) =>
    keeper?.reporter.accounts().find((entry) => entry.account === account)?.reason
  const kinds = () => keeper?.runner.open.map(({ job }) => job.action.kind) ?? []

  it('assesses every account to the wei from a matrix read in parts, and calls a quiet writer healthy', async () => {
    const { runner, reporter } = start({ strikesPerRequest: 1, ...noServices })
    await runner.tick()
    assert.deepEqual([kinds(), reporter.accounts()], [[], []])
    const { equity, maintenance } = (await stateOf(writer)).assessment
    const seen = reporter.assessmentOf(writer)
    assert.deepEqual([seen?.equity, seen?.maintenance], [equity, maintenance])
  })

  it('takes a slice of a writer that a rally made unhealthy, options and futures alike', async () => {
    const lines: string[] = []
    const { runner } = start(noServices, { emit: (line: string) => lines.push(line) })
    await runner.tick()
    await world.push(BTC, 44_500)
    const before = await stateOf(writer)
    assert.equal(before.liquidatable, true)
    await runner.tick()
    assert.deepEqual(kinds(), ['liquidate'])
    await runner.tick()
    assert.equal((await stateOf(writer)).liquidatable, false)
    const held = (await world.contracts.clearinghouse.read.portfolio([main])).positions
    assert.equal(held.length, 5)
    const line = JSON.parse(lines[0] ?? '{}')
    assert.deepEqual([line.kind, line.account, line.latencyBlocks], ['liquidate', writer, 1])
    assert.ok(Number(line.rewardUsd) > 0)
  })

  it('starts the clock and waits until the discount pays for selling the options of a slice', async () => {
    const { runner } = start({ services: { refresh: false }, policy: { optionSpread: '0.1', touchAfterSeconds: 0 } })
    await world.push(BTC, 44_500)
    await runner.tick()
    assert.deepEqual(kinds(), ['flag'])
    await runner.tick()
    const reason = reasonOf(writer)
    assert.ok(reason?.kind === 'unprofitable' && reason.profitUsd < 0n)
    await world.push(BTC, 44_510, 900)
    await runner.tick()
    assert.deepEqual(kinds(), ['liquidate'])
    await runner.tick()
    assert.equal((await stateOf(writer)).liquidatable, false)
  })

  it('stores the arrays first when a takeover would need too much gas with them', async () => {
    const { runner } = start({
      services: { refresh: false, takeoverGas: 1_100_000, refreshGas: 500_000 },
      policy: liquid,
    })
    await world.push(BTC, 44_500)
    await runner.tick()
    const reason = reasonOf(writer)
    assert.ok(reason?.kind === 'cold-arrays' && reason.strikes === 4)
    assert.deepEqual(kinds(), ['refresh', 'refresh'])
    await runner.tick()
    assert.deepEqual(kinds(), ['liquidate'])
    assert.match(await metrics(), /cold_strikes\{underlying="1",keeper="test"\} 0/)
    await runner.tick()
    assert.equal((await stateOf(writer)).liquidatable, false)
    assert.match(await metrics(), /refresh_gas_total\{keeper="test"\} [1-9]/)
  })

  it('stores arrays once an epoch has rolled, once, and none that somebody else has stored', async () => {
    const { runner } = start()
    await runner.tick()
    assert.deepEqual(kinds(), []) // trading has stored them
    await world.push(BTC, 40_300)
    await runner.tick()
    assert.deepEqual(kinds(), ['refresh'])
    assert.match(await metrics(), /epochs_cold\{underlying="1",keeper="test"\} 1/)
    await runner.tick()
    await world.networkHelpers.mine()
    await runner.tick()
    assert.deepEqual(kinds(), [])
    assert.match(await metrics(), /epochs_cold\{underlying="1",keeper="test"\} 0/)
    await world.push(BTC, 40_700)
    const held = [call(42_000n), call(44_000n, 2), put(36_000n), put(34_000n, 2)].map(encodeInstrumentId)
    await world.contracts.series.write.touch([encodeUnderlyingSet([BTC]), held])
    await runner.tick()
    assert.deepEqual(kinds(), [])
  })

  it('spends no more on services than its budget', async () => {
    const { runner } = start({ services: { budgetUsdPerDay: 0 } })
    await world.push(BTC, 40_300)
    await runner.tick()
    assert.deepEqual(kinds(), [])
    assert.match(await metrics(), /skipped_total\{kind="refresh",reason="budget",keeper="test"\} 1/)
    assert.equal(await world.client.getTransactionCount({ address: addressOf(KEY) }), 1 + 1)
  })
})
