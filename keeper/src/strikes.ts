/** Names of strikes and series, as the contracts key them. */
import type { Instrument } from '@plimsoll/sdk'

type Dated = Pick<Instrument, 'underlying' | 'expiry' | 'strike'>

/** underlying . expiry (40 bits) . strike (64): a call and a put share it, and a future is the strike 0. */
export function strikeKey({ underlying, expiry, strike }: Dated): bigint {
  return (seriesKeyOf({ underlying, expiry }) << 64n) | strike
}

/** underlying . expiry (40 bits). */
export function seriesKeyOf({ underlying, expiry }: Pick<Dated, 'underlying' | 'expiry'>): bigint {
  return (BigInt(underlying) << 40n) | BigInt(expiry)
}

/** Runs of at most `size`. */
export function chunksOf<T>(items: readonly T[], size: number): T[][] {
  const count = Math.ceil(items.length / size)
  return Array.from({ length: count }, (_, at) => items.slice(at * size, (at + 1) * size))
}
