import assert from 'node:assert/strict'
import { afterEach, before, beforeEach, describe, it } from 'node:test'
import { parseEther } from 'viem'
import type { Keeper } from '../../keeper/src/keeper.ts'
import type { AccountId } from '../../sdk/src/index.ts'
import { addressOf, BTC, createWorld, KEEPER_KEYS, type World } from '../fixtures/keeperWorld.ts'

const [KEY, OPERATOR_KEY] = KEEPER_KEYS as [`0x${string}`, `0x${string}`]

describe('what a keeper does on the contracts', () => {
  let world: World
  let trader: AccountId
  let main: AccountId
  let keeper: Keeper | undefined
  let restore: () => Promise<void>

  before(async () => {
    world = await createWorld()
    main = await world.fundKeeper(KEY, 100_000)
    trader = await world.openTrader()
    await world.contracts.markets.write.touch([0b110n])
  })
  beforeEach(async () => {
    restore = (await world.networkHelpers.takeSnapshot()).restore
  })
  afterEach(async () => {
    await keeper?.stop()
    await restore()
  })

  const start = (overrides: Record<string, unknown> = {}, options = {}, key = KEY) => {
    keeper = world.createKeeper(world.configure(key, overrides), options)
    return keeper
  }
  const stateOf = (account: AccountId) => world.contracts.auction.read.liquidationState([account])
  const addressedAccount = () => keeper?.config.account.main ?? main
  const reasonOf = (account: AccountId) =>
    keeper?.reporter.accounts().find((entry) => entry.account === account)?.reason

  it('leaves healthy accounts alone and slices one that a price move made unhealthy', async () => {
    const lines: string[] = []
    const { runner } = start({}, { emit: (line: string) => lines.push(line) })
    await runner.tick()
    assert.equal(runner.open.length, 0)
    const equityBefore = (await stateOf(main)).assessment.equity
    await world.push(BTC, 38_300)
    assert.equal((await stateOf(trader)).liquidatable, true)
    await runner.tick()
    await runner.tick()
    assert.equal((await stateOf(trader)).liquidatable, false)
    const line = JSON.parse(lines[0] ?? '')
    assert.deepEqual([line.kind, line.account, line.latencyBlocks], ['liquidate', trader, 1])
    assert.equal((await stateOf(main)).assessment.equity - equityBefore, parseEther(line.rewardUsd))
    assert.match((await keeper?.metrics.registry.metrics()) ?? '', /breach_to_confirmed_blocks_sum\{keeper="test"\} 1/)
  })

  it('flags and waits while its policy wants a better discount, then takes the slice', async () => {
    const { runner } = start({ policy: { minDiscount: 0.1, patienceSeconds: 3600, touchAfterSeconds: 0 } })
    await world.push(BTC, 38_300)
    await runner.tick()
    await runner.tick()
    assert.equal((await stateOf(trader)).flagged, true)
    assert.equal(reasonOf(trader)?.kind, 'waiting')
    await world.push(BTC, 38_301, 600)
    await runner.tick()
    await runner.tick()
    assert.equal((await stateOf(trader)).liquidatable, false)
  })

  it('says that the price is uncertain when only its bad end makes an account unhealthy', async () => {
    const { runner } = start()
    await world.push(BTC, 38_650)
    await runner.tick()
    assert.deepEqual([reasonOf(trader)?.kind, runner.open.length], ['price-uncertain', 0])
  })

  it('takes insolvent accounts whole in the reserved lane and books what is left', async () => {
    const { runner, metrics } = start()
    await world.push(BTC, 37_000)
    assert.ok((await stateOf(trader)).assessment.equity < 0n)
    await runner.tick()
    assert.equal(runner.open[0]?.job.lane, 'reserved')
    await runner.tick()
    assert.equal((await world.contracts.clearinghouse.read.portfolio([trader])).positions.length, 0)
    assert.match(await metrics.registry.metrics(), /insolvent_usd\{keeper="test"\} 0/)
  })

  it('absorbs the debt of an owner who closed at mark when nothing was left', async () => {
    const { runner, metrics } = start()
    await world.push(BTC, 37_000)
    await world.open(world.subAccount(1_001n), trader, BTC, 100_000n)
    const { positions, cash } = await world.contracts.clearinghouse.read.portfolio([trader])
    assert.equal(positions.length, 0)
    assert.ok(cash < 0n)
    await runner.tick()
    assert.deepEqual(
      runner.open.map(({ job }) => job.action.kind),
      ['absorb'],
    )
    await runner.tick()
    assert.equal((await world.contracts.clearinghouse.read.portfolio([trader])).cash, 0n)
    assert.match(await metrics.registry.metrics(), /kind="absorb",outcome="confirmed".* 1/)
  })

  it('cuts the slice to what its account can carry', async () => {
    await world.fundKeeper(OPERATOR_KEY, 4_000)
    const { runner } = start({}, {}, OPERATOR_KEY)
    await world.push(BTC, 38_300)
    const { minFraction, maxFraction } = await stateOf(trader)
    await runner.tick()
    const action = runner.open[0]?.job.action
    assert.ok(action?.kind === 'liquidate' && action.fraction >= minFraction && action.fraction < maxFraction)
    await runner.tick()
    const { equity, maintenance } = (await stateOf(addressedAccount())).assessment
    assert.ok(equity * 10n >= maintenance * 11n)
  })

  it('names the margin it lacks when not even the least slice fits, and still starts the clock', async () => {
    await world.fundKeeper(OPERATOR_KEY, 500)
    const { runner } = start({}, {}, OPERATOR_KEY)
    await world.push(BTC, 38_300)
    await runner.tick()
    assert.equal(runner.open[0]?.job.action.kind, 'flag')
    await runner.tick()
    const reason = reasonOf(trader)
    assert.ok(reason?.kind === 'keeper-capacity' && reason.missingUsd > parseEther('500'))
  })

  it('sends nothing in a dry run and says what it would have earned', async () => {
    const { runner } = start({}, { dryRun: true })
    await world.push(BTC, 38_300)
    const nonce = await world.client.getTransactionCount({ address: addressOf(KEY) })
    await runner.tick()
    const reason = reasonOf(trader)
    assert.ok(reason?.kind === 'dry-run' && reason.profitUsd > parseEther('50'))
    assert.equal(await world.client.getTransactionCount({ address: addressOf(KEY) }), nonce)
    assert.deepEqual([runner.open.length, (await stateOf(trader)).flagged], [0, false])
  })

  it('works as the operator of an account whose owner stays cold', async () => {
    await world.contracts.clearinghouse.write.setOperator([main, addressOf(OPERATOR_KEY), true], {
      account: addressOf(KEY),
    })
    const { runner } = start({ account: { owner: addressOf(KEY) } }, {}, OPERATOR_KEY)
    await world.push(BTC, 38_300)
    await runner.tick()
    await runner.tick()
    assert.equal((await stateOf(trader)).liquidatable, false)
    assert.equal((await world.contracts.clearinghouse.read.portfolio([main])).positions.length, 1)
  })

  it('converts a healthy account whose loss in cash its collateral must pay', async () => {
    const carry = world.subAccount(50n)
    const [btc] = world.deployment.underlyings
    const token = await world.connection.viem.getContractAt('MockToken', btc?.token ?? main)
    await token.write.mint([world.wallet.account.address, 10n ** 8n])
    await token.write.approve([world.deployment.vault, 10n ** 8n])
    await world.contracts.vault.write.deposit([carry, BTC, 10n ** 8n])
    await world.open(world.subAccount(1_001n), carry, BTC, 10_000n)
    const { runner, metrics } = start()
    await world.push(BTC, 44_000)
    assert.deepEqual([(await stateOf(carry)).convertible, (await stateOf(carry)).liquidatable], [true, false])
    await runner.tick()
    await runner.tick()
    assert.equal((await stateOf(carry)).convertible, false)
    assert.match(await metrics.registry.metrics(), /kind="convert",outcome="confirmed".* 1/)
  })

  it('unflags what is healthy again and stores observations that are too old', async () => {
    await world.push(BTC, 38_300)
    await world.contracts.auction.write.flag([trader])
    await world.push(BTC, 40_000, 1_000)
    const { runner, metrics } = start({ policy: { touchAfterSeconds: 900 } })
    await runner.tick()
    assert.deepEqual(runner.open.map(({ job }) => job.action.kind).sort(), ['touch', 'unflag'])
    await runner.tick()
    assert.equal((await stateOf(trader)).flagged, false)
    assert.match(await metrics.registry.metrics(), /kind="touch",outcome="confirmed"/)
  })

  it('funds its pool, takes over into it what the main account cannot carry, and merges back', async () => {
    const { runner, config } = start({ account: { pool: [7] }, poolCashUsd: 97_000 })
    const [pool] = config.account.pool
    await runner.tick() // funds
    await runner.tick()
    await world.push(BTC, 38_300)
    await runner.tick() // takes over
    await runner.tick() // sees it, merges
    assert.ok(runner.open.some(({ job }) => job.action.kind === 'merge'))
    await runner.tick()
    assert.ok(pool)
    const portfolios = world.contracts.clearinghouse.read
    assert.equal((await portfolios.portfolio([pool])).positions.length, 0)
    assert.equal((await portfolios.portfolio([pool])).cash, 0n)
    assert.equal((await portfolios.portfolio([main])).positions.length, 1)
  })
})
