/** The resting orders of one instrument in price-time priority. Knows neither units nor accounts. */
import type { Hex } from 'viem'

export type Side = 'buy' | 'sell'

/** What decides priority: the price, then the number under which the order came in. */
export type Resting = {
  readonly hash: Hex
  readonly side: Side
  /** USD per unit, 18 decimals: most that a buyer pays, least that a seller takes. */
  readonly price: bigint
  readonly seq: number
}

type Level<T> = { readonly price: bigint; readonly orders: T[] }

export class Book<T extends Resting> {
  /** Best price first; orders of a price by `seq`. */
  readonly #sides: { readonly [side in Side]: Level<T>[] } = { buy: [], sell: [] }

  insert(order: T): void {
    const levels = this.#sides[order.side]
    const at = indexFrom(levels, (level) => !isBetter(order.side, level.price, order.price))
    const found = levels[at]
    const level = found?.price === order.price ? found : { price: order.price, orders: [] }
    if (level !== found) levels.splice(at, 0, level)
    const place = indexFrom(level.orders, ({ seq }) => seq >= order.seq)
    if (level.orders[place]?.hash !== order.hash) level.orders.splice(place, 0, order)
  }

  /** Without effect when the order does not rest. */
  remove(order: T): void {
    const levels = this.#sides[order.side]
    const at = indexFrom(levels, (level) => !isBetter(order.side, level.price, order.price))
    const level = levels[at]
    const place = level?.orders.findIndex(({ hash }) => hash === order.hash) ?? -1
    if (level?.price !== order.price || place < 0) return
    level.orders.splice(place, 1)
    if (level.orders.length === 0) levels.splice(at, 1)
  }

  /** Orders that `taker` could trade with, in priority. A copy: the book may change meanwhile. */
  *against(taker: Resting): Generator<T> {
    for (const order of this.inPriority(taker.side === 'buy' ? 'sell' : 'buy')) {
      if (!crosses(taker, order.price)) return
      yield order
    }
  }

  /** Resting orders of a side, the first to trade first. A copy: the book may change meanwhile. */
  *inPriority(side: Side): Generator<T> {
    for (const { orders } of [...this.#sides[side]]) yield* [...orders]
  }

  /** Orders that rest at a price. */
  at(side: Side, price: bigint): readonly T[] {
    const levels = this.#sides[side]
    const level = levels[indexFrom(levels, (each) => !isBetter(side, each.price, price))]
    return level?.price === price ? level.orders : []
  }
}

/** Whether an order accepts the price of the other side. */
export function crosses({ side, price }: Resting, offered: bigint): boolean {
  return side === 'buy' ? offered <= price : offered >= price
}

function isBetter(side: Side, a: bigint, b: bigint): boolean {
  return side === 'buy' ? a > b : a < b
}

/** Index of the first item for which `holds`, in a list where it holds from some index on. */
function indexFrom<T>(items: readonly T[], holds: (item: T) => boolean): number {
  let [low, high] = [0, items.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    const item = items[middle]
    if (item !== undefined && holds(item)) high = middle
    else low = middle + 1
  }
  return low
}
