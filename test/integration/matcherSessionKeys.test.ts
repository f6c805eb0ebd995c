import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { encodeFunctionData, type Hex, keccak256, stringToHex } from 'viem'
import type { Matcher } from '../../matcher/src/index.ts'
import { type Order, perpetualOf, type SessionKey } from '../../sdk/src/index.ts'
import { createMatcherWorld, type MatcherWorld } from '../fixtures/matcherWorld.ts'
import { ETH, PRICE_PER_LOT, type Trader } from '../fixtures/sdkWorld.ts'

const CENT = 10n ** 16n
const WAD = 10n ** 18n
/** A fill of so many units a cent off mark loses a dollar, and fees. */
const UNITS = 100n
const BUDGET = (5n * WAD) / 2n

describe('session keys at a matcher', () => {
  let world: MatcherWorld
  let matcher: Matcher
  let owner: Trader
  let taker: Trader
  let other: Trader
  /** Signs for the account of `owner`. */
  let bot: Trader
  let keys = 0

  before(async () => {
    world = await createMatcherWorld()
    ;[owner, taker, other] = await world.createTraders(['owner', 'taker', 'other'], 50_000n)
    matcher = await world.startMatcher(world.settingsFile())
  })
  after(() => world.close())
  beforeEach(async () => {
    await world.automine(true)
    for (const order of matcher.desk.orders()) matcher.desk.drop(order, 'BetweenTests')
    bot = await granted({})
  })

  const revoke = () =>
    world.mine(owner.client.revokeSessionKey({ accountId: owner.accountId, key: bot.account.address }))

  /** A new key of `owner`, good for an hour of bitcoin perpetuals. */
  async function granted(terms: Partial<SessionKey>): Promise<Trader> {
    const stranger = world.createTrader(keccak256(stringToHex(`key ${++keys}`)))
    const expiry = Number(await world.now()) + 3_600
    const all: SessionKey = { expiry, kinds: ['perpetual'], underlyings: [1], dailyLoss: BUDGET, ...terms }
    const { accountId } = owner
    await world.mine(owner.client.setSessionKey({ accountId, key: stranger.account.address, terms: all }))
    await matcher.round()
    return { ...stranger, accountId }
  }

  /** A sale or purchase a cent to the disadvantage of `trader`. */
  const losing = (trader: Trader, side: 1n | -1n, parameters = {}) =>
    world.order(trader, side, { units: UNITS, limitPrice: side * PRICE_PER_LOT + CENT, ...parameters })

  async function submit(trader: Trader, order: Order) {
    const { status, body, hash } = await world.submit(matcher.port, trader, order)
    return { status, code: (body.error as { code: string } | undefined)?.code, hash, order, left: body.left }
  }

  async function enter(trader: Trader, side: 1n | -1n, parameters = {}) {
    const answer = await submit(trader, await losing(trader, side, parameters))
    assert.deepEqual([answer.status, answer.code], [201, undefined])
    return answer
  }

  const settle = () => world.settle(matcher)

  async function reasonOf(hash: Hex) {
    const headers = await world.login(matcher.port, owner)
    return (await world.call(matcher.port, `/orders/${hash}`, { headers })).body.reason
  }

  it('fills the orders of a key', async () => {
    const { order } = await enter(bot, -1n)
    await enter(taker, 1n)
    await settle()
    assert.equal(await world.filledOf(order), UNITS)
    const [, spent] = await world.contracts.exchange.read.sessionKey([owner.accountId, bot.account.address])
    assert.ok(spent > WAD && spent < BUDGET, `${spent} was spent`)
  })

  it('refuses what the exchange would refuse of a key', async () => {
    const legs = [{ instrument: perpetualOf(ETH), ratio: -1n }]
    const limitPrice = (-3n * WAD) / 10n
    assert.equal((await submit(bot, await losing(bot, -1n, { legs, limitPrice }))).code, 'OutOfScope')
    const dear = { limitPrice: -PRICE_PER_LOT + 300n * CENT }
    assert.equal((await submit(bot, await losing(bot, -1n, dear))).code, 'LossAboveBudget')
    const stranger = { ...world.createTrader(keccak256(stringToHex('stranger'))), accountId: owner.accountId }
    assert.equal((await submit(stranger, await losing(bot, -1n))).code, 'BadSignature')
    const short = await granted({ expiry: Number(await world.now()) + 10 })
    assert.equal((await submit(short, await losing(bot, -1n))).code, 'BadSignature')
  })

  it('counts the losses of matches that no block has yet: what it matches, the exchange fills', async () => {
    const sold = [await enter(bot, -1n), await enter(bot, -1n), await enter(bot, -1n)]
    const bought = await enter(taker, 1n, { units: 3n * UNITS })
    assert.equal(bought.left, String(UNITS))
    const reasons = await Promise.all(sold.map(({ hash }) => reasonOf(hash)))
    assert.deepEqual(reasons, [null, null, null])
    await settle()
    assert.deepEqual(await Promise.all(sold.map(({ order }) => world.filledOf(order))), [UNITS, UNITS, 0n])
    const whole = { minFill: UNITS }
    assert.equal((await submit(bot, await losing(bot, -1n, whole))).code, 'LossAboveBudget')
    bot = await granted({})
    assert.equal((await submit(bot, await losing(bot, -1n, whole))).status, 201)
  })

  it('keeps an order of which a large one would lose more than the budget, for a smaller one', async () => {
    const { hash, order } = await enter(bot, -1n, { units: 3n * UNITS })
    await enter(taker, 1n, { units: 3n * UNITS })
    assert.ok(matcher.desk.order(hash)?.resting)
    const small = await enter(other, 1n)
    await settle()
    assert.deepEqual([await world.filledOf(order), await world.filledOf(small.order)], [UNITS, UNITS])
    assert.equal(await reasonOf(hash), null)
  })

  it('lets a budget come back with time', async () => {
    bot = await granted({ expiry: Number(await world.now()) + 86_400 })
    await enter(bot, -1n)
    await enter(bot, -1n)
    await enter(taker, 1n, { units: 2n * UNITS })
    await settle()
    const whole = { minFill: UNITS }
    assert.equal((await submit(bot, await losing(bot, -1n, whole))).code, 'LossAboveBudget')
    await world.networkHelpers.time.increase(12 * 3_600)
    await world.push(1, 40_000n)
    await matcher.round()
    const { order } = await enter(bot, -1n, whole)
    await enter(taker, 1n)
    await settle()
    assert.equal(await world.filledOf(order), UNITS)
  })

  it('refuses a key where there is no live mark to hold it to', async () => {
    const order = await losing(bot, -1n, { expiry: Number(await world.now()) + 864_000 })
    bot = await granted({ expiry: Number(await world.now()) + 864_000 })
    await world.networkHelpers.time.increase(86_400)
    await matcher.round()
    assert.equal((await submit(bot, order)).code, 'MarkNotLive')
    await world.push(1, 40_000n)
    await matcher.round()
    assert.equal((await submit(bot, order)).status, 201)
  })

  it('drops the orders of a key that is revoked, and takes their matches back', async () => {
    const matched = await enter(bot, -1n)
    const resting = await enter(bot, -1n, { limitPrice: -PRICE_PER_LOT - CENT })
    const next = await enter(other, -1n)
    const bought = await enter(taker, 1n)
    await revoke()
    await settle()
    for (const { hash } of [matched, resting]) assert.equal(await reasonOf(hash), 'BadSignature')
    assert.deepEqual(await Promise.all([matched, next, bought].map(({ order }) => world.filledOf(order))), [
      0n,
      UNITS,
      UNITS,
    ])
  })

  it('knows after a restart which key signed', async () => {
    const { hash } = await enter(bot, -1n)
    await world.stopMatcher(matcher)
    await revoke()
    matcher = await world.startMatcher(world.settingsFile())
    assert.equal(matcher.desk.order(hash), undefined)
    assert.equal(await reasonOf(hash), 'BadSignature')
  })

  it('skips the fill of a key that was revoked in the same block', async () => {
    const { hash, order } = await enter(bot, -1n)
    const next = await enter(other, -1n)
    const bought = await enter(taker, 1n, { units: 2n * UNITS })
    await world.automine(false)
    await matcher.round()
    const { abi } = world.contracts.exchange
    const terms = { expiry: 0, kinds: 0, dailyLoss: 0n, underlyings: 0n }
    const args = [owner.accountId, bot.account.address, terms] as const
    const data = encodeFunctionData({ abi, functionName: 'setSessionKey', args })
    await world.sendFirst(owner, world.deployment.exchange, data)
    await settle()
    assert.deepEqual(
      [await world.filledOf(order), await world.filledOf(next.order), await world.filledOf(bought.order)],
      [0n, UNITS, UNITS],
    )
    assert.equal(await reasonOf(hash), 'BadSignature')
  })

  it('drops the orders of a key before it expires', async () => {
    const { hash } = await enter(bot, -1n)
    await world.networkHelpers.time.increase(3_590)
    await matcher.round()
    assert.equal(await reasonOf(hash), 'BadSignature')
  })

  it('lets a key log in and cancel, until it is revoked', async () => {
    const { hash } = await enter(bot, -1n)
    const own = await enter(owner, -1n)
    const headers = await world.login(matcher.port, bot)
    const { body } = await world.call(matcher.port, '/orders', { headers })
    const hashes = (body as unknown as { hash: Hex }[]).map((order) => order.hash)
    assert.deepEqual(hashes, [hash, own.hash])
    assert.equal((await world.call(matcher.port, `/orders/${hash}`, { method: 'DELETE', headers })).status, 200)
    assert.equal(matcher.desk.order(hash), undefined)
    await revoke()
    for (const init of [{ headers }, { headers, method: 'DELETE' }]) {
      assert.equal((await world.call(matcher.port, '/orders', init)).status, 401)
    }
    assert.ok(matcher.desk.order(own.hash))
  })
})
