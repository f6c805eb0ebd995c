/** Which prices are fed when: every bar of the crash window, longer bars in the quiet rest. */
import { type Bar, higher, lower, merge, ticks } from './bars.ts'

/** Prices of all underlyings at one time, in the order of the symbols. */
export type PriceStep = {
  t: number
  prices: bigint[]
  /** Some price is the lowest or highest so far. */
  isExtreme: boolean
}

export type Schedule = {
  symbols: string[]
  steps: PriceStep[]
  /** Unix seconds: inside, every bar's four prices; outside, those of bars of `quietSeconds`. */
  window: { from: number; to: number }
  quietSeconds: number
  barSeconds: number
  /** Bars of the files that lie in the common range. */
  bars: number
}

type Prices = Pick<PriceStep, 't' | 'prices'>
/** Prices of all symbols in one bar. */
type Row = { t: number; bars: Bar[] }

type ScheduleOptions = { windowSeconds: number; quietSeconds: number }

const DEFAULT_SCHEDULE: ScheduleOptions = { windowSeconds: 2 * 3600, quietSeconds: 900 }

export class ScheduleError extends Error {
  readonly code = 'SCHEDULE'
  constructor(problem: string) {
    super(`${problem} Give files of the same days and interval.`)
    this.name = 'ScheduleError'
  }
}

export function schedule(series: Readonly<Record<string, readonly Bar[]>>, options = DEFAULT_SCHEDULE): Schedule {
  const symbols = Object.keys(series)
  const rows = align(Object.values(series))
  const barSeconds = interval(rows)
  const window = busiestWindow(rows, options.windowSeconds, barSeconds)
  const quiet = groups(rows, options.quietSeconds, window)
  const steps = quiet.flatMap(({ row, seconds }) => stepsOf(row, seconds))
  return {
    symbols,
    steps: withExtremes(steps.filter((step, i) => i === 0 || !samePrices(step, steps[i - 1]))),
    window,
    quietSeconds: Math.max(options.quietSeconds, barSeconds),
    barSeconds,
    bars: rows.length,
  }
}

/** Bars whose time all files share. */
function align(series: readonly (readonly Bar[])[]): Row[] {
  const [first = [], ...others] = series
  const byTime = others.map((bars) => new Map(bars.map((bar) => [bar.t, bar])))
  const rows = first.flatMap((bar) => {
    const rest = byTime.map((map) => map.get(bar.t))
    return rest.every((each) => each !== undefined) ? [{ t: bar.t, bars: [bar, ...rest] }] : []
  })
  if (rows.length < 2) throw new ScheduleError(`The files share ${rows.length} bars.`)
  return rows
}

/** The most frequent distance of two bars: a gap is no interval. */
function interval(rows: readonly Row[]): number {
  const counts = new Map<number, number>()
  for (let i = 1; i < rows.length; i++) {
    const distance = (rows[i]?.t ?? 0) - (rows[i - 1]?.t ?? 0)
    counts.set(distance, (counts.get(distance) ?? 0) + 1)
  }
  return [...counts].reduce((best, each) => (each[1] > best[1] ? each : best))[0]
}

/** The window in which the underlyings' ranges (highest over lowest price), added up, are widest. */
function busiestWindow(rows: readonly Row[], seconds: number, barSeconds: number): { from: number; to: number } {
  let best = { range: -1, from: rows[0]?.t ?? 0 }
  for (const [start, { t: from }] of rows.entries()) {
    const inside: Row[] = []
    for (let i = start; i < rows.length && (rows[i]?.t ?? 0) < from + seconds; i++) inside.push(rows[i] as Row)
    const range = (inside[0]?.bars ?? [])
      .map((_, symbol) => merge(inside.map(({ bars }) => bars[symbol] as Bar) as [Bar, ...Bar[]]))
      .reduce((sum, { high, low }) => sum + Number(high) / Number(low) - 1, 0)
    if (range > best.range) best = { range, from }
  }
  const last = (rows.at(-1)?.t ?? 0) + barSeconds
  return { from: best.from, to: Math.min(best.from + seconds, last) }
}

function groups(rows: readonly Row[], quietSeconds: number, window: { from: number; to: number }) {
  const result: { row: Row; seconds: number }[] = []
  let group: Row[] = []
  const barSeconds = interval(rows)
  const close = () => {
    const [first, ...rest] = group
    const last = group.at(-1)
    if (first && last) result.push({ row: mergeRows(first, rest), seconds: last.t + barSeconds - first.t })
    group = []
  }
  for (const row of rows) {
    const isQuiet = row.t < window.from || row.t >= window.to
    const last = group.at(-1)
    const slot = (t: number) => Math.floor(t / quietSeconds)
    if (last && (!isQuiet || slot(last.t) !== slot(row.t))) close()
    if (isQuiet) group.push(row)
    else result.push({ row, seconds: barSeconds })
  }
  close()
  return result
}

function mergeRows(first: Row, rest: readonly Row[]): Row {
  const bars = first.bars.map((bar, symbol) => merge([bar, ...rest.map(({ bars }) => bars[symbol] as Bar)]))
  return { t: first.t, bars }
}

/** A bar's four prices at the start of its four quarters. */
function stepsOf({ t, bars }: Row, seconds: number): Prices[] {
  const prices = bars.map(ticks)
  return [0, 1, 2, 3].map((quarter) => ({
    t: t + Math.floor((quarter * seconds) / 4),
    prices: prices.map((each) => each[quarter] as bigint),
  }))
}

function samePrices({ prices }: Prices, previous: Prices | undefined): boolean {
  return previous?.prices.every((price, i) => price === prices[i]) ?? false
}

function withExtremes(steps: readonly Prices[]): PriceStep[] {
  const ranges: { low: bigint; high: bigint }[] = []
  return steps.map((step) => {
    let isExtreme = false
    for (const [i, price] of step.prices.entries()) {
      const range = ranges[i]
      if (!range || price < range.low || price > range.high) isExtreme = true
      const [low, high] = range ? [range.low, range.high] : [price, price]
      ranges[i] = { low: lower(price, low), high: higher(price, high) }
    }
    return { ...step, isExtreme }
  })
}
