// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {Position, position} from "../types/Position.sol";
import {maxUsd, Usd, ZERO_USD} from "../types/Usd.sol";
import {Assessment, Portfolio} from "../interfaces/IMarginEngine.sol";
import {FixedPoint, SIGNED_WAD, WAD} from "./FixedPoint.sol";
import {Parameters} from "./Parameters.sol";

/// @notice The auction's numbers, without state (spec L-2..L-9). Fractions and rates are WAD, seconds on the clock.
library AuctionMath {
    /// @dev g(t): 2 % to 25 % in 15 minutes, then 1 % per 10 minutes, at most 50 %. Rounded down.
    function discountRate(uint256 elapsed) internal pure returns (uint256) {
        uint256 start = uint256(Parameters.DISCOUNT_START);
        uint256 ramped = uint256(Parameters.DISCOUNT_RAMPED);
        if (elapsed < Parameters.DISCOUNT_RAMP) return start + ((ramped - start) * elapsed) / Parameters.DISCOUNT_RAMP;
        uint256 late = elapsed - Parameters.DISCOUNT_RAMP;
        uint256 rate = ramped + (uint256(Parameters.DISCOUNT_SLOPE) * late) / Parameters.DISCOUNT_STEP;
        return rate < uint256(Parameters.DISCOUNT_MAX) ? rate : uint256(Parameters.DISCOUNT_MAX);
    }

    /// @dev beta(t): 0 to 5 % in 60 minutes. Rounded down.
    function rewardRate(uint256 elapsed) internal pure returns (uint256) {
        if (elapsed >= Parameters.REWARD_RAMP) return uint256(Parameters.REWARD_MAX);
        return (uint256(Parameters.REWARD_MAX) * elapsed) / Parameters.REWARD_RAMP;
    }

    /// @dev The discount that leaves E/MM no lower: at most 0.8 E/MM. Rounded down; 0 when E <= 0 or MM = 0.
    function cappedRate(uint256 rate, Assessment memory a) internal pure returns (uint256) {
        if (a.equity <= ZERO_USD || a.maintenance == ZERO_USD) return 0;
        uint256 cap = FixedPoint.mulDivDown(
            uint256(a.equity.raw()),
            uint256(Parameters.DISCOUNT_SHARE),
            uint256(a.maintenance.raw())
        );
        return rate < cap ? rate : cap;
    }

    /// @dev f_min and f_max: whole when insolvent, unmeasured or dust; else what restores b * MM at par, rounded down.
    function fractionBounds(Assessment memory a) internal pure returns (uint256 least, uint256 most) {
        int256 maintenance = a.maintenance.raw();
        if (maintenance < Parameters.DUST_MAINTENANCE) return (WAD, WAD);
        most = WAD;
        if (a.equity > ZERO_USD) {
            int256 target = (maintenance * Parameters.BUFFER) / SIGNED_WAD;
            int256 missing = target - a.equity.raw();
            most = missing <= 0 ? 0 : FixedPoint.mulDivDown(uint256(missing), WAD, uint256(target));
        }
        least = most < uint256(Parameters.MIN_SLICE) ? most : uint256(Parameters.MIN_SLICE);
    }

    /// @dev R-27: what the compartment adds for an insolvent dust account: 10 % of its maintenance, down, at most 5 USD. So the
    /// accounts that an owner splits his stake into earn no more than that share of it.
    function dustReward(Usd maintenance) internal pure returns (Usd) {
        int256 share_ = (maintenance.raw() * Parameters.DUST_REWARD_SHARE) / SIGNED_WAD;
        return Usd.wrap(share_ < Parameters.DUST_REWARD ? share_ : Parameters.DUST_REWARD);
    }

    /// @dev f of a conversion: -s / (E - s), rounded down.
    function conversionFraction(Assessment memory a) internal pure returns (uint256) {
        return FixedPoint.mulDivDown(uint256((-a.settledCash).raw()), WAD, uint256((a.equity - a.settledCash).raw()));
    }

    /// @dev What remains on a stopped clock: elapsed * 2^-(age / 15 min), rounded down.
    function decayed(uint256 elapsed, uint256 age) internal pure returns (uint256) {
        // ln 2 / half-life, per second; expWad of less than -42 is 0.
        int256 exponent = -int256(FixedPoint.mulDivDown(age, 0.693147180559945309e18, Parameters.CLOCK_HALF_LIFE));
        return FixedPoint.mulDivDown(elapsed, uint256(FixedPointMathLib.expWad(exponent)), WAD);
    }

    /// @dev R-20: trunc(fraction * vector). `legs` holds the non-zero lots, `rest` what stays, both in stored order.
    function split(
        Portfolio memory p,
        uint256 fraction
    ) internal pure returns (Usd cash, Position[] memory legs, Portfolio memory rest) {
        cash = Usd.wrap(FixedPoint.mulDivTrunc(p.cash.raw(), fraction, WAD));
        uint256 n = p.positions.length;
        legs = new Position[](n);
        rest = Portfolio(p.mode, p.cash - cash, new Position[](n));
        uint256 taken;
        uint256 kept;
        for (uint256 i; i < n; ++i) {
            int256 lots = p.positions[i].lots();
            int256 moved = FixedPoint.mulDivTrunc(lots, fraction, WAD);
            // |moved| <= |lots| <= 2^127 - 1: both casts keep the value.
            if (moved != 0) legs[taken++] = position(p.positions[i].instrument(), int128(moved));
            if (moved != lots) rest.positions[kept++] = position(p.positions[i].instrument(), int128(lots - moved));
        }
        Position[] memory keptPositions = rest.positions;
        assembly ("memory-safe") {
            mstore(legs, taken) // legs.length = taken <= n: shrinking an array leaves its tail unused
            mstore(keptPositions, kept)
        }
    }

    /// @dev ceil(b * maintenance): what clears the clock and what a keeper's account must hold.
    function buffered(Usd maintenance) internal pure returns (Usd) {
        return Usd.wrap(FixedPoint.divCeil(maintenance.raw() * Parameters.BUFFER, SIGNED_WAD));
    }

    /// @dev Rate times USD, rounded down.
    function share(uint256 rate, Usd amount) internal pure returns (Usd) {
        return Usd.wrap(int256(FixedPoint.mulDivDown(uint256(maxUsd(amount, ZERO_USD).raw()), rate, WAD)));
    }
}
