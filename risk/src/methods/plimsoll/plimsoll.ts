/**
 * The protocol's margin in float64: a portfolio is a vector, the market is a matrix, margin is a measure of their product.
 *
 *     P_k = sum of quantity * risk array (30 lanes)             per underlying
 *     R_u = min(W, h_lin * W(linear) + W(options))              W = max(0, max_k -P_k)
 *     cross      = sum R_u
 *     portfolio  = min(sum R_u, offset * W(sum of lanes) + (1 - offset) * sum W_u)   per group
 *     tail modes = min(portfolio, max(0.7 * portfolio, sum ES_u))
 *     MM = measure + charges
 *     IM = 1.30 * (measure + sum (k_u - 1) R_u) + U + charges(initial)
 *
 * The linear part is what the contracts compute in integers. Source: the protocol's specification, section M, and design.
 */
import { LANES, laneName, NODES, nodeMoves } from '../../scenarios/lanes.ts'
import { MissingUnderlyingError } from '../../scenarios/riskArray.ts'
import type { AddOn, Levels, MarginResult, Scenario } from '../method.ts'
import type { Market, Portfolio, UnderlyingMarket } from '../portfolio.ts'
import { booksOf } from './book.ts'
import { flooredShortfall, groupMeasure, nodeLosses, tailMean, worstLoss } from './measure.ts'
import { type AccountParameters, type PlimsollParameters, requireUnderlying } from './parameters.ts'
import { capFractions, impliedCaps, tailMasses } from './tailCaps.ts'
import { riskOf, type UnderlyingRisk } from './underlyingRisk.ts'
import { butterflyWeights, horizonVariance } from './weights.ts'

/** `initial` and `maintenance` are `measure` plus all add-ons. USD. */
export type PlimsollResult = MarginResult & {
  /** Cash plus value at mark. */
  readonly equity: number
  /** Cash plus unrealised profit of perpetuals and futures. */
  readonly settledCash: number
  /** What the good end of the price intervals takes off maintenance in liquidation. */
  readonly goodEnd: number
  /** Notional of all derivatives. */
  readonly gross: number
  /** The mode's measure, for initial margin times the initial ratio. */
  readonly measure: Levels
  readonly underlyings: readonly UnderlyingRisk[]
}

/**
 * Requirements of an account under `parameters.mode`. A portfolio that an isolated account could not hold is measured as
 * one isolated account per underlying. Without option quotes (risk-neutral) or caps (quantitative) an underlying
 * enters with R_u, so that with none at all the mode measures as `portfolio`; the contracts also lift the floor by its share.
 * @throws MissingUnderlyingError, MissingExpiryError, DomainError
 */
export function plimsollMargin(portfolio: Portfolio, market: Market, parameters: PlimsollParameters): PlimsollResult {
  const books = booksOf(portfolio, market, parameters)
  const risks = books.map((book) => {
    const own = parameters.underlyings[book.underlying]
    const state = parameters.states[book.underlying]
    if (own === undefined || state === undefined) throw new MissingUnderlyingError(book.underlying)
    requireUnderlying(own, state)
    return riskOf(book, own, state, parameters)
  })
  const measured = measureOf(risks, market, parameters)
  const measure = { maintenance: measured, initial: parameters.initialRatio * measured }
  const gross = sumOf(books, (book) => book.gross)
  const addOns = addOnsOf(risks, measured, parameters.grossCharge * gross, parameters.initialRatio)
  const settledCash = portfolio.cash + sumOf(books, (book) => book.derivatives)
  return {
    initial: measure.initial + sumOf(addOns, ({ initial }) => initial),
    maintenance: measure.maintenance + sumOf(addOns, ({ maintenance }) => maintenance),
    scenarios: scenariosOf(risks),
    addOns,
    equity: settledCash + sumOf(books, (book) => book.collateral + book.optionValue),
    settledCash,
    goodEnd: sumOf(risks, (risk) => risk.goodEnd),
    gross,
    measure,
    underlyings: risks,
  }
}

function sumOf<T>(items: readonly T[], part: (item: T) => number): number {
  return items.reduce((sum, item) => sum + part(item), 0)
}

/** The measure of the mode. */
function measureOf(risks: readonly UnderlyingRisk[], market: Market, parameters: PlimsollParameters): number {
  const { mode } = parameters
  if (mode === 'isolated' || mode === 'cross') return sumOf(risks, ({ relieved }) => relieved)
  const portfolio = portfolioMeasure(risks, parameters)
  if (mode === 'portfolio') return portfolio
  const shortfall = sumOf(risks, (risk) => shortfallOf(risk, market, parameters))
  return flooredShortfall(portfolio, shortfall, parameters.tailFloor)
}

