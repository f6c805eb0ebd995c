/** Twin of `contracts/libraries/Listing.sol`: which series may exist, and which surfaces may be quoted. */
import { orderViolation, type SurfaceSlice, type SurfaceViolation, sliceViolation } from './essvi.ts'
import { WAD } from './fixedPoint.ts'
import { STRIKE_UNIT } from './matrix.ts'

const DAY = 86_400
const YEAR = 365n * BigInt(DAY)
export const LONGEST_LIFE = 366 * DAY
/** 08:00 UTC. */
export const EXPIRY_TIME = 8 * 3600
/** Forward / spot stays within 2 % and 50 % a year of 1, discount within 25 % a year below 1. */
const CARRY_BASE = 2n * 10n ** 16n
const CARRY_PER_YEAR = 5n * 10n ** 17n
const DISCOUNT_PER_YEAR = 25n * 10n ** 16n
/** New strikes lie between an eighth and eight times spot. */
const STRIKE_REACH = 8n

/** On the grid, after `previous` and at most `LONGEST_LIFE` away. Unix seconds. */
export function isListableExpiry(expiry: number, previous: number, time: number): boolean {
  return expiry > previous && expiry <= time + LONGEST_LIFE && expiry % DAY === EXPIRY_TIME
}

/** Bounds of forward / spot and of the discount `tau` seconds before an expiry, WAD. */
export function carryBounds(tau: bigint) {
  const reach = CARRY_BASE + (CARRY_PER_YEAR * tau) / YEAR
  const leastDiscount = WAD - (DISCOUNT_PER_YEAR * tau) / YEAR
  return { leastRatio: WAD - reach, mostRatio: WAD + reach, leastDiscount, mostDiscount: WAD }
}

/** The first condition that a whole surface breaks, slices ascending by expiry and as stored. */
export function arbitrageOf(slices: readonly SurfaceSlice[]): SurfaceViolation | undefined {
  for (const [index, far] of slices.entries()) {
    const near = slices[index - 1]
    const violation = sliceViolation(far) ?? (near && orderViolation(near, far))
    if (violation) return violation
  }
  return undefined
}

/** At most four significant digits, the fourth 0 or 5: 85,500, 2,525, 0.0185. @param strike 8 decimals */
export function isOnGrid(strike: bigint): boolean {
  if (strike <= 0n) return false
  let digits = strike
  while (digits % 10n === 0n) digits /= 10n
  return digits < 1000n || (digits < 10_000n && digits % 10n === 5n)
}

/**
 * Whether an option of this strike may be traded; one that only closes a position, wherever spot has gone.
 * @param strike 8 decimals. @param spot 18 decimals
 */
export function isTradableStrike(strike: bigint, spot: bigint, closes = false): boolean {
  const price = strike * STRIKE_UNIT
  return isOnGrid(strike) && (closes || (price * STRIKE_REACH >= spot && price <= spot * STRIKE_REACH))
}
