/** Moments of a sample, with the denominators declared. */
import { DomainError } from '../errors.ts'

/**
 * `variance` divides by n - 1. `skewness` and `excessKurtosis` are the moment ratios m3 / m2^1.5 and m4 / m2^2 - 3 with
 * central moments divided by n (0 and 0 for a normal distribution).
 */
export type Moments = { count: number; mean: number; variance: number; skewness: number; excessKurtosis: number }

/** Two passes: mean, then central moments. Throws DomainError for fewer than 2 values, a bad value, or no variation. */
export function moments(values: ArrayLike<number>): Moments {
  const count = values.length
  if (count < 2) throw new DomainError('values.length', count, 'at least 2')
  let sum = 0
  for (let i = 0; i < count; i++) sum += values[i] ?? Number.NaN
  if (!Number.isFinite(sum)) throw new DomainError('the sum of values', sum, 'finite')
  const mean = sum / count
  let second = 0
  let third = 0
  let fourth = 0
  for (let i = 0; i < count; i++) {
    const deviation = (values[i] ?? Number.NaN) - mean
    const square = deviation * deviation
    second += square
    third += square * deviation
    fourth += square * square
  }
  if (!(second > 0)) throw new DomainError('the variance of values', second, 'above 0')
  const m2 = second / count
  return {
    count,
    mean,
    variance: second / (count - 1),
    skewness: third / count / m2 ** 1.5,
    excessKurtosis: fourth / count / (m2 * m2) - 3,
  }
}
