/** Stage 1 of 6: what happened on the chain since the book's tip. Changes nothing; the runner applies it. */
import { type Instrument, isDated, linearSnapshot, type Position, type Snapshot } from '@plimsoll/sdk'
import type { Book } from '../book.ts'
import type { Config } from '../config.ts'
import { ReorgTooDeepError } from '../errors.ts'
import type { BlockId, EventBlock } from '../events.ts'
import { next, type Outcome, retry, skip } from '../outcome.ts'
import type { ChainPort, Head } from '../ports/chain.ts'
import type { Reason } from '../reasons.ts'
import { chunksOf, seriesKeyOf, strikeKey } from '../strikes.ts'

export type ObserveContext = {
  readonly chain: ChainPort
  readonly config: Pick<Config, 'logsPerRequest' | 'strikesPerRequest'>
}

export type Observation = {
  readonly head: Head
  /** Last block that the book and the chain share, when blocks above it are gone. */
  readonly rollbackTo: BlockId | undefined
  /** Ascending; the last one is the head. */
  readonly blocks: readonly EventBlock[]
}

export async function observe(
  { chain, config }: ObserveContext,
  book: Book,
): Promise<Outcome<Observation, Reason | ReorgTooDeepError>> {
  const number = await chain.blockNumber()
  const [head, atTip] = await Promise.all([chain.block(number), chain.block(book.tip.number)])
  if (!head) return retry({ kind: 'no-new-block', block: number })
  const same = atTip?.hash === book.tip.hash
  if (same && head.number <= book.tip.number) return skip({ kind: 'no-new-block', block: number })
  const base = same ? book.tip : await sharedCheckpoint(chain, book)
  if (!base) {
    const oldest = book.checkpoints().at(-1)?.number ?? book.tip.number
    return retry(new ReorgTooDeepError({ tip: book.tip.number, oldest }))
  }
  const blocks: EventBlock[] = []
  for (let from = base.number + 1n; from <= head.number; from += config.logsPerRequest) {
    const last = from + config.logsPerRequest - 1n
    blocks.push(...(await chain.events(from, last < head.number ? last : head.number)))
  }
  const newest = blocks.at(-1)
  if (newest?.number === head.number) {
    // A reorganisation between two requests: what was read belongs to two chains.
    if (newest.hash !== head.hash) return retry({ kind: 'no-new-block', block: number })
  } else if (head.number > base.number) {
    blocks.push({ number: head.number, hash: head.hash, events: [] })
  }
  return next({ head, rollbackTo: same ? undefined : base, blocks })
}

/** Newest checkpoint that is still on the chain. */
async function sharedCheckpoint(chain: ChainPort, book: Book): Promise<BlockId | undefined> {
  for (const checkpoint of book.checkpoints()) {
    const block = await chain.block(checkpoint.number)
    if (block?.hash === checkpoint.hash) return checkpoint
  }
  return undefined
}

/**
 * Rows of all listed underlyings, and of every expiry and strike that a user's account holds or is about to: read once per
 * block, in parts that a node answers.
 */
export async function observeMatrix(
  { chain, config }: ObserveContext,
  { book, head, expected }: { book: Book; head: Head; expected: readonly Position[] },
): Promise<Snapshot> {
  const underlyings = [...book.symbols.keys()].sort((a, b) => a - b)
  if (underlyings.length === 0) return linearSnapshot([])
  const held = [...book.derivatives(), ...expected].map(({ instrument }) => instrument).filter(isDated)
  const strikes = [...new Map(held.map((instrument) => [strikeKey(instrument), instrument])).values()]
  const parts = chunksOf(strikes, config.strikesPerRequest)
  const [base, ...rows] = await Promise.all([
    chain.series.matrix(underlyings, [], head.number),
    ...parts.map((part) => chain.series.matrix(distinct(part), part, head.number)),
  ])
  return { ...base, ...mergedRows(rows) }
}

function distinct(instruments: readonly Instrument[]): number[] {
  return [...new Set(instruments.map(({ underlying }) => underlying))].sort((a, b) => a - b)
}

/** Rows of all parts, each once, ascending. */
function mergedRows(parts: readonly Snapshot[]): Pick<Snapshot, 'expiries' | 'strikes'> {
  const expiries = new Map(parts.flatMap((part) => part.expiries.map((row) => [seriesKeyOf(row), row])))
  const strikes = new Map(parts.flatMap((part) => part.strikes.map((row) => [strikeKey(row), row])))
  const ascending = ([a]: readonly [bigint, unknown], [b]: readonly [bigint, unknown]) => (a < b ? -1 : 1)
  return {
    expiries: [...expiries].sort(ascending).map(([, row]) => row),
    strikes: [...strikes].sort(ascending).map(([, row]) => row),
  }
}
