/** A transaction that settles matches together. */
import type { Fees } from '@plimsoll/keeper/service'
import type { Fill } from '@plimsoll/sdk'
import type { Hex } from 'viem'
import type { Inclusion } from '../chain/port.ts'
import type { Match } from '../desk/liveOrder.ts'

/** sent: on its way. mined: in a block. final: deep enough. reverted, displaced: it settled nothing. */
type BatchStatus = 'sent' | 'mined' | 'final' | 'reverted' | 'displaced'

export type Batch = {
  readonly id: number
  readonly nonce: number
  /** In the order of the transaction's fills. Those that were skipped stay: in another block they may fill. */
  readonly matches: readonly Match[]
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

export function fillOf({ maker, taker, units }: Match): Fill {
  return {
    maker: maker.order,
    makerSignature: maker.signature,
    taker: taker.order,
    takerSignature: taker.signature,
    units,
  }
}

/** Matches of a batch that no block has skipped. */
export function openOf({ matches }: Batch): Match[] {
  return matches.filter(({ status }) => status !== 'failed')
}

/** Whether a mined batch is in that block still, and the block skipped the same fills. */
export function isAsIn({ matches, minedBlock }: Batch, { block, skipped }: Inclusion): boolean {
  return minedBlock === block && matches.every(({ status }, index) => skipped.has(index) === (status === 'failed'))
}
