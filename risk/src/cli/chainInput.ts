/** Option chains on the command line: CSV with a header, or a JSON array of objects with the same keys. */
import { z } from 'zod'
import { ChainError, type ChainRow, type ReadChain, type ReadChainOptions, readChain } from '../surface/index.ts'
import { type Input, InputError, parseCsv, parseJson } from './input.ts'

const jsonRows = z
  .array(z.record(z.string(), z.union([z.string(), z.number(), z.null()])))
  .min(1, 'holds no rows; at least one is needed')
  .transform((rows) =>
    rows.map((row) => Object.fromEntries(Object.entries(row).map(([key, value]) => [key, String(value ?? '')]))),
  )

type Rows = { cells: ChainRow; line: number | undefined }[]

function rowsOf(input: Input): Rows {
  if (input.text.trimStart().startsWith('['))
    return parseJson(input, jsonRows).map((cells) => ({ cells, line: undefined }))
  return parseCsv(input, z.record(z.string(), z.string())).map(({ cells, line }) => ({ cells, line }))
}

/** @throws InputError with the line and column of what cannot be read; in JSON with its place in the array and its key. */
export function chainFrom(input: Input, options: ReadChainOptions): ReadChain {
  const rows = rowsOf(input)
  try {
    return readChain(
      rows.map(({ cells }) => cells),
      options,
    )
  } catch (error) {
    if (!(error instanceof ChainError)) throw error
    const line = rows[error.row]?.line
    const column = line === undefined && rows.length > 0 ? `${error.row}.${error.column}` : error.column
    throw new InputError(input.source, { line, column }, error.problem)
  }
}
