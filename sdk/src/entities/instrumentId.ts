import type { Instrument } from '../exact/portfolio.ts'
import { decodeKind, encodeKind } from './enums.ts'
import { unsigned } from './range.ts'

/** underlying (16 bits) . expiry (40) . strike (64) . kind (8), as uint128. Sorts by underlying, expiry, strike, kind. */
export type InstrumentId = bigint

/** @throws OutOfRangeError */
export function encodeInstrumentId({ underlying, kind, expiry, strike }: Instrument): InstrumentId {
  return (
    (unsigned('underlying', underlying, 8) << 112n) |
    (unsigned('expiry', expiry, 40) << 72n) |
    (unsigned('strike', strike, 64) << 8n) |
    BigInt(encodeKind(kind))
  )
}

/** @throws OutOfRangeError above 128 bits, InvalidEncodingError for an unknown kind */
export function decodeInstrumentId(id: InstrumentId): Instrument {
  const word = unsigned('instrument', id, 128)
  return {
    underlying: Number(word >> 112n),
    kind: decodeKind(Number(word & 0xffn)),
    expiry: Number((word >> 72n) & 0xffffffffffn),
    strike: (word >> 8n) & 0xffffffffffffffffn,
  }
}

/** The collateral token of `underlying`. */
export function spotOf(underlying: number): Instrument {
  return { underlying, kind: 'spot', expiry: 0, strike: 0n }
}

/** The perpetual on `underlying`. */
export function perpetualOf(underlying: number): Instrument {
  return { underlying, kind: 'perpetual', expiry: 0, strike: 0n }
}

/** The dated future on `underlying` that ends at `expiry`, unix seconds. */
export function futureOf(underlying: number, expiry: number): Instrument {
  return { underlying, kind: 'future', expiry, strike: 0n }
}

/** A European option; `strike` in USD with 8 decimals. */
export function optionOf(underlying: number, kind: 'call' | 'put', expiry: number, strike: bigint): Instrument {
  return { underlying, kind, expiry, strike }
}

/** A European call; `strike` in USD with 8 decimals. */
export function callOf(underlying: number, expiry: number, strike: bigint): Instrument {
  return optionOf(underlying, 'call', expiry, strike)
}

/** A European put; `strike` in USD with 8 decimals. */
export function putOf(underlying: number, expiry: number, strike: bigint): Instrument {
  return optionOf(underlying, 'put', expiry, strike)
}
