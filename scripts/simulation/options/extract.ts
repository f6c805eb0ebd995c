/**
 * Cuts the shipped extract of the crash of 2026-02-05 out of full option chains and hourly bars:
 *
 *     node scripts/simulation/options/extract.ts --chains FILE --btc FILE --eth FILE [--out FOLDER]
 *
 * Chains: Deribit snapshots with the columns below among others; bars: `t,open,high,low,close,volume` among others. Rows are
 * left out, never changed. Same input, same bytes.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { gunzipSync, gzipSync } from 'node:zlib'

const FOLDER = fileURLToPath(new URL('../../../test/fixtures/data/', import.meta.url))

/** The snapshots from 2026-02-04 21:33 to 2026-02-06 15:51 UTC: one before and one after the simulated hours. */
const CHAINS = { from: 1_770_240_000, to: 1_770_400_000 }
/** 2026-02-05 00:00 to 2026-02-06 12:00 UTC. */
const BARS = { from: 1_770_249_600, to: 1_770_379_200 }
/** Left out: 2026-04-24 and 2026-09-25. What remains are never more than ten expiries at a time. */
const OMITTED = new Set(['1777017600', '1790323200'])

const CHAIN_COLUMNS = ['t', 'currency', 'expiry', 'strike', 'type', 'bid', 'ask', 'forward', 'index_price']
const BAR_COLUMNS = ['t', 'open', 'high', 'low', 'close', 'volume']

class ExtractError extends Error {
  readonly code = 'EXTRACT'
  readonly file: string
  constructor(file: string, problem: string) {
    super(`${file}: ${problem}`)
    this.name = 'ExtractError'
    this.file = file
  }
}

type Row = Readonly<Record<string, string>>

/** Rows of `file` (gzip or not) that `wanted` takes, with only `columns`, as text. */
function cut(file: string, columns: readonly string[], wanted: (row: Row) => boolean): string {
  const bytes = readFileSync(file)
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b
  const [header = '', ...lines] = (isGzip ? gunzipSync(bytes) : bytes).toString('utf8').trim().split(/\r?\n/)
  const names = header.split(',')
  const missing = columns.find((column) => !names.includes(column))
  if (missing !== undefined) throw new ExtractError(file, `has no column "${missing}".`)
  const kept = lines.flatMap((line) => {
    const cells = line.split(',')
    const row: Row = Object.fromEntries(names.map((name, i) => [name, cells[i] ?? '']))
    return wanted(row) ? [columns.map((column) => row[column]).join(',')] : []
  })
  if (kept.length === 0) throw new ExtractError(file, 'has no row of the wanted time.')
  return `${[columns.join(','), ...kept].join('\n')}\n`
}

function isWithin({ t }: Row, { from, to }: { from: number; to: number }): boolean {
  return Number(t) >= from && Number(t) < to
}

/** Only two-sided quotes take part in a calibration. */
function isUsed(row: Row): boolean {
  return isWithin(row, CHAINS) && !OMITTED.has(row.expiry ?? '') && Number(row.bid) > 0 && Number(row.ask) > 0
}

/** The text of the three files that are shipped, by name. @throws ExtractError */
export function extract(sources: { chains: string; btc: string; eth: string }): Record<string, string> {
  const bars = (file: string) => cut(file, BAR_COLUMNS, (row) => isWithin(row, BARS))
  return {
    '2026-02-05_options.csv.gz': cut(sources.chains, CHAIN_COLUMNS, isUsed),
    '2026-02-05_BTC_1h.csv.gz': bars(sources.btc),
    '2026-02-05_ETH_1h.csv.gz': bars(sources.eth),
  }
}

function required(name: string, value: string | undefined): string {
  if (value === undefined) throw new ExtractError(`--${name}`, 'is missing. Give the path of its file.')
  return value
}

function main(): void {
  const text = { type: 'string' } as const
  const { values } = parseArgs({ options: { chains: text, btc: text, eth: text, out: { ...text, default: FOLDER } } })
  const { chains, btc, eth, out } = values
  const files = extract({
    chains: required('chains', chains),
    btc: required('btc', btc),
    eth: required('eth', eth),
  })
  for (const [name, csv] of Object.entries(files)) {
    const bytes = gzipSync(csv, { level: 9 })
    writeFileSync(join(out, name), bytes)
    process.stdout.write(`${name}: ${csv.split('\n').length - 2} rows, ${bytes.length} bytes\n`)
  }
}

if (import.meta.main) main()
