/** What one underlying needs, apart from the others: measure, charges, the price interval. USD. */
import { LANE_WEIGHTS, laneMove, MAX_FALL, NODE_LANES, UNMOVED_UP } from '../../scenarios/lanes.ts'
import type { Levels } from '../method.ts'
import { basisCharge, calendarCharge, concentrationCharge, initialFactor, optionCharge } from './addOns.ts'
import type { Book } from './book.ts'
import { relievedLoss, worstLoss, worstLossOfSum } from './measure.ts'
import type { AccountParameters, UnderlyingParameters, UnderlyingState } from './parameters.ts'

/** The parts of one underlying's requirement, USD unless a comment says otherwise. */
export type UnderlyingRisk = {
  readonly underlying: string
  /** Value at mark of all its positions. */
  readonly value: number
  readonly optionValue: number
  /** Dollar delta of linear instruments and options. */
  readonly delta: number
  /** Profit and loss in the 30 lanes, weighted. */
  readonly pnl: Float64Array
  readonly range: number
  /** W of the whole, the linear and the option part. */
  readonly worst: number
  readonly worstLinear: number
  readonly worstOptions: number
  /** R_u. */
  readonly relieved: number
  /** k_u = max(1, target / ramped scan range) * oi_u, initial only. */
  readonly factor: number
  readonly optionCharge: Levels
  /** Ratio times factor times R_u plus option charges, at most option value plus the linear part when nothing is short. */
  readonly own: Levels
  readonly calendar: number
  readonly basis: number
  readonly concentration: number
  readonly haircut: number
  /** U_u: loss at the worst of low, high and average price. */
  readonly uncertainty: number
  /** Gain at the better of low and high price. */
  readonly goodEnd: number
  readonly slotCharge: number
  /** Collateral of a dead price, which counts nothing in initial margin. */
  readonly deadCollateral: number
}

/** Step 2: the risk of one book. */
export function riskOf(
  book: Book,
  parameters: UnderlyingParameters,
  state: UnderlyingState,
  account: AccountParameters,
): UnderlyingRisk {
  const pnl = book.linearPnl.map((linear, lane) => linear + (book.optionPnl[lane] ?? 0))
  const losses = lossesOf(book, parameters.linearRelief)
  const { worst, worstLinear, relieved } = losses
  const factor = initialFactor(state, parameters.epsilon)
  const charge = optionCharges(book, parameters)
  const delta = book.deltas.reduce((sum, each) => sum + each, 0)
  const linear = parameters.linearRelief * worstLinear
  const ratio = account.initialRatio * factor
  return {
    underlying: book.underlying,
    value: book.collateral + book.derivatives + book.optionValue,
    optionValue: book.optionValue,
    delta,
    pnl,
    range: book.range,
    ...losses,
    factor,
    optionCharge: charge,
    own: {
      maintenance: capped(book, relieved + charge.maintenance, linear),
      initial: capped(book, ratio * relieved + charge.initial, ratio * linear),
    },
    calendar: calendarCharge(book.unmovedPnls, parameters.calendarCharge),
    basis: basisCharge(book.deltas, book.expiryYears, parameters.basisCharge, parameters.basisChargePerYear),
    concentration: concentrationCharge(worst, delta, pnl[UNMOVED_UP] ?? 0, book.range, state.depth ?? Infinity),
    haircut: parameters.haircut * book.collateral,
    ...priceInterval(book, pnl, state),
    slotCharge: parameters.slotCharge * book.slots,
    deadCollateral: state.isPriceDead ? book.collateral : 0,
  }
}

function lossesOf(
  { linearPnl, optionPnl }: Book,
  relief: number,
): Pick<UnderlyingRisk, 'worst' | 'worstLinear' | 'worstOptions' | 'relieved'> {
  const worst = worstLossOfSum(linearPnl, optionPnl)
  const worstLinear = worstLoss(linearPnl)
  const worstOptions = worstLoss(optionPnl)
  return { worst, worstLinear, worstOptions, relieved: relievedLoss(worst, worstLinear, worstOptions, relief) }
}

function optionCharges({ market, contracts, gapRates }: Book, { optionCharge: rates }: UnderlyingParameters): Levels {
  return {
    maintenance: optionCharge(market.spot, contracts, gapRates, rates.maintenance),
    initial: optionCharge(market.spot, contracts, gapRates, rates.initial),
  }
}

/** Without a short option leg a book cannot lose more than its options are worth beside its linear part. */
function capped(book: Book, requirement: number, linear: number): number {
  if (book.hasShortOption) return requirement
  return Math.max(0, Math.min(requirement, book.optionValue + linear))
}

/**
 * U = max(0, max over low, high and average of Pbar(S) - Pbar(p)) and the good end with the opposite sign, low and high
 * only. Pbar is the mean of the up and down lanes, linear between nodes, extremes unscaled.
 */
function priceInterval(
  book: Book,
  pnl: Float64Array,
  { low, high, average }: UnderlyingState,
): { uncertainty: number; goodEnd: number } {
  const { spot } = book.market
  const unmoved = meanPnl(pnl, book.range, 0)
  const gainAt = (price: number | undefined) =>
    price === undefined ? 0 : meanPnl(pnl, book.range, price / spot - 1) - unmoved
  const [atLow, atHigh, atAverage] = [gainAt(low), gainAt(high), gainAt(average)]
  return { uncertainty: Math.max(0, -atLow, -atHigh, -atAverage), goodEnd: Math.max(0, atLow, atHigh) }
}

/** Pbar at a relative price move: linear between the nodes and beyond the outer ones. */
function meanPnl(pnl: Float64Array, range: number, move: number): number {
  const first = 2 * range >= MAX_FALL ? 1 : 0
  let right = first + 1
  while (right < NODE_LANES.length - 1 && nodeMove(right, range) < move) right++
  const [from, to] = [nodeMove(right - 1, range), nodeMove(right, range)]
  const [below, above] = [nodePnl(pnl, right - 1), nodePnl(pnl, right)]
  return below + ((above - below) * (move - from)) / (to - from)
}

function nodeMove(node: number, range: number): number {
  return laneMove(NODE_LANES[node]?.up ?? UNMOVED_UP, range)
}

function nodePnl(pnl: Float64Array, node: number): number {
  const { up, down } = NODE_LANES[node] ?? { up: UNMOVED_UP, down: UNMOVED_UP }
  return ((pnl[up] ?? 0) + (pnl[down] ?? 0)) / 2 / (LANE_WEIGHTS[up] ?? 1)
}
