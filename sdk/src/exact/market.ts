/** How far a price can be trusted. Live: new risk allowed. Degraded: values only. Dead: last stored price, widening. */
export type PriceStatus = 'live' | 'degraded' | 'dead'

/** One row of the market matrix. Prices in USD per unit, fractions WAD, 18 decimals both. */
export type Market = {
  /** 1..255. */
  readonly underlying: number
  readonly spot: bigint
  /** low <= spot <= high. */
  readonly low: bigint
  readonly high: bigint
  readonly ema: bigint
  /** spot * (1 + premium), rounded down. */
  readonly perpetualMark: bigint
  /** Phi: cumulative funding per unit that a long has paid since listing. */
  readonly fundingIndex: bigint
  /** Units of the underlying per base unit of its collateral token, 1e-18 each; 0 = no collateral. */
  readonly tokenUnit: bigint
  /** Units of the underlying per derivative lot, 1e-18 each; 0 = no derivatives. */
  readonly lotUnit: bigint
  /** Loss per unit notional of a linear position in the worst scenario. */
  readonly scanRange: bigint
  readonly linearRelief: bigint
  /** Of collateral, maintenance and initial. */
  readonly haircut: bigint
  /** USD per position, initial only. */
  readonly slotCharge: bigint
  readonly stressGap: bigint
  /** USD of losses booked to HOLE before the market becomes reduce-only. */
  readonly deficitLimit: bigint
  /** Long lots of all accounts. */
  readonly openInterest: bigint
  /** Lots at which no account may raise. */
  readonly openInterestCap: bigint
  readonly status: PriceStatus
  readonly reduceOnly: boolean
}

/** Market rows, ascending by underlying, as of one block. */
export type Snapshot = readonly Market[]

export function marketOf(snapshot: Snapshot, underlying: number): Market | undefined {
  return snapshot.find((market) => market.underlying === underlying)
}
