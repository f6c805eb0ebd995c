/** The crash of 2026-02-05 with its option market: surfaces for the chain, a path of spot between them, how well they fit. */
import { fileURLToPath } from 'node:url'
import type { ExpiryMarket, Market, UnderlyingMarket } from '@plimsoll/risk/methods'
import { essviVariance } from '@plimsoll/risk/surface'
import type { ExpiryQuote } from '@plimsoll/sdk'
import { PRICE_DECIMALS, readBars } from '../../market/bars.ts'
import { type Schedule, schedule } from '../../market/schedule.ts'
import { type FittedSnapshot, fitSnapshot } from './calibration.ts'
import { readSnapshots } from './chains.ts'
import { quotesAt, toNumbers } from './quotes.ts'

/** Surfaces of all underlyings at one time, in the order of the symbols. */
export type SurfaceStep = {
  /** Unix seconds. */
  t: number
  /** Calibrated to quotes of this very time; else between or after such. */
  isMeasured: boolean
  surfaces: ExpiryQuote[][]
}

/** How far one expiry's quotes in the integers of the chain are from the market. Volatility points (1 = 1 %). */
type CalibrationError = {
  symbol: string
  t: number
  expiry: number
  quotes: number
  /** Root mean square distance from the middle of bid and ask. */
  rms: number
  /** The same within one standard deviation at the money. */
  rmsNear: number
  /** Median distance of bid and ask. */
  width: number
  /** Share of the quotes whose bid and ask enclose the surface. */
  inside: number
}

export type OptionDay = {
  symbols: string[]
  /** Spot, every quarter of an hour. */
  schedule: Schedule
  /** Ascending; the first is at the first price. */
  steps: SurfaceStep[]
  calibration: CalibrationError[]
  /** Strikes quoted on both sides at the first step, ascending, by symbol and expiry (unix seconds). */
  strikes: Readonly<Record<string, ReadonlyMap<number, readonly number[]>>>
}

const SYMBOLS = ['BTC', 'ETH'] as const
/** UTC day of the first price. */
export const OPTION_DAY = '2026-02-05'
const YEAR = 365 * 86_400
const POINTS = 100

/** @param stepSeconds Between two surfaces; one more is posted at each snapshot. */
export function optionDay(stepSeconds = 3_600): OptionDay {
  const symbols = [...SYMBOLS]
  const path = schedule(Object.fromEntries(symbols.map((symbol) => [symbol, readBars(barFile(symbol))])))
  const snapshots = readSnapshots(symbols)
  const fitted = symbols.map((symbol) => snapshots.filter((each) => each.symbol === symbol).map(fitSnapshot))
  const [from, to] = [path.steps[0]?.t ?? 0, path.steps.at(-1)?.t ?? 0]
  const measured = new Set(snapshots.map(({ t }) => t))
  const times = new Set([...measured].filter((t) => t >= from && t <= to))
  for (let t = from; t <= to; t += stepSeconds) times.add(t)
  const steps = [...times]
    .sort((a, b) => a - b)
    .map((t) => ({ t, isMeasured: measured.has(t), surfaces: fitted.map((own) => quotesAt(own, t)) }))
  return {
    symbols,
    schedule: path,
    steps,
    calibration: symbols.flatMap((symbol, i) => (fitted[i] ?? []).flatMap((each) => errorsOf(symbol, each))),
    strikes: Object.fromEntries(symbols.map((symbol, i) => [symbol, strikesAt(fitted[i] ?? [], from)])),
  }
}

function barFile(symbol: string): string {
  return fileURLToPath(new URL(`../../../test/fixtures/data/${OPTION_DAY}_${symbol}_1h.csv.gz`, import.meta.url))
}

function strikesAt(snapshots: readonly FittedSnapshot[], t: number): Map<number, number[]> {
  const last = snapshots.findLast((snapshot) => snapshot.t <= t)
  const alive = (last?.smiles ?? []).filter(({ expiry }) => expiry > t)
  return new Map(alive.map(({ expiry, fitted }) => [expiry, fitted.quotes.map(({ quote }) => quote.strike)]))
}

