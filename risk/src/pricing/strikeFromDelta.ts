/** The strike at which an option has a given delta, as foreign exchange and crypto options are quoted. */
import { DomainError } from '../errors.ts'
import { normalCdf, normalQuantile } from '../math/normal.ts'
import { type OptionKind, requireContract } from './black76.ts'
import { millsRatio } from './normalisedBlack.ts'

/**
 * `forward`: delta = +-N(+-d1). `premium-adjusted`: delta = +-K/F N(+-d2), the premium being paid in the underlying, as
 * on exchanges that settle options in coins.
 */
export type DeltaConvention = 'forward' | 'premium-adjusted'

const MAX_STEPS = 100

/** ln(K/F) with k + ln N(sign d2) = ln |delta|, by Newton's method from the side where the concave left side stays below. */
function adjustedLogStrike(sign: number, delta: number, s: number, start: number): number {
  const target = Math.log(Math.abs(delta))
  let k = start
  for (let step = 0; step < MAX_STEPS; step += 1) {
    const d2 = sign * (-k / s - 0.5 * s)
    const slope = 1 - sign / (s * millsRatio(-d2))
    if (sign * slope >= 0) break
    const next = k - (k + Math.log(normalCdf(d2)) - target) / slope
    if (!(sign * (k - next) > 2e-16 * (1 + Math.abs(k)))) return next
    k = next
  }
  throw new DomainError('delta', delta, 'one that some strike has; a premium-adjusted call delta has a maximum')
}

/**
 * Strike of the option whose delta by the forward, undiscounted, is `delta`: positive for a call, negative for a put. For
 * a delta by spot divide it by the discount factor of the underlying's yield first. Of the two strikes that can share a
 * premium-adjusted call delta it is the higher, which is the one quoted.
 *
 * Source: D. Reiswich and U. Wystup (2010), "A Guide to FX Options Quoting Conventions", J. Derivatives 18.
 *
 * @param expiryYears ACT/365, positive. @param volatility per square root of a year, positive.
 * @throws DomainError for arguments out of range or a delta that no strike has.
 */
export function strikeFromDelta(
  kind: OptionKind,
  delta: number,
  forward: number,
  expiryYears: number,
  volatility: number,
  convention: DeltaConvention,
): number {
  requireContract(forward, forward, expiryYears, 1)
  const sign = kind === 'call' ? 1 : -1
  const s = volatility * Math.sqrt(expiryYears)
  if (!(s > 0 && s < Infinity)) throw new DomainError('volatility * sqrt(expiryYears)', s, 'positive and finite')
  const adjustedPut = convention === 'premium-adjusted' && kind === 'put'
  if (!(sign * delta > 0 && (adjustedPut || sign * delta < 1)))
    throw new DomainError('delta', delta, kind === 'call' ? 'between 0 and 1' : 'negative, and by the forward above -1')
  if (adjustedPut) {
    const start = delta > -1 ? Math.min(s * (normalQuantile(-delta) - 0.5 * s), 0) : 0 // K/F N(-d2) <= -delta there
    return forward * Math.exp(adjustedLogStrike(sign, delta, s, start))
  }
  const k = s * (0.5 * s - sign * normalQuantile(sign * delta))
  return forward * Math.exp(convention === 'forward' ? k : adjustedLogStrike(sign, delta, s, k))
}
