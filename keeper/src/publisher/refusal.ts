/** Why a signer signs nothing, or not another's proposal: one kind per cause, with the values that decided. */
import type { PriceStatus, SurfaceViolation } from '@plimsoll/sdk'

/** What is wrong with a message as the contracts would see it. WAD where not said otherwise. */
export type MessageFault =
  /** Not newer than the last message that the feed took. Unix seconds. */
  | { readonly kind: 'not-newer'; readonly timestamp: number; readonly last: number }
  | { readonly kind: 'stale'; readonly ageSeconds: number; readonly limitSeconds: number }
  /** Later than the head of the chain by more than clocks differ. */
  | { readonly kind: 'future'; readonly timestamp: number; readonly head: number }
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

/** Why a signer has no proposal of its own. */
export type Refusal =
  | MessageFault
  /** The source of quotes did not answer. */
  | { readonly kind: 'no-input'; readonly problem: string }
  /** What it answered is no chain. */
  | { readonly kind: 'unreadable'; readonly problem: string }
  | { readonly kind: 'price-not-live'; readonly status: PriceStatus }
  /** The index of the chain against spot of the protocol, USD; `limit` a fraction of spot. */
  | { readonly kind: 'spot-apart'; readonly index: number; readonly spot: number; readonly limit: number }
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

/** Why a signer does not co-sign a proposal. */
export type Decline =
  | MessageFault
  | Apart
  /** The signer has no fit of its own to compare with. */
  | { readonly kind: 'not-ready' }
  /** The proposal's signature is not by a signer of the feed. */
  | { readonly kind: 'unknown-signer'; readonly signer: string }
  /** An expiry that the signer's own chain does not give. */
  | { readonly kind: 'unknown-expiry'; readonly expiry: number }
