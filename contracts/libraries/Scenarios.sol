// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

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
        // for (j = -6; j <= 6; ++j) moves[2 * (j + 6)] = moves[2 * (j + 6) + 1] = j * range / 6;
        // Fractions stay below 2^60 * 6: nothing here can overflow.
        assembly ("memory-safe") {
            let lane := moves
            for {
                let multiple := mul(range, sub(0, 6))
            } lt(lane, add(moves, 832)) {
                lane := add(lane, 64)
            } {
                let move := sdiv(multiple, 6)
                mstore(lane, move)
                mstore(add(lane, 32), move)
                multiple := add(multiple, range)
            }
        }
        moves[26] = fall(2 * range) / 2;
        moves[27] = range;
        moves[28] = fall(4 * range) / 4;
        moves[29] = range;
    }

    /// @notice Adds the profit and loss of a linear position to each lane: notional * move, USD with 54 decimals, exact.
    /// @param notional36 Value of the position at mark, 36 decimals, |notional36| < 2^192.
    function addLinear(int256[LANES] memory pnl54, int256 notional36, int256[LANES] memory moves) internal pure {
        // for (k = 0; k < 30; ++k) pnl54[k] += notional36 * moves[k];
        // |notional36 * move| < 2^192 * 2^60: the sum of a few such terms fits.
        assembly ("memory-safe") {
            let move := moves
            for {
                let lane := pnl54
            } lt(lane, add(pnl54, 960)) {
                lane := add(lane, 32)
            } {
                mstore(lane, add(mload(lane), mul(notional36, mload(move))))
                move := add(move, 32)
            }
        }
    }

    /// @notice Adds one vector to another. |P| < 2^252 each, all positions of an account together below 2^254.
    function add(int256[LANES] memory pnl54, int256[LANES] memory more54) internal pure {
        // for (k = 0; k < 30; ++k) pnl54[k] += more54[k];
        assembly ("memory-safe") {
            for {
                let i := 0
            } lt(i, 960) {
                i := add(i, 32)
            } {
                mstore(add(pnl54, i), add(mload(add(pnl54, i)), mload(add(more54, i))))
            }
        }
    }

    /// @notice Multiplies all lanes: |lane| < 2^64, |factor| < 2^183 fit.
    function scale(int256[LANES] memory lanes, int256 factor) internal pure {
        // for (k = 0; k < 30; ++k) lanes[k] *= factor;
        assembly ("memory-safe") {
            for {
                let lane := lanes
            } lt(lane, add(lanes, 960)) {
                lane := add(lane, 32)
            } {
                mstore(lane, mul(mload(lane), factor))
            }
        }
    }

    /// @notice A fall of the price by `size`, as a move; it stops at -90 %. WAD.
    function fall(int256 size) internal pure returns (int256) {
        return size < MAX_FALL ? -size : -MAX_FALL;
    }

    /// @notice Move of the j-th sixth of the range, WAD, toward 0 (R-3).
    function sixth(int256 j, int256 range) internal pure returns (int256) {
        return (j * range) / 6;
    }
}
