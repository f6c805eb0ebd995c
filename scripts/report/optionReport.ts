/** What a run with options says beyond the linear one, as plain numbers: `options` of the JSON report. */

import type { Market } from '@plimsoll/risk/methods'
import { assess, clearing, type Mode } from '@plimsoll/sdk'
import type { PriceStep } from '../market/schedule.ts'
import { portfolioOf } from '../simulation/options/accounts.ts'
import { comparedParameters, type Efficiency, efficiency } from '../simulation/options/efficiency.ts'
import type { HistoryPosted } from '../simulation/options/historian.ts'
import { readHistories } from '../simulation/options/histories.ts'
import { marketAt, type OptionDay } from '../simulation/options/optionDay.ts'
import type { OptionOutcome } from '../simulation/options/optionRun.ts'
import type { SharedMode } from '../simulation/options/optionWorld.ts'
import { QUORUM, SIGNERS } from '../simulation/options/signers.ts'
import { labelOf, STRATEGY_NAMES } from '../simulation/options/strategies.ts'
import { item } from '../simulation/population.ts'
import { quantile, type Report, round, type Spread, spreadOf, usd } from './report.ts'

type Gas = { count: number; median: number; max: number }

type ChainMeasure = { initialUsd: number; maintenanceUsd: number }

export type OptionFigures = {
  /** Of all who are neither in Cross nor in Isolated mode. */
  mode: SharedMode
  books: {
    strategies: { strategy: string; label: string; books: number }[]
    modes: Record<Mode, number>
    /** Dated instruments traded, and expiries among them. */
    instruments: number
    expiries: number
    makers: number
  }
  surfaces: {
    signers: number
    quorum: number
    posted: number
    /** Taken part of the way, and not taken because the clamped one would have had arbitrage. */
    clamped: number
    kept: number
    leastFraction: number
    /** Times at which surfaces were posted; of them at which the market was really measured. */
    times: number
    measured: number
  }
  /** In Quantitative mode, in the order in which the chain took them. */
  histories: (Omit<HistoryPosted, 'underlying'> & { symbol: string })[]
  /** Volatility points (1 = 1 %) over all expiries of all snapshots. */
  calibration: {
    slices: number
    quotes: number
    rmsMedian: number
    rms90: number
    rmsNearMedian: number
    widthMedian: number
    insideShare: number
  }
  settlements: {
    symbol: string
    expiry: number
    priceUsd: number
    trueAverageUsd: number
    /** On chain less true, USD with 18 decimals, in decimal. */
    differenceWei: string
    rounds: number
    accounts: number
  }[]
  /** What the clearing accounts of settled series still hold. */
  clearing: { instruments: number; cashUsd: number }
  latencySeconds: Spread
  liquidationGas: { warm: Gas; cold: Gas }
  /** All traders as opened, measured by the chain's engine in their own modes, and all in each mode. */
  onChain: ChainMeasure & { modes: Record<Mode, ChainMeasure> }
  efficiency: { open: Efficiency; worst: Efficiency }
}

export type OptionReport = Report & { options: OptionFigures }

export function optionFigures(outcome: OptionOutcome): OptionFigures {
  const { world, cache } = outcome
  return {
    mode: world.mode,
    books: booksOf(outcome),
    surfaces: surfacesOf(outcome),
    histories: historiesOf(world),
    calibration: calibrationOf(world.day),
    settlements: settlementsOf(outcome),
    clearing: clearingOf(outcome),
    latencySeconds: latencyOf(outcome),
    liquidationGas: { warm: gasOf(cache.gas.warm), cold: gasOf(cache.gas.cold) },
    onChain: onChainOf(outcome),
    efficiency: efficiencyOf(outcome),
  }
}

function booksOf({ world }: OptionOutcome): OptionFigures['books'] {
  const { traders, instruments, makers } = world
  const strategies = STRATEGY_NAMES.map((strategy) => ({
    strategy,
    label: labelOf(strategy),
    books: traders.filter(({ book }) => book.strategy === strategy).length,
  }))
  const count = (mode: Mode) => traders.filter((trader) => trader.mode === mode).length
  return {
    strategies: strategies.filter(({ books }) => books > 0),
    modes: {
      cross: count('cross'),
      isolated: count('isolated'),
      portfolio: count('portfolio'),
      riskNeutral: count('riskNeutral'),
      quantitative: count('quantitative'),
    },
    instruments: instruments.length,
    expiries: new Set(instruments.map(({ expiry }) => expiry)).size,
    makers: makers.length,
  }
}

function surfacesOf({ surfaces: { fractions }, world }: OptionOutcome): OptionFigures['surfaces'] {
  const parts = fractions.map((fraction) => Number(fraction) / 1e18)
  const { steps } = world.day
  return {
    signers: SIGNERS,
    quorum: QUORUM,
    posted: parts.length,
    clamped: parts.filter((part) => part > 0 && part < 1).length,
    kept: parts.filter((part) => part === 0).length,
    leastFraction: round(Math.min(1, ...parts), 4),
    times: steps.length,
    measured: steps.filter(({ isMeasured }) => isMeasured).length,
  }
}

