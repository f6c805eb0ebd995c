// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {LANES} from "./Scenarios.sol";

/// @notice Measures of a scenario profit-and-loss vector.
library Measure {
    /// @notice W = max(0, max_k -P_k), USD 18 decimals. Exact: no division.
    function worstLoss(int256[LANES] memory pnl) internal pure returns (int256 loss) {
        for (uint256 k; k < LANES; ++k) {
            if (-pnl[k] > loss) loss = -pnl[k];
        }
    }
}
