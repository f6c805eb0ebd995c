/** Settlement windows: walks the rounds of the price source until the final price is complete. */
import { SETTLEMENT_WINDOW } from '@plimsoll/sdk'
import type { Config } from '../config.ts'
import { type Action, callOf, keyOf } from '../jobs.ts'
import type { ChainPort, Revert } from '../ports/chain.ts'
import type { Reason } from '../reasons.ts'
import { type RoundsInput, roundAfter, startRound } from '../rounds.ts'
import { NOTHING, type ServiceInput, type ServicePlan, serviceJob, waits } from '../services.ts'
import type { EndingSeries } from './observeSeries.ts'

export type AverageContext = {
  readonly chain: Pick<ChainPort, 'simulate' | 'series'>
  readonly config: Pick<Config, 'services' | 'deployment'>
}

type Walk = Extract<Action, { kind: 'average' }>

export async function average(context: AverageContext, input: ServiceInput): Promise<ServicePlan> {
  if (!context.config.services.average) return NOTHING
  const jobs: ServicePlan['jobs'][number][] = []
  const reasons = new Map<string, Reason>()
  const open = input.series.ending.filter(({ doneUntil, end }) => doneUntil !== end)
  for (const series of open) {
    const key = keyOf({ kind: 'average', ...series, hint: 0n, maxRounds: 0n })
    if (input.busy.has(key) || waits(input, key)) continue
    const walk = await nextWalk(context, input, series)
    if ('reason' in walk) reasons.set(key, walk.reason)
    else jobs.push(serviceJob(walk, input.head.number, 0n))
  }
  return { jobs, reasons }
}

type Refused = { readonly reason: Reason }

async function nextWalk(context: AverageContext, input: ServiceInput, series: EndingSeries): Promise<Walk | Refused> {
  const { services } = context.config
  const now = Number(input.head.timestamp)
  const dueAt = Math.min(
    Math.max(series.doneUntil, series.end - SETTLEMENT_WINDOW) + services.averageEverySeconds,
    series.end,
  )
  if (now < dueAt) return { reason: { kind: 'not-due', dueAt } }
  const { underlying, expiry } = series
  const walk: Walk = { kind: 'average', underlying, expiry, hint: 0n, maxRounds: services.roundsPerCall }
  if (series.doneUntil === 0) return begin(context, input, series, walk)
  const refused = await tried(context, input, walk)
  if (!refused) return walk
  // An average of a source that was replaced meanwhile starts again.
  if (refused.error === 'NotFirst' || refused.error === 'UnknownRound') return begin(context, input, series, walk)
  if (refused.error !== 'WrongHint') return { reason: { kind: 'reverts', revert: refused } }
  return acrossPhases(context, input, walk, refused)
}

/** From the last usable round before the window; when a change of phase follows, only that start for now. */
async function begin(
  context: AverageContext,
  input: ServiceInput,
  { end, underlying }: EndingSeries,
  walk: Walk,
): Promise<Walk | Refused> {
  const start = await startRound(context.chain.series, roundsOf(input, walk), end - SETTLEMENT_WINDOW)
  if (start === undefined) return { reason: { kind: 'no-history', underlying } }
  const first = { ...walk, hint: start }
  const refused = await tried(context, input, first)
  if (!refused) return first
  const onlyStart = { ...first, maxRounds: 0n }
  if (refused.error !== 'WrongHint') return { reason: { kind: 'reverts', revert: refused } }
  const again = await tried(context, input, onlyStart)
  return again ? { reason: { kind: 'reverts', revert: again } } : onlyStart
}

/** WrongHint(id, hint, phase, since) names the phase and the time after which its round is wanted. */
async function acrossPhases(
  context: AverageContext,
  input: ServiceInput,
  walk: Walk,
  revert: Revert,
): Promise<Walk | Refused> {
  const [, , phase = '0', since = '0'] = revert.args
  const target = { phase: BigInt(phase), since: Number(since) }
  const hint = await roundAfter(context.chain.series, roundsOf(input, walk), target)
  if (hint === undefined) return { reason: { kind: 'reverts', revert } }
  const hinted = { ...walk, hint }
  const refused = await tried(context, input, hinted)
  return refused ? { reason: { kind: 'reverts', revert: refused } } : hinted
}

function roundsOf({ head }: ServiceInput, { underlying }: Walk): RoundsInput {
  return { underlying, block: head.number }
}

/** Why the walk would fail at this block; undefined: it would not. */
async function tried(
  { chain, config }: AverageContext,
  { head }: ServiceInput,
  walk: Walk,
): Promise<Revert | undefined> {
  const result = await chain.simulate(callOf(walk, config.deployment, 0n), head.number)
  return result.status === 'reverted' ? result.revert : undefined
}
