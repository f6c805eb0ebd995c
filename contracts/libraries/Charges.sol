// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Market} from "../interfaces/IMarkets.sol";
import {Row, Term} from "./Book.sol";
import {FixedPoint, SIGNED_WAD} from "./FixedPoint.sol";
import {Parameters} from "./Parameters.sol";

/// @notice Charges of one underlying beside its measure (spec M-11..M-16). USD, 18 decimals, never negative, rounded up.
library Charges {
    int256 private constant WAD2 = 1e36;
    uint256 private constant YEAR = 365 days;

    /// @notice Options: spot * sum over strikes of (rate * max(-c, 0) + p * max(c, 0)), c the calls plus puts.
    /// @dev R-48: up, once. Below 2^47 * 2^50 * 2^61 * 2^88. @param rate s, WAD fraction of spot.
    function options(Row memory row, Market calldata m, uint256 rate) internal pure returns (int256) {
        unchecked {
            int256 rated36 = int256(row.sums.shorts * m.lotUnit * rate + row.gap36);
            return FixedPoint.divCeil(rated36 * int256(m.spot), WAD2);
        }
    }

    /// @notice Calendar: rate * min(sum of gains, sum of losses) over the expiries' profit and loss with the price unmoved and
    /// volatility up. R-49: up, up.
    function calendar(Row memory row, uint256 rate) internal pure returns (int256) {
        (int256 gained54, int256 lost54) = (int256(0), int256(0));
        for (uint256 i; i < row.termCount; ++i) {
            int256 vega54 = row.terms[i].vega54;
            if (vega54 > 0) gained54 += vega54;
            else lost54 -= vega54;
        }
        int256 least = FixedPoint.divCeil(gained54 < lost54 ? gained54 : lost54, WAD2);
        return FixedPoint.divCeil(least * int256(rate), SIGNED_WAD);
    }

    /// @notice Basis: b0 * min(sum of long, sum of short deltas) + b1 * sum over neighbouring expiries of (T2 - T1) * min(|L|, |R|)
    /// where the net deltas L left and R right of the gap have opposite signs. Spot and perpetuals are an expiry at `time`.
    /// R-50: up, up.
    function basis(Row memory row, uint256 time, uint256 rate, uint256 ratePerYear) internal pure returns (int256) {
        int256 left = row.delta36 - row.futures36;
        (int256 longs, int256 shorts) = left > 0 ? (left, int256(0)) : (int256(0), -left);
        int256 right;
        for (uint256 i; i < row.termCount; ++i) {
            int256 delta = row.terms[i].delta36;
            right += delta;
            if (delta > 0) longs += delta;
            else shorts -= delta;
        }
        int256 spread; // USD seconds, 18 decimals
        for (uint256 i; i < row.termCount; ++i) {
            Term memory term = row.terms[i];
            if ((left > 0 && right < 0) || (left < 0 && right > 0)) {
                int256 least = _min(left < 0 ? -left : left, right < 0 ? -right : right);
                uint256 gap = term.time > time ? term.time - time : 0;
                spread += FixedPoint.divCeil(least, SIGNED_WAD) * int256(gap);
            }
            left += term.delta36;
            right -= term.delta36;
            if (term.time > time) time = term.time;
        }
        int256 paired = FixedPoint.divCeil(_min(longs, shorts), SIGNED_WAD);
        return
            FixedPoint.divCeil(paired * int256(rate), SIGNED_WAD) +
            FixedPoint.divCeil(spread * int256(ratePerYear), SIGNED_WAD * int256(YEAR));
    }

    /// @notice R-7: k_u = PSR_target / PSR_M * oi_u, rounded up. @param scales Whether open interest counts in this check.
    function initialFactor(Market calldata m, bool scales) internal pure returns (uint256) {
        (uint256 target, uint256 range) = (m.targetRange, m.scanRange);
        uint256 ramp = target == range ? uint256(SIGNED_WAD) : FixedPoint.mulDivUp(target, uint256(SIGNED_WAD), range);
        return scales ? FixedPoint.mulDivUp(ramp, _openInterestFactor(m), uint256(SIGNED_WAD)) : ramp;
    }

    /// @dev oi_u: 1 up to half the cap, then linear to 1 / (1.30 * h_lin * PSR_target) at the cap, where a linear book posts its
    /// whole notional.
    function _openInterestFactor(Market calldata m) private pure returns (uint256) {
        uint256 half = m.openInterestCap / 2;
        uint256 one = uint256(SIGNED_WAD);
        if (m.openInterest <= half) return one;
        uint256 perNotional = FixedPoint.mulDivDown(
            m.targetRange * m.linearRelief,
            uint256(Parameters.INITIAL_RATIO),
            one * one
        );
        uint256 top = FixedPoint.mulDivUp(one, one, perNotional);
        if (m.openInterest >= m.openInterestCap) return top;
        return one + FixedPoint.mulDivUp(top - one, m.openInterest - half, m.openInterestCap - half);
    }

    function _min(int256 a, int256 b) private pure returns (int256) {
        return a < b ? a : b;
    }
}
