/** What a book takes, and how a refusal is told. */
import { ownerOf } from '@plimsoll/sdk'
import { zeroAddress } from 'viem'
import { RefusedError } from '../errors.ts'
import type { Refusal } from './judge.ts'
import type { NewOrder } from './liveOrder.ts'

/** A book trades one lot of one instrument; structures and orders for one counterparty are for requests for quotes. */
export function requireBookOrder({ order }: NewOrder): void {
  const [leg, ...more] = order.legs
  const ratio = leg?.ratio ?? 0n
  if (more.length > 0 || (ratio !== 1n && ratio !== -1n)) {
    const message = 'A book takes one leg of ratio 1 or -1. Ask for quotes to trade a structure.'
    throw new RefusedError({ code: 'NotABookOrder', message, details: { legs: order.legs.length } })
  }
  if (order.taker !== zeroAddress) {
    const message = `The order names ${order.taker} as its counterparty. Quote it in a request for quotes.`
    throw new RefusedError({
      code: 'NotABookOrder',
      message,
      details: { taker: order.taker, owner: ownerOf(order.accountId) },
    })
  }
}

export function refused({ error, ...details }: Refusal): RefusedError {
  return new RefusedError({ code: error, message: `The exchange would refuse the order: ${error}.`, details })
}
