// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Campaign} from "./Campaign.sol";

/// @dev Conservation over everything that can happen.
contract LedgerInvariants is Campaign {
    function setUp() public override {
        _start({trades: 4, gaps: 3, failures: 1});
    }

    /// forge-config: default.invariant.runs = 8
    function invariant_INV1_INV2_INV3_allSumsAreZero() public view {
        _checkCash();
        _checkDerivatives();
        _checkCollateral();
    }
}
