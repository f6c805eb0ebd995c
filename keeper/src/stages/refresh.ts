/** Risk arrays that nobody has computed since the epoch rolled: stored ahead of those who would pay for them. */
import type { AccountId, Position } from '@plimsoll/sdk'
import type { Config } from '../config.ts'
import { type Job, refreshKey } from '../jobs.ts'
import { ARRAY_GAS, FIRST_GAS } from '../money.ts'
import { batchesOf, NOTHING, type ServiceInput, type ServicePlan, serviceJob, waits } from '../services.ts'
import { strikeKey } from '../strikes.ts'
import type { HeldStrike } from './observeSeries.ts'

/** All held strikes, batch by batch; whatever failed is left alone for a while. */
export function refresh(config: Pick<Config, 'services'>, input: ServiceInput): ServicePlan {
  if (!config.services.refresh) return NOTHING
  const strikes = idleStrikes(input, [...input.series.cold.values()])
  return { jobs: refreshJobs(config, input, strikes), reasons: new Map() }
}

/** The arrays that taking `account` over would compute. */
export function refreshBefore(
  config: Pick<Config, 'services'>,
  input: ServiceInput,
  account: AccountId,
  cold: readonly HeldStrike[],
): Job[] {
  return refreshJobs(config, input, idleStrikes(input, cold), account)
}

/** Strikes of `positions` without a cached array. */
export function coldOf({ series }: Pick<ServiceInput, 'series'>, positions: readonly Position[]): HeldStrike[] {
  const keys = new Set(positions.map(({ instrument }) => strikeKey(instrument)))
  return [...keys].flatMap((key) => series.cold.get(key) ?? [])
}

function idleStrikes(input: ServiceInput, strikes: readonly HeldStrike[]): HeldStrike[] {
  const coming = new Set<bigint>()
  for (const { job } of input.busy.values()) {
    if (job.action.kind === 'refresh') for (const one of job.action.instruments) coming.add(strikeKey(one))
  }
  return strikes.filter(({ key }) => !coming.has(key) && !waits(input, refreshKey(key)))
}

function refreshJobs(
  { services }: Pick<Config, 'services'>,
  { head, backoffs }: ServiceInput,
  strikes: readonly HeldStrike[],
  before?: AccountId,
): Job[] {
  const size = Number((services.refreshGas - FIRST_GAS.refresh) / ARRAY_GAS)
  const sorted = [...strikes].sort((a, b) => (a.key < b.key ? -1 : 1))
  return batchesOf(sorted, size, backoffs, ({ key }) => refreshKey(key)).map((batch) => {
    const instruments = batch.map(({ instrument }) => instrument)
    return serviceJob({ kind: 'refresh', instruments, before }, head.number, BigInt(batch.length) * ARRAY_GAS)
  })
}
