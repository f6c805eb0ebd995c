import { DomainError } from '../errors.ts'
import { requireSeries } from './series.ts'

/** Refuses a mass that is negative or not finite. */
function requireMasses(name: string, masses: ArrayLike<number>): void {
  for (let i = 0; i < masses.length; i++) {
    const mass = masses[i] ?? Number.NaN
    if (!(mass >= 0 && mass < Number.POSITIVE_INFINITY))
      throw new DomainError(`${name}[${i}]`, mass, 'finite, 0 or more')
  }
}

/** Index of the last node that is not above `move`, the first below all; of nodes that coincide there the first. */
function nodeBelow(nodes: ArrayLike<number>, move: number): number {
  let [low, high] = [-1, nodes.length]
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if ((nodes[middle] ?? 0) <= move) low = middle
    else high = middle
  }
  while (low > 0 && nodes[low - 1] === nodes[low]) low--
  return Math.max(low, 0)
}

/**
 * Probabilities of the nodes that stand for a sample of moves: each move gives its mass to the two nodes around it,
 * linearly (hat functions), or to the outermost node beyond the ends. They sum to 1. Inside the ends the mean of the
 * moves is kept exactly, and the weighted sum of any payoff that is linear between nodes equals its sample mean; a convex
 * loss is overstated, a concave one understated by at most its sag between two nodes.
 *
 * `moves` are simple returns (not log returns), `weights` their probabilities (equal when missing), `nodes` ascending, such
 * as `nodeMoves` of the scenarios gives; of nodes that coincide (extremes that stop at -90 %) the outer, lower one gets all.
 * Throws DomainError for vectors of different lengths, numbers that are not finite, negative masses, nodes that descend.
 */
export function hatWeights(
  moves: ArrayLike<number>,
  nodes: ArrayLike<number>,
  weights?: ArrayLike<number>,
): Float64Array {
  requireSeries('moves', moves, 1)
  requireSeries('nodes', nodes, 2)
  if (weights !== undefined && weights.length !== moves.length)
    throw new DomainError('the number of weights', weights.length, `${moves.length}, one per move`)
  if (weights !== undefined) requireMasses('weights', weights)
  for (let n = 1; n < nodes.length; n++)
    if ((nodes[n] ?? 0) < (nodes[n - 1] ?? 0))
      throw new DomainError(`nodes[${n}]`, nodes[n] ?? 0, 'not below the one before')
  const result = new Float64Array(nodes.length)
  for (let i = 0; i < moves.length; i++) {
    const move = moves[i] ?? 0
    const mass = weights === undefined ? 1 / moves.length : (weights[i] ?? 0)
    const below = nodeBelow(nodes, move)
    let above = below + 1
    while (nodes[above] === nodes[below]) above++
    const [left = 0, right = left] = [nodes[below], nodes[above]]
    const share = right > left ? Math.min(Math.max((move - left) / (right - left), 0), 1) : 0
    result[below] = (result[below] ?? 0) + mass * (1 - share)
    if (share > 0) result[above] = (result[above] ?? 0) + mass * share
  }
  return result
}
