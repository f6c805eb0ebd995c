/** Finds the rows of a snapshot without a search; built once per snapshot and kept as long as it is. */
import type { ExpiryRow, Snapshot, StrikeRow } from './market.ts'
import type { Instrument } from './portfolio.ts'
import { laneNumbers } from './riskArray.ts'

/** A strike's row and its lanes, unpacked once. */
export type IndexedStrike = { readonly row: StrikeRow; readonly lanes: Int16Array }

export type IndexedExpiry = { readonly row: ExpiryRow; readonly strikes: Map<bigint, IndexedStrike> }

export type SnapshotIndex = {
  /** Position of an underlying's market row. */
  readonly markets: ReadonlyMap<number, number>
  /** By `seriesKey`. */
  readonly expiries: ReadonlyMap<number, IndexedExpiry>
}

const indices = new WeakMap<Snapshot, SnapshotIndex>()
const EXPIRY_RANGE = 2 ** 40

/** underlying << 40 | expiry: below 2^48. */
export function seriesKey({ underlying, expiry }: Pick<Instrument, 'underlying' | 'expiry'>): number {
  return underlying * EXPIRY_RANGE + expiry
}

export function indexOf(snapshot: Snapshot): SnapshotIndex {
  const known = indices.get(snapshot)
  if (known) return known
  const index = build(snapshot)
  indices.set(snapshot, index)
  return index
}

function build(snapshot: Snapshot): SnapshotIndex {
  const expiries = new Map(
    snapshot.expiries.map((row): [number, IndexedExpiry] => [seriesKey(row), { row, strikes: new Map() }]),
  )
  for (const row of snapshot.strikes) {
    expiries.get(seriesKey(row))?.strikes.set(row.strike, { row, lanes: laneNumbers(row) })
  }
  return { markets: new Map(snapshot.markets.map(({ underlying }, index) => [underlying, index])), expiries }
}
