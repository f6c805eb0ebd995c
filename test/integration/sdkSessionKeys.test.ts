import assert from 'node:assert/strict'
import { afterEach, before, beforeEach, describe, it } from 'node:test'
import {
  BadSignatureError,
  fillCost,
  LossAboveBudgetError,
  MarkNotLiveError,
  NotAuthorizedError,
  type Order,
  OutOfScopeError,
  perpetualOf,
  type SessionKey,
  WrongEpochError,
} from '../../sdk/src/index.ts'
import { BTC, createSdkWorld, ETH, PRICE_PER_LOT, type SdkWorld, type Trader } from '../fixtures/sdkWorld.ts'

const WAD = 10n ** 18n
const DAY = 86_400

describe('session keys through the SDK', () => {
  let world: SdkWorld
  let owner: Trader
  let key: Trader
  let maker: Trader
  let restore: () => Promise<void>

  before(async () => {
    world = await createSdkWorld()
    ;[owner, maker] = await world.createTraders(['owner', 'maker'], 50_000n)
    ;[key] = await world.createTraders(['key'], 0n)
    const expiry = Number(await world.now()) + 30 * DAY
    const terms: SessionKey = { expiry, kinds: ['perpetual'], underlyings: [BTC], dailyLoss: 10n * WAD }
    await world.mine(owner.client.setSessionKey({ accountId: owner.accountId, key: key.account.address, terms }))
  })
  beforeEach(async () => {
    restore = (await world.networkHelpers.takeSnapshot()).restore
  })
  afterEach(() => restore())

  const state = () => owner.client.getSessionKey({ accountId: owner.accountId, key: key.account.address })
  const buy = (overMark: bigint, terms: Partial<Order> = {}) =>
    world.order(owner, 1n, { limitPrice: PRICE_PER_LOT + overMark, ...terms })

  /** The key signs as the taker; what it would pay and what the SDK says of it. */
  async function attempt(order: Order, units = 100n) {
    const [leg] = order.legs
    const instrument = leg?.instrument ?? perpetualOf(BTC)
    const opposite = await world.order(maker, -1n, { limitPrice: -order.limitPrice }, instrument)
    const takerSignature = await key.client.signOrder({ order })
    const makerSignature = await maker.client.signOrder({ order: opposite })
    const terms = { order, signature: takerSignature, units, role: 'taker' } as const
    const { issues } = await owner.client.validateOrder(terms)
    const fills = [{ maker: opposite, makerSignature, taker: order, takerSignature, units }]
    return { issues, settle: () => world.mine(maker.client.settle({ fills })) }
  }

  it('trade within their budget and use what they lost, to the wei; it comes back over a day', async () => {
    const order = await buy(WAD / 50n)
    const { issues, settle } = await attempt(order)
    assert.deepEqual(issues, [])
    const { blockNumber } = await settle()
    const snapshot = await owner.client.getMatrix({ instruments: [perpetualOf(BTC)], blockNumber })
    const { loss } = fillCost(snapshot, { order, role: 'taker', units: 100n })
    const before = await state()
    assert.deepEqual([before.spent, before.left], [loss, 10n * WAD - loss])
    assert.ok(loss > 2n * WAD)
    await world.networkHelpers.time.increase(3_600)
    await world.networkHelpers.mine()
    const seconds = (await world.now()) - (await world.client.getBlock({ blockNumber })).timestamp
    assert.equal((await state()).spent, loss - (10n * WAD * seconds) / BigInt(DAY))
    await world.networkHelpers.time.increase(DAY)
    assert.equal((await state()).left, 10n * WAD)
  })

  it('may not lose more than is left', async () => {
    const { issues, settle } = await attempt(await buy(WAD / 5n))
    const [issue] = issues
    assert.ok(issue?.error === 'LossAboveBudget' && issue.left === 10n * WAD && issues.length === 1)
    await assert.rejects(settle(), (error) => {
      return error instanceof LossAboveBudgetError && error.loss === issue.loss && error.left === issue.left
    })
  })

  it('may not trade beyond their scope, nor where there is no live mark', async () => {
    const outside = await attempt(await world.order(owner, 1n, { limitPrice: 3n * WAD }, perpetualOf(ETH)))
    assert.deepEqual(outside.issues[0]?.error, 'OutOfScope')
    await assert.rejects(outside.settle(), OutOfScopeError)
    await world.networkHelpers.time.increase(7 * DAY)
    const blind = await attempt(await buy(0n))
    assert.deepEqual(blind.issues, [{ error: 'MarkNotLive', key: key.account.address, underlying: BTC }])
    await assert.rejects(blind.settle(), MarkNotLiveError)
  })

  it('end at once when they are revoked, whatever they have signed', async () => {
    const { settle } = await attempt(await buy(0n))
    await world.mine(owner.client.revokeSessionKey({ accountId: owner.accountId, key: key.account.address }))
    await assert.rejects(settle(), BadSignatureError)
    const { issues } = await attempt(await buy(0n))
    assert.deepEqual(issues, [{ error: 'BadSignature' }])
    const { isLive, left, terms } = await state()
    assert.deepEqual([isLive, left, terms.kinds, terms.underlyings], [false, 0n, [], []])
  })

  it('take orders as their own sender, and cancel, but do nothing else', async () => {
    const { accountId } = owner
    const order = await world.order(maker, -1n)
    const makerSignature = await maker.client.signOrder({ order })
    const take = { accountId, maker: order, makerSignature, maxFee: WAD }
    await world.mine(key.client.fillOrder({ ...take, units: 50n }))
    const resting = await attempt(await buy(0n))
    await world.mine(key.client.cancelAll({ accountId }))
    assert.equal(await key.client.getEpoch({ accountId }), 1n)
    await assert.rejects(resting.settle(), WrongEpochError)
    await world.mine(key.client.fillOrder({ ...take, units: 50n }))
    await assert.rejects(key.client.setMode({ accountId, mode: 'portfolio' }), NotAuthorizedError)
    await assert.rejects(key.client.merge({ from: accountId, to: accountId }), NotAuthorizedError)
    const terms = { expiry: 2 ** 32, kinds: ['spot'], underlyings: [BTC], dailyLoss: WAD } as const
    await assert.rejects(key.client.setSessionKey({ accountId, key: key.account.address, terms }), NotAuthorizedError)
  })
})
