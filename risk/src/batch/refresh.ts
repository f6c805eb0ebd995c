/** Fills the matrix from a market: what a tick does before any account is looked at. */

import { gapRate, initialFactor, optionCharge } from '../methods/plimsoll/addOns.ts'
import { nodeLosses, tailMean } from '../methods/plimsoll/measure.ts'
import {
  type PlimsollParameters,
  requireUnderlying,
  type UnderlyingParameters,
  type UnderlyingState,
} from '../methods/plimsoll/parameters.ts'
import { impliedMasses } from '../methods/plimsoll/plimsoll.ts'
import { tailMasses } from '../methods/plimsoll/tailCaps.ts'
import type { Market, UnderlyingMarket } from '../methods/portfolio.ts'
import { black76Greeks } from '../pricing/black76.ts'
import { LANE_WEIGHTS, LANES, laneMove, linearLanes, NODES, nodeMoves, yearsUntil } from '../scenarios/lanes.ts'
import { callLanes, isOption, MissingUnderlyingError, strikeQuote, unitNotional } from '../scenarios/riskArray.ts'
import type { Layout } from './layout.ts'
import { INTERVAL_PRICES, type RiskMatrix, WEIGHT_SETS } from './matrix.ts'

/** Parameters of all accounts; each account has its own mode. */
export type BatchParameters = Omit<PlimsollParameters, 'mode'>

/** One underlying while its rows are filled. */
type Underlying = {
  readonly layout: Layout
  readonly matrix: RiskMatrix
  readonly index: number
  readonly name: string
  readonly time: number
  readonly market: UnderlyingMarket
  readonly parameters: BatchParameters
  readonly own: UnderlyingParameters
  readonly state: UnderlyingState
  readonly range: number
}

/** Node of an unmoved price. */
const UNMOVED_NODE = 8
/** Times that a position's value enters equity and requirements together, each with weight one. */
const TERM_USES = 4

/** Fills every row. @throws MissingUnderlyingError, MissingExpiryError, DomainError */
export function refreshMatrix(layout: Layout, matrix: RiskMatrix, market: Market, parameters: BatchParameters): void {
  for (const name of layout.underlyings) refreshUnderlying(layout, matrix, name, market, parameters)
}

/**
 * Fills the rows of one underlying: its lanes, values, parameters. Parameters of all accounts are written too; when they
 * or the time changed, every account must be margined anew.
 * @throws MissingUnderlyingError, MissingExpiryError, DomainError
 */
export function refreshUnderlying(
  layout: Layout,
  matrix: RiskMatrix,
  name: string,
  market: Market,
  parameters: BatchParameters,
): void {
  const index = layout.underlyings.indexOf(name)
  const quoted = market.underlyings[name]
  const own = parameters.underlyings[name]
  const state = parameters.states[name]
  if (index < 0 || !quoted || !own || !state) throw new MissingUnderlyingError(name)
  requireUnderlying(own, state)
  const range = state.scanRange + own.epsilon
  const all = { layout, matrix, index, name, time: market.time, market: quoted, parameters, own, state, range }
  matrix.account.set([parameters.initialRatio, parameters.grossCharge, parameters.tail, parameters.tailFloor])
  fillYears(all)
  fillParameters(all)
  fillLinear(all)
  fillWeights(all)
  fillInterval(all)
  fillStrikes(all)
  fillInstruments(all)
  fillLaneSizeFactor(all)
}

function fillYears({ layout, matrix, index, time }: Underlying): void {
  for (const [number, { underlying, expiry }] of layout.expiries.entries()) {
    if (underlying === index) matrix.years[number] = yearsUntil(expiry, time)
  }
}

