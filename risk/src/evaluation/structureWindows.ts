/** Structures in a market: what every method asks, and what they lose until later markets. USD per USD of notional. */

import { DAY, HOUR } from '../estimation/priceHistory.ts'
import {
  defaultParameters,
  equity,
  type Levels,
  type Market,
  type Mode,
  type PlimsollParameters,
  type Portfolio,
  plimsollMargin,
  type UnderlyingMarket,
  type UnderlyingState,
} from '../methods/index.ts'
import { type Surface, surfaceMarket } from '../surface/index.ts'
import { HORIZON_HOURS } from './coverage.ts'
import { LEVELS, type Level, STATIC_METHODS } from './linearMargins.ts'
import { type BookKind, bookKindOf, PAIR_STRUCTURES, positionsOf, STRUCTURES, TENORS } from './structures.ts'

/** Notional of one contract, USD: large beside the charge per position. */
const NOTIONAL = 100_000

/** Everything known of one underlying at the start of a window. `later` holds the surface at the end of each level's horizon. */
export type Quoted = {
  readonly symbol: string
  readonly surface: Surface
  readonly later: Readonly<Record<Level, Surface | undefined>>
  readonly state: UnderlyingState
}

/** One structure at one time. `loss` is NaN without a later market. Requirements by method. */
export type StructureWindow = {
  readonly structure: string
  readonly group: string
  readonly book: BookKind
  readonly symbols: string
  readonly time: number
  readonly loss: Levels
  readonly required: Readonly<Record<string, Levels>>
}

const MODES = ['cross', 'portfolio', 'risk-neutral', 'quantitative'] as const satisfies readonly Mode[]

/** All methods of the comparison in the order of its tables; isolated asks what cross asks, per account. */
export const STRUCTURE_METHODS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(MODES.map((mode) => [`plimsoll-${mode}`, `Plimsoll ${mode}`])),
  ...Object.fromEntries(Object.entries(STATIC_METHODS).map(([method, { label }]) => [method, label])),
}

/** The market of a surface at spot, the perpetual at spot too, with the given expiries. */
function marketOf(surface: Surface, expiries: readonly number[]): UnderlyingMarket {
  const spot = surface.spot ?? Number.NaN
  return surfaceMarket(surface, { spot, perpetual: spot }, expiries)
}

function parametersOf(mode: Mode, quoted: readonly Quoted[]): PlimsollParameters {
  const base = defaultParameters(
    mode,
    quoted.map(({ symbol }) => symbol),
  )
  return { ...base, states: Object.fromEntries(quoted.map(({ symbol, state }) => [symbol, state])) }
}

function bySymbol(quoted: readonly Quoted[], market: (own: Quoted) => UnderlyingMarket): Market['underlyings'] {
  return Object.fromEntries(quoted.map((own) => [own.symbol, market(own)]))
}

function requirements(portfolio: Portfolio, market: Market, quoted: readonly Quoted[]): Record<string, Levels> {
  const own = MODES.map(
    (mode) => [`plimsoll-${mode}`, plimsollMargin(portfolio, market, parametersOf(mode, quoted))] as const,
  )
  const others = Object.entries(STATIC_METHODS).map(([name, { margin }]) => [name, margin(portfolio, market)] as const)
  const scale = NOTIONAL * quoted.length
  return Object.fromEntries(
    [...own, ...others].map(([name, { maintenance, initial }]) => [
      name,
      { maintenance: maintenance / scale, initial: initial / scale },
    ]),
  )
}

/** Loss per notional until the later surfaces of a level; NaN when one is missing. */
function lossUntil(
  level: Level,
  portfolio: Portfolio,
  before: number,
  quoted: readonly Quoted[],
  expiries: readonly number[],
) {
  const surfaces = quoted.map(({ later }) => later[level])
  const [first] = surfaces
  if (first === undefined || surfaces.some((surface) => surface === undefined)) return Number.NaN
  const after: Market = {
    time: first.time,
    underlyings: bySymbol(quoted, (own) => marketOf(own.later[level] ?? own.surface, expiries)),
  }
  return (before - equity(portfolio, after)) / (NOTIONAL * quoted.length)
}

/** All structures that the quoted underlyings allow: one gives the single ones, BTC with ETH the pairs. */
export function structureWindows(quoted: readonly Quoted[]): StructureWindow[] {
  const time = quoted[0]?.surface.time ?? Number.NaN
  const expiries = TENORS.map((days) => time + days * DAY)
  const market: Market = { time, underlyings: bySymbol(quoted, ({ surface }) => marketOf(surface, expiries)) }
  const symbols = quoted.map(({ symbol }) => symbol)
  const [symbol = ''] = symbols
  const all =
    quoted.length === 1
      ? STRUCTURES.map(({ name, group, legs }) => ({ name, group, legs: { [symbol]: legs } }))
      : PAIR_STRUCTURES
  return all.map(({ name, group, legs }) => {
    const positions = Object.entries(legs).flatMap(([underlying, own]) => {
      const quote = market.underlyings[underlying]
      return quote === undefined ? [] : positionsOf(own, underlying, quote, time, NOTIONAL / quote.spot)
    })
    const portfolio = { cash: 0, positions }
    const before = equity(portfolio, market)
    const [maintenance, initial] = LEVELS.map((level) => lossUntil(level, portfolio, before, quoted, expiries))
    return {
      structure: name,
      group,
      book: bookKindOf(Object.values(legs).flat()),
      symbols: symbols.join(' and '),
      time,
      loss: { maintenance: maintenance ?? Number.NaN, initial: initial ?? Number.NaN },
      required: requirements(portfolio, market, quoted),
    }
  })
}

/** Seconds of a level's horizon. */
export function horizonOf(level: Level): number {
  return HORIZON_HOURS[level] * HOUR
}
