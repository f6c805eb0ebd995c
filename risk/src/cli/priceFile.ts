/** Price histories as a table: a column `t` of unix seconds and one per underlying, in USD; an empty cell is a gap. */
import type { PriceHistory } from '../estimation/priceHistory.ts'
import { type Input, InputError } from './input.ts'

/** A table whose cells hold neither quotation marks nor commas, by far faster to read than any CSV. */
export type PlainTable = { readonly columns: readonly string[]; readonly rows: readonly (readonly string[])[] }

/** @throws InputError with the line whose number of cells is not that of the header */
export function plainTable({ source, text }: Input): PlainTable {
  const [header = '', ...lines] = text.trimEnd().split(/\r?\n/)
  const columns = header.split(',').map((name) => name.trim())
  const rows = lines.map((line, i) => {
    const cells = line.split(',')
    if (cells.length !== columns.length)
      throw new InputError(source, { line: i + 2 }, `has ${cells.length} cells; the header has ${columns.length}`)
    return cells
  })
  return { columns, rows }
}

/**
 * Histories of the named underlyings, or of every column.
 * @throws InputError with line and column: a time that does not ascend, a price that is not positive and finite, no column
 */
export function priceHistories(input: Input, symbols?: readonly string[]): PriceHistory[] {
  const { source } = input
  const { columns, rows } = plainTable(input)
  const at = (name: string) => {
    const column = columns.indexOf(name)
    if (column < 0) throw new InputError(source, { line: 1, column: name }, `there is no column "${name}"`)
    return column
  }
  const clock = at('t')
  const times = rows.map((cells) => Number(cells[clock]))
  const bad = times.findIndex((time, i) => !(time > (times[i - 1] ?? 0) && time < Infinity))
  if (bad >= 0)
    throw new InputError(
      source,
      { line: bad + 2, column: 't' },
      `is "${rows[bad]?.[clock]}"; times are unix seconds and ascend`,
    )
  return (symbols ?? columns.filter((name) => name !== 't')).map((symbol) =>
    historyOf(input, symbol, at(symbol), times, rows),
  )
}

function historyOf(
  { source }: Input,
  symbol: string,
  column: number,
  times: readonly number[],
  rows: PlainTable['rows'],
): PriceHistory {
  const known = Array.from(rows.keys()).filter((i) => (rows[i]?.[column] ?? '').trim() !== '')
  const prices = known.map((i) => Number(rows[i]?.[column]))
  const bad = prices.findIndex((price) => !(price > 0 && price < Infinity))
  const row = known[bad]
  if (row !== undefined)
    throw new InputError(
      source,
      { line: row + 2, column: symbol },
      `is "${rows[row]?.[column]}"; a price is positive and finite`,
    )
  return { symbol, times: Float64Array.from(known, (i) => times[i] ?? Number.NaN), prices: Float64Array.from(prices) }
}
