/** Whose fault it is that matches do not settle, by the values that the contracts' errors carry. */
import { encodeInstrumentId, type PlimsollError } from '@plimsoll/sdk'
import type { Failure, LiveOrder, Match } from '../desk/liveOrder.ts'
import { BAND, PASSING } from '../desk/refusals.ts'

/** Refusals by what a block has changed: the desk judges the orders again, which may trade less, or later. */
const JUDGED_AGAIN: ReadonlySet<string> = new Set([
  'OverFilled',
  'GroupCapExceeded',
  'NotReducing',
  ...BAND,
  ...PASSING,
])

/** Name of the contracts' error, else the code. */
export function reasonOf(error: PlimsollError): string {
  return 'errorName' in error ? String(error.errorName) : error.code
}

/**
 * Matches that make a batch revert with `error`: those with orders that it names. None when it names nobody in the batch.
 * Of several that are only judged again the oldest stays: what is too much together may pass one by one.
 */
export function failuresOf(error: PlimsollError, matches: readonly Match[]): Failure[] {
  const reason = reasonOf(error)
  const named = matches.flatMap((match): Failure[] => {
    const against = [match.maker, match.taker].filter((live) => isNamed(error, live))
    return against.length === 0 ? [] : [{ match, reason, against }]
  })
  if (!JUDGED_AGAIN.has(reason)) return named
  return named.slice(named.length > 1 ? 1 : 0).map((failure) => ({ ...failure, against: [] }))
}

/** All matches of a batch that reverted: when `error` names some of them, the others are nobody's fault. */
export function failuresOfBatch(error: PlimsollError | undefined, matches: readonly Match[]): Failure[] {
  const named = new Map((error ? failuresOf(error, matches) : []).map((failure) => [failure.match, failure]))
  const against = named.size > 0 ? [] : 'unknown'
  return matches.map((match) => named.get(match) ?? { match, reason: 'Reverted', against })
}

/** A match that the exchange left out of a batch because of `error`. */
export function failureOfSkip(error: PlimsollError, match: Match): Failure {
  const reason = reasonOf(error)
  if (JUDGED_AGAIN.has(reason)) return { match, reason, against: [] }
  return failuresOf(error, [match])[0] ?? { match, reason, against: 'unknown' }
}

/**
 * An error names the orders to which all applies that it says of an order, its account, key, group or instrument. An underlying
 * alone names nobody.
 */
function isNamed(error: PlimsollError, { hash, order, key }: LiveOrder): boolean {
  const trades = (id: unknown) => order.legs.some(({ instrument }) => encodeInstrumentId(instrument) === id)
  if ('underlying' in error && !order.legs.some(({ instrument }) => BigInt(instrument.underlying) === error.underlying))
    return false
  const claims = [
    'orderHash' in error ? error.orderHash === hash : undefined,
    'account' in error ? error.account === order.accountId : undefined,
    'key' in error ? error.key === key : undefined,
    'group' in error ? error.group === order.group : undefined,
    'instrument' in error ? trades(error.instrument) : undefined,
  ].filter((claim) => claim !== undefined)
  return claims.length > 0 && claims.every((claim) => claim)
}
