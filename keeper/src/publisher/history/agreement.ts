/** When a signer co-signs another's history: it keeps the contracts' rules and lies within tolerance of what its own prices give. */
import { FULL_CAP, type HistoryMessage, leastCap, unpackCaps } from '@plimsoll/sdk'
import type { HistoryState } from '../ports/feedChain.ts'
import type { HistoryApart, HistoryFault } from '../refusal.ts'
import { type Timeliness, timeFault } from '../timeliness.ts'

/** How far a proposal may be from the own history, both ends included. */
export type HistoryTolerance = {
  /** Of each own cap, and where that is less, of a full one. */
  readonly cap: number
  readonly leastCap: number
  /** Millionths. */
  readonly offset: number
}

export type HistoryTimeliness = Timeliness & {
  /** Of the chain's scan range, WAD; the contracts refuse more than 5 %. */
  readonly maximumRangeGap: bigint
}

const WAD = 10n ** 18n

/** Distance of a scan range from the chain's, a fraction of that, WAD, rounded up. */
export function rangeGap(proposed: bigint, current: bigint): bigint {
  const gap = proposed > current ? proposed - current : current - proposed
  return current === 0n ? WAD : (gap * WAD + current - 1n) / current
}

/** The first rule of the contracts that a message breaks at the head of the chain, or is about to. */
export function historyFault(
  { timestamp, scanRange, weights }: HistoryMessage,
  state: Pick<HistoryState, 'head' | 'lastTimestamp' | 'scanRange'>,
  timeliness: HistoryTimeliness,
): HistoryFault | undefined {
  const late = timeFault(timestamp, state, timeliness)
  if (late) return late
  const { scanRange: current } = state
  const limit = timeliness.maximumRangeGap
  if (rangeGap(scanRange, current) > limit) return { kind: 'range-apart', proposed: scanRange, current, limit }
  const caps = unpackCaps(weights)
  const node = caps.findIndex((cap, n) => cap < leastCap(n))
  if (node < 0) return undefined
  return { kind: 'cap-too-small', node, cap: Number(caps[node]), least: Number(leastCap(node)) }
}

type Statistics = Pick<HistoryMessage, 'weights' | 'offset'>

/** What of `proposal` is further from `own` than `tolerance`: the first node, then the offset. */
export function historyApart(
  proposal: Statistics,
  own: Statistics,
  tolerance: HistoryTolerance,
): HistoryApart | undefined {
  const proposed = unpackCaps(proposal.weights).map(Number)
  for (const [node, cap] of unpackCaps(own.weights).map(Number).entries()) {
    const limit = Math.floor(Math.max(tolerance.cap * cap, tolerance.leastCap * Number(FULL_CAP)))
    const other = proposed[node] ?? 0
    if (Math.abs(other - cap) > limit) return { kind: 'apart', what: 'cap', node, own: cap, proposed: other, limit }
  }
  const gap = Math.abs(proposal.offset - own.offset)
  if (gap <= tolerance.offset) return undefined
  const values = { own: own.offset, proposed: proposal.offset, limit: tolerance.offset }
  return { kind: 'apart', what: 'offset', node: 0, ...values }
}
