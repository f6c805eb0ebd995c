/**
 * Expected shortfall of the Basel internal models approach: longer horizons for factors that take longer to leave.
 *
 * Source: Basel Framework MAR33.4, MAR33.5 and MAR33.12.
 */
import { DomainError } from '../errors.ts'

/** Liquidity horizons of MAR33.12 in days; the first is the base horizon. */
export const LIQUIDITY_HORIZONS: readonly number[] = [10, 20, 40, 60, 120]

/**
 * sqrt(sum over j of (shortfalls[j] * sqrt((LH_j - LH_{j-1}) / LH_1))^2), with LH_0 = 0.
 *
 * @param shortfalls Expected shortfall over the base horizon of the factors whose horizon is at least LH_j, all others
 * held: all factors first, then fewer and fewer. Any unit, at least 0.
 * @param horizons Days, ascending, one per shortfall.
 * @throws DomainError for horizons that do not ascend or a negative shortfall.
 */
export function liquidityHorizonShortfall(
  shortfalls: readonly number[],
  horizons: readonly number[] = LIQUIDITY_HORIZONS,
): number {
  if (shortfalls.length !== horizons.length)
    throw new DomainError('shortfalls.length', shortfalls.length, `that of the horizons, ${horizons.length}`)
  const base = horizons[0] ?? Number.NaN
  let square = 0
  let previous = 0
  for (const [j, horizon] of horizons.entries()) {
    const shortfall = shortfalls[j] ?? Number.NaN
    if (!(horizon > previous)) throw new DomainError(`horizons[${j}]`, horizon, `above ${previous}`)
    if (!(shortfall >= 0)) throw new DomainError(`shortfalls[${j}]`, shortfall, 'at least 0')
    square += (shortfall * shortfall * (horizon - previous)) / base
    previous = horizon
  }
  return Math.sqrt(square)
}

/**
 * Shortfall of a stressed period by MAR33.5: that of the reduced set of factors under stress, times how much more the
 * full set shows than the reduced one today (at least 1). Throws DomainError unless reducedCurrent > 0.
 */
export function stressScaledShortfall(reducedStressed: number, fullCurrent: number, reducedCurrent: number): number {
  if (!(reducedCurrent > 0)) throw new DomainError('reducedCurrent', reducedCurrent, 'above 0')
  return reducedStressed * Math.max(1, fullCurrent / reducedCurrent)
}
