/** The shipped option chains as rows of text, and snapshots of them as signers read them. */
import { renameSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { readInput, rowsOf } from '@plimsoll/risk/chains'

export type QuoteRow = Readonly<Record<string, string>>

const FILE = fileURLToPath(new URL('../../test/fixtures/data/2026-02-05_options.csv.gz', import.meta.url))

/** Unix seconds of the shipped snapshots, ascending. */
export function snapshotTimes(): number[] {
  return [...new Set(rowsOf(readInput(FILE)).map(({ t }) => Number(t)))].sort((a, b) => a - b)
}

/** The snapshot of an underlying that was quoted at `time`. */
export function chainRows(symbol: string, time: number): QuoteRow[] {
  return rowsOf(readInput(FILE)).filter(({ t, currency }) => Number(t) === time && currency === symbol)
}

/** The index beside the quotes, USD: the median, since it moved while they were collected. */
export function spotOf(rows: readonly QuoteRow[]): number {
  const prices = rows.map(({ index_price: price }) => Number(price)).sort((a, b) => a - b)
  return prices[Math.floor(prices.length / 2)] ?? Number.NaN
}

/** As a whole: a signer that reads meanwhile finds the old file or the new one. */
export function writeRows(file: string, rows: readonly QuoteRow[]): void {
  const columns = Object.keys(rows[0] ?? {})
  const lines = rows.map((row) => columns.map((column) => row[column] ?? '').join(','))
  writeFileSync(`${file}.tmp`, `${[columns.join(','), ...lines].join('\n')}\n`)
  renameSync(`${file}.tmp`, file)
}
