/**
 * Twin of `contracts/core/MarginEngine.sol`, equal to the wei. Three steps: rows (the portfolio summed per underlying,
 * `book.ts`), risk (measure and charges per underlying, `underlyingRisk.ts`), totals. Numbers named `...36` are USD with 36
 * decimals, exact, `...54` with 54.
 */
import type { Assessment, Breakdown, TailMeasure, UnderlyingRisk } from './assessment.ts'
import { bookRows, type Row } from './book.ts'
import { divCeil, divFloor, mulDivUp, WAD, WAD2 } from './fixedPoint.ts'
import type { Market, RiskTerms, Snapshot, TailRow } from './market.ts'
import { nodeLosses, shortfall, worstLoss } from './measure.ts'
import { DEBT_FLOOR, DEBT_RATIO, GROSS_CHARGE, INITIAL_RATIO, TERM_UNIT } from './parameters.ts'
import { isOffsetting, type Portfolio } from './portfolio.ts'
import { aboveCaps, FULL_FLOOR } from './tail.ts'
import { riskOf } from './underlyingRisk.ts'
import { maxUsd, minUsd } from './usd.ts'

/** What the underlyings of one group sum to. */
type Group = {
  readonly underlyings: number[]
  pnl54: bigint[]
  worst: bigint
  requirement: bigint
  /** 1 less the least offset of its members, WAD. */
  kept: bigint
}

/** Of a tail mode. */
type Tail = { readonly maintenance: TailMeasure; readonly initial: TailMeasure } | undefined

/** Sum of ES_u, and of R_u times its floor, units of 1e-9 more. */
type TailSum = { shortfall: bigint; floored: bigint }

/** Sums over all underlyings, before the one rounding of each. */
type Totals = {
  collateral36: bigint
  derivatives36: bigint
  options36: bigint
  gross36: bigint
  haircutCollateral36: bigint
  measure: bigint
  readonly maintenanceTail: TailSum
  readonly initialTail: TailSum
  requirement: bigint
  scaledRequirement: bigint
  optionMaintenance: bigint
  optionInitial: bigint
  ownMaintenance: bigint
  ownInitial: bigint
  charges: bigint
  initialCharges: bigint
  slotCharges: bigint
  deadCollateral: bigint
  goodEnd: bigint
  readonly groups: Map<number, Group>
}

/**
 * Equity and requirements of `portfolio` in `snapshot`.
 * @param scaled Underlyings whose initial requirement scales with market-wide open interest in this check.
 * @throws MissingRowError, MissingSeriesRowError, UnmeasuredInstrumentError, PositionTooLargeError, TooManyOptionLotsError
 */
export function assess(portfolio: Portfolio, snapshot: Snapshot, scaled: readonly number[] = []): Assessment {
  return measure(portfolio, snapshot, scaled, false).assessment
}

/** The same with everything that entered: per underlying of the snapshot, and summed up. */
export function audit(
  portfolio: Portfolio,
  snapshot: Snapshot,
  scaled: readonly number[] = [],
): { assessment: Assessment; risks: UnderlyingRisk[]; breakdown: Breakdown } {
  const { assessment, risks, totals, tail } = measure(portfolio, snapshot, scaled, true)
  return { assessment, risks, breakdown: breakdownOf(risks, totals, tail) }
}

/** @param spellsOut All 30 scenarios of linear books too, and underlyings without positions. */
function measure(portfolio: Portfolio, snapshot: Snapshot, scaled: readonly number[], spellsOut: boolean) {
  const rows = bookRows(portfolio, snapshot)
  const { mode } = portfolio
  const offsets = isOffsetting(mode) && snapshot.chains.length > 0
  const isTail = (mode === 'riskNeutral' || mode === 'quantitative') && snapshot.tails.length > 0
  const totals = emptyTotals()
  const risks: UnderlyingRisk[] = []
  for (const [index, market] of snapshot.markets.entries()) {
    const row = rows[index]
    if (!row || (row.slots === 0n && !spellsOut)) continue
    const chain = snapshot.chains[index]
    const scales = scaled.includes(market.underlying)
    const plain = riskOf({ row, market, chain, time: snapshot.time, scales, needsLanes: spellsOut || offsets })
    const tail = isTail && row.slots !== 0n ? tailOf(plain, snapshot.tails[index], mode) : undefined
    const risk = tail ? { ...plain, ...tail.shortfalls } : plain
    risks.push(risk)
    if (row.slots === 0n) continue
    if (tail) addTail(totals, risk, tail.floors)
    addTo(totals, risk, row, market)
    if (offsets && chain) join(totals, risk, chain.terms)
    else totals.measure += risk.requirement
  }
  for (const group of totals.groups.values()) totals.measure += measureOf(group)
  const tail = isTail ? tailMeasures(totals) : undefined
  return { assessment: assessmentOf(portfolio.cash, totals, tail), risks, totals, tail }
}

