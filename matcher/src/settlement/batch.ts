/** A transaction that settles matches together. */
import type { Fees } from '@plimsoll/keeper/service'
import type { Hex } from 'viem'

/** sent: on its way. mined: in a block. final: deep enough. reverted, displaced: it settled nothing. */
type BatchStatus = 'sent' | 'mined' | 'final' | 'reverted' | 'displaced'

export type Batch = {
  readonly id: number
  readonly nonce: number
  status: BatchStatus
  /** Of all offers for the nonce, newest last. */
  hashes: readonly Hex[]
  /** The newest offer, signed. */
  raw: Hex
  readonly gas: bigint
  fees: Fees
  /** Block at which the newest offer was made. */
  sentBlock: bigint
  /** Block that has it; undefined while it is on its way. */
  minedBlock: bigint | undefined
}
