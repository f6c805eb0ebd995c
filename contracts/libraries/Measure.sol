// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {LibSort} from "solady/src/utils/LibSort.sol";
import {FULL_CAP, TailWord} from "../types/TailWord.sol";
import {FixedPoint, SIGNED_WAD} from "./FixedPoint.sol";
import {NODES} from "./RiskArray.sol";
import {LANES, Scenarios} from "./Scenarios.sol";

/// @notice Measures of scenario profit-and-loss vectors. USD, losses positive.
library Measure {
    /// @dev Prices are looked at up to this many times spot, so that no product overflows.
    int256 private constant MAX_MOVE = 16e18;
    /// @dev A loss and the number of its node in one word, so that they are sorted together.
    uint256 private constant NODE_UNIT = 32;
    /// @dev First lane of the extremes; lanes 0..25 are 13 prices, up and down.
    uint256 private constant EXTREMES = 26;

    /// @notice W of a linear position, USD 18 decimals, rounded up: |notional| * scanRange, which is what `worstLoss` finds
    /// in the lanes of `Scenarios.addLinear` (lanes 0 and 24 are exact, the weighted extremes lose no more).
    /// @param notional36 Value at mark, 36 decimals, |notional36| < 2^192. @param scanRange WAD fraction.
    function worstLinearLoss(int256 notional36, uint256 scanRange) internal pure returns (int256) {
        int256 size = notional36 < 0 ? -notional36 : notional36;
        return FixedPoint.divCeil(size * int256(scanRange), SIGNED_WAD * SIGNED_WAD);
    }

    /// @notice W = max(0, max_k -P_k), in the unit of the vector. Exact: no division.
    function worstLoss(int256[LANES] memory pnl) internal pure returns (int256 loss) {
        // least = 0; for (k = 0; k < 30; ++k) if (pnl[k] < least) least = pnl[k]; loss = -least;
        // No lane is type(int256).min: see the bound of `Scenarios.addLinear`.
        assembly ("memory-safe") {
            let least := 0
            for {
                let lane := pnl
            } lt(lane, add(pnl, 960)) {
                lane := add(lane, 32)
            } {
                let gain := mload(lane)
                if slt(gain, least) {
                    least := gain
                }
            }
            loss := sub(0, least)
        }
    }

    /// @notice Expected shortfall under the caps of each of two words: the largest losses of the nodes, each as far as its cap goes,
    /// until their caps make 1. A profit at one node pays for no loss at another. USD 18 decimals, R-59: up.
    /// @dev max { sum y_n loss_n : 0 <= y_n <= cap_n, sum y_n <= 1 } (Rockafellar and Uryasev 2000).
    /// @param pnl54 54 decimals, |P| < 2^252. @param first, second Caps in units of 1/8191.
    function shortfalls(
        int256[LANES] memory pnl54,
        TailWord first,
        TailWord second
    ) internal pure returns (int256, int256) {
        uint256[] memory ranked = _ranked(nodeLosses(pnl54));
        return (_shortfall(ranked, first), _shortfall(ranked, second));
    }

    /// @notice Loss at each node by price: the worse of volatility up and down, extremes unscaled, at least 0. USD 18 decimals, R-58: up.
    function nodeLosses(int256[LANES] memory pnl54) internal pure returns (int256[NODES] memory losses) {
        losses[0] = _lossOf(4 * pnl54[28]);
        losses[1] = _lossOf(2 * pnl54[26]);
        for (uint256 n = 2; n < 15; ++n) {
            (int256 up, int256 down) = (pnl54[2 * n - 4], pnl54[2 * n - 3]);
            losses[n] = _lossOf(up < down ? up : down);
        }
        losses[15] = _lossOf(2 * pnl54[27]);
        losses[16] = _lossOf(4 * pnl54[29]);
    }

    function _lossOf(int256 gain54) private pure returns (int256) {
        return gain54 < 0 ? -FixedPoint.divFloor(gain54, 1e36) : int256(0);
    }

    /// @dev Losses ascending, each times 32 with the number of its node. They are below 2^135.
    function _ranked(int256[NODES] memory losses) private pure returns (uint256[] memory ranked) {
        ranked = new uint256[](NODES);
        unchecked {
            for (uint256 n; n < NODES; ++n) ranked[n] = uint256(losses[n]) * NODE_UNIT + n;
        }
        LibSort.sort(ranked);
    }

    /// @dev Parts together are at most 2^13: nothing overflows, and what is left is never below 0.
    function _shortfall(uint256[] memory ranked, TailWord caps) private pure returns (int256) {
        uint256 sum;
        uint256 left = FULL_CAP;
        unchecked {
            for (uint256 i = ranked.length; i-- != 0 && left != 0;) {
                uint256 part = FixedPointMathLib.min(left, caps.cap(ranked[i] % NODE_UNIT));
                sum += part * (ranked[i] / NODE_UNIT);
                left -= part;
            }
        }
        return int256(FixedPointMathLib.divUp(sum, FULL_CAP));
    }

    /// @notice Gain of an option vector if spot moved by `move`: the mean of the up and down lanes, linear between the nodes
    /// (extremes unscaled) and beyond the outer ones, less the same without a move. USD 18 decimals, R-46: down.
    /// @param pnl54 54 decimals, |P| < 2^250. @param move WAD fraction, cut at 16. @param range Scan range, WAD.
    function gainAt(int256[LANES] memory pnl54, int256 move, uint256 range) internal pure returns (int256) {
        if (move > MAX_MOVE) move = MAX_MOVE;
        (uint256 left, uint256 right, int256 from, int256 to) = _segment(move, int256(range));
        int256 below = _mean(pnl54, left);
        int256 above = _mean(pnl54, right);
        // |mean| < 2^250 / 1e36 < 2^131 and |move| < 2^64: the product fits.
        int256 slope = FixedPoint.divFloor((above - below) * (move - from), to - from);
        return below + slope - _mean(pnl54, 12);
    }

    /// @dev Nodes around a move, named by their up lanes, and their moves. The lowest node is dropped where the two lowest
    /// coincide at -90 %.
    function _segment(int256 move, int256 range) private pure returns (uint256, uint256, int256, int256) {
        if (move < -range) {
            (int256 near, int256 far) = (Scenarios.fall(2 * range), Scenarios.fall(4 * range));
            if (move < near && far != near) return (28, 26, far, near);
            return (26, 0, near, -range);
        }
        if (move >= range) {
            return move < 2 * range ? (24, 27, range, 2 * range) : (27, 29, 2 * range, 4 * range);
        }
        // Floor of six times the move over the range: -6..5, the sixth below.
        int256 sixth = FixedPoint.divFloor(6 * move, range);
        uint256 left = uint256(2 * (sixth + 6));
        return (left, left + 2, Scenarios.sixth(sixth, range), Scenarios.sixth(sixth + 1, range));
    }

    /// @dev Mean of the up and down lane of a node, USD 18 decimals, down; an extreme has one lane, times its weight's inverse.
    function _mean(int256[LANES] memory pnl54, uint256 lane) private pure returns (int256) {
        if (lane < EXTREMES) return FixedPoint.divFloor(pnl54[lane] + pnl54[lane + 1], 2e36);
        return FixedPoint.divFloor(pnl54[lane] * (lane < 28 ? int256(2) : int256(4)), 1e36);
    }

    /// @notice sqrt(ratio) - 1 of concentration, WAD, for a notional beyond the posted depth; else 0. R-47: up.
    function crowding(int256 notional, uint256 depth) internal pure returns (int256) {
        if (depth == 0 || notional <= int256(depth)) return 0;
        uint256 ratio = FixedPoint.mulDivUp(uint256(notional), 1e36, depth);
        uint256 root = FixedPointMathLib.sqrt(ratio);
        return int256(root * root < ratio ? root + 1 : root) - SIGNED_WAD;
    }
}
