import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { encodeFunctionData, parseEther, toHex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import type { Matcher } from '../../matcher/src/index.ts'
import { encodeOrder, type Order } from '../../sdk/src/index.ts'
import { createMatcherWorld, MATCHER_KEY, type MatcherWorld } from '../fixtures/matcherWorld.ts'
import type { Trader } from '../fixtures/sdkWorld.ts'

/** Wei per gas, above what the matcher offered. */
const DEAR = 10n ** 11n
const SECOND_KEY = toHex(0x7365636f6e64n, { size: 32 })

describe('settlement by a matcher that is not alone', () => {
  let world: MatcherWorld
  let matcher: Matcher
  let maker: Trader
  let taker: Trader
  let other: Trader

  before(async () => {
    world = await createMatcherWorld()
    const traders = await world.createTraders(['maker', 'taker', 'other'], 50_000n)
    ;[maker, taker, other] = traders as [Trader, Trader, Trader]
    matcher = await world.startMatcher(world.settingsFile({ settlement: { finalityBlocks: 2 } }))
  })
  after(() => world.close())
  beforeEach(async () => {
    await world.connection.provider.request({ method: 'evm_setAutomine', params: [true] })
    for (const order of matcher.desk.orders()) matcher.desk.drop(order, 'BetweenTests')
    for (let i = 0; i < 3; i++) await mine()
    await matcher.round()
  })

  const automine = (on: boolean) => world.connection.provider.request({ method: 'evm_setAutomine', params: [on] })
  const mine = () => world.networkHelpers.mine()
  const filledOf = ({ accountId, nonce }: Order) => world.contracts.exchange.read.filled([accountId, nonce])
  const matched = () => matcher.desk.ledger.pending()

  async function enter(trader: Trader, side: 1n | -1n, units: bigint, parameters = {}) {
    const order = await world.order(trader, side, { units, ...parameters })
    const answer = await world.submit(matcher.port, trader, order)
    assert.equal(answer.status, 201, JSON.stringify(answer.body))
    return { order, ...answer }
  }

  /** `trader` trades with a maker's order without asking the matcher. */
  async function takeDirectly(trader: Trader, order: Order, units: bigint) {
    const opposite = await world.order(trader, 1n, { units })
    const makerSignature = await maker.client.signOrder({ order })
    return trader.client.settle({ fills: [{ maker: order, makerSignature, taker: opposite, units }] })
  }

  it('shrinks an order that somebody else filled', async () => {
    const { order, hash } = await enter(maker, -1n, 100n)
    await world.mine(takeDirectly(other, order, 60n))
    await matcher.round()
    const live = matcher.desk.order(hash)
    assert.equal(live && matcher.desk.left(live), 40n)
    await world.mine(takeDirectly(other, order, 40n))
    await matcher.round()
    assert.equal(matcher.desk.order(hash), undefined)
  })

  it('takes an unsent match back when the order was filled elsewhere, and fills the taker from the next one', async () => {
    const { order } = await enter(maker, -1n, 100n)
    const { order: bought } = await enter(taker, 1n, 100n)
    await enter(other, -1n, 100n)
    assert.deepEqual(
      matched().map(({ status }) => status),
      ['matched'],
    )
    await world.mine(takeDirectly(other, order, 30n))
    for (let i = 0; i < 4; i++) await matcher.round()
    assert.deepEqual([await filledOf(order), await filledOf(bought)], [100n, 100n])
    assert.equal(matched().length, 0)
  })

  it('unwinds a transaction that lost a race, and settles what is left with others', async () => {
    const { order } = await enter(maker, -1n, 100n)
    const { order: bought } = await enter(taker, 1n, 100n)
    await automine(false)
    await matcher.round()
    assert.deepEqual(
      matched().map(({ status }) => status),
      ['sent'],
    )
    const fees = { maxFeePerGas: 10n ** 13n, maxPriorityFeePerGas: 10n ** 11n }
    const data = await takeDirectlyAs(other, order, 100n, fees)
    await enter(other, -1n, 100n)
    await mine()
    assert.equal((await world.client.getTransactionReceipt({ hash: data })).status, 'success')
    await automine(true)
    for (let i = 0; i < 5; i++) await matcher.round()
    assert.equal(await filledOf(order), 100n)
    assert.equal(await filledOf(bought), 100n)
    const outcomes = await matcher.metrics.batches.get()
    assert.ok(outcomes.values.some(({ labels, value }) => labels.outcome === 'reverted' && value >= 1))
  })

  /** As `takeDirectly`, ahead of everybody else in the block. */
  async function takeDirectlyAs(trader: Trader, order: Order, units: bigint, fees: Record<string, bigint>) {
    const opposite = await world.order(trader, 1n, { units })
    const makerSignature = await maker.client.signOrder({ order })
    const fill = {
      maker: encodeOrder(order),
      makerSignature,
      taker: encodeOrder(opposite),
      takerSignature: '0x',
      units,
    } as const
    const nonce = await world.client.getTransactionCount({ address: trader.account.address })
    const raw = await trader.account.signTransaction({
      type: 'eip1559',
      chainId: world.deployment.chainId,
      nonce,
      to: world.deployment.exchange,
      data: encodeFunctionData({ abi: world.contracts.exchange.abi, functionName: 'settle', args: [[fill]] }),
      gas: 3_000_000n,
      ...fees,
    })
    return world.client.sendRawTransaction({ serializedTransaction: raw })
  }

  it('sends a batch again when a reorganisation took its block away', async () => {
    const { order } = await enter(maker, -1n, 100n)
    await enter(taker, 1n, 100n)
    const { restore } = await world.networkHelpers.takeSnapshot()
    await matcher.round()
    await matcher.round()
    assert.equal(await filledOf(order), 100n)
    assert.deepEqual(
      [...matcher.desk.ledger.matches()].map(({ status }) => status),
      ['settled'],
    )
    await restore()
    await mine()
    assert.equal(await filledOf(order), 0n)
    await automine(false)
    await matcher.round()
    assert.deepEqual(
      matched().map(({ status }) => status),
      ['sent'],
    )
    await mine()
    await automine(true)
    await matcher.round()
    assert.equal(await filledOf(order), 100n)
    for (let i = 0; i < 4; i++) await mine()
    await matcher.round()
    assert.deepEqual([...matcher.desk.ledger.matches()], [])
  })

  it('makes another transaction when its nonce went to one that it does not know', async () => {
    const { order } = await enter(maker, -1n, 100n)
    await enter(taker, 1n, 100n)
    await automine(false)
    await matcher.round()
    const account = privateKeyToAccount(MATCHER_KEY)
    const nonce = await world.client.getTransactionCount({ address: account.address })
    const serializedTransaction = await account.signTransaction({
      type: 'eip1559',
      chainId: world.deployment.chainId,
      nonce,
      to: account.address,
      gas: 21_000n,
      maxFeePerGas: 10n ** 13n,
      maxPriorityFeePerGas: 10n ** 11n,
    })
    await world.client.sendRawTransaction({ serializedTransaction })
    await mine()
    await automine(true)
    for (let i = 0; i < 4; i++) await matcher.round()
    assert.equal(await filledOf(order), 100n)
  })

  it('offers the same nonce for more when a block does not take it', async () => {
    const { order } = await enter(maker, -1n, 100n)
    await enter(taker, 1n, 100n)
    await automine(false)
    await matcher.round()
    for (let i = 0; i < 3; i++) {
      await world.networkHelpers.setNextBlockBaseFeePerGas(DEAR)
      await mine()
      await matcher.round()
    }
    const { values } = await matcher.metrics.replacements.get()
    assert.equal(values[0]?.value, 1)
    await mine()
    await automine(true)
    await matcher.round()
    assert.equal(await filledOf(order), 100n)
  })

  it('drops an order that was cancelled on the chain', async () => {
    const { order, hash } = await enter(maker, -1n, 100n)
    await world.mine(maker.client.cancelOrder({ accountId: maker.accountId, nonces: [order.nonce] }))
    await matcher.round()
    assert.equal(matcher.desk.order(hash), undefined)
  })

  it('lives with a second matcher that has the same orders', async () => {
    await world.networkHelpers.setBalance(privateKeyToAccount(SECOND_KEY).address, parseEther('1000'))
    const second = await world.startMatcher(world.settingsFile({}, 'second'), SECOND_KEY)
    const sold = await world.order(maker, -1n, { units: 100n })
    const bought = await Promise.all([60n, 80n].map((units) => world.order(taker, 1n, { units })))
    for (const { port } of [matcher, second]) {
      assert.equal((await world.submit(port, maker, sold)).status, 201)
      for (const order of bought) assert.equal((await world.submit(port, taker, order)).status, 201)
    }
    await automine(false)
    await matcher.round()
    await second.round()
    await mine()
    await automine(true)
    for (let i = 0; i < 5; i++) for (const each of [matcher, second]) await each.round()
    assert.equal(await filledOf(sold), 100n)
    assert.equal(
      (await Promise.all(bought.map(filledOf))).reduce((sum, units) => sum + units, 0n),
      100n,
    )
    for (const { desk } of [matcher, second]) {
      assert.equal(desk.ledger.pending().length, 0)
      assert.deepEqual(
        desk.orders().map((live) => desk.left(live)),
        [40n],
      )
    }
    await world.stopMatcher(second)
  })
})
