/**
 * Twin of `contracts/libraries/Scenarios.sol`. Lane 2(j+6) is price move j/6 of the scan range with vol up, lane 2(j+6)+1
 * the same with vol down, j = -6..6. Lanes 26..29 are moves -2, +2 (weight 1/2), -4, +4 (weight 1/4) scan ranges.
 */
import { WAD } from './fixedPoint.ts'

/** Scenarios of a risk array. */
export const LANES = 30

/** No extreme moves the price below 1 - 0.9 of spot. */
export const MAX_FALL = (9n * WAD) / 10n

/** A fall of the price by `size`, as a move; it stops at -90 %. WAD. */
export function fall(size: bigint): bigint {
  return size < MAX_FALL ? -size : -MAX_FALL
}

/** Move of the j-th sixth of the range, WAD, toward 0. */
export function sixth(j: bigint, range: bigint): bigint {
  return (j * range) / 6n
}

/** Weighted price moves of all lanes for a linear instrument, WAD fractions. R-3: fractions are truncated. */
export function ladder(scanRange: bigint): bigint[] {
  const moves: bigint[] = []
  for (let j = -6n; j <= 6n; j++) {
    const move = sixth(j, scanRange)
    moves.push(move, move)
  }
  moves.push(fall(2n * scanRange) / 2n, scanRange, fall(4n * scanRange) / 4n, scanRange)
  return moves
}

/** Profit and loss of a linear position in each lane: notional * move, USD with 54 decimals, exact. */
export function linearPnl(notional36: bigint, moves: readonly bigint[]): bigint[] {
  return moves.map((move) => notional36 * move)
}

/** `pnl54` with a linear position added to each lane, exact. */
export function addLinear(pnl54: readonly bigint[], notional36: bigint, moves: readonly bigint[]): bigint[] {
  return notional36 === 0n ? [...pnl54] : pnl54.map((lane, k) => lane + notional36 * (moves[k] ?? 0n))
}
