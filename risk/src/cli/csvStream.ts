/** Row-by-row reading and extension of a table that, as CSV, need not fit into memory. */
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import process from 'node:process'
import type { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { parse } from 'csv-parse/sync'
import { InputError, isJsonArray, jsonRows } from './input.ts'
import { type Cell, field } from './output.ts'

const GZIP_MAGIC = 0x1f8b
/** Output is collected to pieces of this many characters before it is written. */
const PIECE = 1 << 16
/** So much of it is held back, about a million rows, that a row refused among them leaves stdout empty. */
const HELD = 1 << 27

/** Consecutive lines without their ends; `first` counts from 1. */
type Lines = { first: number; lines: string[] }

function sourceOf(file: string | undefined): string {
  return file === undefined || file === '-' ? 'stdin' : file
}

/** The bytes of `file` or stdin as text, unpacked if they are gzip. */
async function* texts(file: string | undefined): AsyncGenerator<string> {
  const raw: Readable = sourceOf(file) === 'stdin' ? process.stdin : createReadStream(file ?? '')
  await once(raw, 'readable')
  const start: Buffer | null = raw.read()
  if (start === null) return
  raw.unshift(start)
  const packed = start.length > 2 && start.readUInt16BE(0) === GZIP_MAGIC
  const stream = packed ? raw.pipe(createGunzip()) : raw
  stream.setEncoding('utf8')
  yield* stream
}

/** The rows of a JSON array as lines of CSV, the keys of its first as header. */
function* jsonLines(source: string, text: string): Generator<Lines> {
  const rows = jsonRows({ source, text })
  const names = Object.keys(rows[0]?.cells ?? {})
  const line = (cells: readonly Cell[]) => cells.map(field).join(',')
  if (names.length > 0) yield { first: rows[0]?.line ?? 1, lines: [line(names)] }
  for (const row of rows) yield { first: row.line, lines: [line(names.map((name) => row.cells[name]))] }
}

async function* lineBatches(file: string | undefined): AsyncGenerator<Lines> {
  let rest = ''
  let first = 1
  let json: boolean | undefined
  try {
    for await (const raw of texts(file)) {
      const text = first === 1 && rest === '' ? raw.replace(/^\uFEFF/, '') : raw
      json ??= isJsonArray(text)
      if (json) {
        rest += text
        continue
      }
      const lines = (rest + text).split('\n')
      rest = lines.pop() ?? ''
      if (lines.length > 0) yield { first, lines }
      first += lines.length
    }
  } catch (cause) {
    if (cause instanceof InputError) throw cause
    throw new InputError(sourceOf(file), {}, `cannot be read (${cause instanceof Error ? cause.message : cause})`)
  }
  if (json) yield* jsonLines(sourceOf(file), rest)
  else if (rest !== '') yield { first, lines: [rest] }
}

/** One row of a CSV. Its getters take a column by its place in the list given to `extendCsv`. */
export class CsvRow {
  readonly source: string
  readonly header: readonly string[]
  readonly #places: readonly number[]
  #cells: readonly string[] = []
  #raw = ''
  #line = 0

  /** @throws InputError if a column is missing in the header. */
  constructor(source: string, header: readonly string[], line: number, columns: readonly string[]) {
    this.source = source
    this.header = header
    this.#places = columns.map((column) => {
      const place = header.indexOf(column)
      if (place < 0) throw new InputError(source, { line, column }, `there is no column "${column}"`)
      return place
    })
  }

  /** The row as it was written. */
  get raw(): string {
    return this.#raw
  }

  get cells(): readonly string[] {
    return this.#cells
  }

  /** Moves on to the given line. @throws InputError if it has another number of cells than the header. */
  read(text: string, line: number): void {
    this.#line = line
    this.#raw = text
    this.#cells = splitLine(this.source, text, line)
    const column = this.header[this.#cells.length]
    if (column !== undefined) throw this.#error(column, 'is missing; the row has too few cells')
    if (this.#cells.length > this.header.length) throw this.#error(undefined, 'the row has more cells than the header')
  }

  text(column: number): string {
    return this.#cells[this.#places[column] ?? -1] ?? ''
  }

  /** @throws InputError unless the cell is a finite number. */
  number(column: number): number {
    const text = this.text(column)
    const value = text === '' ? NaN : Number(text)
    if (Number.isFinite(value)) return value
    throw this.error(column, text === '' ? 'is empty; a number is needed' : `is "${text}"; a finite number is needed`)
  }

  error(column: number, problem: string): InputError {
    return this.#error(this.header[this.#places[column] ?? -1], problem)
  }

  #error(column: string | undefined, problem: string): InputError {
    return new InputError(this.source, { line: this.#line, column }, problem)
  }
}

function splitLine(source: string, text: string, line: number): string[] {
  if (!text.includes('"')) return text.split(',').map((cell) => cell.trim())
  try {
    const [cells = []]: string[][] = parse(text, { trim: true })
    return cells
  } catch (cause) {
    throw new InputError(source, { line }, cause instanceof Error ? cause.message : 'is not CSV')
  }
}

/** What `extendCsv` needs to know. `row` gives the cells to add, in the order of `added`. */
export type CsvExtension = {
  /** File to read, gzip or not; stdin when undefined or `-`. */
  file: string | undefined
  /** Names of the columns that the getters of `CsvRow` read. */
  columns: readonly string[]
  /** Names of the columns that are appended. */
  added: readonly string[]
  /** Columns whose cells are numbers in JSON. */
  numeric: readonly string[]
  json: boolean
  row: (row: CsvRow) => readonly Cell[]
}

function csvText(row: CsvRow, added: readonly Cell[]): string {
  let text = row.raw
  for (const cell of added) text += typeof cell === 'number' ? `,${cell}` : `,${field(cell)}`
  return `${text}\n`
}

function jsonText(row: CsvRow, extension: CsvExtension, added: readonly Cell[]): string {
  const given = row.header.map((name, i) => {
    const cell = row.cells[i] ?? ''
    return [name, extension.numeric.includes(name) ? Number(cell) : cell]
  })
  const more = extension.added.map((name, i) => [name, added[i] ?? null])
  return JSON.stringify(Object.fromEntries([...given, ...more]))
}

/** Writes to stdout in pieces, the first of them only when the end is reached or HELD is full. */
class Output {
  #pieces: string[] = []
  #piece = ''
  #size = 0

  async add(text: string): Promise<void> {
    this.#piece += text
    if (this.#piece.length < PIECE) return
    this.#pieces.push(this.#piece)
    this.#size += this.#piece.length
    this.#piece = ''
    if (this.#size > HELD) await this.#write()
  }

  async end(text: string): Promise<void> {
    this.#pieces.push(this.#piece + text)
    await this.#write()
  }

  async #write(): Promise<void> {
    for (const piece of this.#pieces.splice(0)) if (!process.stdout.write(piece)) await once(process.stdout, 'drain')
  }
}

/**
 * Reads CSV, or a JSON array of objects, and writes it with columns added to stdout as CSV or as a JSON array.
 * @throws InputError with line and column for the first cell that cannot be used.
 */
export async function extendCsv(extension: CsvExtension): Promise<void> {
  const { file, columns, added, json } = extension
  const source = sourceOf(file)
  const output = new Output()
  let row: CsvRow | undefined
  let count = 0
  for await (const { first, lines } of lineBatches(file)) {
    for (const [i, raw] of lines.entries()) {
      const text = raw.trim()
      if (text === '') continue
      if (row === undefined) {
        const header = splitLine(source, text, first + i)
        row = new CsvRow(source, header, first + i, columns)
        await output.add(json ? '[' : `${[...header, ...added].map(field).join(',')}\n`)
        continue
      }
      row.read(text, first + i)
      const cells = extension.row(row)
      await output.add(json ? `${count > 0 ? ',' : ''}\n${jsonText(row, extension, cells)}` : csvText(row, cells))
      count += 1
    }
  }
  if (count === 0) throw new InputError(source, { line: 1 }, 'holds no rows; a header and at least one row are needed')
  await output.end(json ? '\n]\n' : '')
}
