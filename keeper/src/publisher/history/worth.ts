/** Whether a signed history is worth its gas. */
import { boundedCaps, boundedOffset, type HistoryMessage, unpackCaps } from '@plimsoll/sdk'
import type { HistoryState } from '../ports/feedChain.ts'
import { type GasPolicy, postFor, type Verdict, wait } from '../verdict.ts'
import { rangeGap } from './agreement.ts'

export type HistoryWorthPolicy = GasPolicy & {
  /** Least change of a cap by a posting, a fraction of the stored one. */
  readonly capMove: number
  /** Least distance of the quoted offset from the one in force, millionths; it is posted once an hour until it is there. */
  readonly offsetMove: number
  /** Seconds after which an unchanged history is posted again: after two days it is old. */
  readonly heartbeat: number
}

/** Why it is posted: `first` of the underlying, `heartbeat`, or what moved. */
export type HistoryCause = 'first' | 'heartbeat' | 'caps' | 'offset'

/** The contracts refuse a history for a scan range that is further from theirs, WAD. */
const RANGE_GAP = 5n * 10n ** 16n
const HOUR = 3_600

type State = Pick<HistoryState, 'head' | 'scanRange' | 'stored' | 'offset' | 'governedOffset'>

/** @param gasPrice wei per gas that a transaction would pay now. */
export function historyWorth(
  message: HistoryMessage,
  state: State,
  gasPrice: bigint,
  policy: HistoryWorthPolicy,
): Verdict<HistoryCause> {
  const now = Number(state.head.timestamp)
  const { timestamp, scanRange } = message
  if (timestamp > now) return wait({ kind: 'early', timestamp, head: now })
  if (rangeGap(scanRange, state.scanRange) > RANGE_GAP) return wait({ kind: 'not-taken' })
  const age = state.stored && now - state.stored.timestamp
  const cause = causeOf(message, state, age, policy)
  if (cause === undefined) return wait({ kind: 'unmoved', ageSeconds: age ?? 0 })
  return postFor(cause, age, gasPrice, policy)
}

function causeOf(
  { weights, offset: quoted, timestamp }: HistoryMessage,
  { stored, offset, governedOffset }: State,
  age: number | undefined,
  policy: HistoryWorthPolicy,
): HistoryCause | undefined {
  if (stored === undefined || age === undefined) return 'first'
  if (age >= policy.heartbeat) return 'heartbeat'
  const elapsed = timestamp - stored.timestamp
  const taken = unpackCaps(boundedCaps(stored.caps, weights, BigInt(elapsed)))
  const moved = unpackCaps(stored.caps).some((old, node) => {
    return Math.abs(Number((taken[node] ?? old) - old)) > policy.capMove * Number(old)
  })
  if (moved) return 'caps'
  // Above the governed one it changes nothing, and before an hour has passed less than a whole step is taken.
  const wanted = Math.min(quoted, governedOffset)
  const isFar = Math.abs(wanted - offset) >= policy.offsetMove
  const moves = boundedOffset(offset, wanted, elapsed) !== offset
  return isFar && moves && elapsed >= HOUR ? 'offset' : undefined
}
