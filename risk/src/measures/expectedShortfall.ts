/**
 * Expected shortfall of an empirical distribution of losses.
 *
 * Sources: C. Acerbi, D. Tasche (2002), "On the coherence of expected shortfall" (the `fractional` form, which is
 * coherent on every sample); J. C. Hull, "Risk Management and Financial Institutions" (mean of the k worst).
 */
import {
  type QuantileConvention,
  quantileOfAscending,
  quantileOfWeighted,
  requireConvention,
  tailCount,
} from './quantile.ts'
import { ascendingLosses, descendingWeighted, requireLevel, snapped, type WeightedLosses } from './sample.ts'

/**
 * - `fractional`: mean of the worst losses of weight exactly 1 - level, the last one counted in part. Coherent.
 * - `order-statistic`: mean of the ceil(n * (1 - level)) worst (weighted: of the losses down to the value-at-risk).
 * - `type1` to `type9`: mean of the losses strictly above that value-at-risk; where there is none, the value-at-risk.
 */
export type ShortfallConvention = 'fractional' | QuantileConvention

/** Weighted mean of the worst losses of weight `mass`, the last in part. */
function fractionalWeighted({ losses, weights }: WeightedLosses, mass: number): number {
  let left = mass
  let sum = 0
  for (let i = 0; i < losses.length && left > 0; i++) {
    const taken = Math.min(left, weights[i] ?? 0)
    sum += taken * (losses[i] ?? 0)
    left -= taken
  }
  return sum / (mass - left)
}

function meanAboveWeighted({ losses, weights }: WeightedLosses, threshold: number, inclusive: boolean): number {
  let sum = 0
  let mass = 0
  for (let i = 0; i < losses.length; i++) {
    const loss = losses[i] ?? 0
    if (inclusive ? loss < threshold : loss <= threshold) break
    sum += (weights[i] ?? 0) * loss
    mass += weights[i] ?? 0
  }
  return mass > 0 ? sum / mass : threshold
}

function weightedShortfall(sample: WeightedLosses, level: number, convention: ShortfallConvention): number {
  if (convention === 'fractional') return fractionalWeighted(sample, 1 - level)
  const threshold = quantileOfWeighted(sample, level, convention)
  return meanAboveWeighted(sample, threshold, convention === 'order-statistic')
}

/** Mean of the `count` last values, of which the lowest counts only in part when `count` is not an integer. */
function meanOfWorst(ascending: Float64Array, count: number): number {
  if (count <= 1) return ascending[ascending.length - 1] ?? Number.NaN // a part of the worst loss, however small
  const whole = Math.floor(count)
  let sum = 0
  for (let i = 1; i <= whole; i++) sum += ascending[ascending.length - i] ?? 0
  if (count > whole) sum += (count - whole) * (ascending[ascending.length - whole - 1] ?? 0)
  return sum / count
}

function meanAbove(ascending: Float64Array, threshold: number): number {
  let sum = 0
  let count = 0
  for (let i = ascending.length - 1; i >= 0 && (ascending[i] ?? 0) > threshold; i--) {
    sum += ascending[i] ?? 0
    count++
  }
  return count > 0 ? sum / count : threshold
}

/**
 * Expected shortfall: the mean loss in the tail of probability 1 - level (positive = loss; same unit as the losses).
 *
 * @param losses One loss per scenario, in any order; not changed.
 * @param level Confidence, such as 0.975.
 * @param weights Optional, one per loss, at least 0; scaled to sum to 1.
 * @throws DomainError, UnknownConventionError and WeightedConventionError as `valueAtRisk` does.
 */
export function expectedShortfall(
  losses: ArrayLike<number>,
  level: number,
  convention: ShortfallConvention,
  weights?: ArrayLike<number>,
): number {
  requireLevel(level)
  if (convention !== 'fractional') requireConvention(convention)
  if (weights !== undefined) return weightedShortfall(descendingWeighted(losses, weights), level, convention)
  const ascending = ascendingLosses(losses)
  if (convention === 'fractional') return meanOfWorst(ascending, snapped(ascending.length * (1 - level)))
  if (convention === 'order-statistic') return meanOfWorst(ascending, tailCount(ascending.length, level))
  return meanAbove(ascending, quantileOfAscending(ascending, level, convention))
}
