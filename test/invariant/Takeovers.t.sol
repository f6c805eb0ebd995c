// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {RiskParameters} from "../../contracts/interfaces/IMarkets.sol";
import {moving} from "../fixtures/StillRange.sol";
import {Steered} from "./Steered.sol";

/// @dev One crash after the other: insolvent accounts, booked losses and r < 1 are the normal state.
contract TakeoversInvariants is Steered {
    /// @dev Scan ranges follow the prices and surfaces of the campaign.
    function _riskOf(uint24 floor) internal pure override returns (RiskParameters memory) {
        return moving(floor);
    }

    function setUp() public override {
        _start({trades: 3, gaps: 9, failures: 0});
        _steer({spacing: 2});
        _aimAtTakeovers();
    }

    /// forge-config: default.invariant.runs = 1
    /// forge-config: default.invariant.depth = 1600
    function invariant_INV4_INV13_INV14_takeoversAreFair() public view {
        _assertHeld(4);
        _assertHeld(13);
        _assertHeld(14);
    }
}
