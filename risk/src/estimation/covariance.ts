import { type AbstractMatrix, Matrix } from 'ml-matrix'
import { DomainError } from '../errors.ts'
import { ageWeights } from './ewma.ts'
import { mean, requireSeries } from './series.ts'

/** Refuses series of unequal lengths. Returns their common length. */
export function requireAligned(series: readonly ArrayLike<number>[], least: number): number {
  const length = series[0]?.length ?? 0
  for (const [i, values] of series.entries()) {
    requireSeries(`series[${i}]`, values, least)
    if (values.length !== length)
      throw new DomainError(`the length of series[${i}]`, values.length, `${length}, as that of series[0]`)
  }
  if (length === 0) throw new DomainError('the number of series', 0, 'at least 1')
  return length
}

/** Sum over dates of weight x_i x_j, as a symmetric matrix. */
function weightedProducts(series: readonly ArrayLike<number>[], weights: ArrayLike<number>): Matrix {
  const size = series.length
  const result = Matrix.zeros(size, size)
  series.forEach((left, i) => {
    series.slice(0, i + 1).forEach((right, j) => {
      let sum = 0
      for (let t = 0; t < weights.length; t++) sum += (weights[t] ?? 0) * (left[t] ?? 0) * (right[t] ?? 0)
      result.set(i, j, sum)
      result.set(j, i, sum)
    })
  })
  return result
}

/** Deviations of every series from its mean. */
export function centred(series: readonly ArrayLike<number>[]): Float64Array[] {
  return series.map((values) => {
    const centre = mean(values)
    return Float64Array.from(values, (value) => value - centre)
  })
}

/**
 * Covariances around the means, with divisor n - 1 ('unbiased') or n ('population'). One series per asset, all with the
 * same dates. Units: product of those of the series, per period.
 */
export function sampleCovariance(
  series: readonly ArrayLike<number>[],
  divisor: 'unbiased' | 'population' = 'unbiased',
): Matrix {
  const count = requireAligned(series, 2)
  const weight = 1 / (divisor === 'unbiased' ? count - 1 : count)
  return weightedProducts(centred(series), new Float64Array(count).fill(weight))
}

/**
 * Exponentially weighted covariances around zero, newest date last, weights as `ageWeights`.
 *
 * Source: J.P. Morgan (1996), "RiskMetrics Technical Document", 4th edition.
 */
export function ewmaCovariance(series: readonly ArrayLike<number>[], lambda: number): Matrix {
  const count = requireAligned(series, 1)
  return weightedProducts(series, ageWeights(count, lambda))
}

/** Correlations of a covariance matrix. Throws DomainError for a variance that is not positive. */
export function correlationOf(covariance: AbstractMatrix): Matrix {
  const deviations = covariance.diagonal().map((variance, i) => {
    if (!(variance > 0)) throw new DomainError(`variance ${i}`, variance, 'positive')
    return Math.sqrt(variance)
  })
  return scaledBy(covariance, (i, j) =>
    i === j ? 1 / covariance.get(i, i) : 1 / ((deviations[i] ?? 0) * (deviations[j] ?? 0)),
  )
}

/** Covariances from correlations and standard deviations. */
export function covarianceOf(correlation: AbstractMatrix, deviations: ArrayLike<number>): Matrix {
  if (deviations.length !== correlation.rows)
    throw new DomainError('the number of deviations', deviations.length, `${correlation.rows}`)
  return scaledBy(correlation, (i, j) => (deviations[i] ?? 0) * (deviations[j] ?? 0))
}

function scaledBy(matrix: AbstractMatrix, factor: (i: number, j: number) => number): Matrix {
  const result = Matrix.zeros(matrix.rows, matrix.columns)
  for (let i = 0; i < matrix.rows; i++)
    for (let j = 0; j < matrix.columns; j++) result.set(i, j, matrix.get(i, j) * factor(i, j))
  return result
}
