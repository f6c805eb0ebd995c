/**
 * Value-at-risk and expected shortfall by the Cornish-Fisher expansion, within the domain where it is a quantile function.
 *
 * Sources: E. A. Cornish, R. A. Fisher (1938), "Moments and cumulants in the specification of distributions";
 * D. Maillard (2012), "A User's Guide to the Cornish Fisher Expansion" (domain of validity, expected shortfall, and the
 * difference between the parameters and the moments that result).
 */
import { DomainError, RiskError } from '../errors.ts'
import { normalPdf, normalQuantile } from '../math/normal.ts'
import { requireLevel } from './sample.ts'

/** Parameters of the expansion for losses: `skewness` > 0 and `excessKurtosis` > 0 mean more and larger losses. */
export type CornishFisherParameters = {
  mean: number
  standardDeviation: number
  skewness: number
  excessKurtosis: number
}

/** Skewness and kurtosis for which the expansion is not monotone: its "quantiles" would cross. */
export class CornishFisherDomainError extends RiskError {
  readonly code = 'CORNISH_FISHER_DOMAIN'
  readonly skewness: number
  readonly excessKurtosis: number

  constructor(skewness: number, excessKurtosis: number) {
    super(
      `Skewness ${skewness} with excess kurtosis ${excessKurtosis} is outside the domain of the Cornish-Fisher expansion ` +
        '(Maillard 2012), where it is no quantile function. Use a historical or a peaks-over-threshold measure.',
    )
    this.skewness = skewness
    this.excessKurtosis = excessKurtosis
  }
}

/** Of w(z) = c0 + c1 z + c2 z^2 + c3 z^3. */
export type CornishFisherCoefficients = readonly [number, number, number, number]

/** Coefficients c0 to c3 of w(z) = z + (z^2 - 1) S/6 + (z^3 - 3z) K/24 - (2z^3 - 5z) S^2/36 in powers of z. */
export function cornishFisherCoefficients(skewness: number, excessKurtosis: number): CornishFisherCoefficients {
  const square = skewness * skewness
  return [-skewness / 6, 1 - excessKurtosis / 8 + (5 * square) / 36, skewness / 6, excessKurtosis / 24 - square / 18]
}

/**
 * Whether w(z) = z + (z^2 - 1) S/6 + (z^3 - 3z) K/24 - (2z^3 - 5z) S^2/36 increases everywhere: the discriminant of its
 * derivative is not positive.
 */
export function isInCornishFisherDomain(skewness: number, excessKurtosis: number): boolean {
  const [, c1, c2, c3] = cornishFisherCoefficients(skewness, excessKurtosis)
  if (c3 === 0) return c2 === 0 && c1 > 0
  return c3 > 0 && c2 * c2 <= 3 * c1 * c3
}

/** w at the normal quantile z of `level`, and the mean of w(Z) over Z > z from the truncated moments of the normal. */
export function expansionTail(
  [c0, c1, c2, c3]: CornishFisherCoefficients,
  level: number,
): { quantile: number; tailMean: number } {
  const z = normalQuantile(level)
  const hazard = normalPdf(z) / (1 - level)
  return {
    quantile: c0 + z * (c1 + z * (c2 + z * c3)),
    tailMean: c0 + c1 * hazard + c2 * (1 + z * hazard) + c3 * (z * z + 2) * hazard,
  }
}

function checked({ mean, standardDeviation, skewness, excessKurtosis }: CornishFisherParameters) {
  if (!Number.isFinite(mean)) throw new DomainError('mean', mean, 'finite')
  if (!(standardDeviation >= 0 && standardDeviation < Number.POSITIVE_INFINITY))
    throw new DomainError('standardDeviation', standardDeviation, 'finite and at least 0')
  if (!isInCornishFisherDomain(skewness, excessKurtosis)) throw new CornishFisherDomainError(skewness, excessKurtosis)
  return cornishFisherCoefficients(skewness, excessKurtosis)
}

/**
 * VaR = mean + sd * w(z), z the normal quantile of `level`.
 * @throws CornishFisherDomainError outside Maillard's domain; DomainError for a bad level, mean or deviation.
 */
export function cornishFisherValueAtRisk(parameters: CornishFisherParameters, level: number): number {
  requireLevel(level)
  return parameters.mean + parameters.standardDeviation * expansionTail(checked(parameters), level).quantile
}

/**
 * ES: the mean of w(Z) over Z > z, in closed form from the truncated moments of the normal distribution.
 * @throws as `cornishFisherValueAtRisk`.
 */
export function cornishFisherExpectedShortfall(parameters: CornishFisherParameters, level: number): number {
  requireLevel(level)
  return parameters.mean + parameters.standardDeviation * expansionTail(checked(parameters), level).tailMean
}
