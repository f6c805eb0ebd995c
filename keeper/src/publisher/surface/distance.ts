/** How far two surfaces of one underlying are apart, expiry by expiry. */
import { type ExpiryQuote, totalDeviation, totalVariance, volatility } from '@plimsoll/sdk'
import { ranOff } from './surfaceQuotes.ts'

/** Two values of one thing, WAD. */
export type Pair = { readonly own: bigint; readonly other: bigint }

export type ExpiryDifference = {
  readonly expiry: number
  /** Volatility per square root of a year one standard deviation below, at, and one above the own forward. */
  readonly volatilities: readonly [Pair, Pair, Pair]
  /** Forward / spot. */
  readonly forward: Pair
  readonly discount: Pair
}

/**
 * The expiry of `other` against the same one of `own`, both at `other`'s time. A standard deviation is the own smile's at the
 * money, so that a proposal cannot choose where it is looked at.
 */
export function differenceOf(own: ExpiryQuote, ownTime: number, other: ExpiryQuote, time: number): ExpiryDifference {
  const mine = ranOff(own, ownTime, time)
  const deviation = totalDeviation(mine.theta)
  const tau = BigInt(other.expiry - time)
  const at = (k: bigint): Pair => ({
    own: volatility(totalVariance(mine, k), tau),
    other: volatility(totalVariance(other, k), tau),
  })
  return {
    expiry: other.expiry,
    volatilities: [at(-deviation), at(0n), at(deviation)],
    forward: { own: mine.forwardRatio, other: other.forwardRatio },
    discount: { own: mine.discount, other: other.discount },
  }
}

export function gapOf({ own, other }: Pair): bigint {
  return own > other ? own - other : other - own
}
