/** Why a signer signs nothing, or not another's proposal: one kind per cause, with the values that decided. */
import type { PriceStatus, SurfaceViolation } from '@plimsoll/sdk'
import type { TimeFault } from './timeliness.ts'

/** What is wrong with a surface as the contracts would see it. WAD where not said otherwise. */
export type SurfaceFault =
  | TimeFault
  /** A listed expiry that is still to come is not quoted. */
  | { readonly kind: 'missing-expiry'; readonly expiry: number }
  /** Not at 08:00 UTC, not ascending, too far away, or one too many. */
  | { readonly kind: 'unlistable-expiry'; readonly expiry: number }
  /** Forward / spot or discount out of the contracts' bounds. */
  | {
      readonly kind: 'carry'
      readonly expiry: number
      readonly what: 'forward' | 'discount'
      readonly actual: bigint
      readonly least: bigint
      readonly most: bigint
    }
  | { readonly kind: 'arbitrage'; readonly expiry: number; readonly violation: SurfaceViolation }

/** What is wrong with the input of a signer, or with the price that it is held against. */
type InputRefusal =
  /** The source did not answer. */
  | { readonly kind: 'no-input'; readonly problem: string }
  /** What it answered is no chain, or no prices. */
  | { readonly kind: 'unreadable'; readonly problem: string }
  | { readonly kind: 'price-not-live'; readonly status: PriceStatus }
  /** The price of the input against spot of the protocol, USD; `limit` a fraction of spot. */
  | { readonly kind: 'spot-apart'; readonly index: number; readonly spot: number; readonly limit: number }

/** Why a signer has no surface of its own. */
export type SurfaceRefusal =
  | SurfaceFault
  | InputRefusal
  /** Crossed or negative quotes among those with bid and ask. */
  | { readonly kind: 'broken-quotes'; readonly broken: number; readonly quotes: number; readonly limit: number }
  /** Quotes of an expiry that break parity or lie far off the smile of the others. */
  | {
      readonly kind: 'inconsistent-quotes'
      readonly expiry: number
      readonly odd: number
      readonly quotes: number
      readonly limit: number
    }
  | { readonly kind: 'few-quotes'; readonly expiry: number; readonly quotes: number; readonly least: number }
  /** Weighted root mean square error of an expiry, volatility points. */
  | { readonly kind: 'fit-error'; readonly expiry: number; readonly points: number; readonly limit: number }
  /** Neither the snapshot nor the configuration says how deep the market is. */
  | { readonly kind: 'no-depth' }

/** A value of a proposal that is further from the signer's own than its tolerance. WAD; depth USD, premium millionths. */
export type Apart = {
  readonly kind: 'apart'
  readonly what: 'volatility' | 'forward' | 'discount' | 'depth' | 'premium'
  /** 0 for depth and premium. */
  readonly expiry: number
  readonly own: bigint
  readonly proposed: bigint
  readonly limit: bigint
}

/** A history as the contracts would refuse it, at the latest once it is posted. */
export type HistoryFault =
  | TimeFault
  /** Made for another scan range than the chain's, both WAD; `limit` a fraction of the chain's, WAD. */
  | { readonly kind: 'range-apart'; readonly proposed: bigint; readonly current: bigint; readonly limit: bigint }
  /** A cap below the least one of its node, units of 1/8191. */
  | { readonly kind: 'cap-too-small'; readonly node: number; readonly cap: number; readonly least: number }

/** Why a signer has no history of its own. Unix seconds. */
export type HistoryRefusal =
  | HistoryFault
  | InputRefusal
  /** The newest price is too old. */
  | { readonly kind: 'old-price'; readonly symbol: string; readonly ageSeconds: number; readonly limitSeconds: number }
  /** The price of the last midnight is missing. */
  | { readonly kind: 'missing-midnight'; readonly symbol: string; readonly newest: number; readonly needed: number }
  /** Midnights without a price in the two years. */
  | { readonly kind: 'gaps'; readonly symbol: string; readonly missing: number; readonly limit: number }
  | { readonly kind: 'short-history'; readonly symbol: string; readonly returns: number; readonly least: number }
  /** The chain knows no scan range of it. */
  | { readonly kind: 'no-range' }

/** A value of a history that is further from the signer's own. Caps in units of 1/8191, the offset in millionths. */
export type HistoryApart = {
  readonly kind: 'apart'
  readonly what: 'cap' | 'offset'
  /** 0 for the offset. */
  readonly node: number
  readonly own: number
  readonly proposed: number
  readonly limit: number
}

/** Why a signer has no proposal of its own. */
export type Refusal = SurfaceRefusal | HistoryRefusal

/** Why a signer does not co-sign a proposal. */
export type Decline =
  | SurfaceFault
  | Apart
  | HistoryFault
  | HistoryApart
  /** The signer has no message of its own to compare with. */
  | { readonly kind: 'not-ready' }
  /** The proposal's signature is not by a signer of the feed. */
  | { readonly kind: 'unknown-signer'; readonly signer: string }
  /** An expiry that the signer's own chain does not give. */
  | { readonly kind: 'unknown-expiry'; readonly expiry: number }
  /** A history of another algorithm, or of another version: hashes of both. */
  | { readonly kind: 'other-code'; readonly own: string; readonly proposed: string }
  /** The signer's own prices give nothing at the time and the scan range of the proposal. */
  | { readonly kind: 'own-refusal'; readonly reason: Refusal['kind'] }
