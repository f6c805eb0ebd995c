/** The rules on the time of a message that every feed has (spec V-2). */
import type { FeedState } from './ports/feedChain.ts'

export type Timeliness = {
  /** Seconds that a message may be old; the feed's own limit is 300. */
  readonly maximumAge: number
  /** Seconds that it may be ahead of the chain's head, which lags by up to a block. */
  readonly maximumLead: number
}

export type TimeFault =
  /** Not newer than the last message that the feed took. Unix seconds. */
  | { readonly kind: 'not-newer'; readonly timestamp: number; readonly last: number }
  | { readonly kind: 'stale'; readonly ageSeconds: number; readonly limitSeconds: number }
  /** Later than the head of the chain by more than clocks differ. */
  | { readonly kind: 'future'; readonly timestamp: number; readonly head: number }

export function timeFault(
  timestamp: number,
  { head, lastTimestamp: last }: Pick<FeedState, 'head' | 'lastTimestamp'>,
  { maximumAge, maximumLead }: Timeliness,
): TimeFault | undefined {
  const now = Number(head.timestamp)
  if (timestamp > now + maximumLead) return { kind: 'future', timestamp, head: now }
  if (now - timestamp > maximumAge) return { kind: 'stale', ageSeconds: now - timestamp, limitSeconds: maximumAge }
  if (timestamp <= last) return { kind: 'not-newer', timestamp, last }
  return undefined
}
