import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createOrder, encodeAccountId, linearSnapshot, type OrderParameters, perpetualOf } from '@plimsoll/sdk'
import { maxUint128, toHex, zeroAddress, zeroHash } from 'viem'
import { BTC_MARKET, portfolioOf } from '../../sdk/test/markets.ts'
import { type ChainState, slotKey } from '../src/chain/view.ts'
import { OrderDesk } from '../src/desk/orderDesk.ts'

const LOTS = 100n
const PRICE_PER_LOT = 4n * 10n ** 18n
const SPOT = BTC_MARKET.spot
const [SHORT, LONG] = [1n, 2n].map((id) => encodeAccountId({ owner: toHex(id, { size: 20 }) }))

/** Both close what they hold, which no price has to be live for. */
function closing(isShort: boolean, terms: Partial<OrderParameters> = {}) {
  const ratio = isShort ? 1n : -1n
  const order = createOrder({
    accountId: (isShort ? SHORT : LONG) ?? zeroHash,
    legs: [{ instrument: perpetualOf(1), ratio }],
    limitPrice: ratio * PRICE_PER_LOT,
    maxFee: maxUint128,
    units: LOTS,
    nonce: 1n,
    expiry: 1_000,
    ...terms,
  })
  return { hash: toHex(ratio + 2n, { size: 32 }), order, key: undefined, signature: '0x', kind: 'order' } as const
}

/** A desk over a chain state whose price lives or not. */
function createDesk(orders: readonly ReturnType<typeof closing>[]) {
  const stateWith = (status: 'live' | 'degraded'): ChainState => ({
    head: { number: 1n, hash: zeroHash, timestamp: 1n, baseFee: 0n },
    snapshot: linearSnapshot([{ ...BTC_MARKET, status }]),
    instruments: new Map(),
    accounts: new Map(
      orders.map(({ order }) => {
        const portfolio = portfolioOf(10_000n, order.accountId === SHORT ? -LOTS : LOTS)
        return [order.accountId, { portfolio, reduceOnly: false, epoch: 0n }]
      }),
    ),
    filled: new Map(orders.map(({ order }) => [slotKey(order), 0n])),
    grouped: new Map(),
    signers: new Map(),
  })
  let state = stateWith('live')
  const nothing = () => undefined
  const desk = new OrderDesk({
    state: () => state,
    recorder: { order: nothing, match: nothing, level: nothing },
    executor: zeroAddress,
    expiryMarginSeconds: 0,
    maxOrdersPerAccount: 10,
    now: () => 0,
  })
  const become = (status: 'live' | 'degraded') => {
    state = stateWith(status)
    desk.sweep()
  }
  return { desk, become }
}

describe('an order with a spot band', () => {
  const band = { minSpot: SPOT / 2n, maxSpot: 2n * SPOT }

  it('waits while the price is not live, whoever would trade with it, and trades once it lives', () => {
    const [banded, counter] = [closing(true, band), closing(false)]
    const { desk, become } = createDesk([banded, counter])
    assert.equal(desk.enter(banded).status, 'working')
    become('degraded')
    const live = desk.order(banded.hash) ?? assert.fail('the order was dropped')
    assert.equal(live.status, 'waiting')
    desk.enter(counter)
    assert.equal(live.status, 'waiting')
    assert.deepEqual(desk.ledger.pending(), [])
    become('live')
    assert.deepEqual(
      desk.ledger.pending().map(({ units }) => units),
      [LOTS],
    )
  })

  it('waits when it comes while the price is not live, and meets a resting order later', () => {
    const [banded, counter] = [closing(true, band), closing(false)]
    const { desk, become } = createDesk([banded, counter])
    become('degraded')
    desk.enter(counter)
    assert.equal(desk.enter(banded).status, 'waiting')
    become('live')
    assert.equal(desk.ledger.pending().length, 1)
  })

  it('is any but the one from zero to the largest number: without a band an order trades at any price', () => {
    const [unbanded, counter] = [closing(true), closing(false)]
    const { desk, become } = createDesk([unbanded, counter])
    become('degraded')
    desk.enter(unbanded)
    desk.enter(counter)
    assert.equal(desk.ledger.pending().length, 1)
  })
})
