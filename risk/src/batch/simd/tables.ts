/** The tables of the margin kernel in linear memory; the same numbers stand in risk/assembly/margin/records.as. */
import { LANES, NODES } from '../../scenarios/lanes.ts'
import type { Layout } from '../layout.ts'
import { INTERVAL_PRICES, type RiskMatrix, WEIGHT_SETS } from '../matrix.ts'

const DOUBLE = 8
const WORD = 4
/** Bytes of the records; scratch of the kernel ends where its list of groups begins. */
const INSTRUMENT_BYTES = 40
const STRIKE_BYTES = 304
const UNDERLYING_BYTES = 768
const EXPIRY_BYTES = 24
const GROUP_BYTES = 272
const ACCOUNT_AT = 640
const HELD_AT = 672

/** Doubles of an underlying's record, after 30 moves and 34 weights, in the kernel's order. */
const UNDERLYING_DOUBLES = [
  'range',
  'depth',
  'linearRelief',
  'offset',
  'calendarCharge',
  'basisCharge',
  'basisChargePerYear',
  'haircut',
  'slotCharge',
  'laneUnit',
  'factor',
  'dead',
  'laneSizeFactor',
] as const
/** Columns with several doubles each that follow, and how many. */
const UNDERLYING_ROWS = [
  ['unitWorst', 2],
  ['unitShortfall', 2 * WEIGHT_SETS],
  ['intervalShare', INTERVAL_PRICES],
  ['unitGain', INTERVAL_PRICES],
  ['intervalNode', INTERVAL_PRICES],
  ['hasWeights', WEIGHT_SETS],
  ['group', 1],
] as const
/** Doubles of a strike's record, after 30 lanes. */
const STRIKE_DOUBLES = [
  'callValue',
  'callDelta',
  'parityNotional',
  'parityValue',
  'shortMaintenance',
  'shortInitial',
  'longMaintenance',
  'longInitial',
] as const

/** Where each table begins, bytes; `end` is the first free one. */
export type TablePlaces = {
  readonly instruments: number
  readonly strikes: number
  readonly underlyings: number
  readonly years: number
  readonly expiries: number
  readonly groups: number
  readonly end: number
}

/** One table after the other, each on a multiple of 16 bytes. */
export function placeTables({ instruments, strikes, underlyings, expiries }: Layout): TablePlaces {
  let next = HELD_AT + WORD * underlyings.length
  const take = (bytes: number) => {
    const place = Math.ceil(next / 16) * 16
    next = place + bytes
    return place
  }
  return {
    instruments: take(INSTRUMENT_BYTES * instruments.length),
    strikes: take(STRIKE_BYTES * strikes.length),
    underlyings: take(UNDERLYING_BYTES * underlyings.length),
    years: take(DOUBLE * expiries.length),
    expiries: take(EXPIRY_BYTES * expiries.length),
    groups: take(GROUP_BYTES * underlyings.length),
    end: take(0),
  }
}

/** Copies the matrix into the kernel's memory, row by row. */
export function writeTables(buffer: ArrayBuffer, places: TablePlaces, layout: Layout, matrix: RiskMatrix): void {
  const doubles = new Float64Array(buffer)
  doubles.set(matrix.account, ACCOUNT_AT / DOUBLE)
  doubles.set(matrix.years, places.years / DOUBLE)
  writeInstruments(buffer, places.instruments, layout, matrix)
  writeStrikes(doubles, places.strikes / DOUBLE, layout.strikes.length, matrix)
  writeUnderlyings(doubles, places.underlyings / DOUBLE, layout.underlyings.length, matrix)
}

function writeInstruments(buffer: ArrayBuffer, place: number, layout: Layout, { instruments }: RiskMatrix): void {
  const doubles = new Float64Array(buffer)
  const words = new Uint32Array(buffer)
  for (let row = 0; row < layout.instruments.length; row++) {
    const at = place + row * INSTRUMENT_BYTES
    doubles[at / DOUBLE] = instruments.notional[row] ?? 0
    doubles[at / DOUBLE + 1] = instruments.laneSize[row] ?? 0
    doubles[at / DOUBLE + 2] = instruments.termSize[row] ?? 0
    words[at / WORD + 6] = layout.underlyingOf[row] ?? 0
    words[at / WORD + 7] = layout.expiryOf[row] ?? 0
    words[at / WORD + 8] = layout.strikeOf[row] ?? 0
    words[at / WORD + 9] = layout.kindOf[row] ?? 0
  }
}

function writeStrikes(doubles: Float64Array, place: number, count: number, { strikes }: RiskMatrix): void {
  const stride = STRIKE_BYTES / DOUBLE
  for (let row = 0; row < count; row++) {
    const at = place + row * stride
    for (let lane = 0; lane < LANES; lane++) doubles[at + lane] = strikes.lanes[row * LANES + lane] ?? 0
  }
  for (const [i, name] of STRIKE_DOUBLES.entries()) {
    const column = strikes[name]
    for (let row = 0; row < count; row++) doubles[place + row * stride + LANES + i] = column[row] ?? 0
  }
}

function writeUnderlyings(doubles: Float64Array, place: number, count: number, { underlyings }: RiskMatrix): void {
  for (let row = 0; row < count; row++) {
    let at = place + (row * UNDERLYING_BYTES) / DOUBLE
    const put = (column: ArrayLike<number>, each: number) => {
      for (let i = 0; i < each; i++) doubles[at + i] = column[row * each + i] ?? 0
      at += each
    }
    put(underlyings.linear, LANES)
    put(underlyings.weights, WEIGHT_SETS * NODES)
    for (const name of UNDERLYING_DOUBLES) put(underlyings[name], 1)
    for (const [name, each] of UNDERLYING_ROWS) put(underlyings[name], each)
  }
}
