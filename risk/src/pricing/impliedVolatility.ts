/** Black-76 implied volatility of single options and of columns of them. Source: see impliedTotalVolatility.ts. */
import { DomainError } from '../errors.ts'
import { isContract, logMoneyness, type OptionKind, requireContract } from './black76.ts'
import { requireLength } from './columns.ts'
import { PriceAboveMaximumError, PriceBelowIntrinsicError } from './errors.ts'
import { impliedTotalVolatility } from './impliedTotalVolatility.ts'

/** Why a row of a batch has no implied volatility. */
export const ImpliedVolatilityStatus = { found: 0, belowIntrinsic: 1, aboveMaximum: 2, outsideDomain: 3 } as const

/** A time value that is negative by no more than this many parts of an in-the-money price is rounding, and counts as zero. */
const ROUNDING = 4 * Number.EPSILON

/** The implied volatility, or minus the status for which there is none. Assumes arguments in the domain. */
function solve(
  sign: number,
  price: number,
  forward: number,
  strike: number,
  expiryYears: number,
  discount: number,
): number {
  const undiscounted = price / discount
  const intrinsic = Math.max(sign * (forward - strike), 0)
  const timeValue = undiscounted - intrinsic
  if (timeValue < -ROUNDING * intrinsic) return -ImpliedVolatilityStatus.belowIntrinsic
  const missing = (sign > 0 ? forward : strike) - undiscounted
  if (missing <= 0) return -ImpliedVolatilityStatus.aboveMaximum
  const unit = Math.sqrt(forward) * Math.sqrt(strike)
  const b = timeValue / unit
  if (b <= 0) return 0
  const x = -Math.abs(logMoneyness(forward, strike))
  return impliedTotalVolatility(x, b, missing / unit) / Math.sqrt(expiryYears)
}

/**
 * The volatility at which `black76Price` gives `price`, to machine precision (a few units in the last place, or what the
 * rounding of `price` leaves to be known where vega is small). A price equal to the intrinsic value gives 0.
 *
 * @param price discounted price of the option.
 * @param expiryYears ACT/365, positive.
 * @param discount price today of 1 paid at expiry.
 * @throws PriceBelowIntrinsicError, PriceAboveMaximumError where no volatility gives the price; DomainError for a forward,
 * strike, expiry or discount that is not positive, or a price that is not finite.
 */
export function impliedVolatility(
  kind: OptionKind,
  price: number,
  forward: number,
  strike: number,
  expiryYears: number,
  discount: number,
): number {
  requireContract(forward, strike, expiryYears, discount)
  if (!(expiryYears > 0)) throw new DomainError('expiryYears', expiryYears, 'positive: at expiry no volatility is left')
  if (!Number.isFinite(price)) throw new DomainError('price', price, 'finite')
  const sign = kind === 'call' ? 1 : -1
  const result = solve(sign, price, forward, strike, expiryYears, discount)
  if (result === -ImpliedVolatilityStatus.belowIntrinsic)
    throw new PriceBelowIntrinsicError(price / discount, Math.max(sign * (forward - strike), 0))
  if (result === -ImpliedVolatilityStatus.aboveMaximum)
    throw new PriceAboveMaximumError(price / discount, kind === 'call' ? forward : strike)
  return result
}

/** Columns of one length: `sign` is 1 for a call and -1 for a put, the others as in `impliedVolatility`. */
export type PricedOptionColumns = {
  sign: Float64Array
  price: Float64Array
  forward: Float64Array
  strike: Float64Array
  expiryYears: Float64Array
  discount: Float64Array
}

/**
 * Implied volatilities of all rows, equal to `impliedVolatility` to the last bit. A row without one gets NaN, and its
 * `ImpliedVolatilityStatus` in `status`.
 *
 * @param volatility receives the results, as long as the columns.
 * @param status receives an `ImpliedVolatilityStatus` per row, as long as the columns.
 * @returns the number of rows for which a volatility was found.
 * @throws DomainError if the lengths differ.
 */
export function impliedVolatilityBatch(
  options: PricedOptionColumns,
  volatility: Float64Array,
  status: Uint8Array,
): number {
  const { sign, price, forward, strike, expiryYears, discount } = options
  const n = volatility.length
  requireLength(n, { ...options, status })
  let found = 0
  for (let i = 0; i < n; i += 1) {
    const side = sign[i] ?? NaN
    const p = price[i] ?? NaN
    const f = forward[i] ?? NaN
    const k = strike[i] ?? NaN
    const t = expiryYears[i] ?? NaN
    const d = discount[i] ?? NaN
    const valid = (side === 1 || side === -1) && t > 0 && isContract(f, k, t, d) && Number.isFinite(p)
    const result = valid ? solve(side, p, f, k, t, d) : -ImpliedVolatilityStatus.outsideDomain
    volatility[i] = result >= 0 ? result : NaN
    status[i] = result >= 0 ? ImpliedVolatilityStatus.found : -result
    if (result >= 0) found += 1
  }
  return found
}
