/** Transactions on their way, as the journal keeps them. */
import type { Portfolio } from '@plimsoll/sdk'
import type { Hex } from 'viem'
import type { Job } from './jobs.ts'
import type { Call, Fees } from './ports/chain.ts'

export type Pending = {
  readonly nonce: number
  readonly job: Job
  /** Taken back: the latest transaction with this nonce does nothing but use it up. */
  readonly cancelled: boolean
  readonly call: Call
  readonly gas: bigint
  readonly fees: Fees
  /** Every transaction sent with this nonce, the latest last. */
  readonly hashes: readonly Hex[]
  /** The latest one, signed. */
  readonly raw: Hex
  /** Expected by the simulation, USD. */
  readonly profitUsd: bigint
  readonly sentBlock: bigint
  /** Block of the last broadcast; -1: not known to have reached a node. */
  readonly broadcastBlock: bigint
  /** What the target account gains if it works. */
  readonly expects: Portfolio | undefined
  /** Block of the receipt; absent while it has none. */
  readonly minedBlock?: bigint | undefined
}
