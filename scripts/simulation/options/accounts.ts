/** Trades as accounts hold them: lots by instrument, and the portfolio that margin methods read. */
import { type Market, type Portfolio, type Position, unitPrice } from '@plimsoll/risk/methods'
import type { Instrument } from '@plimsoll/sdk'
import { UNDERLYINGS } from '../../../deploy/parameters.ts'
import { item } from '../population.ts'
import type { StrategyName } from './strategies.ts'

/** @param ratio Lots per unit of the structure; negative sells. */
export type Leg = { instrument: Instrument; ratio: bigint }

/** One multi-leg order filled in full: `units` of a structure in one underlying, between a trader and a maker. */
export type Trade = {
  /** Index of the maker. */
  maker: number
  legs: Leg[]
  units: bigint
  /** Net price of one unit at mark, USD, and the part of it that buys options. */
  priceUsd: number
  premiumUsd: number
}

/** Underlying 0 is the settlement token. `amount` in whole tokens with 18 decimals. */
export type Deposit = { underlying: number; amount: bigint }

export type Book = {
  strategy: StrategyName
  deposit: Deposit
  /** Value of the deposit, which is also the equity after trading at mark. */
  equityUsd: number
  /** Equity over initial margin in portfolio mode when the books are opened. */
  headroom: number
  trades: Trade[]
}

/** Units of the underlyings per lot, 18 decimals, in the order of their ids. */
export const LOT_UNITS: readonly bigint[] = UNDERLYINGS.map(({ lotUnit }) => lotUnit)

const WAD = 1e18
const STRIKE_UNIT = 1e8

/** A strike in USD with 8 decimals. */
export function strikeWord(strike: number): bigint {
  return BigInt(Math.round(strike * STRIKE_UNIT))
}

/** @throws RangeError for a kind that traders here do not hold. */
export function instrumentOf({ underlying, kind, expiry, strike }: Instrument, symbols: readonly string[]) {
  const name = item(symbols, underlying - 1)
  if (kind === 'perpetual') return { kind, underlying: name }
  if (kind === 'call' || kind === 'put') return { kind, underlying: name, expiry, strike: Number(strike) / STRIKE_UNIT }
  throw new RangeError(`No book holds a ${kind}.`)
}

/** `sign` -1n: of the maker on the other side. */
export function positionsOf(
  trades: readonly Trade[],
  sign: bigint,
  symbols: readonly string[],
  lotUnits: readonly bigint[],
): Position[] {
  return [...lotsOf(trades)].map(([, { instrument, lots }]) => ({
    instrument: instrumentOf(instrument, symbols),
    quantity: (Number(sign * lots) * Number(item(lotUnits, instrument.underlying - 1))) / WAD,
  }))
}

/** Net lots of all trades by instrument. */
export function lotsOf(trades: readonly Trade[]): Map<string, { instrument: Instrument; lots: bigint }> {
  const all = new Map<string, { instrument: Instrument; lots: bigint }>()
  for (const { legs, units } of trades)
    for (const { instrument, ratio } of legs) {
      const { underlying, expiry, strike, kind } = instrument
      const key = `${underlying} ${expiry} ${strike} ${kind}`
      all.set(key, { instrument, lots: (all.get(key)?.lots ?? 0n) + ratio * units })
    }
  return all
}

/**
 * A trader's account once its orders are filled at mark, for the margin methods: `opened` is the market of that moment, which
 * perpetuals keep as their entry.
 */
export function portfolioOf(book: Book, opened: Market, symbols: readonly string[], lotUnits = LOT_UNITS): Portfolio {
  const positions = positionsOf(book.trades, 1n, symbols, lotUnits).map((position) =>
    position.instrument.kind === 'perpetual'
      ? { ...position, entry: unitPrice(position.instrument, opened) }
      : position,
  )
  const paid = positions
    .filter(({ instrument }) => instrument.kind !== 'perpetual')
    .reduce((sum, { instrument, quantity }) => sum + quantity * unitPrice(instrument, opened), 0)
  const amount = Number(book.deposit.amount) / WAD
  if (book.deposit.underlying === 0) return { cash: amount - paid, positions }
  const underlying = item(symbols, book.deposit.underlying - 1)
  return { cash: -paid, positions: [{ instrument: { kind: 'spot', underlying }, quantity: amount }, ...positions] }
}
