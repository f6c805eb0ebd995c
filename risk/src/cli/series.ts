/** One series of numbers from a CSV column or a JSON array, and the options that commands on series share. */
import { InvalidArgumentError } from 'commander'
import { z } from 'zod'
import { cellNumber, type Input, InputError, isJsonArray, parseCsv, parseJson } from './input.ts'

/** Names of the columns, in order. Throws InputError for a file without rows. */
export function columnsOf(input: Input): string[] {
  const [first] = parseCsv(input, z.record(z.string(), z.string()))
  return Object.keys(first?.cells ?? {})
}

/** A column of numbers and the line of each. Throws InputError with line and column. */
export function readColumn(
  input: Input,
  name: string,
  cell: z.ZodType<number> = cellNumber,
): { values: Float64Array; lines: number[] } {
  const rows = parseCsv(input, z.object({ [name]: cell }))
  return {
    values: Float64Array.from(rows, ({ row }) => row[name] ?? Number.NaN),
    lines: rows.map(({ line }) => line),
  }
}

const NOT_A_PRICE = 'is not positive; a price is'

/** The only column, or the only one that starts with a number, as beside a date. */
function onlyColumn(input: Input): string {
  const [first] = parseCsv(input, z.record(z.string(), z.string()))
  const names = Object.keys(first?.cells ?? {})
  const numeric = names.filter((name) => cellNumber.safeParse(first?.cells[name]).success)
  const [only, another] = names.length > 1 ? numeric : names
  if (only !== undefined && another === undefined) return only
  throw new InputError(input.source, { line: 1 }, `name one of the columns with --column: ${names.join(', ')}`)
}

/**
 * The column `name`, or the only one of numbers; or a JSON array of numbers. `prices` must be positive.
 * @throws InputError with line and column.
 */
export function readSeries(input: Input, name: string | undefined, prices: boolean): Float64Array {
  if (isJsonArray(input.text) && !/^\s*\[\s*\{/.test(input.text)) {
    const number = prices ? z.number().positive(NOT_A_PRICE) : z.number()
    return Float64Array.from(parseJson(input, z.array(number)))
  }
  const cell = prices ? cellNumber.refine((price) => price > 0, NOT_A_PRICE) : cellNumber
  return readColumn(input, name ?? onlyColumn(input), cell).values
}

/** Parser of an option that is a number within [low, high]. */
export function numberWithin(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (text.trim() === '' || !(value >= low && value <= high))
      throw new InvalidArgumentError(`It must be a number from ${low} to ${high}.`)
    return value
  }
}

/** Parser of an option that is a whole number of at least `low`. */
export function wholeNumberFrom(low: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (text.trim() === '' || !Number.isSafeInteger(value) || value < low)
      throw new InvalidArgumentError(`It must be a whole number of ${low} or more.`)
    return value
  }
}

/** Parser of a confidence level. */
export function level(text: string): number {
  const value = Number(text)
  if (!(value > 0 && value < 1)) throw new InvalidArgumentError('It must be between 0 and 1, such as 0.99.')
  return value
}
