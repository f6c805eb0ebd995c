/** Accounts left alone for a while after a failure: 1, 2, 4 ... blocks, forgotten when the account changes. */
import type { Revert } from './ports/chain.ts'

export type Backoff = { readonly until: bigint; readonly failures: number; readonly last: Revert }

const LONGEST = 64n

export function failedAgain(before: Backoff | undefined, block: bigint, last: Revert): Backoff {
  const failures = (before?.failures ?? 0) + 1
  const wait = 2n ** BigInt(Math.min(failures - 1, 6))
  return { until: block + 1n + (wait < LONGEST ? wait : LONGEST) - 1n, failures, last }
}
