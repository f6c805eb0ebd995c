// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {RiskParameters} from "../../contracts/interfaces/IMarkets.sol";
import {moving} from "../fixtures/StillRange.sol";
import {Steered} from "./Steered.sol";

/// @dev One long life of the world, in which every action must be reached.
contract WalkInvariants is Steered {
    /// @dev Scan ranges follow the prices and surfaces of the campaign.
    function _riskOf(uint24 floor) internal pure override returns (RiskParameters memory) {
        return moving(floor);
    }

    function setUp() public override {
        _start({trades: 4, gaps: 4, failures: 3});
        _steer({spacing: 4});
        for (uint256 i; i < actionNames.length; ++i) _aim(actionNames[i], actionNames[i], 0);
        _aimAtTakeovers();
        _aim("liquidateWithCallback", "liquidate", "toBoundary");
        _aim("callbackTrade", "liquidate", "toBoundary");
        _aim("degrade", "fail", "recover");
        _aim("die", "fail", "recover");
    }

    /// forge-config: default.invariant.runs = 1
    /// forge-config: default.invariant.depth = 1500
    function invariant_INV13_nobodyGetsMoreThanADollar() public view {
        assertLe(vault.withdrawalRatio(), 1e18, "INV-13: r above 1");
    }
}
