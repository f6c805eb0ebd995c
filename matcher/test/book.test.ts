import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { type Hex, toHex } from 'viem'
import { Book, crosses, type Resting } from '../src/book/book.ts'
import { Levels } from '../src/book/levels.ts'
import { type Agreement, type Desk, matchOrder } from '../src/book/matching.ts'
import { least } from '../src/units.ts'

type Trader = Resting & { units: bigint; readonly account: number; readonly minFill: bigint }
type Trade = { readonly maker: Trader; readonly taker: Trader; readonly units: bigint }

const SEED = 20_260_227

/** Units only: what an exchange without margin and signatures would be. */
class PlainDesk implements Desk<Trader> {
  readonly book = new Book<Trader>()
  readonly trades: Trade[] = []
  readonly dropped = new Map<Hex, string>()
  /** Resting orders as a plain list, for comparison. */
  readonly resting = new Set<Trader>()

  left = ({ units }: Trader) => units

  judge(maker: Trader, taker: Trader) {
    if (maker.account === taker.account) return { kind: 'dropMaker', reason: 'SelfTrade' } as const
    const units = least(maker.units, taker.units)
    if (taker.units < taker.minFill) return { kind: 'dropTaker', reason: 'FillTooSmall' } as const
    if (maker.units < maker.minFill) return { kind: 'dropMaker', reason: 'FillTooSmall' } as const
    return units < maker.minFill || units < taker.minFill
      ? ({ kind: 'skip' } as const)
      : ({ kind: 'trade', agreement: { units } } as const)
  }

  trade(maker: Trader, taker: Trader, { units }: Agreement) {
    const better = [...this.resting].filter((other) => other.units > 0n && isAhead(other, maker))
    for (const other of better) {
      assert.equal(this.judge(other, taker).kind, 'skip', `${other.hash} had priority over ${maker.hash}`)
    }
    maker.units -= units
    taker.units -= units
    this.trades.push({ maker, taker, units })
    if (maker.units === 0n) this.resting.delete(maker)
  }

  drop(order: Trader, reason: string) {
    this.dropped.set(order.hash, reason)
    this.resting.delete(order)
  }

  enter(order: Trader) {
    if (matchOrder(this.book, order, this)) this.resting.add(order)
  }
}

function isAhead(a: Trader, b: Trader): boolean {
  if (a.side !== b.side) return false
  if (a.price !== b.price) return a.side === 'buy' ? a.price > b.price : a.price < b.price
  return a.seq < b.seq
}

const order = fc.record({
  side: fc.constantFrom('buy', 'sell'),
  price: fc.integer({ min: -3, max: 12 }).map(BigInt),
  units: fc.integer({ min: 1, max: 9 }).map(BigInt),
  account: fc.integer({ min: 0, max: 5 }),
  minFill: fc.constantFrom(1n, 1n, 1n, 4n),
})
const flow = fc
  .array(order, { maxLength: 60 })
  .map((orders) => orders.map((terms, seq): Trader => ({ ...terms, seq, hash: toHex(seq, { size: 32 }) })))

function play(orders: readonly Trader[]): PlainDesk {
  const desk = new PlainDesk()
  for (const each of orders) desk.enter(each)
  return desk
}

describe('the order book', () => {
  it('trades with the best price first, and with the oldest order of a price', () => {
    fc.assert(
      fc.property(flow, (orders) => {
        play(orders) // every trade is compared with all resting orders
      }),
      { seed: SEED, numRuns: 500 },
    )
  })

  it('conserves units: what was entered is traded once on each side, rests or was dropped', () => {
    fc.assert(
      fc.property(flow, (orders) => {
        const entered = orders.map(({ hash, units }) => ({ hash, units }))
        const { trades } = play(orders)
        for (const { hash, units } of entered) {
          const traded = trades
            .filter(({ maker, taker }) => maker.hash === hash || taker.hash === hash)
            .reduce((sum, trade) => sum + trade.units, 0n)
          const rest = orders.find((each) => each.hash === hash)?.units
          assert.equal(traded + (rest ?? 0n), units)
        }
        for (const side of ['buy', 'sell'] as const) {
          const sold = trades.filter(({ maker }) => maker.side === side).reduce((sum, { units }) => sum + units, 0n)
          const bought = trades.filter(({ taker }) => taker.side !== side).reduce((sum, { units }) => sum + units, 0n)
          assert.equal(sold, bought)
        }
      }),
      { seed: SEED, numRuns: 500 },
    )
  })

  it('trades at a price that both accept, and leaves no two orders that could still trade', () => {
    fc.assert(
      fc.property(flow, (orders) => {
        const desk = play(orders)
        for (const { maker, taker } of desk.trades) assert.ok(crosses(taker, maker.price))
        const resting = [...desk.resting]
        for (const bid of resting.filter(({ side }) => side === 'buy')) {
          for (const ask of resting.filter(({ side }) => side === 'sell')) {
            if (bid.price < ask.price || bid.account === ask.account) continue
            const units = least(bid.units, ask.units)
            assert.ok(units < bid.minFill || units < ask.minFill, `${bid.hash} and ${ask.hash} cross`)
          }
        }
      }),
      { seed: SEED, numRuns: 500 },
    )
  })

  it('lists exactly the units that rest, best prices first, and tells changes that add up to that', () => {
    fc.assert(
      fc.property(flow, (orders) => {
        const desk = new PlainDesk()
        const levels = new Levels()
        const told = { buy: new Map<string, string>(), sell: new Map<string, string>() }
        for (const order of orders) {
          desk.enter(order)
          for (const { side, price } of orders) {
            const units = desk.book.at(side, price).reduce((sum, each) => sum + each.units, 0n)
            if (levels.set(side, price, units)) told[side].set(String(price), String(units))
          }
        }
        const all = levels.all()
        for (const side of ['buy', 'sell'] as const) {
          const rest = [...desk.resting].filter((each) => each.side === side)
          const prices = [...new Set(rest.map(({ price }) => price))].sort((a, b) => (a < b ? -1 : 1))
          if (side === 'buy') prices.reverse()
          const unitsAt = (price: bigint) =>
            rest.filter((each) => each.price === price).reduce((sum, { units }) => sum + units, 0n)
          assert.deepEqual(
            all[side],
            prices.map((price) => [String(price), String(unitsAt(price))]),
          )
          assert.deepEqual([...told[side]].filter(([, units]) => units !== '0').sort(), [...all[side]].sort())
        }
      }),
      { seed: SEED, numRuns: 300 },
    )
  })
})
