import { unsigned } from './range.ts'

/** Set of underlyings 1..255, one bit each, as uint256. */
export type UnderlyingSet = bigint

/** @throws OutOfRangeError for an underlying above 255 */
export function encodeUnderlyingSet(underlyings: readonly number[]): UnderlyingSet {
  return underlyings.reduce((set, underlying) => set | (1n << unsigned('underlying', underlying, 8)), 0n)
}

/** Members, ascending: the order of the rows of a snapshot. */
export function decodeUnderlyingSet(set: UnderlyingSet): number[] {
  const bits = unsigned('set', set, 256).toString(2)
  const members: number[] = []
  for (let underlying = 0; underlying < bits.length; underlying++) {
    if (bits[bits.length - 1 - underlying] === '1') members.push(underlying)
  }
  return members
}
