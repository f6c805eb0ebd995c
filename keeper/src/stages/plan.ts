/** Stage 3 of 6: which jobs, in which order, and for every account in need without a job the reason. */
import type { AccountId, Portfolio } from '@plimsoll/sdk'
import type { Backoff } from '../backoff.ts'
import { type Book, portfolioOf } from '../book.ts'
import { type Config, ownAccounts } from '../config.ts'
import { type Action, type Job, keyOf } from '../jobs.ts'
import { costUsd, expectedGas, type GasMoney } from '../money.ts'
import type { OrderReader } from '../orderReader.ts'
import { next, type Outcome } from '../outcome.ts'
import type { ChainPort, Head } from '../ports/chain.ts'
import type { Reason } from '../reasons.ts'
import type { Assessed, RiskView } from './assess.ts'
import type { SeriesView } from './observeSeries.ts'
import { ownJobs, touchJobs } from './planOwn.ts'
import { openResale } from './planResale.ts'
import { planServices } from './planServices.ts'
import { planTakeover } from './planTakeover.ts'
import { coldOf, refreshBefore } from './refresh.ts'
import { bookInto, isInsolventSoon, positionsSize, type TakeoverInput, type Targets, tooCold } from './slice.ts'

export type PlanContext = {
  readonly chain: Pick<ChainPort, 'liquidationStates' | 'block' | 'simulate' | 'series' | 'orderEpoch'>
  readonly config: Config
  /** Absent: the keeper does not resell. */
  readonly orders?: OrderReader | undefined
}

/** A job that is on its way. */
export type Busy = { readonly job: Job; readonly nonce: number; readonly expects: Portfolio | undefined }

export type PlanInput = {
  readonly head: Head
  readonly book: Book
  readonly view: RiskView
  readonly series: SeriesView
  /** Accounts whose last call would have needed too much gas with arrays to compute. */
  readonly tooLarge: ReadonlySet<AccountId>
  /** What is left for jobs without a prize. */
  readonly budgetUsd: bigint
  readonly busy: ReadonlyMap<string, Busy>
  readonly backoffs: ReadonlyMap<string, Backoff>
  readonly money: GasMoney
}

export type PlannedJob = Job & {
  /** (reward + spared loss) x P(inclusion) - gas. USD. */
  readonly expectedUsd: bigint
  /** What the target account receives if it works. */
  readonly expects: Portfolio | undefined
}

export type Plan = {
  readonly jobs: readonly PlannedJob[]
  readonly reasons: ReadonlyMap<AccountId, Reason>
  /** Why something that dated instruments need is not done, by key of the job. */
  readonly serviceReasons: ReadonlyMap<string, Reason>
}

type Draft = { readonly job: Job; readonly expects?: Portfolio | undefined }

export async function plan(context: PlanContext, input: PlanInput): Promise<Outcome<Plan, Reason>> {
  const reasons = new Map<AccountId, Reason>()
  const needy = [...input.view.accounts.values()].filter(needsSomething)
  const open = needy.filter((assessed) => {
    const obstacle = obstacleOf(context.config, input, assessed)
    if (obstacle) reasons.set(assessed.account, obstacle)
    return !obstacle
  })
  const [states, resale] = await Promise.all([
    liquidationStates(context, input, open),
    openResale(context, input, open),
  ])
  const given = { config: context.config, input, targets: targetsOf(context.config, input) }
  const drafts: Draft[] = []
  for (const assessed of open.sort(byUrgency)) {
    drafts.push(...draftsFor({ ...given, resale, assessed, state: states.get(assessed.account) }, reasons))
  }
  drafts.push(...(await touchJobs(context, input)), ...ownJobs(context.config, input))
  const services = await planServices(context, input)
  drafts.push(...services.jobs.map((job) => ({ job })))
  const jobs = choose(context.config, input, distinct(drafts), reasons)
  return next({ jobs, reasons, serviceReasons: services.reasons })
}

/** One draft per key, the first: two accounts may want the same arrays. */
function distinct(drafts: readonly Draft[]): Draft[] {
  const keys = new Set<string>()
  return drafts.filter(({ job: { key } }) => !keys.has(key) && keys.add(key))
}

function needsSomething({ standing, flagged }: Assessed): boolean {
  return standing !== 'healthy' || flagged
}

/** Largest shortfall first: it gets the keeper's margin first. */
function byUrgency(a: Assessed, b: Assessed): number {
  const shortfall = ({ assessment }: Assessed) => assessment.maintenance - assessment.equity
  return shortfall(a) < shortfall(b) ? 1 : -1
}

function obstacleOf(config: Config, { head, busy, backoffs }: PlanInput, assessed: Assessed): Reason | undefined {
  const { account, assessment, standing } = assessed
  const inFlight = busy.get(account)
  if (inFlight) return { kind: 'in-flight', job: inFlight.job.action.kind, nonce: inFlight.nonce }
  if (ownAccounts(config).includes(account)) return { kind: 'own-account' }
  const backoff = backoffs.get(account)
  if (backoff && head.number < backoff.until) return { kind: 'backing-off', ...backoff }
  if (standing !== 'uncertain') return undefined
  const { equity, maintenance, goodEnd } = assessment
  return { kind: 'price-uncertain', goodEnd, shortfall: maintenance - equity }
}

