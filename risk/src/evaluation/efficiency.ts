/** Capital efficiency: what structures need by method, at requirements scaled to equal coverage. */

import { type HistoricalWeights, historicalWeights } from '../estimation/historicalWeights.ts'
import { DAY, HOUR, type PriceHistory } from '../estimation/priceHistory.ts'
import {
  ACCOUNT_DEFAULTS,
  capFractions,
  defaultsOf,
  type Levels,
  scanRangeParameters,
  tailCaps,
  type UnderlyingState,
} from '../methods/index.ts'
import { fitSurface, type OptionChain, type Surface } from '../surface/index.ts'
import { HOLD_OUT_FROM, scaleFor, shareAbove } from './coverage.ts'
import { LEVELS, type Level } from './linearMargins.ts'
import { assumedSurface, surfaceOf } from './optionMarkets.ts'
import { type ImpliedHistory, type RangePath, rangePath } from './rangePath.ts'
import { impliedHistory, type SmileSnapshot } from './smileHistory.ts'
import type { BookKind } from './structures.ts'
import {
  horizonOf,
  type Quoted,
  STRUCTURE_METHODS,
  type StructureWindow,
  structureWindows,
} from './structureWindows.ts'

/** Days between two windows of the assumed markets. */
const ASSUMED_STEP = 5 * DAY

/** A later snapshot counts when it is this close to the end of the horizon. */
const TOLERANCE = 3 * HOUR

/** An underlying whose prices go on with the option market's nearest forward where the hourly ones end. */
type Source = {
  readonly symbol: string
  readonly history: PriceHistory
  readonly path: RangePath
  readonly weights: HistoricalWeights
  readonly snapshots: readonly SmileSnapshot[]
}

function sourceOf(history: PriceHistory, snapshots: readonly SmileSnapshot[]): Source {
  const last = history.times.at(-1) ?? 0
  const later = snapshots.filter(({ time, quotes }) => time > last && quotes.length > 0)
  const extended: PriceHistory = {
    symbol: history.symbol,
    times: Float64Array.of(...history.times, ...later.map(({ time }) => time)),
    prices: Float64Array.of(...history.prices, ...later.map(({ quotes }) => quotes[0]?.forward ?? Number.NaN)),
  }
  const implied: ImpliedHistory = impliedHistory(snapshots)
  const path = rangePath(extended, scanRangeParameters(defaultsOf(history.symbol)), implied)
  return { symbol: history.symbol, history: extended, path, weights: historicalWeights(extended), snapshots }
}

/** Index of the newest price at or before a time, -1 before the first. */
function newestAt({ times }: PriceHistory, time: number): number {
  let [low, high] = [-1, times.length]
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if ((times[middle] ?? Infinity) <= time) low = middle
    else high = middle
  }
  return low
}

/** What the chain would hold at a time; undefined while the range is not known. */
function stateAt({ symbol, history, path, weights }: Source, time: number): UnderlyingState | undefined {
  const i = newestAt(history, time)
  const [scanRange = Number.NaN, targetScanRange = Number.NaN] = [path.maintenance[i], path.target[i]]
  if (Number.isNaN(scanRange)) return undefined
  const probabilities = weights(time, scanRange + defaultsOf(symbol).epsilon)
  const caps = probabilities && capFractions(tailCaps(probabilities, ACCOUNT_DEFAULTS.tail))
  return { scanRange, targetScanRange, caps }
}

type SurfaceAt = (source: Source, time: number) => Surface | undefined

/** The greater realised volatility and the price, where both are known at exactly that time. */
const assumedAt: SurfaceAt = ({ symbol, history, path }, time) => {
  const i = newestAt(history, time)
  const volatility = Math.max(path.fastVolatility[i] ?? Number.NaN, path.slowVolatility[i] ?? Number.NaN)
  if (history.times[i] !== time || Number.isNaN(volatility)) return undefined
  return assumedSurface(symbol, time, history.prices[i] ?? Number.NaN, volatility)
}

