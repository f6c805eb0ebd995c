/** The part of a snapshot that a portfolio reads, made once per snapshot and set of underlyings. */
import { type Position, type Snapshot, underlyingsOf } from '@plimsoll/sdk'

const known = new WeakMap<Snapshot, Map<string, Snapshot>>()

/** Rows of the underlyings held, all expiries and strikes of them: equal sets share one snapshot and its index. */
export function rowsOf({ positions }: { readonly positions: readonly Position[] }, snapshot: Snapshot): Snapshot {
  const held = new Set(underlyingsOf(positions))
  const key = [...held].sort((a, b) => a - b).join()
  const parts = known.get(snapshot) ?? new Map<string, Snapshot>()
  known.set(snapshot, parts)
  const part = parts.get(key) ?? partOf(held, snapshot)
  parts.set(key, part)
  return part
}

function partOf(held: ReadonlySet<number>, { time, markets, chains, expiries, strikes, tails }: Snapshot): Snapshot {
  const isHeld = ({ underlying }: { readonly underlying: number }) => held.has(underlying)
  const isHeldAt = (_: unknown, at: number) => held.has(markets[at]?.underlying ?? 0)
  return {
    time,
    markets: markets.filter(isHeld),
    chains: chains.filter(isHeldAt),
    expiries: expiries.filter(isHeld),
    strikes: strikes.filter(isHeld),
    tails: tails.filter(isHeldAt),
  }
}
