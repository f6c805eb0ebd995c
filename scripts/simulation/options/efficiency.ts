/** Capital efficiency: what the same books need here, by mode, and at other venues. */
import type { PriceHistory } from '@plimsoll/risk/estimation'
import {
  DERIBIT_PORTFOLIO,
  DERIVE_PMRM2_MAINNET,
  DERIVE_STANDARD_MAINNET,
  deribitPortfolio,
  derivePmrm2Portfolio,
  deriveStandardPortfolio,
  type Levels,
  type Market,
  type Mode,
  openingParameters,
  type PlimsollParameters,
  type Portfolio,
  plimsollMargin,
} from '@plimsoll/risk/methods'
import { UNDERLYINGS } from '../../../deploy/parameters.ts'
import { withHistory } from './histories.ts'
import { labelOf, STRATEGY_NAMES, type StrategyName } from './strategies.ts'

/** In the order in which a table shows them. */
export const METHODS = {
  isolated: 'Plimsoll isolated',
  cross: 'Plimsoll cross',
  portfolio: 'Plimsoll portfolio',
  riskNeutral: 'Plimsoll risk-neutral',
  quantitative: 'Plimsoll quantitative',
  deriveStandard: 'Derive standard',
  derivePmrm2: 'Derive PMRM 2',
  deribit: 'Deribit portfolio',
} as const

export type Method = keyof typeof METHODS

export const METHOD_NAMES = Object.keys(METHODS) as Method[]

/** A book with its strategy, as the comparison reads it. */
type Compared = { strategy: StrategyName; portfolio: Portfolio }

/** Requirements on equity, USD, added up over the books; `multiple`: of initial margin in portfolio mode. */
type Requirement = { initial: number; maintenance: number; multiple: number }

type EfficiencyRow = {
  strategy: StrategyName | 'all'
  label: string
  books: number
  /** Options and perpetuals at full size, USD. */
  notionalUsd: number
  requirements: Record<Method, Requirement>
}

/** `scanRanges`: the protocol's, by symbol. */
export type Efficiency = {
  t: number
  scanRanges: Record<string, number>
  rows: EfficiencyRow[]
  total: EfficiencyRow
}

export type EfficiencyOptions = {
  books: readonly Compared[]
  market: Market
  /** Of the protocol, whatever mode they say, see `comparedParameters`. */
  parameters: PlimsollParameters
}

/** @throws RiskError for a book that some venue does not take: none of `STRATEGIES` is such. */
export function efficiency({ books, market, parameters: own }: EfficiencyOptions): Efficiency {
  const measured = books.map(({ strategy, portfolio }) => measure(strategy, portfolio, market, own))
  const rows = STRATEGY_NAMES.flatMap((strategy) => {
    const some = measured.filter((each) => each.strategy === strategy)
    return some.length === 0 ? [] : [rowOf(strategy, labelOf(strategy), some)]
  })
  const scanRanges = Object.fromEntries(
    Object.entries(own.states).map(([symbol, { scanRange }]) => [symbol, scanRange]),
  )
  return { t: market.time, scanRanges, rows, total: rowOf('all', 'all', measured) }
}

/** `impliedParameters` with the caps that would be posted for their ranges. @param histories Prices later than `market` do not count. */
export function comparedParameters(market: Market, histories: readonly PriceHistory[]): PlimsollParameters {
  return withHistory(impliedParameters(market), histories, market.time)
}

/** The protocol's defaults with the scan ranges to which implied volatility alone would move them, not their floors. */
export function impliedParameters(market: Market): PlimsollParameters {
  return openingParameters('portfolio', market, Object.keys(market.underlyings))
}

/** The protocol's defaults right after the first surface: ranges as listed, their targets as the surface asks. */
export function listedParameters(market: Market): PlimsollParameters {
  const realised = (name: string) => Number(UNDERLYINGS.find(({ symbol }) => symbol === name)?.volatility ?? 0n) / 1e18
  return openingParameters('portfolio', market, Object.keys(market.underlyings), realised)
}