/** Fits each snapshot once; the nearest one within the tolerance. */
function quotedSurfaces(): SurfaceAt {
  const fitted = new Map<SmileSnapshot, Surface | undefined>()
  return ({ snapshots }, time) => {
    const nearest = snapshots.reduce<SmileSnapshot | undefined>((best, each) => {
      const distance = Math.abs(each.time - time)
      return distance <= TOLERANCE && distance < Math.abs((best?.time ?? Infinity) - time) ? each : best
    }, undefined)
    if (nearest === undefined) return undefined
    if (!fitted.has(nearest)) fitted.set(nearest, surfaceOf(nearest))
    return fitted.get(nearest)
  }
}

/** The windows of all sources at one time: of each alone and, where both are quoted, of both together. */
function windowsAt(sources: readonly Source[], time: number, surfaceAt: SurfaceAt): StructureWindow[] {
  const quoted = sources.flatMap((source): Quoted[] => {
    const [surface, state] = [surfaceAt(source, time), stateAt(source, time)]
    if (surface === undefined || state === undefined) return []
    const later = (level: Level) => surfaceAt(source, surface.time + horizonOf(level))
    return [
      {
        symbol: source.symbol,
        surface,
        state,
        later: { maintenance: later('maintenance'), initial: later('initial') },
      },
    ]
  })
  const pairs = quoted.length > 1 ? structureWindows(quoted) : []
  return [...quoted.flatMap((own) => structureWindows([own])), ...pairs]
}

/** Windows on assumed markets before the hold-out, on which scales are fitted. */
function assumedWindows(sources: readonly Source[]): StructureWindow[] {
  const first = Math.min(...sources.map(({ history }) => history.times[0] ?? Infinity))
  const times: number[] = []
  for (let time = Math.ceil(first / DAY) * DAY; time < HOLD_OUT_FROM; time += ASSUMED_STEP) times.push(time)
  return times.flatMap((time) => windowsAt(sources, time, assumedAt))
}

/** Windows on real smiles, one a day from the first snapshot of the day on. */
function quotedWindows(sources: readonly Source[]): StructureWindow[] {
  const surfaceAt = quotedSurfaces()
  const starts = new Map<number, number>()
  for (const { snapshots } of sources)
    for (const { time } of snapshots) {
      const day = Math.floor(time / DAY)
      starts.set(day, Math.min(starts.get(day) ?? Infinity, time))
    }
  return [...starts.values()].flatMap((time) => windowsAt(sources, time, surfaceAt))
}

/** Requirements on the full weekly chains; they have no later market. */
function chainWindows(sources: readonly Source[], chains: readonly OptionChain[]): StructureWindow[] {
  const byDay = Map.groupBy(chains, ({ time }) => Math.floor(time / DAY))
  return [...byDay.values()].flatMap((group) => {
    const quoted = sources.flatMap((source): Quoted[] => {
      const chain = group.find(({ underlying }) => underlying === source.symbol)
      const state = chain === undefined ? undefined : stateAt(source, chain.time)
      if (chain === undefined || state === undefined) return []
      const { surface } = fitSurface(chain, { rawSvi: false })
      return [{ symbol: source.symbol, surface, state, later: { maintenance: undefined, initial: undefined } }]
    })
    return [...quoted.flatMap((own) => structureWindows([own])), ...(quoted.length > 1 ? structureWindows(quoted) : [])]
  })
}

/** Books of perpetuals alone are scaled apart: their relief would be hidden among the option structures. */
export type ScaledMethod = {
  readonly method: string
  readonly book: BookKind
  readonly level: Level
  /** At which the share of windows with a breach is the target, on assumed markets before the hold-out. */
  readonly scale: number
  readonly windows: number
  /** Shares of windows with a breach as the method is: on those markets, and on real smiles in the hold-out. */
  readonly fitRate: number
  readonly holdOutWindows: number
  readonly holdOutRate: number
  /** In the hold-out at the scale; and the scale that the hold-out itself would have asked for. */
  readonly scaledHoldOutRate: number
  readonly holdOutScale: number
}

/** Mean initial requirement over notional on real weekly chains, by method, and breaches at 24 h as the methods are. */
export type StructureRow = {
  readonly structure: string
  readonly group: string
  readonly book: BookKind
  readonly chains: number
  readonly initial: Readonly<Record<string, number>>
  /** Initial requirement times the method's scale. */
  readonly scaled: Readonly<Record<string, number>>
  readonly fitRate: Readonly<Record<string, number>>
  readonly holdOutRate: Readonly<Record<string, number>>
}

