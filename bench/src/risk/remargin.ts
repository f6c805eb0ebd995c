/** Time and memory of margining every account anew, of one tick, and against margining account by account. */
import { performance } from 'node:perf_hooks'
import process from 'node:process'
import {
  emptyMatrix,
  MarginPool,
  MODES,
  nearestToMaintenance,
  refreshMatrix,
  refreshUnderlying,
} from '../../../risk/src/batch/index.ts'
import { plimsollMargin } from '../../../risk/src/methods/plimsoll/index.ts'
import type { Instrument } from '../../../risk/src/methods/portfolio.ts'
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
const REPETITIONS = 5
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
    const seconds = median(full)
    progress(`the naive way, ${Math.min(accounts, NAIVE_ACCOUNTS)} accounts`)
    const naive = naiveSecondsPerAccount(universe, Math.min(accounts, NAIVE_ACCOUNTS))
    return {
      accounts,
      positions: generated.instruments.length,
      seconds,
      memoryMB,
      incrementalMs: 1000 * median(ticks),
      naiveRatio: naive / ((seconds * workers) / accounts),
    }
  } finally {
    await pool.close()
  }
}

/** Account by account with the scalar method: every position of every account revalued in every scenario. One thread. */
function naiveSecondsPerAccount(universe: Universe, count: number): number {
  const { starts, instruments, quantities, cash, modes } = createAccounts(universe, count)
  const market = createMarket(0)
  const portfolios = Array.from(cash, (own, account) => {
    const [from = 0, to = 0] = starts.subarray(account, account + 2)
    const positions = Array.from(instruments.subarray(from, to), (number, i) => ({
      instrument: instrumentAt(universe, number),
      quantity: quantities[from + i] ?? 0,
      entry: 0,
    }))
    return { cash: own, positions }
  })
  const times = Array.from({ length: 3 }, () => {
    const start = performance.now()
    for (const [account, portfolio] of portfolios.entries()) {
      plimsollMargin(portfolio, market, { ...universe.parameters, mode: MODES[modes[account] ?? 0] ?? 'cross' })
    }
    return (performance.now() - start) / 1000
  })
  return median(times) / count
}

function instrumentAt({ layout }: Universe, number: number): Instrument {
  const instrument = layout.instruments[number]
  if (instrument === undefined) throw new RangeError(`${number} is not a number of the layout`)
  return instrument
}
