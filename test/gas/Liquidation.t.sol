// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {LiquidationScene} from "./LiquidationScene.sol";

/// @dev INV-15: gas of taking over the dearest account there can be in one transaction: as many options as fit, insolvent so that
/// its loss has to be attributed, all arrays invalid, every slot cold, into an account that holds nothing.
abstract contract LiquidationGas is LiquidationScene {
    uint256 private constant LIMIT = 15_000_000;

    function test_liquidate_INV15_wholeAndCold() public {
        _record("liquidate", _liquidate(1e18), LIMIT);
    }

    /// @dev What anyone may do in a transaction before: all arrays computed and stored.
    function test_touch_INV15_computesAllArrays() public {
        uint256 start = gasleft();
        series.touch(_set(), held);
        _record("series.touch", start - gasleft() + 21_000 + 16 * 32 * (held.length + 3), LIMIT);
    }
}

contract LiquidationOfOneUnderlyingTest is LiquidationGas {
    function setUp() public override {
        super.setUp();
        _build(1);
    }
}

contract LiquidationOfTwoUnderlyingsTest is LiquidationGas {
    function setUp() public override {
        super.setUp();
        _build(2);
    }
}

contract LiquidationOfFourUnderlyingsTest is LiquidationGas {
    function setUp() public override {
        super.setUp();
        _build(4);
    }
}

contract LiquidationOfEightUnderlyingsTest is LiquidationGas {
    function setUp() public override {
        super.setUp();
        _build(8);
    }
}
