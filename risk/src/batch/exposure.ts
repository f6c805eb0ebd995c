/** The sparse-dense product: positions of one account in one underlying times risk arrays, with all that netting needs. */
import { LANES, UNMOVED_UP } from '../scenarios/lanes.ts'
import { CALL, type Layout, PUT, SPOT } from './layout.ts'
import type { RiskMatrix } from './matrix.ts'

/** Places in `Exposure.sums`, USD. */
export const LINEAR = 0
export const OPTION_VALUE = 1
export const COLLATERAL = 2
export const GROSS = 3
export const DELTA = 4
export const PARITY = 5
export const CHARGE_MAINTENANCE = 6
export const CHARGE_INITIAL = 7
/** For the error bound: sums of |quantity| times the two sizes of an instrument. */
export const LANE_SIZE = 8
export const TERM_SIZE = 9
/** With options only: the least profit and loss of all lanes, of the whole group and of its options, at most 0. */
export const WORST_PNL = 10
export const WORST_OPTION_PNL = 11
const SUMS = 12

/** Scratch for one group (an account's positions in one underlying) at a time; allocates nothing after construction. */
export class Exposure {
  underlying = 0
  slots = 0
  hasOptions = false
  hasShortOption = false
  /** Expiries held, ascending; spot and perpetual first, at 0 years. */
  expiries = 0
  readonly sums = new Float64Array(SUMS)
  /** Profit and loss of the group per lane; of its options alone. Without options neither is written. */
  readonly pnl = new Float64Array(LANES)
  readonly optionPnl = new Float64Array(LANES)
  readonly years: Float64Array
  readonly deltas: Float64Array
  readonly unmovedPnls: Float64Array
  readonly #layout: Layout
  readonly #matrix: RiskMatrix

  constructor(layout: Layout, matrix: RiskMatrix) {
    this.#layout = layout
    this.#matrix = matrix
    this.years = new Float64Array(layout.expiries.length)
    this.deltas = new Float64Array(layout.expiries.length)
    this.unmovedPnls = new Float64Array(layout.expiries.length)
  }

  /**
   * Gathers the group that begins at `slot` of `keys` (instrument numbers, ascending) and `quantities`.
   * @param end end of the account's row. @returns the slot after the group.
   */
  gather(keys: Uint32Array, quantities: Float64Array, slot: number, end: number): number {
    const { underlyingOf, expiryOf, kindOf } = this.#layout
    const underlying = underlyingOf[keys[slot] ?? 0] ?? 0
    this.#reset(underlying)
    let expiry = -1
    let next = slot
    while (next < end) {
      const instrument = keys[next] ?? 0
      if (underlyingOf[instrument] !== underlying) break
      if (expiryOf[instrument] !== expiry) {
        expiry = expiryOf[instrument] ?? 0
        this.#openExpiry(expiry)
      }
      if ((kindOf[instrument] ?? 0) < CALL) {
        this.#addLinear(instrument, quantities[next] ?? 0)
        next++
      } else {
        next = this.#addStrike(keys, quantities, next, end)
      }
    }
    this.slots = next - slot
    if (this.hasOptions) this.#finishLanes()
    return next
  }

