/** Stage 1 of 6: what happened on the chain since the book's tip. Changes nothing; the runner applies it. */
import { linearSnapshot, type Snapshot } from '@plimsoll/sdk'
import type { Book } from '../book.ts'
import type { Config } from '../config.ts'
import { ReorgTooDeepError } from '../errors.ts'
import type { BlockId, EventBlock } from '../events.ts'
import { next, type Outcome, retry, skip } from '../outcome.ts'
import type { ChainPort, Head } from '../ports/chain.ts'
import type { Reason } from '../reasons.ts'

export type ObserveContext = { readonly chain: ChainPort; readonly config: Pick<Config, 'logsPerRequest'> }

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

/** Rows of all listed underlyings, read once per block. */
export async function observeMarkets(chain: ChainPort, book: Book, head: Head): Promise<Snapshot> {
  const underlyings = [...book.symbols.keys()].sort((a, b) => a - b)
  return underlyings.length === 0 ? linearSnapshot([]) : chain.snapshot(underlyings, head.number)
}
