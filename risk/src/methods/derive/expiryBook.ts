/** An account's options of one expiry as arrays, marked and ready to be revalued scenario by scenario. */
import { black76Price } from '../../pricing/index.ts'
import { yearsUntil } from '../../scenarios/index.ts'
import { MissingFeedError } from './errors.ts'
import { type DeriveMarket, type DeriveOption, requireConfidence } from './market.ts'

/**
 * Options of one expiry by index: `side` is 1 for a call and -1 for a put. `discount` is the factor that option values
 * carry; `value` the mark to market. All in USD, quantities in units of the underlying.
 */
export type ExpiryBook = {
  /** Unix seconds. */
  expiry: number
  years: number
  forwardFixed: number
  forwardVariable: number
  rate: number
  confidence: number
  discount: number
  side: Float64Array
  strike: Float64Array
  quantity: Float64Array
  volatility: Float64Array
  value: number
}

/** Present value of one option; at expiry and for a worthless underlying the intrinsic value. */
function optionValue(book: ExpiryBook, index: number, forward: number, volatility: number): number {
  const strike = book.strike[index] ?? 0
  const side = book.side[index] ?? 0
  if (forward <= 0 || book.years === 0) return book.discount * Math.max(side * (forward - strike), 0)
  return black76Price(side > 0 ? 'call' : 'put', forward, strike, book.years, volatility, book.discount)
}

/** Value of the whole expiry at `forward` with one volatility per option. */
export function valueExpiry(book: ExpiryBook, forward: number, volatility: Float64Array): number {
  let total = 0
  for (let index = 0; index < book.strike.length; index++) {
    total += (book.quantity[index] ?? 0) * optionValue(book, index, forward, volatility[index] ?? 0)
  }
  return total
}

/** The same instrument held twice is one position. */
function mergePositions(options: readonly DeriveOption[]): DeriveOption[] {
  const merged = new Map<string, DeriveOption>()
  for (const option of options) {
    const key = `${option.kind} ${option.strike}`
    merged.set(key, { ...option, quantity: option.quantity + (merged.get(key)?.quantity ?? 0) })
  }
  return [...merged.values()]
}

function buildBook(
  expiry: number,
  held: readonly DeriveOption[],
  market: DeriveMarket,
  discountOf: (rate: number, years: number) => number,
): ExpiryBook {
  const feed = market.expiries.get(expiry)
  if (feed === undefined) throw new MissingFeedError(`the expiry ${expiry}`)
  requireConfidence(`the expiry ${expiry}`, feed.confidence)
  const options = mergePositions(held)
  const years = yearsUntil(expiry, market.time)
  const book: ExpiryBook = {
    expiry,
    years,
    forwardFixed: feed.forwardFixed,
    forwardVariable: feed.forwardVariable,
    rate: feed.rate,
    confidence: feed.confidence,
    discount: discountOf(feed.rate, years),
    side: Float64Array.from(options, ({ kind }) => (kind === 'call' ? 1 : -1)),
    strike: Float64Array.from(options, ({ strike }) => strike),
    quantity: Float64Array.from(options, ({ quantity }) => quantity),
    volatility: Float64Array.from(options, ({ strike }) => feed.volatility(strike)),
    value: 0,
  }
  book.value = valueExpiry(book, book.forwardFixed + book.forwardVariable, book.volatility)
  return book
}

/**
 * Groups options by expiry, in the order in which expiries first appear.
 *
 * @param discountOf discount factor of option values from the continuous rate and the years to expiry.
 * @throws MissingFeedError for an expiry without data, DomainError for a confidence that is no share.
 */
export function arrangeExpiries(
  options: readonly DeriveOption[],
  market: DeriveMarket,
  discountOf: (rate: number, years: number) => number,
): ExpiryBook[] {
  const byExpiry = Map.groupBy(options, ({ expiry }) => expiry)
  return [...byExpiry].map(([expiry, held]) => buildBook(expiry, held, market, discountOf))
}

/** Short options that nothing at their own strike covers: calls and puts of a strike are netted, as Derive does. */
export function nakedShorts(books: readonly ExpiryBook[]): number {
  let total = 0
  for (const { strike, quantity } of books) {
    const byStrike = new Map<number, number>()
    for (const [index, price] of strike.entries()) {
      byStrike.set(price, (byStrike.get(price) ?? 0) + (quantity[index] ?? 0))
    }
    for (const net of byStrike.values()) total += Math.max(-net, 0)
  }
  return total
}

/** Sum of |quantity| of an expiry. */
export function grossQuantity({ quantity }: ExpiryBook): number {
  return quantity.reduce((sum, held) => sum + Math.abs(held), 0)
}
