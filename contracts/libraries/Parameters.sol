// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @dev Slots of an account; bounds every loop over positions.
uint256 constant MAX_POSITIONS = 128;

/// @notice Constants of the protocol: what no governance can change. Fractions are WAD, USD 18 decimals, times seconds.
library Parameters {
    /* LEDGER */

    /// @dev Room of an owner's account: a position takes 1, an underlying more, and with futures or options once more.
    uint256 internal constant ACCOUNT_ROOM = 137;
    uint256 internal constant UNDERLYING_ROOM = 3;
    uint256 internal constant DATED_ROOM = 6;
    /// @dev |lots| of a derivative stay below this, so that products in the engine fit 256 bits (`docs/rounding.md`).
    int256 internal constant MAX_DERIVATIVE_LOTS = 2 ** 47;
    /// @dev |lots| of an option: all 128 positions together stay below 2^47, which the lanes' sums can hold.
    int256 internal constant MAX_OPTION_LOTS = 2 ** 40;
    /// @dev Settled cash may fall to minus the larger of this and `DEBT_RATIO` of the haircut collateral.
    int256 internal constant DEBT_FLOOR = 100e18;
    int256 internal constant DEBT_RATIO = 0.02e18;
    /// @dev A new engine or module waits this long: 1.5 times the ten days in which everybody can leave.
    uint256 internal constant CORE_DELAY = 15 days;

    /* MARGIN */

    /// @dev Initial over maintenance measure.
    int256 internal constant INITIAL_RATIO = 1.3e18;
    /// @dev Initial add-on and de-risk surcharge per gross derivative notional.
    int256 internal constant GROSS_CHARGE = 0.001e18;

    /* SCAN RANGE */

    uint256 internal constant FAST_HALF_LIFE = 5 days;
    uint256 internal constant SLOW_HALF_LIFE = 45 days;
    /// @dev Least time between two samples of the realised variance, and so between two steps of the scan range.
    uint256 internal constant SAMPLE_SPACING = 1 hours;
    /// @dev Share of the stressed volatility.
    uint256 internal constant STRESS_WEIGHT = 0.4e18;
    /// @dev 400 % a year, squared.
    uint256 internal constant MAX_VARIANCE = 16e18;
    /// @dev The target falls at most so much a day, the range of maintenance margin rises at most so much a sample.
    uint256 internal constant RANGE_FALL = 0.04e18;
    uint256 internal constant RANGE_RISE = 0.02e18;
    uint256 internal constant IMPLIED_TERM = 30 days;

    /* EXPECTED SHORTFALL */

    /// @dev alpha: the worst share of outcomes, WAD, and how far ahead option prices are asked for it.
    uint256 internal constant TAIL = 0.01e18;
    uint256 internal constant TAIL_HORIZON = 1 days;
    /// @dev The slice of the horizon is that of the first expiry at least so far away.
    uint256 internal constant TAIL_SHORTEST = 18 hours;
    /// @dev Least share of the portfolio measure, and its rise per hour once probabilities are old; units of 1e-9.
    uint256 internal constant TAIL_FLOOR = 0.7e9;
    uint256 internal constant TAIL_FLOOR_RISE = 0.014e9;
    /// @dev Posted history older than this is old.
    uint256 internal constant HISTORY_MAX_AGE = 2 days;
    /// @dev History must be posted for the scan range of now, at most so far from it, WAD.
    uint256 internal constant HISTORY_RANGE_GAP = 0.05e18;
    /// @dev A posted offset moves by at most so much an hour, millionths.
    uint256 internal constant OFFSET_STEP = 4_000;

    /* LIQUIDATION */

    /// @dev b: a liquidated account is brought to b times maintenance at most; a keeper's account must hold it.
    int256 internal constant BUFFER = 1.1e18;
    int256 internal constant MIN_SLICE = 0.1e18;
    /// @dev Below this maintenance an account is taken whole.
    int256 internal constant DUST_MAINTENANCE = 1000e18;
    /// @dev What the compartment adds for an insolvent dust account: at most this, and at most that share of its maintenance.
    int256 internal constant DUST_REWARD = 5e18;
    int256 internal constant DUST_REWARD_SHARE = 0.1e18;
    /// @dev g: discount per unit of maintenance removed, start, after `DISCOUNT_RAMP`, per `DISCOUNT_STEP` later, at most.
    int256 internal constant DISCOUNT_START = 0.02e18;
    int256 internal constant DISCOUNT_RAMPED = 0.25e18;
    int256 internal constant DISCOUNT_MAX = 0.5e18;
    int256 internal constant DISCOUNT_SLOPE = 0.01e18;
    uint256 internal constant DISCOUNT_RAMP = 15 minutes;
    uint256 internal constant DISCOUNT_STEP = 10 minutes;
    /// @dev The discount takes at most this share of E/MM, so that no slice worsens E/MM (INV-14).
    int256 internal constant DISCOUNT_SHARE = 0.8e18;
    /// @dev beta: the keeper's least reward per unit of maintenance removed, reached after `REWARD_RAMP`.
    int256 internal constant REWARD_MAX = 0.05e18;
    uint256 internal constant REWARD_RAMP = 60 minutes;
    /// @dev Half-life of the elapsed time that `unflag` stores.
    uint256 internal constant CLOCK_HALF_LIFE = 15 minutes;

    /* PRICES */

    /// @dev Prices are below this (3.0e8 USD): with it products in the engine fit 256 bits.
    uint256 internal constant MAX_PRICE = 2 ** 88 - 1;
    /// @dev Stored observations younger than this belong to the price interval.
    uint256 internal constant OBSERVATION_WINDOW = 30 seconds;
    /// @dev Least time between two of them: with half the window, nobody can push a price out of it before its time.
    uint256 internal constant OBSERVATION_SPACING = 15 seconds;
    /// @dev Spot EMA: period, and the most that one observation weighs.
    uint256 internal constant EMA_PERIOD = 1 hours;
    uint256 internal constant EMA_WEIGHT_CAP = 5 minutes;
    /// @dev A dead price's interval widens by this fraction per second: 0.1 % a minute, all of it after 16.7 h.
    uint256 internal constant WIDENING_PER_SECOND = uint256(0.001e18) / 60;
    /// @dev Largest |premium|, in millionths: 50 bp. With the 8 h period it also caps funding at 0.0625 % an hour.
    int256 internal constant MAX_PREMIUM = 5000;
    uint256 internal constant PREMIUM_PERIOD = 10 minutes;
    uint256 internal constant FUNDING_PERIOD = 8 hours;
    /// @dev One read of Phi accrues at most this long.
    uint256 internal constant FUNDING_STEP = 1 hours;

    /* SERIES */

    /// @dev Unit of `RiskTerms`, WAD.
    uint256 internal constant TERM_UNIT = 1e12;
    /// @dev A fall of volatility in the lanes is at most this.
    uint256 internal constant VOLATILITY_DOWN_CAP = 0.6e18;
    /// @dev Expiries of one underlying that are still to come.
    uint256 internal constant MAX_EXPIRIES = 12;
    /// @dev A risk epoch lasts at most this long; the shorter time within NEAR_EXPIRY of the next expiry.
    uint256 internal constant EPOCH_AGE = 1 hours;
    uint256 internal constant NEAR_EPOCH_AGE = 10 minutes;
    uint256 internal constant NEAR_EXPIRY = 1 days;
    /// @dev An older surface allows no new risk; from then on its shocks widen by their own size per SURFACE_WIDENING.
    uint256 internal constant SURFACE_MAX_AGE = 1 hours;
    uint256 internal constant SURFACE_WIDENING = 4 hours;
    uint256 internal constant SURFACE_MAX_WIDENING = 3e18;
    /// @dev A guardian may put a final price off for at most this long after the end of the series.
    uint256 internal constant MAX_SETTLEMENT_DELAY = 3 days;
    uint256 internal constant DELISTING_NOTICE = 7 days;

    /* FEES */

    uint256 internal constant TAKER_FEE = 0.0005e18;
    uint256 internal constant MAKER_FEE = 0.0001e18;
    /// @dev The taker's fee on an option is at most this share of its mark, the maker's the same part of that as otherwise.
    uint256 internal constant OPTION_FEE_CAP = 0.125e18;

    /* EXIT */

    /// @dev Notice for money that leaves a compartment.
    uint256 internal constant RELEASE_NOTICE = 7 days;
}
