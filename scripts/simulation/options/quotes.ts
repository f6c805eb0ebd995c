/** Surface quotes of the day in the integers of the chain's message, free of arbitrage as the chain checks it. */
import type { ExpiryQuote, SurfaceViolation } from '@plimsoll/sdk'
import { estimateOf, storedQuote, violationOf } from '../../../keeper/src/publisher/surface/surfaceQuotes.ts'
import { type FittedSnapshot, type SmileAt, smilesAt } from './calibration.ts'

export class SurfaceArbitrageError extends Error {
  readonly code = 'SURFACE_ARBITRAGE'
  readonly expiry: number
  readonly violation: SurfaceViolation
  constructor(expiry: number, violation: SurfaceViolation) {
    const { error, actual, limit } = violation
    super(`Expiry ${expiry} breaks ${error}: ${actual} against ${limit}. Calibrate it with more slack.`)
    this.name = 'SurfaceArbitrageError'
    this.expiry = expiry
    this.violation = violation
  }
}

/** Shares of each bound that are given up, least first. Storing a quote costs up to 1e-10 of it. */
const SLACKS = [0, 1e-9, 1e-8, 1e-7, 1e-6]

/** Quotes of all expiries alive at `t`, ascending, with the least slack that the chain accepts. @throws SurfaceArbitrageError */
export function quotesAt(snapshots: readonly FittedSnapshot[], t: number): ExpiryQuote[] {
  let last: SurfaceArbitrageError | undefined
  for (const slack of SLACKS) {
    const quotes = smilesAt(snapshots, t, slack).map(storedQuote)
    last = arbitrageOf(quotes)
    if (last === undefined) return quotes
  }
  throw last ?? new RangeError('There is no slack to try.')
}

/** The first condition that `quotes` break, checked as the chain checks them: on the words that it would store. */
export function arbitrageOf(quotes: readonly ExpiryQuote[]): SurfaceArbitrageError | undefined {
  const found = violationOf(quotes)
  return found && new SurfaceArbitrageError(found.expiry, found.violation)
}

/** For display and floating-point margin methods. */
export function toNumbers(quote: ExpiryQuote): SmileAt {
  return estimateOf(quote)
}
