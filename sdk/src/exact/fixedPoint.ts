/**
 * Twin of `contracts/libraries/FixedPoint.sol`: divisions with a named direction.
 * Unsigned: Down = toward 0, Up = away from 0. Signed: Floor = toward -inf, Ceil = toward +inf, Trunc = toward 0.
 * The chain reverts above 2^256 - 1, this does not: within the documented bounds of the engine both agree to the wei.
 */

/** 1.0 with 18 decimals. */
export const WAD = 10n ** 18n

/** 1.0 with 36 decimals: a product of two 18-decimal numbers. */
export const WAD2 = 10n ** 36n

/** floor(x / y). */
export function divFloor(x: bigint, y: bigint): bigint {
  const z = x / y
  return z * y !== x && x < 0n !== y < 0n ? z - 1n : z
}

/** ceil(x / y). */
export function divCeil(x: bigint, y: bigint): bigint {
  const z = x / y
  return z * y !== x && x < 0n === y < 0n ? z + 1n : z
}

/** floor(x * y / d) of unsigned numbers. */
export function mulDivDown(x: bigint, y: bigint, d: bigint): bigint {
  return (x * y) / d
}

/** ceil(x * y / d) of unsigned numbers. */
export function mulDivUp(x: bigint, y: bigint, d: bigint): bigint {
  return (x * y + d - 1n) / d
}

/** trunc(x * y / d) for signed x: the fraction y/d of x, never more of it than asked. */
export function mulDivTrunc(x: bigint, y: bigint, d: bigint): bigint {
  return (x * y) / d
}
