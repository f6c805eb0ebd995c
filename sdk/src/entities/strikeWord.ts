import type { StrikeRow } from '../exact/market.ts'
import { InvalidEncodingError } from './errors.ts'
import { unsigned } from './range.ts'

/** WAD units per unit of the gap rate in a strike word. */
export const GAP_UNIT = 10n ** 6n

/**
 * Three words of a strike: (underlying 16 . expiry 40 . strike 64) in 128 bits | value of a call 88 | gap rate 40, then the two
 * words of its risk array.
 * @throws OutOfRangeError, InvalidEncodingError for a gap rate between two units
 */
export function encodeStrike(row: StrikeRow): [bigint, bigint, bigint] {
  if (row.gapRate % GAP_UNIT !== 0n) {
    throw new InvalidEncodingError({
      type: 'StrikeWord',
      value: `A gap rate of ${row.gapRate}`,
      expected: `a multiple of ${GAP_UNIT}`,
    })
  }
  const key = (((underlyingOf(row) << 40n) | unsigned('expiry', row.expiry, 40)) << 64n) | row.strike
  unsigned('strike', row.strike, 64)
  const low = (unsigned('callMark', row.callMark, 88) << 40n) | unsigned('gapRate', row.gapRate / GAP_UNIT, 40)
  return [(key << 128n) | low, unsigned('low', row.low, 256), unsigned('high', row.high, 256)]
}

export function decodeStrike(word: bigint, low: bigint, high: bigint): StrikeRow {
  return {
    underlying: Number(word >> 232n),
    expiry: Number(BigInt.asUintN(40, word >> 192n)),
    strike: BigInt.asUintN(64, word >> 128n),
    callMark: BigInt.asUintN(88, word >> 40n),
    gapRate: BigInt.asUintN(40, word) * GAP_UNIT,
    low,
    high,
  }
}

function underlyingOf({ underlying }: StrikeRow): bigint {
  return unsigned('underlying', underlying, 8)
}
