// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Campaign} from "./Campaign.sol";
import {RiskParameters} from "../../contracts/interfaces/IMarkets.sol";
import {moving} from "../fixtures/StillRange.sol";

/// @dev Feeds fail in every way and in every combination while prices move.
contract FeedsInvariants is Campaign {
    /// @dev Scan ranges follow the prices and surfaces of the campaign.
    function _riskOf(uint24 floor) internal pure override returns (RiskParameters memory) {
        return moving(floor);
    }

    function setUp() public override {
        _start({trades: 2, gaps: 4, failures: 8});
    }

    /// forge-config: default.invariant.runs = 8
    function invariant_INV8_valuationIsTotal() public {
        _checkValuation();
    }
}