function historiesOf({ historian, day }: OptionOutcome['world']): OptionFigures['histories'] {
  return (historian?.posted ?? []).map(({ underlying, ...posted }) => {
    return { symbol: item(day.symbols, underlying - 1), ...posted }
  })
}

function calibrationOf({ calibration }: OptionDay): OptionFigures['calibration'] {
  const of = (pick: (each: OptionDay['calibration'][number]) => number) => calibration.map(pick)
  const quotes = of((each) => each.quotes).reduce((sum, each) => sum + each, 0)
  const inside = calibration.reduce((sum, each) => sum + each.inside * each.quotes, 0)
  return {
    slices: calibration.length,
    quotes,
    rmsMedian: round(
      quantile(
        of(({ rms }) => rms),
        0.5,
      ),
      3,
    ),
    rms90: round(
      quantile(
        of(({ rms }) => rms),
        0.9,
      ),
      3,
    ),
    rmsNearMedian: round(
      quantile(
        of(({ rmsNear }) => rmsNear),
        0.5,
      ),
      3,
    ),
    widthMedian: round(
      quantile(
        of(({ width }) => width),
        0.5,
      ),
      3,
    ),
    insideShare: round(inside / Math.max(1, quotes), 4),
  }
}

function settlementsOf({ settler, world }: OptionOutcome): OptionFigures['settlements'] {
  return settler.series.map(({ underlying, expiry, price, trueAverage, rounds, accounts }) => ({
    symbol: item(world.day.symbols, underlying - 1),
    expiry,
    priceUsd: usd(price),
    trueAverageUsd: usd(trueAverage),
    differenceWei: (price - trueAverage).toString(),
    rounds,
    accounts,
  }))
}

function clearingOf({ settler, audit }: OptionOutcome): OptionFigures['clearing'] {
  const held = settler.series.map(({ underlying, expiry }) => audit.ledger.portfolio(clearing(underlying, expiry)))
  const cash = held.reduce((sum, each) => sum + each.cash, 0n)
  return { instruments: held.flatMap(({ positions }) => positions).length, cashUsd: Number(cash) / 1e18 }
}

function latencyOf({ standings }: OptionOutcome): Spread {
  const seconds = standings.episodes.flatMap(({ slices, breachedAt, closedAt }) =>
    slices === 0 || closedAt === undefined ? [] : [closedAt - breachedAt],
  )
  return spreadOf(seconds)
}

function gasOf(gas: readonly bigint[]): Gas {
  const units = gas.map(Number)
  return { count: units.length, median: quantile(units, 0.5), max: quantile(units, 1) }
}

function onChainOf({ opened }: OptionOutcome): OptionFigures['onChain'] {
  const measure = (mode?: Mode): ChainMeasure => {
    const all = opened.map(({ portfolio, snapshot }) =>
      assess({ ...portfolio, mode: mode ?? portfolio.mode }, snapshot),
    )
    const sum = (of: (each: (typeof all)[number]) => bigint) => usd(all.reduce((total, each) => total + of(each), 0n))
    return { initialUsd: sum(({ initial }) => initial), maintenanceUsd: sum(({ maintenance }) => maintenance) }
  }
  const modes = {
    isolated: measure('isolated'),
    cross: measure('cross'),
    portfolio: measure('portfolio'),
    riskNeutral: measure('riskNeutral'),
    quantitative: measure('quantitative'),
  }
  return { ...measure(), modes }
}

/** The books as they were opened, at the first surface and at the worst one before any of them expires. */
function efficiencyOf({ world }: OptionOutcome): OptionFigures['efficiency'] {
  const { day, traders, instruments } = world
  const opened = marketAt(day, item(day.steps, 0))
  const books = traders.map(({ book }) => ({
    strategy: book.strategy,
    portfolio: portfolioOf(book, opened, day.symbols),
  }))
  const histories = readHistories(day.symbols)
  const firstExpiry = Math.min(...instruments.map(({ expiry }) => expiry))
  const worst = worstTime(day, firstExpiry)
  const step = day.steps.findLast(({ t }) => t <= worst) ?? item(day.steps, 0)
  const compare = (market: Market) => efficiency({ books, market, parameters: comparedParameters(market, histories) })
  return {
    open: compare(opened),
    worst: compare(marketAt(day, step, worst)),
  }
}

/** When the prices, as shares of the first ones, are lowest on average, before `end`. */
function worstTime({ schedule: { steps } }: OptionDay, end: number): number {
  const first = item(steps, 0).prices.map(Number)
  const level = ({ prices }: PriceStep) => prices.reduce((sum, each, i) => sum + Number(each) / item(first, i), 0)
  const before = steps.filter(({ t }) => t < end)
  return before.reduce((worst, each) => (level(each) < level(worst) ? each : worst), item(steps, 0)).t
}
