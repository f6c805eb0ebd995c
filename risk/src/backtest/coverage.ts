/**
 * Likelihood-ratio tests of the number of exceedances of a value-at-risk and of their independence. 0 ln 0 is 0.
 *
 * Sources: P. H. Kupiec (1995), "Techniques for Verifying the Accuracy of Risk Measurement Models";
 * P. F. Christoffersen (1998), "Evaluating Interval Forecasts".
 */
import { DomainError } from '../errors.ts'
import { erfc } from '../math/normal.ts'
import { requireLevel } from '../measures/sample.ts'
import type { Transitions } from './exceedances.ts'

/** `statistic` is chi-squared with `degreesOfFreedom` if the model is right; small `pValue` speaks against the model. */
export type LikelihoodRatio = { statistic: number; degreesOfFreedom: 1 | 2; pValue: number }

/** Upper tail of the chi-squared distribution, closed forms for one and two degrees of freedom. */
export function chiSquareTail(statistic: number, degreesOfFreedom: 1 | 2): number {
  return degreesOfFreedom === 1 ? erfc(Math.sqrt(statistic / 2)) : Math.exp(-statistic / 2)
}

/** Rounding may leave a statistic of zero slightly negative. */
function likelihoodRatio(raw: number, degreesOfFreedom: 1 | 2): LikelihoodRatio {
  const statistic = Math.max(0, raw)
  return { statistic, degreesOfFreedom, pValue: chiSquareTail(statistic, degreesOfFreedom) }
}

/** Log-likelihood of `hits` of probability p among `hits + misses` trials, with 0 ln 0 = 0. */
function logLikelihood(hits: number, misses: number, p: number): number {
  return (hits === 0 ? 0 : hits * Math.log(p)) + (misses === 0 ? 0 : misses * Math.log1p(-p))
}

function requireCount(name: string, value: number, limit = Number.MAX_SAFE_INTEGER): void {
  if (!(Number.isInteger(value) && value >= 0 && value <= limit))
    throw new DomainError(name, value, `an integer from 0 to ${limit}`)
}

/**
 * Kupiec's proportion of failures: whether `exceptions` in `observations` days fit a value-at-risk of `level`
 * (such as 0.99). One degree of freedom. Throws DomainError.
 */
export function kupiecProportionOfFailures(observations: number, exceptions: number, level: number): LikelihoodRatio {
  requireLevel(level)
  requireCount('observations', observations)
  if (observations === 0) throw new DomainError('observations', 0, 'at least 1')
  requireCount('exceptions', exceptions, observations)
  const misses = observations - exceptions
  const observed = logLikelihood(exceptions, misses, exceptions / observations)
  return likelihoodRatio(2 * (observed - logLikelihood(exceptions, misses, 1 - level)), 1)
}

/**
 * Kupiec's time until first failure: whether a first exceedance on day `firstFailure` (from 1) fits a value-at-risk of
 * `level`. One degree of freedom. Throws DomainError.
 */
export function kupiecTimeUntilFirstFailure(firstFailure: number, level: number): LikelihoodRatio {
  requireLevel(level)
  requireCount('firstFailure', firstFailure)
  if (firstFailure === 0) throw new DomainError('firstFailure', 0, 'at least 1')
  const observed = logLikelihood(1, firstFailure - 1, 1 / firstFailure)
  return likelihoodRatio(2 * (observed - logLikelihood(1, firstFailure - 1, 1 - level)), 1)
}

/**
 * Christoffersen's independence: whether an exceedance is as likely after an exceedance as after a quiet day. One degree
 * of freedom. Throws DomainError.
 */
export function christoffersenIndependence({ n00, n01, n10, n11 }: Transitions): LikelihoodRatio {
  for (const [name, value] of Object.entries({ n00, n01, n10, n11 })) requireCount(name, value)
  const total = n00 + n01 + n10 + n11
  if (total === 0) return likelihoodRatio(0, 1)
  const share = (hits: number, misses: number) => (hits + misses === 0 ? 0 : hits / (hits + misses))
  const dependent = logLikelihood(n01, n00, share(n01, n00)) + logLikelihood(n11, n10, share(n11, n10))
  const hits = n01 + n11
  return likelihoodRatio(2 * (dependent - logLikelihood(hits, total - hits, hits / total)), 1)
}

/**
 * Christoffersen's conditional coverage: right number and independence together, the sum of both statistics (the first
 * over all days, the second over the pairs of successive days). Two degrees of freedom. Throws DomainError.
 */
export function christoffersenConditionalCoverage(
  observations: number,
  exceptions: number,
  transitions: Transitions,
  level: number,
): LikelihoodRatio {
  const coverage = kupiecProportionOfFailures(observations, exceptions, level)
  return likelihoodRatio(coverage.statistic + christoffersenIndependence(transitions).statistic, 2)
}
