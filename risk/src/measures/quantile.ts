/**
 * Value-at-risk of an empirical distribution of losses under a declared quantile convention.
 *
 * Sources: R. J. Hyndman, Y. Fan (1996), "Sample Quantiles in Statistical Packages" (types 1 to 9);
 * J. C. Hull, "Risk Management and Financial Institutions" (the k-th worst loss; weighted scenarios).
 */
import { RiskError } from '../errors.ts'
import { ascendingLosses, descendingWeighted, requireLevel, snapped, type WeightedLosses } from './sample.ts'

/**
 * - `order-statistic`: the k-th worst loss, k = ceil(n * (1 - level)): the 5th worst of 500 at 0.99. Weighted: the first
 *   loss from the top at which the weights reach 1 - level.
 * - `type1` to `type9`: Hyndman and Fan's, as R numbers them (type 7 is the default of R, numpy and spreadsheets).
 *   Weighted samples know `type1` (inverse of the weighted distribution function) and `type4` (its linear interpolation).
 */
export const QUANTILE_CONVENTIONS = [
  'order-statistic',
  'type1',
  'type2',
  'type3',
  'type4',
  'type5',
  'type6',
  'type7',
  'type8',
  'type9',
] as const
/** One of `QUANTILE_CONVENTIONS`. */
export type QuantileConvention = (typeof QUANTILE_CONVENTIONS)[number]

/** A convention that weighted samples have no agreed form of. */
export class WeightedConventionError extends RiskError {
  readonly code = 'WEIGHTED_CONVENTION'
  readonly convention: string

  constructor(convention: string) {
    super(
      `Convention ${convention} is not defined for weighted losses. Use order-statistic, type1 or type4, or equal weights.`,
    )
    this.convention = convention
  }
}

/** Plotting positions (alpha, beta) of the continuous types: position = alpha + n p + p (1 - alpha - beta). */
const PLOTTING_POSITIONS: Readonly<Record<string, readonly [number, number]>> = {
  type4: [0, 1],
  type5: [0.5, 0.5],
  type6: [0, 0],
  type7: [1, 1],
  type8: [1 / 3, 1 / 3],
  type9: [3 / 8, 3 / 8],
}

/** How many of the worst losses a tail of 1 - level holds, at least 1: ceil(n * (1 - level)). */
export function tailCount(count: number, level: number): number {
  return Math.max(1, Math.ceil(snapped(count * (1 - level))))
}

/** Value at a position counted from 1, linear between neighbours, clamped at both ends. */
function atPosition(ascending: Float64Array, position: number): number {
  const clamped = Math.min(Math.max(position, 1), ascending.length)
  const below = Math.floor(clamped)
  const low = ascending[below - 1] ?? Number.NaN
  const share = clamped - below
  return share === 0 ? low : low + share * ((ascending[below] ?? Number.NaN) - low)
}

/** Position of the types whose quantile is always one of the values (or, for type 2, the mean of two). */
function discontinuousPosition(count: number, probability: number, convention: QuantileConvention): number {
  const exact = snapped(count * probability)
  if (convention === 'type1') return Math.ceil(exact)
  if (convention === 'type2') return Number.isInteger(exact) ? exact + 0.5 : Math.ceil(exact)
  const below = Math.floor(snapped(exact - 0.5)) // type 3: nearest, the even one of two
  return exact - 0.5 === below && below % 2 === 0 ? below : below + 1
}

/** Quantile of values sorted in ascending order; `probability` is that of a smaller value. */
export function quantileOfAscending(
  ascending: Float64Array,
  probability: number,
  convention: QuantileConvention,
): number {
  const count = ascending.length
  if (convention === 'order-statistic') return ascending[count - tailCount(count, probability)] ?? Number.NaN
  const plotting = PLOTTING_POSITIONS[convention]
  if (plotting === undefined) return atPosition(ascending, discontinuousPosition(count, probability, convention))
  const [alpha, beta] = plotting
  return atPosition(ascending, snapped(alpha + count * probability + probability * (1 - alpha - beta)))
}

/** Rounding of a sum of weights must not decide which loss is the quantile. */
const WEIGHT_TOLERANCE = 1e-12

/** Index, from the worst loss, at which the cumulative weight first reaches (`strict`: exceeds) `mass`. */
function indexAtMass({ weights }: WeightedLosses, mass: number, strict: boolean): number {
  const threshold = strict ? mass + WEIGHT_TOLERANCE : mass - WEIGHT_TOLERANCE
  let cumulative = 0
  for (let i = 0; i < weights.length; i++) {
    cumulative += weights[i] ?? 0
    if (strict ? cumulative > threshold : cumulative >= threshold) return i
  }
  return weights.length - 1
}

/** Linear interpolation of the weighted distribution function between its upper corners. */
function interpolatedQuantile({ losses, weights }: WeightedLosses, level: number): number {
  let above = 1 // distribution function at losses[i]
  for (let i = 0; i < losses.length - 1; i++) {
    const below = above - (weights[i] ?? 0)
    const high = losses[i] ?? Number.NaN
    if (level > below && above > below) {
      const low = losses[i + 1] ?? Number.NaN
      return low + ((level - below) / (above - below)) * (high - low)
    }
    above = below
  }
  return losses[losses.length - 1] ?? Number.NaN
}

/** Value-at-risk of weighted losses in descending order. Throws WeightedConventionError. */
export function quantileOfWeighted(sample: WeightedLosses, level: number, convention: QuantileConvention): number {
  switch (convention) {
    case 'order-statistic':
      return sample.losses[indexAtMass(sample, 1 - level, false)] ?? Number.NaN
    case 'type1':
      return sample.losses[indexAtMass(sample, 1 - level, true)] ?? Number.NaN
    case 'type4':
      return interpolatedQuantile(sample, level)
    default:
      throw new WeightedConventionError(convention)
  }
}

/**
 * Value-at-risk: the `level` quantile of losses (positive = loss, any unit; the result has the same).
 *
 * @param losses One loss per scenario, in any order; not changed.
 * @param level Confidence, such as 0.99.
 * @param weights Optional, one per loss, at least 0; scaled to sum to 1.
 * @throws DomainError for an empty or non-finite sample, a level outside (0, 1) or bad weights.
 * @throws WeightedConventionError if the convention has no weighted form.
 */
export function valueAtRisk(
  losses: ArrayLike<number>,
  level: number,
  convention: QuantileConvention,
  weights?: ArrayLike<number>,
): number {
  requireLevel(level)
  requireConvention(convention)
  return weights === undefined
    ? quantileOfAscending(ascendingLosses(losses), level, convention)
    : quantileOfWeighted(descendingWeighted(losses, weights), level, convention)
}

/** Guards callers without types: an unknown name must not fall through to another convention. */
export function requireConvention(convention: QuantileConvention): void {
  if (!QUANTILE_CONVENTIONS.includes(convention)) throw new UnknownConventionError(convention)
}

/** A name that is no convention. */
export class UnknownConventionError extends RiskError {
  readonly code = 'UNKNOWN_CONVENTION'
  readonly convention: string

  constructor(convention: string) {
    super(`There is no convention "${convention}". Use one of ${QUANTILE_CONVENTIONS.join(', ')}.`)
    this.convention = convention
  }
}
