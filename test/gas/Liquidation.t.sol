// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {LiquidationScene} from "./LiquidationScene.sol";

/// @dev INV-15: gas of taking over the dearest account there can be, insolvent so that its loss has to be attributed, every slot
/// cold, into an account that holds nothing. Its arrays are all invalid: one transaction computes them, the next takes it over.
abstract contract LiquidationGas is LiquidationScene {
    /// @dev Tests compile without the IR pipeline: 100 gas of the deployed code are 112 here.
    uint256 private constant LIMIT = (15_000_000 * 112) / 100;

    /// @dev What anyone may do in a transaction before: all arrays computed and stored.
    function test_touch_INV15_preparesInOneTransaction() public {
        uint256 start = gasleft();
        series.touch(_set(), held);
        _record("series.touch", start - gasleft() + 21_000 + 16 * 32 * (held.length + 3), LIMIT);
    }
}

/// @dev After that transaction.
abstract contract PreparedLiquidationGas is LiquidationScene {
    uint256 private constant LIMIT = (15_000_000 * 112) / 100;

    function test_liquidate_INV15_whole() public {
        _record("liquidate", _liquidate(1e18), LIMIT);
    }
}

contract PreparedLiquidationOfOneUnderlyingTest is PreparedLiquidationGas {
    function setUp() public override {
        super.setUp();
        _build(1);
        series.touch(_set(), held);
    }
}

contract PreparedLiquidationOfEightUnderlyingsTest is PreparedLiquidationGas {
    function setUp() public override {
        super.setUp();
        _build(8);
        series.touch(_set(), held);
    }
}

contract LiquidationOfOneUnderlyingTest is LiquidationGas {
    function setUp() public override {
        super.setUp();
        _build(1);
    }
}

contract LiquidationOfEightUnderlyingsTest is LiquidationGas {
    function setUp() public override {
        super.setUp();
        _build(8);
    }
}
