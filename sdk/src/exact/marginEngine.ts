/**
 * Twin of `contracts/core/MarginEngine.sol`, equal to the wei. Three steps: rows (the portfolio summed per underlying),
 * risk (scenarios, measure, add-ons per underlying), totals. Numbers named `...36` are USD with 36 decimals, exact.
 */
import type { Assessment, UnderlyingRisk } from './assessment.ts'
import { MissingRowError, PositionTooLargeError, UnmeasuredInstrumentError } from './errors.ts'
import { divCeil, divFloor, mulDivDown, mulDivUp, WAD, WAD2 } from './fixedPoint.ts'
import type { Market, Snapshot } from './market.ts'
import { worstLoss } from './measure.ts'
import { DEBT_FLOOR, DEBT_RATIO, GROSS_CHARGE, INITIAL_RATIO } from './parameters.ts'
import type { Portfolio, Position } from './portfolio.ts'
import { ladder, linearPnl } from './scenarios.ts'
import { maxUsd } from './usd.ts'

/** |lots * unit| of a position stays below this. */
const MAX_QUANTITY = 2n ** 97n

/** The portfolio summed over the positions of one underlying. */
type Row = {
  delta36: bigint
  collateral36: bigint
  derivatives36: bigint
  gross36: bigint
  slots: bigint
}

/** Sums over all underlyings, before the one rounding of each. */
type Totals = {
  collateral36: bigint
  derivatives36: bigint
  gross36: bigint
  haircutCollateral36: bigint
  maintenance: bigint
  scaledMeasure: bigint
  initialAddOns: bigint
  haircut: bigint
  goodEnd: bigint
}

/**
 * Equity and requirements of `portfolio` in `snapshot`.
 * @param scaled Underlyings whose initial requirement scales with market-wide open interest in this check.
 * @throws MissingRowError, UnmeasuredInstrumentError, PositionTooLargeError
 */
export function assess(portfolio: Portfolio, snapshot: Snapshot, scaled: readonly number[] = []): Assessment {
  return audit(portfolio, snapshot, scaled).assessment
}

/** The same with everything that entered, per underlying of the snapshot. */
export function audit(
  portfolio: Portfolio,
  snapshot: Snapshot,
  scaled: readonly number[] = [],
): { assessment: Assessment; risks: UnderlyingRisk[] } {
  const rows = sumRows(portfolio, snapshot)
  const totals = emptyTotals()
  const risks = snapshot.map((market, index) => {
    const row = rows[index] ?? emptyRow()
    const risk = riskOf(row, market, scaled.includes(market.underlying))
    addTo(totals, row, market, risk)
    return risk
  })
  return { assessment: assessmentOf(portfolio.cash, totals), risks }
}

function emptyRow(): Row {
  return { delta36: 0n, collateral36: 0n, derivatives36: 0n, gross36: 0n, slots: 0n }
}

function emptyTotals(): Totals {
  return {
    collateral36: 0n,
    derivatives36: 0n,
    gross36: 0n,
    haircutCollateral36: 0n,
    maintenance: 0n,
    scaledMeasure: 0n,
    initialAddOns: 0n,
    haircut: 0n,
    goodEnd: 0n,
  }
}

/** Step 1: q . v and the linear exposures, exact. */
function sumRows(portfolio: Portfolio, snapshot: Snapshot): Row[] {
  const rows = snapshot.map(emptyRow)
  for (const position of portfolio.positions) {
    const { underlying } = position.instrument
    const index = snapshot.findIndex((market) => market.underlying === underlying)
    const row = rows[index]
    const market = snapshot[index]
    if (!row || !market) throw new MissingRowError({ underlying })
    addPosition(row, position, market)
  }
  return rows
}

function addPosition(row: Row, { instrument, lots }: Position, market: Market): void {
  const { kind, underlying } = instrument
  if (kind !== 'spot' && kind !== 'perpetual') throw new UnmeasuredInstrumentError({ kind })
  const quantity = lots * (kind === 'spot' ? market.tokenUnit : market.lotUnit)
  if (quantity >= MAX_QUANTITY || quantity <= -MAX_QUANTITY) {
    throw new PositionTooLargeError({ underlying, lots, limit: MAX_QUANTITY })
  }
  row.slots += 1n
  if (kind === 'spot') {
    const value36 = quantity * market.spot
    row.collateral36 += value36
    row.delta36 += value36
  } else {
    const notional36 = quantity * market.perpetualMark
    row.derivatives36 += notional36 - quantity * market.fundingIndex
    row.delta36 += notional36
    row.gross36 += notional36 < 0n ? -notional36 : notional36
  }
}

