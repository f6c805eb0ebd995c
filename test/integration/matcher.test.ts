import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import type { Matcher } from '../../matcher/src/index.ts'
import { createMatcherWorld, type MatcherWorld } from '../fixtures/matcherWorld.ts'
import { PRICE_PER_LOT, type Trader } from '../fixtures/sdkWorld.ts'

const CENT = 10n ** 16n

describe('a matcher on a chain', () => {
  let world: MatcherWorld
  let matcher: Matcher
  let maker: Trader
  let taker: Trader
  let other: Trader

  before(async () => {
    world = await createMatcherWorld()
    const traders = await world.createTraders(['maker', 'taker', 'other'], 50_000n)
    ;[maker, taker, other] = traders as [Trader, Trader, Trader]
    matcher = await world.startMatcher(world.settingsFile())
  })
  after(() => world.close())
  beforeEach(async () => {
    for (const trader of [maker, taker, other]) {
      const headers = await world.login(matcher.port, trader)
      await world.call(matcher.port, '/orders', { method: 'DELETE', headers })
    }
  })

  const sell = (trader: Trader, price: bigint, parameters = {}) =>
    world.order(trader, -1n, { limitPrice: -price, units: 100n, ...parameters })
  const buy = (trader: Trader, price: bigint, parameters = {}) =>
    world.order(trader, 1n, { limitPrice: price, units: 100n, ...parameters })
  const enter = async (trader: Trader, order: ReturnType<typeof sell>) => {
    const answer = await world.submit(matcher.port, trader, await order)
    assert.equal(answer.status, 201, JSON.stringify(answer.body))
    return answer
  }
  /** Rounds until nothing is on its way. */
  async function settle() {
    for (let i = 0; i < 10; i++) {
      await matcher.round()
      if (matcher.desk.ledger.pending().length === 0) return
    }
    assert.fail('matches are left')
  }

  it("fills crossing orders on the chain, best price first, at the maker's price", async () => {
    const before = [await world.lotsOf(maker), await world.lotsOf(other), await world.lotsOf(taker)]
    await enter(maker, sell(maker, PRICE_PER_LOT + 2n * CENT))
    await enter(other, sell(other, PRICE_PER_LOT + CENT))
    const { body } = await enter(taker, buy(taker, PRICE_PER_LOT + 2n * CENT, { units: 150n }))
    assert.deepEqual([body.left, body.status], ['0', 'working'])
    await settle()
    const after = [await world.lotsOf(maker), await world.lotsOf(other), await world.lotsOf(taker)]
    assert.deepEqual(
      after.map((lots, i) => lots - (before[i] ?? 0n)),
      [-50n, -100n, 150n],
    )
    const { body: trades } = await world.call(matcher.port, '/trades?market=BTC-PERPETUAL&limit=2')
    assert.deepEqual(
      (trades as unknown as Record<string, string>[]).map(({ price, units, status, side }) => [
        price,
        units,
        status,
        side,
      ]),
      [
        [String(PRICE_PER_LOT + 2n * CENT), '50', 'settled', 'buy'],
        [String(PRICE_PER_LOT + CENT), '100', 'settled', 'buy'],
      ],
    )
  })
})
