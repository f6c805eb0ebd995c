/** Reading of the market data that ships with the package, see data/SOURCES.md. */
import { fileURLToPath } from 'node:url'
import type { EvaluationData, EventBars, SmileQuote, SmileSnapshot } from '../evaluation/index.ts'
import { type OptionChain, readChain } from '../surface/index.ts'
import { type Input, readInput } from './input.ts'
import { plainTable, priceHistories } from './priceFile.ts'

type Row = Readonly<Record<string, string>>

function shipped(file: string): Input {
  return readInput(fileURLToPath(new URL(`../../data/${file}`, import.meta.url)))
}

function recordsOf(file: string): Row[] {
  const { columns, rows } = plainTable(shipped(file))
  return rows.map((cells) => Object.fromEntries(columns.map((column, i) => [column, cells[i] ?? ''])))
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
  return {
    histories: priceHistories(shipped('hourly_close.csv.gz')),
    events: eventBars(),
    smiles: smiles(),
    chains: chains(),
  }
}
