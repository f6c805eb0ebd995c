/**
 * The distribution of the underlying that a smile implies, in closed form from total variance and its two derivatives.
 *
 * Everything is relative to the forward: x = S / F, k = ln x. E[x] = 1.
 *
 * Sources: D. T. Breeden and R. H. Litzenberger (1978), "Prices of state-contingent claims implicit in option prices",
 * J. Business 51; the closed forms as in J. Gatheral and A. Jacquier (2014), "Arbitrage-free SVI volatility surfaces",
 * equation 2.2.
 */
import { DomainError } from '../errors.ts'
import { normalCdf, normalPdf } from '../math/normal.ts'
import { durrlemanG } from '../surface/arbitrage.ts'
import type { Smile } from '../surface/smile.ts'

const ROOT_TWO_PI = Math.sqrt(2 * Math.PI)

/** Density of k = ln(S/F): p(k) = g(k) / sqrt(2 pi w) * exp(-d2^2 / 2). Multiply by 1 / strike for the density by strike. */
export function logDensity(smile: Smile, k: number): number {
  const out = new Float64Array(3)
  smile(k, out)
  const [w = 0, slope = 0, curvature = 0] = out
  const d2 = -k / Math.sqrt(w) - 0.5 * Math.sqrt(w)
  return (durrlemanG(k, w, slope, curvature) / (ROOT_TWO_PI * Math.sqrt(w))) * Math.exp(-0.5 * d2 * d2)
}

/** P(ln(S/F) <= k) = Phi(-d2) + phi(d2) w' / (2 sqrt(w)), accurate relatively in the lower tail. */
export function cumulative(smile: Smile, k: number): number {
  return tail(smile, k, 1)
}

/** P(ln(S/F) > k) = Phi(d2) - phi(d2) w' / (2 sqrt(w)), accurate relatively in the upper tail. */
export function survival(smile: Smile, k: number): number {
  return tail(smile, k, -1)
}

function tail(smile: Smile, k: number, side: 1 | -1): number {
  const out = new Float64Array(3)
  smile(k, out)
  const [w = 0, slope = 0] = out
  const root = Math.sqrt(w)
  const d2 = -k / root - 0.5 * root
  return normalCdf(-side * d2) + side * normalPdf(d2) * (slope / (2 * root))
}

/** Undiscounted call over the forward, C(x) = E[(S/F - x)+] = Phi(d1) - x Phi(d2). At x <= 0 it is 1 - x. */
export function callOverForward(smile: Smile, x: number): number {
  if (!(x > 0)) return 1 - x
  const { d1, d2 } = distances(smile, x)
  return normalCdf(d1) - x * normalCdf(d2)
}

/** Undiscounted put over the forward, P(x) = E[(x - S/F)+] = x Phi(-d2) - Phi(-d1). At x <= 0 it is 0. */
export function putOverForward(smile: Smile, x: number): number {
  if (!(x > 0)) return 0
  const { d1, d2 } = distances(smile, x)
  return x * normalCdf(-d2) - normalCdf(-d1)
}

function distances(smile: Smile, x: number): { d1: number; d2: number } {
  const out = new Float64Array(3)
  const k = Math.log(x)
  smile(k, out)
  const root = Math.sqrt(out[0] ?? 0)
  return { d1: -k / root + 0.5 * root, d2: -k / root - 0.5 * root }
}

const ITERATIONS = 200

/**
 * The k with P(ln(S/F) <= k) = `probability` (side 'lower') or P(ln(S/F) > k) = `probability` ('upper'; use it for small
 * upper tails, where 1 - probability would lose digits). Newton's method kept inside a bracket.
 * @throws DomainError unless 0 < probability < 1, or where the smile's distribution does not reach it within |k| <= 700.
 */
export function logQuantile(smile: Smile, probability: number, side: 'lower' | 'upper' = 'lower'): number {
  if (!(probability > 0 && probability < 1))
    throw new DomainError('probability', probability, 'between 0 and 1, both excluded')
  const excess =
    side === 'lower'
      ? (k: number) => cumulative(smile, k) - probability
      : (k: number) => probability - survival(smile, k)
  let { low, high } = bracket(excess, probability)
  let k = 0.5 * (low + high)
  for (let i = 0; i < ITERATIONS; i++) {
    const value = excess(k)
    if (value === 0) return k
    if (value < 0) low = k
    else high = k
    const next = k - value / logDensity(smile, k)
    const inside = next > low && next < high
    const to = inside ? next : 0.5 * (low + high)
    if (Math.abs(to - k) <= 1e-15 * Math.max(1, Math.abs(k)) || to === low || to === high) return to
    k = to
  }
  return k
}

/** Doubles the interval around 0 until the increasing function changes sign in it. */
function bracket(excess: (k: number) => number, probability: number): { low: number; high: number } {
  let reach = 0.01
  while (reach <= 700 && !(excess(-reach) <= 0 && excess(reach) >= 0)) reach *= 2
  if (reach > 700) throw new DomainError('probability', probability, 'one that the smile reaches within |k| <= 700')
  return { low: -reach, high: reach }
}
