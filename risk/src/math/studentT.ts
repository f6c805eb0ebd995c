/**
 * Student's t distribution with real degrees of freedom, accurate relatively in both tails.
 *
 * Sources: C. Lanczos (1964), "A Precision Approximation of the Gamma Function", coefficients g = 7, n = 9 of P. Godfrey;
 * M. Abramowitz, I. Stegun (1964), "Handbook of Mathematical Functions", 26.5.8 and 26.7.1 (continued fraction of the
 * incomplete beta function); I. J. Thompson, A. R. Barnett (1986), "Coulomb and Bessel Functions" (its evaluation).
 */
import { DomainError, RiskError } from '../errors.ts'
import { normalQuantile } from './normal.ts'

const LANCZOS_G = 7
const LANCZOS = [
  676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406, 12.507343278686905,
  -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
]
const HALF_LOG_TWO_PI = 0.9189385332046727

/** ln Gamma(x) for x > 0, to about 1e-14. Throws DomainError for other x. */
export function logGamma(x: number): number {
  if (!(x > 0 && x < Number.POSITIVE_INFINITY)) throw new DomainError('x', x, 'finite and above 0')
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x)
  let series = 0.9999999999998099
  for (const [i, coefficient] of LANCZOS.entries()) series += coefficient / (x + i)
  const base = x + LANCZOS_G - 0.5
  return HALF_LOG_TWO_PI + (x - 0.5) * Math.log(base) - base + Math.log(series)
}

/** A series that did not converge: no result is better than a wrong one. */
export class ConvergenceError extends RiskError {
  readonly code = 'CONVERGENCE'
  readonly iterations: number

  constructor(what: string, iterations: number) {
    super(`${what} did not converge in ${iterations} iterations. The arguments are too extreme for it.`)
    this.iterations = iterations
  }
}

const MAX_TERMS = 20_000
const TINY = 1e-300

/** Continued fraction of the incomplete beta function; converges fast for x < (a + 1) / (a + b + 2). */
function betaFraction(x: number, a: number, b: number): number {
  let c = 1
  let d = 1 / (1 - ((a + b) * x) / (a + 1) || TINY)
  let value = d
  for (let m = 1; m <= MAX_TERMS; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / (1 + even * d || TINY)
    c = 1 + even / c || TINY
    value *= c * d
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / (1 + odd * d || TINY)
    c = 1 + odd / c || TINY
    value *= c * d
    if (Math.abs(c * d - 1) < 1e-16 * 4) return value
  }
  throw new ConvergenceError('The incomplete beta function', MAX_TERMS)
}

/** Regularised incomplete beta function of x = 1 - y, both given so that neither loses digits. */
function incompleteBeta(x: number, y: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (y <= 0) return 1
  const logFactor = logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(y)
  return x < (a + 1) / (a + b + 2)
    ? (Math.exp(logFactor) * betaFraction(x, a, b)) / a
    : 1 - (Math.exp(logFactor) * betaFraction(y, b, a)) / b
}

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

/** The t >= 0 whose upper tail is `probability` < 1/2: Newton's method on the logarithm, kept inside a bracket. */
function tailQuantile(probability: number, degreesOfFreedom: number): number {
  let low = 0
  let high = Math.max(1, -normalQuantile(probability))
  while (upperTail(high, degreesOfFreedom) > probability) {
    low = high
    high *= 2
  }
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
 * @throws DomainError unless 0 <= p <= 1 and 0 < degreesOfFreedom <= 1e7.
 */
export function studentTQuantile(p: number, degreesOfFreedom: number): number {
  requireDegrees(degreesOfFreedom)
  if (!(p >= 0 && p <= 1)) throw new DomainError('p', p, 'a probability between 0 and 1')
  if (p === 0 || p === 1) return p === 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  if (p === 0.5) return 0
  return p < 0.5 ? -tailQuantile(p, degreesOfFreedom) : tailQuantile(1 - p, degreesOfFreedom)
}
