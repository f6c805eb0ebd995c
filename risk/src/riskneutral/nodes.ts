/** The protocol's 17 nodes: butterfly prices as probabilities, and expected shortfall on them. */
import { DomainError } from '../errors.ts'
import { NODES, nodeMoves, requireRange } from '../scenarios/lanes.ts'
import type { Smile } from '../surface/smile.ts'
import { bookShortfall, type HorizonBook } from './bookShortfall.ts'
import { callOverForward } from './density.ts'
import { discreteTail } from './discreteTail.ts'

/**
 * x = 1 + move of the 17 nodes of the scenarios' lanes for a scan range (0.1 = 10 %), ascending; moves stop at -90 %.
 * @throws DomainError unless 0 < scanRange < 0.9.
 */
export function protocolNodes(scanRange: number): number[] {
  requireRange(scanRange)
  const moves = new Float64Array(NODES)
  nodeMoves(scanRange, moves)
  return Array.from(moves, (move) => 1 + move)
}

/**
 * Probabilities of nodes from the prices of butterflies on them: with s_n the slope of the call price between neighbouring
 * nodes (-1 before the first, 0 after the last), p_n = s_n - s_(n-1). They are the law on the nodes that reprices every call
 * struck at a node. A node that coincides with its outer neighbour gets 0. A negative p, which only prices with arbitrage have,
 * counts 0 and the others stay, as on chain: together they are then above 1.
 *
 * Source: D. T. Breeden and R. H. Litzenberger (1978), "Prices of state-contingent claims implicit in option prices".
 *
 * @param nodes x = S/F, positive, not decreasing.
 * @throws DomainError for nodes that are not so.
 */
export function nodeProbabilities(smile: Smile, nodes: readonly number[]): Float64Array {
  nodes.forEach((x, n) => {
    if (!(x > 0 && x >= (nodes[n - 1] ?? 0))) throw new DomainError(`nodes[${n}]`, x, 'positive and not decreasing')
  })
  const probabilities = new Float64Array(nodes.length)
  const kept = nodes.flatMap((x, n) => (isInner(nodes, n) ? [] : [{ x, n, call: callOverForward(smile, x) }]))
  let before = -1
  kept.forEach(({ x, n, call }, i) => {
    const next = kept[i + 1]
    const slope = next === undefined ? 0 : (next.call - call) / (next.x - x)
    probabilities[n] = Math.max(0, slope - before)
    before = slope
  })
  return probabilities
}

/** Below the middle a node coincides with the one before it, above with the one after: that one is further out. */
function isInner(nodes: readonly number[], n: number): boolean {
  return n < nodes.length / 2 ? nodes[n] === nodes[n - 1] : nodes[n] === nodes[n + 1]
}

/**
 * Mean of the worst `level` of losses (positive = loss) with these probabilities, the last outcome counted in part.
 * @throws DomainError unless 0 < level <= 1 and the lengths agree.
 */
export function nodeShortfall(losses: ArrayLike<number>, probabilities: ArrayLike<number>, level: number): number {
  if (!(level > 0 && level <= 1)) throw new DomainError('level', level, 'above 0 and at most 1')
  if (losses.length !== probabilities.length)
    throw new DomainError('losses.length', losses.length, `that of probabilities, ${probabilities.length}`)
  return discreteTail(losses, probabilities, level).expectedShortfall
}

/** Expected shortfall on the nodes, on the fine grid, and nodes minus fine in units of the book. */
export type NodeComparison = { nodes: number; fine: number; error: number }

/** How far the protocol's 17 nodes are off the fine grid for one book, the same revaluation on both. */
export function compareNodes(smile: Smile, book: HorizonBook, scanRange: number, level: number): NodeComparison {
  const at = protocolNodes(scanRange)
  const nodes = nodeShortfall(
    at.map((x) => -book.profit(x)),
    nodeProbabilities(smile, at),
    level,
  )
  const fine = bookShortfall(smile, book, level).expectedShortfall
  return { nodes, fine, error: nodes - fine }
}
