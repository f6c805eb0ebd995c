/** Measures and charges of one group (an account's positions in one underlying): the partial results that a book keeps. */
import { basisCharge, calendarCharge, concentrationCharge } from '../methods/plimsoll/addOns.ts'
import { relievedLoss } from '../methods/plimsoll/measure.ts'
import { MAX_FALL, NODES, UNMOVED_DOWN, UNMOVED_UP } from '../scenarios/lanes.ts'
import {
  CHARGE_INITIAL,
  CHARGE_MAINTENANCE,
  COLLATERAL,
  DELTA,
  type Exposure,
  GROSS,
  LANE_SIZE,
  LINEAR,
  OPTION_VALUE,
  TERM_SIZE,
  WORST_OPTION_PNL,
  WORST_PNL,
} from './exposure.ts'
import { INTERVAL_PRICES, type RiskMatrix, WEIGHT_SETS } from './matrix.ts'

/** Places of a group's partial results, USD. */
export const VALUE = 0
/** W_u and R_u; ES_u where the account's mode asks for it. */
export const WORST = 1
export const RELIEVED = 2
export const SHORTFALL = 3
/** Option charges, and what the underlying needs alone once long options are paid, per level. */
export const OPTIONS_MAINTENANCE = 4
export const OPTIONS_INITIAL = 5
export const OWN_MAINTENANCE = 6
export const OWN_INITIAL = 7
/** Initial ratio times (k_u - 1) times R_u. */
export const FACTORS = 8
/** Charges of both levels; of the initial level alone. */
export const BOTH = 9
export const INITIAL = 10
export const GOOD_END = 11
/** Size of all terms, for the error bound. */
export const SIZE = 12
export const PARTIALS = 13

/** Which weights an account's mode measures with: -1 none, 0 implied by options, 1 posted. */
export type WeightSet = -1 | 0 | 1

/** Computes the partial results of the group that an `Exposure` holds. Scratch only; allocates nothing. */
export class GroupRisk {
  readonly #matrix: RiskMatrix
  readonly #losses = new Float64Array(NODES)

  constructor(matrix: RiskMatrix) {
    this.#matrix = matrix
  }

  /** Writes `PARTIALS` numbers from `at` on. */
  write(exposure: Exposure, set: WeightSet, out: Float64Array, at: number): void {
    const { sums, underlying: u } = exposure
    const { underlyings: of, account } = this.#matrix
    const linear = sums[LINEAR] ?? 0
    const worstLinear = Math.abs(linear) * (of.unitWorst[2 * u + (linear < 0 ? 1 : 0)] ?? 0)
    const worst = exposure.hasOptions ? -(sums[WORST_PNL] ?? 0) : worstLinear
    const worstOptions = -(sums[WORST_OPTION_PNL] ?? 0)
    const relief = of.linearRelief[u] ?? 0
    const relieved = relievedLoss(worst, worstLinear, worstOptions, relief)
    const ratio = account[0] ?? 0
    const factor = of.factor[u] ?? 0
    const maintenance = sums[CHARGE_MAINTENANCE] ?? 0
    const initial = sums[CHARGE_INITIAL] ?? 0
    const paid = relief * worstLinear
    out[at + VALUE] = linear + (sums[OPTION_VALUE] ?? 0)
    out[at + WORST] = worst
    out[at + RELIEVED] = relieved
    out[at + SHORTFALL] = set === -1 ? relieved : this.#shortfall(exposure, set, relieved)
    out[at + OPTIONS_MAINTENANCE] = maintenance
    out[at + OPTIONS_INITIAL] = initial
    out[at + OWN_MAINTENANCE] = capped(exposure, relieved + maintenance, paid)
    out[at + OWN_INITIAL] = capped(exposure, ratio * factor * relieved + initial, ratio * factor * paid)
    out[at + FACTORS] = ratio * (factor - 1) * relieved
    this.#writeCharges(exposure, worst, out, at)
    this.#writeSize(exposure, out, at)
  }

  #writeCharges(exposure: Exposure, worst: number, out: Float64Array, at: number): void {
    const { sums, underlying: u, expiries } = exposure
    const { underlyings: of, account } = this.#matrix
    const collateral = sums[COLLATERAL] ?? 0
    const calendar = exposure.hasOptions
      ? calendarCharge(exposure.unmovedPnls, of.calendarCharge[u] ?? 0, 0, expiries)
      : 0
    const basis =
      expiries > 1
        ? basisCharge(
            exposure.deltas,
            exposure.years,
            of.basisCharge[u] ?? 0,
            of.basisChargePerYear[u] ?? 0,
            0,
            expiries,
          )
        : 0
    const unmoved = exposure.hasOptions ? (exposure.pnl[UNMOVED_UP] ?? 0) : 0
    const concentration = concentrationCharge(worst, sums[DELTA] ?? 0, unmoved, of.range[u] ?? 0, of.depth[u] ?? 0)
    const low = this.#gain(exposure, 0)
    const high = this.#gain(exposure, 1)
    const uncertainty = Math.max(0, -low, -high, -this.#gain(exposure, 2))
    const own = (out[at + OWN_INITIAL] ?? 0) + uncertainty + calendar + basis + concentration
    const uncounted = Math.max(0, (sums[OPTION_VALUE] ?? 0) - own)
    const gross = (account[1] ?? 0) * (sums[GROSS] ?? 0)
    const slots = (of.slotCharge[u] ?? 0) * exposure.slots
    out[at + BOTH] = calendar + basis + (of.haircut[u] ?? 0) * collateral
    out[at + INITIAL] = uncertainty + concentration + gross + slots + (of.dead[u] ?? 0) * collateral + uncounted
    out[at + GOOD_END] = Math.max(0, low, high)
  }

