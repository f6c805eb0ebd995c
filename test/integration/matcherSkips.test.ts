import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { type Abi, encodeFunctionData, type Hex } from 'viem'
import type { Matcher } from '../../matcher/src/index.ts'
import { encodeOrder, type Order } from '../../sdk/src/index.ts'
import { createMatcherWorld, type MatcherWorld } from '../fixtures/matcherWorld.ts'
import { PRICE_PER_LOT, type Trader } from '../fixtures/sdkWorld.ts'

const CENT = 10n ** 16n
const GROUP = `0x${'47'.repeat(32)}` as const
const FINALITY = 3

describe('a batch of which the chain refuses a part', () => {
  let world: MatcherWorld
  let matcher: Matcher
  let maker: Trader
  let taker: Trader
  let other: Trader
  let poor: Trader

  before(async () => {
    world = await createMatcherWorld()
    ;[maker, taker, other] = await world.createTraders(['maker', 'taker', 'other'], 50_000n)
    ;[poor] = await world.createTraders(['poor'], 2_000n)
    matcher = await world.startMatcher(settings())
  })
  after(() => world.close())
  beforeEach(async () => {
    await world.automine(true)
    for (const order of matcher.desk.orders()) matcher.desk.drop(order, 'BetweenTests')
    for (let i = 0; i <= FINALITY; i++) await world.mineBlock()
    await matcher.round()
    assert.deepEqual([...matcher.desk.ledger.matches()], [])
  })

  const settings = () => world.settingsFile({ settlement: { finalityBlocks: FINALITY } })
  const statuses = () => [...matcher.desk.ledger.matches()].map(({ status }) => status)

  async function enter(trader: Trader, side: 1n | -1n, parameters = {}) {
    return world.enter(matcher.port, trader, await world.order(trader, side, { units: 100n, ...parameters }))
  }

  /** Two matches: one of `maker` and one of `other`, both with `taker`. */
  async function twoMatches(parameters = {}) {
    const first = await enter(maker, -1n, parameters)
    const second = await enter(other, -1n)
    const bought = await enter(taker, 1n, { units: 200n })
    assert.deepEqual(statuses(), ['matched', 'matched'])
    return { first, second, bought }
  }

  const settle = () => world.settle(matcher)

  /** The order and what became of its matches, as its owner reads it. */
  async function historyOf(trader: Trader, hash: Hex) {
    const headers = await world.login(matcher.port, trader)
    const { body } = await world.call(matcher.port, `/orders/${hash}`, { headers })
    const trades = body.trades as { status: string; reason: string | null }[]
    return { reason: body.reason, trades: trades.map(({ status, reason }) => [status, reason]) }
  }

  async function outcome(name: string): Promise<number> {
    const { values } = await matcher.metrics.batches.get()
    return values.find(({ labels }) => labels.outcome === name)?.value ?? 0
  }

  /** Call data of a trade with `order` that `trader` settles alone. */
  async function taking(trader: Trader, order: Order, units: bigint): Promise<Hex> {
    const makerSignature = await maker.client.signOrder({ order })
    const opposite = encodeOrder(await world.order(trader, 1n, { units }))
    const fill = { maker: encodeOrder(order), makerSignature, taker: opposite, takerSignature: '0x', units } as const
    return encodeFunctionData({ abi: world.contracts.exchange.abi, functionName: 'settle', args: [[fill]] })
  }

  const cancelling = ({ accountId, nonce }: Order) =>
    encodeFunctionData({ abi: world.contracts.exchange.abi, functionName: 'cancel', args: [accountId, [nonce]] })
  const withdrawing = ({ accountId, account: { address } }: Trader, dollars: bigint) =>
    encodeFunctionData({
      abi: world.contracts.vault.abi,
      functionName: 'withdraw',
      args: [accountId, 0, dollars * 10n ** 6n, address, 0n],
    })

  it('settles the rest when an order was filled elsewhere in the same block', async () => {
    const { first, second, bought } = await twoMatches()
    const reverted = await outcome('reverted')
    await world.automine(false)
    await matcher.round()
    await world.sendFirst(other, world.deployment.exchange, await taking(other, first.order, 60n))
    await world.mineBlock()
    await matcher.round()
    assert.equal(await world.filledOf(second.order), 100n)
    await settle()
    assert.deepEqual([await world.filledOf(first.order), await world.filledOf(bought.order)], [100n, 140n])
    assert.equal(await outcome('reverted'), reverted)
    const { trades } = await historyOf(maker, first.hash)
    assert.deepEqual(trades, [
      ['failed', 'OverFilled'],
      ['settled', null],
    ])
  })

  it('drops an order that was cancelled in the same block, under the name of the error', async () => {
    const { first, second, bought } = await twoMatches()
    await world.automine(false)
    await matcher.round()
    await world.sendFirst(maker, world.deployment.exchange, cancelling(first.order))
    await world.mineBlock()
    await settle()
    assert.deepEqual([await world.filledOf(second.order), await world.filledOf(bought.order)], [100n, 100n])
    assert.deepEqual(await historyOf(maker, first.hash), {
      reason: 'OrderCancelled',
      trades: [['failed', 'OrderCancelled']],
    })
    const live = matcher.desk.order(bought.hash)
    assert.equal(live && matcher.desk.left(live), 100n)
  })

  it('lets an order wait whose spot band closed in the same block', async () => {
    const maxSpot = 40_100n * 10n ** 18n
    const { first, second } = await twoMatches({ maxSpot })
    await world.automine(false)
    await matcher.round()
    const { address, abi } = await world.aggregatorOf(1)
    const data = encodeFunctionData({ abi, functionName: 'push', args: [40_200n * 10n ** 8n] })
    await world.sendFirst(other, address, data)
    await world.networkHelpers.time.setNextBlockTimestamp((await world.now()) + 31n)
    await world.mineBlock()
    await settle()
    assert.equal(await world.filledOf(second.order), 100n)
    assert.deepEqual((await historyOf(maker, first.hash)).trades, [['failed', 'SpotOutsideBand']])
    assert.equal(matcher.desk.order(first.hash)?.status, 'waiting')
    await world.push(1, 40_000n)
    await settle()
    assert.equal(await world.filledOf(first.order), 100n)
  })

  it('leaves out the matches of an account that can no longer bear them, and settles the others at once', async () => {
    const weak = await enter(poor, -1n, { units: 4_000n })
    const second = await enter(other, -1n)
    const bought = await enter(taker, 1n, { units: 4_100n })
    await world.mine(
      poor.client.withdraw({
        accountId: poor.accountId,
        asset: 0,
        amount: 1_900n * 10n ** 6n,
        receiver: poor.account.address,
      }),
    )
    await settle()
    assert.deepEqual(
      [await world.filledOf(weak.order), await world.filledOf(second.order), await world.filledOf(bought.order)],
      [0n, 100n, 100n],
    )
    assert.deepEqual(await historyOf(poor, weak.hash), {
      reason: 'InsufficientMargin',
      trades: [['failed', 'InsufficientMargin']],
    })
    await world.fund(poor, 1_900n)
  })

  it('sends the rest again when an account withdrew in the same block and the batch reverted', async () => {
    const weak = await enter(poor, -1n, { units: 4_000n })
    const second = await enter(other, -1n)
    const bought = await enter(taker, 1n, { units: 4_100n })
    const reverted = await outcome('reverted')
    await world.automine(false)
    await matcher.round()
    await world.sendFirst(poor, world.deployment.vault, withdrawing(poor, 1_900n))
    await world.mineBlock()
    await settle()
    assert.equal(await outcome('reverted'), reverted + 1)
    assert.deepEqual([await world.filledOf(weak.order), await world.filledOf(second.order)], [0n, 100n])
    assert.deepEqual(await historyOf(poor, weak.hash), {
      reason: 'InsufficientMargin',
      trades: [['failed', 'InsufficientMargin']],
    })
    const { trades } = await historyOf(other, second.hash)
    assert.deepEqual(trades, [
      ['failed', 'Reverted'],
      ['settled', null],
    ])
    assert.equal(matcher.desk.order(bought.hash)?.failures, 0)
    await world.fund(poor, 1_900n)
  })

  for (const isSkippedFirst of [true, false]) {
    const [was, is] = isSkippedFirst ? ['skipped', 'filled'] : ['filled', 'skipped']
    it(`corrects a fill that was ${was} when its block is replaced by one where it is ${is}`, async () => {
      const { first, second } = await twoMatches()
      await world.automine(false)
      await matcher.round()
      const { restore } = await world.networkHelpers.takeSnapshot()
      const take = async () => world.sendFirst(other, world.deployment.exchange, await taking(other, first.order, 100n))
      const skipped = ['failed', 'OverFilled']
      const filled = ['settled', null]
      if (isSkippedFirst) await take()
      await world.mineBlock()
      await matcher.round()
      assert.deepEqual((await historyOf(maker, first.hash)).trades, [isSkippedFirst ? skipped : filled])
      const height = await world.client.getBlockNumber({ cacheTime: 0 })
      await restore()
      if (!isSkippedFirst) await take()
      await world.mineBlock()
      assert.equal(await world.client.getBlockNumber({ cacheTime: 0 }), height)
      await matcher.round()
      assert.deepEqual((await historyOf(maker, first.hash)).trades, [isSkippedFirst ? filled : skipped])
      assert.deepEqual((await historyOf(other, second.hash)).trades, [filled])
      assert.deepEqual([await world.filledOf(first.order), await world.filledOf(second.order)], [100n, 100n])
    })
  }

  it('counts a fill that was skipped in a block which is gone, after a restart too', async () => {
    const { first, second } = await twoMatches()
    await world.automine(false)
    await matcher.round()
    const { restore } = await world.networkHelpers.takeSnapshot()
    const taken = await world.sendFirst(other, world.deployment.exchange, await taking(other, first.order, 100n))
    await world.mineBlock()
    await matcher.round()
    assert.equal((await world.client.getTransactionReceipt({ hash: taken })).status, 'success')
    assert.deepEqual((await historyOf(maker, first.hash)).trades, [['failed', 'OverFilled']])
    await world.stopMatcher(matcher)
    await restore()
    matcher = await world.startMatcher(settings())
    await world.mineBlock()
    await settle()
    assert.deepEqual([await world.filledOf(first.order), await world.filledOf(second.order)], [100n, 100n])
    assert.deepEqual((await historyOf(maker, first.hash)).trades, [['settled', null]])
    assert.deepEqual(statuses(), ['settled', 'settled'])
  })

  type Voiding = {
    functionName: 'cancel' | 'cancelGroups' | 'cancelAll'
    args: (orders: readonly Order[]) => unknown[]
  }
  const VOIDINGS: [what: string, reason: string, Voiding][] = [
    ['nonce', 'OrderCancelled', { functionName: 'cancel', args: (orders) => [orders.map(({ nonce }) => nonce)] }],
    ['group', 'OrderCancelled', { functionName: 'cancelGroups', args: () => [[GROUP]] }],
    ['epoch', 'WrongEpoch', { functionName: 'cancelAll', args: () => [] }],
  ]
  for (const [what, reason, { functionName, args }] of VOIDINGS) {
    it(`drops orders at the next block when their ${what} is cancelled on the chain, and takes their matches back`, async () => {
      const terms = what === 'group' ? { group: GROUP, groupCap: 10_000n } : {}
      const resting = await enter(maker, -1n, { limitPrice: -PRICE_PER_LOT - CENT, ...terms })
      const matched = await enter(maker, -1n, terms)
      const bought = await enter(taker, 1n)
      const next = await enter(other, -1n)
      assert.deepEqual(statuses(), ['matched'])
      const abi: Abi = world.contracts.exchange.abi
      const all = [maker.accountId, ...args([resting.order, matched.order])]
      const data = encodeFunctionData({ abi, functionName, args: all })
      await world.mine(maker.client.sendTransaction({ to: world.deployment.exchange, data }))
      await settle()
      for (const { hash } of [resting, matched]) {
        assert.equal(matcher.desk.order(hash), undefined)
        assert.equal((await historyOf(maker, hash)).reason, reason)
      }
      assert.deepEqual((await historyOf(maker, matched.hash)).trades, [['failed', reason]])
      assert.deepEqual([await world.filledOf(bought.order), await world.filledOf(next.order)], [100n, 100n])
    })
  }

  it('takes orders of the new epoch only, once the account has cancelled all', async () => {
    const epoch = await world.contracts.exchange.read.epochOf([maker.accountId])
    assert.ok(epoch > 0n)
    for (const wrong of [epoch - 1n, epoch + 1n]) {
      const answer = await world.submit(matcher.port, maker, await world.order(maker, -1n, { epoch: wrong }))
      assert.deepEqual([answer.status, (answer.body.error as { code: string }).code], [422, 'WrongEpoch'])
    }
    const { order } = await enter(maker, -1n, { epoch })
    await enter(taker, 1n)
    await settle()
    assert.equal(await world.filledOf(order), 100n)
  })
})
