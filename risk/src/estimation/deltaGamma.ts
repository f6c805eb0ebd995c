import { type AbstractMatrix, Matrix } from 'ml-matrix'
import { DomainError } from '../errors.ts'
import { requireSeries } from './series.ts'

/** Moments of a profit and loss; excess kurtosis is 0 for a normal. */
export type Moments = { mean: number; variance: number; skewness: number; excessKurtosis: number }

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
): Moments {
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
