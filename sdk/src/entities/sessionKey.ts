import { KINDS, type Kind } from '../exact/portfolio.ts'
import { encodeKind } from './enums.ts'
import { unsigned } from './range.ts'
import { decodeUnderlyingSet, encodeUnderlyingSet, type UnderlyingSet } from './underlyingSet.ts'

/** What a key may do for an account: sign or send orders, and cancel them. It can neither withdraw nor name others. */
export type SessionKey = {
  /** Unix seconds until which it holds; 0: not at all. */
  readonly expiry: number
  /** Kinds of instruments that it may trade. */
  readonly kinds: readonly Kind[]
  /** 1..255: underlyings that it may trade. */
  readonly underlyings: readonly number[]
  /**
   * USD, 18 decimals: what its trades may lose against mark at once, fees and tips included, whatever they gain. It comes
   * back evenly over a day.
   */
  readonly dailyLoss: bigint
}

/** The terms as the exchange takes them: bit 1 << kind for each kind. */
export type EncodedSessionKey = { expiry: number; kinds: number; dailyLoss: bigint; underlyings: UnderlyingSet }

/** Lets the key do nothing. */
export const REVOKED: SessionKey = { expiry: 0, kinds: [], underlyings: [], dailyLoss: 0n }

/** @throws OutOfRangeError, InvalidEncodingError */
export function encodeSessionKey({ expiry, kinds, underlyings, dailyLoss }: SessionKey): EncodedSessionKey {
  return {
    expiry: Number(unsigned('expiry', expiry, 40)),
    kinds: kinds.reduce((bits, kind) => bits | (1 << encodeKind(kind)), 0),
    dailyLoss: unsigned('dailyLoss', dailyLoss, 128),
    underlyings: encodeUnderlyingSet(underlyings),
  }
}

/** Bits that stand for no kind are left out: nothing can be traded by them. */
export function decodeSessionKey({ expiry, kinds, dailyLoss, underlyings }: EncodedSessionKey): SessionKey {
  return {
    expiry,
    kinds: KINDS.filter((kind) => ((kinds >> encodeKind(kind)) & 1) === 1),
    underlyings: decodeUnderlyingSet(underlyings),
    dailyLoss,
  }
}
