/**
 * Reading of an option chain from rows of text cells, whatever parsed them. Columns are found by name:
 *
 * - `expiry` or `maturity`: unix seconds, an ISO time, or a date (then 16:00 New York, 9:30 for the root SPX, which settles
 *   at the open); `strike`; `type`: C or P (call or put);
 * - `bid`, `ask`: prices, empty where there is none; or `iv_bid`, `iv_ask` with `texp_years` and `forward` instead of prices;
 * - optional: `t` (unix seconds of the quote), `currency` or `root` or `underlying`, `forward`, `index_price`;
 * - `security` (option, forward or spot): rows of forwards and the spot stand between the options.
 */
import { SECONDS_PER_YEAR } from '../math/year.ts'
import { black76Price, type OptionKind } from '../pricing/index.ts'
import { ChainError, type DroppedQuote, type OptionChain, type OptionQuote, type PriceUnit } from './chain.ts'
import { newYorkTime } from './newYorkTime.ts'

/** Cells of one row by column name, as text. */
export type ChainRow = Readonly<Record<string, string>>

/** Which quotes of the rows make up the chain. */
export type ReadChainOptions = {
  /** Unix seconds: the latest quotes at or before this time. @default the latest of all */
  at?: number | undefined
  /** Which underlying, where the rows hold several. @default that of the first row */
  underlying?: string | undefined
  /** @default coin where there is a column `currency` or `security` (Deribit), else usd */
  unit?: PriceUnit | undefined
  /** Quotes older than this many seconds before the chain's time are stale. @default 900 */
  maximumAge?: number | undefined
}

/** The chain, the quotes too old for it, and the underlyings of all rows. */
export type ReadChain = { chain: OptionChain; dropped: DroppedQuote[]; underlyings: string[] }

/** The finite number in a cell; NaN for an empty or absent one. */
function numberIn(row: ChainRow, column: string, index: number): number {
  const text = (row[column] ?? '').trim()
  if (text === '') return Number.NaN
  const value = Number(text)
  if (!Number.isFinite(value)) throw new ChainError(index, column, `"${text}" is no number.`)
  return value
}

function positiveIn(row: ChainRow, column: string, index: number): number {
  const value = numberIn(row, column, index)
  if (!(value > 0)) throw new ChainError(index, column, `"${row[column] ?? ''}" is no positive number.`)
  return value
}

const AM_SETTLED = 'SPX'

function expiryIn(row: ChainRow, index: number): number {
  const column = 'expiry' in row ? 'expiry' : 'maturity'
  const text = (row[column] ?? '').trim()
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text)
  const parsed = Date.parse(text) / 1000
  if (!Number.isFinite(parsed))
    throw new ChainError(index, column, `"${text}" is no time. Give unix seconds, an ISO time or an ISO date.`)
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return parsed
  return newYorkTime(parsed, row.root === AM_SETTLED ? 9.5 : 16)
}

function kindIn(row: ChainRow, index: number): OptionKind {
  const text = (row.type ?? '').trim().toLowerCase()
  if (text === 'c' || text === 'call') return 'call'
  if (text === 'p' || text === 'put') return 'put'
  throw new ChainError(index, 'type', `"${row.type ?? ''}" is neither C nor P.`)
}

/** SPX and its weekly root SPXW are options on one index. */
function underlyingIn(row: ChainRow): string {
  const name = (row.currency ?? row.underlying ?? row.root ?? '').trim()
  return name === 'SPXW' ? 'SPX' : name
}

type Parsed = {
  underlying: string
  quote: OptionQuote
  spot: number
  trade: number
}

/** A quote in volatilities as one in prices of the out-of-the-money option, undiscounted: total variance is kept. */
function quoteFromVolatility(row: ChainRow, index: number): OptionQuote {
  const [strike, forward, years] = [
    positiveIn(row, 'strike', index),
    positiveIn(row, 'forward', index),
    positiveIn(row, 'texp_years', index),
  ]
  const kind: OptionKind = strike < forward ? 'put' : 'call'
  const price = (column: string) => {
    const volatility = numberIn(row, column, index)
    return volatility >= 0 ? black76Price(kind, forward, strike, years, volatility, 1) : Number.NaN
  }
  const expiry = expiryIn(row, index)
  return { expiry, strike, kind, bid: price('iv_bid'), ask: price('iv_ask'), time: Number.NaN, forward }
}

function quoteFromPrice(row: ChainRow, index: number, forwards: ReadonlyMap<number, number>): OptionQuote {
  const expiry = expiryIn(row, index)
  return {
    expiry,
    strike: positiveIn(row, 'strike', index),
    kind: kindIn(row, index),
    bid: numberIn(row, 'bid', index),
    ask: numberIn(row, 'ask', index),
    time: numberIn(row, 't', index),
    forward: forwards.get(expiry) ?? numberIn(row, 'forward', index),
  }
}

function mid(row: ChainRow, index: number): number {
  return 0.5 * (positiveIn(row, 'bid', index) + positiveIn(row, 'ask', index))
}

