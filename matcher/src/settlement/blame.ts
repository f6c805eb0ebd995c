/** Whose fault a revert of a batch is, by the values that the contracts' errors carry. */
import { encodeInstrumentId, type PlimsollError } from '@plimsoll/sdk'
import type { Hex } from 'viem'
import type { LiveOrder, Match } from '../desk/liveOrder.ts'

/** Orders that cannot fill, with the name of the error; none when the error names nobody in the batch. */
export function culpritsOf(error: PlimsollError, matches: readonly Match[]): ReadonlyMap<Hex, string> {
  const reason = 'errorName' in error ? String(error.errorName) : error.code
  const orders = matches.flatMap(({ maker, taker }) => [maker, taker])
  return new Map(orders.filter((live) => isNamed(error, live)).map(({ hash }) => [hash, reason]))
}

/** An order by its hash, else all of the account's, else all that trade the instrument. */
function isNamed(error: PlimsollError, { hash, order }: LiveOrder): boolean {
  if ('orderHash' in error) return error.orderHash === hash
  if ('account' in error) return error.account === order.accountId
  if (!('instrument' in error)) return false
  return order.legs.some(({ instrument }) => encodeInstrumentId(instrument) === error.instrument)
}
