/** Step 2 of `marginEngine.ts`: measure and charges of one underlying. */
import type { UnderlyingRisk } from './assessment.ts'
import { laneUnit, type Row } from './book.ts'
import { basisCharge, calendarCharge, initialFactorOf, optionCharge } from './charges.ts'
import { MissingRowError } from './errors.ts'
import { divCeil, divFloor, mulDivUp, WAD, WAD2 } from './fixedPoint.ts'
import type { Chain, Market } from './market.ts'
import { crowding, gainAt, worstLinearLoss, worstLoss } from './measure.ts'
import { INITIAL_RATIO, TERM_UNIT } from './parameters.ts'
import { addLinear, LANES, ladder } from './scenarios.ts'
import { maxUsd, minUsd } from './usd.ts'

/** One underlying of a snapshot, and how it is to be measured. */
export type RiskInput = {
  readonly row: Row
  readonly market: Market
  /** Undefined without dated instruments and offsets. */
  readonly chain: Chain | undefined
  /** Unix seconds. */
  readonly time: number
  /** The initial requirement scales with open interest. */
  readonly scales: boolean
  /** All 30 scenarios of linear books too. */
  readonly needsLanes: boolean
}

type Charges = Pick<
  UnderlyingRisk,
  | 'delta'
  | 'optionMaintenance'
  | 'optionInitial'
  | 'ownMaintenance'
  | 'ownInitial'
  | 'calendar'
  | 'basis'
  | 'concentration'
  | 'uncounted'
>

/** What the measure says before the charges of dated instruments. */
type Measured = Pick<
  UnderlyingRisk,
  'optionValue' | 'worst' | 'requirement' | 'initialFactor' | 'uncertainty' | 'pnl54'
> & { readonly relieved: bigint }

const NO_LANES: readonly bigint[] = Array.from({ length: LANES }, () => 0n)

export function riskOf(input: RiskInput): UnderlyingRisk {
  const { row, market } = input
  const options54 = row.hasOptions ? optionLanes(input) : NO_LANES
  const worstOptions = row.hasOptions ? divCeil(worstLoss(options54), WAD2) : 0n
  const worstLinear = worstLinearLoss(row.delta36, market.scanRange)
  const needsLanes = row.hasOptions || input.needsLanes
  const pnl54 = needsLanes ? addLinear(options54, row.delta36, ladder(market.scanRange)) : NO_LANES
  const worst = row.hasOptions ? divCeil(worstLoss(pnl54), WAD2) : worstLinear
  const relieved = divCeil(worstLinear * market.linearRelief, WAD)
  const requirement = minUsd(worst, relieved + worstOptions)
  const optionValue = divCeil(row.optionValue36, WAD)
  const initialFactor = initialFactorOf(market, input.scales)
  const interval = intervalOf(row, market, options54)
  const measured = { optionValue, worst, requirement, initialFactor, ...interval, pnl54, relieved }
  return {
    underlying: market.underlying,
    value: divFloor(row.collateral36 + row.derivatives36 + row.optionValue36, WAD),
    optionValue,
    worst,
    worstLinear,
    worstOptions,
    requirement,
    shortfall: 0n,
    initialShortfall: 0n,
    initialFactor,
    haircut: divCeil(row.collateral36 * market.haircut, WAD2),
    ...interval,
    ...(row.terms.length > 0 ? chargesOf(input, measured) : noCharges(row, measured)),
    pnl54,
  }
}

/** P of the options, with the linear part of the puts. */
function optionLanes({ row, market, chain }: RiskInput): readonly bigint[] {
  if (!chain) throw new MissingRowError({ underlying: market.underlying })
  const unit54 = laneUnit(market, chain)
  const lanes = row.sums.pnl().map((lane) => lane * unit54)
  return row.parity36 === 0n ? lanes : addLinear(lanes, row.parity36, ladder(market.scanRange))
}

