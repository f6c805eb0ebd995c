/** What the planning of jobs without a prize needs and leaves. */
import type { Backoff } from './backoff.ts'
import type { Action, Job } from './jobs.ts'
import { keyOf } from './jobs.ts'
import type { Head } from './ports/chain.ts'
import type { Reason } from './reasons.ts'
import type { SeriesView } from './stages/observeSeries.ts'

export type ServiceInput = {
  readonly head: Head
  readonly series: SeriesView
  /** Keys of jobs that are on their way, and the jobs. */
  readonly busy: ReadonlyMap<string, { readonly job: Job }>
  readonly backoffs: ReadonlyMap<string, Backoff>
}

export type ServicePlan = {
  readonly jobs: readonly Job[]
  /** Why something that is due is not done, by key of the job. */
  readonly reasons: ReadonlyMap<string, Reason>
}

export const NOTHING: ServicePlan = { jobs: [], reasons: new Map() }

export function serviceJob(action: Action, sinceBlock: bigint, sizeGas: bigint): Job {
  return { key: keyOf(action), action, lane: 'normal', rewardUsd: 0n, sparedUsd: 0n, sizeGas, sinceBlock }
}

/** Still to be left alone after a failure. */
export function waits({ backoffs, head }: Pick<ServiceInput, 'backoffs' | 'head'>, key: string): boolean {
  const backoff = backoffs.get(key)
  return backoff !== undefined && head.number < backoff.until
}

/** Batches of at most `size`; what has failed before goes alone. */
export function batchesOf<T>(
  items: readonly T[],
  size: number,
  backoffs: ReadonlyMap<string, Backoff>,
  keyOfItem: (item: T) => string,
): T[][] {
  const alone = items.filter((item) => backoffs.has(keyOfItem(item)))
  const rest = items.filter((item) => !backoffs.has(keyOfItem(item)))
  const count = Math.ceil(rest.length / size)
  const together = Array.from({ length: count }, (_, at) => rest.slice(at * size, (at + 1) * size))
  return [...together, ...alone.map((item) => [item])]
}

/** Money spent on services in the last 24 hours of block time. */
export class Budget {
  #spent: { readonly at: bigint; readonly usd: bigint }[] = []

  spend(at: bigint, usd: bigint): void {
    this.#spent.push({ at, usd })
  }

  left(now: bigint, perDay: bigint): bigint {
    this.#spent = this.#spent.filter(({ at }) => now - at < 86_400n)
    return this.#spent.reduce((left, { usd }) => left - usd, perDay)
  }
}

/** Nobody pays for it: neither a takeover nor the account that it prepares. */
export function isService(action: Action): boolean {
  if (action.kind === 'refresh') return action.before === undefined
  return action.kind === 'average' || action.kind === 'settle'
}
