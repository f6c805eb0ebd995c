/** Derive's basis contingency: forwards of different expiries may move apart, so each expiry stands alone. */
import { type ExpiryBook, valueExpiry } from './expiryBook.ts'

/** `up` and `down` are spot factors, such as 1.045; the loss is scaled by `addFactor` + `multFactor` * years. */
export type BasisShock = { up: number; down: number; addFactor: number; multFactor: number }

/** Sum over expiries of the worse of the two forward moves, scaled by its term; 0 or negative, USD. */
export function basisContingency(books: readonly ExpiryBook[], shock: BasisShock): number {
  let total = 0
  for (const book of books) {
    const pnl = (factor: number) =>
      valueExpiry(book, book.forwardFixed + book.forwardVariable * factor, book.volatility) - book.value
    total += Math.min(pnl(shock.up), pnl(shock.down), 0) * (shock.addFactor + shock.multFactor * book.years)
  }
  return total
}
