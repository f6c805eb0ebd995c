import { divFloor, WAD2 } from './fixedPoint.ts'

/** What the measure says of a portfolio. All USD, 18 decimals. */
export type Assessment = {
  /** Cash plus value at mark, rounded down. */
  readonly equity: bigint
  /** Cash plus value of the linear derivatives, rounded down. */
  readonly settledCash: bigint
  /** Below it the account is liquidatable; rounded up. */
  readonly maintenance: bigint
  /** Required after every owner action; rounded up. */
  readonly initial: bigint
  /** What the good end of the price interval takes off maintenance in liquidation; rounded up. */
  readonly goodEnd: bigint
  /** Notional of all derivatives, rounded up. */
  readonly gross: bigint
  /** How far settled cash may be negative, rounded down. */
  readonly debtLimit: bigint
}

/** One underlying's part of an assessment. All USD, 18 decimals. */
export type UnderlyingRisk = {
  readonly underlying: number
  readonly value: bigint
  /** Notional of the netted position at mark. */
  readonly delta: bigint
  readonly requirement: bigint
  /** Charge on collateral. */
  readonly haircut: bigint
  /** Bad end of the price interval, initial only. */
  readonly uncertainty: bigint
  readonly goodEnd: bigint
  /** WAD; above 1 when market-wide open interest is high. */
  readonly initialFactor: bigint
  /** Profit and loss in each of the 30 scenarios: USD with 54 decimals, exact. */
  readonly pnl54: readonly bigint[]
}

/** Profit and loss in each scenario, USD with 18 decimals, rounded down. */
export function scenarioPnl({ pnl54 }: Pick<UnderlyingRisk, 'pnl54'>): bigint[] {
  return pnl54.map((lane) => divFloor(lane, WAD2))
}
