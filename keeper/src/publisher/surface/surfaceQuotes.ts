/** Surface quotes in the integers of the chain's message: as it stores them, free of arbitrage as it checks them. */
import { essviOf, type WingParameters, wingsOf } from '@plimsoll/risk/surface'
import {
  blendSurface,
  type ExpiryQuote,
  type ExpirySurface,
  orderViolation,
  packSurface,
  type SurfaceViolation,
  sliceViolation,
  unpackSurface,
  WAD,
} from '@plimsoll/sdk'

/** One expiry in floating point. Fields as in `ExpiryQuote`, fractions of 1. */
export type QuoteEstimate = {
  readonly expiry: number
  readonly theta: number
  readonly rho: number
  readonly psi: number
  readonly forwardRatio: number
  readonly discount: number
}

export type QuoteViolation = { readonly expiry: number; readonly violation: SurfaceViolation }

/** Shares of each bound that are given up, least first. Storing a quote costs up to 1e-10 of it. */
const SLACKS = [0, 1e-9, 1e-8, 1e-7, 1e-6]
/** A wing parameter is lifted to its predecessor's by at most this share: more is arbitrage in the quotes, not rounding. */
const MAX_LIFT = 1e-3

/** Quotes, ascending, with the least slack that the contracts accept; else the first condition they break. */
export function storedQuotes(
  estimates: readonly QuoteEstimate[],
): { readonly quotes: readonly ExpiryQuote[] } | QuoteViolation {
  let last: QuoteViolation | undefined
  for (const slack of SLACKS) {
    const quotes = withSlack(estimates, slack).map(storedQuote)
    last = violationOf(quotes)
    if (last === undefined) return { quotes }
  }
  return last ?? { quotes: [] }
}

/** The quote that the chain will read back: storing it again changes nothing. */
export function storedQuote({ expiry, theta, rho, psi, forwardRatio, discount }: QuoteEstimate): ExpiryQuote {
  const slice = { theta: wad(theta), rho: wad(rho), psi: wad(psi) }
  const capped = discount > 1 ? WAD : wad(discount)
  return quoteOf(expiry, unpackSurface(packSurface({ slice, forwardRatio: wad(forwardRatio), discount: capped })))
}

/** The first no-arbitrage condition that `quotes` break, checked as the chain checks it: on the words it would store. */
export function violationOf(quotes: readonly ExpiryQuote[]): QuoteViolation | undefined {
  let near: ExpirySurface['slice'] | undefined
  for (const quote of quotes) {
    const { slice } = unpackSurface(packSurface(surfaceOf(quote)))
    const violation = sliceViolation(slice) ?? (near && orderViolation(near, slice))
    if (violation !== undefined) return { expiry: quote.expiry, violation }
    near = slice
  }
  return undefined
}

/** A quote made at `from`, as it stands at `to`: variance and carry run off linearly, as on chain. Unix seconds. */
export function ranOff(quote: ExpiryQuote, from: number, to: number): ExpiryQuote {
  const old = surfaceOf(quote)
  const step = { old, quoted: old, tau: BigInt(quote.expiry - to), life: BigInt(quote.expiry - from) }
  return quoteOf(quote.expiry, blendSurface(step, 0n))
}

export function quoteOf(expiry: number, { slice, forwardRatio, discount }: ExpirySurface): ExpiryQuote {
  return { expiry, ...slice, forwardRatio, discount }
}

export function surfaceOf({ theta, rho, psi, forwardRatio, discount }: ExpiryQuote): ExpirySurface {
  return { slice: { theta, rho, psi }, forwardRatio, discount }
}

export function estimateOf({ expiry, theta, rho, psi, forwardRatio, discount }: ExpiryQuote): QuoteEstimate {
  return {
    expiry,
    theta: toNumber(theta),
    rho: toNumber(rho),
    psi: toNumber(psi),
    forwardRatio: toNumber(forwardRatio),
    discount: toNumber(discount),
  }
}

/** Each wing parameter at least its predecessor's, each bound kept by a share of `slack`; nothing is lifted far. */
function withSlack(estimates: readonly QuoteEstimate[], slack: number): QuoteEstimate[] {
  let floor: WingParameters = { chi: 0, left: 0, right: 0 }
  return estimates.map((estimate) => {
    const own = wingsOf(estimate)
    const lifted = (value: number, least: number) =>
      value < least * (1 + slack) && value >= least * (1 - MAX_LIFT) ? least * (1 + slack) : value
    const left = lifted(own.left, floor.left)
    const right = lifted(own.right, floor.right)
    const chi = lifted(lifted(own.chi, floor.chi), Math.max(left, right) / 4)
    floor = { chi, left, right }
    return { ...estimate, ...essviOf(floor) }
  })
}

function wad(value: number): bigint {
  return BigInt(Math.round(value * 1e18))
}

function toNumber(value: bigint): number {
  return Number(value) / 1e18
}