/** ES_u and floor of maintenance and of initial margin; R_u and 1 where nothing is known. */
function tailOf({ requirement, pnl54 }: UnderlyingRisk, row: TailRow | undefined, mode: Portfolio['mode']) {
  const [word, initialWord] =
    mode === 'riskNeutral' ? [row?.implied, row?.impliedInitial] : [row?.historical, row?.historicalInitial]
  if (!word || !initialWord) {
    return {
      shortfalls: { shortfall: requirement, initialShortfall: requirement },
      floors: { floor: FULL_FLOOR, initialFloor: FULL_FLOOR },
    }
  }
  const losses = nodeLosses(pnl54)
  return {
    shortfalls: { shortfall: shortfall(losses, word), initialShortfall: shortfall(losses, initialWord) },
    floors: { floor: aboveCaps(word), initialFloor: aboveCaps(initialWord) },
  }
}

function addTail(
  totals: Totals,
  risk: UnderlyingRisk,
  { floor, initialFloor }: { floor: bigint; initialFloor: bigint },
): void {
  totals.maintenanceTail.shortfall += risk.shortfall
  totals.maintenanceTail.floored += risk.requirement * floor
  totals.initialTail.shortfall += risk.initialShortfall
  totals.initialTail.floored += risk.requirement * initialFloor
}

function tailMeasures({ measure, requirement, maintenanceTail, initialTail }: Totals) {
  return {
    maintenance: tailMeasure(measure, requirement, maintenanceTail),
    initial: tailMeasure(measure, requirement, initialTail),
  }
}

/** min(portfolio, max(floor * portfolio, sum ES)), the floor being the mean of the underlyings' floors by R_u. R-60: up. */
function tailMeasure(portfolio: bigint, requirement: bigint, { shortfall, floored }: TailSum): TailMeasure {
  const least = portfolio === 0n ? 0n : mulDivUp(portfolio, floored, requirement * FULL_FLOOR)
  return { portfolio, shortfall, least, measure: minUsd(portfolio, maxUsd(least, shortfall)) }
}

function emptyTotals(): Totals {
  return {
    collateral36: 0n,
    derivatives36: 0n,
    options36: 0n,
    gross36: 0n,
    haircutCollateral36: 0n,
    measure: 0n,
    maintenanceTail: { shortfall: 0n, floored: 0n },
    initialTail: { shortfall: 0n, floored: 0n },
    requirement: 0n,
    scaledRequirement: 0n,
    optionMaintenance: 0n,
    optionInitial: 0n,
    ownMaintenance: 0n,
    ownInitial: 0n,
    charges: 0n,
    initialCharges: 0n,
    slotCharges: 0n,
    deadCollateral: 0n,
    goodEnd: 0n,
    groups: new Map(),
  }
}

/** Step 3: what an underlying adds to the totals. A dead price's collateral counts nothing in initial margin. */
function addTo(totals: Totals, risk: UnderlyingRisk, row: Row, market: Market): void {
  totals.collateral36 += row.collateral36
  totals.derivatives36 += row.derivatives36
  totals.options36 += row.optionValue36
  totals.gross36 += row.gross36
  totals.haircutCollateral36 += row.collateral36 - risk.haircut * WAD // down: the charge was rounded up
  totals.requirement += risk.requirement
  totals.scaledRequirement += divCeil(risk.requirement * risk.initialFactor, WAD)
  totals.optionMaintenance += risk.optionMaintenance
  totals.optionInitial += risk.optionInitial
  totals.ownMaintenance += risk.ownMaintenance
  totals.ownInitial += risk.ownInitial
  totals.charges += risk.calendar + risk.basis + risk.haircut
  totals.initialCharges += risk.uncertainty + risk.concentration + risk.uncounted
  totals.slotCharges += row.slots * market.slotCharge
  totals.goodEnd += risk.goodEnd
  if (market.status === 'dead') totals.deadCollateral += divCeil(row.collateral36, WAD)
}

