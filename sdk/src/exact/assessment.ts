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
  /** ES_u of the tail modes, of maintenance and of initial margin; else 0. */
  readonly shortfall: bigint
  readonly initialShortfall: bigint
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

/** What a group of underlyings that offset each other needs together: in Portfolio mode. USD, 18 decimals. */
export type GroupMeasure = {
  readonly group: number
  readonly underlyings: readonly number[]
  /** The least of the members, WAD. */
  readonly offset: bigint
  /** W of the sum of their scenarios. */
  readonly jointWorst: bigint
  readonly sumOfWorst: bigint
  readonly sumOfRequirements: bigint
  /** min(sum of R, offset * joint W + (1 - offset) * sum of W). */
  readonly measure: bigint
}

/** The measure of a tail mode: min(portfolio, max(floor * portfolio, shortfall)). USD, 18 decimals. */
export type TailMeasure = {
  /** What Portfolio would measure. */
  readonly portfolio: bigint
  /** Sum of ES_u. */
  readonly shortfall: bigint
  /** Floor times portfolio: 0.7, more where probabilities are old. */
  readonly least: bigint
  readonly measure: bigint
}

/** Terms of both requirements. */
export type RequirementTerms = {
  /** Sum of R_u, less what groups offset; in initial margin with k_u and times 1.30. */
  readonly measure: bigint
  /** Per short option, and per long one for the gaps of the grid. */
  readonly optionCharges: bigint
  /** 0, or what the long-only cap takes off: the requirement is never above what the underlyings need alone. */
  readonly ownCap: bigint
  readonly calendar: bigint
  readonly basis: bigint
  readonly haircut: bigint
}

/** Where a requirement comes from: the terms of each sum to it, to the wei. USD, 18 decimals. */
export type Breakdown = {
  /** Empty without offsets. */
  readonly groups: readonly GroupMeasure[]
  /** In the tail modes. */
  readonly tail: { readonly maintenance: TailMeasure; readonly initial: TailMeasure } | undefined
  readonly maintenance: RequirementTerms
  readonly initial: RequirementTerms & {
    /** Bad end of the price intervals. */
    readonly uncertainty: bigint
    readonly concentration: bigint
    /** Option value that counts nothing elsewhere. */
    readonly uncounted: bigint
    /** Collateral whose price is dead. */
    readonly deadCollateral: bigint
    /** Per position. */
    readonly slots: bigint
    /** 0.1 % of gross notional. */
    readonly gross: bigint
  }
}

/** Profit and loss in each scenario, USD with 18 decimals, rounded down. */
export function scenarioPnl({ pnl54 }: Pick<UnderlyingRisk, 'pnl54'>): bigint[] {
  return pnl54.map((lane) => divFloor(lane, WAD2))
}
