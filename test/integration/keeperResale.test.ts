import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, afterEach, before, beforeEach, describe, it } from 'node:test'
import { formatEther, parseEther } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { diagnose } from '../../keeper/src/doctor.ts'
import type { Keeper } from '../../keeper/src/keeper.ts'
import type { Matcher } from '../../matcher/src/index.ts'
import type { AccountId, OrderParameters } from '../../sdk/src/index.ts'
import { createMatcherWorld, MATCHER_KEY, type MatcherWorld } from '../fixtures/matcherWorld.ts'
import { createPoorKeeper, createReseller } from '../fixtures/poorKeeper.ts'
import { BTC, PRICE_PER_LOT, type Trader, USD_UNIT } from '../fixtures/sdkWorld.ts'

const CENT = 10n ** 16n
/** A lot at 38,300 a coin, where the trader is below maintenance. */
const FALLEN = (PRICE_PER_LOT * 38_300n) / 40_000n
const TEN_MINUTES = 600

describe('a keeper without capital', () => {
  let world: MatcherWorld
  let matcher: Matcher
  let hot: Trader
  let long: Trader
  let first: Trader
  let second: Trader
  let reseller: `0x${string}`
  let account: AccountId
  let keeper: Keeper | undefined
  let restore: () => Promise<void>
  let lines: string[]
  let count = 0

  /** Long 10 BTC on 25,000 USD: liquidatable from about 38,500 down. */
  before(async () => {
    world = await createMatcherWorld()
    const traders = await world.createTraders(['long', 'short', 'first maker', 'second maker'], 200_000n)
    const [, short] = traders
    ;[long, , first, second] = traders
    ;({ owner: hot, reseller, account } = await createReseller(world))
    await world.trade(long, short, 100_000n)
    const spare = { asset: 0, amount: 175_000n * USD_UNIT, receiver: long.account.address }
    await world.mine(long.client.withdraw({ accountId: long.accountId, ...spare }))
    await world.push(BTC, 38_300n)
    await world.mine(hot.client.flag({ accountId: long.accountId }))
    await world.push(BTC, 38_300n, TEN_MINUTES)
  })
  after(() => world.close())
  beforeEach(async () => {
    restore = (await world.networkHelpers.takeSnapshot()).restore
    count += 1 // a journal of its own for each test
    matcher = await world.startMatcher(world.settingsFile({}, `matcher-${count}`))
  })
  afterEach(async () => {
    await keeper?.stop()
    keeper = undefined
    await world.stopMatcher(matcher)
    await restore()
  })

  function start(resale: Record<string, unknown> = {}): Keeper {
    const created = createPoorKeeper(world, matcher, { reseller, ...resale })
    keeper = created.keeper
    lines = created.lines
    return keeper
  }
  /** What the keeper does now, and after that has been mined. */
  async function tickTwice({ runner }: Keeper) {
    await runner.tick()
    const jobs = runner.open.map(({ job: { action } }) => action)
    await runner.tick()
    return jobs
  }
  async function bid(maker: Trader, units: bigint, price: bigint, parameters: Partial<OrderParameters> = {}) {
    const order = await world.order(maker, 1n, { units, limitPrice: price, ...parameters })
    await world.enter(matcher.port, maker, order)
    return order
  }
  const stateOf = (id: AccountId) => world.contracts.auction.read.liquidationState([id])
  const heldBy = (id: AccountId) => world.contracts.clearinghouse.read.portfolio([id])
  const reasonOf = (id: AccountId) => keeper?.reporter.accounts().find((entry) => entry.account === id)?.reason
  const metrics = async () => (await keeper?.metrics.registry.metrics()) ?? ''
  const lotsOf = async (trader: Trader) => (await heldBy(trader.accountId)).positions.length

  it('takes a slice over, sells it to two makers in the same call, and is flat with a profit in dollars', async () => {
    await bid(first, 20_000n, FALLEN)
    await bid(second, 60_000n, FALLEN - CENT / 10n)
    assert.equal((await stateOf(long.accountId)).liquidatable, true)
    const [action] = await tickTwice(start())
    assert.equal(action?.kind, 'liquidate')
    assert.equal((await stateOf(long.accountId)).liquidatable, false)
    const { cash, positions } = await heldBy(account)
    assert.deepEqual(positions, [])
    assert.ok(cash > parseEther('100'), formatEther(cash))
    assert.deepEqual([await lotsOf(first), await lotsOf(second)], [1, 1])
    assert.match(await metrics(), /resales_total\{outcome="confirmed",keeper="poor"\} 1/)
    const line = JSON.parse(lines[0] ?? '')
    assert.equal(parseEther(line.rewardUsd), cash, 'what it reports is what it has')
    const wallet = hot.account.address
    const amount = cash / 10n ** 12n
    await world.mine(hot.client.withdraw({ accountId: account, asset: 0, amount, receiver: wallet }))
    assert.equal(await world.contracts.usd.read.balanceOf([wallet]), amount)
  })
  it('takes the fraction that the orders have room for', async () => {
    await bid(first, 15_000n, FALLEN)
    const { minFraction, maxFraction } = await stateOf(long.accountId)
    const [action] = await tickTwice(start())
    assert.ok(action?.kind === 'liquidate' && action.fraction >= minFraction && action.fraction < maxFraction)
    assert.deepEqual((await heldBy(account)).positions, [])
    assert.ok((await heldBy(account)).cash > 0n)
  })

  it('leaves an account alone and says why when nobody bids, or not enough, or too little', async () => {
    const own = start()
    await own.runner.tick()
    assert.deepEqual([own.runner.open.length, reasonOf(long.accountId)?.kind], [0, 'unsold'])
    await bid(first, 1_000n, FALLEN)
    await world.networkHelpers.mine()
    await own.runner.tick()
    assert.equal(reasonOf(long.accountId)?.kind, 'unsold')
    await bid(first, 100_000n, FALLEN - 10n * CENT)
    await world.networkHelpers.mine()
    await own.runner.tick()
    assert.ok(['unsold', 'unprofitable'].includes(reasonOf(long.accountId)?.kind ?? ''))
    assert.match(await metrics(), /not_taken_total\{reason="unsold",keeper="poor"\} [1-9]/)
    assert.equal(own.runner.open.length, 0)
  })

  it('passes over orders that would not fill, and takes the worse ones behind them', async () => {
    const group = { group: `0x${'07'.repeat(32)}`, groupCap: 4_000n } as const
    await bid(first, 60_000n, FALLEN + 4n * 10n ** 14n, { minFill: 60_000n })
    await bid(first, 60_000n, FALLEN + 3n * 10n ** 14n, { executor: privateKeyToAccount(MATCHER_KEY).address })
    await bid(first, 4_000n, FALLEN + 2n * 10n ** 14n, group)
    await bid(first, 4_000n, FALLEN + 10n ** 14n, group)
    await bid(second, 60_000n, FALLEN)
    const [action] = await tickTwice(start())
    assert.ok(action?.kind === 'liquidate')
    const sellers = action.resale?.fills.map(({ maker, units }) => [maker.accountId, units])
    assert.deepEqual(sellers?.[0], [first.accountId, 4_000n], 'the group is used up, the rest goes on')
    assert.deepEqual([sellers?.length, sellers?.[1]?.[0]], [2, second.accountId])
    assert.deepEqual((await heldBy(account)).positions, [])
  })

  it('takes orders from the book of the matcher, which sees that they are filled', async () => {
    await bid(first, 50_000n, FALLEN)
    await bid(first, 90n, FALLEN - CENT, { executor: privateKeyToAccount(MATCHER_KEY).address })
    const open = async () => {
      const { body } = await world.call(matcher.port, '/books/BTC-PERPETUAL/orders?side=buy')
      return (body as unknown as { left: string; price: string; signature: string }[]).map(({ left }) => left)
    }
    assert.deepEqual(await open(), ['50000'], 'who names an executor is not published')
    const [action] = await tickTwice(start())
    assert.ok(action?.kind === 'liquidate')
    const sold = action.resale?.fills.reduce((sum, { units }) => sum + units, 0n) ?? 0n
    assert.ok(sold > 10_000n)
    await matcher.round()
    assert.deepEqual(await open(), [String(50_000n - sold)])
  })

  it('goes on with a matcher that is dead or silent, asks less and less often, and takes over with margin of its own', async () => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const { port } = silent.address() as AddressInfo
    const { runner } = start({ matcherUrl: `http://127.0.0.1:${port}`, timeoutMs: 50 })
    for (let block = 0; block < 8; block++) {
      await runner.tick()
      assert.equal(reasonOf(long.accountId)?.kind, 'matcher-down')
      await world.networkHelpers.mine()
    }
    silent.closeAllConnections()
    silent.close()
    assert.match(await metrics(), /matcher_reads_total\{result="failed",keeper="poor"\} 4/)
    await world.fund(hot, 50_000n)
    const [action] = await tickTwice(keeper ?? assert.fail())
    assert.ok(action?.kind === 'liquidate' && action.target === hot.accountId && !action.resale)
    assert.equal((await stateOf(long.accountId)).liquidatable, false)
  })

  it('takes over with margin of its own after a resale that the chain refuses', async () => {
    const { nonce } = await bid(first, 60_000n, FALLEN)
    await world.fund(hot, 50_000n)
    await world.mine(first.client.cancelOrder({ accountId: first.accountId, nonces: [nonce] }))
    const { runner } = start()
    await runner.tick()
    assert.deepEqual([runner.open.length, reasonOf(long.accountId)?.kind], [0, 'reverts'])
    await world.networkHelpers.mine()
    const [action] = await tickTwice(keeper ?? assert.fail())
    assert.ok(action?.kind === 'liquidate' && action.target === hot.accountId)
  })

  it('goes on after the orders of its account were cancelled, and is told when their nonce is', async () => {
    await world.mine(hot.client.cancelAll({ accountId: account }))
    await bid(first, 60_000n, FALLEN)
    const { config, chain } = start()
    const failed = async () => (await diagnose(config, chain)).filter(({ ok }) => !ok).map(({ check }) => check)
    assert.deepEqual(await failed(), [])
    const [action] = await tickTwice(keeper ?? assert.fail())
    assert.equal(action?.kind, 'liquidate')
    assert.deepEqual((await heldBy(account)).positions, [])
    assert.ok((await heldBy(account)).cash > 0n)
    await world.mine(hot.client.cancelOrder({ accountId: account, nonces: [0n] }))
    assert.deepEqual(await failed(), ["nonce 0 of the reseller's account"])
  })

  it('finds the buyer behind a hundred orders that are too small', async () => {
    for (let order = 0; order < 100; order++) await bid(first, 1n, FALLEN + CENT / 100n)
    await bid(second, 60_000n, FALLEN)
    const [action] = await tickTwice(start())
    assert.ok(action?.kind === 'liquidate')
    assert.deepEqual(
      action.resale?.fills.map(({ maker }) => maker.accountId),
      [second.accountId],
    )
  })

  it('is told by the doctor what it lacks', async () => {
    const { config, chain } = start({ reseller: world.deployment.exchange })
    const wrong = (await diagnose(config, chain)).filter(({ ok }) => !ok).map(({ check }) => check)
    assert.ok(
      wrong.some((check) => check.startsWith('account 0x')),
      wrong.join(),
    )
    assert.ok(!wrong.includes('matcher'), wrong.join())
  })
})
