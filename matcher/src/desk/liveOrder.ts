/** Orders and matches while the matcher works with them. */
import { encodeInstrumentId, type Leg, type Order } from '@plimsoll/sdk'
import type { Hex } from 'viem'
import type { Resting, Side } from '../book/book.ts'
import type { Claim } from '../chain/view.ts'

/** working: in the book, or all its units are matched. waiting: its spot band is closed. done: it trades no more. */
type OrderStatus = 'working' | 'waiting' | 'done'

export type LiveOrder = Resting &
  Claim & {
    readonly signature: Hex
    /** What it trades: orders of one market are each other's opposites. */
    readonly market: string
    /** Quotes and picks belong to a request for quotes and never rest. */
    readonly kind: 'order' | 'quote' | 'pick'
    status: OrderStatus
    /** Why it is done: `Filled`, an error of the exchange, or one of the matcher's own. */
    reason: string | undefined
    /** In a book now. */
    resting: boolean
    /** Matches of it that failed for no reason that anybody found. */
    failures: number
  }

/** matched: to be settled. sent: in a transaction. settled: in a block. final: in a block deep enough. */
type MatchStatus = 'matched' | 'sent' | 'settled' | 'final' | 'failed'

export type Match = {
  readonly id: number
  readonly maker: LiveOrder
  readonly taker: LiveOrder
  readonly units: bigint
  /** USD that the accounts gain by cash, fees and funding included, as expected when they met. */
  readonly makerCash: bigint
  readonly takerCash: bigint
  /** Milliseconds since the epoch. */
  readonly at: number
  status: MatchStatus
  batch: number | undefined
  reason: string | undefined
}

/**
 * A match that will not settle. `against`: whose orders cannot fill; none: the chain has changed, and both are judged again;
 * unknown: nobody could tell.
 */
export type Failure = {
  readonly match: Match
  /** Name of the contracts' error, or one of the matcher's own. */
  readonly reason: string
  readonly against: readonly LiveOrder[] | 'unknown'
}

/** Bought or sold is the first leg of a structure. */
function sideOf({ legs }: Pick<Order, 'legs'>): Side {
  return (legs[0]?.ratio ?? 0n) > 0n ? 'buy' : 'sell'
}

/** USD per unit: a seller's limit is signed as a negative payment. */
function priceOf(order: Order): bigint {
  return sideOf(order) === 'buy' ? order.limitPrice : -order.limitPrice
}

/** The same for both sides of a structure: legs with the first one bought. */
export function marketOfLegs(legs: readonly Leg[]): string {
  const sign = (legs[0]?.ratio ?? 1n) < 0n ? -1n : 1n
  return legs.map(({ instrument, ratio }) => `${encodeInstrumentId(instrument)}x${ratio * sign}`).join('+')
}

export type NewOrder = Pick<LiveOrder, 'hash' | 'order' | 'key' | 'signature' | 'kind'>

export function liveOrder({ hash, order, key, signature, kind }: NewOrder, seq: number): LiveOrder {
  return {
    hash,
    order,
    key,
    signature,
    kind,
    seq,
    side: sideOf(order),
    price: priceOf(order),
    market: marketOfLegs(order.legs),
    status: 'working',
    reason: undefined,
    resting: false,
    failures: 0,
  }
}
