import { DomainError } from '../errors.ts'
import { requireSeries } from './series.ts'

const GRID_STEPS = 6
const EXTREMES = [2, 4]
/** No scenario takes a price below a tenth. */
const LOWEST_MOVE = -0.9

/**
 * The 17 price moves of the protocol's scenarios, ascending, as fractions of spot: j/6 of the scan range for j = -6..6,
 * and -+2 and -+4 scan ranges, none below -90 % (so that the two lowest coincide for a range of 45 % or more).
 */
export function scanNodes(scanRange: number): Float64Array {
  if (!(scanRange > 0 && scanRange <= -LOWEST_MOVE)) throw new DomainError('scanRange', scanRange, 'in (0, 0.9]')
  const inner = Array.from({ length: 2 * GRID_STEPS + 1 }, (_, j) => (j - GRID_STEPS) / GRID_STEPS)
  const multiples = [...EXTREMES.map((multiple) => -multiple).reverse(), ...inner, ...EXTREMES]
  return Float64Array.from(multiples, (multiple) => Math.max(multiple * scanRange, LOWEST_MOVE))
}

/** Index of the last node that is not above `move`; -1 below all. */
function nodeBelow(nodes: ArrayLike<number>, move: number): number {
  let [low, high] = [-1, nodes.length]
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if ((nodes[middle] ?? 0) <= move) low = middle
    else high = middle
  }
  return low
}

/**
 * Probabilities of the nodes that stand for a sample of moves: each move gives its mass to the two nodes around it,
 * linearly (hat functions), or to the outermost node beyond the ends. They sum to 1. Inside the ends the mean of the
 * moves is kept exactly, and the weighted sum of any payoff that is linear between nodes equals its sample mean; a convex
 * loss is overstated, a concave one understated by at most its sag between two nodes.
 *
 * `moves` are simple returns (not log returns), `weights` their probabilities (equal when missing), `nodes` ascending;
 * of nodes that coincide the last gets the mass.
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
  const last = nodes.length - 1
  const result = new Float64Array(nodes.length)
  for (let i = 0; i < moves.length; i++) {
    const move = moves[i] ?? 0
    const mass = weights === undefined ? 1 / moves.length : (weights[i] ?? 0)
    const below = Math.min(Math.max(nodeBelow(nodes, move), 0), last)
    const [left = 0, right = left] = [nodes[below], nodes[below + 1]]
    const share = right > left ? Math.min(Math.max((move - left) / (right - left), 0), 1) : 0
    result[below] = (result[below] ?? 0) + mass * (1 - share)
    if (share > 0) result[below + 1] = (result[below + 1] ?? 0) + mass * share
  }
  return result
}

export type WeightLimits = {
  /** No weight moves by more than this from the previous ones. */
  largestChange: number
  /** The two lowest and the two highest nodes (the extremes) each keep at least this. */
  leastTail: number
}

/**
 * Posted weights: from `previous` towards `target` as far as the largest change allows, with the extremes raised to their
 * least weight and the rest scaled down in proportion. They sum to 1 when both inputs do. The floor comes last and may
 * exceed the change, upwards at the extremes alone: caution is never delayed.
 */
export function limitWeights(
  previous: ArrayLike<number>,
  target: ArrayLike<number>,
  { largestChange, leastTail }: WeightLimits,
): Float64Array {
  if (previous.length !== target.length)
    throw new DomainError('the number of previous weights', previous.length, `${target.length}`)
  if (!(largestChange > 0)) throw new DomainError('largestChange', largestChange, 'positive')
  if (!(leastTail >= 0 && leastTail <= 0.1)) throw new DomainError('leastTail', leastTail, 'from 0 to 0.1')
  let widest = 0
  for (let n = 0; n < target.length; n++) widest = Math.max(widest, Math.abs((target[n] ?? 0) - (previous[n] ?? 0)))
  const share = widest > largestChange ? largestChange / widest : 1
  const moved = Float64Array.from(target, (wanted, n) => (previous[n] ?? 0) + share * (wanted - (previous[n] ?? 0)))
  return withLeastTails(moved, leastTail)
}

function withLeastTails(weights: Float64Array, leastTail: number): Float64Array {
  const count = weights.length
  const isTail = (n: number) => n < EXTREMES.length || n >= count - EXTREMES.length
  const raised = (n: number) => isTail(n) && (weights[n] ?? 0) < leastTail
  let held = 0
  let rest = 0
  for (let n = 0; n < count; n++) {
    if (raised(n)) held += leastTail
    else rest += weights[n] ?? 0
  }
  return weights.map((weight, n) => (raised(n) ? leastTail : (weight * (1 - held)) / rest))
}
