// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {FixedPoint, SIGNED_WAD} from "./FixedPoint.sol";
import {LANES} from "./Scenarios.sol";

/// @notice Measures of a scenario profit-and-loss vector.
library Measure {
    /// @notice W of a linear position, USD 18 decimals, rounded up: |notional| * scanRange, which is what `worstLoss` finds
    /// in the lanes of `Scenarios.addLinear` (lanes 0 and 24 are exact, the weighted extremes lose no more).
    /// @param notional36 Value at mark, 36 decimals, |notional36| < 2^192. @param scanRange WAD fraction.
    function worstLinearLoss(int256 notional36, uint256 scanRange) internal pure returns (int256) {
        int256 size = notional36 < 0 ? -notional36 : notional36;
        return FixedPoint.divCeil(size * int256(scanRange), SIGNED_WAD * SIGNED_WAD);
    }

    /// @notice W = max(0, max_k -P_k), in the unit of the vector. Exact: no division.
    function worstLoss(int256[LANES] memory pnl) internal pure returns (int256 loss) {
        // for (k = 0; k < 30; ++k) if (-pnl[k] > loss) loss = -pnl[k];
        // No lane is type(int256).min: see the bound of `Scenarios.addLinear`.
        assembly ("memory-safe") {
            for {
                let lane := pnl
            } lt(lane, add(pnl, 960)) {
                lane := add(lane, 32)
            } {
                let lost := sub(0, mload(lane))
                if sgt(lost, loss) {
                    loss := lost
                }
            }
        }
    }
}
