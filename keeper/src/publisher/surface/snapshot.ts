/**
 * A snapshot of quotes as a signer reads it: the rows of an option chain (columns as the risk package reads them) and,
 * among them, at most one row a time with `security` = `perpetual`: `bid`, `ask` and `index_price` in USD, and `depth`, the USD
 * of delta that the market takes without a large move.
 */
import { type Input, InputError, rowsOf } from '@plimsoll/risk/chains'
import { ChainError, type OptionChain, readChain } from '@plimsoll/risk/surface'
import { next, type Outcome, skip } from '../../outcome.ts'
import type { SurfaceRefusal } from '../refusal.ts'

type Perpetual = {
  readonly time: number
  /** Mid over index less 1. */
  readonly premium: number
  /** USD; undefined: not told. */
  readonly depth: number | undefined
}

export type QuoteSnapshot = { readonly chain: OptionChain; readonly perpetual: Perpetual | undefined }

export type SnapshotQuery = {
  readonly underlying: string
  /** Unix seconds: nothing later counts. */
  readonly at: number
  /** Quotes that are older than this many seconds before the newest are left out. */
  readonly maximumAge: number
}

export function readSnapshot(input: Input, query: SnapshotQuery): Outcome<QuoteSnapshot, SurfaceRefusal> {
  try {
    const rows = rowsOf(input)
    const { chain } = readChain(rows, query)
    return next({ chain, perpetual: perpetualOf(rows, query) })
  } catch (error) {
    if (!(error instanceof InputError || error instanceof ChainError)) throw error
    return skip({ kind: 'unreadable', problem: error.message })
  }
}

type Row = Readonly<Record<string, string>>

/** The newest row of the perpetual. @throws ChainError when it is unusable */
function perpetualOf(rows: readonly Row[], { underlying, at }: SnapshotQuery): Perpetual | undefined {
  const own = rows
    .map((row, index) => ({ row, index, time: Number(row.t) }))
    .filter(
      ({ row, time }) => row.security === 'perpetual' && (row.currency ?? underlying) === underlying && time <= at,
    )
    .sort((a, b) => a.time - b.time)
    .at(-1)
  if (!own) return undefined
  const { row, index, time } = own
  const [bid, ask] = [positiveIn(row, 'bid', index), positiveIn(row, 'ask', index)]
  if (ask < bid) throw new ChainError(index, 'ask', `${ask} of the perpetual is below its bid ${bid}.`)
  const premium = (bid + ask) / (2 * positiveIn(row, 'index_price', index)) - 1
  if (Math.abs(premium) >= 1) throw new ChainError(index, 'index_price', `the perpetual is ${premium} times it away.`)
  return { time, premium, depth: row.depth ? positiveIn(row, 'depth', index) : undefined }
}

function positiveIn(row: Row, column: string, index: number): number {
  const value = Number(row[column])
  if (!(value > 0 && value < Infinity))
    throw new ChainError(index, column, `"${row[column] ?? ''}" is no positive number.`)
  return value
}
