/** Reading of what a user gives on stdin or as a file: every complaint names source, line and column. */
import { readFileSync, readSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { CsvError, parse } from 'csv-parse/sync'
import { findNodeAtLocation, type ParseError, parse as parseTolerant, parseTree } from 'jsonc-parser'
import { z } from 'zod'
import { RiskError } from '../errors.ts'

/** Input that cannot be used. `line` and `column` count from 1; `column` is a column's name in a CSV. */
export class InputError extends RiskError {
  readonly code = 'INPUT'
  readonly source: string
  readonly line: number | undefined
  readonly column: string | number | undefined

  constructor(
    source: string,
    at: { line?: number | undefined; column?: string | number | undefined },
    problem: string,
  ) {
    const place = [source, at.line, at.column].filter((part) => part !== undefined).join(':')
    super(`${place}: ${problem}`)
    this.source = source
    this.line = at.line
    this.column = at.column
  }
}

/** A whole input with the name under which errors quote it. */
export type Input = { source: string; text: string }

const GZIP_MAGIC = 0x1f8b
const BYTE_ORDER_MARK = /^\uFEFF/

/** While a pipe that does not block has nothing yet, it is asked again after this time. */
const PIPE_POLL_MS = 5

/** All of stdin, also from a pipe whose writer is slow. `process.stdin` is not touched, as that makes pipes not block. */
function readStdin(): Buffer {
  const pause = new Int32Array(new SharedArrayBuffer(4))
  const buffer = Buffer.allocUnsafe(1 << 16)
  const chunks: Buffer[] = []
  for (;;) {
    try {
      const length = readSync(0, buffer)
      if (length === 0) return Buffer.concat(chunks)
      chunks.push(Buffer.from(buffer.subarray(0, length)))
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined
      if (code === 'EOF') return Buffer.concat(chunks) // how Windows ends a pipe
      if (code !== 'EAGAIN') throw error
      Atomics.wait(pause, 0, 0, PIPE_POLL_MS)
    }
  }
}

/** Reads `file` (gzip or not), or stdin when it is undefined or `-`. */
export function readInput(file?: string): Input {
  const source = file === undefined || file === '-' ? 'stdin' : file
  try {
    const bytes = source === 'stdin' ? readStdin() : readFileSync(source)
    const packed = bytes.length > 2 && bytes.readUInt16BE(0) === GZIP_MAGIC
    const text = (packed ? gunzipSync(bytes) : bytes).toString('utf8')
    return { source, text: text.replace(BYTE_ORDER_MARK, '') }
  } catch (cause) {
    throw new InputError(source, {}, `cannot be read (${cause instanceof Error ? cause.message : cause})`)
  }
}

/** NumPy 2 writes its scalars as `np.float64(0.125)`. */
const NUMPY_SCALAR = /^np\.float\d+\((.*)\)$/

/** A number as it stands in a CSV cell. An empty cell is not a zero. */
export const cellNumber = z
  .string()
  .trim()
  .min(1, 'is empty; a number is needed')
  .transform((text, context) => {
    const value = Number(NUMPY_SCALAR.exec(text)?.[1] ?? text)
    if (Number.isFinite(value)) return value
    context.addIssue({ code: 'custom', message: `is "${text}"; a finite number is needed` })
    return z.NEVER
  })

/** One row: its line in the input, and its cells as text whatever they were written as. */
export type Row = { line: number; cells: Record<string, string> }

const jsonTable = z.array(z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])))

/** Whether a table is given as a JSON array instead of CSV. */
export const isJsonArray = (text: string): boolean => /^\s*\[/.test(text)

/** The rows of a JSON array of objects. An absent value and null are empty cells. */
export function jsonRows(input: Input): Row[] {
  const records = parseJson(input, jsonTable)
  const places = parseTree(input.text)?.children ?? []
  let line = 1
  let at = 0
  return records.map((record, i) => {
    for (const end = places[i]?.offset ?? at; at < end; at += 1) if (input.text[at] === '\n') line += 1
    return { line, cells: Object.fromEntries(Object.entries(record).map(([key, value]) => [key, String(value ?? '')])) }
  })
}

function tableRows(input: Input): Row[] {
  const { source, text } = input
  if (isJsonArray(text)) return jsonRows(input)
  try {
    const parsed: { record: Record<string, string>; info: { lines: number } }[] = parse(text, {
      bom: true,
      columns: true,
      info: true,
      skip_empty_lines: true,
      trim: true,
    })
    return parsed.map(({ record, info }) => ({ line: info.lines, cells: record }))
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    const line = typeof error.lines === 'number' ? error.lines : undefined
    throw new InputError(source, { line }, error.message)
  }
}

/**
 * Parses a CSV with a header row, or a JSON array of objects with its columns as keys; `schema` is a zod object over the columns (cells are strings). Columns that the schema
 * does not name are kept out. Throws InputError with the line and the column of the first bad cell.
 */
export function parseCsv<T>(
  input: Input,
  schema: z.ZodType<T>,
): { line: number; row: T; cells: Record<string, string> }[] {
  const rows = tableRows(input)
  if (rows.length === 0)
    throw new InputError(input.source, { line: 1 }, 'holds no rows; a header and at least one row are needed')
  return rows.map(({ line, cells }) => {
    const result = schema.safeParse(cells)
    if (result.success) return { line, row: result.data, cells }
    const issue = result.error.issues[0]
    const column = issue?.path.join('.')
    const missing = column !== undefined && !(column in cells)
    throw new InputError(
      input.source,
      { line: missing && !isJsonArray(input.text) ? 1 : line, column },
      missing ? `there is no column "${column}"` : (issue?.message ?? 'is invalid'),
    )
  })
}

/** Line and column of a character offset, both from 1. */
function position(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset)
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') }
}

/** Line and column of the value at `path`; where it is missing, of what should hold it. */
export function jsonPlace(text: string, path: readonly PropertyKey[]): { line: number; column: number } {
  const root = parseTree(text)
  const keys = path.map((key) => (typeof key === 'symbol' ? String(key) : key))
  for (let length = keys.length; root !== undefined && length >= 0; length -= 1) {
    const node = findNodeAtLocation(root, keys.slice(0, length))
    if (node !== undefined) return position(text, node.offset)
  }
  return position(text, 0)
}

/** Parses and checks JSON. Throws InputError with line and column, and for a bad value with its path. */
export function parseJson<T>({ source, text }: Input, schema: z.ZodType<T>): T {
  const result = schema.safeParse(jsonValue(source, text))
  if (result.success) return result.data
  const issue = result.error.issues[0]
  const place = jsonPlace(text, issue?.path ?? [])
  throw new InputError(source, place, `${issue?.path.join('.') || 'the document'}: ${issue?.message ?? 'is invalid'}`)
}

function jsonValue(source: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    // Node names the place for long texts only.
    const problems: ParseError[] = []
    parseTolerant(text, problems, { disallowComments: true })
    throw new InputError(source, position(text, problems[0]?.offset ?? text.length), `is not JSON (${error.message})`)
  }
}
