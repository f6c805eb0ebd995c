// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {Black76} from "./Black76.sol";
import {WAD} from "./FixedPoint.sol";
import {LANES} from "./Scenarios.sol";

/// @dev Distinct prices of the lanes: 13 of the grid, then the extremes -2, +2, -4, +4 scan ranges.
uint256 constant NODES = 17;

/// @notice Prices of the nodes relative to the price now, 1 + m_j, and their logarithms. WAD. Once per epoch.
struct Nodes {
    uint256[NODES] factors;
    int256[NODES] logs;
}

/// @notice What a strike's risk array is a function of, beside the nodes. 18 decimals; deviations are sigma * sqrt(tau).
/// @dev `spot` is the reference spot S0 > 0 of the epoch. Prices below 2^88, discount below 2^64, deviations below 2^128.
struct StrikeTerms {
    uint256 spot;
    uint256 forward;
    uint256 strike;
    uint256 discount;
    int256 logMoneyness;
    uint256 deviation;
    uint256 deviationUp;
    uint256 deviationDown;
}

/// @dev From prices to lanes. @param value A call now. @param scale 2^15 * discount. @param unit Reference spot, 36 decimals.
struct Scale {
    uint256 value;
    uint256 scale;
    uint256 unit;
}

/// @notice Volatility shocks of an underlying, WAD fractions: VU and VD of a 30-day option, the cap of the fall.
struct VolatilityShocks {
    uint256 up;
    uint256 down;
    uint256 downCap;
}

/// @notice Sums of lots times biased lanes, four lanes of 64 bits to a word, and what turns them into profit and loss.
/// @dev lots: sum of q. shorts: sum of max(-q, 0). gross: sum of |q|.
struct LaneSums {
    uint256[8] words;
    int256 lots;
    uint256 shorts;
    uint256 gross;
}

