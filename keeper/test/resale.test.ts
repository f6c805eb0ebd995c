import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { maxUint128, zeroAddress } from 'viem'
import {
  type AccountId,
  CUSTODY,
  createOrder,
  encodeAccountId,
  encodePosition,
  type Fill,
  type Order,
  type Portfolio,
  perpetualOf,
  spotOf,
} from '../../sdk/src/index.ts'
import { BTC_SNAPSHOT, portfolioOf } from '../../sdk/test/markets.ts'
import { Book } from '../src/book.ts'
import type { RestingOrder } from '../src/ports/matcher.ts'
import { ResaleBook } from '../src/resale.ts'

const WAD = 10n ** 18n
/** Of one lot of 0.0001 BTC at 40,000. */
const MARK = 4n * WAD
const TAKER_FEE = 5n
const BASIS = 10_000n
const RESELLER = '0x00000000000000000000000000000000000000aa'
const ACCOUNT = encodeAccountId({ owner: RESELLER })
const SLICED = encodeAccountId({ owner: '0x00000000000000000000000000000000000000bb' })
const HASH = `0x${'00'.repeat(32)}` as const
const GROUP = `0x${'07'.repeat(32)}` as const
const GROUP_CAP = 700n
const EPOCH = 3n
const HEAD = { number: 1n, hash: HASH, timestamp: 1_000n, baseFee: 0n }

const makerOf = (n: number): AccountId => encodeAccountId({ owner: `0x${String(n + 1).padStart(40, '0')}` })
const MAKERS = [0, 1, 2].map(makerOf)

/** Each maker has a million dollars. */
function bookOf(makers: readonly AccountId[]): Book {
  const book = new Book({ number: 0n, hash: HASH })
  const events = makers.map((to) => ({ kind: 'moved', from: CUSTODY, to, cash: 1_000_000n * WAD, legs: [] }) as const)
  book.apply({ number: 1n, hash: HASH, events })
  return book
}

type Terms = { maker: number; bp: number; left: number; minFill: number; grouped: boolean; side: 1 | -1 }
const terms: fc.Arbitrary<Terms> = fc.record({
  maker: fc.integer({ min: 0, max: 2 }),
  bp: fc.integer({ min: -300, max: 300 }),
  left: fc.integer({ min: 1, max: 1_000 }),
  minFill: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 1_000 })),
  grouped: fc.boolean(),
  side: fc.constantFrom(1, -1),
})

function orderOf({ maker, bp, left, minFill, grouped, side }: Terms, nonce: number, more: Partial<Order> = {}) {
  const ratio = BigInt(side)
  const order = createOrder({
    accountId: makerOf(maker),
    legs: [{ instrument: perpetualOf(1), ratio }],
    limitPrice: (ratio * MARK * (BASIS + BigInt(bp))) / BASIS,
    maxFee: maxUint128,
    units: 1_000n,
    minFill: BigInt(minFill),
    nonce: BigInt(nonce),
    expiry: 2_000,
    ...(grouped ? { group: GROUP, groupCap: GROUP_CAP } : {}),
    ...more,
  })
  const room = grouped && BigInt(left) > GROUP_CAP ? GROUP_CAP : BigInt(left)
  return { order, signature: '0x', left: room } satisfies RestingOrder
}

function resaleOf(orders: readonly RestingOrder[], book = bookOf(MAKERS), expiryMarginSeconds = 15n): ResaleBook {
  const settings = { account: ACCOUNT, reseller: RESELLER, expiryMarginSeconds } as const
  return new ResaleBook({ settings, orders, book, snapshot: BTC_SNAPSHOT, head: HEAD, epoch: EPOCH })
}

const lotsIn = ({ positions }: Portfolio) => positions[0]?.lots ?? 0n
const unitsBy = (fills: readonly Fill[], key: (order: Order) => string) => {
  const sums = new Map<string, bigint>()
  for (const { maker, units } of fills) sums.set(key(maker), (sums.get(key(maker)) ?? 0n) + units)
  return sums
}

