/** Twin of `contracts/types/Usd.sol`: USD of the settlement token, 18 decimals, signed. */

export function minUsd(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}

export function maxUsd(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}
