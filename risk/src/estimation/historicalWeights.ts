/** Probabilities of the price nodes from past prices alone: what a publisher of quantitative weights posts. */
import { NODES, nodeMoves } from '../scenarios/lanes.ts'
import { type DailyPrices, dailyPrices, dailyReturns, midnightBefore, pricesWithin } from './dailyPrices.ts'
import { ewmaVariances } from './ewma.ts'
import { hatWeights } from './hatWeights.ts'
import { volatilityWeightedReturns } from './historicalSimulation.ts'
import { DAY, type PriceHistory } from './priceHistory.ts'

/** Days whose returns count, the least number of returns among them, and the decay of their volatility filter. */
export const HISTORY_DAYS = 730
export const LEAST_RETURNS = 180
export const VOLATILITY_DECAY = 0.97

/** Weights on the nodes of a scan range as known at a time; undefined with too short a past. */
export type HistoricalWeights = (time: number, range: number) => Float64Array | undefined

/** The midnights behind the returns that count at a time: `HISTORY_DAYS` of them and the one before. */
export function historyAt(prices: DailyPrices, time: number): DailyPrices {
  const last = midnightBefore(time)
  return pricesWithin(prices, last - (HISTORY_DAYS + 1) * DAY, last)
}

/**
 * Hat weights of daily returns, each rescaled from its own volatility to that of the next day; undefined with fewer than
 * `LEAST_RETURNS` of them. An EWMA around zero filters the volatility: it has no parameter that a fit could move from one day
 * to the next, so that whoever has the prices gets the same weights.
 *
 * Source: Hull & White (1998), "Incorporating volatility updating into the historical simulation method for VaR".
 *
 * @param prices as `historyAt` gives them. @param range scan range of the nodes, a fraction of spot.
 */
export function historicalNodeWeights(prices: DailyPrices, range: number): Float64Array | undefined {
  const { returns } = dailyReturns(prices)
  if (returns.length < LEAST_RETURNS) return undefined
  const variances = ewmaVariances(returns, VOLATILITY_DECAY)
  const moves = volatilityWeightedReturns(returns, variances, 'next').map(Math.expm1)
  const nodes = new Float64Array(NODES)
  nodeMoves(range, nodes)
  return hatWeights(moves, nodes)
}

/** `historicalNodeWeights` at any time of a history. Bounds that the contracts add are not applied. */
export function historicalWeights(history: PriceHistory): HistoricalWeights {
  const prices = dailyPrices(history)
  const cache = new Map<string, Float64Array | undefined>()
  return (time, range) => {
    const key = `${midnightBefore(time)} ${range}`
    if (!cache.has(key)) cache.set(key, historicalNodeWeights(historyAt(prices, time), range))
    return cache.get(key)
  }
}
