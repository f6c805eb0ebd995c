import { Matrix } from 'ml-matrix'
import { DomainError } from '../errors.ts'
import { centred, correlationOf, requireAligned, sampleCovariance } from './covariance.ts'

/** A covariance between the sample's and a target: shrunk = intensity target + (1 - intensity) sample (divisor n). */
export type Shrinkage = { covariance: Matrix; target: Matrix; intensity: number }

function shrink(sample: Matrix, target: Matrix, intensity: number): Shrinkage {
  const covariance = Matrix.add(Matrix.mul(target, intensity), Matrix.mul(sample, 1 - intensity))
  return { covariance, target, intensity }
}

function squaredDistance(left: Matrix, right: Matrix): number {
  return Matrix.sub(left, right).norm('frobenius') ** 2
}

/** Mean over dates of (x_i x_j - s_ij)(x_k x_l - s_kl): the sampling covariance of two entries of the sample matrix. */
function jointMoment(x: Float64Array[], sample: Matrix, [i, j]: [number, number], [k, l]: [number, number]): number {
  const [xi, xj, xk, xl] = [x[i] ?? [], x[j] ?? [], x[k] ?? [], x[l] ?? []]
  const [first, second] = [sample.get(i, j), sample.get(k, l)]
  let sum = 0
  for (let t = 0; t < xi.length; t++)
    sum += ((xi[t] ?? 0) * (xj[t] ?? 0) - first) * ((xk[t] ?? 0) * (xl[t] ?? 0) - second)
  return sum / xi.length
}

function sumOverPairs(size: number, term: (i: number, j: number) => number): number {
  let sum = 0
  for (let i = 0; i < size; i++) for (let j = 0; j < size; j++) sum += term(i, j)
  return sum
}

/**
 * Shrinks covariances towards equal variances without correlation, by the intensity that minimises the expected
 * Frobenius error. One series per asset, at least 2 dates.
 *
 * Source: Ledoit & Wolf (2004), "A well-conditioned estimator for large-dimensional covariance matrices".
 */
export function shrinkToIdentity(series: readonly ArrayLike<number>[]): Shrinkage {
  const count = requireAligned(series, 2)
  const size = series.length
  const x = centred(series)
  const sample = sampleCovariance(series, 'population')
  const target = Matrix.identity(size).mul(sample.trace() / size)
  const distance = squaredDistance(sample, target)
  const noise = sumOverPairs(size, (i, j) => jointMoment(x, sample, [i, j], [i, j])) / count
  return shrink(sample, target, distance === 0 ? 1 : Math.min(noise / distance, 1))
}

/**
 * Shrinks covariances towards the same variances with one common correlation, the average of the sample's. One series
 * per asset, at least 2 assets and 2 dates; throws DomainError for a series that does not vary.
 *
 * Source: Ledoit & Wolf (2004), "Honey, I shrunk the sample covariance matrix", appendix B.
 */
export function shrinkToConstantCorrelation(series: readonly ArrayLike<number>[]): Shrinkage {
  const count = requireAligned(series, 2)
  const size = series.length
  if (size < 2) throw new DomainError('the number of series', size, 'at least 2')
  const x = centred(series)
  const sample = sampleCovariance(series, 'population')
  const average = (correlationOf(sample).sum() - size) / (size * (size - 1))
  const deviations = sample.diagonal().map(Math.sqrt)
  const deviation = (i: number) => deviations[i] ?? 0
  const target = sample.clone()
  for (let i = 0; i < size; i++)
    for (let j = 0; j < size; j++) if (i !== j) target.set(i, j, average * deviation(i) * deviation(j))
  const pi = sumOverPairs(size, (i, j) => jointMoment(x, sample, [i, j], [i, j]))
  const rho = sumOverPairs(
    size,
    (i, j) =>
      i === j
        ? jointMoment(x, sample, [i, i], [i, i])
        : average * (deviation(j) / deviation(i)) * jointMoment(x, sample, [i, i], [i, j]), // its mirror is the (j, i) term
  )
  const gamma = squaredDistance(target, sample)
  const intensity = gamma === 0 ? 1 : Math.min(Math.max((pi - rho) / (gamma * count), 0), 1)
  return shrink(sample, target, intensity)
}