  #reset(underlying: number): void {
    this.underlying = underlying
    this.hasOptions = false
    this.hasShortOption = false
    this.expiries = 0
    for (let i = 0; i < SUMS; i++) this.sums[i] = 0
  }

  #openExpiry(expiry: number): void {
    this.years[this.expiries] = this.#matrix.years[expiry] ?? 0
    this.deltas[this.expiries] = 0
    this.unmovedPnls[this.expiries] = 0
    this.expiries++
  }

  #addLinear(instrument: number, quantity: number): void {
    const { sums, deltas } = this
    const notional = quantity * (this.#matrix.instruments.notional[instrument] ?? 0)
    sums[LINEAR] = (sums[LINEAR] ?? 0) + notional
    if (this.#layout.kindOf[instrument] === SPOT) sums[COLLATERAL] = (sums[COLLATERAL] ?? 0) + notional
    else sums[GROSS] = (sums[GROSS] ?? 0) + Math.abs(notional)
    this.#addDelta(deltas, notional)
    this.#addSizes(instrument, quantity)
  }

  /** Call and put of one strike, netted: c = calls + puts; a put is its call less the forward. */
  #addStrike(keys: Uint32Array, quantities: Float64Array, slot: number, end: number): number {
    const { strikeOf, kindOf } = this.#layout
    const strike = strikeOf[keys[slot] ?? 0] ?? 0
    let contracts = 0
    let puts = 0
    let next = slot
    for (; next < end; next++) {
      const instrument = keys[next] ?? 0
      const kind = kindOf[instrument] ?? 0
      if (kind < CALL || strikeOf[instrument] !== strike) break
      const quantity = quantities[next] ?? 0
      contracts += quantity
      if (kind === PUT) puts = quantity
      if (quantity < 0) this.hasShortOption = true
      const { sums } = this
      sums[GROSS] = (sums[GROSS] ?? 0) + Math.abs(quantity) * (this.#matrix.instruments.notional[instrument] ?? 0)
      this.#addSizes(instrument, quantity)
    }
    this.#addContracts(strike, contracts)
    this.#addTerms(strike, contracts, puts)
    return next
  }

  /** Product of one strike: pnl += c * lanes - unit * max(-c, 0). */
  #addContracts(strike: number, contracts: number): void {
    const { optionPnl } = this
    const { lanes } = this.#matrix.strikes
    const first = !this.hasOptions
    this.hasOptions = true
    const charge = contracts < 0 ? -contracts * (this.#matrix.underlyings.laneUnit[this.underlying] ?? 0) : 0
    const from = strike * LANES
    if (first) {
      for (let lane = 0; lane < LANES; lane++) optionPnl[lane] = contracts * (lanes[from + lane] ?? 0) - charge
    } else {
      for (let lane = 0; lane < LANES; lane++) {
        optionPnl[lane] = (optionPnl[lane] ?? 0) + contracts * (lanes[from + lane] ?? 0) - charge
      }
    }
  }

  #addTerms(strike: number, contracts: number, puts: number): void {
    const { sums, unmovedPnls } = this
    const rows = this.#matrix.strikes
    const parity = puts * (rows.parityNotional[strike] ?? 0)
    const value = contracts * (rows.callValue[strike] ?? 0) - puts * (rows.parityValue[strike] ?? 0)
    const short = contracts < 0
    const maintenance = (short ? rows.shortMaintenance[strike] : rows.longMaintenance[strike]) ?? 0
    const initial = (short ? rows.shortInitial[strike] : rows.longInitial[strike]) ?? 0
    const count = Math.abs(contracts)
    sums[OPTION_VALUE] = (sums[OPTION_VALUE] ?? 0) + value
    sums[PARITY] = (sums[PARITY] ?? 0) + parity
    sums[CHARGE_MAINTENANCE] = (sums[CHARGE_MAINTENANCE] ?? 0) + count * maintenance
    sums[CHARGE_INITIAL] = (sums[CHARGE_INITIAL] ?? 0) + count * initial
    this.#addDelta(this.deltas, contracts * (rows.callDelta[strike] ?? 0) - parity)
    const last = this.expiries - 1
    unmovedPnls[last] = (unmovedPnls[last] ?? 0) + contracts * (rows.lanes[strike * LANES + UNMOVED_UP] ?? 0)
  }

  #addDelta(deltas: Float64Array, delta: number): void {
    const last = this.expiries - 1
    deltas[last] = (deltas[last] ?? 0) + delta
    this.sums[DELTA] = (this.sums[DELTA] ?? 0) + delta
  }

  #addSizes(instrument: number, quantity: number): void {
    const { sums } = this
    const { laneSize, termSize } = this.#matrix.instruments
    const size = Math.abs(quantity)
    sums[LANE_SIZE] = (sums[LANE_SIZE] ?? 0) + size * (laneSize[instrument] ?? 0)
    sums[TERM_SIZE] = (sums[TERM_SIZE] ?? 0) + size * (termSize[instrument] ?? 0)
  }

  /** The puts' parity is a linear part of the options; the linear instruments come on top. */
  #finishLanes(): void {
    const { pnl, optionPnl, sums, underlying } = this
    const { linear } = this.#matrix.underlyings
    const parity = sums[PARITY] ?? 0
    const notional = sums[LINEAR] ?? 0
    const from = underlying * LANES
    let worst = 0
    let worstOptions = 0
    for (let lane = 0; lane < LANES; lane++) {
      const move = linear[from + lane] ?? 0
      const options = (optionPnl[lane] ?? 0) - parity * move
      const whole = options + notional * move
      optionPnl[lane] = options
      pnl[lane] = whole
      if (options < worstOptions) worstOptions = options
      if (whole < worst) worst = whole
    }
    this.sums[WORST_PNL] = worst
    this.sums[WORST_OPTION_PNL] = worstOptions
  }
}
