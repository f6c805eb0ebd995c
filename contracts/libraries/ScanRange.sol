// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {Variances} from "../interfaces/IMarkets.sol";
import {SurfaceWord} from "../types/SurfaceWord.sol";
import {WAD} from "./FixedPoint.sol";
import {Parameters} from "./Parameters.sol";

/// @notice The scan range follows the market (spec D-1..D-6): PSR_target = kappa * sigma * sqrt(12 h / 1 y) between a floor and
/// a cap, at once up and slowly down; PSR_M, the range of maintenance margin, slowly up after it.
/// @dev Variances are per year (ACT/365), WAD, averages at most MAX_VARIANCE; ranges WAD fractions below 2^60.
library ScanRange {
    uint256 private constant YEAR = 365 days;
    uint256 private constant LN_2 = 0.693147180559945309e18;
    /// @dev sqrt(12 h / 365 d), WAD.
    uint256 private constant HORIZON_ROOT = 0.037011660509880263e18;

    /// @notice Both averages after a sample: v <- v * 2^(-t/H) + (1 - 2^(-t/H)) * r^2 / t, r = ln(spot / last).
    /// @dev R-54: up. An average over any sampling times that look at the past only is unbiased where the price is a martingale,
    /// so that nobody gains by choosing them. @param elapsed Seconds, > 0.
    function sampled(
        Variances memory v,
        uint256 spot,
        uint256 last,
        uint256 elapsed
    ) internal pure returns (Variances memory) {
        int256 move = FixedPointMathLib.lnWad(int256(FixedPointMathLib.max((spot * WAD) / last, 1)));
        // |ln| < 2^66: its square times the year is below 2^157, and so is what is made of it times 1e18.
        uint256 perYear = FixedPointMathLib.divUp(uint256(move * move) * YEAR, WAD * elapsed);
        uint256 fast = _averaged(v.fast, perYear, elapsed, Parameters.FAST_HALF_LIFE);
        uint256 slow = _averaged(v.slow, perYear, elapsed, Parameters.SLOW_HALF_LIFE);
        return Variances(uint64(fast), uint64(slow), v.implied);
    }

    function _averaged(
        uint256 variance,
        uint256 perYear,
        uint256 elapsed,
        uint256 halfLife
    ) private pure returns (uint256) {
        uint256 kept = uint256(FixedPointMathLib.expWad(-int256((LN_2 * elapsed) / halfLife)));
        uint256 averaged = FixedPointMathLib.divUp(variance * kept + perYear * (WAD - kept), WAD);
        return FixedPointMathLib.min(averaged, Parameters.MAX_VARIANCE);
    }

    /// @notice sigma = 0.6 * max(fast, slow, implied) + 0.4 * stress, volatilities per square root of a year. R-55: down.
    function volatility(Variances memory v, uint256 stress) internal pure returns (uint256) {
        uint256 most = FixedPointMathLib.max(FixedPointMathLib.max(v.fast, v.slow), v.implied);
        uint256 current = FixedPointMathLib.sqrt(most * WAD);
        return (current * (WAD - Parameters.STRESS_WEIGHT) + stress * Parameters.STRESS_WEIGHT) / WAD;
    }

    /// @notice kappa * sigma * sqrt(12 h / 1 y), at least the floor, at most the cap. R-55: down.
    function required(uint256 sigma, uint256 kappa, uint256 floor, uint256 cap) internal pure returns (uint256) {
        uint256 range = (kappa * sigma * HORIZON_ROOT) / (WAD * WAD);
        return FixedPointMathLib.min(FixedPointMathLib.max(range, floor), cap);
    }

    /// @notice PSR_target after `elapsed` seconds: what is required, and no less than 4 % a day below what it was.
    function fallen(uint256 target, uint256 required_, uint256 elapsed) internal pure returns (uint256) {
        uint256 fall = (target * Parameters.RANGE_FALL * elapsed) / (WAD * 1 days);
        return FixedPointMathLib.max(required_, FixedPointMathLib.zeroFloorSub(target, fall));
    }

    /// @notice PSR_M after a sample: at most 2 % up towards the target of before, however long ago the last sample was, so that
    /// no pause is caught up in one step.
    function risen(uint256 range, uint256 target) internal pure returns (uint256) {
        return FixedPointMathLib.min(target, range + (range * Parameters.RANGE_RISE) / WAD);
    }

    /// @notice Variance per year of the next 30 days at the money, linear in total variance between the expiries of a surface;
    /// that of the first or last where 30 days lie before or beyond them. R-56: down.
    /// @param time When the surface was made; before the first expiry.
    function implied(
        uint256 time,
        uint40[] memory expiries,
        SurfaceWord[] memory words
    ) internal pure returns (uint256) {
        (uint256 left, uint256 leftVariance) = (0, 0);
        uint256 right;
        uint256 rightVariance;
        for (uint256 i; i < expiries.length; ++i) {
            (right, rightVariance) = (expiries[i] - time, words[i].slice().theta);
            if (right >= Parameters.IMPLIED_TERM) break;
            if (i + 1 < expiries.length) (left, leftVariance) = (right, rightVariance);
        }
        if (left == 0 || right < Parameters.IMPLIED_TERM) return (rightVariance * YEAR) / right;
        uint256 part = ((rightVariance - leftVariance) * (Parameters.IMPLIED_TERM - left)) / (right - left);
        return ((leftVariance + part) * YEAR) / Parameters.IMPLIED_TERM;
    }
}
