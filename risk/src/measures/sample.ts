/** What every measure of a sample needs first: checked losses, levels and weights, in order. */
import { DomainError } from '../errors.ts'

/** Throws DomainError unless `level` is a confidence level, strictly between 0 and 1. */
export function requireLevel(level: number): void {
  if (!(level > 0 && level < 1)) throw new DomainError('level', level, 'strictly between 0 and 1, such as 0.99')
}

/** `x`, or the nearest integer if only rounding of a product such as n * (1 - level) can separate the two. */
export function snapped(x: number): number {
  const nearest = Math.round(x)
  return Math.abs(x - nearest) <= 1e-9 * Math.max(1, nearest) ? nearest : x
}

/** The losses in ascending order, copied. Throws DomainError for an empty sample or a loss that is not finite. */
export function ascendingLosses(losses: ArrayLike<number>): Float64Array {
  if (losses.length === 0) throw new DomainError('losses.length', 0, 'at least 1')
  const ascending = Float64Array.from(losses).sort()
  const lowest = ascending[0] ?? Number.NaN
  const highest = ascending[ascending.length - 1] ?? Number.NaN // NaN sorts last
  if (!Number.isFinite(highest)) throw new DomainError('losses', highest, 'finite numbers')
  if (!Number.isFinite(lowest)) throw new DomainError('losses', lowest, 'finite numbers')
  return ascending
}

/** Losses in descending order with their weights, which sum to 1. */
export type WeightedLosses = { losses: Float64Array; weights: Float64Array }

function requireWeights(losses: ArrayLike<number>, weights: ArrayLike<number>): number {
  if (weights.length !== losses.length)
    throw new DomainError('weights.length', weights.length, `that of the losses, ${losses.length}`)
  let total = 0
  for (let i = 0; i < weights.length; i++) {
    const weight = weights[i] ?? Number.NaN
    if (!(weight >= 0 && weight < Number.POSITIVE_INFINITY))
      throw new DomainError(`weights[${i}]`, weight, 'a finite number of at least 0')
    total += weight
  }
  if (!(total > 0)) throw new DomainError('the sum of weights', total, 'above 0')
  return total
}

/** Sorts losses from the worst down and normalises their weights. Throws DomainError for unusable losses or weights. */
export function descendingWeighted(losses: ArrayLike<number>, weights: ArrayLike<number>): WeightedLosses {
  ascendingLosses(losses)
  const total = requireWeights(losses, weights)
  const values = Float64Array.from(losses)
  const order = Uint32Array.from(values, (_, i) => i).sort((a, b) => (values[b] ?? 0) - (values[a] ?? 0))
  return {
    losses: Float64Array.from(order, (i) => values[i] ?? 0),
    weights: Float64Array.from(order, (i) => (weights[i] ?? 0) / total),
  }
}
