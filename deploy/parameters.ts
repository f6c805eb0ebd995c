/**
 * Every number that a deployment sets, with its unit. Hard bounds are in `contracts/libraries/Bounds.sol`; what no
 * governance can change is in `contracts/libraries/Parameters.sol`.
 */

/** 100 % as a WAD fraction; also one US dollar and one unit of an underlying with 18 decimals. */
const WAD = 10n ** 18n
/** One US dollar with 6 decimals, the unit of `slotCharge` and `deficitLimit`. */
const USD6 = 10n ** 6n
const HOUR = 3_600n
const DAY = 24n * HOUR

/** `basisPoints` of 100 %, WAD. */
function bp(basisPoints: number): bigint {
  return (BigInt(basisPoints) * WAD) / 10_000n
}

/** Millionths. */
export type RiskParameters = {
  /** Of the scan range, the price move whose loss is maintenance margin before relief. */
  floor: number
  cap: number
  /** sigma_stress, per square root of a year: 40 % of the volatility that the scan range follows. */
  stressVolatility: number
  /** Scan range per volatility of twelve hours. */
  kappa: number
  /** eps: what spot may move before a risk epoch rolls; added to the scan range. */
  epsilon: number
  /** h_lin: linear books liquidate faster than options. */
  linearRelief: number
  /** Of collateral, in maintenance and initial margin. */
  haircut: number
}

/** Millionths, except the group. */
export type RiskTerms = {
  /** VU, VD: relative shocks of a 30-day volatility. */
  volatilityUp: number
  volatilityDown: number
  /** Per short option and unit of spot. */
  optionMaintenance: number
  optionInitial: number
  /** Of the vega and of the delta that expiries offset; the last per year between them. */
  calendar: number
  basis: number
  basisPerYear: number
  /** Of the losses that the underlyings of a group offset, in Portfolio mode. */
  offset: number
  /** 1..7; 0: offsets nothing. */
  group: number
}

export type Limits = {
  /** Long lots of all accounts together. */
  openInterestCap: bigint
  /** WAD fraction of notional that a jump may cost beyond margin: open interest <= compartment / stressGap. */
  stressGap: bigint
  /** USD, 6 decimals, per position, initial margin only. */
  slotCharge: bigint
  /** USD, 6 decimals, of losses booked to HOLE before the market becomes reduce-only. */
  deficitLimit: bigint
}

export type FeedParameters = {
  /** Of the feed's answers, and of the bounds. */
  decimals: number
  /** Answers at or beyond these are rejected. */
  minAnswer: bigint
  maxAnswer: bigint
  /** Heartbeat plus five minutes. */
  stalenessSeconds: bigint
  /** Deviation threshold of the feed, WAD fraction: half the width of the price interval. */
  confidence: bigint
}

/** Token units. Collateral starts at a tenth of `cap` and reaches it in a week. */
export type DepositParameters = {
  cap: bigint
  /** What may leave at once, and how fast that refills: everybody can leave within a day. */
  outflow: { capacity: bigint; refill: bigint }
}

export type UnderlyingParameters = {
  symbol: string
  /** Collateral token; name and symbol serve local networks, where it is deployed. */
  token: { name: string; symbol: string; decimals: number }
  /** Units of the underlying per derivative lot, 1e-18 each. */
  lotUnit: bigint
  /** Realised so far, WAD per square root of a year: what the averages begin with. */
  volatility: bigint
  risk: RiskParameters
  terms: RiskTerms
  limits: Limits
  feed: FeedParameters
  deposits: DepositParameters
}

/** A bucket of a fifth of `cap` that refills in a day, rounded up as the vault demands. */
function deposits(cap: bigint): DepositParameters {
  const capacity = cap / 5n
  return { cap, outflow: { capacity, refill: (capacity + DAY - 1n) / DAY } }
}

/** Of the majors, which are one group. */
const MAJORS: RiskTerms = {
  volatilityUp: 500_000,
  volatilityDown: 250_000,
  optionMaintenance: 3_000,
  optionInitial: 5_000,
  calendar: 300_000,
  basis: 2_000,
  basisPerYear: 10_000,
  offset: 500_000,
  group: 1,
}

const MAJOR_RISK = { kappa: 2_600_000, epsilon: 5_000, linearRelief: 500_000, haircut: 100_000 } as const

const BTC: UnderlyingParameters = {
  symbol: 'BTC',
  token: { name: 'Wrapped BTC', symbol: 'WBTC', decimals: 8 },
  lotUnit: WAD / 10_000n,
  // With relief the floor gives 1 / ((6 % + 0.5 %) / 2) = 31x maintenance leverage.
  volatility: bp(6_000),
  risk: { ...MAJOR_RISK, floor: 60_000, cap: 400_000, stressVolatility: 1_100_000 },
  terms: MAJORS,
  limits: { openInterestCap: 50_000_000n, stressGap: bp(500), slotCharge: 2n * USD6, deficitLimit: 250_000n * USD6 },
  feed: {
    decimals: 8,
    minAnswer: 100n * 10n ** 8n,
    maxAnswer: 10_000_000n * 10n ** 8n,
    stalenessSeconds: HOUR + 300n,
    confidence: bp(50),
  },
  deposits: deposits(2_000n * 10n ** 8n),
}

const ETH: UnderlyingParameters = {
  symbol: 'ETH',
  token: { name: 'Wrapped Ether', symbol: 'WETH', decimals: 18 },
  lotUnit: WAD / 1_000n,
  volatility: bp(7_500),
  risk: { ...MAJOR_RISK, floor: 80_000, cap: 450_000, stressVolatility: 1_300_000 },
  terms: MAJORS,
  limits: { openInterestCap: 80_000_000n, stressGap: bp(600), slotCharge: 2n * USD6, deficitLimit: 250_000n * USD6 },
  feed: {
    decimals: 8,
    minAnswer: 1n * 10n ** 8n,
    maxAnswer: 1_000_000n * 10n ** 8n,
    stalenessSeconds: HOUR + 300n,
    confidence: bp(50),
  },
  deposits: deposits(40_000n * 10n ** 18n),
}

/** In the order of their ids: the first becomes underlying 1. */
export const UNDERLYINGS: readonly UnderlyingParameters[] = [BTC, ETH]

/** The settlement token. Its first cap holds at once. */
export const USD = {
  token: { name: 'USD Coin', symbol: 'USDC', decimals: 6 },
  deposits: deposits(200_000_000n * USD6),
} as const

/** Seconds that a governance action waits between schedule and execution on a live network. */
export const GOVERNANCE_DELAY = 2 * Number(DAY)

/** First answers of the feeds of local networks, in the feeds' decimals, until somebody pushes a price. */
export const LOCAL_ANSWERS: Readonly<Record<string, bigint>> = { BTC: 43_000n * 10n ** 8n, ETH: 3_400n * 10n ** 8n }