/** Step 2: scenarios, measure and add-ons of one underlying. */
function riskOf(row: Row, market: Market, scales: boolean): UnderlyingRisk {
  const pnl54 = linearPnl(row.delta36, ladder(market.scanRange))
  const worst = divCeil(worstLoss(pnl54), WAD2)
  return {
    underlying: market.underlying,
    value: divFloor(row.collateral36 + row.derivatives36, WAD),
    delta: divFloor(row.delta36, WAD),
    requirement: divCeil(worst * market.linearRelief, WAD),
    haircut: divCeil(row.collateral36 * market.haircut, WAD2),
    uncertainty: maxUsd(
      worstMove(row.delta36, market.spot, market.low, market.high),
      worstMove(row.delta36, market.spot, market.ema, market.ema),
    ),
    goodEnd: worstMove(-row.delta36, market.spot, market.low, market.high),
    initialFactor: scales ? openInterestFactor(market) : WAD,
    pnl54,
  }
}

/** ceil(max(0, loss of the position if spot were `low` or `high`)). */
function worstMove(delta36: bigint, spot: bigint, low: bigint, high: bigint): bigint {
  const isLong = delta36 >= 0n
  const distance = isLong ? spot - low : high - spot
  if (distance <= 0n) return 0n
  return mulDivUp(isLong ? delta36 : -delta36, distance, spot * WAD)
}

/** oi_u, rounded up: 1 up to half the cap, then linear to 1 / (1.30 * h_lin * PSR) at the cap. */
export function openInterestFactor(market: Market): bigint {
  const half = market.openInterestCap / 2n
  if (market.openInterest <= half) return WAD
  const perNotional = mulDivDown(market.scanRange * market.linearRelief, INITIAL_RATIO, WAD2)
  const top = mulDivUp(WAD, WAD, perNotional)
  if (market.openInterest >= market.openInterestCap) return top
  return WAD + mulDivUp(top - WAD, market.openInterest - half, market.openInterestCap - half)
}

/** Step 3: what an underlying adds to the totals. A dead price's collateral counts nothing in initial margin. */
function addTo(totals: Totals, row: Row, market: Market, risk: UnderlyingRisk): void {
  totals.collateral36 += row.collateral36
  totals.derivatives36 += row.derivatives36
  totals.gross36 += row.gross36
  totals.haircutCollateral36 += row.collateral36 - risk.haircut * WAD // down: the charge was rounded up
  totals.maintenance += risk.requirement
  totals.scaledMeasure += divCeil(risk.requirement * risk.initialFactor, WAD)
  totals.haircut += risk.haircut
  totals.goodEnd += risk.goodEnd
  totals.initialAddOns += risk.uncertainty + row.slots * market.slotCharge
  if (market.status === 'dead') totals.initialAddOns += divCeil(row.collateral36, WAD)
}

/** E = cash + q.v; MM = measure + add-ons; IM = 1.30 * (measure + sum (k - 1) R) + U + add-ons(initial). */
function assessmentOf(cash: bigint, totals: Totals): Assessment {
  const grossCharge = divCeil(totals.gross36 * GROSS_CHARGE, WAD2)
  const measure = divCeil(totals.scaledMeasure * INITIAL_RATIO, WAD)
  return {
    equity: cash + divFloor(totals.collateral36 + totals.derivatives36, WAD),
    settledCash: cash + divFloor(totals.derivatives36, WAD),
    maintenance: totals.maintenance + totals.haircut,
    initial: measure + totals.haircut + totals.initialAddOns + grossCharge,
    goodEnd: totals.goodEnd,
    gross: divCeil(totals.gross36, WAD),
    debtLimit: maxUsd(divFloor(totals.haircutCollateral36 * DEBT_RATIO, WAD2), DEBT_FLOOR),
  }
}