function errorsOf(symbol: string, snapshot: FittedSnapshot): CalibrationError[] {
  const quotes = new Map(quotesAt([snapshot], snapshot.t).map((quote) => [quote.expiry, toNumbers(quote)]))
  return snapshot.smiles.flatMap(({ expiry, fitted }) => {
    const own = quotes.get(expiry)
    if (own === undefined) return []
    const { years } = fitted.terms
    const forward = own.forwardRatio * snapshot.spot
    const volatility = (strike: number) => Math.sqrt(essviVariance(own, Math.log(strike / forward)) / years)
    const deviation = Math.sqrt(own.theta)
    const all = fitted.quotes.map(({ quote, k, bid, ask, mid }) => {
      const at = volatility(quote.strike)
      return { error: at - mid, width: ask - bid, isInside: bid <= at && at <= ask, isNear: Math.abs(k) <= deviation }
    })
    return {
      ...{ symbol, t: snapshot.t, expiry, quotes: all.length },
      rms: POINTS * rootMeanSquare(all.map(({ error }) => error)),
      rmsNear: POINTS * rootMeanSquare(all.filter(({ isNear }) => isNear).map(({ error }) => error)),
      width: POINTS * (all.map(({ width }) => width).sort((a, b) => a - b)[Math.floor(all.length / 2)] ?? 0),
      inside: all.filter(({ isInside }) => isInside).length / all.length,
    }
  })
}

function rootMeanSquare(values: readonly number[]): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / Math.max(1, values.length))
}

/** Spot at `t`, USD, in the order of the symbols: the last prices at or before it. */
function spotsAt({ schedule: { steps } }: OptionDay, t: number): number[] {
  const last = steps.findLast((step) => step.t <= t)
  if (last === undefined) throw new RangeError(`No price is at or before ${t}.`)
  return last.prices.map((price) => Number(price) / 10 ** PRICE_DECIMALS)
}

/**
 * The market that margin methods read: the surface of `step` around `spots` at `t`, perpetuals at spot. As on the chain, the
 * volatility of a strike stays what it was when the surface was made, and total variance runs off in time.
 */
export function marketAt(day: OptionDay, step: SurfaceStep, t = step.t, spots = spotsAt(day, t)): Market {
  const made = spotsAt(day, step.t)
  const entries = day.symbols.map((symbol, i): [string, UnderlyingMarket] => {
    const [spot, madeAt] = [spots[i] ?? Number.NaN, made[i] ?? Number.NaN]
    const alive = (step.surfaces[i] ?? []).filter(({ expiry }) => expiry > t)
    const expiries = alive.map((quote): [number, ExpiryMarket] => [
      quote.expiry,
      expiryMarket(quote, step.t, t, spot, madeAt),
    ])
    return [symbol, { spot, perpetual: spot, expiries: new Map(expiries) }]
  })
  return { time: t, underlyings: Object.fromEntries(entries) }
}

function expiryMarket(quote: ExpiryQuote, madeAt: number, t: number, spot: number, madeSpot: number): ExpiryMarket {
  const smile = toNumbers(quote)
  const { expiry, forwardRatio, discount } = smile
  const left = (expiry - t) / (expiry - madeAt)
  const years = (expiry - madeAt) / YEAR
  const volatility = (strike: number) =>
    Math.sqrt(essviVariance(smile, Math.log(strike / (forwardRatio * madeSpot))) / years)
  return { expiry, forward: spot * forwardRatio ** left, discount: discount ** left, volatility }
}

/** Least and greatest price of each symbol, and the last, against the first. */
export function moves({ symbols, schedule: { steps } }: OptionDay): { symbol: string; low: number; last: number }[] {
  return symbols.map((symbol, i) => {
    const prices = steps.map(({ prices }) => Number(prices[i]))
    const first = prices[0] ?? Number.NaN
    return { symbol, low: Math.min(...prices) / first - 1, last: (prices.at(-1) ?? Number.NaN) / first - 1 }
  })
}
