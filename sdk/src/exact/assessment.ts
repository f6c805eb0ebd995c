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

/** One underlying's part of an assessment. All USD, 18 decimals, unless said otherwise. */
export type UnderlyingRisk = {
  readonly underlying: number
  /** Of all positions at mark, down. */
  readonly value: bigint
  /** Of the options, up. */
  readonly optionValue: bigint
  /** Dollar delta: notional of what is linear, and the options' slope between the nodes next to spot. */
  readonly delta: bigint
  /** W of the whole, of spot, perpetuals and futures, and of the options. */
  readonly worst: bigint
  readonly worstLinear: bigint
  readonly worstOptions: bigint
  /** R_u = min(W, h_lin * W(linear) + W(options)). */
  readonly requirement: bigint
  /** WAD; above 1 when market-wide open interest is high. */
  readonly initialFactor: bigint
  /** Charges per short option, and per long one for the gaps of the grid. */
  readonly optionMaintenance: bigint
  readonly optionInitial: bigint
  /** Ratio, R_u and option charges; without a short option at most what options are worth and the linear part needs. */
  readonly ownMaintenance: bigint
  readonly ownInitial: bigint
  /** Charges between expiries. */
  readonly calendar: bigint
  readonly basis: bigint
  /** Initial only. */
  readonly concentration: bigint
  /** Charge on collateral. */
  readonly haircut: bigint
  /** Bad end of the price interval, initial only. */
  readonly uncertainty: bigint
  readonly goodEnd: bigint
  /** Option value beyond the own initial requirement: counts nothing elsewhere, initial only. */
  readonly uncounted: bigint
  /** Profit and loss in each of the 30 scenarios: USD with 54 decimals, exact. */
  readonly pnl54: readonly bigint[]
}

/** Profit and loss in each scenario, USD with 18 decimals, rounded down. */
export function scenarioPnl({ pnl54 }: Pick<UnderlyingRisk, 'pnl54'>): bigint[] {
  return pnl54.map((lane) => divFloor(lane, WAD2))
}
