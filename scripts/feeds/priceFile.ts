/** The shipped hourly prices as rows of text, as signers read them. */
import { fileURLToPath } from 'node:url'
import { readInput } from '@plimsoll/risk/chains'

/** `t`, unix seconds, and USD by symbol, '' where there is none. */
export type PriceRow = Readonly<Record<string, string>>

/** Prices in USD by the hour, see risk/data/SOURCES.md. */
export const HOURLY_PRICES = fileURLToPath(new URL('../../risk/data/hourly_close.csv.gz', import.meta.url))
/** More than the two years that count. */
const SECONDS = 800 * 86_400

/** Of the last `SECONDS` up to `until`, unix seconds, ascending. */
export function priceRows(symbols: readonly string[], until: number): PriceRow[] {
  const [header = '', ...lines] = readInput(HOURLY_PRICES).text.trimEnd().split('\n')
  const places = ['t', ...symbols].map((name) => [name, header.split(',').indexOf(name)] as const)
  return lines.flatMap((line) => {
    const cells = line.split(',')
    const time = Number(cells[0])
    if (time > until || time <= until - SECONDS) return []
    return [Object.fromEntries(places.map(([name, place]) => [name, cells[place] ?? '']))]
  })
}

/** The row without its prices. */
export function withoutPrices(row: PriceRow): PriceRow {
  return Object.fromEntries(Object.entries(row).map(([name, cell]) => [name, name === 't' ? cell : '']))
}