/// @notice Risk array of a strike: the change of a call's value in each of the 30 scenarios, in 2^-15 of reference spot.
/// @dev Lanes are int16, rounded down, biased by 2^15 and stored 16 to a word: lane k < 16 in bits 16k of the first word, lane
/// 16 + k in bits 16k of the second, whose top 32 bits are a tag. A call and a put of a strike share the array: the difference
/// of a put is that of the call less that of the forward, which is linear.
library RiskArray {
    /// @dev Sum of |lots| in one accumulation stays below this, so that a sum of biased lanes fits 63 bits.
    uint256 internal constant MAX_GROSS = 1 << 47;

    uint256 private constant BIAS = 1 << 15;
    uint256 private constant MAX_LANE = (1 << 16) - 1;
    /// @dev Fields of four lanes, 64 bits apart.
    uint256 private constant FOUR = 0x000000000000ffff000000000000ffff000000000000ffff000000000000ffff;
    uint256 private constant MAX_FALL = 0.9e18;
    uint256 private constant ROOT_WAD2 = 1e36;

    /// @notice More lots than the lanes of one accumulation can hold apart.
    error TooManyLots(uint256 gross, uint256 limit);

    /// @notice Factors and logarithms of the 17 prices of a scan range.
    /// @dev R-3: sixths of the range toward 0; extremes stop at -90 %. Logarithms as `lnWad` of solady rounds.
    /// @param scanRange WAD, below 0.9.
    function nodesOf(uint256 scanRange) internal pure returns (Nodes memory nodes) {
        unchecked {
            for (uint256 j; j <= 6; ++j) {
                uint256 move = (j * scanRange) / 6;
                nodes.factors[6 - j] = WAD - move;
                nodes.factors[6 + j] = WAD + move;
            }
            nodes.factors[13] = WAD - FixedPointMathLib.min(2 * scanRange, MAX_FALL);
            nodes.factors[14] = WAD + 2 * scanRange;
            nodes.factors[15] = WAD - FixedPointMathLib.min(4 * scanRange, MAX_FALL);
            nodes.factors[16] = WAD + 4 * scanRange;
            for (uint256 j; j < NODES; ++j) {
                nodes.logs[j] = FixedPointMathLib.lnWad(int256(nodes.factors[j]));
            }
        }
    }

    /// @notice Factors of the total deviation of an expiry in the up and in the down lanes, WAD. Once per expiry.
    /// @dev up = 1 + VU * r, down = (1 - min(cap, VD * r)) * sqrt(max(tau - 1 d, 0) / tau), r = sqrt(30 d / max(tau, 2 d)).
    /// R-38: every root and product toward 0, a few units of 1e-18 in all.
    function deviationFactors(
        uint256 tauSeconds,
        VolatilityShocks memory shocks
    ) internal pure returns (uint256 up, uint256 down) {
        uint256 scale = FixedPointMathLib.sqrt((30 days * ROOT_WAD2) / FixedPointMathLib.max(tauSeconds, 2 days));
        up = WAD + (shocks.up * scale) / WAD;
        if (tauSeconds > 1 days) {
            uint256 rest = WAD - FixedPointMathLib.min(shocks.downCap, (shocks.down * scale) / WAD);
            down = (rest * FixedPointMathLib.sqrt(((tauSeconds - 1 days) * ROOT_WAD2) / tauSeconds)) / WAD;
        }
    }

    /// @notice The two words of a strike, tag 0.
    /// @dev Lane = floor(2^15 * weight * discount * (call in the scenario - call now) / spot), R-39, cut to int16. No lane is
    /// cut unless a call can lose or gain a whole reference spot, that is forward * discount > spot by far.
    function compute(StrikeTerms memory terms, Nodes memory nodes) internal pure returns (uint256 low, uint256 high) {
        unchecked {
            Scale memory s;
            s.unit = terms.spot * WAD;
            s.scale = terms.discount << 15;
            s.value = Black76.call(terms.forward, terms.strike, terms.logMoneyness, terms.deviation);
            // Lanes 2j and 2j + 1 are node j with volatility up and down: eight pairs fill the low word.
            for (uint256 j = 8; j-- != 0;) {
                low = (low << 32) | _pair(terms, nodes, s, j);
            }
            // Lanes 26 and 27 weigh 1/2, lanes 28 and 29 1/4.
            high = (_extreme(terms, nodes, s, 16, 2) << 16) | _extreme(terms, nodes, s, 15, 2);
            high = (high << 16) | _extreme(terms, nodes, s, 14, 1);
            high = (high << 16) | _extreme(terms, nodes, s, 13, 1);
            for (uint256 j = 13; j-- != 8;) {
                high = (high << 32) | _pair(terms, nodes, s, j);
            }
        }
    }

    /// @dev Lane of node `j` with volatility up, in the lower 16 bits, and that with volatility down.
    function _pair(
        StrikeTerms memory terms,
        Nodes memory nodes,
        Scale memory s,
        uint256 j
    ) private pure returns (uint256) {
        (uint256 forward, int256 x) = _moved(terms, nodes, j);
        uint256 up = Black76.call(forward, terms.strike, x, terms.deviationUp);
        uint256 down = Black76.call(forward, terms.strike, x, terms.deviationDown);
        return _lane(up, s.value, s.scale, s.unit) | (_lane(down, s.value, s.scale, s.unit) << 16);
    }

    /// @dev Lane of an extreme price, volatility up, times 2^-halvings.
    function _extreme(
        StrikeTerms memory terms,
        Nodes memory nodes,
        Scale memory s,
        uint256 j,
        uint256 halvings
    ) private pure returns (uint256) {
        (uint256 forward, int256 x) = _moved(terms, nodes, j);
        uint256 up = Black76.call(forward, terms.strike, x, terms.deviationUp);
        return _lane(up, s.value, s.scale >> halvings, s.unit);
    }

    /// @dev Forward at node `j` < NODES, R-38: toward 0, and ln(forward / strike) there. 2^88 * 2^62, 2^63 + 2^63: nothing overflows.
    function _moved(
        StrikeTerms memory terms,
        Nodes memory nodes,
        uint256 j
    ) private pure returns (uint256 forward, int256 x) {
        // forward = terms.forward * nodes.factors[j] / WAD; x = terms.logMoneyness + nodes.logs[j];
        assembly ("memory-safe") {
            forward := mload(add(mload(nodes), shl(5, j)))
            x := mload(add(mload(add(nodes, 32)), shl(5, j)))
        }
        unchecked {
            forward = (terms.forward * forward) / WAD;
            x += terms.logMoneyness;
        }
    }

    /// @notice The second word with its tag.
    function tagged(uint256 high, uint32 tag) internal pure returns (uint256) {
        return (high & (type(uint256).max >> 32)) | (uint256(tag) << 224);
    }

    /// @notice Tag of the second word.
    function tagOf(uint256 high) internal pure returns (uint32) {
        return uint32(high >> 224);
    }

    /// @notice One lane of a strike, units of 2^-15 of reference spot.
    function laneOf(uint256 low, uint256 high, uint256 lane) internal pure returns (int256) {
        uint256 word = lane < 16 ? low : high;
        return int256((word >> (16 * (lane % 16))) & MAX_LANE) - int256(BIAS);
    }

    /// @notice Adds `lots` calls and puts (netted) of a strike to the sums: eight products for thirty lanes.
    /// @dev |lots| < 2^127. The tag lies in the top fields of two groups, whose overflow leaves the word.
    function accumulate(LaneSums memory sums, uint256 low, uint256 high, int256 lots) internal pure {
        // for (j = 0; j < 4; ++j) {
        //     sums.words[j] += ((low >> 16 * j) & FOUR) * lots;
        //     sums.words[4 + j] += ((high >> 16 * j) & FOUR) * lots;
        // }
        // modulo 2^256: fields are signed and borrow from their upper neighbour, which `decode` undoes.
        assembly ("memory-safe") {
            let words := mload(sums)
            mstore(words, add(mload(words), mul(and(low, FOUR), lots)))
            let word := add(words, 32)
            mstore(word, add(mload(word), mul(and(shr(16, low), FOUR), lots)))
            word := add(words, 64)
            mstore(word, add(mload(word), mul(and(shr(32, low), FOUR), lots)))
            word := add(words, 96)
            mstore(word, add(mload(word), mul(and(shr(48, low), FOUR), lots)))
            word := add(words, 128)
            mstore(word, add(mload(word), mul(and(high, FOUR), lots)))
            word := add(words, 160)
            mstore(word, add(mload(word), mul(and(shr(16, high), FOUR), lots)))
            word := add(words, 192)
            mstore(word, add(mload(word), mul(and(shr(32, high), FOUR), lots)))
            word := add(words, 224)
            mstore(word, add(mload(word), mul(and(shr(48, high), FOUR), lots)))
        }
        unchecked {
            sums.lots += lots;
            if (lots < 0) {
                sums.shorts += uint256(-lots);
                sums.gross += uint256(-lots);
            } else {
                sums.gross += uint256(lots);
            }
        }
    }

    /// @notice Profit and loss of the sums in each lane: sum of lots * lane - one unit per short lot, in 2^-15 of spot a unit.
    /// @dev R-40: a lane is at most one unit below the exact change, so this never favours the account, long or short.
    /// Reverts with TooManyLots from 2^47 lots on: below, |sum of lots * biased lane| < 2^47 * 2^16 = 2^63.
    function decode(LaneSums memory sums) internal pure returns (int256[LANES] memory pnl) {
        if (sums.gross >= MAX_GROSS) revert TooManyLots(sums.gross, MAX_GROSS);
        // |lots| < 2^47 and shorts < 2^47 by the check: products fit.
        // for (j = 0; j < 8; ++j) for (lane = j < 4 ? j : j + 12; lane < (j < 4 ? 16 : 30); lane += 4) {
        //     field = int64(words[j]); pnl[lane] = field - offset; words[j] = (words[j] - field) >> 64;
        // }
        assembly ("memory-safe") {
            let offset := add(mul(mload(add(sums, 32)), BIAS), mload(add(sums, 64)))
            let words := mload(sums)
            for {
                let j := 0
            } lt(j, 256) {
                j := add(j, 32)
            } {
                let word := mload(add(words, j))
                // Group j < 4 holds lanes j, j + 4, j + 8, j + 12; group 4 + j those 16 higher, up to lane 29.
                let lane := add(add(pnl, j), mul(gt(j, 96), 384))
                let end := add(pnl, 960)
                if lt(j, 128) {
                    end := add(pnl, 512)
                }
                for {} lt(lane, end) {
                    lane := add(lane, 128)
                } {
                    let field := signextend(7, word)
                    mstore(lane, sub(field, offset))
                    word := sar(64, sub(word, field))
                }
            }
        }
    }

    /// @notice Of sums over one expiry: P14 + P15 - P10 - P11, which is four times half the change from one sixth of the range
    /// below to one above, and P12, price unmoved and volatility up. Units as in `decode`; the short charge cancels in the first.
    /// @param word0, word2, word3 Groups 0, 2 and 3 of the sums, modulo 2^256.
    function termLanes(
        uint256 word0,
        uint256 word2,
        uint256 word3,
        int256 lots,
        uint256 shorts
    ) internal pure returns (int256 slope4, int256 unmoved) {
        unchecked {
            (int256 lane10, int256 lane14) = _upperFields(word2);
            (int256 lane11, int256 lane15) = _upperFields(word3);
            slope4 = lane14 + lane15 - lane10 - lane11;
            (, int256 lane12) = _upperFields(word0);
            unmoved = lane12 - lots * int256(BIAS) - int256(shorts);
        }
    }

    /// @dev Fields 2 and 3 of a group, the borrows of the lower ones undone as in `decode`.
    function _upperFields(uint256 word) private pure returns (int256 second, int256 third) {
        assembly ("memory-safe") {
            word := sar(64, sub(word, signextend(7, word)))
            word := sar(64, sub(word, signextend(7, word)))
            second := signextend(7, word)
            third := signextend(7, sar(64, sub(word, second)))
        }
    }

    /// @dev Biased lane of a change from `value` to `shocked`: floor(change * scale / unit) + 2^15, cut to 0..2^16 - 1.
    /// |change| < 2^93, scale < 2^79, unit < 2^148: nothing overflows.
    function _lane(uint256 shocked, uint256 value, uint256 scale, uint256 unit) private pure returns (uint256 lane) {
        // sum = (shocked - value) * scale + BIAS * unit; lane = sum < 0 ? 0 : min(sum / unit, MAX_LANE), signed.
        assembly ("memory-safe") {
            let sum := add(mul(sub(shocked, value), scale), mul(unit, BIAS))
            lane := mul(div(sum, unit), sgt(sum, 0))
            if gt(lane, MAX_LANE) {
                lane := MAX_LANE
            }
        }
    }
}
