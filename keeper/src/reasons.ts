/** Why an account that needs something did not get it: machine-readable, one kind per cause. */
import type { Hex } from 'viem'
import type { Revert } from './ports/chain.ts'

export type Reason =
  /** Unhealthy at mark only: healthy at the good end of its price interval. */
  | { readonly kind: 'price-uncertain'; readonly goodEnd: bigint; readonly shortfall: bigint }
  /** The policy waits for a better discount. */
  | { readonly kind: 'waiting'; readonly discount: bigint; readonly wanted: bigint; readonly elapsed: bigint }
  | { readonly kind: 'unprofitable'; readonly profitUsd: bigint; readonly wantedUsd: bigint }
  /** The keeper's accounts cannot carry the smallest slice. */
  | { readonly kind: 'keeper-capacity'; readonly missingUsd: bigint }
  /** The resting orders leave so much of it that the reseller's account lacks this margin, even for the smallest slice. */
  | { readonly kind: 'unsold'; readonly missingUsd: bigint }
  /** The matcher did not answer; it is asked again at `until`. */
  | { readonly kind: 'matcher-down'; readonly until: bigint; readonly failures: number }
  /** The takeover would compute more risk arrays than fit its gas: they are stored first. */
  | { readonly kind: 'cold-arrays'; readonly strikes: number; readonly gas: bigint; readonly limit: bigint }
  /** The day's money for jobs without a prize is spent. */
  | { readonly kind: 'budget'; readonly leftUsd: bigint; readonly costUsd: bigint }
  /** A settlement window is averaged often enough; the next time is `dueAt`. */
  | { readonly kind: 'not-due'; readonly dueAt: number }
  /** The price source tells no usable round from which to average. */
  | { readonly kind: 'no-history'; readonly underlying: number }
  | { readonly kind: 'own-account' }
  | { readonly kind: 'in-flight'; readonly job: string; readonly nonce: number }
  /** All transaction slots are taken by better jobs. */
  | { readonly kind: 'no-slot'; readonly rank: number; readonly slots: number }
  /** Failed before; tried again at `until`. */
  | { readonly kind: 'backing-off'; readonly until: bigint; readonly failures: number; readonly last: Revert }
  /** The call would revert at its own block. */
  | { readonly kind: 'reverts'; readonly revert: Revert }
  /** The exact twin and the chain disagree. */
  | { readonly kind: 'chain-disagrees'; readonly block: bigint }
  | { readonly kind: 'switched-off'; readonly job: string }
  | { readonly kind: 'dry-run'; readonly profitUsd: bigint }
  | { readonly kind: 'no-new-block'; readonly block: bigint }
  /** Fees are above what the job may cost. */
  | { readonly kind: 'fee-ceiling'; readonly maxFeePerGas: bigint; readonly ceiling: bigint }
  | { readonly kind: 'sending-failed'; readonly code: string }
  | { readonly kind: 'submitted'; readonly hash: Hex }
