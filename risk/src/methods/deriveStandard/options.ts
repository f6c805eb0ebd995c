/** Net margin of one expiry's options under the standard manager. */
import type { ExpiryBook } from '../derive/expiryBook.ts'
import { valueExpiry } from '../derive/expiryBook.ts'
import type { TwoLevels } from '../derivePmrm2/index.ts'
import { maximumLoss } from './maximumLoss.ts'
import type { StandardOptionTerms } from './parameters.ts'

/** Value of one position of the book. */
function markOf(book: ExpiryBook, index: number): number {
  const at = (values: Float64Array) => values.subarray(index, index + 1)
  const alone = {
    ...book,
    side: at(book.side),
    strike: at(book.strike),
    quantity: at(book.quantity),
    volatility: at(book.volatility),
  }
  return valueExpiry(alone, book.forwardFixed + book.forwardVariable, alone.volatility)
}

/** One short option alone; negative, USD. `quantity` is negative. */
function shortMargin(
  terms: StandardOptionTerms,
  spot: number,
  option: { side: number; strike: number; quantity: number; value: number },
): TwoLevels {
  const { side, strike, quantity, value } = option
  const outOfTheMoney = Math.max(side * (strike - spot), 0) / spot
  const required = Math.max(terms.minimumSpot, terms.maximumSpot - outOfTheMoney) * spot * quantity
  if (side > 0) return { maintenance: value + terms.callSpot * spot * quantity, initial: value + required }
  const maintenance = value + Math.min(terms.putSpot * spot * quantity, terms.putValue * value)
  return { maintenance, initial: Math.min(value + required, maintenance * terms.offset) }
}

/**
 * The better of two views of an expiry: every short alone and longs worth nothing, or the largest loss at settlement.
 * 0 or negative, USD.
 */
export function expiryMargin(book: ExpiryBook, spot: number, terms: StandardOptionTerms): TwoLevels {
  const isolated = { maintenance: 0, initial: 0 }
  for (const [index, quantity] of book.quantity.entries()) {
    if (quantity >= 0) continue
    const short = shortMargin(terms, spot, {
      side: book.side[index] ?? 0,
      strike: book.strike[index] ?? 0,
      quantity,
      value: markOf(book, index),
    })
    isolated.maintenance += short.maintenance
    isolated.initial += short.initial
  }
  const { loss, netCalls } = maximumLoss(book)
  const unpaired = Math.min(netCalls, 0) * (book.forwardFixed + book.forwardVariable)
  return {
    maintenance: Math.max(isolated.maintenance, loss + terms.unpaired.maintenance * unpaired),
    initial: Math.max(isolated.initial, loss + terms.unpaired.initial * unpaired),
  }
}
