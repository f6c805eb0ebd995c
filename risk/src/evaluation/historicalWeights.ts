/** Probabilities of the price nodes as a publisher of quantitative weights would post them, from the past alone. */
import { ewmaVariances } from '../estimation/ewma.ts'
import { hatWeights, volatilityWeightedReturns } from '../estimation/index.ts'
import { NODES, nodeMoves } from '../scenarios/index.ts'
import { DAY, HOUR, type PriceHistory } from './history.ts'

/** Daily returns behind the weights, the least number of them, and the decay of their volatility filter. */
export const WEIGHT_DAYS = 730
const LEAST_WEIGHT_DAYS = 180
const WEIGHT_DECAY = 0.97

/** Weights on the nodes of a scan range as known at a time; undefined with too short a past. */
export type HistoricalWeights = (time: number, range: number) => Float64Array | undefined

/** The price of a midnight is the newest one, at most this old. */
const LONGEST_AGE = 8 * HOUR

/** Log returns from midnight to midnight (UTC) with the time at which each is known; none across a missing midnight. */
function dailyReturns({ times, prices }: PriceHistory): { known: Float64Array; returns: Float64Array } {
  const midnights = Array.from(times.keys()).flatMap((i) => {
    const [time = 0, next = Infinity] = [times[i], times[i + 1]]
    const midnight = Math.ceil(time / DAY) * DAY
    return midnight < next && midnight - time <= LONGEST_AGE ? [{ midnight, price: prices[i] ?? Number.NaN }] : []
  })
  const pairs = midnights.flatMap(({ midnight, price }, i) => {
    const before = midnights[i - 1]
    if (before === undefined || midnight - before.midnight !== DAY) return []
    return [{ midnight, logReturn: Math.log(price / before.price) }]
  })
  return {
    known: Float64Array.from(pairs, ({ midnight }) => midnight),
    returns: Float64Array.from(pairs, ({ logReturn }) => logReturn),
  }
}

/**
 * Hat weights of the last `WEIGHT_DAYS` daily returns, each rescaled from its own volatility to that of now. Bounds on the
 * change per day and on the tails, which the contracts add, are not applied.
 *
 * Source: Hull & White (1998), "Incorporating volatility updating into the historical simulation method for VaR".
 */
export function historicalWeights(history: PriceHistory): HistoricalWeights {
  const { known, returns } = dailyReturns(history)
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
