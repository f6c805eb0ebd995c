// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccountId} from "../../../contracts/types/AccountId.sol";
import {perpetualOf} from "../../../contracts/types/InstrumentId.sol";
import {IClearinghouse} from "../../../contracts/interfaces/IClearinghouse.sol";
import {Fill} from "../../../contracts/interfaces/IExchange.sol";
import {PriceStatus} from "../../../contracts/interfaces/IMarkets.sol";
import {Scenes} from "../../fixtures/Scenes.sol";

/// @dev One lot of an underlying whose feed died makes nobody immune and stops nothing else.
contract PoisonedPositionTest is Scenes {
    function setUp() public override {
        super.setUp();
        trade(alice, bob, perpetualOf(ETH), 10, ETH_SPOT);
        ethSource.breakDown();
    }

    /// @dev Any time after the feed died; the interval of 0.01 ETH is at most 30 USD wide.
    function testFuzz_liquidate_movesThePoisonInKind(uint256 dead) public {
        skip(bound(dead, 1, 30 days));
        fall(BTC, 38_000e18);
        auction.flag(alice);
        liquidate(alice, keeper, 1e18);
        assertGt(clearinghouse.lotsOf(keeper, perpetualOf(ETH)), 0, "ETH lots without a price");
        assertGt(clearinghouse.lotsOf(keeper, perpetualOf(BTC)), 0);
    }

    function testFuzz_trade_goesOnInTheLiveMarket(uint128 lots) public {
        skip(1 hours);
        btcSource.set(BTC_SPOT);
        lots = uint128(bound(lots, 1, 10_000));
        trade(bob, keeper, perpetualOf(BTC), lots, BTC_SPOT);
        assertEq(clearinghouse.lotsOf(bob, perpetualOf(BTC)), int256(uint256(lots)) - 40_000);
    }

    function test_trade_reducesButDoesNotRaiseInTheDeadMarket() public {
        trade(bob, alice, perpetualOf(ETH), 5, ETH_SPOT);
        assertEq(clearinghouse.lotsOf(alice, perpetualOf(ETH)), 5);
        Fill memory f = fillOf(keeper, bob, perpetualOf(ETH), 1, ETH_SPOT);
        uint64 cap = markets.limits(ETH).openInterestCap;
        vm.expectRevert(
            abi.encodeWithSelector(
                IClearinghouse.NewRiskRefused.selector,
                firstOf(keeper, bob),
                uint256(ETH),
                PriceStatus.Dead,
                false,
                uint256(6),
                uint256(cap)
            )
        );
        settle(f);
    }

    /// @dev INV-8: every view and the exit of an unconcerned depositor work with all feeds dead.
    function test_views_andWithdrawalNeedNoOracle() public {
        btcSource.breakDown();
        skip(365 days);
        clearinghouse.assess(alice);
        auction.liquidationState(alice);
        AccountId carol = fund(owner("carol"), 0, 5_000);
        (uint256 paid, ) = withdraw(carol, USD, 5_000e6);
        assertEq(paid, 5_000e6);
    }
}
