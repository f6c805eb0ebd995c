/** Requirements of an account from the partial results of its groups. */
import { flooredShortfall, groupMeasure } from '../methods/plimsoll/measure.ts'
import type { Mode } from '../methods/plimsoll/parameters.ts'
import { LANES } from '../scenarios/lanes.ts'
import { roundingBound } from './errorBound.ts'
import type { Exposure } from './exposure.ts'
import { LINEAR } from './exposure.ts'
import {
  BOTH,
  FACTORS,
  GOOD_END,
  INITIAL,
  OPTIONS_INITIAL,
  OPTIONS_MAINTENANCE,
  OWN_INITIAL,
  OWN_MAINTENANCE,
  PARTIALS,
  RELIEVED,
  SHORTFALL,
  SIZE,
  VALUE,
  type WeightSet,
  WORST,
} from './groupRisk.ts'
import type { RiskMatrix } from './matrix.ts'

/** Modes by the number that an account stores. */
export const MODES: readonly Mode[] = ['isolated', 'cross', 'portfolio', 'risk-neutral', 'quantitative']
const PORTFOLIO = 2
const RISK_NEUTRAL = 3
const QUANTITATIVE = 4

/** Whether a mode measures lanes of several underlyings together. */
export function isJoint(mode: number): boolean {
  return mode >= PORTFOLIO
}

export function weightSetOf(mode: number): WeightSet {
  if (mode === RISK_NEUTRAL) return 0
  return mode === QUANTITATIVE ? 1 : -1
}

/** One number per account, USD. `bound` is how far rounding may have moved the others and their differences. */
export type Results = {
  readonly equity: Float64Array
  readonly maintenance: Float64Array
  readonly initial: Float64Array
  readonly goodEnd: Float64Array
  readonly bound: Float64Array
}

/** Adds up one account at a time. Scratch only; allocates nothing after construction. */
export class AccountRisk {
  readonly #matrix: RiskMatrix
  /** Per group of underlyings whose lanes offset: sums, and lanes added up. */
  readonly #joint: Float64Array
  readonly #relieved: Float64Array
  readonly #worst: Float64Array
  readonly #offset: Float64Array
  /** Groups that the account holds. */
  readonly #held: Uint32Array
  #heldCount = 0

  constructor(matrix: RiskMatrix) {
    const groups = matrix.underlyings.group.length
    this.#matrix = matrix
    this.#joint = new Float64Array(groups * LANES)
    this.#relieved = new Float64Array(groups)
    this.#worst = new Float64Array(groups)
    this.#offset = new Float64Array(groups)
    this.#held = new Uint32Array(groups)
  }

  /** Forgets the account before. */
  reset(): void {
    this.#heldCount = 0
  }

  /** Adds the lanes of the group that `exposure` holds and its partial results at `at` to the joint measure. */
  addJointly(exposure: Exposure, partials: Float64Array, at: number): void {
    const { underlying } = exposure
    const group = this.#matrix.underlyings.group[underlying] ?? 0
    const offset = this.#matrix.underlyings.offset[underlying] ?? 0
    const isNew = this.#hold(group)
    this.#relieved[group] = (this.#relieved[group] ?? 0) + (partials[at + RELIEVED] ?? 0)
    this.#worst[group] = (this.#worst[group] ?? 0) + (partials[at + WORST] ?? 0)
    this.#offset[group] = isNew ? offset : Math.min(this.#offset[group] ?? 0, offset)
    this.#addLanes(exposure, group * LANES)
  }

  #hold(group: number): boolean {
    for (let i = 0; i < this.#heldCount; i++) if (this.#held[i] === group) return false
    this.#held[this.#heldCount] = group
    this.#heldCount++
    this.#relieved[group] = 0
    this.#worst[group] = 0
    for (let lane = group * LANES; lane < (group + 1) * LANES; lane++) this.#joint[lane] = 0
    return true
  }

  #addLanes({ hasOptions, pnl, sums, underlying }: Exposure, to: number): void {
    const joint = this.#joint
    if (hasOptions) {
      for (let lane = 0; lane < LANES; lane++) joint[to + lane] = (joint[to + lane] ?? 0) + (pnl[lane] ?? 0)
      return
    }
    const { linear } = this.#matrix.underlyings
    const notional = sums[LINEAR] ?? 0
    const from = underlying * LANES
    for (let lane = 0; lane < LANES; lane++) {
      joint[to + lane] = (joint[to + lane] ?? 0) + notional * (linear[from + lane] ?? 0)
    }
  }

  /** min(sum R_u, offset * W(sum of lanes) + (1 - offset) * sum W_u), over all groups held. */
  #portfolioMeasure(): number {
    let measure = 0
    for (let i = 0; i < this.#heldCount; i++) {
      const group = this.#held[i] ?? 0
      const joint = this.#worstJoint(group * LANES)
      measure += groupMeasure(this.#relieved[group] ?? 0, joint, this.#worst[group] ?? 0, this.#offset[group] ?? 0)
    }
    return measure
  }

  #worstJoint(from: number): number {
    const joint = this.#joint
    let lowest = 0
    for (let lane = from; lane < from + LANES; lane++) {
      const pnl = joint[lane] ?? 0
      if (pnl < lowest) lowest = pnl
    }
    return -lowest
  }

  /**
   * Writes the results of `account` from the partial results of its groups, `groups` of them in the slots from `slot` on.
   * @param positions of the account, for the bound.
   */
  write(
    account: number,
    mode: number,
    cash: number,
    positions: number,
    partials: Float64Array,
    slot: number,
    groups: number,
    to: Results,
  ): void {
    const at = slot * PARTIALS
    const end = at + groups * PARTIALS
    const measure = this.#measure(mode, partials, at, end)
    const ratio = this.#matrix.account[0] ?? 0
    const both = sumOf(partials, at + BOTH, end)
    const maintenance = measure + sumOf(partials, at + OPTIONS_MAINTENANCE, end)
    const initial = ratio * measure + sumOf(partials, at + FACTORS, end) + sumOf(partials, at + OPTIONS_INITIAL, end)
    to.equity[account] = cash + sumOf(partials, at + VALUE, end)
    to.maintenance[account] = Math.min(maintenance, sumOf(partials, at + OWN_MAINTENANCE, end)) + both
    to.initial[account] =
      Math.min(initial, sumOf(partials, at + OWN_INITIAL, end)) + both + sumOf(partials, at + INITIAL, end)
    to.goodEnd[account] = sumOf(partials, at + GOOD_END, end)
    to.bound[account] = roundingBound(positions, Math.abs(cash) + sumOf(partials, at + SIZE, end))
  }

  #measure(mode: number, partials: Float64Array, at: number, end: number): number {
    if (!isJoint(mode)) return sumOf(partials, at + RELIEVED, end)
    const portfolio = this.#portfolioMeasure()
    if (mode === PORTFOLIO) return portfolio
    return flooredShortfall(portfolio, sumOf(partials, at + SHORTFALL, end), this.#matrix.account[3] ?? 0)
  }
}

/** Sum of one partial result over the groups of an account. */
function sumOf(partials: Float64Array, first: number, end: number): number {
  let sum = 0
  for (let at = first; at < end; at += PARTIALS) sum += partials[at] ?? 0
  return sum
}
