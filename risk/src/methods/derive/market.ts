/** What Derive's managers see of an account and of the market. USD unless said; confidences in [0, 1]. */
import { DomainError } from '../../errors.ts'
import type { OptionKind } from '../../pricing/index.ts'

/** `expiry` in unix seconds, `quantity` in units of the underlying, negative for a short. */
export type DeriveOption = { kind: OptionKind; expiry: number; strike: number; quantity: number }

/** One underlying of an account. `unsettled` is the perpetual's profit and funding that is not yet cash. */
export type DerivePortfolio = {
  cash: number
  perpetual: number
  unsettled: number
  collaterals: readonly { name: string; quantity: number }[]
  options: readonly DeriveOption[]
}

/**
 * Oracle data of one expiry. Settlement averages the spot over the last 30 minutes: `forwardFixed` is the part of the
 * forward that is already averaged and no shock moves, `forwardVariable` the rest; before the window it is all of it.
 * `rate` continuous per year. `confidence` is the least of forward, rate and volatility.
 */
export type DeriveExpiry = {
  forwardFixed: number
  forwardVariable: number
  rate: number
  confidence: number
  volatility: (strike: number) => number
}

/** `price` in USD; margin values a collateral in stable units, price / stable. */
export type DerivePrice = { price: number; confidence: number }

/** `time` in unix seconds; `stable` is the price of the settlement token (USDC) in USD. */
export type DeriveMarket = {
  time: number
  spot: DerivePrice
  perpetual: DerivePrice
  stable: number
  collaterals: Readonly<Record<string, DerivePrice>>
  expiries: ReadonlyMap<number, DeriveExpiry>
}

/** @throws DomainError unless a price is finite and not negative and its confidence a share: NaN would pass as trusted. */
export function requireFeed(name: string, { price, confidence }: DerivePrice): void {
  if (!(price >= 0 && price < Infinity)) throw new DomainError(`price of ${name}`, price, 'a finite price, 0 or more')
  requireConfidence(name, confidence)
}

/** @throws DomainError unless a confidence is a share. */
export function requireConfidence(name: string, confidence: number): void {
  if (!(confidence >= 0 && confidence <= 1))
    throw new DomainError(`confidence of ${name}`, confidence, 'a share between 0 and 1')
}

/** @throws DomainError for a stable price, spot or perpetual without meaning. */
export function requireFeeds({ spot, perpetual, stable }: Pick<DeriveMarket, 'spot' | 'perpetual' | 'stable'>): void {
  if (!(stable > 0 && stable < Infinity)) throw new DomainError('stable', stable, 'a positive finite price')
  requireFeed('spot', spot)
  requireFeed('perpetual', perpetual)
}

const SETTLEMENT_WINDOW_SECONDS = 1_800

/**
 * Splits a forward into the part that settlement has already averaged and the part that is still open, by the share of
 * the window that has passed. All of it is fixed at expiry and after.
 */
export function splitForward(
  forward: number,
  secondsToExpiry: number,
): { forwardFixed: number; forwardVariable: number } {
  const open = Math.min(Math.max(secondsToExpiry, 0), SETTLEMENT_WINDOW_SECONDS) / SETTLEMENT_WINDOW_SECONDS
  return { forwardFixed: forward * (1 - open), forwardVariable: forward * open }
}
