import { type AbstractMatrix, Matrix } from 'ml-matrix'
import { DomainError } from '../errors.ts'
import { normalQuantile } from '../math/normal.ts'
import {
  type CornishFisherCoefficients,
  CornishFisherDomainError,
  cornishFisherCoefficients,
  expansionTail,
} from '../measures/cornishFisher.ts'
import { normalExpectedShortfall, normalValueAtRisk } from '../measures/parametric.ts'
import { requireSeries } from './series.ts'

/** Moments of a profit and loss, in money; excess kurtosis is 0 for a normal. */
export type PnlMoments = { mean: number; variance: number; skewness: number; excessKurtosis: number }

/**
 * Moments of the second-order profit and loss delta'x + x'Gamma x / 2 when the moves x of the risk factors are normal
 * with mean zero and covariance Omega. With G = Gamma Omega:
 * mean = tr(G)/2; variance = delta'Omega delta + tr(G^2)/2; third central moment = 3 delta'Omega Gamma Omega delta +
 * tr(G^3); fourth cumulant = 12 delta'(Omega Gamma)^2 Omega delta + 3 tr(G^4).
 *
 * Units: delta in money per unit of x, Gamma in money per unit squared, Omega in units squared over the horizon. A
 * variance of zero has skewness and excess kurtosis 0. The quantiles follow by a normal (delta-gamma-normal) or a
 * Cornish-Fisher expansion of these moments.
 *
 * Sources: Britten-Jones & Schaefer (1999), "Non-linear value-at-risk"; Mathai & Provost (1992), "Quadratic forms in
 * random variables" (cumulants).
 */
export function deltaGammaMoments(
  delta: ArrayLike<number>,
  gamma: AbstractMatrix,
  covariance: AbstractMatrix,
): PnlMoments {
  requireSeries('delta', delta, 1)
  for (const matrix of [gamma, covariance])
    if (matrix.rows !== delta.length || matrix.columns !== delta.length)
      throw new DomainError('the size of a matrix', matrix.rows, `${delta.length}, as that of delta`)
  const column = Matrix.columnVector(Array.from(delta))
  const spread = covariance.mmul(column)
  const product = gamma.mmul(covariance)
  const square = product.mmul(product)
  const gammaSpread = gamma.mmul(spread)
  const inner = (left: Matrix, right: Matrix) => left.transpose().mmul(right).get(0, 0)
  const variance = inner(column, spread) + square.trace() / 2
  if (!(variance > 0)) return { mean: product.trace() / 2, variance: 0, skewness: 0, excessKurtosis: 0 }
  const third = 3 * inner(spread, gammaSpread) + square.mmul(product).trace()
  const fourth = 12 * inner(gammaSpread, covariance.mmul(gammaSpread)) + 3 * square.mmul(square).trace()
  return {
    mean: product.trace() / 2,
    variance,
    skewness: third / variance ** 1.5,
    excessKurtosis: fourth / variance ** 2,
  }
}

/** The loss and the mean loss beyond it, in money; positive = loss. */
export type TailLoss = { valueAtRisk: number; expectedShortfall: number }

/** Delta-gamma-normal: a normal with the mean and variance of the second-order profit and loss. Throws DomainError. */
export function deltaGammaNormalTail({ mean, variance }: PnlMoments, level: number): TailLoss {
  const deviation = Math.sqrt(variance)
  return {
    valueAtRisk: normalValueAtRisk(-mean, deviation, level),
    expectedShortfall: normalExpectedShortfall(-mean, deviation, level),
  }
}

/** Deviations up to which the expansion has to increase; the mass beyond is 6e-16. */
const FARTHEST = 8

/** Whether c1 + 2 c2 z + 3 c3 z^2 > 0 on all of [from, FARTHEST]. */
function increases([, c1, c2, c3]: CornishFisherCoefficients, from: number): boolean {
  const slope = (z: number) => c1 + z * (2 * c2 + 3 * z * c3)
  const turn = -c2 / (3 * c3)
  return slope(from) > 0 && slope(FARTHEST) > 0 && !(turn > from && turn < FARTHEST && slope(turn) <= 0)
}

/**
 * Delta-gamma Cornish-Fisher: the expansion w(z) = z + (z^2 - 1) S/6 + (z^3 - 3z) K/24 - (2z^3 - 5z) S^2/36 around that
 * normal. With normal factors K is close to 4/3 S^2, the very edge of the expansion's domain (a quadratic in one factor
 * has no cubic term), so it is asked to increase on the tail in use only, from the level to 8 deviations; throws
 * CornishFisherDomainError where it does not, and DomainError for a level outside (0.5, 1).
 *
 * Sources: Cornish & Fisher (1938), "Moments and cumulants in the specification of distributions"; Maillard (2012), "A
 * user's guide to the Cornish Fisher expansion" (domain, expected shortfall).
 */
export function deltaGammaCornishFisherTail(moments: PnlMoments, level: number): TailLoss {
  if (!(level > 0.5 && level < 1)) throw new DomainError('level', level, 'between 0.5 and 1, both excluded')
  const skewness = -moments.skewness
  const coefficients = cornishFisherCoefficients(skewness, moments.excessKurtosis)
  if (!increases(coefficients, normalQuantile(level)))
    throw new CornishFisherDomainError(skewness, moments.excessKurtosis)
  const { quantile, tailMean } = expansionTail(coefficients, level)
  const money = (deviations: number) => Math.sqrt(moments.variance) * deviations - moments.mean
  return { valueAtRisk: money(quantile), expectedShortfall: money(tailMean) }
}
