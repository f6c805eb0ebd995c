/** Option chains on the command line: CSV with a header, or a JSON array of objects with the same keys. */
import { z } from 'zod'
import { ChainError, type ReadChain, type ReadChainOptions, readChain } from '../surface/index.ts'
import { type Input, InputError, parseCsv } from './input.ts'

export { type Input, InputError, readInput } from './input.ts'
export { priceHistories } from './priceFile.ts'

/** The rows of a table, CSV or JSON, as text cells. @throws InputError with the line of what cannot be read. */
export function rowsOf(input: Input): Record<string, string>[] {
  return parseCsv(input, z.record(z.string(), z.string())).map(({ cells }) => cells)
}

/** @throws InputError with the line and column of what cannot be read. */
export function chainFrom(input: Input, options: ReadChainOptions): ReadChain {
  const rows = parseCsv(input, z.record(z.string(), z.string()))
  try {
    return readChain(
      rows.map(({ cells }) => cells),
      options,
    )
  } catch (error) {
    if (!(error instanceof ChainError)) throw error
    throw new InputError(input.source, { line: rows[error.row]?.line, column: error.column }, error.problem)
  }
}
