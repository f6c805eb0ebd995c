/**
 * Twin of `contracts/libraries/Scenarios.sol`. Lane 2(j+6) is price move j/6 of the scan range with vol up, lane 2(j+6)+1
 * the same with vol down, j = -6..6. Lanes 26..29 are moves -2, +2 (weight 1/2), -4, +4 (weight 1/4) scan ranges.
 */
import { WAD } from './fixedPoint.ts'

/** Scenarios of a risk array. */
export const LANES = 30

/** No extreme moves the price below 1 - 0.9 of spot. */
export const MAX_FALL = (9n * WAD) / 10n

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}

/** Weighted price moves of all lanes for a linear instrument, WAD fractions. R-3: fractions are truncated. */
export function ladder(scanRange: bigint): bigint[] {
  const moves: bigint[] = []
  for (let j = -6n; j <= 6n; j++) {
    const move = (j * scanRange) / 6n
    moves.push(move, move)
  }
  moves.push(-min(2n * scanRange, MAX_FALL) / 2n, scanRange, -min(4n * scanRange, MAX_FALL) / 4n, scanRange)
  return moves
}

/** Profit and loss of a linear position in each lane: notional * move, USD with 54 decimals, exact. */
export function linearPnl(notional36: bigint, moves: readonly bigint[]): bigint[] {
  return moves.map((move) => notional36 * move)
}
