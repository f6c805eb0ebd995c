/**
 * Twin of `contracts/core/MarginEngine.sol`, equal to the wei. Three steps: rows (the portfolio summed per underlying,
 * `book.ts`), risk (measure and charges per underlying, `underlyingRisk.ts`), totals. Numbers named `...36` are USD with 36
 * decimals, exact, `...54` with 54.
 */
import type { Assessment, UnderlyingRisk } from './assessment.ts'
import { bookRows, type Row } from './book.ts'
import { divCeil, divFloor, WAD, WAD2 } from './fixedPoint.ts'
import type { Market, RiskTerms, Snapshot } from './market.ts'
import { worstLoss } from './measure.ts'
import { DEBT_FLOOR, DEBT_RATIO, GROSS_CHARGE, INITIAL_RATIO, TERM_UNIT } from './parameters.ts'
import type { Portfolio } from './portfolio.ts'
import { riskOf } from './underlyingRisk.ts'
import { maxUsd, minUsd } from './usd.ts'

/** What the underlyings of one group sum to. */
type Group = {
  pnl54: bigint[]
  worst: bigint
  requirement: bigint
  /** 1 less the least offset of its members, WAD. */
  kept: bigint
}

/** Sums over all underlyings, before the one rounding of each. */
type Totals = {
  collateral36: bigint
  derivatives36: bigint
  options36: bigint
  gross36: bigint
  haircutCollateral36: bigint
  measure: bigint
  requirement: bigint
  scaledRequirement: bigint
  optionMaintenance: bigint
  optionInitial: bigint
  ownMaintenance: bigint
  ownInitial: bigint
  charges: bigint
  initialCharges: bigint
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

/** The same with everything that entered, per underlying of the snapshot. */
export function audit(
  portfolio: Portfolio,
  snapshot: Snapshot,
  scaled: readonly number[] = [],
): { assessment: Assessment; risks: UnderlyingRisk[] } {
  return measure(portfolio, snapshot, scaled, true)
}

/** @param spellsOut All 30 scenarios of linear books too, and underlyings without positions. */
function measure(portfolio: Portfolio, snapshot: Snapshot, scaled: readonly number[], spellsOut: boolean) {
  const rows = bookRows(portfolio, snapshot)
  const offsets = portfolio.mode === 'portfolio' && snapshot.chains.length > 0
  const totals = emptyTotals()
  const risks: UnderlyingRisk[] = []
  for (const [index, market] of snapshot.markets.entries()) {
    const row = rows[index]
    if (!row || (row.slots === 0n && !spellsOut)) continue
    const chain = snapshot.chains[index]
    const scales = scaled.includes(market.underlying)
    const risk = riskOf({ row, market, chain, time: snapshot.time, scales, needsLanes: spellsOut || offsets })
    risks.push(risk)
    if (row.slots === 0n) continue
    addTo(totals, risk, row, market)
    if (offsets && chain) join(totals, risk, chain.terms)
    else totals.measure += risk.requirement
  }
  for (const group of totals.groups.values()) totals.measure += measureOf(group)
  return { assessment: assessmentOf(portfolio.cash, totals), risks }
}

function emptyTotals(): Totals {
  return {
    collateral36: 0n,
    derivatives36: 0n,
    options36: 0n,
    gross36: 0n,
    haircutCollateral36: 0n,
    measure: 0n,
    requirement: 0n,
    scaledRequirement: 0n,
    optionMaintenance: 0n,
    optionInitial: 0n,
    ownMaintenance: 0n,
    ownInitial: 0n,
    charges: 0n,
    initialCharges: 0n,
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
  totals.initialCharges += risk.uncertainty + risk.concentration + risk.uncounted + row.slots * market.slotCharge
  totals.goodEnd += risk.goodEnd
  if (market.status === 'dead') totals.initialCharges += divCeil(row.collateral36, WAD)
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
    const { worst, requirement } = risk
    totals.groups.set(number, { pnl54: [...risk.pnl54], worst, requirement, kept: maxUsd(kept, 0n) })
    return
  }
  group.kept = maxUsd(group.kept, kept)
  group.worst += risk.worst
  group.requirement += risk.requirement
  group.pnl54 = group.pnl54.map((lane, k) => lane + (risk.pnl54[k] ?? 0n))
}

/** min(sum R, ceil(offset * W(sum of lanes)) + ceil((1 - offset) * sum W)). */
function measureOf({ pnl54, worst, requirement, kept }: Group): bigint {
  if (requirement === 0n) return 0n
  const joint = divCeil(worstLoss(pnl54), WAD2)
  return minUsd(divCeil((WAD - kept) * joint, WAD) + divCeil(kept * worst, WAD), requirement)
}

/**
 * E = cash + q.v; MM = measure + charges; IM = 1.30 * (measure + sum (k - 1) R) + U + charges(initial). Without short options
 * no more than the underlyings need alone.
 */
function assessmentOf(cash: bigint, t: Totals): Assessment {
  const scaled = divCeil((t.measure + t.scaledRequirement - t.requirement) * INITIAL_RATIO, WAD)
  const grossCharge = divCeil(t.gross36 * GROSS_CHARGE, WAD2)
  return {
    equity: cash + divFloor(t.collateral36 + t.derivatives36 + t.options36, WAD),
    settledCash: cash + divFloor(t.derivatives36, WAD),
    maintenance: minUsd(t.measure + t.optionMaintenance, t.ownMaintenance) + t.charges,
    initial: minUsd(scaled + t.optionInitial, t.ownInitial) + t.charges + t.initialCharges + grossCharge,
    goodEnd: t.goodEnd,
    gross: divCeil(t.gross36, WAD),
    debtLimit: maxUsd(divFloor(t.haircutCollateral36 * DEBT_RATIO, WAD2), DEBT_FLOOR),
  }
}
