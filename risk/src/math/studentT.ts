/**
 * Student's t distribution with real degrees of freedom, accurate relatively in both tails.
 *
 * Source: M. Abramowitz, I. Stegun (1964), "Handbook of Mathematical Functions", 26.7.1.
 */
import { DomainError } from '../errors.ts'
import { incompleteBeta, logGamma } from './incompleteBeta.ts'
import { normalQuantile } from './normal.ts'

function requireDegrees(degreesOfFreedom: number): void {
  if (!(degreesOfFreedom > 0 && degreesOfFreedom <= 1e7))
    throw new DomainError('degreesOfFreedom', degreesOfFreedom, 'above 0 and at most 1e7; beyond that use the normal')
}

/** Density of the standard t distribution. Throws DomainError unless 0 < degreesOfFreedom <= 1e7. */
export function studentTPdf(t: number, degreesOfFreedom: number): number {
  requireDegrees(degreesOfFreedom)
  const half = degreesOfFreedom / 2
  const logConstant = logGamma(half + 0.5) - logGamma(half) - 0.5 * Math.log(degreesOfFreedom * Math.PI)
  return Math.exp(logConstant - (half + 0.5) * Math.log1p((t * t) / degreesOfFreedom))
}

/** Probability that a standard t variable exceeds t >= 0. */
function upperTail(t: number, degreesOfFreedom: number): number {
  const square = t * t
  const sum = degreesOfFreedom + square
  if (sum === Number.POSITIVE_INFINITY) return 0
  return 0.5 * incompleteBeta(degreesOfFreedom / sum, square / sum, degreesOfFreedom / 2, 0.5)
}

/** Probability that a standard t variable is at most t. Throws DomainError unless 0 < degreesOfFreedom <= 1e7. */
export function studentTCdf(t: number, degreesOfFreedom: number): number {
  requireDegrees(degreesOfFreedom)
  const tail = upperTail(Math.abs(t), degreesOfFreedom)
  return t > 0 ? 1 - tail : tail
}

/** Beyond this t its square leaves the doubles. */
const FARTHEST = 1e154

/** The t >= 0 whose upper tail is `probability` < 1/2: Newton's method on the logarithm, kept inside a bracket. */
function tailQuantile(probability: number, degreesOfFreedom: number): number {
  let low = 0
  let high = Math.max(1, -normalQuantile(probability))
  while (upperTail(high, degreesOfFreedom) > probability) {
    low = high
    high *= 2
  }
  if (high > FARTHEST) throw new DomainError('p', probability, 'a tail whose quantile stays below 1e154')
  let t = 0.5 * (low + high)
  for (let step = 0; step < 200; step++) {
    const tail = upperTail(t, degreesOfFreedom)
    if (tail > probability) low = t
    else high = t
    const newton = t + (Math.log(tail / probability) * tail) / studentTPdf(t, degreesOfFreedom)
    const next = newton > low && newton < high ? newton : 0.5 * (low + high)
    if (Math.abs(next - t) <= 4e-16 * t) return next
    t = next
  }
  return t
}

/**
 * The t with studentTCdf(t) = p. 0 and 1 give -Infinity and Infinity.
 * @throws DomainError unless 0 <= p <= 1 and 0 < degreesOfFreedom <= 1e7, or for a quantile beyond 1e154.
 */
export function studentTQuantile(p: number, degreesOfFreedom: number): number {
  requireDegrees(degreesOfFreedom)
  if (!(p >= 0 && p <= 1)) throw new DomainError('p', p, 'a probability between 0 and 1')
  if (p === 0 || p === 1) return p === 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  if (p === 0.5) return 0
  return p < 0.5 ? -tailQuantile(p, degreesOfFreedom) : tailQuantile(1 - p, degreesOfFreedom)
}
