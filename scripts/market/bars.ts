/** Price bars from a CSV file, gzipped or not. Every problem is reported with file and line. */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

/** Decimals of all prices here: those of a Chainlink USD feed. */
export const PRICE_DECIMALS = 8

export type Bar = {
  /** Unix seconds of its open. */
  t: number
  open: bigint
  high: bigint
  low: bigint
  close: bigint
}

const COLUMNS = ['t', 'open', 'high', 'low', 'close', 'volume'] as const

export class BarFileError extends Error {
  readonly code = 'BAR_FILE'
  readonly file: string
  /** 1 is the header; 0: the file as a whole. */
  readonly line: number
  constructor({ file, line, problem, cause }: { file: string; line: number; problem: string; cause?: unknown }) {
    const place = line > 0 ? `${file}:${line}` : file
    super(`${place}: ${problem} Wanted: a CSV file (gzip or not) with columns ${COLUMNS.join(',')}.`, { cause })
    this.name = 'BarFileError'
    this.file = file
    this.line = line
  }
}

export function readBars(file: string): Bar[] {
  return parseBars(readText(file), file)
}

function readText(file: string): string {
  try {
    const bytes = readFileSync(file)
    const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b
    return (isGzip ? gunzipSync(bytes) : bytes).toString('utf8')
  } catch (cause) {
    throw new BarFileError({ file, line: 0, problem: `cannot be read (${(cause as Error).message}).`, cause })
  }
}

export function parseBars(text: string, file: string): Bar[] {
  const [header = '', ...rows] = text.split(/\r?\n/)
  if (header.trim() === '') throw new BarFileError({ file, line: 0, problem: 'is empty.' })
  const names = header.split(',').map((name) => name.trim())
  for (const column of COLUMNS) {
    if (!names.includes(column)) throw new BarFileError({ file, line: 1, problem: `has no column "${column}".` })
  }
  const bars: Bar[] = []
  rows.forEach((row, index) => {
    if (row.trim() === '') return
    const bar = parseBar(row, names, { file, line: index + 2 })
    const previous = bars.at(-1)
    if (previous && bar.t <= previous.t) {
      throw new BarFileError({ file, line: index + 2, problem: `t ${bar.t} is not after ${previous.t}.` })
    }
    bars.push(bar)
  })
  if (bars.length === 0) throw new BarFileError({ file, line: 0, problem: 'has a header but no bars.' })
  return bars
}

type Place = { file: string; line: number }

function parseBar(row: string, names: readonly string[], place: Place): Bar {
  const cells = row.split(',')
  if (cells.length !== names.length) {
    throw new BarFileError({ ...place, problem: `has ${cells.length} cells under ${names.length} columns.` })
  }
  const cell = (name: string) => cells[names.indexOf(name)]?.trim() ?? ''
  const price = (name: string) => parsePrice(cell(name), name, place)
  if (!/^\d{1,11}$/.test(cell('t'))) {
    throw new BarFileError({ ...place, problem: `t "${cell('t')}" is not a time in unix seconds.` })
  }
  parseVolume(cell('volume'), place)
  const bar = {
    t: Number(cell('t')),
    open: price('open'),
    high: price('high'),
    low: price('low'),
    close: price('close'),
  }
  if (bar.high < bar.low) throw new BarFileError({ ...place, problem: `high ${cell('high')} < low ${cell('low')}.` })
  for (const name of ['open', 'close'] as const) {
    if (bar[name] > bar.high || bar[name] < bar.low) {
      throw new BarFileError({ ...place, problem: `${name} ${cell(name)} is outside low and high.` })
    }
  }
  return bar
}

/** Exact up to the feed's decimals; further digits are cut off, as a feed does. */
function parsePrice(text: string, name: string, place: Place): bigint {
  const match = /^(\d{1,12})(?:\.(\d*))?$/.exec(text)
  const [, whole = '', fraction = ''] = match ?? []
  const price = match ? BigInt(whole + fraction.padEnd(PRICE_DECIMALS, '0').slice(0, PRICE_DECIMALS)) : 0n
  if (price <= 0n) throw new BarFileError({ ...place, problem: `${name} "${text}" is not a positive price.` })
  return price
}

function parseVolume(text: string, place: Place): void {
  if (text === '' || !(Number(text) >= 0)) {
    throw new BarFileError({ ...place, problem: `volume "${text}" is not a number >= 0.` })
  }
}

/** The four prices of a bar in the order they are fed: the extreme against its direction comes first. */
export function ticks({ open, high, low, close }: Bar): [bigint, bigint, bigint, bigint] {
  return close < open ? [open, high, low, close] : [open, low, high, close]
}

/** One bar out of consecutive ones. */
export function merge(bars: readonly [Bar, ...Bar[]]): Bar {
  const [first] = bars
  return bars.reduce((all, bar) => ({
    t: first.t,
    open: first.open,
    high: higher(bar.high, all.high),
    low: lower(bar.low, all.low),
    close: bar.close,
  }))
}

export function higher(a: bigint, b: bigint): bigint {
  if (a > b) return a
  return b
}

export function lower(a: bigint, b: bigint): bigint {
  if (a < b) return a
  return b
}