describe('the sale of a slice to resting orders', () => {
  const cases = fc.tuple(fc.array(terms, { maxLength: 12 }), fc.bigInt({ min: -3_000n, max: 3_000n }))
  const options = { seed: 41, numRuns: 150 }

  it('sells at most what is held, to the other side only, and accounts for every lot and cent', () => {
    let count = 0
    fc.assert(
      fc.property(cases, ([all, lots]) => {
        const start = portfolioOf(50_000n, lots)
        const { fills, portfolio } = resaleOf(all.map((one, nonce) => orderOf(one, nonce))).sell(start, SLICED)
        const sign = lots > 0n ? 1n : -1n
        const sold = fills.reduce((sum, { units }) => sum + units, 0n)
        count += fills.length
        assert.ok(sold <= sign * lots)
        assert.equal(lotsIn(portfolio), lots - sign * sold)
        const paid = fills.reduce((sum, { maker, units }) => sum + maker.limitPrice * units, 0n)
        const fees = fills.reduce((sum, { units }) => sum + (units * MARK * TAKER_FEE) / BASIS, 0n)
        assert.equal(portfolio.cash - start.cash, paid - fees)
        assert.ok(fills.every(({ maker }) => maker.legs[0]?.ratio === sign))
      }),
      options,
    )
    assert.ok(count > options.numRuns, 'more than one fill a run')
  })

  it('keeps to what each order and each group has left, over several slices', () => {
    fc.assert(
      fc.property(cases, ([all, lots]) => {
        const orders = all.map((one, nonce) => orderOf(one, nonce))
        const resale = resaleOf(orders)
        const fills: Fill[] = []
        for (let slice = 0; slice < 3; slice++) {
          const sale = resale.sell(portfolioOf(50_000n, lots), SLICED)
          resale.take(sale.fills, sale.portfolio)
          fills.push(...sale.fills)
        }
        for (const { maker, units } of fills) assert.ok(units >= maker.minFill && units > 0n)
        const bySlot = unitsBy(fills, ({ nonce }) => String(nonce))
        for (const { order, left } of orders) assert.ok((bySlot.get(String(order.nonce)) ?? 0n) <= left)
        const byGroup = unitsBy(fills, ({ group, accountId }) => `${group === GROUP} ${accountId}`)
        for (const [group, units] of byGroup) if (group.startsWith('true')) assert.ok(units <= GROUP_CAP)
      }),
      options,
    )
  })

  it('goes from the best price to the worst, and skips none that would have filled whole', () => {
    fc.assert(
      fc.property(cases, ([all, lots]) => {
        const orders = all.map((one, nonce) => orderOf({ ...one, grouped: false, minFill: 1 }, nonce))
        const { fills, portfolio } = resaleOf(orders).sell(portfolioOf(50_000n, lots), SLICED)
        const prices = fills.map(({ maker }) => maker.limitPrice)
        for (const [index, price] of prices.entries()) assert.ok(index === 0 || price <= (prices[index - 1] ?? 0n))
        const size = lots < 0n ? -lots : lots
        const rest = lotsIn(portfolio) < 0n ? -lotsIn(portfolio) : lotsIn(portfolio)
        const bySlot = unitsBy(fills, ({ nonce }) => String(nonce))
        for (const { order, left } of orders.filter(({ order }) => order.legs[0]?.ratio === (lots > 0n ? 1n : -1n))) {
          const sold = bySlot.get(String(order.nonce)) ?? 0n
          assert.ok(rest === 0n || sold === left || (sold === 0n && 16n * left < size && left < rest))
        }
      }),
      options,
    )
  })

  const plain: Terms = { maker: 0, bp: 0, left: 500, minFill: 1, grouped: false, side: 1 }
  const noncesOf = (fills: readonly Fill[]) => fills.map(({ maker }) => maker.nonce)

  it('keeps the order of the matcher among equal prices', () => {
    const prices = [0, 1, 0, 1, 0]
    const orders = prices.map((bp, nonce) => orderOf({ ...plain, bp, left: 100 }, nonce))
    const { fills } = resaleOf(orders).sell(portfolioOf(50_000n, 450n), SLICED)
    assert.deepEqual(noncesOf(fills), [1n, 3n, 0n, 2n, 4n])
  })

  it('passes over orders too small to be worth a fill, unless they close the position', () => {
    const small = Array.from({ length: 200 }, (_, nonce) => orderOf({ ...plain, bp: 10, left: 62 }, nonce))
    const large = orderOf({ ...plain, left: 950 }, 200)
    const { fills, portfolio } = resaleOf([...small, large]).sell(portfolioOf(50_000n, 1_000n), SLICED)
    assert.deepEqual([noncesOf(fills), lotsIn(portfolio)], [[200n], 50n])
    const closing = orderOf({ ...plain, bp: -10, left: 62 }, 201)
    const sale = resaleOf([...small, large, closing]).sell(portfolioOf(50_000n, 1_000n), SLICED)
    assert.deepEqual([noncesOf(sale.fills), lotsIn(sale.portfolio)], [[200n, 201n], 0n])
  })

  it('fills no more orders in a call than its gas allows', () => {
    const sides = [spotOf(1), perpetualOf(1)]
    const orders = sides.flatMap((instrument, index) =>
      Array.from({ length: 20 }, (_, at) => {
        const limitPrice = index === 0 ? 4n * 10n ** 14n : MARK
        return orderOf({ ...plain, left: 7 }, 20 * index + at, { legs: [{ instrument, ratio: 1n }], limitPrice })
      }),
    )
    const positions = sides.map((instrument) => ({ instrument, lots: 100n }))
    const { fills } = resaleOf(orders).sell({ ...portfolioOf(50_000n, 0n), positions }, SLICED)
    assert.equal(fills.length, 30)
    const wide = resaleOf([...orders, ...orders]).sell({ ...portfolioOf(50_000n, 0n), positions }, SLICED)
    assert.equal(wide.fills.length, 30)
  })

  it("names the epoch of the reseller's account", () => {
    const [fill] = resaleOf([orderOf(plain, 0)]).sell(portfolioOf(50_000n, 10n), SLICED).fills
    assert.deepEqual([fill?.taker.epoch, fill?.taker.accountId], [EPOCH, ACCOUNT])
  })

  /** Long a coin with less than initial margin, it may buy on at a price that makes it safer; not after a takeover. */
  it('passes over a maker that may only reduce', () => {
    const maker = makerOf(0)
    const legs = [encodePosition({ instrument: perpetualOf(1), lots: 10_000n })]
    const moved = { kind: 'moved', from: CUSTODY, to: maker, cash: -38_500n * WAD, legs } as const
    const events = { false: [moved], true: [moved, { kind: 'reduceOnly', account: maker, reduceOnly: true } as const] }
    const sold = (restricted: 'true' | 'false') => {
      const book = new Book({ number: 0n, hash: HASH })
      book.apply({ number: 1n, hash: HASH, events: events[restricted] })
      return resaleOf([orderOf({ ...plain, bp: -2_000 }, 0)], book).sell(portfolioOf(50_000n, 100n), SLICED).fills
        .length
    }
    assert.deepEqual([sold('false'), sold('true')], [1, 0])
  })

  it('passes over orders that the exchange or the clearinghouse would refuse', () => {
    const other = zeroAddress.replace(/0$/, '9') as `0x${string}`
    const refused: Partial<Order>[] = [
      { expiry: 1_010 },
      { executor: other },
      { taker: other },
      { reduceOnly: true },
      { maxSpot: 39_999n * WAD },
      { minSpot: 40_001n * WAD },
      { maxFee: 1n },
      { tip: 1n, tipReceiver: encodeAccountId({ owner: zeroAddress, subId: 3n }) },
      { accountId: SLICED },
      { accountId: ACCOUNT },
      { accountId: makerOf(8) }, // without a cent
    ]
    for (const [nonce, more] of refused.entries()) {
      const { fills } = resaleOf([orderOf(plain, nonce, more)]).sell(portfolioOf(50_000n, 100n), SLICED)
      assert.deepEqual(fills, [], Object.keys(more).join())
    }
    const { fills } = resaleOf([orderOf(plain, 0)]).sell(portfolioOf(50_000n, 100n), SLICED)
    assert.equal(fills.length, 1)
  })

  it('fills an order until its expiry is nearer than the margin', () => {
    const seconds = fc.integer({ min: 0, max: 60 })
    fc.assert(
      fc.property(seconds, seconds, (margin, left) => {
        const terms: Terms = { maker: 0, bp: 0, left: 500, minFill: 1, grouped: false, side: 1 }
        const orders = [orderOf(terms, 0, { expiry: Number(HEAD.timestamp) + left })]
        const { fills } = resaleOf(orders, bookOf(MAKERS), BigInt(margin)).sell(portfolioOf(50_000n, 100n), SLICED)
        assert.equal(fills.length, left >= margin ? 1 : 0)
      }),
      options,
    )
  })

  /** 3,000,000 lots are 12 million dollars, which initial margin of a million carries once and not twice. */
  it("counts a maker's earlier fills against its margin", () => {
    const endless: Terms = { maker: 0, bp: 0, left: 10 ** 8, minFill: 1, grouped: false, side: 1 }
    const resale = resaleOf([orderOf(endless, 0, { units: 10n ** 8n })])
    const start = portfolioOf(10n ** 9n, 3_000_000n)
    const first = resale.sell(start, SLICED)
    assert.equal(lotsIn(first.portfolio), 0n)
    assert.deepEqual(resale.sell(start, SLICED), first, 'a sale that is not taken changes nothing')
    resale.take(first.fills, first.portfolio)
    assert.deepEqual(resale.sell(start, SLICED).fills, [])
  })
})
