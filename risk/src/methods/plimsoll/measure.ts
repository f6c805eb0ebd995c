/**
 * Measures of scenario vectors, USD, losses positive. Arrays are read from `offset` on, one number per lane.
 *
 * Source: the protocol's design; worst case over a grid after CME (1988), SPAN; expected shortfall after C. Acerbi and
 * D. Tasche (2002), "On the coherence of expected shortfall", J. Banking & Finance 26.
 */
import { LANE_WEIGHTS, LANES, MAX_FALL, NODE_LANES, NODES } from '../../scenarios/lanes.ts'

/** W = max(0, max over lanes of -P). */
export function worstLoss(pnl: Float64Array, offset = 0): number {
  let loss = 0
  for (let lane = offset; lane < offset + LANES; lane++) {
    const lost = -(pnl[lane] ?? 0)
    if (lost > loss) loss = lost
  }
  return loss
}

/** W of the sum of two vectors, such as a book's linear and option parts. */
export function worstLossOfSum(a: Float64Array, b: Float64Array, offset = 0): number {
  let loss = 0
  for (let lane = offset; lane < offset + LANES; lane++) {
    const lost = -((a[lane] ?? 0) + (b[lane] ?? 0))
    if (lost > loss) loss = lost
  }
  return loss
}

/**
 * R_u: the lesser of the whole book's worst loss and relief * W(linear) + W(options). Homogeneous, but because of the
 * relief not sub-additive.
 */
export function relievedLoss(whole: number, linear: number, options: number, relief: number): number {
  return Math.min(whole, relief * linear + options)
}

/** Portfolio measure of a group: min(sum R_u, offset * W(sum of the group's lanes) + (1 - offset) * sum W_u). */
export function groupMeasure(sumRelieved: number, joint: number, sumWorst: number, offset: number): number {
  return Math.min(sumRelieved, offset * joint + (1 - offset) * sumWorst)
}

/**
 * Loss at each of the 17 nodes, ascending in price: -min(P_up, P_down), extremes at full size.
 * @param range scan range plus epoch threshold. Where the two lowest nodes coincide at -90 %, both hold the outer
 * lane's loss, whichever of them carries the probability.
 */
export function nodeLosses(pnl: Float64Array, range: number, out: Float64Array, offset = 0): void {
  for (let node = 0; node < NODES; node++) {
    const lanes = NODE_LANES[node]
    if (lanes === undefined) continue
    const pair = Math.min(pnl[offset + lanes.up] ?? 0, pnl[offset + lanes.down] ?? 0)
    out[node] = -pair / (LANE_WEIGHTS[lanes.up] ?? 1)
  }
  if (2 * range >= MAX_FALL) out[1] = out[0] ?? 0
}

/**
 * Mean of the worst `tail` of a discrete distribution, splitting the node on the boundary, profits counted as 0: a profit in
 * one scenario pays for no loss in another. So the mean is max { sum y_n max(0, loss_n) : 0 <= y_n <= min(1, p_n / tail),
 * sum y_n <= 1 }, and when every p_n rises by at most 2 %, so does the mean.
 *
 * Source: the dual form of R. T. Rockafellar and S. Uryasev (2000), "Optimization of conditional value-at-risk", J. Risk 2.
 *
 * @param losses at the nodes. @param weights their probabilities, or as much of each as the tail may use.
 * @param tail in (0, 1]. @param order scratch for one index per node.
 */
export function tailMean(losses: Float64Array, weights: Float64Array, tail: number, order: Uint8Array): number {
  for (let i = 0; i < NODES; i++) order[i] = i
  order.sort((a, b) => (losses[b] ?? 0) - (losses[a] ?? 0))
  let left = tail
  let sum = 0
  for (let i = 0; i < NODES && left > 0; i++) {
    const node = order[i] ?? 0
    const loss = losses[node] ?? 0
    if (loss <= 0) break
    const mass = Math.min(left, weights[node] ?? 0)
    sum += mass * loss
    left -= mass
  }
  return sum / tail
}

/** The measure of the two tail modes: the shortfall between `floor` times the portfolio measure and that measure itself. */
export function flooredShortfall(portfolioMeasure: number, shortfall: number, floor: number): number {
  return Math.min(portfolioMeasure, Math.max(floor * portfolioMeasure, shortfall))
}
