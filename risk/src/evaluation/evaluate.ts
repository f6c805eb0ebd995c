/** Runs the parts of the evaluation over the data and gathers their figures. */
import type { ScanRangeParameters } from '../estimation/dynamicRange.ts'
import { historicalWeights } from '../estimation/historicalWeights.ts'
import { gapsOf, HOUR, type PriceHistory } from '../estimation/priceHistory.ts'
import { defaultsOf, scanRangeParameters } from '../methods/index.ts'
import type { OptionChain } from '../surface/index.ts'
import { type BookRow, bookCoverage, indexed, LINEAR_BOOKS, MODES, type Underlying } from './books.ts'
import { type CoverageRow, coverage, type EqualCoverage, equalCoverage, RELIEVED_HOURS } from './coverage.ts'
import { type Efficiency, efficiency } from './efficiency.ts'
import { LEVELS, type Level, type LinearMargin, linearMargins, SIDES } from './linearMargins.ts'
import { type ProcyclicalityRow, procyclicality, rangeVersions } from './procyclicality.ts'
import { type ImpliedHistory, type RangePath, rangePath, WITHOUT_IMPLIED } from './rangePath.ts'
import { impliedHistory, type SmileSnapshot } from './smileHistory.ts'
import { type EventBars, type EventCost, eventCost, WORST_DAYS } from './worstDays.ts'

export const SECTIONS = ['coverage', 'worst-days', 'procyclicality', 'efficiency'] as const
export type Section = (typeof SECTIONS)[number]

/** Prices, option markets and crisis bars, see data/SOURCES.md of the package. */
export type EvaluationData = {
  readonly histories: readonly PriceHistory[]
  readonly events: ReadonlyMap<string, EventBars>
  readonly smiles: readonly SmileSnapshot[]
  readonly chains: readonly OptionChain[]
}

/** An underlying with its path and the requirements of every method. */
export type Prepared = {
  readonly history: PriceHistory
  readonly parameters: ScanRangeParameters
  /** Zero throughout where no option market is known. */
  readonly implied: ImpliedHistory
  readonly path: RangePath
  readonly margins: readonly LinearMargin[]
}

/** What the histories hold: window, prices, and the holes of more than four hours. */
export type HistorySummary = {
  readonly underlying: string
  readonly from: number
  readonly to: number
  readonly prices: number
  readonly gaps: readonly { readonly from: number; readonly to: number }[]
}

export type ScaleRow = EqualCoverage & {
  readonly underlying: string
  readonly method: string
  readonly level: Level
}

/** Results of the sections that ran. */
export type Figures = {
  readonly histories: readonly HistorySummary[]
  readonly coverage?: {
    readonly rows: readonly CoverageRow[]
    readonly scales: readonly ScaleRow[]
    readonly books: readonly BookRow[]
  }
  readonly worstDays?: readonly EventCost[]
  readonly procyclicality?: readonly ProcyclicalityRow[]
  readonly efficiency?: Efficiency
}

const LONGEST_STEP = 4 * HOUR

export function prepare({ histories, smiles }: EvaluationData): Prepared[] {
  return histories.map((history) => {
    const own = smiles.filter(({ symbol }) => symbol === history.symbol)
    const implied = own.length === 0 ? WITHOUT_IMPLIED : impliedHistory(own)
    const parameters = scanRangeParameters(defaultsOf(history.symbol))
    const path = rangePath(history, parameters, implied)
    return { history, parameters, implied, path, margins: linearMargins(history.symbol, path) }
  })
}

function summaryOf(history: PriceHistory): HistorySummary {
  const { symbol, times } = history
  return {
    underlying: symbol,
    from: times[0] ?? Number.NaN,
    to: times.at(-1) ?? Number.NaN,
    prices: times.length,
    gaps: gapsOf(history, LONGEST_STEP),
  }
}

function coverageRows({ history, margins }: Prepared): CoverageRow[] {
  return margins.flatMap((margin) => [
    ...LEVELS.flatMap((level) => coverage(history, margin, level)),
    ...(margin.method === 'plimsoll' ? coverage(history, margin, 'maintenance', RELIEVED_HOURS) : []),
  ])
}

function scaleRows({ history, margins }: Prepared): ScaleRow[] {
  return margins.flatMap((margin) =>
    LEVELS.map((level) => ({
      underlying: history.symbol,
      method: margin.method,
      level,
      ...equalCoverage(history, margin, level),
    })),
  )
}

function bookRows(prepared: readonly Prepared[]): BookRow[] {
  const underlyings = new Map<string, Underlying>(
    prepared.map(({ history, path }) => [history.symbol, indexed(history, path, historicalWeights(history))]),
  )
  return LINEAR_BOOKS.flatMap((book) => MODES.flatMap((mode) => bookCoverage(book, underlyings, mode)))
}

function eventCosts(prepared: readonly Prepared[], events: ReadonlyMap<string, EventBars>): EventCost[] {
  return WORST_DAYS.flatMap((event) =>
    prepared.flatMap(({ history, margins }) => {
      const bars = events.get(history.symbol)
      const [margin] = margins
      if (bars === undefined || margin === undefined) return []
      const at = new Map(Array.from(history.times, (time, i) => [time, i]))
      return SIDES.flatMap((side) => {
        const marginAt = (time: number, level: Level) =>
          margin.requirement(side, level)[at.get(time) ?? -1] ?? Number.NaN
        return LEVELS.flatMap((level) => eventCost(event, history.symbol, bars, { side, level }, marginAt) ?? [])
      })
    }),
  )
}

function procyclicalityRows({ history, path, parameters, implied }: Prepared): ProcyclicalityRow[] {
  return procyclicality(history, rangeVersions(history, path, parameters, implied))
}

/** The chosen sections; `progress` hears of each before it starts. */
export function evaluate(
  data: EvaluationData,
  sections: readonly Section[],
  progress: (what: string) => void,
): { prepared: readonly Prepared[]; figures: Figures } {
  const run = <T>(section: Section, part: () => T): T | undefined => {
    if (!sections.includes(section)) return undefined
    progress(section)
    return part()
  }
  progress('scan ranges')
  const prepared = prepare(data)
  const figures = {
    histories: data.histories.map(summaryOf),
    coverage: run('coverage', () => ({
      rows: prepared.flatMap(coverageRows),
      scales: prepared.flatMap(scaleRows),
      books: bookRows(prepared),
    })),
    worstDays: run('worst-days', () => eventCosts(prepared, data.events)),
    procyclicality: run('procyclicality', () => prepared.flatMap(procyclicalityRows)),
    efficiency: run('efficiency', () => efficiency(data.histories, data.smiles, data.chains, progress)),
  }
  return { prepared, figures: JSON.parse(JSON.stringify(figures, (_, value) => rounded(value))) as Figures }
}

/** Seven significant digits: what a figure means, and the same on every machine. */
function rounded(value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(7)) : value
}
