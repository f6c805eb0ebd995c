/** Small books and markets for the tests. */
import type { MarginResult, Market, Portfolio } from '../../src/methods/index.ts'
import type { Account, StressScenario } from '../../src/stress/book.ts'

const TIME = 1_800_000_000
export const EXPIRY = TIME + 30 * 86_400

export const MARKET: Market = {
  time: TIME,
  underlyings: {
    BTC: {
      spot: 100_000,
      perpetual: 100_000,
      expiries: new Map([[EXPIRY, { expiry: EXPIRY, forward: 100_500, discount: 0.995, volatility: () => 0.6 }]]),
    },
    ETH: { spot: 4_000, perpetual: 4_000, expiries: new Map() },
  },
}

export function perpetual(name: string, cash: number, quantity: number, underlying = 'BTC', entry?: number): Account {
  return { name, portfolio: { cash, positions: [{ instrument: { kind: 'perpetual', underlying }, quantity, entry }] } }
}

/** Requirement of a rate on the notional of every position: maintenance, and twice that to open. */
export function flatRate(rate: number): (portfolio: Portfolio, market: Market) => MarginResult {
  return ({ positions }, market) => {
    const notional = positions.reduce(
      (sum, { instrument, quantity }) =>
        sum + Math.abs(quantity) * (market.underlyings[instrument.underlying]?.spot ?? Number.NaN),
      0,
    )
    return { initial: 2 * rate * notional, maintenance: rate * notional, scenarios: [], addOns: [] }
  }
}

export const fall = (move: number): StressScenario => ({
  name: `${move}`,
  moves: {},
  otherMove: move,
  volatilityFactor: 1,
})
