/** When a signer co-signs another's proposal: it keeps the contracts' rules and lies within tolerance of the signer's own fit. */
import type { SurfaceMessage } from '@plimsoll/sdk'
import type { SurfaceState } from '../ports/feedChain.ts'
import type { Apart, Decline } from '../refusal.ts'
import type { Timeliness } from '../timeliness.ts'
import { differenceOf, type ExpiryDifference, gapOf, type Pair } from './distance.ts'
import { messageFault } from './messageRules.ts'

/** How far a proposal may be from the own fit, both ends included. WAD. */
export type Tolerance = {
  /** Of the volatility at the money, and one standard deviation to both sides: 0.01 = one volatility point. */
  readonly volatility: bigint
  readonly wing: bigint
  /** Of forward / spot, and of the discount. */
  readonly forward: bigint
  readonly discount: bigint
  /** Of the own depth. */
  readonly depth: bigint
  /** Of the premium, a fraction of spot. */
  readonly premium: bigint
}

const MILLIONTH = 10n ** 12n
const WAD = 10n ** 18n

/** Undefined: the proposal may be co-signed. */
export function declineOf(
  proposal: SurfaceMessage,
  own: SurfaceMessage,
  state: Pick<SurfaceState, 'head' | 'lastTimestamp' | 'series'>,
  { tolerance, timeliness }: { readonly tolerance: Tolerance; readonly timeliness: Timeliness },
): Decline | undefined {
  return messageFault(proposal, state, timeliness) ?? apart(proposal, own, tolerance)
}

/** What of `proposal` is further from `own` than `tolerance`; first the expiries in order, then depth and premium. */
export function apart(proposal: SurfaceMessage, own: SurfaceMessage, tolerance: Tolerance): Decline | undefined {
  const mine = new Map(own.expiries.map((quote) => [quote.expiry, quote]))
  for (const quote of proposal.expiries) {
    const counterpart = mine.get(quote.expiry)
    if (!counterpart) return { kind: 'unknown-expiry', expiry: quote.expiry }
    const found = expiryApart(differenceOf(counterpart, own.timestamp, quote, proposal.timestamp), tolerance)
    if (found) return found
  }
  const depth = { own: own.depth, other: proposal.depth }
  return (
    beyond('depth', 0, depth, (own.depth * tolerance.depth) / WAD) ??
    beyond('premium', 0, { own: own.premium, other: proposal.premium }, tolerance.premium / MILLIONTH)
  )
}

function expiryApart(
  { expiry, volatilities, forward, discount }: ExpiryDifference,
  tolerance: Tolerance,
): Apart | undefined {
  const [low, middle, high] = volatilities
  return (
    beyond('volatility', expiry, middle, tolerance.volatility) ??
    beyond('volatility', expiry, low, tolerance.wing) ??
    beyond('volatility', expiry, high, tolerance.wing) ??
    beyond('forward', expiry, forward, tolerance.forward) ??
    beyond('discount', expiry, discount, tolerance.discount)
  )
}

function beyond(what: Apart['what'], expiry: number, pair: Pair, limit: bigint): Apart | undefined {
  return gapOf(pair) <= limit ? undefined : { kind: 'apart', what, expiry, own: pair.own, proposed: pair.other, limit }
}
