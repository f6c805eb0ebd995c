// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {ISurfaces} from "../interfaces/ISurfaces.sol";
import {SurfaceWord} from "../types/SurfaceWord.sol";
import {Essvi, Slice} from "./Essvi.sol";
import {WAD} from "./FixedPoint.sol";

/// @notice Which series may exist (spec V-1..V-3).
library Listing {
    /// @dev Strikes have 8 decimals, prices 18.
    uint256 internal constant STRIKE_UNIT = 1e10;
    uint256 internal constant LONGEST_LIFE = 366 days;
    /// @dev 08:00 UTC.
    uint256 internal constant EXPIRY_TIME = 8 hours;
    /// @dev Forward / spot stays within 2 % and 50 % a year of 1, discount within 25 % a year below 1.
    uint256 internal constant CARRY_BASE = 0.02e18;
    uint256 internal constant CARRY_PER_YEAR = 0.5e18;
    uint256 internal constant DISCOUNT_PER_YEAR = 0.25e18;
    /// @dev New strikes lie between an eighth and eight times spot.
    uint256 internal constant STRIKE_REACH = 8;

    function requireExpiry(uint256 expiry, uint256 previous) internal view {
        uint256 latest = block.timestamp + LONGEST_LIFE;
        if (expiry <= previous || expiry > latest || expiry % 1 days != EXPIRY_TIME) {
            revert ISurfaces.InvalidExpiry(expiry, previous, latest);
        }
    }

    function requireCarry(uint256 expiry, uint256 ratio, uint256 discount) internal view {
        uint256 tau = expiry - block.timestamp;
        uint256 reach = CARRY_BASE + (CARRY_PER_YEAR * tau) / 365 days;
        if (ratio < WAD - reach || ratio > WAD + reach) {
            revert ISurfaces.ForwardOutOfRange(expiry, ratio, WAD - reach, WAD + reach);
        }
        uint256 least = WAD - (DISCOUNT_PER_YEAR * tau) / 365 days;
        if (discount < least || discount > WAD) revert ISurfaces.DiscountOutOfRange(expiry, discount, least, WAD);
    }

    /// @dev Butterfly and calendar conditions of a whole surface, as stored; reverts with the one that fails.
    function requireNoArbitrage(SurfaceWord[] memory words) internal pure {
        Slice memory near;
        for (uint256 i; i < words.length; ++i) {
            Slice memory far = words[i].slice();
            Essvi.requireSlice(far);
            if (i != 0) Essvi.requireOrdered(near, far);
            near = far;
        }
    }

    /// @dev The same conditions as an answer.
    function isFreeOfArbitrage(SurfaceWord[] memory words) internal pure returns (bool isFree) {
        Slice memory near;
        isFree = true;
        for (uint256 i; i < words.length && isFree; ++i) {
            Slice memory far = words[i].slice();
            isFree = Essvi.isSlice(far) && (i == 0 || Essvi.isOrdered(near, far));
            near = far;
        }
    }

    /// @dev A strike has at most four significant digits, the fourth 0 or 5: 85,500, 2,525, 0.0185.
    function isOnGrid(uint256 strike) internal pure returns (bool) {
        if (strike == 0) return false;
        while (strike % 10 == 0) strike /= 10;
        return strike < 1000 || (strike < 10_000 && strike % 10 == 5);
    }

    /// @dev For new positions: a held strike stays what it is wherever spot goes. @param strike 8 decimals. @param spot 18.
    function isInReach(uint256 strike, uint256 spot) internal pure returns (bool) {
        uint256 price = strike * STRIKE_UNIT;
        return price * STRIKE_REACH >= spot && price <= spot * STRIKE_REACH;
    }
}
