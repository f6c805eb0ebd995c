/** The market as the batch engine reads it: one dense matrix of risk arrays and a few numbers per row, all typed arrays. */
import { LANES, NODES } from '../scenarios/lanes.ts'
import type { Layout } from './layout.ts'

/** Prices of the interval beside spot: low, high and slow average. */
export const INTERVAL_PRICES = 3
/** Node weights, as much of each node's probability as the tail may use: what option prices imply, and what is posted. */
export const WEIGHT_SETS = 2

/** One number per instrument. */
export type InstrumentColumns = {
  /** USD per unit of a linear instrument at mark; of an option, spot (its size in gross notional). */
  readonly notional: Float64Array
  /** Sizes for the error bound per unit held: the largest unweighted lane or delta share, and all other terms. */
  readonly laneSize: Float64Array
  readonly termSize: Float64Array
}

/** One row per strike; a put is its call less the forward. USD per contract. */
export type StrikeColumns = {
  /** 30 lanes of the call each. */
  readonly lanes: Float64Array
  readonly callValue: Float64Array
  /** Delta by forward times forward. */
  readonly callDelta: Float64Array
  /** Discount times forward, and discount times (forward - strike): what a put is short besides its call. */
  readonly parityNotional: Float64Array
  readonly parityValue: Float64Array
  /** Option charge of one contract, short and long, per level. */
  readonly shortMaintenance: Float64Array
  readonly shortInitial: Float64Array
  readonly longMaintenance: Float64Array
  readonly longInitial: Float64Array
}

/** One number per underlying unless it says otherwise; names as in the parameters of the protocol's margin. */
export type UnderlyingColumns = {
  readonly range: Float64Array
  readonly depth: Float64Array
  readonly linearRelief: Float64Array
  readonly offset: Float64Array
  readonly calendarCharge: Float64Array
  readonly basisCharge: Float64Array
  readonly basisChargePerYear: Float64Array
  readonly haircut: Float64Array
  readonly slotCharge: Float64Array
  /** USD that a short contract pays in every lane, because lanes are rounded down. */
  readonly laneUnit: Float64Array
  /** k_u. */
  readonly factor: Float64Array
  /** 1 when the price is dead, else 0. */
  readonly dead: Float64Array
  /** Group whose lanes offset; underlyings alone have one of their own. */
  readonly group: Uint32Array
  /** 30 weighted moves each: lanes of one dollar. */
  readonly linear: Float64Array
  /** Per interval price: the node above it, and its place between the node below (0) and that node (1). */
  readonly intervalNode: Uint32Array
  readonly intervalShare: Float64Array
  /** Per weight set: 17 probabilities, and whether they are known (1 or 0). */
  readonly weights: Float64Array
  readonly hasWeights: Uint8Array
  /** Of one dollar long, then short: worst loss, and expected shortfall per weight set. */
  readonly unitWorst: Float64Array
  readonly unitShortfall: Float64Array
  /** Per interval price: gain of one dollar long. */
  readonly unitGain: Float64Array
  /** For the error bound: how often `laneSize` enters a requirement, each time with its factor. */
  readonly laneSizeFactor: Float64Array
}

/** Parameters of every account: [initialRatio, grossCharge, tail, tailFloor]. */
export type AccountColumn = Float64Array

export type RiskMatrix = {
  readonly instruments: InstrumentColumns
  readonly strikes: StrikeColumns
  readonly underlyings: UnderlyingColumns
  /** Years to each expiry. */
  readonly years: Float64Array
  readonly account: AccountColumn
}

/** How a matrix gets its memory. `shared` lets worker threads read it; only then is SharedArrayBuffer needed. */
export type Memory = 'own' | 'shared'

export function doubles(length: number, memory: Memory): Float64Array {
  return memory === 'shared' ? new Float64Array(new SharedArrayBuffer(8 * length)) : new Float64Array(length)
}

function integers(length: number, memory: Memory): Uint32Array {
  return memory === 'shared' ? new Uint32Array(new SharedArrayBuffer(4 * length)) : new Uint32Array(length)
}

function bytes(length: number, memory: Memory): Uint8Array {
  return memory === 'shared' ? new Uint8Array(new SharedArrayBuffer(length)) : new Uint8Array(length)
}

/** An empty matrix for `layout`: `refreshUnderlying` fills it. */
export function emptyMatrix(layout: Layout, memory: Memory = 'own'): RiskMatrix {
  const column = (length: number) => doubles(length, memory)
  const instruments = layout.instruments.length
  const strikes = layout.strikes.length
  return {
    instruments: { notional: column(instruments), laneSize: column(instruments), termSize: column(instruments) },
    strikes: {
      lanes: column(strikes * LANES),
      callValue: column(strikes),
      callDelta: column(strikes),
      parityNotional: column(strikes),
      parityValue: column(strikes),
      shortMaintenance: column(strikes),
      shortInitial: column(strikes),
      longMaintenance: column(strikes),
      longInitial: column(strikes),
    },
    underlyings: emptyUnderlyings(layout.underlyings.length, memory),
    years: column(layout.expiries.length),
    account: column(4),
  }
}

function emptyUnderlyings(count: number, memory: Memory): UnderlyingColumns {
  const column = (each = 1) => doubles(count * each, memory)
  return {
    range: column(),
    depth: column(),
    linearRelief: column(),
    offset: column(),
    calendarCharge: column(),
    basisCharge: column(),
    basisChargePerYear: column(),
    haircut: column(),
    slotCharge: column(),
    laneUnit: column(),
    factor: column(),
    dead: column(),
    group: integers(count, memory),
    linear: column(LANES),
    intervalNode: integers(count * INTERVAL_PRICES, memory),
    intervalShare: column(INTERVAL_PRICES),
    weights: column(WEIGHT_SETS * NODES),
    hasWeights: bytes(count * WEIGHT_SETS, memory),
    unitWorst: column(2),
    unitShortfall: column(2 * WEIGHT_SETS),
    unitGain: column(INTERVAL_PRICES),
    laneSizeFactor: column(),
  }
}