function fillParameters({ layout, matrix, index, name, market, parameters, own, state, range }: Underlying): void {
  const to = matrix.underlyings
  to.range[index] = range
  to.depth[index] = state.depth ?? Number.POSITIVE_INFINITY
  to.linearRelief[index] = own.linearRelief
  to.offset[index] = own.offset
  to.calendarCharge[index] = own.calendarCharge
  to.basisCharge[index] = own.basisCharge
  to.basisChargePerYear[index] = own.basisChargePerYear
  to.haircut[index] = own.haircut
  to.slotCharge[index] = own.slotCharge
  to.laneUnit[index] = own.laneUnit * market.spot
  to.factor[index] = initialFactor(state, own.epsilon)
  to.dead[index] = state.isPriceDead ? 1 : 0
  to.group[index] = groupOf(name, index, layout, parameters)
}

/** A group is named by the first of its members in the layout. */
function groupOf(name: string, index: number, layout: Layout, { groups }: BatchParameters): number {
  if (groups === undefined) return 0
  const members = groups.find((group) => group.includes(name)) ?? []
  const first = layout.underlyings.findIndex((underlying) => members.includes(underlying))
  return first < 0 ? index : first
}

/** Lanes of one dollar, and its worst loss long and short. */
function fillLinear({ matrix, index, range }: Underlying): void {
  const { linear, unitWorst } = matrix.underlyings
  linearLanes(range, linear, index * LANES)
  const lanes = linear.subarray(index * LANES, (index + 1) * LANES)
  unitWorst[2 * index] = -Math.min(...lanes)
  unitWorst[2 * index + 1] = Math.max(...lanes)
}

/** What the tail may use of each node's probability, and the expected shortfall of one dollar long and short under them. */
function fillWeights({ matrix, index, time, market, parameters, state, range }: Underlying): void {
  const { linear, weights, hasWeights, unitShortfall } = matrix.underlyings
  const posted = state.caps === undefined ? undefined : tailMasses(state.caps, parameters.tail)
  const sets = [impliedMasses(market, time, range, parameters), posted]
  const losses = new Float64Array(NODES)
  const order = new Uint8Array(NODES)
  for (const [set, known] of sets.entries()) {
    const row = index * WEIGHT_SETS + set
    hasWeights[row] = known ? 1 : 0
    if (!known) continue
    weights.set(known, row * NODES)
    nodeLosses(linear, range, losses, index * LANES)
    unitShortfall[2 * row] = tailMean(losses, known, parameters.tail, order)
    for (let node = 0; node < NODES; node++) losses[node] = -(losses[node] ?? 0)
    unitShortfall[2 * row + 1] = tailMean(losses, known, parameters.tail, order)
  }
}

/** Where low, high and average price lie among the nodes; an absent one lies at spot. */
function fillInterval({ matrix, index, market, state, range }: Underlying): void {
  const { intervalNode, intervalShare, unitGain } = matrix.underlyings
  const moves = new Float64Array(NODES)
  nodeMoves(range, moves)
  for (const [i, price] of [state.low, state.high, state.average].entries()) {
    const at = index * INTERVAL_PRICES + i
    const move = price === undefined ? 0 : price / market.spot - 1
    const { node, share } = move === 0 ? { node: UNMOVED_NODE, share: 1 } : bracket(moves, move)
    intervalNode[at] = node
    intervalShare[at] = share
    unitGain[at] = move
  }
}

/** The node above `move` (the outer ones for moves beyond) and the place of `move` between it and the one below. */
function bracket(moves: Float64Array, move: number): { node: number; share: number } {
  let node = (moves[1] ?? 0) > (moves[0] ?? 0) ? 1 : 2
  while (node < NODES - 1 && (moves[node] ?? 0) < move) node++
  const below = moves[node - 1] ?? 0
  return { node, share: (move - below) / ((moves[node] ?? 0) - below) }
}

