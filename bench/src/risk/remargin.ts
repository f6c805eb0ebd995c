/** Time and memory of margining every account anew, of one tick, and against margining account by account. */
import { performance } from 'node:perf_hooks'
import process from 'node:process'
import {
  type Accounts,
  emptyMatrix,
  MarginBook,
  MODES,
  nearestToMaintenance,
  refreshMatrix,
  refreshUnderlying,
} from '../../../risk/src/batch/index.ts'
import { MarginPool } from '../../../risk/src/batch/workers/pool.ts'
import { type Mode, plimsollMargin } from '../../../risk/src/methods/plimsoll/index.ts'
import type { Instrument, Portfolio } from '../../../risk/src/methods/portfolio.ts'
import { createAccounts, createMarket, createUniverse, POSITIONS, RARE, type Universe } from './universe.ts'

export type RemarginTable = {
  accounts: number
  /** Of all accounts together. */
  positions: number
  /** From new prices to the requirements of every account: risk arrays, product, measures, charges, ranking. */
  seconds: number
  /** Peak resident memory of the whole process. */
  memoryMB: number
  /** The same for a tick of an underlying that one account in a hundred holds. */
  incrementalMs: number
  /** Time of the naive way over time of the batch, both per account and thread. */
  naiveRatio: number
}

export type RemarginOptions = { accounts: number; workers: number; progress: (step: string) => void }

/** Accounts that the naive way margins. */
const NAIVE_ACCOUNTS = 5_000
const REPETITIONS = 7
/** The batch is so fast that its time is taken over several turns. */
const BATCH_TURNS = 20
/** The ranking is part of every measurement. */
const NEAREST = 100

/** Middle of an odd number of times: other load on the machine shows in the extremes. */
function median(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[times.length >> 1] ?? Number.NaN
}

async function secondsOf(act: () => Promise<void>): Promise<number> {
  const start = performance.now()
  await act()
  return (performance.now() - start) / 1000
}

export async function measureRemargin({ accounts, workers, progress }: RemarginOptions): Promise<RemarginTable> {
  const universe = createUniverse()
  const { layout, parameters } = universe
  progress(`${accounts} accounts with ${POSITIONS} positions each`)
  const generated = createAccounts(universe, accounts)
  const matrix = emptyMatrix(layout, 'shared')
  refreshMatrix(layout, matrix, createMarket(0), parameters)
  const pool = await MarginPool.open({ layout, matrix, accounts: generated, workers })
  try {
    const full: number[] = []
    const ticks: number[] = []
    for (let i = 0; i <= REPETITIONS; i++) {
      progress(`full margin and tick ${i} of ${REPETITIONS}`)
      const market = createMarket(0.001 * (i + 1))
      const fullSeconds = await secondsOf(async () => {
        refreshMatrix(layout, matrix, market, parameters)
        await pool.remargin()
        nearestToMaintenance(pool.results, NEAREST, 'usd')
      })
      const tickSeconds = await secondsOf(async () => {
        refreshUnderlying(layout, matrix, RARE, createMarket(-0.001 * i), parameters)
        await pool.tick(layout.underlyings.indexOf(RARE))
      })
      if (i === 0) continue // compilation
      full.push(fullSeconds)
      ticks.push(tickSeconds)
    }
    const memoryMB = process.resourceUsage().maxRSS / 1024
    progress('the naive way')
    return {
      accounts,
      positions: generated.instruments.length,
      seconds: median(full),
      memoryMB,
      incrementalMs: 1000 * median(ticks),
      naiveRatio: measureNaiveRatio(universe, accounts),
    }
  } finally {
    await pool.close()
  }
}

/**
 * Account by account with the scalar method, which revalues every position in every scenario, against the batch: the same
 * accounts, one thread each, by turns, so that other load on the machine meets both. The batch's risk arrays serve all
 * accounts, so each bears its share of them.
 */
function measureNaiveRatio(universe: Universe, accounts: number): number {
  const { layout, parameters } = universe
  const few = createAccounts(universe, Math.min(accounts, NAIVE_ACCOUNTS))
  const portfolios = portfoliosOf(universe, few)
  const market = createMarket(0)
  const matrix = emptyMatrix(layout)
  refreshMatrix(layout, matrix, market, parameters)
  const book = new MarginBook(layout, matrix, few)
  const ratios = Array.from({ length: REPETITIONS }, () => {
    const arrays = millisecondsOf(() => refreshMatrix(layout, matrix, market, parameters))
    const batch = millisecondsOf(() => {
      for (let i = 0; i < BATCH_TURNS; i++) book.remargin()
    })
    const naive = millisecondsOf(() => {
      for (const { mode, ...portfolio } of portfolios) plimsollMargin(portfolio, market, { ...parameters, mode })
    })
    return naive / (batch / BATCH_TURNS + (arrays * portfolios.length) / accounts)
  })
  return median(ratios)
}

function millisecondsOf(act: () => void): number {
  const start = performance.now()
  act()
  return performance.now() - start
}

function portfoliosOf(universe: Universe, accounts: Accounts): (Portfolio & { mode: Mode })[] {
  const { starts, instruments, quantities, cash, modes } = accounts
  return Array.from(cash, (own, account) => {
    const [from = 0, to = 0] = starts.subarray(account, account + 2)
    const positions = Array.from(instruments.subarray(from, to), (number, i) => ({
      instrument: instrumentAt(universe, number),
      quantity: quantities[from + i] ?? 0,
      entry: 0,
    }))
    return { cash: own, positions, mode: MODES[modes[account] ?? 0] ?? 'cross' }
  })
}

function instrumentAt({ layout }: Universe, number: number): Instrument {
  const instrument = layout.instruments[number]
  if (instrument === undefined) throw new RangeError(`${number} is not a number of the layout`)
  return instrument
}
