import { DomainError } from '../errors.ts'
import { requireSeries, sampleVariance } from './series.ts'

/** The variance of the first return: that of the whole sample (n - 1), its own square, or a given number. */
export type InitialVariance = 'sample' | 'first-square' | number

function requireDecay(lambda: number): void {
  if (!(lambda > 0 && lambda < 1)) throw new DomainError('lambda', lambda, 'between 0 and 1, both excluded')
}

function initialVariance(returns: ArrayLike<number>, initial: InitialVariance): number {
  if (initial === 'sample') return sampleVariance(returns)
  if (initial === 'first-square') return (returns[0] ?? 0) ** 2
  if (!(initial >= 0 && initial < Number.POSITIVE_INFINITY))
    throw new DomainError('the initial variance', initial, 'finite and not negative')
  return initial
}

/**
 * Exponentially weighted variances by v_{t+1} = lambda v_t + (1 - lambda) r_t^2, per period of the returns, around zero.
 * n + 1 entries for n returns: entry t is known before return t, the last is the forecast of the next period.
 *
 * Source: J.P. Morgan (1996), "RiskMetrics Technical Document", 4th edition (lambda 0.94 daily, 0.97 monthly).
 */
export function ewmaVariances(
  returns: ArrayLike<number>,
  lambda: number,
  initial: InitialVariance = 'sample',
): Float64Array {
  requireSeries('returns', returns, 1)
  requireDecay(lambda)
  const variances = new Float64Array(returns.length + 1)
  let variance = initialVariance(returns, initial)
  variances[0] = variance
  for (let t = 0; t < returns.length; t++) {
    variance = lambda * variance + (1 - lambda) * (returns[t] ?? 0) ** 2
    variances[t + 1] = variance
  }
  return variances
}

/**
 * Weights lambda^(n-1-i) (1 - lambda) / (1 - lambda^n) of n observations, oldest first; they sum to 1. With lambda = 1
 * all are equal.
 *
 * Source: Boudoukh, Richardson & Whitelaw (1998), "The best of both worlds", Risk 11(5).
 */
export function ageWeights(count: number, lambda: number): Float64Array {
  if (!Number.isInteger(count) || count < 1) throw new DomainError('count', count, 'an integer of 1 or more')
  if (lambda === 1) return new Float64Array(count).fill(1 / count)
  requireDecay(lambda)
  const scale = (1 - lambda) / (1 - lambda ** count)
  return Float64Array.from({ length: count }, (_, i) => scale * lambda ** (count - 1 - i))
}

/**
 * One step of an exponentially weighted variance over irregular times:
 * v <- v 2^(-dt/H) + (1 - 2^(-dt/H)) r^2 / dt. `variance` is per unit of time, `elapsed` and `halfLife` in that same
 * unit, `logReturn` over the elapsed time. Equal spacing gives the ordinary form with lambda = 2^(-dt/H).
 */
export function decayVariance(variance: number, logReturn: number, elapsed: number, halfLife: number): number {
  if (!(elapsed > 0)) throw new DomainError('elapsed', elapsed, 'positive')
  if (!(halfLife > 0)) throw new DomainError('halfLife', halfLife, 'positive')
  const fresh = -Math.expm1((-Math.LN2 * elapsed) / halfLife)
  return variance * (1 - fresh) + (fresh * logReturn * logReturn) / elapsed
}
