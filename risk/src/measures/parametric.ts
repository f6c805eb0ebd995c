/**
 * Value-at-risk and expected shortfall of losses with a normal or a Student t distribution.
 *
 * Source: A. J. McNeil, R. Frey, P. Embrechts (2005), "Quantitative Risk Management", section 2.2.
 */
import { DomainError } from '../errors.ts'
import { normalPdf, normalQuantile } from '../math/normal.ts'
import { studentTPdf, studentTQuantile } from '../math/studentT.ts'
import { requireLevel } from './sample.ts'

function requireDeviation(standardDeviation: number): void {
  if (!(standardDeviation >= 0 && standardDeviation < Number.POSITIVE_INFINITY))
    throw new DomainError('standardDeviation', standardDeviation, 'finite and at least 0')
}

/** VaR of losses ~ N(mean, standardDeviation^2); the unit is that of the mean. Throws DomainError. */
export function normalValueAtRisk(mean: number, standardDeviation: number, level: number): number {
  requireLevel(level)
  requireDeviation(standardDeviation)
  return mean + standardDeviation * normalQuantile(level)
}

/** ES of the same: mean + sd * pdf(z) / (1 - level). Throws DomainError. */
export function normalExpectedShortfall(mean: number, standardDeviation: number, level: number): number {
  requireLevel(level)
  requireDeviation(standardDeviation)
  return mean + (standardDeviation * normalPdf(normalQuantile(level))) / (1 - level)
}

/** Scale of a t distribution with the given standard deviation, which exists above two degrees of freedom. */
function studentTScale(standardDeviation: number, degreesOfFreedom: number): number {
  requireDeviation(standardDeviation)
  if (!(degreesOfFreedom > 2)) throw new DomainError('degreesOfFreedom', degreesOfFreedom, 'above 2')
  return standardDeviation * Math.sqrt((degreesOfFreedom - 2) / degreesOfFreedom)
}

/**
 * VaR of losses with a Student t distribution, scaled so that `standardDeviation` is their standard deviation (not the
 * scale parameter). Throws DomainError, also unless degreesOfFreedom > 2.
 */
export function studentTValueAtRisk(
  mean: number,
  standardDeviation: number,
  degreesOfFreedom: number,
  level: number,
): number {
  requireLevel(level)
  return mean + studentTScale(standardDeviation, degreesOfFreedom) * studentTQuantile(level, degreesOfFreedom)
}

/** ES of the same: mean + scale * pdf(q) / (1 - level) * (nu + q^2) / (nu - 1). Throws DomainError. */
export function studentTExpectedShortfall(
  mean: number,
  standardDeviation: number,
  degreesOfFreedom: number,
  level: number,
): number {
  requireLevel(level)
  const scale = studentTScale(standardDeviation, degreesOfFreedom)
  const quantile = studentTQuantile(level, degreesOfFreedom)
  const density = studentTPdf(quantile, degreesOfFreedom)
  const excess = (degreesOfFreedom + quantile * quantile) / (degreesOfFreedom - 1)
  return mean + ((scale * density) / (1 - level)) * excess
}
