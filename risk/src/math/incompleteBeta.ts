/**
 * The logarithm of the gamma function and the incomplete beta function, from which the binomial and t distributions follow.
 *
 * Sources: C. Lanczos (1964), "A Precision Approximation of the Gamma Function", coefficients g = 7, n = 9 of P. Godfrey;
 * M. Abramowitz, I. Stegun (1964), "Handbook of Mathematical Functions", 26.5.8 (continued fraction of the incomplete
 * beta function) and 26.5.24 (binomial distribution); I. J. Thompson, A. R. Barnett (1986), "Coulomb and Bessel
 * Functions" (its evaluation).
 */
import { DomainError, RiskError } from '../errors.ts'

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

/**
 * Regularised incomplete beta function I_x(a, b), a and b above 0. `y` is 1 - x: both are given so that neither loses digits.
 * Throws ConvergenceError for extreme a and b.
 */
export function incompleteBeta(x: number, y: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (y <= 0) return 1
  const logFactor = logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(y)
  return x < (a + 1) / (a + b + 2)
    ? (Math.exp(logFactor) * betaFraction(x, a, b)) / a
    : 1 - (Math.exp(logFactor) * betaFraction(y, b, a)) / b
}

/** Probability of at most `successes` in `trials` of probability p each. Throws DomainError for impossible arguments. */
export function binomialCdf(successes: number, trials: number, p: number): number {
  if (!(Number.isInteger(trials) && trials >= 0)) throw new DomainError('trials', trials, 'an integer of at least 0')
  if (!Number.isInteger(successes)) throw new DomainError('successes', successes, 'an integer')
  if (!(p >= 0 && p <= 1)) throw new DomainError('p', p, 'a probability between 0 and 1')
  if (successes < 0) return 0
  if (successes >= trials) return 1
  return incompleteBeta(1 - p, p, trials - successes, successes + 1)
}
