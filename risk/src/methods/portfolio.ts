/** The portfolio and market that every method of comparison reads, whatever the venue. */

/** European options on the underlying's forward; `expiry` in unix seconds, `strike` in USD per unit of the underlying. */
export type OptionInstrument = { kind: 'call' | 'put'; underlying: string; expiry: number; strike: number }
/** What can be held; a unit is one of the underlying, settled in USD. */
export type Instrument =
  | { kind: 'spot'; underlying: string }
  | { kind: 'perpetual'; underlying: string }
  | { kind: 'future'; underlying: string; expiry: number }
  | OptionInstrument

/**
 * `quantity` in units of the underlying, negative for a short. `entry` is the price (USD) at which a perpetual or future
 * was opened: its unrealised profit is quantity * (mark - entry). Default: the mark, no unrealised profit.
 */
export type Position = { instrument: Instrument; quantity: number; entry?: number | undefined }

/** `cash` in USD, negative when borrowed; premiums already paid or received are inside. */
export type Portfolio = { cash: number; positions: readonly Position[] }

/**
 * One expiry: `forward` USD, `discount` factor to `expiry` (unix seconds), `volatility` of a strike, per square root year.
 */
export type ExpiryMarket = {
  expiry: number
  forward: number
  discount: number
  volatility: (strike: number) => number
}

/** `spot` index and `perpetual` mark in USD; `expiries` by unix second. */
export type UnderlyingMarket = {
  spot: number
  perpetual: number
  expiries: ReadonlyMap<number, ExpiryMarket>
}

/** `time` in unix seconds. */
export type Market = { time: number; underlyings: Readonly<Record<string, UnderlyingMarket>> }
