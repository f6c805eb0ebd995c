import type { Instrument } from '../exact/portfolio.ts'
import { InvalidEncodingError } from './errors.ts'
import { futureOf, optionOf, perpetualOf, spotOf } from './instrumentId.ts'
import { unsigned } from './range.ts'

/** Symbols of the underlyings in the order of their ids: the first is underlying 1. See `getSymbols`. */
export type Symbols = readonly string[]

const MONTHS: readonly string[] = 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split(' ')
const STRIKE_DECIMALS = 8
/** Series end at 08:00 UTC. */
const EXPIRY_HOUR = 8
const EXPECTED = 'SYMBOL-SPOT, SYMBOL-PERPETUAL, SYMBOL-27FEB26 or SYMBOL-27FEB26-85000-C (or -P)'

/**
 * Name of an instrument as traders write it: BTC-SPOT, BTC-PERPETUAL, BTC-27FEB26, BTC-27FEB26-85000-C. The decimal point of
 * a strike is a d: XRP-27FEB26-0d625-P.
 * @throws InvalidEncodingError for an underlying without symbol, and an expiry that is not at 08:00 UTC of 2000 to 2099
 * @example
 * import { callOf, formatInstrument } from '@plimsoll/sdk'
 * const name = formatInstrument(callOf(1, Date.UTC(2026, 1, 27, 8) / 1000, 85_000n * 10n ** 8n), ['BTC', 'ETH'])
 * console.log(name) // BTC-27FEB26-85000-C
 */
export function formatInstrument(instrument: Instrument, symbols: Symbols): string {
  const { underlying, kind, expiry, strike } = instrument
  const symbol = symbols[underlying - 1]
  if (!symbol || symbols.indexOf(symbol) !== underlying - 1) {
    throw invalid(`Underlying ${underlying}`, 'one with a symbol of its own')
  }
  if (kind === 'spot' || kind === 'perpetual') {
    if (expiry !== 0 || strike !== 0n) throw invalid(`A ${kind} with expiry or strike`, 'neither')
    return `${symbol}-${kind === 'spot' ? 'SPOT' : 'PERPETUAL'}`
  }
  const series = `${symbol}-${formatExpiry(expiry)}`
  if (kind !== 'future') return `${series}-${formatStrike(strike)}-${kind === 'call' ? 'C' : 'P'}`
  if (strike !== 0n) throw invalid('A future with a strike', 'strike 0')
  return series
}

/**
 * The instrument of a name. Only names that `formatInstrument` writes are taken.
 * @throws InvalidEncodingError
 * @example
 * import { parseInstrument } from '@plimsoll/sdk'
 * const { kind, strike } = parseInstrument('BTC-27FEB26-85000-C', ['BTC', 'ETH'])
 */
export function parseInstrument(name: string, symbols: Symbols): Instrument {
  const index = symbols.findIndex((symbol) => symbol !== '' && name.startsWith(`${symbol}-`))
  const instrument = index < 0 ? undefined : parseRest(name.slice((symbols[index] ?? '').length + 1), index + 1)
  if (!instrument || formatInstrument(instrument, symbols) !== name) throw invalid(name, EXPECTED)
  return instrument
}

function parseRest(rest: string, underlying: number): Instrument | undefined {
  if (rest === 'SPOT') return spotOf(underlying)
  if (rest === 'PERPETUAL') return perpetualOf(underlying)
  const [date = '', strike, side, ...more] = rest.split('-')
  const expiry = parseExpiry(date)
  if (expiry === undefined || more.length > 0) return undefined
  if (strike === undefined) return futureOf(underlying, expiry)
  const price = parseStrike(strike)
  if (price === undefined || (side !== 'C' && side !== 'P')) return undefined
  return optionOf(underlying, side === 'C' ? 'call' : 'put', expiry, price)
}

function formatExpiry(expiry: number): string {
  const date = new Date(expiry * 1000)
  const year = date.getUTCFullYear()
  const isNamed = Number.isInteger(expiry) && year >= 2000 && year < 2100
  if (!isNamed || Date.UTC(year, date.getUTCMonth(), date.getUTCDate(), EXPIRY_HOUR) !== date.getTime()) {
    throw invalid(`Expiry ${expiry}`, '08:00 UTC of a day from 2000 to 2099')
  }
  return `${date.getUTCDate()}${MONTHS[date.getUTCMonth()]}${String(year - 2000).padStart(2, '0')}`
}

function parseExpiry(text: string): number | undefined {
  const [, day, month = '', year] = /^(\d{1,2})([A-Z]{3})(\d{2})$/.exec(text) ?? []
  const index = MONTHS.indexOf(month)
  if (index < 0) return undefined
  return Date.UTC(2000 + Number(year), index, Number(day), EXPIRY_HOUR) / 1000
}

function formatStrike(strike: bigint): string {
  if (strike === 0n) throw invalid('An option without a strike', 'a strike above 0')
  const digits = unsigned('strike', strike, 64)
    .toString()
    .padStart(STRIKE_DECIMALS + 1, '0')
  const fraction = digits.slice(-STRIKE_DECIMALS).replace(/0+$/, '')
  return `${digits.slice(0, -STRIKE_DECIMALS)}${fraction === '' ? '' : `d${fraction}`}`
}

function parseStrike(text: string): bigint | undefined {
  const [, whole, fraction = ''] = /^(\d{1,12})(?:d(\d{1,8}))?$/.exec(text) ?? []
  return whole === undefined ? undefined : BigInt(whole + fraction.padEnd(STRIKE_DECIMALS, '0'))
}

function invalid(value: string, expected: string): InvalidEncodingError {
  return new InvalidEncodingError({ type: 'InstrumentName', value, expected })
}
