/** Probabilities of the price nodes as a publisher of quantitative weights would post them, from the past alone. */
import { ewmaVariances } from '../estimation/ewma.ts'
import { hatWeights, volatilityWeightedReturns } from '../estimation/index.ts'
import { NODES, nodeMoves } from '../scenarios/index.ts'
import { DAY, type PriceHistory } from './history.ts'

/** Daily returns behind the weights, the least number of them, and the decay of their volatility filter. */
export const WEIGHT_DAYS = 730
const LEAST_WEIGHT_DAYS = 180
const WEIGHT_DECAY = 0.97

/** Weights on the nodes of a scan range as known at a time; undefined with too short a past. */
export type HistoricalWeights = (time: number, range: number) => Float64Array | undefined

/**
 * Hat weights of the last `WEIGHT_DAYS` returns from midnight to midnight (UTC), each rescaled from its own volatility to
 * that of now. Bounds on the change per day and on the tails, which the contracts add, are not applied.
 *
 * Source: Hull & White (1998), "Incorporating volatility updating into the historical simulation method for VaR".
 */
export function historicalWeights({ times, prices }: PriceHistory): HistoricalWeights {
  const midnights = Array.from(times.keys()).filter((i) => (times[i] ?? 0) % DAY === 0)
  const known = Float64Array.from(midnights.slice(1), (i) => times[i] ?? 0)
  const returns = Float64Array.from(midnights.slice(1), (i, before) =>
    Math.log((prices[i] ?? 1) / (prices[midnights[before] ?? 0] ?? 1)),
  )
  const cache = new Map<string, Float64Array | undefined>()
  const computed = (time: number, range: number) => {
    const newest = known.findLastIndex((midnight) => midnight <= time) + 1
    const moves = rescaled(returns.subarray(Math.max(0, newest - WEIGHT_DAYS), newest))
    const nodes = new Float64Array(NODES)
    nodeMoves(range, nodes)
    return moves === undefined ? undefined : hatWeights(moves, nodes)
  }
  return (time, range) => {
    const key = `${time} ${range}`
    if (!cache.has(key)) cache.set(key, computed(time, range))
    return cache.get(key)
  }
}

/** Simple returns at today's volatility. */
function rescaled(returns: Float64Array): Float64Array | undefined {
  if (returns.length < LEAST_WEIGHT_DAYS) return undefined
  return volatilityWeightedReturns(returns, ewmaVariances(returns, WEIGHT_DECAY), 'next').map(Math.expm1)
}