async function liquidationStates({ chain }: PlanContext, { head }: PlanInput, open: readonly Assessed[]) {
  const accounts = open.filter(({ standing }) => standing === 'liquidatable').map(({ account }) => account)
  const states = accounts.length === 0 ? [] : await chain.liquidationStates(accounts, head.number)
  return new Map(accounts.map((account, index) => [account, states[index]]))
}

/** Where slices may go, with what is already on its way there: the main account first, then each idle pool account. */
function targetsOf({ account }: Config, { book, busy }: PlanInput): Targets {
  const targets: Targets = { main: account.main, portfolios: new Map() }
  for (const id of [account.main, ...account.pool]) {
    const held = book.accounts.get(id)
    if (held) targets.portfolios.set(id, portfolioOf(held))
  }
  for (const { job, expects } of busy.values()) {
    const target = 'target' in job.action ? job.action.target : keyTarget(job.action)
    if (target) bookInto(targets, target, expects)
  }
  return targets
}

function keyTarget(action: Action): AccountId | undefined {
  if (action.kind === 'fund') return action.to
  return action.kind === 'merge' ? action.from : undefined
}

function draftsFor(given: TakeoverInput, reasons: Map<AccountId, Reason>): Draft[] {
  const { config, input, assessed } = given
  const { account, standing, flagged } = assessed
  const simple = (kind: 'flag' | 'unflag' | 'absorb') => simpleDrafts(config, input, assessed, kind, reasons)
  if (standing === 'absorbable') return simple('absorb')
  if (standing === 'healthy') return simple('unflag')
  if (standing === 'uncertain') return []
  if (standing === 'convertible' && flagged) return simple('unflag')
  const outcome = planTakeover(given)
  if (outcome.status === 'next') return [outcome.value]
  reasons.set(account, outcome.reason)
  if (outcome.reason.kind === 'cold-arrays') return refreshDrafts(config, input, assessed)
  const startsClock = standing === 'liquidatable' && !flagged && outcome.reason.kind !== 'chain-disagrees'
  return startsClock && config.policy.flag ? simple('flag') : []
}

/** A call about one account that takes nothing over; it reads the whole account all the same. */
function simpleDrafts(
  config: Config,
  input: PlanInput,
  assessed: Assessed,
  kind: 'flag' | 'unflag' | 'absorb',
  reasons: Map<AccountId, Reason>,
): Draft[] {
  const { account } = assessed
  if (!config.policy[kind]) {
    reasons.set(account, { kind: 'switched-off', job: kind })
    return []
  }
  const { gas: sizeGas, cold: coldStrikes } = positionsSize(input, input.book.accounts.get(account)?.positions ?? [], 0)
  const cold = tooCold(config, input, { account, gas: input.money.gasOf(kind) + sizeGas, strikes: coldStrikes })
  if (cold) {
    reasons.set(account, cold)
    return refreshDrafts(config, input, assessed)
  }
  const action = { kind, account }
  const plain = { lane: 'normal', rewardUsd: 0n, sparedUsd: 0n, sinceBlock: assessed.since } as const
  return [{ job: { ...plain, key: keyOf(action), action, sizeGas, coldStrikes } }]
}

/** Arrays of the account and of the keeper's own, one of which a takeover reads too; as urgent as the account. */
function refreshDrafts(config: Config, input: PlanInput, { account, assessment }: Assessed): Draft[] {
  const ids = [account, ...ownAccounts(config)]
  const cold = coldOf(
    input,
    ids.flatMap((id) => input.book.accounts.get(id)?.positions ?? []),
  )
  const shortfall = assessment.maintenance - assessment.equity
  const urgency = {
    lane: isInsolventSoon(config, assessment) ? 'reserved' : 'normal',
    sparedUsd: shortfall > 0n ? shortfall : 0n,
  } as const
  return refreshBefore(config, input, account, cold).map((job) => ({ job: { ...job, ...urgency } }))
}

/** The best jobs that fit the free slots; normal jobs leave the reserved ones alone. */
function choose(
  config: Config,
  input: PlanInput,
  drafts: readonly Draft[],
  reasons: Map<AccountId, Reason>,
): PlannedJob[] {
  const ranked = drafts
    .filter(({ job }) => !input.busy.has(job.key) && !isBackingOff(input, job))
    .map(({ job, expects }) => ({ ...job, expects, expectedUsd: expectedUsd(job, input.money) }))
    .sort((a, b) => (a.lane === b.lane ? (a.expectedUsd < b.expectedUsd ? 1 : -1) : a.lane === 'reserved' ? -1 : 1))
  let free = config.maxInFlight - input.busy.size
  const normalBusy = [...input.busy.values()].filter(({ job }) => job.lane === 'normal').length
  let normalFree = config.maxInFlight - config.reservedInFlight - normalBusy
  return ranked.filter((job, rank) => {
    const fits = free > 0 && (job.lane === 'reserved' || normalFree > 0)
    if (fits) free -= 1
    if (fits && job.lane === 'normal') normalFree -= 1
    if (!fits && 'account' in job.action) {
      reasons.set(job.action.account, { kind: 'no-slot', rank, slots: config.maxInFlight })
    }
    return fits
  })
}

function isBackingOff({ backoffs, head }: PlanInput, job: Job): boolean {
  const backoff = backoffs.get(job.key)
  return backoff !== undefined && head.number < backoff.until
}

function expectedUsd(job: Job, money: GasMoney): bigint {
  const won = ((job.rewardUsd - (job.slippageUsd ?? 0n) + job.sparedUsd) * money.inclusion) / 10n ** 18n
  return won - costUsd(money, expectedGas(job, money))
}
