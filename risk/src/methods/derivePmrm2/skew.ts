/** Skew scenarios of PMRM_2: volatility moves with moneyness, capped where the wings begin. */
import type { ExpiryBook } from '../derive/expiryBook.ts'
import type { SkewShock } from './parameters.ts'

/**
 * Factor on the volatility of log-moneyness k = ln(K / F). The cap c = cap + capSlope * sqrt(T) is reached at
 * k* = max(minWidth, sqrt(T) * widthScale * (volatilityStatic + sqrt(T) * volatilityScale)); in between it is linear. The cap
 * bounds the right wing from above by c and the left one from below by -c, nothing else: where T makes c negative, the
 * right wing falls by at least |c| and the left one rises by at least |c|.
 *
 * @param kind `linear` tilts the smile (k signed), `absolute` lifts both wings (|k|).
 */
export function skewFactor(shock: SkewShock, kind: 'linear' | 'absolute', logMoneyness: number, years: number): number {
  const root = Math.sqrt(years)
  const cap = shock[kind].cap + shock[kind].capSlope * root
  const width = Math.max(
    shock.minWidth,
    root * shock.widthScale * (shock.volatilityStatic + root * shock.volatilityScale),
  )
  const k = kind === 'linear' ? logMoneyness : Math.abs(logMoneyness)
  const shift = k === 0 ? 0 : (k * cap) / width
  return Math.max(0, 1 + (k >= 0 ? Math.min(shift, cap) : Math.max(shift, -cap)))
}

/** Volatility of each option of the expiry under the skew shock. */
export function skewedVolatility(shock: SkewShock, kind: 'linear' | 'absolute', book: ExpiryBook): Float64Array {
  const forward = book.forwardFixed + book.forwardVariable
  return book.volatility.map(
    (volatility, index) =>
      volatility * skewFactor(shock, kind, Math.log((book.strike[index] ?? forward) / forward), book.years),
  )
}
