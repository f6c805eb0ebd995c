/**
 * Twin of `contracts/libraries/Parameters.sol`: what no governance can change. Fractions are WAD, USD 18 decimals, times
 * seconds.
 */

/** Slots of an account. */
export const MAX_POSITIONS = 128
/** Room of an owner's account: a position takes 1, an underlying more, and with futures or options once more. */
export const ACCOUNT_ROOM = 137
export const UNDERLYING_ROOM = 3
export const DATED_ROOM = 6
/** |lots| of a derivative stay below this. */
export const MAX_DERIVATIVE_LOTS = 2n ** 47n
/** |lots| of an option: all positions of an account together stay below 2^47, which the lanes' sums can hold. */
export const MAX_OPTION_LOTS = 2n ** 40n
/** Settled cash may fall to minus the larger of this and `DEBT_RATIO` of the haircut collateral. */
export const DEBT_FLOOR = 100n * 10n ** 18n
export const DEBT_RATIO = 2n * 10n ** 16n
/** Initial over maintenance measure. */
export const INITIAL_RATIO = 13n * 10n ** 17n
/** Initial add-on and de-risk surcharge per gross derivative notional. */
export const GROSS_CHARGE = 10n ** 15n
/** b: a liquidated account is brought to b times maintenance at most; a keeper's account must hold it. */
export const BUFFER = 11n * 10n ** 17n
export const MIN_SLICE = 10n ** 17n
/** Below this maintenance an account is taken whole. */
export const DUST_MAINTENANCE = 1000n * 10n ** 18n
export const DUST_REWARD = 5n * 10n ** 18n
export const DUST_REWARD_SHARE = 10n ** 17n
/** g: discount per unit of maintenance removed, at the start, after `DISCOUNT_RAMP`, per `DISCOUNT_STEP` later, at most. */
export const DISCOUNT_START = 2n * 10n ** 16n
export const DISCOUNT_RAMPED = 25n * 10n ** 16n
export const DISCOUNT_MAX = 5n * 10n ** 17n
export const DISCOUNT_SLOPE = 10n ** 16n
export const DISCOUNT_RAMP = 900n
export const DISCOUNT_STEP = 600n
/** The discount takes at most this share of E/MM. */
export const DISCOUNT_SHARE = 8n * 10n ** 17n
/** beta: the keeper's least reward per unit of maintenance removed, reached after `REWARD_RAMP`. */
export const REWARD_MAX = 5n * 10n ** 16n
export const REWARD_RAMP = 3600n
/** Half-life of the elapsed time that `unflag` stores. */
export const CLOCK_HALF_LIFE = 900n
/** Prices are at most this. */
export const MAX_PRICE = 2n ** 88n - 1n
/** Unit of `RiskTerms`, WAD. */
export const TERM_UNIT = 10n ** 12n
/** Half-lives of the realised variances, seconds. */
export const FAST_HALF_LIFE = 5n * 86_400n
export const SLOW_HALF_LIFE = 45n * 86_400n
/** Least time between two samples, and so between two steps of the scan range, seconds. */
export const SAMPLE_SPACING = 3600n
/** Share of the stressed volatility. */
export const STRESS_WEIGHT = 4n * 10n ** 17n
export const MAX_VARIANCE = 16n * 10n ** 18n
/** The target falls at most so much a day, the range of maintenance margin rises at most so much a sample. */
export const RANGE_FALL = 4n * 10n ** 16n
export const RANGE_RISE = 2n * 10n ** 16n
export const IMPLIED_TERM = 30n * 86_400n
/** alpha of the tail modes, WAD; how far ahead option prices are asked; the nearest expiry asked. Seconds. */
export const TAIL = 10n ** 16n
export const TAIL_HORIZON = 86_400n
export const TAIL_SHORTEST = 64_800
/** Least share of the portfolio measure and its rise per hour of old probabilities, units of 1e-9. */
export const TAIL_FLOOR = 700_000_000n
export const TAIL_FLOOR_RISE = 14_000_000n
/** Posted history older than this is old, seconds. */
export const HISTORY_MAX_AGE = 172_800
/** History must be posted for the scan range of now, at most so far from it, WAD. */
export const HISTORY_RANGE_GAP = 5n * 10n ** 16n
/** A posted offset moves by at most so much an hour, millionths. */
export const OFFSET_STEP = 4_000
/** A fall of volatility in the lanes is at most this. */
export const VOLATILITY_DOWN_CAP = 6n * 10n ** 17n
/** Expiries of one underlying that are still to come. */
export const MAX_EXPIRIES = 12
/** A risk epoch lasts at most this long; the shorter time within NEAR_EXPIRY of the next expiry. */
export const EPOCH_AGE = 3600
export const NEAR_EPOCH_AGE = 600
export const NEAR_EXPIRY = 86_400
/** An older surface allows no new risk; from then on its shocks widen by their own size per SURFACE_WIDENING. */
export const SURFACE_MAX_AGE = 3600
export const SURFACE_WIDENING = 14_400
export const SURFACE_MAX_WIDENING = 3n * 10n ** 18n
/** Seconds before expiry over which the final price is averaged. */
export const SETTLEMENT_WINDOW = 1800
export const TAKER_FEE = 5n * 10n ** 14n
export const MAKER_FEE = 10n ** 14n
/** The taker's fee on an option is at most this share of its mark, the maker's the same part of that as otherwise. */
export const OPTION_FEE_CAP = 125n * 10n ** 15n
