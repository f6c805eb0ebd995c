/** Random markets and accounts for the tests of the batch engine: the same for a seed. */

import { instrumentNumber, type Layout, layoutOf } from '../../src/batch/layout.ts'
import type { Accounts } from '../../src/batch/marginBook.ts'
import type { BatchParameters } from '../../src/batch/refresh.ts'
import { MODES } from '../../src/batch/results.ts'
import type { Random } from '../../src/math/random.ts'
import { defaultParameters, type UnderlyingState } from '../../src/methods/plimsoll/index.ts'
import type { ExpiryMarket, Instrument, Market, Position } from '../../src/methods/portfolio.ts'

export const TIME = 1_750_000_000
const DAY = 86_400
const DAYS = [1, 6, 30, 90]
const STRIKES = [0.7, 0.85, 0.95, 1, 1.05, 1.2, 1.5]
export const SPOTS: Readonly<Record<string, number>> = { BTC: 100_000, ETH: 3_500, SOL: 150, XRP: 2 }

/** Spot, perpetual, a future and options of seven strikes at four expiries, for every underlying. */
export function instrumentsOf(spots: Readonly<Record<string, number>> = SPOTS): Instrument[] {
  return Object.entries(spots).flatMap(([underlying, spot]) => {
    const future: Instrument = { kind: 'future', underlying, expiry: TIME + 30 * DAY }
    const options = DAYS.flatMap((days) =>
      STRIKES.flatMap((multiple): Instrument[] => {
        const at = { underlying, expiry: TIME + days * DAY, strike: spot * multiple }
        return [
          { kind: 'call', ...at },
          { kind: 'put', ...at },
        ]
      }),
    )
    return [{ kind: 'spot', underlying }, { kind: 'perpetual', underlying }, future, ...options]
  })
}

/** Spots a few per cent from `SPOTS`, a sloped smile, forwards and discounts that differ by expiry. */
export function marketOf(random: Random): Market {
  const underlyings = Object.fromEntries(
    Object.entries(SPOTS).map(([name, start]) => {
      const spot = start * (0.97 + 0.06 * random.uniform())
      const level = 0.4 + 0.5 * random.uniform()
      const expiries = new Map(DAYS.map((days) => [TIME + days * DAY, expiryOf(days, spot, level)]))
      return [name, { spot, perpetual: spot * (1 + 0.001 * random.normal()), expiries }]
    }),
  )
  return { time: TIME, underlyings }
}

function expiryOf(days: number, spot: number, level: number): ExpiryMarket {
  const years = days / 365
  const forward = spot * Math.exp(0.05 * years)
  return {
    expiry: TIME + days * DAY,
    forward,
    discount: Math.exp(-0.03 * years),
    volatility: (strike) => {
      const k = Math.log(strike / forward)
      return level * Math.sqrt(1 + 0.5 * Math.max(k * k - 0.2 * k, -0.5))
    },
  }
}

/** Price intervals, depth, open-interest factors, a rising scan range, posted caps and two groups, some of them absent. */
export function parametersOf(random: Random, market: Market): BatchParameters {
  const names = Object.keys(SPOTS)
  const base = defaultParameters('cross', names)
  const states = Object.fromEntries(
    Object.entries(base.states).map(([name, state]) => [name, stateOf(random, state, market, name)]),
  )
  const groups = random.uniform() < 0.5 ? undefined : [['ETH', 'SOL'], ['BTC']]
  return { ...base, states, groups }
}

function stateOf(random: Random, state: UnderlyingState, market: Market, name: string): UnderlyingState {
  const spot = market.underlyings[name]?.spot ?? 1
  const often = (value: number) => (random.uniform() < 0.7 ? value : undefined)
  const hats = Float64Array.from({ length: 17 }, () => 0.01 + random.uniform())
  return {
    scanRange: random.uniform() < 0.2 ? 0.5 : state.scanRange * (1 + 2 * random.uniform()), // at 0.5 two nodes coincide
    targetScanRange: state.scanRange * (1 + 2 * random.uniform()),
    low: often(spot * (1 - 0.01 * random.uniform())),
    high: often(spot * (1 + 0.01 * random.uniform())),
    average: often(spot * (1 + 0.3 * random.normal())),
    depth: often(spot * (1 + 20 * random.uniform())),
    openInterestFactor: often(1 + random.uniform()),
    isPriceDead: random.uniform() < 0.2,
    caps: random.uniform() < 0.8 ? hats.map((each) => each / 4) : undefined,
  }
}

/**
 * Positions of one account: up to `most` different instruments, lots of both signs, spot long only. Entries are 0: a batch
 * counts linear instruments with their full mark.
 */
export function positionsOf(random: Random, layout: Layout, most: number): Position[] {
  const chosen = new Set(
    Array.from({ length: random.integer(most + 1) }, () => random.integer(layout.instruments.length)),
  )
  return [...chosen].flatMap((number) => {
    const instrument = layout.instruments[number]
    if (instrument === undefined) return []
    const lots = (1 + random.integer(400)) / 100
    const isShort = instrument.kind !== 'spot' && random.uniform() < 0.5
    return [{ instrument, quantity: isShort ? -lots : lots, entry: 0 }]
  })
}

export type RandomAccounts = { accounts: Accounts; portfolios: { cash: number; positions: Position[] }[] }

/** `count` accounts of random modes, in both forms. */
export function accountsOf(random: Random, layout: Layout, count: number, most = 12): RandomAccounts {
  const portfolios = Array.from({ length: count }, () => ({
    cash: 50_000 * random.normal(),
    positions: positionsOf(random, layout, most),
  }))
  const starts = new Uint32Array(count + 1)
  for (const [account, { positions }] of portfolios.entries()) {
    starts[account + 1] = (starts[account] ?? 0) + positions.length
  }
  const all = portfolios.flatMap(({ positions }) => positions)
  const accounts = {
    starts,
    instruments: Uint32Array.from(all, ({ instrument }) => instrumentNumber(layout, instrument)),
    quantities: Float64Array.from(all, ({ quantity }) => quantity),
    cash: Float64Array.from(portfolios, ({ cash }) => cash),
    modes: Uint8Array.from(portfolios, () => random.integer(MODES.length)),
  }
  return { accounts, portfolios }
}

export const LAYOUT = layoutOf(instrumentsOf())
