/** Twin of `contracts/libraries/Measure.sol`: measures of scenario profit-and-loss vectors. USD, losses positive. */
import { divCeil, divFloor, mulDivUp, WAD, WAD2 } from './fixedPoint.ts'
import { fall, sixth } from './scenarios.ts'
import { squareRoot } from './squareRoot.ts'
import { capAt, FULL_CAP } from './tail.ts'
import { minUsd } from './usd.ts'

/** Prices are looked at up to this many times spot. */
const MAX_MOVE = 16n * WAD
/** First lane of the extremes; lanes 0..25 are 13 prices, up and down. */
const EXTREMES = 26

/** W of a linear position, USD 18 decimals, rounded up: |notional| * scanRange. */
export function worstLinearLoss(notional36: bigint, scanRange: bigint): bigint {
  return divCeil((notional36 < 0n ? -notional36 : notional36) * scanRange, WAD2)
}

/** W = max(0, max_k -P_k), in the unit of the vector. Exact: no division. */
export function worstLoss(pnl: readonly bigint[]): bigint {
  let least = 0n
  for (const lane of pnl) if (lane < least) least = lane
  return -least
}

/** Loss at each node, ascending in price: the worse of volatility up and down, extremes unscaled, at least 0. R-58: up. */
export function nodeLosses(pnl54: readonly bigint[]): bigint[] {
  const lane = (k: number) => pnl54[k] ?? 0n
  const grid = Array.from({ length: 13 }, (_, j) => minUsd(lane(2 * j), lane(2 * j + 1)))
  const gains = [4n * lane(28), 2n * lane(26), ...grid, 2n * lane(27), 4n * lane(29)]
  return gains.map((gain) => (gain < 0n ? -divFloor(gain, WAD2) : 0n))
}

/**
 * Expected shortfall under the caps of a word: the largest losses, each as far as its cap goes, until the caps make 1. R-59: up.
 *
 * Source: R. T. Rockafellar and S. Uryasev (2000), "Optimization of conditional value-at-risk", J. Risk 2: the dual form.
 * @param losses Of the nodes, at least 0, USD.
 */
export function shortfall(losses: readonly bigint[], word: bigint): bigint {
  const order = losses.map((loss, n) => ({ loss, cap: capAt(word, n) })).sort((a, b) => (a.loss > b.loss ? -1 : 1))
  let left = FULL_CAP
  let sum = 0n
  for (const { loss, cap } of order) {
    const part = minUsd(left, cap)
    sum += part * loss
    left -= part
  }
  return divCeil(sum, FULL_CAP)
}

/**
 * Gain of an option vector if spot moved by `move` (WAD fraction, cut at 16): the mean of the up and down lanes, linear
 * between the nodes (extremes unscaled) and beyond the outer ones, less the same without a move. USD 18 decimals, R-46: down.
 */
export function gainAt(pnl54: readonly bigint[], move: bigint, range: bigint): bigint {
  const moved = move > MAX_MOVE ? MAX_MOVE : move
  const { left, right, from, to } = segment(moved, range)
  const below = mean(pnl54, left)
  return below + divFloor((mean(pnl54, right) - below) * (moved - from), to - from) - mean(pnl54, 12)
}

type Segment = { left: number; right: number; from: bigint; to: bigint }

/** Nodes around a move, named by their up lanes, and their moves. Without the lowest where both lowest stop at -90 %. */
function segment(move: bigint, range: bigint): Segment {
  if (move < -range) {
    const [near, far] = [fall(2n * range), fall(4n * range)]
    if (move < near && far !== near) return { left: 28, right: 26, from: far, to: near }
    return { left: 26, right: 0, from: near, to: -range }
  }
  if (move >= 2n * range) return { left: 27, right: 29, from: 2n * range, to: 4n * range }
  if (move >= range) return { left: 24, right: 27, from: range, to: 2n * range }
  const j = divFloor(6n * move, range)
  const left = 2 * (Number(j) + 6)
  return { left, right: left + 2, from: sixth(j, range), to: sixth(j + 1n, range) }
}

/** Mean of the up and down lane of a node, USD 18 decimals, down; an extreme has one lane, times its weight's inverse. */
function mean(pnl54: readonly bigint[], lane: number): bigint {
  const value = pnl54[lane] ?? 0n
  if (lane < EXTREMES) return divFloor(value + (pnl54[lane + 1] ?? 0n), 2n * WAD2)
  return divFloor(value * (lane < 28 ? 2n : 4n), WAD2)
}

/** sqrt(notional / depth) - 1, WAD, for a notional beyond the posted depth; else 0. R-47: up. */
export function crowding(notional: bigint, depth: bigint): bigint {
  if (depth === 0n || notional <= depth) return 0n
  const ratio = mulDivUp(notional, WAD2, depth)
  const root = squareRoot(ratio)
  return (root * root < ratio ? root + 1n : root) - WAD
}
