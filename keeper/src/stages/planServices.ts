/** Jobs that dated instruments need and nobody pays for: as many as the day's budget and their slots allow. */
import type { Job } from '../jobs.ts'
import { costUsd, expectedGas } from '../money.ts'
import type { Reason } from '../reasons.ts'
import { isService, type ServiceInput, type ServicePlan } from '../services.ts'
import { average } from './average.ts'
import type { PlanContext, PlanInput } from './plan.ts'
import { refresh } from './refresh.ts'
import { settle } from './settle.ts'

/** Averages first, because each starts an epoch; arrays last, and none that an average or a settlement makes useless. */
export async function planServices(context: PlanContext, input: PlanInput): Promise<ServicePlan> {
  const averages = await average(context, input)
  const settlements = settle(context.config, input)
  const arrays = refresh(context.config, withUsefulArrays(input, averages.jobs))
  const reasons = new Map<string, Reason>(averages.reasons)
  const jobs = affordable(context, input, [...averages.jobs, ...settlements.jobs, ...arrays.jobs], reasons)
  return { jobs, reasons }
}

function withUsefulArrays(input: PlanInput, averages: readonly Job[]): ServiceInput {
  const rolling = new Set<number>()
  for (const { action } of [...averages, ...[...input.busy.values()].map(({ job }) => job)]) {
    if (action.kind === 'average') rolling.add(action.underlying)
  }
  const over = new Set(
    input.series.ending.filter(({ isFinal }) => isFinal).map(({ underlying, expiry }) => `${underlying}:${expiry}`),
  )
  const cold = [...input.series.cold].filter(
    ([
      ,
      {
        instrument: { underlying, expiry },
      },
    ]) => !rolling.has(underlying) && !over.has(`${underlying}:${expiry}`),
  )
  return { ...input, series: { ...input.series, cold: new Map(cold) } }
}

function affordable(
  { config }: PlanContext,
  { money, busy, budgetUsd }: PlanInput,
  jobs: readonly Job[],
  reasons: Map<string, Reason>,
): Job[] {
  const onTheWay = [...busy.values()].filter(({ job }) => isService(job.action))
  const costOf = (job: Job) => costUsd(money, expectedGas(job, money))
  let slots = config.services.maxInFlight - onTheWay.length
  let leftUsd = onTheWay.reduce((left, { job }) => left - costOf(job), budgetUsd)
  return jobs.filter((job, rank) => {
    const cost = costOf(job)
    if (cost > leftUsd) reasons.set(job.key, { kind: 'budget', leftUsd, costUsd: cost })
    else if (slots <= 0) reasons.set(job.key, { kind: 'no-slot', rank, slots: config.services.maxInFlight })
    else {
      slots -= 1
      leftUsd -= cost
      return true
    }
    return false
  })
}
