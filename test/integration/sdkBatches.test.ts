import assert from 'node:assert/strict'
import { afterEach, before, beforeEach, describe, it } from 'node:test'
import { toHex } from 'viem'
import {
  encodeSettleAvailable,
  type Fill,
  fillCost,
  InsufficientMarginError,
  type Order,
  OrderCancelledError,
  OrderNotFillableError,
  OverFilledError,
  PricesDoNotCrossError,
  perpetualOf,
  SpotOutsideBandError,
  skippedFills,
} from '../../sdk/src/index.ts'
import { BTC, createSdkWorld, PRICE_PER_LOT, type SdkWorld, type Trader } from '../fixtures/sdkWorld.ts'

const WAD = 10n ** 18n
const GROUP = toHex(1n, { size: 32 })

describe('batches through the SDK', () => {
  let world: SdkWorld
  let alice: Trader
  let bob: Trader
  let poor: Trader
  let executor: Trader
  let restore: () => Promise<void>

  before(async () => {
    world = await createSdkWorld()
    ;[alice, bob] = await world.createTraders(['alice', 'bob'], 50_000n)
    ;[poor] = await world.createTraders(['poor'], 1n)
    ;[executor] = await world.createTraders(['executor'], 0n)
    await world.setPremium(BTC, 5_000n * 10n ** 12n) // so that there is funding to settle
    await world.push(BTC, 40_000n, 3_600)
  })
  beforeEach(async () => {
    restore = (await world.networkHelpers.takeSnapshot()).restore
  })
  afterEach(() => restore())

  async function fillOf(seller: Trader, buyer: Trader, units: bigint, terms: Partial<Order> = {}): Promise<Fill> {
    const maker = await world.order(seller, -1n, terms)
    const taker = await world.order(buyer, 1n, { tip: 3n * 10n ** 15n })
    const makerSignature = await seller.client.signOrder({ order: maker })
    return { maker, makerSignature, taker, takerSignature: await buyer.client.signOrder({ order: taker }), units }
  }

  /** The second, fourth and fifth are refused; the group's rest is too small for the fifth only after the third. */
  async function mixed(): Promise<Fill[]> {
    const limited = { group: GROUP, groupCap: 12n }
    return [
      await fillOf(alice, bob, 10n),
      await fillOf(alice, bob, 10n, { minSpot: 50_000n * WAD }),
      await fillOf(bob, alice, 7n, limited),
      await fillOf(alice, bob, 10n, { units: 9n }),
      await fillOf(bob, alice, 7n, limited),
    ]
  }

  it('are foreseen: what is left out and why, and what each account gains, pays in fees and in tips', async () => {
    const fills = await mixed()
    const before = await portfolios()
    const simulated = await executor.client.simulateSettle({ fills })
    const names = simulated.skipped.map(({ index, error }) => [index, error.code])
    assert.deepEqual(names, [
      [1, 'SPOT_OUTSIDE_BAND'],
      [3, 'OVER_FILLED'],
      [4, 'GROUP_CAP_EXCEEDED'],
    ])
    const receipt = await world.mine(executor.client.settleAvailable({ fills }))
    const skipped = skippedFills(world.deployment, receipt)
    assert.deepEqual(
      skipped.map(({ index, error }) => [index, error.code]),
      names,
    )
    const [band, over] = skipped.map(({ error }) => error)
    assert.ok(band instanceof SpotOutsideBandError && band.minSpot === 50_000n * WAD)
    assert.ok(over instanceof OverFilledError && over.wanted === 10n && over.left === 9n)
    assert.deepEqual(
      simulated.flows.map(({ accountId }) => accountId),
      [alice, bob, executor].map(({ accountId }) => accountId),
    )
    const after = await portfolios()
    for (const { accountId, cash, fees, tips } of await costs(fills, receipt.blockNumber)) {
      assert.equal((after.get(accountId) ?? 0n) - (before.get(accountId) ?? 0n), cash - fees - tips)
    }
  })

  const portfolios = async () => {
    const read = async ({ accountId, client }: Trader) => {
      return [accountId, (await client.getAccount({ accountId })).portfolio.cash] as const
    }
    return new Map(await Promise.all([alice, bob, executor].map(read)))
  }
  /** What the fills that settled cost, at the marks of their block. */
  const costs = async (fills: Fill[], blockNumber: bigint) => {
    const snapshot = await alice.client.getMatrix({ instruments: [perpetualOf(BTC)], blockNumber })
    const settled = [fills[0], fills[2]].filter((fill) => fill !== undefined)
    return [alice, bob].map(({ accountId }) => {
      const parts = settled.map(({ maker, taker, units }) => {
        const [order, role] = maker.accountId === accountId ? [maker, 'maker' as const] : [taker, 'taker' as const]
        const price = role === 'maker' ? maker.limitPrice : -maker.limitPrice
        return fillCost(snapshot, { order, role, units, price })
      })
      const sum = (name: 'cash' | 'fee' | 'tip') => parts.reduce((total, part) => total + part[name], 0n)
      return { accountId, cash: -sum('cash'), fees: sum('fee'), tips: sum('tip') }
    })
  }

  it('are foreseen to fail when an account cannot bear its part, with its name', async () => {
    const fills = [await fillOf(alice, bob, 10n), await fillOf(alice, poor, 1_000n)]
    const { error, skipped, flows } = await executor.client.simulateSettle({ fills })
    assert.ok(error instanceof InsufficientMarginError && error.account === poor.accountId)
    assert.deepEqual([skipped, flows], [[], []])
    await assert.rejects(executor.client.settleAvailable({ fills }), InsufficientMarginError)
  })

  it('without a fault leave nothing out', async () => {
    const fills = [await fillOf(alice, bob, 10n)]
    const { error, skipped, flows, blockNumber } = await executor.client.simulateSettle({ fills })
    assert.deepEqual([error, skipped], [undefined, []])
    const snapshot = await alice.client.getMatrix({ instruments: [perpetualOf(BTC)], blockNumber })
    const [fill] = fills
    assert.ok(fill)
    const { cash, fee } = fillCost(snapshot, { order: fill.maker, role: 'maker', units: 10n })
    assert.notEqual(cash, fill.maker.limitPrice * 10n) // funding
    assert.deepEqual(flows[0], { accountId: alice.accountId, cash: -cash, fees: fee, tips: 0n })
    assert.deepEqual(flows[2], { accountId: executor.accountId, cash: 0n, fees: 0n, tips: -3n * 10n ** 16n })
    assert.equal(
      flows.reduce((sum, flow) => sum + flow.cash + flow.tips, 0n),
      0n,
    )
    assert.deepEqual(skippedFills(world.deployment, await world.mine(executor.client.settleAvailable({ fills }))), [])
  })

  it('get gas for what a later block has to bring up to date', async () => {
    await world.mine(executor.client.settleAvailable({ fills: [await fillOf(alice, bob, 10n)] }))
    const fills = [await fillOf(alice, bob, 10n)]
    const same = await world.networkHelpers.takeSnapshot()
    const call = {
      ...{ account: executor.account.address, to: world.deployment.exchange },
      data: encodeSettleAvailable(fills),
    }
    const now = await world.client.estimateGas(call)
    const { gas } = await world.client.getTransaction({ hash: await executor.client.settleAvailable({ fills }) })
    await same.restore()
    await world.networkHelpers.time.increase(600)
    const later = await world.client.estimateGas(call)
    assert.ok(later > now && later <= gas, `${now} now, ${later} later, ${gas} sent`)
  })

  it('leave out orders whose group was cancelled', async () => {
    const fill = await fillOf(alice, bob, 5n, { group: GROUP, groupCap: 10n })
    await world.mine(alice.client.cancelGroups({ accountId: alice.accountId, groups: [GROUP] }))
    const [skipped] = (await executor.client.simulateSettle({ fills: [fill] })).skipped
    assert.ok(skipped?.error instanceof OrderCancelledError)
    const { issues, isCancelled } = await bob.client.validateOrder({ order: fill.maker })
    assert.deepEqual([issues, isCancelled], [[{ error: 'OrderCancelled' }], true])
  })

  it('of one take a part of an order at its price, within limits of their own', async () => {
    const maker = await world.order(alice, -1n)
    const makerSignature = await alice.client.signOrder({ order: maker })
    const take = { accountId: bob.accountId, maker, makerSignature, units: 25n, maxFee: WAD }
    await assert.rejects(bob.client.fillOrder({ ...take, maxFee: 1n }), (error) => {
      return error instanceof OrderNotFillableError && error.issues[0]?.error === 'FeeAboveMaximum'
    })
    await assert.rejects(bob.client.fillOrder({ ...take, limitPrice: PRICE_PER_LOT - 1n }), PricesDoNotCrossError)
    await assert.rejects(bob.client.fillOrder({ ...take, spotBand: [0n, 39_000n * WAD] }), OrderNotFillableError)
    await world.mine(bob.client.fillOrder(take))
    await world.mine(bob.client.fillOrder(take))
    const { filled } = await bob.client.validateOrder({ order: maker })
    assert.equal(filled, 50n)
    const { portfolio } = await bob.client.getAccount({ accountId: bob.accountId })
    assert.deepEqual(portfolio.positions, [{ instrument: perpetualOf(BTC), lots: 50n }])
    const broken = bob.client.fillOrder({ ...take, makerSignature: `0x${'11'.repeat(65)}` })
    await assert.rejects(broken, (error) => {
      return error instanceof OrderNotFillableError && error.issues[0]?.error === 'BadSignature'
    })
  })
})
