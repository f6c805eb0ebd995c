// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Campaign} from "./Campaign.sol";

/// @dev One crash after the other: insolvent accounts, booked losses and r < 1 are the normal state.
contract TakeoversInvariants is Campaign {
    function setUp() public override {
        _start({trades: 3, gaps: 9, failures: 0});
    }

    /// forge-config: default.invariant.runs = 16
    function invariant_INV13_INV14_takeoversAreFair() public view {
        _assertHeld(13);
        _assertHeld(14);
    }
}
