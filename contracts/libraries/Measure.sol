// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {LANES} from "./Scenarios.sol";

/// @notice Measures of a scenario profit-and-loss vector.
library Measure {
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
