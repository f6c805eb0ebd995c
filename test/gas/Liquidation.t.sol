// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Mode} from "../../contracts/interfaces/IMarginEngine.sol";
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

/// @dev Perpetuals alone, of as many underlyings as an account has room for.
contract LiquidationOfPerpetualsTest is LiquidationGas {
    function setUp() public override {
        super.setUp();
        _build(45);
    }

    function _open() internal override {
        _sellPerpetuals();
    }
}

/// @dev In a tail mode: the probabilities of all underlyings are computed and stored on the way.
abstract contract LiquidationByProbabilities is LiquidationGas {
    function _mode() internal pure override returns (Mode) {
        return Mode.RiskNeutral;
    }
}

contract LiquidationByProbabilitiesOfOneTest is LiquidationByProbabilities {
    function setUp() public override {
        super.setUp();
        _build(1);
    }
}

contract LiquidationByProbabilitiesOfTwoTest is LiquidationByProbabilities {
    function setUp() public override {
        super.setUp();
        _build(2);
    }
}

contract LiquidationByProbabilitiesOfFourTest is LiquidationByProbabilities {
    function setUp() public override {
        super.setUp();
        _build(4);
    }
}

/// @dev Perpetuals alone, of as many underlyings as an account has room for, once somebody has touched the tails in this epoch.
contract LiquidationByStoredProbabilitiesTest is LiquidationByProbabilities {
    function setUp() public override {
        super.setUp();
        _build(45);
        tails.touch(_set(), held);
    }

    function _open() internal override {
        _sellPerpetuals();
    }
}
