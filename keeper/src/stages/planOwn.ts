/** Jobs that belong to no stranger's account: fresh observations, and the keeper's own pool of accounts. */
import type { AccountId } from '@plimsoll/sdk'
import { type Account, portfolioOf } from '../book.ts'
import type { Config } from '../config.ts'
import { type Action, type Job, keyOf } from '../jobs.ts'
import { fits, merged } from '../takeover.ts'
import type { PlanContext, PlanInput } from './plan.ts'

type Draft = { readonly job: Job }

function draft(action: Action, sinceBlock: bigint): Draft {
  return { job: { key: keyOf(action), action, lane: 'normal', rewardUsd: 0n, sparedUsd: 0n, sinceBlock } }
}

/** One `touch` for all held underlyings whose stored observation is too old. */
export async function touchJobs({ chain, config }: PlanContext, { book, head }: PlanInput): Promise<Draft[]> {
  const limit = config.policy.touchAfterSeconds
  if (limit === 0n) return []
  const held = [...book.observedAt].filter(([underlying]) => book.holdersOf(underlying).size > 0)
  const old: number[] = []
  for (const [underlying, number] of held) {
    const block = await chain.block(number)
    if (block && head.timestamp - block.timestamp >= limit) old.push(underlying)
  }
  return old.length === 0 ? [] : [draft({ kind: 'touch', underlyings: old }, head.number)]
}

/** Fills empty pool accounts and brings what they took over back to the main one, once that has room for it. */
export function ownJobs(config: Config, { book, busy, head }: PlanInput): Draft[] {
  const inUse = new Set<AccountId>()
  for (const { job } of busy.values()) if ('target' in job.action) inUse.add(job.action.target)
  return config.account.pool
    .filter((id) => !inUse.has(id))
    .flatMap((id) => ownJob(config, id, book.accounts.get(id), book.accounts.get(config.account.main)))
    .map((action) => draft(action, head.number))
}

function ownJob(
  { account, poolCashUsd }: Config,
  id: AccountId,
  held: Account | undefined,
  main: Account | undefined,
): Action[] {
  const cash = held?.cash ?? 0n
  if (held && held.positions.length > 0) {
    const target = main && portfolioOf(main)
    if (target && !fits(target, merged(target, cash, held.positions))) return []
    return [{ kind: 'merge', from: id, to: account.main, cash, legs: held.positions }]
  }
  if (cash >= poolCashUsd / 2n) return []
  return [{ kind: 'fund', from: account.main, to: id, cash: poolCashUsd - cash, legs: [] }]
}
