/** Books of perpetuals over several underlyings in all five modes: what netting is worth, and whether it holds. */

import type { HistoricalWeights } from '../estimation/historicalWeights.ts'
import { HOUR, type PriceHistory } from '../estimation/priceHistory.ts'
import {
  capFractions,
  defaultParameters,
  type Levels,
  type Market,
  type Mode,
  type PlimsollParameters,
  plimsollMargin,
  tailCaps,
} from '../methods/index.ts'
import { type CoverageTests, coverageTests, HORIZON_HOURS } from './coverage.ts'
import { LEVELS, type Level } from './linearMargins.ts'
import type { RangePath } from './rangePath.ts'

export const MODES: readonly Mode[] = ['isolated', 'cross', 'portfolio', 'risk-neutral', 'quantitative']

/** Equal notional of 1 USD in each underlying, the sign its side. */
export type LinearBook = { readonly name: string; readonly legs: Readonly<Record<string, 1 | -1>> }

export const LINEAR_BOOKS: readonly LinearBook[] = [
  { name: 'long BTC', legs: { BTC: 1 } },
  { name: 'long BTC, long ETH', legs: { BTC: 1, ETH: 1 } },
  { name: 'long BTC, short ETH', legs: { BTC: 1, ETH: -1 } },
  { name: 'short BTC, long ETH', legs: { BTC: -1, ETH: 1 } },
  { name: 'long ETH, short SOL', legs: { ETH: 1, SOL: -1 } },
  { name: 'long BTC, short LINK', legs: { BTC: 1, LINK: -1 } },
  { name: 'long all six', legs: { BTC: 1, ETH: 1, SOL: 1, LINK: 1, XRP: 1, CRV: 1 } },
  { name: 'short all six', legs: { BTC: -1, ETH: -1, SOL: -1, LINK: -1, XRP: -1, CRV: -1 } },
]

/** An underlying with everything that books read. */
export type Underlying = {
  readonly history: PriceHistory
  readonly path: RangePath
  readonly weights: HistoricalWeights
  /** Index of each time. */
  readonly at: ReadonlyMap<number, number>
}

export function indexed(history: PriceHistory, path: RangePath, weights: HistoricalWeights): Underlying {
  return { history, path, weights, at: new Map(Array.from(history.times, (time, i) => [time, i])) }
}

export type BookRow = CoverageTests & {
  readonly book: string
  readonly mode: Mode
  readonly level: Level
  readonly horizonHours: number
  /** Unix seconds of the first window. */
  readonly from: number
  /** Mean requirement over gross notional. */
  readonly meanRequirement: number
}

type Leg = { readonly symbol: string; readonly sign: 1 | -1; readonly own: Underlying }
/** Requirements of the accounts that hold the book, one of all legs or, when isolated, one per leg. */
type Window = { readonly time: number; readonly accounts: readonly Account[] }
type Account = { readonly legs: readonly Leg[]; readonly required: Levels }

/** Parameters at a time: ramped ranges and caps as known then; charges on gross notional and per position left out. */
function parametersAt(legs: readonly Leg[], time: number, mode: Mode): PlimsollParameters {
  const symbols = legs.map(({ symbol }) => symbol)
  const base = defaultParameters(mode, symbols)
  const states = legs.map(({ symbol, own }) => {
    const i = own.at.get(time) ?? -1
    const [scanRange = Number.NaN, targetScanRange = Number.NaN] = [own.path.maintenance[i], own.path.target[i]]
    const epsilon = base.underlyings[symbol]?.epsilon ?? 0
    const weights = mode === 'quantitative' ? own.weights(time, scanRange + epsilon) : undefined
    const caps = weights && capFractions(tailCaps(weights, base.tail))
    return [symbol, { scanRange, targetScanRange, caps }]
  })
  const underlyings = Object.entries(base.underlyings).map(([symbol, own]) => [symbol, { ...own, slotCharge: 0 }])
  return {
    ...base,
    grossCharge: 0,
    underlyings: Object.fromEntries(underlyings),
    states: Object.fromEntries(states),
  }
}

/** Requirement of the legs together, USD, every perpetual at 1 USD. */
function requirementAt(legs: readonly Leg[], time: number, mode: Mode): Levels {
  const quoted = legs.map(({ symbol }) => [symbol, { spot: 1, perpetual: 1, expiries: new Map() }])
  const market: Market = { time, underlyings: Object.fromEntries(quoted) }
  const positions = legs.map(({ symbol, sign }) => {
    return { instrument: { kind: 'perpetual' as const, underlying: symbol }, quantity: sign }
  })
  return plimsollMargin({ cash: 0, positions }, market, parametersAt(legs, time, mode))
}

/** Loss of a leg from `time` over the horizon, per notional; NaN without a price. */
function lossOf({ sign, own }: Leg, time: number, seconds: number): number {
  const [from, to] = [own.at.get(time) ?? -1, own.at.get(time + seconds) ?? -1]
  return -sign * ((own.history.prices[to] ?? Number.NaN) / (own.history.prices[from] ?? Number.NaN) - 1)
}

/** Every 12 h at which all ranges are known. */
function windowsOf(legs: readonly Leg[], mode: Mode): Window[] {
  const accounts = mode === 'isolated' ? legs.map((leg) => [leg]) : [legs]
  const times = Array.from(legs[0]?.own.history.times ?? []).filter((time) => {
    if (time % (HORIZON_HOURS.maintenance * HOUR) !== 0) return false
    return legs.every(({ own }) => Number.isFinite(own.path.maintenance[own.at.get(time) ?? -1]))
  })
  return times.map((time) => ({
    time,
    accounts: accounts.map((held) => ({ legs: held, required: requirementAt(held, time, mode) })),
  }))
}

/** Whether any account lost more than its requirement; undefined without a price at the end. */
function breached({ time, accounts }: Window, level: Level): boolean | undefined {
  const seconds = HORIZON_HOURS[level] * HOUR
  const beyond = accounts.map(({ legs, required }) => {
    return legs.reduce((sum, leg) => sum + lossOf(leg, time, seconds), -required[level])
  })
  return beyond.some(Number.isNaN) ? undefined : beyond.some((excess) => excess > 0)
}

/**
 * Coverage of a book in a mode at both levels, in windows without overlap; an isolated book breaches when any of its
 * accounts does. Nothing when an underlying is not in `underlyings`.
 */
export function bookCoverage(
  { name, legs }: LinearBook,
  underlyings: ReadonlyMap<string, Underlying>,
  mode: Mode,
): BookRow[] {
  const held = Object.entries(legs).flatMap(([symbol, sign]): Leg[] => {
    const own = underlyings.get(symbol)
    return own === undefined ? [] : [{ symbol, sign, own }]
  })
  if (held.length < Object.keys(legs).length) return []
  const windows = windowsOf(held, mode)
  return LEVELS.flatMap((level) => {
    const horizonHours = HORIZON_HOURS[level]
    const scored = windows.flatMap((window) => {
      const hit = window.time % (horizonHours * HOUR) === 0 ? breached(window, level) : undefined
      return hit === undefined ? [] : [{ ...window, hit }]
    })
    const [first] = scored
    if (first === undefined) return []
    const required = scored.flatMap(({ accounts }) => accounts.map((account) => account.required[level]))
    const meanRequirement = required.reduce((sum, each) => sum + each, 0) / scored.length / held.length
    const tests = coverageTests(Uint8Array.from(scored, ({ hit }) => Number(hit)))
    return [{ book: name, mode, level, horizonHours, from: first.time, ...tests, meanRequirement }]
  })
}
