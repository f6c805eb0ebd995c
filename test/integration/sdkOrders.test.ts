import assert from 'node:assert/strict'
import { afterEach, before, beforeEach, describe, it } from 'node:test'
import { concat, parseSignature, toHex } from 'viem'
import {
  BadSignatureError,
  createOrder,
  encodeOrder,
  FEES,
  FeeAboveMaximumError,
  FillTooSmallError,
  GroupCapExceededError,
  hashOrder,
  InstrumentNotListedError,
  LegsDoNotMatchError,
  NotReducingError,
  type Order,
  OrderCancelledError,
  OrderExpiredError,
  OverFilledError,
  PricesDoNotCrossError,
  perpetualOf,
  SpotOutsideBandError,
  TipToSystemAccountError,
  WrongExecutorError,
  WrongTakerError,
} from '../../sdk/src/index.ts'
import { BTC, createSdkWorld, PRICE_PER_LOT, type SdkWorld, type Trader } from '../fixtures/sdkWorld.ts'

const GROUP = toHex(1n, { size: 32 })
const SECP256K1_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n

describe('orders through the SDK', () => {
  let world: SdkWorld
  let maker: Trader
  let taker: Trader
  let restore: () => Promise<void>

  before(async () => {
    world = await createSdkWorld()
    maker = world.createTrader(toHex(0xa11cen, { size: 32 }))
    taker = world.createTrader(toHex(0xb0bn, { size: 32 }))
    await world.fund(maker, 50_000n)
    await world.fund(taker, 50_000n)
  })
  beforeEach(async () => {
    restore = (await world.networkHelpers.takeSnapshot()).restore
  })
  afterEach(() => restore())

  async function settle(order: Order, units = 10n, signer = maker) {
    const opposite = await world.order(taker, 1n)
    const makerSignature = await signer.client.signOrder({ order })
    return taker.client.settle({ fills: [{ maker: order, makerSignature, taker: opposite, units }] })
  }

  it('hashes an order as the exchange does', async () => {
    const order = await world.order(maker, -3n, { tip: 5n, group: GROUP, groupCap: 9n, reduceOnly: true })
    assert.equal(
      hashOrder(world.deployment, order),
      await world.contracts.exchange.read.hashOrder([encodeOrder(order)]),
    )
  })

  it('finds a good order fillable, and it fills', async () => {
    const order = await world.order(maker, -1n)
    const signature = await maker.client.signOrder({ order })
    const verdict = await taker.client.validateOrder({ order, signature, units: 10n })
    assert.deepEqual([verdict.isFillable, verdict.issues, verdict.left], [true, [], 1_000_000n])
    await world.mine(settle(order))
    const after = await taker.client.validateOrder({ order, signature })
    assert.deepEqual([after.filled, after.left, after.isFillable], [10n, 999_990n, true])
  })

  /** What the validation says is what the exchange reverts with. */
  const refusals = {
    OrderExpired: [{ expiry: 1 }, OrderExpiredError],
    WrongExecutor: [{ executor: '0x000000000000000000000000000000000000dEaD' }, WrongExecutorError],
    WrongTaker: [{ taker: '0x000000000000000000000000000000000000dEaD' }, WrongTakerError],
    FillTooSmall: [{ minFill: 11n }, FillTooSmallError],
    OverFilled: [{ units: 9n }, OverFilledError],
    GroupCapExceeded: [{ group: GROUP, groupCap: 9n }, GroupCapExceededError],
    SpotOutsideBand: [{ minSpot: 50_000n * 10n ** 18n }, SpotOutsideBandError],
    TipToSystemAccount: [{ tip: 1n, tipReceiver: FEES }, TipToSystemAccountError],
    NotReducing: [{ reduceOnly: true }, NotReducingError],
  } as const
  for (const [name, [restriction, Class]] of Object.entries(refusals)) {
    it(`foresees ${name}`, async () => {
      const order = await world.order(maker, -1n, restriction)
      const signature = await maker.client.signOrder({ order })
      const { address } = taker.account
      const parameters = { order, signature, units: 10n, executor: address, counterparty: address }
      const { issues, isFillable } = await taker.client.validateOrder(parameters)
      assert.deepEqual([isFillable, issues.map(({ error }) => error)], [false, [name]])
      await assert.rejects(settle(order), Class)
    })
  }

  it('foresees that legs which name a position twice reduce it together', async () => {
    const { accountId } = maker
    await world.trade(maker, taker, 10n)
    const leg = { instrument: perpetualOf(BTC), ratio: -1n }
    const order = await world.order(maker, -2n, { legs: [leg, leg], reduceOnly: true })
    const opposite = { ...leg, ratio: 1n }
    const own = await world.order(taker, 2n, { legs: [opposite, opposite] })
    const makerSignature = await maker.client.signOrder({ order })
    const settleUnits = (units: bigint) =>
      taker.client.settle({ fills: [{ maker: order, makerSignature, taker: own, units }] })
    const { issues } = await taker.client.validateOrder({ order, signature: makerSignature, units: 6n })
    assert.deepEqual(issues, [{ error: 'NotReducing', instrument: leg.instrument, held: 4n, change: -6n }])
    await assert.rejects(settleUnits(6n), (error) => {
      return error instanceof NotReducingError && error.held === 4n && error.change === -6n
    })
    await world.mine(settleUnits(5n))
    assert.deepEqual((await maker.client.getAccount({ accountId })).portfolio.positions, [])
  })

  it('foresees a bad signature, and accepts an operator', async () => {
    const order = await world.order(maker, -1n)
    const signature = await taker.client.signOrder({ order })
    const verdict = await taker.client.validateOrder({ order, signature })
    assert.deepEqual(verdict.issues, [{ error: 'BadSignature' }])
    await assert.rejects(settle(order, 10n, taker), BadSignatureError)
    const operator = taker.account.address
    await world.mine(maker.client.setOperator({ accountId: maker.accountId, operator, approved: true }))
    assert.equal((await taker.client.validateOrder({ order, signature })).isFillable, true)
    await world.mine(settle(order, 10n, taker))
    for (const broken of ['0x', '0x12', `0x${'00'.repeat(65)}`] as const) {
      assert.equal((await taker.client.validateOrder({ order, signature: broken })).isFillable, false, broken)
    }
  })

  it('foresees that the exchange takes no second signature derived from the first', async () => {
    const order = await world.order(maker, -1n)
    const signature = await maker.client.signOrder({ order })
    const { r, s, v } = parseSignature(signature)
    assert.ok(v !== undefined)
    const otherS = toHex(SECP256K1_ORDER - BigInt(s), { size: 32 })
    const opposite = await world.order(taker, 1n)
    const derived = [concat([r, otherS, toHex(55n - v, { size: 1 })]), concat([r, s, toHex(v - 27n, { size: 1 })])]
    for (const makerSignature of derived) {
      assert.equal((await taker.client.validateOrder({ order, signature: makerSignature })).isFillable, false)
      const fills = [{ maker: order, makerSignature, taker: opposite, units: 1n }]
      await assert.rejects(taker.client.settle({ fills }), BadSignatureError)
    }
  })

  it('voids a cancelled order', async () => {
    const order = await world.order(maker, -1n)
    await world.mine(maker.client.cancelOrder({ accountId: maker.accountId, nonces: [order.nonce] }))
    const { isCancelled, left, issues } = await taker.client.validateOrder({ order })
    assert.deepEqual([isCancelled, left, issues.map(({ error }) => error)], [true, 0n, ['OrderCancelled']])
    await assert.rejects(settle(order), OrderCancelledError)
  })

  it('foresees an instrument that is not listed', async () => {
    for (const instrument of [perpetualOf(99), { ...perpetualOf(BTC), expiry: 7 }]) {
      const order = await world.order(maker, -1n, {}, instrument)
      const { issues } = await taker.client.validateOrder({ order })
      assert.deepEqual(issues, [{ error: 'InstrumentNotListed', instrument }])
    }
    const instrument = { ...perpetualOf(BTC), expiry: 7 }
    const order = await world.order(maker, -1n, {}, instrument)
    const opposite = await world.order(taker, 1n, {}, instrument)
    const makerSignature = await maker.client.signOrder({ order })
    const fills = [{ maker: order, makerSignature, taker: opposite, units: 1n }]
    await assert.rejects(taker.client.settle({ fills }), InstrumentNotListedError)
  })

  it('names orders that do not match each other', async () => {
    const dear = await world.order(maker, -1n, { limitPrice: -PRICE_PER_LOT - 1n })
    await assert.rejects(settle(dear), PricesDoNotCrossError)
    await assert.rejects(settle(await world.order(maker, -2n)), LegsDoNotMatchError)
    await assert.rejects(settle(await world.order(maker, -1n, { maxFee: 0n })), FeeAboveMaximumError)
    const { issues } = await taker.client.validateOrder({ order: createOrder({ ...dear, legs: [] }) })
    assert.deepEqual(issues, [{ error: 'NoLegs' }])
  })
})
