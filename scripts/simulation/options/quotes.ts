/** Surface quotes in the integers of the chain's message, free of arbitrage as the chain checks it: exactly, as stored. */
import {
  type ExpiryQuote,
  type ExpirySurface,
  orderViolation,
  packSurface,
  type SurfaceViolation,
  sliceViolation,
  unpackSurface,
} from '@plimsoll/sdk'
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

const WAD = 1e18
const ONE = 10n ** 18n
/** Shares of each bound that are given up, least first. Storing a quote costs up to 1e-10 of it. */
const SLACKS = [0, 1e-9, 1e-8, 1e-7, 1e-6]

/** Quotes of all expiries alive at `t`, ascending, with the least slack that the chain accepts. @throws SurfaceArbitrageError */
export function quotesAt(snapshots: readonly FittedSnapshot[], t: number): ExpiryQuote[] {
  let last: SurfaceArbitrageError | undefined
  for (const slack of SLACKS) {
    const quotes = smilesAt(snapshots, t, slack).map(stored)
    last = arbitrageOf(quotes)
    if (last === undefined) return quotes
  }
  throw last ?? new RangeError('There is no slack to try.')
}

/** The first condition that `quotes` break, checked as the chain checks them: on the words that it would store. */
export function arbitrageOf(quotes: readonly ExpiryQuote[]): SurfaceArbitrageError | undefined {
  let near: ExpirySurface['slice'] | undefined
  for (const quote of quotes) {
    const { slice } = unpackSurface(packSurface(surfaceOf(quote)))
    const violation = sliceViolation(slice) ?? (near && orderViolation(near, slice))
    if (violation !== undefined) return new SurfaceArbitrageError(quote.expiry, violation)
    near = slice
  }
  return undefined
}

function surfaceOf({ theta, rho, psi, forwardRatio, discount }: ExpiryQuote): ExpirySurface {
  return { slice: { theta, rho, psi }, forwardRatio, discount }
}

/** The quote that the chain will read back: storing it again changes nothing. */
function stored({ expiry, theta, rho, psi, forwardRatio, discount }: SmileAt): ExpiryQuote {
  const capped = wad(discount) > ONE ? ONE : wad(discount)
  const slice = { theta: wad(theta), rho: wad(rho), psi: wad(psi) }
  const read = unpackSurface(packSurface({ slice, forwardRatio: wad(forwardRatio), discount: capped }))
  return { expiry, ...read.slice, forwardRatio: read.forwardRatio, discount: read.discount }
}

function wad(value: number): bigint {
  return BigInt(Math.round(value * WAD))
}

/** For display and floating-point margin methods. */
export function toNumbers({ expiry, theta, rho, psi, forwardRatio, discount }: ExpiryQuote): SmileAt {
  return {
    expiry,
    theta: Number(theta) / WAD,
    rho: Number(rho) / WAD,
    psi: Number(psi) / WAD,
    forwardRatio: Number(forwardRatio) / WAD,
    discount: Number(discount) / WAD,
  }
}
