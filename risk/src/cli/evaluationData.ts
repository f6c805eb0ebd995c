/** Reading of the market data that ships with the package, see data/SOURCES.md. */
import { fileURLToPath } from 'node:url'
import {
  type EvaluationData,
  type EventBars,
  type PriceHistory,
  requireHistory,
  type SmileQuote,
  type SmileSnapshot,
} from '../evaluation/index.ts'
import { type OptionChain, readChain } from '../surface/index.ts'
import { InputError, readInput } from './input.ts'

type Row = Readonly<Record<string, string>>

/** Rows of a table whose cells hold neither quotation marks nor commas, by far faster than a general parser. */
function rowsOf(file: string): { columns: string[]; rows: string[][] } {
  const { text } = readInput(fileURLToPath(new URL(`../../data/${file}`, import.meta.url)))
  const [header = '', ...lines] = text.trimEnd().split('\n')
  const columns = header.split(',')
  const rows = lines.map((line, i) => {
    const cells = line.split(',')
    if (cells.length !== columns.length) throw new InputError(file, { line: i + 2 }, `has ${cells.length} cells`)
    return cells
  })
  return { columns, rows }
}

function recordsOf(file: string): Row[] {
  const { columns, rows } = rowsOf(file)
  return rows.map((cells) => Object.fromEntries(columns.map((column, i) => [column, cells[i] ?? ''])))
}

/** One column per underlying; an empty cell is a gap. */
function histories(): PriceHistory[] {
  const { columns, rows } = rowsOf('hourly_close.csv.gz')
  return columns.slice(1).map((symbol, i) => {
    const known = rows.filter((cells) => cells[i + 1] !== '')
    const times = Float64Array.from(known, ([time]) => Number(time))
    const prices = Float64Array.from(known, (cells) => Number(cells[i + 1]))
    const history = { symbol, times, prices }
    requireHistory(history)
    return history
  })
}

function eventBars(): ReadonlyMap<string, EventBars> {
  const bySymbol = Map.groupBy(recordsOf('event_bars.csv.gz'), ({ symbol = '' }) => symbol)
  const column = (rows: readonly Row[], name: string) => Float64Array.from(rows, (row) => Number(row[name]))
  const bars = [...bySymbol].map(([symbol, rows]): [string, EventBars] => {
    const [times, low, high, close] = ['t', 'low', 'high', 'close'].map((name) => column(rows, name))
    const none = new Float64Array(0)
    return [symbol, { times: times ?? none, low: low ?? none, high: high ?? none, close: close ?? none }]
  })
  return new Map(bars)
}

function smileQuote(row: Row): SmileQuote {
  return {
    expiry: Number(row.expiry),
    forward: Number(row.forward),
    atTheMoney: Number(row.atm_iv),
    put25: Number(row.put25d_iv),
    call25: Number(row.call25d_iv),
  }
}

function smiles(): SmileSnapshot[] {
  const groups = Map.groupBy(recordsOf('deribit_smiles.csv.gz'), ({ t, currency }) => `${t} ${currency}`)
  return [...groups.values()]
    .map(([first, ...rest]): SmileSnapshot => {
      const rows = first === undefined ? rest : [first, ...rest]
      const quotes = rows.map(smileQuote).sort((a, b) => a.expiry - b.expiry)
      return { symbol: first?.currency ?? '', time: Number(first?.t), quotes }
    })
    .sort((a, b) => a.time - b.time)
}

function chains(): OptionChain[] {
  const groups = Map.groupBy(recordsOf('deribit_weekly_chains.csv.gz'), ({ t, currency }) => `${t} ${currency}`)
  return [...groups.values()].map((rows) => readChain(rows, { unit: 'coin' }).chain)
}

/** Everything the evaluation reads. @throws InputError for a file that cannot be read */
export function evaluationData(): EvaluationData {
  return { histories: histories(), events: eventBars(), smiles: smiles(), chains: chains() }
}