  /** Gain of the group if spot were the interval's price: mean of up and down lanes, linear between nodes. */
  #gain(exposure: Exposure, price: number): number {
    const { intervalNode, intervalShare, unitGain } = this.#matrix.underlyings
    const at = exposure.underlying * INTERVAL_PRICES + price
    if (!exposure.hasOptions) return (exposure.sums[LINEAR] ?? 0) * (unitGain[at] ?? 0)
    const { pnl } = exposure
    const node = intervalNode[at] ?? 0
    const below = nodeMean(pnl, node - 1)
    const unmoved = ((pnl[UNMOVED_UP] ?? 0) + (pnl[UNMOVED_DOWN] ?? 0)) / 2
    return below + (nodeMean(pnl, node) - below) * (intervalShare[at] ?? 0) - unmoved
  }

  /** ES_u: mean of the worst tail over the 17 nodes; R_u where the underlying has no weights. */
  #shortfall(exposure: Exposure, set: 0 | 1, relieved: number): number {
    const { underlying: u, sums, pnl } = exposure
    const { underlyings: of, account } = this.#matrix
    const row = u * WEIGHT_SETS + set
    if (of.hasWeights[row] !== 1) return relieved
    const linear = sums[LINEAR] ?? 0
    if (!exposure.hasOptions) return Math.abs(linear) * (of.unitShortfall[2 * row + (linear < 0 ? 1 : 0)] ?? 0)
    this.#writeLosses(pnl, of.range[u] ?? 0)
    return this.#tailMean(row * NODES, account[2] ?? 0)
  }

  /** Loss at each node, extremes at full size; where the two lowest coincide at -90 %, the outer one's at both. */
  #writeLosses(pnl: Float64Array, range: number): void {
    const losses = this.#losses
    losses[0] = -4 * (pnl[28] ?? 0)
    losses[1] = 2 * range >= MAX_FALL ? (losses[0] ?? 0) : -2 * (pnl[26] ?? 0)
    for (let node = 0; node < 13; node++) {
      losses[node + 2] = -Math.min(pnl[2 * node] ?? 0, pnl[2 * node + 1] ?? 0)
    }
    losses[15] = -2 * (pnl[27] ?? 0)
    losses[16] = -4 * (pnl[29] ?? 0)
  }

  /** Takes the worst node again and again until `tail` is spent: the tail is one per cent, so rarely more than a few. */
  #tailMean(weights: number, tail: number): number {
    const losses = this.#losses
    const all = this.#matrix.underlyings.weights
    let left = tail
    let sum = 0
    for (let taken = 0; taken < NODES && left > 0; taken++) {
      let worst = 0
      for (let node = 1; node < NODES; node++) if ((losses[node] ?? 0) > (losses[worst] ?? 0)) worst = node
      const mass = Math.min(left, all[weights + worst] ?? 0)
      sum += mass * (losses[worst] ?? 0)
      left -= mass
      losses[worst] = Number.NEGATIVE_INFINITY
    }
    return Math.max(0, sum / tail)
  }

  /** The size of all terms of the group in E - MM and E - IM; see `errorBound.ts`. */
  #writeSize(exposure: Exposure, out: Float64Array, at: number): void {
    const { sums, underlying: u } = exposure
    const of = this.#matrix.underlyings
    const lanes = sums[LANE_SIZE] ?? 0
    const concentration = 2 * lanes * Math.max(1, lanes / ((of.range[u] ?? 0) * (of.depth[u] ?? 0)))
    const slots = (of.slotCharge[u] ?? 0) * exposure.slots
    out[at + SIZE] = (sums[TERM_SIZE] ?? 0) + lanes * (of.laneSizeFactor[u] ?? 0) + concentration + slots
  }
}

/** Without a short option leg a group cannot lose more than its options are worth beside its linear part. */
function capped(exposure: Exposure, requirement: number, paid: number): number {
  if (exposure.hasShortOption) return requirement
  return Math.max(0, Math.min(requirement, (exposure.sums[OPTION_VALUE] ?? 0) + paid))
}

/** Mean of a node's up and down lane at full size. */
function nodeMean(pnl: Float64Array, node: number): number {
  if (node < 2) return node === 0 ? 4 * (pnl[28] ?? 0) : 2 * (pnl[26] ?? 0)
  if (node > 14) return node === 15 ? 2 * (pnl[27] ?? 0) : 4 * (pnl[29] ?? 0)
  const lane = 2 * (node - 2)
  return ((pnl[lane] ?? 0) + (pnl[lane + 1] ?? 0)) / 2
}