export type Efficiency = { readonly methods: readonly ScaledMethod[]; readonly structures: readonly StructureRow[] }

const BOOK_KINDS: readonly BookKind[] = ['options', 'linear']
const METHODS = Object.keys(STRUCTURE_METHODS)
const NONE: Levels = { maintenance: Number.NaN, initial: Number.NaN }

/** Loss over requirement, 0 for a gain; a requirement of 0 that loses is infinitely exceeded. */
function ratiosOf(windows: readonly StructureWindow[], method: string, level: Level): Float64Array {
  const known = windows.filter(({ loss }) => Number.isFinite(loss[level]))
  return Float64Array.from(known, ({ loss, required }) => {
    const requirement = (required[method] ?? NONE)[level]
    if (loss[level] <= 0) return 0
    return requirement > 0 ? loss[level] / requirement : Infinity
  })
}

function scaledMethods(fit: readonly StructureWindow[], holdOut: readonly StructureWindow[]): ScaledMethod[] {
  return BOOK_KINDS.flatMap((book) => {
    const of = (windows: readonly StructureWindow[]) => windows.filter((window) => window.book === book)
    const [before, after] = [of(fit), of(holdOut)]
    return METHODS.flatMap((method) =>
      LEVELS.map((level) => ({ method, book, level, ...scaled(before, after, method, level) })),
    )
  })
}

function scaled(fit: readonly StructureWindow[], holdOut: readonly StructureWindow[], method: string, level: Level) {
  const [before, after] = [ratiosOf(fit, method, level), ratiosOf(holdOut, method, level)]
  const scale = scaleFor(before)
  return {
    scale,
    windows: before.length,
    fitRate: shareAbove(before, 1),
    holdOutWindows: after.length,
    holdOutRate: shareAbove(after, 1),
    scaledHoldOutRate: shareAbove(after, scale),
    holdOutScale: scaleFor(after),
  }
}

function perMethod(value: (method: string) => number): Record<string, number> {
  return Object.fromEntries(METHODS.map((method) => [method, value(method)]))
}

function structureRows(
  chains: readonly StructureWindow[],
  fit: readonly StructureWindow[],
  holdOut: readonly StructureWindow[],
  scaleOf: (method: string, book: BookKind) => number,
): StructureRow[] {
  const of = (windows: readonly StructureWindow[]) => Map.groupBy(windows, ({ structure }) => structure)
  const [fitBy, holdOutBy] = [of(fit), of(holdOut)]
  return [...of(chains)].map(([structure, windows]) => {
    const mean = (method: string) =>
      windows.reduce((sum, { required }) => sum + (required[method] ?? NONE).initial, 0) / windows.length
    const rate = (own: readonly StructureWindow[] | undefined) =>
      perMethod((method) => shareAbove(ratiosOf(own ?? [], method, 'initial'), 1))
    const { group = '', book = 'options' } = windows[0] ?? {}
    return {
      structure,
      group,
      book,
      chains: windows.length,
      initial: perMethod(mean),
      scaled: perMethod((method) => mean(method) * scaleOf(method, book)),
      fitRate: rate(fitBy.get(structure)),
      holdOutRate: rate(holdOutBy.get(structure)),
    }
  })
}

/** @param progress hears of each sample before it is built. */
export function efficiency(
  histories: readonly PriceHistory[],
  snapshots: readonly SmileSnapshot[],
  chains: readonly OptionChain[],
  progress: (what: string) => void,
): Efficiency {
  const sources = histories.flatMap((history) => {
    const own = snapshots.filter(({ symbol }) => symbol === history.symbol)
    return own.length === 0 ? [] : [sourceOf(history, own)]
  })
  progress('structures on assumed markets before the hold-out')
  const fit = assumedWindows(sources)
  progress('structures on real smiles')
  const holdOut = quotedWindows(sources)
  progress('structures on weekly chains')
  const weekly = chainWindows(sources, chains)
  const methods = scaledMethods(fit, holdOut)
  const scaleOf = (method: string, book: BookKind) =>
    methods.find((each) => each.method === method && each.book === book && each.level === 'initial')?.scale ??
    Number.NaN
  return { methods, structures: structureRows(weekly, fit, holdOut, scaleOf) }
}
