/** Books as subscribers see them: units by price, and what changed since the last time they were told. */
import type { Book, Resting, Side } from './book.ts'

/** Units at a price. Amounts as decimal strings: USD with 18 decimals, units whole. */
type Level = readonly [price: string, units: string]
/** 0 units: the level is gone. */
export type Levels = { readonly buy: readonly Level[]; readonly sell: readonly Level[] }

const SIDES = ['buy', 'sell'] as const satisfies readonly Side[]

/** Levels that have units, best first. */
export function levelsOf<T extends Resting>(book: Book<T>, unitsOf: (order: T) => bigint): Levels {
  const side = (name: Side) =>
    book.levels(name).flatMap(({ price, orders }): Level[] => {
      const units = orders.reduce((sum, order) => sum + unitsOf(order), 0n)
      return units === 0n ? [] : [[String(price), String(units)]]
    })
  return { buy: side('buy'), sell: side('sell') }
}

/** Levels of `next` that differ from `last`; undefined when none does. */
export function difference(last: Levels, next: Levels): Levels | undefined {
  const [buy, sell] = SIDES.map((side) => changes(last[side], next[side]))
  return buy?.length || sell?.length ? { buy: buy ?? [], sell: sell ?? [] } : undefined
}

function changes(last: readonly Level[], next: readonly Level[]): Level[] {
  const before = new Map(last)
  const after = new Map(next)
  const gone = last.filter(([price]) => !after.has(price)).map(([price]): Level => [price, '0'])
  return [...gone, ...next.filter(([price, units]) => before.get(price) !== units)]
}