type Measured = { strategy: StrategyName; notionalUsd: number; needs: Record<Method, Levels> }

function measure(
  strategy: StrategyName,
  portfolio: Portfolio,
  market: Market,
  parameters: PlimsollParameters,
): Measured {
  const inMode = (mode: Mode, part = portfolio) => plimsollMargin(part, market, { ...parameters, mode })
  const whole = inMode('portfolio')
  return {
    strategy,
    notionalUsd: whole.gross,
    needs: {
      isolated: sumOf(portfolio.positions.map((position) => inMode('isolated', { cash: 0, positions: [position] }))),
      cross: inMode('cross'),
      portfolio: whole,
      riskNeutral: inMode('risk-neutral'),
      quantitative: inMode('quantitative'),
      deriveStandard: deriveStandardPortfolio(portfolio, market, DERIVE_STANDARD_MAINNET),
      derivePmrm2: derivePmrm2Portfolio(portfolio, market, DERIVE_PMRM2_MAINNET),
      deribit: deribitPortfolio(portfolio, market, DERIBIT_PORTFOLIO),
    },
  }
}

/** Isolated: an account for every position, as an owner may have. */
function sumOf(parts: readonly Levels[]): Levels {
  return {
    initial: parts.reduce((sum, { initial }) => sum + initial, 0),
    maintenance: parts.reduce((sum, { maintenance }) => sum + maintenance, 0),
  }
}

function rowOf(strategy: EfficiencyRow['strategy'], label: string, some: readonly Measured[]): EfficiencyRow {
  const least = sumOf(some.map(({ needs }) => needs.portfolio)).initial
  const requirement = (method: Method): Requirement => {
    const sum = sumOf(some.map(({ needs }) => needs[method]))
    return { ...sum, multiple: sum.initial / least }
  }
  return {
    strategy,
    label,
    books: some.length,
    notionalUsd: some.reduce((sum, each) => sum + each.notionalUsd, 0),
    requirements: {
      isolated: requirement('isolated'),
      cross: requirement('cross'),
      portfolio: requirement('portfolio'),
      riskNeutral: requirement('riskNeutral'),
      quantitative: requirement('quantitative'),
      deriveStandard: requirement('deriveStandard'),
      derivePmrm2: requirement('derivePmrm2'),
      deribit: requirement('deribit'),
    },
  }
}

/** Initial margin of all books of a strategy in percent of their notional, and the whole as multiples, for a terminal. */
export function efficiencyTable({ t, scanRanges, rows, total }: Efficiency): string {
  const heads = ['strategy', 'books', 'notional, USD', ...METHOD_NAMES.map((method) => METHODS[method])]
  const cells = (row: EfficiencyRow, show: (requirement: Requirement, row: EfficiencyRow) => string) => [
    row.label,
    String(row.books),
    row.notionalUsd.toLocaleString('en', { maximumFractionDigits: 0 }),
    ...METHOD_NAMES.map((method) => show(row.requirements[method], row)),
  ]
  const percent = ({ initial }: Requirement, { notionalUsd }: EfficiencyRow) =>
    `${((100 * initial) / notionalUsd).toFixed(2)} %`
  const times = ({ multiple }: Requirement) => `${multiple.toFixed(2)} x`
  const body = [...rows, total].map((row) => cells(row, percent))
  const lines = [heads, ...body, ['of Plimsoll portfolio', '', '', ...cells(total, times).slice(3)]]
  const widths = heads.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)))
  const text = lines.map((line) =>
    line.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  '),
  )
  const at = new Date(t * 1000).toISOString().slice(0, 16).replace('T', ' ')
  const ranges = Object.entries(scanRanges).map(([symbol, range]) => `${symbol} ${(100 * range).toFixed(1)} %`)
  return `Initial margin in percent of notional, ${at} UTC, scan ranges ${ranges.join(', ')}\n${text.join('\n')}\n`
}