/** Sum over groups; the offset of a group is the least of its members'. */
function portfolioMeasure(risks: readonly UnderlyingRisk[], { groups, underlyings }: PlimsollParameters): number {
  const groupOf = (risk: UnderlyingRisk) => {
    if (groups === undefined) return 0
    const group = groups.findIndex((members) => members.includes(risk.underlying))
    return group < 0 ? risk.underlying : group
  }
  return sumOf([...Map.groupBy(risks, groupOf).values()], (members) => {
    const offset = Math.min(...members.map(({ underlying }) => underlyings[underlying]?.offset ?? 0))
    const joint = new Float64Array(LANES)
    for (const { pnl } of members)
      for (let lane = 0; lane < LANES; lane++) joint[lane] = (joint[lane] ?? 0) + (pnl[lane] ?? 0)
    return groupMeasure(
      sumOf(members, ({ relieved }) => relieved),
      worstLoss(joint),
      sumOf(members, ({ worst }) => worst),
      offset,
    )
  })
}

/** ES_u on the 17 nodes, or R_u where neither probabilities nor caps are known. */
function shortfallOf(risk: UnderlyingRisk, market: Market, parameters: PlimsollParameters): number {
  const weights = weightsOf(risk, market, parameters)
  if (weights === undefined) return risk.relieved
  const losses = new Float64Array(NODES)
  nodeLosses(risk.pnl, risk.range, losses)
  return tailMean(losses, weights, parameters.tail, new Uint8Array(NODES))
}

/** What the tail may use of each node's probability. */
function weightsOf(
  { underlying, range }: UnderlyingRisk,
  market: Market,
  parameters: PlimsollParameters,
): Float64Array | undefined {
  if (parameters.mode === 'quantitative') {
    const caps = parameters.states[underlying]?.caps
    return caps === undefined ? undefined : tailMasses(caps, parameters.tail)
  }
  const own = market.underlyings[underlying]
  return own === undefined ? undefined : impliedMasses(own, market.time, range, parameters)
}

/**
 * What the tail may use of each node's probability by the butterflies of the horizon slice, in the 13 bits of the contracts;
 * undefined without a quoted expiry.
 */
export function impliedMasses(
  market: UnderlyingMarket,
  time: number,
  range: number,
  { tail, horizonYears }: Pick<AccountParameters, 'tail' | 'horizonYears'>,
): Float64Array | undefined {
  const slice = horizonVariance(market, time, horizonYears)
  if (slice === undefined) return undefined
  const moves = new Float64Array(NODES)
  const weights = new Float64Array(NODES)
  nodeMoves(range, moves)
  butterflyWeights(moves, slice, weights)
  return tailMasses(capFractions(impliedCaps(weights, tail)), tail)
}

/** Profit and loss of the account per lane, all underlyings summed. */
function scenariosOf(risks: readonly UnderlyingRisk[]): Scenario[] {
  return Array.from({ length: LANES }, (_, lane) => ({
    name: laneName(lane),
    pnl: sumOf(risks, ({ pnl }) => pnl[lane] ?? 0),
  }))
}

/** All charges in the order in which they arise; the long-option relief is the only negative one. */
function addOnsOf(risks: readonly UnderlyingRisk[], measure: number, grossCharge: number, ratio: number): AddOn[] {
  const both = (name: string, part: (risk: UnderlyingRisk) => number) => {
    const sum = sumOf(risks, part)
    return { name, maintenance: sum, initial: sum }
  }
  const initial = (name: string, part: (risk: UnderlyingRisk) => number) => {
    return { name, maintenance: 0, initial: sumOf(risks, part) }
  }
  const factors = initial('scan range rising and open interest', (r) => ratio * (r.factor - 1) * r.relieved)
  const options = {
    name: 'options',
    maintenance: sumOf(risks, (risk) => risk.optionCharge.maintenance),
    initial: sumOf(risks, (risk) => risk.optionCharge.initial),
  }
  return [
    factors,
    options,
    {
      name: 'long options are paid',
      maintenance: longOptionRelief(measure + options.maintenance, risks, 'maintenance'),
      initial: longOptionRelief(ratio * measure + factors.initial + options.initial, risks, 'initial'),
    },
    both('calendar', (risk) => risk.calendar),
    both('basis', (risk) => risk.basis),
    both('collateral haircut', (risk) => risk.haircut),
    initial('price uncertainty', (risk) => risk.uncertainty),
    initial('concentration', (risk) => risk.concentration),
    { name: 'gross notional', maintenance: 0, initial: grossCharge },
    initial('positions', (risk) => risk.slotCharge),
    initial('collateral at a dead price', (risk) => risk.deadCollateral),
    initial('option value beyond its own requirement', uncountedValue),
  ]
}

/** What the sum of the underlyings' own capped requirements is below `requirement`, as a negative number. */
function longOptionRelief(requirement: number, risks: readonly UnderlyingRisk[], level: keyof Levels): number {
  return Math.min(0, sumOf(risks, ({ own }) => own[level]) - requirement)
}

/** Option value above the underlying's own initial requirement counts nothing elsewhere. */
function uncountedValue(risk: UnderlyingRisk): number {
  const own = risk.own.initial + risk.uncertainty + risk.calendar + risk.basis + risk.concentration
  return Math.max(0, risk.optionValue - own)
}
