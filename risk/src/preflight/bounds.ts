/** What the contracts let governance set: the hard bounds and largest steps of the library `Bounds` (spec G-2, G-3). */
import { RiskError } from '../errors.ts'
import { GOVERNED, type Governed, type GovernedParameter } from './parameters.ts'

/** Least and largest value, millionths; the name of a parameter stands for its new value. */
export const BOUNDS: Readonly<Record<GovernedParameter, readonly [number | GovernedParameter, number]>> = {
  floor: [20_000, 600_000],
  cap: ['floor', 600_000],
  stressVolatility: [0, 4_000_000],
  kappa: [1_000_000, 6_000_000],
  epsilon: [0, 20_000],
  linearRelief: [250_000, 1_000_000],
  haircut: [0, 900_000],
  volatilityUp: [200_000, 1_500_000],
  volatilityDown: [100_000, 800_000],
  optionMaintenance: [1_000, 50_000],
  optionInitial: ['optionMaintenance', 100_000],
  calendar: [100_000, 1_000_000],
  basis: [0, 50_000],
  basisPerYear: [0, 500_000],
  offset: [0, 600_000],
  group: [0, 7],
}

/** A parameter of initial margin, or of what ramps, moves by at most one part in so many, or by `LEAST_STEP` if that is more. */
export const STEP_SHARE = 10
/** Millionths. */
export const LEAST_STEP = 1_000
/** The same of what acts on maintenance margin at once. */
export const MAINTENANCE_STEP_SHARE = 50
/** Millionths. */
export const LEAST_MAINTENANCE_STEP = 20

const UNIT = 1_000_000

/** What follows the ramp of the scan range, or is in initial margin only. */
const SLOW: ReadonlySet<GovernedParameter> = new Set(['floor', 'cap', 'stressVolatility', 'kappa', 'optionInitial'])

/**
 * A value that the contracts would refuse. `least` and `most`: what the broken rule allows. `nearest`: the nearest value that
 * no rule refuses.
 */
export type Refusal = {
  readonly parameter: GovernedParameter
  readonly value: number
  readonly rule: 'bounds' | 'step' | 'group'
  readonly least: number
  readonly most: number
  readonly nearest: number
}

const REASONS: Readonly<Record<Refusal['rule'], string>> = {
  bounds: 'the hard bounds are',
  step: 'the largest step of a day allows',
  group: 'while the offset is not 0 before and after, the group stays',
}

function describe({ parameter, value, rule, least, most, nearest }: Refusal): string {
  const allowed = least === most ? `${least}` : `${least} to ${most}`
  return `${parameter} ${value}: ${REASONS[rule]} ${allowed}; nearest allowed ${nearest}`
}

/** The contracts would refuse this change; `refusals` has every broken rule. */
export class ChangeRefusedError extends RiskError {
  readonly code = 'CHANGE_REFUSED'
  readonly underlying: string
  readonly refusals: readonly Refusal[]

  constructor(underlying: string, refusals: readonly Refusal[]) {
    super(`${underlying}: the contracts refuse ${refusals.map(describe).join('. ')}. Use the nearest allowed values.`)
    this.underlying = underlying
    this.refusals = refusals
  }
}

type Interval = { readonly rule: Refusal['rule']; readonly least: number; readonly most: number }

/** Whole millionths within one step of `old`. The offset moves by a share of 1 less itself. */
function stepOf(parameter: GovernedParameter, old: number): Interval {
  const base = parameter === 'offset' ? UNIT - old : old
  const step = SLOW.has(parameter)
    ? Math.max(Math.floor(base / STEP_SHARE), LEAST_STEP)
    : Math.max(Math.floor(base / MAINTENANCE_STEP_SHARE), LEAST_MAINTENANCE_STEP)
  return { rule: 'step', least: Math.max(0, old - step), most: old + step }
}

function moveOf(parameter: GovernedParameter, next: Governed, present: Governed): Interval {
  if (parameter !== 'group') return stepOf(parameter, present[parameter])
  const mayRegroup = next.offset === 0 && present.offset === 0
  return mayRegroup
    ? { rule: 'group', least: 0, most: Number.POSITIVE_INFINITY }
    : { rule: 'group', least: present.group, most: present.group }
}

/**
 * Every parameter of `next` that the contracts would refuse, in their order; none: they take the change. Where the bound of a
 * parameter is another one that is refused itself, that one counts with its nearest allowed value.
 * @param present what holds now, within its bounds; without it only the bounds of `next` are looked at.
 */
export function refusals(next: Governed, present?: Governed): Refusal[] {
  const allowed: Record<GovernedParameter, number> = { ...next }
  return GOVERNED.flatMap((parameter) => {
    const [low, most] = BOUNDS[parameter]
    const bounds: Interval = { rule: 'bounds', least: typeof low === 'number' ? low : allowed[low], most }
    const rules = present === undefined ? [bounds] : [bounds, moveOf(parameter, allowed, present)]
    const value = next[parameter]
    const broken = rules.find((rule) => value < rule.least || value > rule.most)
    if (broken === undefined) return []
    const least = Math.max(...rules.map((rule) => rule.least))
    const nearest = Math.min(Math.max(value, least), ...rules.map((rule) => rule.most))
    allowed[parameter] = nearest
    return [{ parameter, value, ...broken, nearest }]
  })
}

/** @throws ChangeRefusedError where the contracts would refuse. @param present as in `refusals`. */
export function requireAllowed(underlying: string, next: Governed, present?: Governed): void {
  const refused = refusals(next, present)
  if (refused.length > 0) throw new ChangeRefusedError(underlying, refused)
}
