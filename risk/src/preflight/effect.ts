/** What four measurements of the same accounts say: who is below initial margin, who liquidatable, who only by the change. */
import type { Results } from '../batch/index.ts'

/** When the accounts are measured. `unchangedEnd`: as `end`, had the change not been made. */
export type StageName = 'before' | 'atOnce' | 'unchangedEnd' | 'end'

export type Stages<T> = Readonly<Record<StageName, T>>

/** In the order in which the stages are measured and shown. */
export const STAGE_LABELS: Stages<string> = {
  before: 'today',
  atOnce: 'at once',
  unchangedEnd: 'at the end, unchanged',
  end: 'at the end',
}

/**
 * Counts of one stage. Initial margin is missed when E < IM, maintenance when E + good end < MM (the good end is 0 for a price
 * without interval); both by more than the proven rounding error. `undecided` lie within it at maintenance.
 */
export type Standing = { readonly belowInitial: number; readonly liquidatable: number; readonly undecided: number }

/** Accounts that only the change puts there, and the gross derivative notional of the liquidatable ones, USD. */
export type Newly = { readonly belowInitial: number; readonly liquidatable: number; readonly notional: number }

/** USD. `cash`: what the account needs to be at maintenance at both moments. */
export type WorstAccount = {
  readonly name: string
  readonly equity: number
  readonly maintenanceBefore: number
  readonly maintenanceAtOnce: number
  readonly maintenanceEnd: number
  readonly cash: number
}

/** Accounts in the list of the worst. */
const LISTED = 10

const at = (column: Float64Array, account: number): number => column[account] ?? Number.NaN

/** E + good end - MM, USD. */
function excess({ equity, goodEnd, maintenance }: Results, account: number): number {
  return at(equity, account) + at(goodEnd, account) - at(maintenance, account)
}

const isLiquidatable = (results: Results, account: number) => excess(results, account) < -at(results.bound, account)

function isBelowInitial({ equity, initial, bound }: Results, account: number): boolean {
  return at(equity, account) - at(initial, account) < -at(bound, account)
}

type Test = (results: Results, account: number) => boolean

function accountsThat(results: Results, test: (account: number) => boolean): number[] {
  return Array.from(results.equity.keys()).filter(test)
}

/** Counts of one stage. */
export function standingOf(results: Results): Standing {
  const count = (test: Test) => accountsThat(results, (account) => test(results, account)).length
  return {
    belowInitial: count(isBelowInitial),
    liquidatable: count(isLiquidatable),
    undecided: count((own, account) => Math.abs(excess(own, account)) < at(own.bound, account)),
  }
}

/** Accounts of `stage` that pass `test` there, neither today nor at that moment without the change. */
function newlyAt(stages: Stages<Results>, stage: 'atOnce' | 'end', test: Test): number[] {
  const without = stage === 'end' ? [stages.before, stages.unchangedEnd] : [stages.before]
  const results = stages[stage]
  return accountsThat(
    results,
    (account) => test(results, account) && !without.some((unchanged) => test(unchanged, account)),
  )
}

/** What the change alone does by `stage`. @param grossOf gross derivative notional of an account, USD. */
export function newlyOf(stages: Stages<Results>, stage: 'atOnce' | 'end', grossOf: (account: number) => number): Newly {
  const liquidatable = newlyAt(stages, stage, isLiquidatable)
  return {
    belowInitial: newlyAt(stages, stage, isBelowInitial).length,
    liquidatable: liquidatable.length,
    notional: liquidatable.reduce((sum, account) => sum + grossOf(account), 0),
  }
}

/** The newly liquidatable accounts that need most cash, at most ten. */
export function worstAccounts(stages: Stages<Results>, nameOf: (account: number) => string): WorstAccount[] {
  const newly = new Set([...newlyAt(stages, 'atOnce', isLiquidatable), ...newlyAt(stages, 'end', isLiquidatable)])
  const rows = [...newly].map((account) => ({
    name: nameOf(account),
    equity: at(stages.before.equity, account),
    maintenanceBefore: at(stages.before.maintenance, account),
    maintenanceAtOnce: at(stages.atOnce.maintenance, account),
    maintenanceEnd: at(stages.end.maintenance, account),
    cash: -Math.min(excess(stages.atOnce, account), excess(stages.end, account)),
  }))
  return rows.sort((a, b) => b.cash - a.cash).slice(0, LISTED)
}
