/** A book as subscribers see it: units by price, without the orders behind them. */
import type { Side } from './book.ts'

/** Units at a price, decimal strings: USD with 18 decimals, units whole. 0 units in a delta: the level is gone. */
type Level = [price: string, units: string]
export type SideLevels = { [side in Side]: Level[] }

export class Levels {
  readonly #units: { readonly [side in Side]: Map<bigint, bigint> } = { buy: new Map(), sell: new Map() }

  /** @returns whether that changes anything */
  set(side: Side, price: bigint, units: bigint): boolean {
    const levels = this.#units[side]
    if ((levels.get(price) ?? 0n) === units) return false
    if (units === 0n) levels.delete(price)
    else levels.set(price, units)
    return true
  }

  /** Best first. */
  all(): SideLevels {
    const side = (name: Side) => {
      const ascending = [...this.#units[name]].sort(([a], [b]) => (a < b ? -1 : 1))
      const levels = name === 'buy' ? ascending.reverse() : ascending
      return levels.map(([price, units]): Level => [String(price), String(units)])
    }
    return { buy: side('buy'), sell: side('sell') }
  }
}
