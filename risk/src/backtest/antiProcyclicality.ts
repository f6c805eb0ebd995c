/**
 * The three tools against procyclical margin of European law: a buffer, a weight on stress, a floor of ten years.
 *
 * Source: Commission Delegated Regulation (EU) 153/2013, Article 28(1)(a), (b) and (c).
 */
import { DomainError } from '../errors.ts'

/** The least buffer and the least weight on stress that the regulation allows. */
export const LEAST_BUFFER = 0.25

function requireShare(name: string, share: number): void {
  if (!(share >= 0 && share < Number.POSITIVE_INFINITY)) throw new DomainError(name, share, 'finite and at least 0')
}

function requireSeries(name: string, other: ArrayLike<number>, margins: ArrayLike<number>): void {
  if (other.length !== margins.length)
    throw new DomainError(`${name}.length`, other.length, `that of the margins, ${margins.length}`)
}

/**
 * (a) A buffer of `buffer` times the margin, which rising requirements may use up and which is filled again when they
 * fall: M[t] = min((1 + buffer) m[t], max(m[t], M[t-1])), M[0] = (1 + buffer) m[0]. Always between m and (1 + buffer) m.
 *
 * @param margins Requirements of the model, any unit. @throws DomainError for a negative buffer.
 */
export function bufferedMargins(margins: ArrayLike<number>, buffer = LEAST_BUFFER): Float64Array {
  requireShare('buffer', buffer)
  const held = new Float64Array(margins.length)
  let before = Number.POSITIVE_INFINITY
  for (let day = 0; day < margins.length; day++) {
    const margin = margins[day] ?? Number.NaN
    before = Math.min((1 + buffer) * margin, Math.max(margin, before))
    held[day] = before
  }
  return held
}

/**
 * (b) A weight of `weight` on the requirement of a stressed period: M = (1 - weight) m + weight stressed.
 * @throws DomainError for series of different lengths or a weight outside [0, 1].
 */
export function stressWeightedMargins(
  margins: ArrayLike<number>,
  stressed: ArrayLike<number>,
  weight = LEAST_BUFFER,
): Float64Array {
  requireShare('weight', weight)
  if (weight > 1) throw new DomainError('weight', weight, 'at most 1')
  requireSeries('stressed', stressed, margins)
  return Float64Array.from(margins, (margin, day) => (1 - weight) * margin + weight * (stressed[day] ?? Number.NaN))
}

/**
 * (b) in the words of the law, "a weight of at least 25 % to stressed observations in the lookback period": weights of
 * `recent` and then `stressed` observations for a weighted value-at-risk. Sum 1. Throws DomainError.
 */
export function stressedObservationWeights(recent: number, stressed: number, weight = LEAST_BUFFER): Float64Array {
  if (!(Number.isInteger(recent) && recent > 0)) throw new DomainError('recent', recent, 'an integer of at least 1')
  if (!(Number.isInteger(stressed) && stressed > 0))
    throw new DomainError('stressed', stressed, 'an integer of at least 1')
  if (!(weight >= 0 && weight <= 1)) throw new DomainError('weight', weight, 'between 0 and 1')
  return new Float64Array(recent + stressed).fill((1 - weight) / recent, 0, recent).fill(weight / stressed, recent)
}

/**
 * (c) Never below what volatility over ten years of history asks for: M = max(m, floor).
 * @param floors Requirement of the long lookback on each day. @throws DomainError for series of different lengths.
 */
export function flooredMargins(margins: ArrayLike<number>, floors: ArrayLike<number>): Float64Array {
  requireSeries('floors', floors, margins)
  return Float64Array.from(margins, (margin, day) => Math.max(margin, floors[day] ?? Number.NaN))
}