/** Column sets, one of which a chain must have. */
function requireColumns(first: ChainRow): 'prices' | 'volatilities' {
  if (!('expiry' in first || 'maturity' in first)) throw new ChainError(0, 'expiry', 'there is no such column.')
  if (!('strike' in first)) throw new ChainError(0, 'strike', 'there is no such column.')
  if ('bid' in first && 'ask' in first && 'type' in first) return 'prices'
  const missing = ['iv_bid', 'iv_ask', 'texp_years', 'forward'].find((column) => !(column in first))
  if (missing === undefined) return 'volatilities'
  const column = ['type', 'bid', 'ask'].find((each) => !(each in first)) ?? missing
  throw new ChainError(0, column, 'there is no such column.')
}

function parseRows(rows: readonly ChainRow[]): Parsed[] {
  const [first] = rows
  if (first === undefined) throw new ChainError(0, 'expiry', 'the chain has no rows.')
  const shape = requireColumns(first)
  const forwards = new Map<number, number>()
  let listedSpot = Number.NaN
  rows.forEach((row, index) => {
    if (row.security === 'forward') forwards.set(expiryIn(row, index), mid(row, index))
    if (row.security === 'spot') listedSpot = mid(row, index)
  })
  return rows.flatMap((row, index) => {
    if (row.security !== undefined && row.security !== 'option') return []
    const quote = shape === 'prices' ? quoteFromPrice(row, index, forwards) : quoteFromVolatility(row, index)
    const published = numberIn(row, 'index_price', index)
    const spot = published > 0 ? published : listedSpot
    const trade = row.last_trade_time === undefined ? Number.NaN : Date.parse(row.last_trade_time) / 1000
    const indexed = spot > 0 ? { ...quote, index: spot } : quote
    return [{ underlying: underlyingIn(row), quote: indexed, spot, trade }]
  })
}

function largest(values: readonly number[]): number {
  return values.reduce((most, value) => (Number.isNaN(value) ? most : Math.max(most, value)), -Infinity)
}

/** Time of a chain whose rows carry none: given, or the last trade, or what `texp_years` of the first row says. */
function timeWithoutClock(rows: readonly ChainRow[], all: readonly Parsed[], at: number | undefined): number {
  if (at !== undefined) return at
  const lastTrade = largest(all.map(({ trade }) => trade))
  if (Number.isFinite(lastTrade)) return lastTrade
  const years = Number(rows[0]?.texp_years)
  const expiry = all[0]?.quote.expiry
  if (years > 0 && expiry !== undefined) return expiry - years * SECONDS_PER_YEAR
  throw new ChainError(
    0,
    't',
    'there is no such column, so the time of the chain must be given (unix seconds, `--at` on the command line).',
  )
}

/** Keeps the latest quote of each instrument at or before `time`; what is older than `oldest` is stale. */
function latestQuotes(all: readonly Parsed[], time: number, oldest: number) {
  const latest = new Map<string, Parsed>()
  for (const each of all) {
    if (each.quote.time > time) continue
    const key = `${each.quote.expiry} ${each.quote.strike} ${each.quote.kind}`
    const known = latest.get(key)
    if (known === undefined || !(known.quote.time > each.quote.time)) latest.set(key, each)
  }
  const kept = [...latest.values()]
  const isStale = ({ quote }: Parsed) => quote.time < oldest
  return { fresh: kept.filter((each) => !isStale(each)), stale: kept.filter(isStale) }
}

/**
 * Reads a chain from rows of cells keyed by column name; see the top of the file for the columns.
 * @throws ChainError with the row and column of what cannot be read, for an underlying that is not there, and for a chain
 * whose time is neither in the rows nor given.
 */
export function readChain(rows: readonly ChainRow[], options: ReadChainOptions = {}): ReadChain {
  const all = parseRows(rows)
  const underlyings = [...new Set(all.map((each) => each.underlying))]
  const underlying = options.underlying ?? underlyings[0] ?? ''
  const named = all.filter((each) => each.underlying === underlying || each.underlying === '')
  if (named.length === 0)
    throw new ChainError(0, 'currency', `no row is about "${underlying}"; there are ${underlyings.join(', ')}.`)
  const { at, maximumAge = 900 } = options
  const clocks = named.map(({ quote }) => quote.time).filter((t) => t <= (at ?? Infinity))
  const clocked = named.some(({ quote }) => Number.isFinite(quote.time))
  if (clocked && clocks.length === 0) throw new ChainError(0, 't', `every quote is later than ${at}.`)
  const time = clocked ? largest(clocks) : timeWithoutClock(rows, named, at)
  const { fresh, stale } = latestQuotes(named, time, time - maximumAge)
  const newest = fresh.reduce<Parsed | undefined>(
    (best, each) => (best !== undefined && best.quote.time >= each.quote.time ? best : each),
    undefined,
  )
  const coin = rows[0] !== undefined && ('currency' in rows[0] || 'security' in rows[0])
  return {
    chain: {
      underlying,
      time,
      spot: newest?.spot ?? Number.NaN,
      unit: options.unit ?? (coin ? 'coin' : 'usd'),
      quotes: fresh.map(({ quote }) => quote),
    },
    dropped: stale.map(({ quote }) => ({ quote, reason: 'stale' })),
    underlyings,
  }
}
