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
  /** Where it goes to: at least `scanRange`, in initial margin at once. */
  readonly targetRange: bigint
  /** Move of spot that starts a new risk epoch. */
  readonly epsilon: bigint
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

/** Governed risk terms of an underlying beside those of linear margin, in millionths. */
export type RiskTerms = {
  /** VU and VD: relative shocks of a 30-day volatility. */
  readonly volatilityUp: number
  readonly volatilityDown: number
  /** Charge per short option and unit of spot. */
  readonly optionMaintenance: number
  readonly optionInitial: number
  /** Of the vega that expiries offset. */
  readonly calendar: number
  /** b0 and b1, of the delta that expiries offset. */
  readonly basis: number
  readonly basisPerYear: number
  /** Of the losses that the underlyings of a group offset. */
  readonly offset: number
  /** 1..7; 0 offsets nothing. */
  readonly group: number
}

/** What the series of an underlying share. */
export type Chain = {
  /** S0 of the risk epoch, USD 18 decimals: the unit of the lanes is 2^-15 of it. */
  readonly referenceSpot: bigint
  /** Posted depth Q, USD 18 decimals; 0: none, no concentration charge. */
  readonly depth: bigint
  readonly terms: RiskTerms
  /** The surface is young enough for new risk in dated instruments. */
  readonly fresh: boolean
}

/** One expiry. USD per unit, 18 decimals. */
export type ExpiryRow = {
  readonly underlying: number
  /** Unix seconds. */
  readonly expiry: number
  /** Mark of a future. */
  readonly forward: bigint
  /** The part of it that still moves with spot. */
  readonly moving: bigint
  readonly discountedForward: bigint
  readonly discountedMoving: bigint
  /** WAD. */
  readonly discount: bigint
}

/** One strike, shared by its call and its put. */
export type StrikeRow = {
  readonly underlying: number
  readonly expiry: number
  /** USD with 8 decimals. */
  readonly strike: bigint
  /** Discounted value of a call, USD per unit, 18 decimals. */
  readonly callMark: bigint
  /** Gap charge per long option: WAD fraction of spot, a multiple of `GAP_UNIT`. */
  readonly gapRate: bigint
  /** The two words of the risk array, see `riskArray.ts`. */
  readonly low: bigint
  readonly high: bigint
}

/**
 * Words of the tail modes, for maintenance and for initial margin: caps of the 17 nodes with a floor above them, see `tail.ts`.
 * 0: nothing is known.
 */
export type TailRow = {
  /** By option prices. */
  readonly implied: bigint
  readonly impliedInitial: bigint
  /** By posted history. */
  readonly historical: bigint
  readonly historicalInitial: bigint
}

/** The market matrix as of one block. Rows ascend by underlying, expiry and strike, each once. */
export type Snapshot = {
  /** Unix seconds. */
  readonly time: number
  readonly markets: readonly Market[]
  /** Empty, or one per market in the same order. */
  readonly chains: readonly Chain[]
  readonly expiries: readonly ExpiryRow[]
  readonly strikes: readonly StrikeRow[]
  /** Empty, or one per market in the same order. */
  readonly tails: readonly TailRow[]
}

/** Market rows alone: enough for spot and perpetuals without offsets. */
export function linearSnapshot(markets: readonly Market[], time = 0): Snapshot {
  return { time, markets, chains: [], expiries: [], strikes: [], tails: [] }
}

export function marketOf({ markets }: Pick<Snapshot, 'markets'>, underlying: number): Market | undefined {
  return markets.find((market) => market.underlying === underlying)
}

export function chainOf({ markets, chains }: Snapshot, underlying: number): Chain | undefined {
  return chains[markets.findIndex((market) => market.underlying === underlying)]
}
