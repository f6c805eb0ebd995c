// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {FixedPoint, SIGNED_WAD} from "./FixedPoint.sol";

/// @dev Scenarios of a risk array.
uint256 constant LANES = 30;

/// @notice The 30 scenarios of the risk array (spec M-3): 13 prices x {vol up, vol down}, then 4 extremes, vol up.
/// @dev Lane 2(j+6) is price move j/6 of the scan range with vol up, lane 2(j+6)+1 the same with vol down, j = -6..6.
/// Lanes 26..29 are moves -2, +2 (weight 1/2), -4, +4 (weight 1/4) scan ranges, no price below 10 % of spot.
library Scenarios {
    /// @dev No extreme moves the price below 1 - 0.9 of spot.
    int256 internal constant MAX_FALL = 0.9e18;

    /// @notice Weighted price moves of all lanes for a linear instrument, WAD fractions.
    /// @dev R-3: fractions of the scan range are truncated, but lanes 0, 1, 24 and 25 are exact, so a linear position of
    /// notional N loses exactly N * scanRange in its worst lane.
    function ladder(uint256 scanRange) internal pure returns (int256[LANES] memory moves) {
        int256 range = int256(scanRange);
        for (int256 j = -6; j <= 6; ++j) {
            uint256 lane = uint256(2 * (j + 6));
            moves[lane] = (j * range) / 6;
            moves[lane + 1] = moves[lane];
        }
        moves[26] = -_min(2 * range, MAX_FALL) / 2;
        moves[27] = range;
        moves[28] = -_min(4 * range, MAX_FALL) / 4;
        moves[29] = range;
    }

    /// @notice Adds the profit and loss of a linear position to each lane: floor(notional * move), USD 18 decimals.
    /// @param notional Value of the position's underlying at mark, 36 decimals, |notional| < 2^194.
    /// @dev R-3: floor, so that no lane gains from rounding.
    function addLinear(int256[LANES] memory pnl, int256 notional, int256[LANES] memory moves) internal pure {
        for (uint256 k; k < LANES; ++k) {
            pnl[k] += FixedPoint.divFloor(notional * moves[k], SIGNED_WAD * SIGNED_WAD);
        }
    }

    function _min(int256 a, int256 b) private pure returns (int256) {
        return a < b ? a : b;
    }
}
