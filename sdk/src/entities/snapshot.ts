import type { Market, Snapshot } from '../exact/market.ts'
import { decodePriceStatus, encodePriceStatus } from './enums.ts'
import { InvalidEncodingError } from './errors.ts'
import { decodeUnderlyingSet, encodeUnderlyingSet, type UnderlyingSet } from './underlyingSet.ts'

/** A market row as the chain has it: its underlying stands in the snapshot's set. */
export type EncodedMarket = Omit<Market, 'underlying' | 'status'> & { readonly status: number }

export type EncodedSnapshot = { set: UnderlyingSet; markets: readonly EncodedMarket[] }

/** @throws InvalidEncodingError when the rows are not in ascending order of distinct underlyings */
export function encodeSnapshot(snapshot: Snapshot): EncodedSnapshot {
  snapshot.forEach(({ underlying }, index) => {
    const previous = snapshot[index - 1]?.underlying ?? -1
    if (underlying <= previous) {
      throw new InvalidEncodingError({
        type: 'Snapshot',
        value: `${previous} before ${underlying}`,
        expected: 'rows ascending by underlying, each once',
      })
    }
  })
  return {
    set: encodeUnderlyingSet(snapshot.map(({ underlying }) => underlying)),
    markets: snapshot.map(({ underlying: _, status, ...row }) => ({ ...row, status: encodePriceStatus(status) })),
  }
}

/** @throws InvalidEncodingError when set and rows disagree */
export function decodeSnapshot({ set, markets }: EncodedSnapshot): Snapshot {
  const members = decodeUnderlyingSet(set)
  if (members.length !== markets.length) {
    throw new InvalidEncodingError({
      type: 'Snapshot',
      value: `a set of ${members.length} underlyings with ${markets.length} rows`,
      expected: 'one row per member of the set',
    })
  }
  return markets.map((row, index) => ({
    ...row,
    underlying: members[index] ?? 0,
    status: decodePriceStatus(row.status),
  }))
}
