import assert from 'node:assert/strict'
import { afterEach, before, beforeEach, describe, it } from 'node:test'
import { custom } from 'viem'
import type { Config } from '../../keeper/src/config.ts'
import type { Keeper, KeeperOptions } from '../../keeper/src/keeper.ts'
import type { AccountId } from '../../sdk/src/index.ts'
import { addressOf, BTC, createWorld, KEEPER_KEYS, type World } from '../fixtures/keeperWorld.ts'

const [KEY, RIVAL_KEY] = KEEPER_KEYS as [`0x${string}`, `0x${string}`]

describe('the runner', () => {
  let world: World
  let trader: AccountId
  let restore: () => Promise<void>
  let keepers: Keeper[] = []

  before(async () => {
    world = await createWorld()
    await world.fundKeeper(KEY, 100_000)
    await world.fundKeeper(RIVAL_KEY, 100_000)
    trader = await world.openTrader()
    await world.contracts.markets.write.touch([0b110n])
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
  const start = (config: Config, options: Partial<KeeperOptions> = {}) => {
    const keeper = world.createKeeper(config, options)
    keepers.push(keeper)
    return keeper
  }
  const stateOf = (account: AccountId) => world.contracts.auction.read.liquidationState([account])
  const metric = async (keeper: Keeper, pattern: RegExp) =>
    assert.match(await keeper.metrics.registry.metrics(), pattern)
  const stop = async (keeper: Keeper) => {
    keepers = keepers.filter((each) => each !== keeper)
    await keeper.stop()
  }

  it('scans a block once, and joins a scan that is under way', async () => {
    const { runner } = start(world.configure(KEY))
    const [first, second] = [runner.tick(), runner.tick()]
    assert.equal(first, second)
    assert.equal(await first, true)
    assert.equal(await runner.tick(), false)
  })

  it('finds its transaction again after it was stopped between sending and mining', async () => {
    const config = world.configure(KEY)
    const before = start(config)
    await world.push(BTC, 38_300)
    await automine(false)
    await before.runner.tick()
    const [sent] = before.runner.open
    await stop(before)
    const lines: string[] = []
    const after = start(config, { emit: (line) => lines.push(line) })
    assert.deepEqual(
      after.runner.open.map(({ hashes }) => hashes),
      [sent?.hashes],
    )
    await world.networkHelpers.mine()
    await after.runner.tick()
    assert.deepEqual([lines.length, JSON.parse(lines[0] ?? '{}').hash], [1, sent?.hashes[0]])
    assert.equal(await world.client.getTransactionCount({ address: addressOf(KEY) }), (sent?.nonce ?? 0) + 1)
  })

  it('sends a journaled transaction that no node has got', async () => {
    const config = world.configure(KEY)
    await world.push(BTC, 38_300)
    const deaf = custom({
      request: async ({ method, params }) => {
        if (method === 'eth_sendRawTransaction') throw new Error('socket hang up')
        return world.connection.provider.request({ method, params })
      },
    })
    const before = start(config, { transport: deaf })
    await before.runner.tick()
    assert.deepEqual(
      before.runner.open.map(({ broadcastBlock }) => broadcastBlock),
      [-1n],
    )
    await stop(before)
    const after = start(config)
    await world.networkHelpers.mine()
    await after.runner.tick()
    assert.equal((await stateOf(trader)).liquidatable, false)
  })

  it('takes blocks back after a reorganisation and acts on the new ones', async () => {
    const keeper = start(world.configure(KEY))
    await keeper.runner.tick()
    const fork = await world.networkHelpers.takeSnapshot()
    await world.push(BTC, 38_300)
    await keeper.runner.tick()
    await keeper.runner.tick()
    assert.equal((await stateOf(trader)).liquidatable, false)
    await fork.restore()
    await world.fund(trader, 30_000)
    await world.networkHelpers.mine(6)
    await keeper.runner.tick()
    await metric(keeper, /reorgs_total\{keeper="test"\} 1/)
    const onChain = await world.contracts.clearinghouse.read.portfolio([trader])
    await keeper.runner.tick()
    const health = keeper.reporter.health()
    assert.deepEqual([health.healthy, health.problems], [true, []])
    assert.equal(onChain.positions.length, 1)
    await metric(keeper, /state_mismatches_total\{keeper="test"\} 0/)
  })

  it('offers the same nonce for more when a transaction is not mined, and gives it up above the prize', async () => {
    const config = world.configure(KEY, { gas: { replaceAfterBlocks: 1, bumpPercent: 100, prizeShare: 0.01 } })
    const keeper = start(config)
    await world.push(BTC, 38_300)
    await automine(false)
    await keeper.runner.tick()
    const [first] = keeper.runner.open
    assert.ok(first)
    await emptyBlock(first.hashes[0])
    await keeper.runner.tick()
    const [second] = keeper.runner.open
    assert.deepEqual([second?.nonce, second?.hashes.length], [first.nonce, 2])
    assert.ok((second?.fees.maxFeePerGas ?? 0n) >= 2n * first.fees.maxFeePerGas)
    await emptyBlock(second?.hashes[1])
    await keeper.runner.tick()
    assert.equal(keeper.runner.open[0]?.cancelled, true)
    await world.networkHelpers.mine()
    await keeper.runner.tick()
    await metric(keeper, /jobs_total\{kind="liquidate",outcome="cancelled",keeper="test"\} 1/)
  })

  /** A block that leaves the keeper's transaction out: it is dropped from the pool, mined around, and sent again. */
  async function emptyBlock(hash: `0x${string}` | undefined) {
    const { provider } = world.connection
    const raw = keepers[0]?.runner.open[0]?.raw
    await provider.request({ method: 'hardhat_dropTransaction', params: [hash] })
    await world.networkHelpers.mine()
    await provider.request({ method: 'eth_sendRawTransaction', params: [raw] })
  }

  it('counts a race that it lost as an outcome, not as an error', async () => {
    const [fast, slow] = [
      start(world.configure(KEY, { name: 'fast' })),
      start(world.configure(RIVAL_KEY, { name: 'slow' })),
    ]
    await world.push(BTC, 38_300)
    await automine(false)
    await Promise.all([fast.runner.tick(), slow.runner.tick()])
    await world.networkHelpers.mine()
    await Promise.all([fast.runner.tick(), slow.runner.tick()])
    const outcomes = await Promise.all([fast, slow].map(({ metrics }) => metrics.registry.metrics()))
    assert.equal(outcomes.filter((text) => /kind="liquidate",outcome="confirmed".* 1/.test(text)).length, 1)
    assert.equal(outcomes.filter((text) => /kind="liquidate",outcome="lost".* 1/.test(text)).length, 1)
    assert.ok(outcomes.every((text) => !/errors_total\{/.test(text)))
  })

  it('rebuilds its state from events when the chain says otherwise', async () => {
    const config = world.configure(KEY)
    const keeper = start(config)
    await keeper.runner.tick()
    await stop(keeper)
    const { readFileSync, writeFileSync } = await import('node:fs')
    const book = readFileSync(`${config.journal}.book`, 'utf8')
    writeFileSync(`${config.journal}.book`, book.replace('"cash":"100000', '"cash":"900000'))
    const again = start(config)
    await world.networkHelpers.mine()
    await assert.rejects(again.runner.tick(), { code: 'STATE_MISMATCH' })
    assert.equal(again.reporter.health().healthy, false)
    await again.runner.tick()
    assert.equal(again.reporter.health().healthy, true)
    await metric(again, /state_mismatches_total\{keeper="test"\} 1/)
  })

  it('finishes the scan of a block whose reads failed, and is unhealthy until it has', async () => {
    let down = false
    const shaky = custom(
      {
        request: async ({ method, params }) => {
          if (down && method === 'eth_call') throw new Error('connection refused')
          return world.connection.provider.request({ method, params })
        },
      },
      { retryCount: 0 },
    )
    const keeper = start(world.configure(KEY, { maxScanAgeSeconds: 0.05 }), { transport: shaky })
    await keeper.runner.tick()
    await world.push(BTC, 38_300)
    down = true
    await assert.rejects(keeper.runner.tick(), { code: 'RPC' })
    await new Promise((resolve) => setTimeout(resolve, 60))
    assert.equal(keeper.reporter.health().healthy, false)
    down = false
    await keeper.runner.tick()
    await keeper.runner.tick()
    assert.equal((await stateOf(trader)).liquidatable, false)
    assert.equal(keeper.reporter.health().healthy, true)
  })
})