/** U and the good end: what the position loses or gains at the ends of the price interval and at the average. */
function intervalOf(row: Row, market: Market, options54: readonly bigint[]) {
  const atLow = gainOf(row, market, options54, market.low)
  const atHigh = gainOf(row, market, options54, market.high)
  const atEma = gainOf(row, market, options54, market.ema)
  const least = minUsd(minUsd(atLow, atHigh), atEma)
  return { uncertainty: maxUsd(-least, 0n), goodEnd: maxUsd(maxUsd(atLow, atHigh), 0n) }
}

/** away from 0 for the linear part, R-46 for the options. */
function gainOf({ delta36, hasOptions }: Row, market: Market, options54: readonly bigint[], price: bigint): bigint {
  const { spot, scanRange } = market
  if (price === spot) return 0n
  const distance = price > spot ? price - spot : spot - price
  const size = mulDivUp(delta36 < 0n ? -delta36 : delta36, distance, spot * WAD)
  const gain = price > spot === delta36 > 0n ? size : -size
  return hasOptions ? gain + gainAt(options54, ((price - spot) * WAD) / spot, scanRange) : gain
}

function noCharges({ delta36 }: Row, { requirement, initialFactor }: Measured): Charges {
  return {
    delta: divFloor(delta36, WAD),
    optionMaintenance: 0n,
    optionInitial: 0n,
    ownMaintenance: requirement,
    ownInitial: initialOf(requirement, initialFactor),
    calendar: 0n,
    basis: 0n,
    concentration: 0n,
    uncounted: 0n,
  }
}

/** What dated instruments add. */
function chargesOf({ row, market, chain, time }: RiskInput, measured: Measured): Charges {
  if (!chain) throw new MissingRowError({ underlying: market.underlying })
  const delta36 = row.terms.reduce((sum, term) => sum + term.delta36, row.delta36 - row.futures36)
  const delta = divFloor(delta36, WAD)
  const rate = BigInt(chain.terms.basis) * TERM_UNIT
  const basis = basisCharge(row, { time, rate, ratePerYear: BigInt(chain.terms.basisPerYear) * TERM_UNIT })
  const concentration = concentrationOf(measured, delta, market.scanRange, chain.depth)
  if (!row.hasOptions) return { ...noCharges(row, measured), delta, basis, concentration }
  const calendar = calendarCharge(row, BigInt(chain.terms.calendar) * TERM_UNIT)
  const optionMaintenance = optionCharge(row, market, BigInt(chain.terms.optionMaintenance) * TERM_UNIT)
  const optionInitial = optionCharge(row, market, BigInt(chain.terms.optionInitial) * TERM_UNIT)
  const { optionValue, requirement, initialFactor, relieved } = measured
  let ownMaintenance = requirement + optionMaintenance
  let ownInitial = initialOf(requirement, initialFactor) + optionInitial
  if (!row.hasShortOption) {
    // Long options cannot lose more than they are worth.
    ownMaintenance = minUsd(ownMaintenance, maxUsd(optionValue + relieved, 0n))
    ownInitial = minUsd(ownInitial, maxUsd(optionValue + initialOf(relieved, initialFactor), 0n))
  }
  const own = ownInitial + measured.uncertainty + calendar + basis + concentration
  const uncounted = maxUsd(optionValue - own, 0n)
  return {
    delta,
    optionMaintenance,
    optionInitial,
    ownMaintenance,
    ownInitial,
    calendar,
    basis,
    concentration,
    uncounted,
  }
}

/** W * (sqrt(max(1, N / Q)) - 1), N = max(|delta|, |P(0, up)| / range). */
function concentrationOf({ pnl54, worst }: Measured, delta: bigint, range: bigint, depth: bigint): bigint {
  const unmoved54 = pnl54[12] ?? 0n
  const notional = divCeil(divCeil(unmoved54 < 0n ? -unmoved54 : unmoved54, range), WAD)
  return divCeil(worst * crowding(maxUsd(maxUsd(delta, -delta), notional), depth), WAD)
}

/** ceil(1.30 * ceil(k * requirement)). */
function initialOf(requirement: bigint, factor: bigint): bigint {
  return divCeil(divCeil(requirement * factor, WAD) * INITIAL_RATIO, WAD)
}
