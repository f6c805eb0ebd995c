/** What a change of governed parameters would do to all accounts: the matrix product before, at once and after the ramp. */

import { type BatchParameters, emptyMatrix, MarginBook, type Results, refreshMatrix } from '../batch/index.ts'
import { requiredScanRange } from '../estimation/dynamicRange.ts'
import type { Market } from '../methods/index.ts'
import {
  ACCOUNT_DEFAULTS,
  type Mode,
  scanRangeParameters,
  type UnderlyingState,
} from '../methods/plimsoll/parameters.ts'
import type { Account } from '../stress/book.ts'
import { accountRows, grossNotional } from './accountRows.ts'
import { requireAllowed } from './bounds.ts'
import {
  type Newly,
  newlyOf,
  STAGE_LABELS,
  type StageName,
  type Stages,
  type Standing,
  standingOf,
  type WorstAccount,
  worstAccounts,
} from './effect.ts'
import { GOVERNED, type Governed, type GovernedParameter, marginParameters } from './parameters.ts'
import { arrived, raised, type ScanRange } from './ramp.ts'

/** One underlying today and the parameters that it is to get. */
export type UnderlyingChange = {
  readonly present: Governed
  readonly next: Governed
  /** The largest of fast, slow and implied volatility, per square root of a year; taken to stay. */
  readonly volatility: number
  /** As the chain has it. @default both where the volatility puts them under the present parameters */
  readonly range?: ScanRange | undefined
  /** Price interval, slow average and posted depth, USD. @default spot, and no concentration charge */
  readonly state?: Pick<UnderlyingState, 'low' | 'high' | 'average' | 'depth'> | undefined
}

/** `underlyings`: every one that an account holds. */
export type PreflightParameters = {
  readonly accounts: readonly Account[]
  readonly market: Market
  /** Of every account. */
  readonly mode: Mode
  readonly underlyings: Readonly<Record<string, UnderlyingChange>>
  /** Told what is done, one short line a step. */
  readonly progress?: ((step: string) => void) | undefined
}

/** One parameter that changes, millionths. */
export type ParameterChange = {
  readonly underlying: string
  readonly parameter: GovernedParameter
  readonly from: number
  readonly to: number
}

/** Scan ranges of an underlying, fractions of spot, and the hours until the one of the change has arrived. */
export type RangeChange = {
  readonly underlying: string
  readonly volatility: number
  readonly hours: number
} & Readonly<Record<StageName, ScanRange>>

export type PreflightResult = {
  readonly accounts: number
  readonly changes: readonly ParameterChange[]
  readonly ranges: readonly RangeChange[]
  readonly stages: Stages<Standing>
  /** What the change alone does. */
  readonly newly: { readonly atOnce: Newly; readonly end: Newly }
  /** At most ten of the newly liquidatable, the one that needs most cash first. */
  readonly worst: readonly WorstAccount[]
}

function changesOf(underlyings: PreflightParameters['underlyings']): ParameterChange[] {
  return Object.entries(underlyings).flatMap(([underlying, { present, next }]) =>
    GOVERNED.filter((parameter) => present[parameter] !== next[parameter]).map((parameter) => {
      return { underlying, parameter, from: present[parameter], to: next[parameter] }
    }),
  )
}

function rangeChange(underlying: string, { present, next, volatility, range }: UnderlyingChange): RangeChange {
  const old = scanRangeParameters(marginParameters(underlying, present))
  const own = scanRangeParameters(marginParameters(underlying, next))
  const required = requiredScanRange(volatility, old)
  const before = raised(range ?? { target: required, maintenance: required }, volatility, old)
  const { hours: _, ...unchangedEnd } = arrived(before, volatility, old)
  const { hours, ...end } = arrived(before, volatility, own)
  return { underlying, volatility, hours, before, atOnce: raised(before, volatility, own), unchangedEnd, end }
}

/** Underlyings of one number are a group; those of number 0 stand alone. */
function groupsOf(governed: readonly (readonly [string, Governed])[]): string[][] {
  const grouped = governed.filter(([, { group }]) => group !== 0)
  return [...Map.groupBy(grouped, ([, { group }]) => group).values()].map((members) => members.map(([name]) => name))
}

/** Parameters of the margin at one stage. */
function parametersAt(
  stage: StageName,
  underlyings: PreflightParameters['underlyings'],
  ranges: readonly RangeChange[],
): BatchParameters {
  const hasChanged = stage === 'atOnce' || stage === 'end'
  const governed = Object.entries(underlyings).map(
    ([name, { present, next }]) => [name, hasChanged ? next : present] as const,
  )
  const states = ranges.map(({ underlying, ...range }) => {
    const { target: targetScanRange, maintenance: scanRange } = range[stage]
    return [underlying, { ...underlyings[underlying]?.state, scanRange, targetScanRange }] as const
  })
  return {
    ...ACCOUNT_DEFAULTS,
    underlyings: Object.fromEntries(governed.map(([name, own]) => [name, marginParameters(name, own)])),
    states: Object.fromEntries(states),
    groups: groupsOf(governed),
  }
}

function copyOf({ equity, maintenance, initial, goodEnd, bound }: Results): Results {
  return {
    equity: equity.slice(),
    maintenance: maintenance.slice(),
    initial: initial.slice(),
    goodEnd: goodEnd.slice(),
    bound: bound.slice(),
  }
}

/**
 * Measures all accounts today, the day of the change, and when the ramps of the scan ranges have arrived, with the change and
 * without. What happens between, or because prices move, it does not see.
 * @throws ChangeRefusedError where the contracts would refuse the change; DuplicateAccountError, UnjudgedAccountError,
 * MissingUnderlyingError, MissingExpiryError, DomainError as the margin
 */
export function preflight(parameters: PreflightParameters): PreflightResult {
  const { accounts, market, mode, underlyings, progress } = parameters
  for (const [name, { present, next }] of Object.entries(underlyings)) {
    requireAllowed(`${name} (present)`, present)
    requireAllowed(name, next, present)
  }
  const ranges = Object.entries(underlyings).map(([name, change]) => rangeChange(name, change))
  const all = accountRows(accounts, market, mode)
  const { layout, rows } = all
  const matrix = emptyMatrix(layout)
  const book = new MarginBook(layout, matrix, rows)
  const measure = (stage: StageName): Results => {
    refreshMatrix(layout, matrix, market, parametersAt(stage, underlyings, ranges))
    book.remargin()
    progress?.(`${accounts.length} accounts measured: ${STAGE_LABELS[stage]}`)
    return copyOf(book.results)
  }
  const stages = {
    before: measure('before'),
    atOnce: measure('atOnce'),
    unchangedEnd: measure('unchangedEnd'),
    end: measure('end'),
  }
  const grossOf = (account: number) => grossNotional(account, all, matrix)
  return {
    accounts: accounts.length,
    changes: changesOf(underlyings),
    ranges,
    stages: {
      before: standingOf(stages.before),
      atOnce: standingOf(stages.atOnce),
      unchangedEnd: standingOf(stages.unchangedEnd),
      end: standingOf(stages.end),
    },
    newly: { atOnce: newlyOf(stages, 'atOnce', grossOf), end: newlyOf(stages, 'end', grossOf) },
    worst: worstAccounts(stages, (account) => accounts[account]?.name ?? ''),
  }
}
