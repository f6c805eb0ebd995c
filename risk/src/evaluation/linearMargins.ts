/** What every method asks of one unit of notional of a perpetual, as a fraction of it, over an underlying's history. */
import {
  DERIBIT_PORTFOLIO,
  DERIVE_PMRM2_MAINNET,
  defaultsOf,
  deribitPortfolio,
  derivePmrm2Portfolio,
  type Levels,
  type MarginResult,
  type Market,
  type Portfolio,
  SPAN_CRYPTO,
  spanMargin,
} from '../methods/index.ts'
import { ACCOUNT_DEFAULTS } from '../methods/plimsoll/parameters.ts'
import type { RangePath } from './rangePath.ts'

export type Side = 'long' | 'short'
export const SIDES: readonly Side[] = ['long', 'short']

export type Level = keyof Levels
export const LEVELS: readonly Level[] = ['maintenance', 'initial']

/** A method's requirement at the times of a history; NaN while it is not known. */
export type LinearMargin = {
  readonly method: string
  readonly label: string
  readonly requirement: (side: Side, level: Level) => Float64Array
}

/** The methods of other venues whose grids do not follow volatility, by name. */
export const STATIC_METHODS = {
  deribit: {
    label: 'Deribit portfolio',
    margin: (portfolio: Portfolio, market: Market) => deribitPortfolio(portfolio, market, DERIBIT_PORTFOLIO),
  },
  'derive-pmrm2': {
    label: 'Derive PMRM 2',
    margin: (portfolio: Portfolio, market: Market) => derivePmrm2Portfolio(portfolio, market, DERIVE_PMRM2_MAINNET),
  },
  span: {
    label: 'SPAN, 16 scenarios',
    margin: (portfolio: Portfolio, market: Market) => spanMargin(portfolio, market, SPAN_CRYPTO),
  },
} as const satisfies Record<string, { label: string; margin: (portfolio: Portfolio, market: Market) => MarginResult }>

/** Requirement of one perpetual of 1 USD, from the method itself. */
function unitRequirement(margin: (portfolio: Portfolio, market: Market) => MarginResult, symbol: string, side: Side) {
  const market: Market = { time: 0, underlyings: { [symbol]: { spot: 1, perpetual: 1, expiries: new Map() } } }
  const quantity = side === 'long' ? 1 : -1
  return margin({ cash: 0, positions: [{ instrument: { kind: 'perpetual', underlying: symbol }, quantity }] }, market)
}

/**
 * The protocol's linear margin: maintenance h_lin (PSR_M + eps), initial 1.30 h_lin (target + eps),
 * the gross and slot charges left out: what every mode but the two tail modes asks of one underlying without options.
 * @param relief h_lin; 1 gives what a book of options faces from the same range.
 */
function plimsollLinear(
  symbol: string,
  { target, maintenance }: RangePath,
  relief: number,
): Record<Level, Float64Array> {
  const { epsilon } = defaultsOf(symbol)
  const { initialRatio } = ACCOUNT_DEFAULTS
  return {
    maintenance: maintenance.map((range) => relief * (range + epsilon)),
    initial: target.map((range) => initialRatio * relief * (range + epsilon)),
  }
}

/** The protocol with and without the linear relief, then the static grids. */
export function linearMargins(symbol: string, path: RangePath): LinearMargin[] {
  const own = plimsollLinear(symbol, path, defaultsOf(symbol).linearRelief)
  const whole = plimsollLinear(symbol, path, 1)
  const known = path.maintenance
  const fixed = Object.entries(STATIC_METHODS).map(([method, { label, margin }]): LinearMargin => {
    const of = { long: unitRequirement(margin, symbol, 'long'), short: unitRequirement(margin, symbol, 'short') }
    const requirement = (side: Side, level: Level) =>
      known.map((range) => (Number.isNaN(range) ? range : of[side][level]))
    return { method, label, requirement }
  })
  return [
    { method: 'plimsoll', label: 'Plimsoll, linear book', requirement: (_, level) => own[level] },
    { method: 'plimsoll-range', label: 'Plimsoll, whole scan range', requirement: (_, level) => whole[level] },
    ...fixed,
  ]
}
