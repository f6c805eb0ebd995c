/**
 * Probabilities of the 17 price nodes from option prices; those from past prices are `historicalWeights` of `estimation`.
 *
 * Source: D. Breeden and R. Litzenberger (1978), "Prices of State-Contingent Claims Implicit in Option Prices",
 * J. Business 51: the price of a butterfly spread is a probability.
 */
import { DomainError } from '../../errors.ts'
import { SHORTEST_SLICE } from '../../riskneutral/horizon.ts'
import { nodeProbabilities } from '../../riskneutral/nodes.ts'
import { NODES, yearsUntil } from '../../scenarios/lanes.ts'
import type { Smile } from '../../surface/smile.ts'
import type { ExpiryMarket, UnderlyingMarket } from '../portfolio.ts'

/** Total variance w(k) at log-moneyness k = ln(K/F). */
export type TotalVariance = (k: number) => number

/**
 * Butterfly weights of the nodes: with slopes s_n = (C(x_{n+1}) - C(x_n)) / (x_{n+1} - x_n), s_0 = -1 and s_17 = 0,
 * p_n = s_n - s_{n-1}. Of two nodes that coincide the inner one gets 0; a negative p_n counts 0.
 * @param moves the nodes' price moves, ascending, above -1: x = 1 + move. @param out receives one probability per node.
 * @throws DomainError when the slice has no positive total variance at a node
 */
export function butterflyWeights(moves: Float64Array, totalVariance: TotalVariance, out: Float64Array): void {
  const smile: Smile = (k, values) => {
    const variance = totalVariance(k)
    if (!(variance > 0 && variance < Infinity)) {
      throw new DomainError('totalVariance', variance, 'above 0 at every node')
    }
    values[0] = variance
  }
  const nodes = Array.from(moves.subarray(0, NODES), (move) => 1 + move)
  out.set(nodeProbabilities(smile, nodes))
}

/**
 * The slice of the measure's horizon: w_h(k) = (h / T) w_T(k sqrt(T / h)), T the first expiry of at least 0.75 h, else the last.
 * Undefined when the market quotes no expiry that is still to come.
 * @param time unix seconds. @param horizonYears h.
 */
export function horizonVariance(
  market: UnderlyingMarket,
  time: number,
  horizonYears: number,
): TotalVariance | undefined {
  const alive = [...market.expiries.values()].filter(({ expiry }) => expiry > time).sort((a, b) => a.expiry - b.expiry)
  const isLong = ({ expiry }: ExpiryMarket) => yearsUntil(expiry, time) >= SHORTEST_SLICE * horizonYears
  const own = alive.find(isLong) ?? alive.at(-1)
  if (own === undefined) return undefined
  const stretch = Math.sqrt(yearsUntil(own.expiry, time) / horizonYears)
  return (k) => {
    const volatility = own.volatility(own.forward * Math.exp(k * stretch))
    return volatility * volatility * horizonYears
  }
}
