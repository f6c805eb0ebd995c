// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Campaign} from "./Campaign.sol";
import {RiskParameters} from "../../contracts/interfaces/IMarkets.sol";
import {moving} from "../fixtures/StillRange.sol";

/// @dev Mostly owners at work near their limits, prices moving a little.
contract OwnerActionsInvariants is Campaign {
    /// @dev Scan ranges follow the prices and surfaces of the campaign.
    function _riskOf(uint24 floor) internal pure override returns (RiskParameters memory) {
        return moving(floor);
    }

    function setUp() public override {
        _start({trades: 8, gaps: 1, failures: 1});
    }

    /// forge-config: default.invariant.runs = 8
    function invariant_INV4_INV6_INV7_INV9_INV12_ownersCannotHurt() public view {
        _assertHeld(4);
        _assertHeld(6);
        _assertHeld(7);
        _assertHeld(9);
        _assertHeld(12);
    }
}
