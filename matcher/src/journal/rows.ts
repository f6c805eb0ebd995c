/** Rows of the journal, as its schema declares them, and what they stand for. */
import type { Address, Hex } from 'viem'
import { type LiveOrder, liveOrder, type Match } from '../desk/liveOrder.ts'
import type { Batch } from '../settlement/batch.ts'
import { unpackOrder } from './orderBody.ts'

export type OrderRow = {
  hash: Hex
  seq: number
  kind: LiveOrder['kind']
  body: Hex
  signature: Hex
  signed_by: Address | null
  status: LiveOrder['status']
  reason: string | null
  resting: number
  failures: number
}

export type MatchRow = {
  id: number
  maker: Hex
  taker: Hex
  units: string
  maker_cash: string
  taker_cash: string
  at: number
  status: Match['status']
  batch: number | null
  reason: string | null
}

/** A match as one of its orders sees it. */
export type TradeRow = Pick<MatchRow, 'id' | 'units' | 'at' | 'status' | 'reason'> & {
  is_maker: number
  /** USD per unit of the market, 18 decimals. */
  price: string
}

export type BatchRow = {
  id: number
  nonce: number
  status: Batch['status']
  hashes: string
  raw: Hex
  gas: string
  max_fee: string
  priority_fee: string
  sent_block: string
  mined_block: string | null
}

export function orderFrom(row: OrderRow): LiveOrder {
  const live = liveOrder({ ...row, order: unpackOrder(row.body), key: row.signed_by ?? undefined }, row.seq)
  live.status = row.status
  live.reason = row.reason ?? undefined
  live.resting = row.resting === 1
  live.failures = row.failures
  return live
}

export function matchFrom(row: MatchRow, orders: ReadonlyMap<Hex, LiveOrder>): Match {
  const [maker, taker] = [orders.get(row.maker), orders.get(row.taker)]
  // A match is written with or after its orders, in one transaction, and they outlive it.
  if (!maker || !taker)
    throw new RangeError(`Match ${row.id} of the journal has no order ${maker ? row.taker : row.maker}.`)
  return {
    id: row.id,
    maker,
    taker,
    units: BigInt(row.units),
    makerCash: BigInt(row.maker_cash),
    takerCash: BigInt(row.taker_cash),
    at: row.at,
    status: row.status,
    batch: row.batch ?? undefined,
    reason: row.reason ?? undefined,
  }
}

/** @param matches By id: the order in which a batch fills its own. */
export function batchFrom(row: BatchRow, matches: readonly Match[]): Batch {
  return {
    id: row.id,
    nonce: row.nonce,
    matches: matches.filter(({ batch }) => batch === row.id),
    status: row.status,
    hashes: JSON.parse(row.hashes) as Hex[], // written by the journal
    raw: row.raw,
    gas: BigInt(row.gas),
    fees: { maxFeePerGas: BigInt(row.max_fee), maxPriorityFeePerGas: BigInt(row.priority_fee) },
    sentBlock: BigInt(row.sent_block),
    minedBlock: row.mined_block === null ? undefined : BigInt(row.mined_block),
  }
}