/** Portfolio mode: an underlying without a group stands alone. */
function join(totals: Totals, risk: UnderlyingRisk, { group: number, offset }: RiskTerms): void {
  if (number === 0) {
    totals.measure += risk.requirement
    return
  }
  const kept = WAD - BigInt(offset) * TERM_UNIT
  const group = totals.groups.get(number)
  if (!group) {
    const { underlying, worst, requirement } = risk
    const first = { underlyings: [underlying], pnl54: [...risk.pnl54], worst, requirement, kept: maxUsd(kept, 0n) }
    totals.groups.set(number, first)
    return
  }
  group.underlyings.push(risk.underlying)
  group.kept = maxUsd(group.kept, kept)
  group.worst += risk.worst
  group.requirement += risk.requirement
  group.pnl54 = group.pnl54.map((lane, k) => lane + (risk.pnl54[k] ?? 0n))
}

/** min(sum R, ceil(offset * W(sum of lanes)) + ceil((1 - offset) * sum W)). */
function measureOf({ pnl54, worst, requirement, kept }: Group): bigint {
  if (requirement === 0n) return 0n
  return minUsd(divCeil((WAD - kept) * jointWorst(pnl54), WAD) + divCeil(kept * worst, WAD), requirement)
}

function jointWorst(pnl54: readonly bigint[]): bigint {
  return divCeil(worstLoss(pnl54), WAD2)
}

/**
 * E = cash + q.v; MM = measure + charges; IM = 1.30 * (measure + sum (k - 1) R) + U + charges(initial). Without short options
 * no more than the underlyings need alone.
 */
function assessmentOf(cash: bigint, t: Totals, tail: Tail): Assessment {
  const measured = tail?.maintenance.measure ?? t.measure
  const initialCharges = t.initialCharges + t.slotCharges + t.deadCollateral + grossChargeOf(t)
  return {
    equity: cash + divFloor(t.collateral36 + t.derivatives36 + t.options36, WAD),
    settledCash: cash + divFloor(t.derivatives36, WAD),
    maintenance: minUsd(measured + t.optionMaintenance, t.ownMaintenance) + t.charges,
    initial: minUsd(scaledMeasure(t, tail) + t.optionInitial, t.ownInitial) + t.charges + initialCharges,
    goodEnd: t.goodEnd,
    gross: divCeil(t.gross36, WAD),
    debtLimit: maxUsd(divFloor(t.haircutCollateral36 * DEBT_RATIO, WAD2), DEBT_FLOOR),
  }
}

/** 1.30 * (measure + sum (k_u - 1) R_u). */
function scaledMeasure({ measure, scaledRequirement, requirement }: Totals, tail: Tail): bigint {
  const measured = tail?.initial.measure ?? measure
  return divCeil((measured + scaledRequirement - requirement) * INITIAL_RATIO, WAD)
}

function grossChargeOf({ gross36 }: Totals): bigint {
  return divCeil(gross36 * GROSS_CHARGE, WAD2)
}

/** The terms of both requirements; each list sums to its requirement, to the wei. */
function breakdownOf(risks: readonly UnderlyingRisk[], t: Totals, tail: Tail): Breakdown {
  const sum = (of: (risk: UnderlyingRisk) => bigint) => risks.reduce((total, risk) => total + of(risk), 0n)
  const both = {
    calendar: sum((risk) => risk.calendar),
    basis: sum((risk) => risk.basis),
    haircut: sum((risk) => risk.haircut),
  }
  const { optionMaintenance, optionInitial } = t
  const measured = tail?.maintenance.measure ?? t.measure
  const initial = scaledMeasure(t, tail)
  return {
    tail,
    groups: [...t.groups].map(([group, { underlyings, pnl54, worst, requirement, kept }]) => ({
      group,
      underlyings,
      offset: WAD - kept,
      jointWorst: jointWorst(pnl54),
      sumOfWorst: worst,
      sumOfRequirements: requirement,
      measure: measureOf({ underlyings, pnl54, worst, requirement, kept }),
    })),
    maintenance: {
      measure: measured,
      optionCharges: optionMaintenance,
      ownCap: minUsd(t.ownMaintenance - measured - optionMaintenance, 0n),
      ...both,
    },
    initial: {
      measure: initial,
      optionCharges: optionInitial,
      ownCap: minUsd(t.ownInitial - initial - optionInitial, 0n),
      ...both,
      uncertainty: sum((risk) => risk.uncertainty),
      concentration: sum((risk) => risk.concentration),
      uncounted: sum((risk) => risk.uncounted),
      deadCollateral: t.deadCollateral,
      slots: t.slotCharges,
      gross: grossChargeOf(t),
    },
  }
}
