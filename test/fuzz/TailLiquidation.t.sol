// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Mode} from "../../contracts/interfaces/IMarginEngine.sol";
import {Histories} from "../fixtures/Histories.sol";
import {Options} from "../fixtures/Options.sol";
import {OptionLiquidationScene} from "../unit/core/OptionLiquidationScene.sol";

/// @dev INV-14 in the tail modes: slices of an account that is measured by probabilities, fresh, still rising or old.
contract TailLiquidationTest is OptionLiquidationScene, Histories {
    function setUp() public override(Options, OptionLiquidationScene) {
        (btcVolatility, ethVolatility) = (0.3e18, 0.4e18);
        OptionLiquidationScene.setUp();
    }

    /// forge-config: default.fuzz.runs = 48
    function testFuzz_liquidate_INV14_isProportionateRiskNeutral(uint256 fraction, uint256 wait, uint256 age) public {
        changeMode(writer, Mode.RiskNeutral);
        withdrawToInitial(writer);
        skip(bound(age, 0, 20 hours));
        _riseUntilLiquidatable(writer);
        _assertProportionate(fraction, wait);
    }

    /// forge-config: default.fuzz.runs = 48
    function testFuzz_liquidate_INV14_isProportionateQuantitative(
        uint256 fraction,
        uint256 wait,
        uint256 caps,
        uint256 age
    ) public {
        postHistories(leastCaps());
        changeMode(writer, Mode.Quantitative);
        withdrawToInitial(writer);
        skip(1 + (caps % 1 days));
        postHistories(randomCaps(caps));
        skip(bound(age, 0, 70 hours));
        postSurfaces();
        _riseUntilLiquidatable(writer);
        _assertProportionate(fraction, wait);
    }
}
