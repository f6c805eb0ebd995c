/** The protocol's events as the keeper keeps them. */
import type { AccountId, Mode, PositionWord } from '@plimsoll/sdk'
import type { Hex } from 'viem'

export type ProtocolEvent =
  | {
      readonly kind: 'moved'
      readonly from: AccountId
      readonly to: AccountId
      readonly cash: bigint
      readonly legs: readonly PositionWord[]
    }
  | { readonly kind: 'mode'; readonly account: AccountId; readonly mode: Mode }
  | { readonly kind: 'memo'; readonly account: AccountId; readonly memo: bigint; readonly total: bigint }
  | { readonly kind: 'flag'; readonly account: AccountId; readonly flagged: boolean }
  | { readonly kind: 'reduceOnly'; readonly account: AccountId; readonly reduceOnly: boolean }
  | {
      readonly kind: 'sliced'
      readonly account: AccountId
      readonly keeper: AccountId
      readonly fraction: bigint
      /** What the keeper gained at mark. */
      readonly reward: bigint
    }
  | { readonly kind: 'settled'; readonly account: AccountId; readonly underlying: number; readonly expiry: number }
  | { readonly kind: 'listed'; readonly underlying: number; readonly symbol: string }
  | { readonly kind: 'observed'; readonly underlying: number }

export type BlockId = { readonly number: bigint; readonly hash: Hex }
export type EventBlock = BlockId & { readonly events: readonly ProtocolEvent[] }
