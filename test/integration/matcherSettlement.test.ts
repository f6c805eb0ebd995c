import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { custom, decodeFunctionData, type Hex, parseEther, RpcRequestError, toHex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import type { Matcher } from '../../matcher/src/index.ts'
import { exchangeAbi, type Order } from '../../sdk/src/index.ts'
import { createMatcherWorld, MATCHER_KEY, type MatcherWorld } from '../fixtures/matcherWorld.ts'
import type { Trader } from '../fixtures/sdkWorld.ts'

/** Wei per gas, above what the matcher offered. */
const DEAR = 10n ** 11n
const SECOND_KEY = toHex(0x7365636f6e64n, { size: 32 })
const THIRD_KEY = toHex(0x7468697264n, { size: 32 })

describe('settlement by a matcher that is not alone', () => {
  let world: MatcherWorld
  let matcher: Matcher
  let maker: Trader
  let taker: Trader
  let other: Trader

  before(async () => {
    world = await createMatcherWorld()
    ;[maker, taker, other] = await world.createTraders(['maker', 'taker', 'other'], 50_000n)
    matcher = await world.startMatcher(world.settingsFile({ settlement: { finalityBlocks: 2 } }))
  })
  after(() => world.close())
  beforeEach(async () => {
    await world.automine(true)
    for (const order of matcher.desk.orders()) matcher.desk.drop(order, 'BetweenTests')
    for (let i = 0; i < 3; i++) await world.mineBlock()
    await matcher.round()
  })

  const matched = () => matcher.desk.ledger.pending()

  async function enter(trader: Trader, side: 1n | -1n, units: bigint, parameters = {}) {
    return world.enter(matcher.port, trader, await world.order(trader, side, { units, ...parameters }))
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
    assert.deepEqual([await world.filledOf(order), await world.filledOf(bought)], [100n, 100n])
    assert.equal(matched().length, 0)
  })

  it('sends a batch again when a reorganisation took its block away', async () => {
    const { order } = await enter(maker, -1n, 100n)
    await enter(taker, 1n, 100n)
    const { restore } = await world.networkHelpers.takeSnapshot()
    await matcher.round()
    await matcher.round()
    assert.equal(await world.filledOf(order), 100n)
    assert.deepEqual(
      [...matcher.desk.ledger.matches()].map(({ status }) => status),
      ['settled'],
    )
    await restore()
    await world.mineBlock()
    assert.equal(await world.filledOf(order), 0n)
    await world.automine(false)
    await matcher.round()
    assert.deepEqual(
      matched().map(({ status }) => status),
      ['sent'],
    )
    await world.mineBlock()
    await world.automine(true)
    await matcher.round()
    assert.equal(await world.filledOf(order), 100n)
    for (let i = 0; i < 4; i++) await world.mineBlock()
    await matcher.round()
    assert.deepEqual([...matcher.desk.ledger.matches()], [])
  })

  it('makes another transaction when its nonce went to one that it does not know', async () => {
    const { order } = await enter(maker, -1n, 100n)
    await enter(taker, 1n, 100n)
    await world.automine(false)
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
    await world.mineBlock()
    await world.automine(true)
    const [match] = matched()
    for (let i = 0; i < 4; i++) {
      await matcher.round()
      await world.mineBlock()
    }
    assert.equal(await world.filledOf(order), 100n)
    assert.deepEqual([match?.maker.failures, match?.taker.failures], [0, 0])
  })

  it('waits for a later block when its nonce is used and the node does not know its transaction', async () => {
    await world.networkHelpers.setBalance(privateKeyToAccount(THIRD_KEY).address, parseEther('1000'))
    const { provider } = world.connection
    let isBehind = false
    const transport = custom({
      request: ({ method, params }: { method: string; params?: unknown[] }) =>
        isBehind && method === 'eth_getTransactionReceipt'
          ? Promise.resolve(null)
          : provider.request({ method, ...(params ? { params } : {}) }),
    })
    const third = await world.startMatcher(world.settingsFile({}, 'third'), THIRD_KEY, transport)
    const sold = await world.order(maker, -1n, { units: 100n })
    const bought = await world.order(taker, 1n, { units: 100n })
    await world.enter(third.port, maker, sold)
    await world.enter(third.port, taker, bought)
    await third.round()
    assert.equal(await world.filledOf(sold), 100n)
    isBehind = true
    for (let i = 0; i < 3; i++) await third.round()
    const statuses = () => [...third.desk.ledger.matches()].map(({ status }) => status)
    assert.deepEqual(statuses(), ['sent'])
    isBehind = false
    await third.round()
    assert.deepEqual(statuses(), ['settled'])
    await world.stopMatcher(third)
  })

  const OUT_OF_GAS = [
    { code: -32000, message: 'gas required exceeds allowance (3000000)' },
    { code: -32000, message: 'execution reverted' },
    { code: 3, message: 'execution reverted', data: '0x' },
  ]
  for (const error of OUT_OF_GAS) {
    it(`halves a batch for which the node has too little gas (${JSON.stringify(error)})`, async () => {
      const { provider } = world.connection
      const transport = custom({
        request: async ({ method, params = [] }: { method: string; params?: unknown[] }) => {
          if (method !== 'eth_estimateGas') return provider.request({ method, params })
          const [call] = params as [{ data: Hex }]
          const { args } = decodeFunctionData({ abi: exchangeAbi, data: call.data })
          if ((args[0] as unknown[]).length === 1) return provider.request({ method, params })
          throw new RpcRequestError({ body: { method }, url: 'node', error })
        },
      })
      const capped = await world.startMatcher(world.settingsFile({}, 'second'), SECOND_KEY, transport)
      await world.networkHelpers.setBalance(privateKeyToAccount(SECOND_KEY).address, parseEther('1000'))
      const sold = await world.order(maker, -1n, { units: 100n })
      const orders = await Promise.all([60n, 40n].map((units) => world.order(taker, 1n, { units })))
      await world.enter(capped.port, maker, sold)
      for (const order of orders) await world.enter(capped.port, taker, order)
      await capped.round()
      assert.deepEqual(await Promise.all(orders.map(world.filledOf)), [60n, 0n])
      for (let i = 0; i < 3; i++) await capped.round()
      assert.deepEqual(await Promise.all(orders.map(world.filledOf)), [60n, 40n])
      await world.stopMatcher(capped)
    })
  }

  it('offers the same nonce for more when a block does not take it', async () => {
    const { order } = await enter(maker, -1n, 100n)
    await enter(taker, 1n, 100n)
    await world.automine(false)
    await matcher.round()
    for (let i = 0; i < 3; i++) {
      await world.networkHelpers.setNextBlockBaseFeePerGas(DEAR)
      await world.mineBlock()
      await matcher.round()
    }
    const { values } = await matcher.metrics.replacements.get()
    assert.equal(values[0]?.value, 1)
    await world.mineBlock()
    await world.automine(true)
    await matcher.round()
    assert.equal(await world.filledOf(order), 100n)
  })

  it('lives with a second matcher that has the same orders', async () => {
    await world.networkHelpers.setBalance(privateKeyToAccount(SECOND_KEY).address, parseEther('1000'))
    const second = await world.startMatcher(world.settingsFile({}, 'second'), SECOND_KEY)
    const sold = await world.order(maker, -1n, { units: 100n })
    const bought = await Promise.all([60n, 80n].map((units) => world.order(taker, 1n, { units })))
    for (const { port } of [matcher, second]) {
      await world.enter(port, maker, sold)
      for (const order of bought) await world.enter(port, taker, order)
    }
    await world.automine(false)
    await matcher.round()
    await second.round()
    await world.mineBlock()
    await world.automine(true)
    for (let i = 0; i < 5; i++) for (const each of [matcher, second]) await each.round()
    assert.equal(await world.filledOf(sold), 100n)
    assert.equal(
      (await Promise.all(bought.map(world.filledOf))).reduce((sum, units) => sum + units, 0n),
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
