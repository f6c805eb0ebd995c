/** From a chain to the quoted smiles of its expiries: filters, forwards, implied volatilities. */
import { DomainError } from '../errors.ts'
import { impliedVolatility, PriceAboveMaximumError, PriceBelowIntrinsicError } from '../pricing/index.ts'
import type { DroppedQuote, DropReason, OptionChain, OptionQuote } from './chain.ts'
import { type ExpiryTerms, expiryTerms } from './expiries.ts'

/** A quote with its log-moneyness and the volatilities of its bid, of its ask, and halfway between. */
export type SmileQuote = { quote: OptionQuote; k: number; bid: number; ask: number; mid: number }

/** One expiry's terms and its quotes in order of strike. */
export type QuotedSmile = { terms: ExpiryTerms; quotes: SmileQuote[] }

/** Which quotes and expiries take part in a fit. */
export type FilterOptions = {
  /** Seconds to expiry below which an expiry is left out. @default 7200 */
  minimumSeconds?: number
  /** Largest (ask - bid) / mid of the implied volatilities. @default 0.5 */
  maximumWidth?: number
  /** Largest |ln(strike/forward)| in at-the-money standard deviations. @default 4 */
  maximumDeviations?: number
  /** Quotes an expiry needs. @default 5 */
  minimumQuotes?: number
}

/** Splits values by the reason to drop them, if there is one. */
function sieve<T>(
  values: readonly T[],
  quoteOf: (value: T) => OptionQuote,
  reasonOf: (value: T) => DropReason | undefined,
  dropped: DroppedQuote[],
): T[] {
  return values.filter((value) => {
    const reason = reasonOf(value)
    if (reason !== undefined) dropped.push({ quote: quoteOf(value), reason })
    return reason === undefined
  })
}

function twoSided({ bid, ask }: OptionQuote): DropReason | undefined {
  if (!(bid > 0)) return 'no bid'
  if (!(ask > 0)) return 'no ask'
  return ask < bid ? 'crossed' : undefined
}

/** Implied volatility of a price of the chain; undefined where there is none. */
function volatilityOf(quote: OptionQuote, price: number, terms: ExpiryTerms): number | undefined {
  try {
    return impliedVolatility(quote.kind, price * terms.factor, terms.forward, quote.strike, terms.years, 1)
  } catch (error) {
    if (error instanceof PriceBelowIntrinsicError || error instanceof PriceAboveMaximumError) return undefined
    throw error
  }
}

function smileQuoteOf(quote: OptionQuote, terms: ExpiryTerms): SmileQuote | undefined {
  const bid = volatilityOf(quote, quote.bid, terms)
  const ask = volatilityOf(quote, quote.ask, terms)
  if (bid === undefined || ask === undefined || !(bid > 0)) return undefined
  return { quote, k: Math.log(quote.strike / terms.forward), bid, ask, mid: 0.5 * (bid + ask) }
}

/** Standard deviation at the money by the quote nearest to the forward. */
function deviationOf(quotes: readonly SmileQuote[], years: number): number {
  const nearest = quotes.reduce<SmileQuote | undefined>(
    (best, each) => (best !== undefined && Math.abs(best.k) <= Math.abs(each.k) ? best : each),
    undefined,
  )
  return (nearest?.mid ?? 0) * Math.sqrt(years)
}

function quotedSmile(
  terms: ExpiryTerms,
  quotes: readonly OptionQuote[],
  options: Required<FilterOptions>,
  dropped: DroppedQuote[],
): QuotedSmile {
  const outside = ({ kind, strike }: OptionQuote): DropReason | undefined =>
    (kind === 'call' ? strike < terms.forward : strike >= terms.forward) ? 'in the money' : undefined
  const priced = sieve(quotes, (quote) => quote, outside, dropped).flatMap((quote) => {
    const found = smileQuoteOf(quote, terms)
    if (found === undefined) dropped.push({ quote, reason: 'no volatility' })
    return found === undefined ? [] : [found]
  })
  const narrow = (each: SmileQuote): DropReason | undefined =>
    each.ask - each.bid > options.maximumWidth * each.mid ? 'wide' : undefined
  const usable = sieve(priced, ({ quote }) => quote, narrow, dropped)
  const reach = options.maximumDeviations * deviationOf(usable, terms.years)
  const near = (each: SmileQuote): DropReason | undefined => (Math.abs(each.k) > reach ? 'far strike' : undefined)
  return { terms, quotes: sieve(usable, ({ quote }) => quote, near, dropped).sort((a, b) => a.k - b.k) }
}

/**
 * The quoted smile of every expiry of a chain, in order of expiry, with the quotes that were left out and why.
 * @throws DomainError for filter limits that are not positive.
 */
export function quotedSmiles(
  chain: OptionChain,
  { minimumSeconds = 7200, maximumWidth = 0.5, maximumDeviations = 4, minimumQuotes = 5 }: FilterOptions = {},
): { smiles: QuotedSmile[]; dropped: DroppedQuote[] } {
  const options = { minimumSeconds, maximumWidth, maximumDeviations, minimumQuotes }
  for (const [name, value] of Object.entries(options)) if (!(value > 0)) throw new DomainError(name, value, 'positive')
  const dropped: DroppedQuote[] = []
  const tooLate = ({ expiry }: OptionQuote): DropReason | undefined =>
    expiry - chain.time < minimumSeconds ? 'expired' : undefined
  const self = (quote: OptionQuote) => quote
  const alive = sieve(sieve(chain.quotes, self, tooLate, dropped), self, twoSided, dropped)
  const found = expiryTerms(chain, alive)
  dropped.push(...found.dropped)
  const byExpiry = Map.groupBy(found.kept, ({ expiry }) => expiry)
  const smiles = found.terms.map((terms) => quotedSmile(terms, byExpiry.get(terms.expiry) ?? [], options, dropped))
  const full = smiles.filter(({ quotes }) => quotes.length >= Math.max(3, minimumQuotes))
  for (const { quotes } of smiles.filter((smile) => !full.includes(smile)))
    dropped.push(...quotes.map(({ quote }): DroppedQuote => ({ quote, reason: 'few quotes' })))
  return { smiles: full, dropped }
}
