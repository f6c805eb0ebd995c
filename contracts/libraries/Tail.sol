// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {CAP_BITS, FULL_CAP, FULL_FLOOR, TAIL_BITS, TailWord} from "../types/TailWord.sol";
import {Black76} from "./Black76.sol";
import {Essvi, Slice} from "./Essvi.sol";
import {WAD} from "./FixedPoint.sol";
import {Parameters} from "./Parameters.sol";
import {Nodes, NODES, RiskArray} from "./RiskArray.sol";

/// @notice Caps of the 17 price nodes (spec W): from option prices, and from posted history.
/// @dev Expected shortfall of the tail alpha is max { sum y_n loss_n : 0 <= y_n <= cap_n, sum y_n <= 1 } (Rockafellar and Uryasev
/// 2000), cap_n = min(1, p_n / alpha): of a node's probability no more than alpha is ever used, and a larger cap never lowers
/// the shortfall.
library Tail {
    /// @dev Of maintenance, per hour: ln(1.02), WAD.
    uint256 private constant LN_RISE = 0.019802627296179713e18;
    /// @dev 1.02^200 > 50, from the least cap to the largest.
    uint256 private constant LONGEST_RISE = 200 hours;
    /// @dev Least caps of posted history: 2 %; 5 % two ranges away; 10 % one range away.
    uint256 private constant LEAST = 164;
    uint256 private constant LEAST_TWO = 410;
    uint256 private constant LEAST_ONE = 819;

    /// @notice Bits above the caps are set.
    error TailTooWide(uint256 caps);
    /// @notice A posted cap is below the least one of its node. Units of 1/8191.
    error CapTooSmall(uint256 node, uint256 cap, uint256 least);

    /* IMPLIED */

    /// @notice Caps that option prices imply: prices of butterflies on the nodes (Breeden and Litzenberger 1978).
    /// @dev The slice is brought to the horizon h: w_h(k) = (h/T) w_T(k sqrt(T/h)), which is theta h/T and psi sqrt(h/T). With s the
    /// slope of the call price between neighbouring nodes, -1 before the first and 0 behind the last, p is the step of s at a node.
    /// Of two nodes that coincide (extremes that stop at -90 %) the outer has it; a negative p counts 0. R-57: caps up; the errors
    /// of prices and slopes are less than a millionth of a cap's unit.
    /// @param life T: seconds from the surface to the expiry of the slice, > 0. @param scanRange WAD.
    function implied(Slice memory smile, uint256 life, uint256 scanRange) internal pure returns (uint256 caps) {
        Nodes memory nodes = RiskArray.nodesOf(scanRange);
        Slice memory near = _atHorizon(smile, life);
        uint256 last = nodeIndex(0);
        uint256 lastNode;
        int256 value = _callAt(near, nodes, last);
        int256 slope = -int256(WAD);
        for (uint256 n = 1; n < NODES; ++n) {
            uint256 index = nodeIndex(n);
            int256 width = int256(nodes.factors[index]) - int256(nodes.factors[last]);
            if (width == 0) continue;
            int256 next = _callAt(near, nodes, index);
            int256 nextSlope = ((next - value) * int256(WAD)) / width;
            caps |= _capOf(nextSlope - slope) << (CAP_BITS * lastNode);
            (last, lastNode, value, slope) = (index, n, next, nextSlope);
        }
        caps |= _capOf(-slope) << (CAP_BITS * lastNode);
    }

    /// @notice Index in `Nodes` of the n-th node by price.
    function nodeIndex(uint256 n) internal pure returns (uint256) {
        if (n < 2) return 15 - 2 * n;
        if (n < 15) return n - 2;
        return 2 * n - 16;
    }

    /// @dev Cut where `Essvi` would overflow: no such slice has a price left to tell.
    function _atHorizon(Slice memory smile, uint256 life) private pure returns (Slice memory near) {
        uint256 horizon = Parameters.TAIL_HORIZON;
        uint256 root = FixedPointMathLib.sqrt((horizon * WAD * WAD) / life);
        near.theta = FixedPointMathLib.min((smile.theta * horizon) / life, Essvi.MAX_THETA);
        near.psi = FixedPointMathLib.min((smile.psi * root) / WAD, Essvi.MAX_THETA);
        near.rho = smile.rho;
    }

    /// @dev Undiscounted call per unit of forward, struck at a node.
    function _callAt(Slice memory near, Nodes memory nodes, uint256 index) private pure returns (int256) {
        int256 k = nodes.logs[index];
        uint256 deviation = Essvi.deviation(Essvi.totalVariance(near, k));
        return int256(Black76.call(WAD, nodes.factors[index], -k, deviation));
    }

    function _capOf(int256 probability) private pure returns (uint256) {
        if (probability <= 0) return 0;
        uint256 share = FixedPointMathLib.divUp(uint256(probability) * FULL_CAP, Parameters.TAIL);
        return FixedPointMathLib.min(share, FULL_CAP);
    }

    /* HISTORICAL */

    /// @notice Requires caps as they may be posted.
    function requireCaps(uint256 caps) internal pure {
        if (caps >> TAIL_BITS != 0) revert TailTooWide(caps);
        TailWord word = TailWord.wrap(caps);
        for (uint256 n; n < NODES; ++n) {
            if (word.cap(n) < leastCap(n)) revert CapTooSmall(n, word.cap(n), leastCap(n));
        }
    }

    function leastCap(uint256 n) internal pure returns (uint256) {
        if (n == 2 || n == 14) return LEAST_ONE;
        return n == 1 || n == 15 ? LEAST_TWO : LEAST;
    }

    /// @notice `quoted`, each cap at most (1 + days) times and at least (1 - days / 4) times the old one, days = min(1, elapsed / 1 d).
    /// R-61: toward the old one.
    function bounded(TailWord old, TailWord quoted, uint256 elapsed) internal pure returns (uint256 caps) {
        uint256 time = FixedPointMathLib.min(elapsed, 1 days);
        for (uint256 n; n < NODES; ++n) {
            uint256 from = old.cap(n);
            uint256 most = from + (from * time) / 1 days;
            uint256 least = from - (from * time) / 4 days;
            uint256 taken = FixedPointMathLib.max(FixedPointMathLib.min(quoted.cap(n), most), least);
            caps |= taken << (CAP_BITS * n);
        }
    }

    /// @notice Caps of maintenance margin: at once down to the posted ones, up to them by at most 2 % an hour from `base`.
    /// @dev As losses are cut at 0, caps that grow by 2 % make the shortfall grow by at most 2 %. R-61: down.
    function risen(TailWord base, TailWord posted, uint256 elapsed) internal pure returns (uint256 caps) {
        uint256 time = FixedPointMathLib.min(elapsed, LONGEST_RISE);
        uint256 shrink = uint256(FixedPointMathLib.expWad(-int256((LN_RISE * time) / 1 hours)));
        for (uint256 n; n < NODES; ++n) {
            uint256 most = (base.cap(n) * WAD) / shrink;
            caps |= FixedPointMathLib.min(posted.cap(n), most) << (CAP_BITS * n);
        }
    }

    /// @notice `quoted`, at most OFFSET_STEP per hour since the last message away from the offset in force, and at most an hour's.
    /// Millionths. R-61: toward the old one.
    function boundedOffset(uint256 old, uint256 quoted, uint256 elapsed) internal pure returns (uint24) {
        uint256 step = (Parameters.OFFSET_STEP * FixedPointMathLib.min(elapsed, 1 hours)) / 1 hours;
        uint256 least = FixedPointMathLib.zeroFloorSub(old, step);
        return uint24(FixedPointMathLib.clamp(quoted, least, old + step)); // the old one is at most 0.6e6
    }

    /* FLOOR */

    /// @notice Least share of the portfolio measure, units of 1e-9, when probabilities are `late` seconds beyond their best age: 0.7, and
    /// 0.014 an hour more, which is at most 2 % an hour of the requirement; at 1 the mode measures as Portfolio. R-60: up.
    function floorAfter(uint256 late) internal pure returns (uint256) {
        uint256 rise = FixedPointMathLib.divUp(Parameters.TAIL_FLOOR_RISE * late, 1 hours);
        return FixedPointMathLib.min(Parameters.TAIL_FLOOR + rise, FULL_FLOOR);
    }
}
