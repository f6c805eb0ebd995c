/** Searches the past rounds of a price source: where an average begins, and where it goes on after a change of phase. */
import type { Round, SeriesPort } from './ports/chain.ts'

export type RoundsPort = Pick<SeriesPort, 'latestRound' | 'round'>
export type RoundsInput = { readonly underlying: number; readonly block: bigint }

/** Phases before the newest that are searched. */
const MAX_PHASES = 16n
/** Rounds without usable answer that are stepped over. */
const MAX_UNUSABLE = 1_000

/** The last usable round at or before `time`, which starts an average from there; undefined: the source tells none. */
export async function startRound(
  rounds: RoundsPort,
  { underlying, block }: RoundsInput,
  time: number,
): Promise<bigint | undefined> {
  const latest = await rounds.latestRound(underlying, block)
  if (latest === undefined) return undefined
  const read = (id: bigint) => rounds.round(underlying, id, block)
  const newest = latest >> 64n
  for (let phase = newest; phase >= 0n && newest - phase < MAX_PHASES; phase--) {
    const first = (phase << 64n) + 1n
    const last = phase === newest ? latest : await lastTold(read, first)
    if (last === undefined || last < first) continue
    const end = await firstLater(read, first, last, time)
    const start = await usableBefore(read, first, end)
    if (start !== undefined) return start
  }
  return undefined
}

/** What `WrongHint` asks for: the first round of `phase` later than `since`, or else the last one of the phase. */
export async function roundAfter(
  rounds: RoundsPort,
  { underlying, block }: RoundsInput,
  { phase, since }: { readonly phase: bigint; readonly since: number },
): Promise<bigint | undefined> {
  const read = (id: bigint) => rounds.round(underlying, id, block)
  const latest = await rounds.latestRound(underlying, block)
  const first = (phase << 64n) + 1n
  const last = latest !== undefined && latest >> 64n === phase ? latest : await lastTold(read, first)
  if (last === undefined) return undefined
  const later = await firstLater(read, first, last, since)
  return later > last ? last : later
}

type Read = (id: bigint) => Promise<Round | undefined>

/** Times do not fall within a phase. @return `last` + 1 when no round is later than `time`. */
async function firstLater(read: Read, first: bigint, last: bigint, time: number): Promise<bigint> {
  let [from, to] = [first, last + 1n]
  while (from < to) {
    const middle = (from + to) / 2n
    const round = await read(middle)
    if (round && round.since > time) to = middle
    else from = middle + 1n
  }
  return from
}

async function usableBefore(read: Read, first: bigint, end: bigint): Promise<bigint | undefined> {
  for (let id = end - 1n, steps = 0; id >= first && steps < MAX_UNUSABLE; id--, steps++) {
    const round = await read(id)
    if (round && round.price > 0n) return id
  }
  return undefined
}

/** The last round of a phase that the feed has left: doubling steps, then halving ones. */
async function lastTold(read: Read, first: bigint): Promise<bigint | undefined> {
  if (!(await read(first))) return undefined
  let [told, step] = [first, 1n]
  while (await read(told + step)) {
    told += step
    step *= 2n
  }
  for (; step > 0n; step /= 2n) if (await read(told + step)) told += step
  return told
}
