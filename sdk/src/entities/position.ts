import type { Portfolio, Position } from '../exact/portfolio.ts'
import { decodeMode, encodeMode } from './enums.ts'
import { decodeInstrumentId, encodeInstrumentId } from './instrumentId.ts'
import { signed, unsigned } from './range.ts'

/** instrument (128 bits) . lots (int128) in one word: an entry of a portfolio, and the leg of a move. */
export type PositionWord = bigint

/** A portfolio as the clearinghouse returns and the engine takes it. */
export type EncodedPortfolio = { mode: number; cash: bigint; positions: readonly PositionWord[] }

/** @throws OutOfRangeError */
export function encodePosition({ instrument, lots }: Position): PositionWord {
  return (encodeInstrumentId(instrument) << 128n) | BigInt.asUintN(128, signed('lots', lots, 128))
}

export function decodePosition(word: PositionWord): Position {
  const bits = unsigned('position', word, 256)
  return { instrument: decodeInstrumentId(bits >> 128n), lots: BigInt.asIntN(128, bits) }
}

export function encodePortfolio({ mode, cash, positions }: Portfolio): EncodedPortfolio {
  return { mode: encodeMode(mode), cash, positions: positions.map(encodePosition) }
}

export function decodePortfolio({ mode, cash, positions }: EncodedPortfolio): Portfolio {
  return { mode: decodeMode(mode), cash, positions: positions.map(decodePosition) }
}
