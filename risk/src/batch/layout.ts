/** Which instruments a book may hold, in the order of the matrix, and where each one's numbers stand. */
import { RiskError } from '../errors.ts'
import type { Instrument } from '../methods/portfolio.ts'

/** An instrument that is not in the layout. */
export class UnlistedInstrumentError extends RiskError {
  readonly code = 'UNLISTED_INSTRUMENT'
  readonly instrument: Instrument

  constructor(instrument: Instrument) {
    super(`${JSON.stringify(instrument)} is not listed. Add it to the instruments of the layout.`)
    this.instrument = instrument
  }
}

/** Codes of the kinds; those from `CALL` on are options. */
export const SPOT = 0
export const PERPETUAL = 1
export const FUTURE = 2
export const CALL = 3
export const PUT = 4
const KIND_CODES = { spot: SPOT, perpetual: PERPETUAL, future: FUTURE, call: CALL, put: PUT } as const

/** An expiry of an underlying; spot and perpetual stand in a first one at time 0. */
export type ListedExpiry = { readonly underlying: number; readonly expiry: number }
/** A strike of an expiry: its call and its put share lanes. */
export type ListedStrike = { readonly underlying: number; readonly expiry: number; readonly strike: number }

/**
 * Instruments ascending by (underlying, expiry, strike, kind), so that an account's positions, sorted by number, stand in
 * groups: first by underlying, in these by expiry, in these by strike.
 */
export type Layout = {
  readonly instruments: readonly Instrument[]
  /** Names of the underlyings; everything below refers to them by number. */
  readonly underlyings: readonly string[]
  readonly expiries: readonly ListedExpiry[]
  readonly strikes: readonly ListedStrike[]
  /** Per instrument: code of its kind, and numbers of underlying, expiry and strike (0 for linear instruments). */
  readonly kindOf: Uint8Array
  readonly underlyingOf: Uint32Array
  readonly expiryOf: Uint32Array
  readonly strikeOf: Uint32Array
}

function expiryTime(instrument: Instrument): number {
  return 'expiry' in instrument ? instrument.expiry : 0
}

function strikePrice(instrument: Instrument): number {
  return 'strike' in instrument ? instrument.strike : 0
}

/** Orders instruments as the layout does; 0 for one and the same. */
export function compareInstruments(a: Instrument, b: Instrument): number {
  if (a.underlying !== b.underlying) return a.underlying < b.underlying ? -1 : 1
  return expiryTime(a) - expiryTime(b) || strikePrice(a) - strikePrice(b) || KIND_CODES[a.kind] - KIND_CODES[b.kind]
}

/** The layout of `instruments`, given in any order; repetitions count once. */
export function layoutOf(instruments: readonly Instrument[]): Layout {
  const sorted = [...instruments].sort(compareInstruments)
  const distinct = sorted.filter((instrument, i) => {
    const before = sorted[i - 1]
    return before === undefined || compareInstruments(before, instrument) !== 0
  })
  const layout = {
    instruments: distinct,
    underlyings: [] as string[],
    expiries: [] as ListedExpiry[],
    strikes: [] as ListedStrike[],
    kindOf: Uint8Array.from(distinct, ({ kind }) => KIND_CODES[kind]),
    underlyingOf: new Uint32Array(distinct.length),
    expiryOf: new Uint32Array(distinct.length),
    strikeOf: new Uint32Array(distinct.length),
  }
  for (const [i, instrument] of distinct.entries()) {
    layout.underlyingOf[i] = numberOfUnderlying(layout, instrument)
    layout.expiryOf[i] = numberOfExpiry(layout, instrument)
    layout.strikeOf[i] = numberOfStrike(layout, instrument)
  }
  return layout
}

type Lists = { underlyings: string[]; expiries: ListedExpiry[]; strikes: ListedStrike[] }

function numberOfUnderlying({ underlyings }: Lists, { underlying }: Instrument): number {
  if (underlyings.at(-1) !== underlying) underlyings.push(underlying)
  return underlyings.length - 1
}

function numberOfExpiry({ underlyings, expiries }: Lists, instrument: Instrument): number {
  const underlying = underlyings.length - 1
  const expiry = expiryTime(instrument)
  const last = expiries.at(-1)
  if (last?.underlying !== underlying || last.expiry !== expiry) expiries.push({ underlying, expiry })
  return expiries.length - 1
}

function numberOfStrike({ underlyings, strikes }: Lists, instrument: Instrument): number {
  if (!('strike' in instrument)) return 0
  const underlying = underlyings.length - 1
  const { expiry, strike } = instrument
  const last = strikes.at(-1)
  if (last?.underlying !== underlying || last.expiry !== expiry || last.strike !== strike) {
    strikes.push({ underlying, expiry, strike })
  }
  return strikes.length - 1
}

/** The number of `instrument` in the layout. @throws UnlistedInstrumentError */
export function instrumentNumber({ instruments }: Layout, instrument: Instrument): number {
  let [low, high] = [0, instruments.length]
  while (low < high) {
    const middle = (low + high) >> 1
    const order = compareInstruments(instruments[middle] ?? instrument, instrument)
    if (order === 0) return middle
    if (order < 0) low = middle + 1
    else high = middle
  }
  throw new UnlistedInstrumentError(instrument)
}
