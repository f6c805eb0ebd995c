// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IClearinghouse} from "../../../contracts/interfaces/IClearinghouse.sol";
import {Fill, Leg} from "../../../contracts/interfaces/IExchange.sol";
import {Limits, RiskParameters} from "../../../contracts/interfaces/IMarkets.sol";
import {AccountId} from "../../../contracts/types/AccountId.sol";
import {InstrumentId, perpetualOf} from "../../../contracts/types/InstrumentId.sol";
import {Options} from "../../fixtures/Options.sol";
import {LISTED_VOLATILITY, still} from "../../fixtures/StillRange.sol";

/// @dev How much an account holds, so that it can be taken over in one transaction (INV-15).
contract AccountRoomTest is Options {
    uint256 private constant LEGS = 16;
    AccountId private alice;
    AccountId private bob;

    function setUp() public override {
        super.setUp();
        alice = fund(owner("alice"), 0, 5_000_000);
        bob = fund(owner("bob"), 0, 5_000_000);
    }

    /// @dev Calls on strikes 500 apart, ten lots each: `count` of them from bob to alice.
    function _buy(uint256 first, uint256 count) private {
        Leg[] memory legs = new Leg[](count);
        for (uint256 i; i < count; ++i) legs[i] = Leg(call(BTC, 2, 20_000 + 500 * (first + i)), 1);
        tradeStructure(alice, bob, legs, 10, int256(count) * 10e18);
    }

    function _settle(InstrumentId instrument, uint256 price, bytes memory refusal) private {
        Fill[] memory fills = new Fill[](1);
        fills[0] = fillOf(alice, bob, instrument, 1, price);
        vm.expectRevert(refusal);
        exchange.settle(fills);
    }

    /// @dev 128 positions and no more.
    function test_trade_revertsBeyondMaxPositions() public {
        for (uint256 i; i < 128; i += LEGS) _buy(i, LEGS);
        assertEq(clearinghouse.portfolio(alice).positions.length, 128);
        bytes memory refusal = abi.encodeWithSelector(IClearinghouse.TooManyPositions.selector, bob, uint256(128));
        _settle(perpetualOf(BTC), 40_000e18, refusal);
        trade(bob, alice, call(BTC, 2, 20_000), 10, 20_200e18);
        trade(alice, bob, perpetualOf(BTC), 1, 40_000e18);
        assertEq(clearinghouse.portfolio(alice).positions.length, 128, "the slot was free");
    }

    /// @dev 118 positions, two underlyings, both with options: 136. A third underlying takes 4, a position in one of the two 1.
    function test_trade_revertsWithoutRoomForAnUnderlying() public {
        RiskParameters memory risk = still(60_000, 5_000, 500_000, 100_000);
        uint8 third = markets.list(
            "X",
            address(ethSource),
            18,
            false,
            1e15,
            LISTED_VOLATILITY,
            risk,
            Limits(1e10, 0, 0, 0)
        );
        for (uint256 i; i < 112; i += LEGS) _buy(i, LEGS);
        _buy(112, 5);
        trade(alice, bob, call(ETH, 2, 3_000), 10, 300e18);
        bytes memory refusal = abi.encodeWithSelector(
            IClearinghouse.AccountFull.selector,
            bob,
            uint256(140),
            uint256(137)
        );
        _settle(perpetualOf(third), 3_000e18, refusal);
        trade(alice, bob, perpetualOf(BTC), 1, 40_000e18);
        assertEq(clearinghouse.portfolio(alice).positions.length, 119);
    }
}
