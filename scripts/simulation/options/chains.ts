/** The shipped option chains: one per underlying and snapshot. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { type ChainRow, type OptionChain, readChain } from '@plimsoll/risk/surface'

/** What one underlying's options were quoted at; `spot` is consistent with the forwards. */
export type Snapshot = { t: number; symbol: string; chain: OptionChain }

export class ChainFileError extends Error {
  readonly code = 'CHAIN_FILE'
  readonly file: string
  constructor({ file, problem, cause }: { file: string; problem: string; cause?: unknown }) {
    super(`${file}: ${problem} Extract it again with scripts/simulation/options/extract.ts.`, { cause })
    this.name = 'ChainFileError'
    this.file = file
  }
}

const FILE = fileURLToPath(new URL('../../../test/fixtures/data/2026-02-05_options.csv.gz', import.meta.url))
/** Expiries whose forwards are spot but for a few hundredths of a percent. */
const NEAR_SECONDS = 8 * 86_400

/** All snapshots of `symbols`, ascending by time. @throws ChainFileError; ChainError of the risk package for a bad cell */
export function readSnapshots(symbols: readonly string[], file = FILE): Snapshot[] {
  const rows = readRows(file)
  const byTime = Map.groupBy(rows, ({ t = '' }) => Number(t))
  return [...byTime]
    .sort(([a], [b]) => a - b)
    .flatMap(([t, all]) => symbols.map((symbol) => ({ t, symbol, chain: chainOf(t, symbol, all, file) })))
}

function readRows(file: string): ChainRow[] {
  const [header = '', ...lines] = text(file).trim().split('\n')
  const names = header.split(',')
  if (lines.length === 0) throw new ChainFileError({ file, problem: 'has no rows.' })
  return lines.map((line, i) => {
    const cells = line.split(',')
    if (cells.length !== names.length) {
      throw new ChainFileError({
        file,
        problem: `line ${i + 2} has ${cells.length} cells under ${names.length} columns.`,
      })
    }
    return Object.fromEntries(names.map((name, column) => [name, cells[column] ?? '']))
  })
}

function text(file: string): string {
  try {
    return gunzipSync(readFileSync(file)).toString('utf8')
  } catch (cause) {
    throw new ChainFileError({ file, problem: `cannot be read (${(cause as Error).message}).`, cause })
  }
}

/**
 * A snapshot took minutes to collect, and the index beside each quote moved by up to 0.5 % meanwhile, so that it fits no
 * expiry's forward. The median forward of the coming eight days does.
 */
function chainOf(t: number, symbol: string, all: readonly ChainRow[], file: string): OptionChain {
  const rows = all.filter(({ currency }) => currency === symbol)
  if (rows.length === 0) throw new ChainFileError({ file, problem: `has no ${symbol} at ${t}.` })
  const { chain } = readChain(rows, { underlying: symbol, at: t })
  const forwards = new Map(chain.quotes.map(({ expiry, forward }) => [expiry, forward]))
  const near = [...forwards].filter(([expiry]) => expiry - t <= NEAR_SECONDS).map(([, forward]) => forward)
  const spot = near.sort((a, b) => a - b)[Math.floor(near.length / 2)]
  if (spot === undefined) throw new ChainFileError({ file, problem: `has no near expiry of ${symbol} at ${t}.` })
  return { ...chain, spot }
}