function fillStrikes({ layout, matrix, index, name, time, market, own, range }: Underlying): void {
  const to = matrix.strikes
  for (const [row, { underlying, expiry, strike }] of layout.strikes.entries()) {
    if (underlying !== index) continue
    const quote = strikeQuote({ underlying: name, expiry, strike }, market, time)
    const { forward, years, volatility, discount } = quote
    const greeks = black76Greeks('call', forward, strike, years, volatility, discount)
    callLanes(quote, { ...own, range }, to.lanes, row * LANES)
    to.callValue[row] = greeks.value
    to.callDelta[row] = greeks.delta * forward
    to.parityNotional[row] = discount * forward
    to.parityValue[row] = discount * (forward - strike)
    const gap = gapRate(quote, { ...own, range })
    const charge = (contracts: number, rate: number) =>
      optionCharge(market.spot, Float64Array.of(contracts), Float64Array.of(gap), rate)
    to.shortMaintenance[row] = charge(-1, own.optionCharge.maintenance)
    to.shortInitial[row] = charge(-1, own.optionCharge.initial)
    to.longMaintenance[row] = charge(1, own.optionCharge.maintenance)
    to.longInitial[row] = charge(1, own.optionCharge.initial)
  }
}

function fillInstruments({ layout, matrix, index, market, parameters, own, range }: Underlying): void {
  const to = matrix.instruments
  const extreme = laneMove(LANES - 1, range)
  for (const [row, instrument] of layout.instruments.entries()) {
    if (layout.underlyingOf[row] !== index) continue
    if (!isOption(instrument)) {
      const notional = unitNotional(instrument, market)
      to.notional[row] = notional
      to.laneSize[row] = notional * extreme
      to.termSize[row] = notional * (TERM_USES + own.haircut + parameters.grossCharge + 1)
      continue
    }
    const strike = layout.strikeOf[row] ?? 0
    const { callValue, callDelta, parityNotional, parityValue } = matrix.strikes
    const puts = instrument.kind === 'put' ? 1 : 0
    const lanes = largestLane(matrix, strike) + 4 * own.laneUnit * market.spot
    const value = Math.abs(callValue[strike] ?? 0) + puts * Math.abs(parityValue[strike] ?? 0)
    to.notional[row] = market.spot
    to.laneSize[row] =
      Math.max(lanes, range * (callDelta[strike] ?? 0)) + puts * extreme * (parityNotional[strike] ?? 0)
    to.termSize[row] = TERM_USES * (value + largestCharge(matrix, strike)) + parameters.grossCharge * market.spot
  }
}

function largestCharge({ strikes }: RiskMatrix, strike: number): number {
  const { shortMaintenance, shortInitial, longMaintenance, longInitial } = strikes
  return Math.max(
    ...[shortMaintenance, shortInitial, longMaintenance, longInitial].map((column) => column[strike] ?? 0),
  )
}

function largestLane({ strikes }: RiskMatrix, strike: number): number {
  let largest = 0
  for (let lane = 0; lane < LANES; lane++) {
    largest = Math.max(largest, Math.abs(strikes.lanes[strike * LANES + lane] ?? 0) / (LANE_WEIGHTS[lane] ?? 1))
  }
  return largest
}

/**
 * What multiplies the sum of |quantity| * laneSize of an underlying to give the size of all terms in E - MM and E - IM that
 * are made of lanes and deltas, but for concentration: the measure and what replaces it (own requirement, long options
 * paid), the price interval, calendar and basis charges, each also in the uncounted option value. The delta right of a gap
 * is the total less what is left of it, hence the 2.
 */
function fillLaneSizeFactor({ layout, matrix, index, parameters, own, range }: Underlying): void {
  const { factor, intervalShare, laneSizeFactor } = matrix.underlyings
  let share = 1
  for (let i = 0; i < INTERVAL_PRICES; i++)
    share = Math.max(share, Math.abs(intervalShare[index * INTERVAL_PRICES + i] ?? 0))
  let longest = 0
  for (const [number, { underlying }] of layout.expiries.entries()) {
    if (underlying === index) longest = Math.max(longest, matrix.years[number] ?? 0)
  }
  const measure = parameters.initialRatio * (2 + 4 * (factor[index] ?? 1))
  const interval = 2 * (2 + 2 * share)
  const spreads = 2 * (own.calendarCharge + (own.basisCharge + 2 * own.basisChargePerYear * longest) / range)
  laneSizeFactor[index] = measure + interval + spreads
}
