// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IClearinghouse} from "../../../contracts/interfaces/IClearinghouse.sol";
import {Fill} from "../../../contracts/interfaces/IExchange.sol";
import {Limits, PriceStatus} from "../../../contracts/interfaces/IMarkets.sol";
import {Reading} from "../../../contracts/interfaces/IPriceSource.sol";
import {perpetualOf} from "../../../contracts/types/InstrumentId.sol";
import {NO_UNDERLYINGS} from "../../../contracts/types/UnderlyingSet.sol";
import {Scenes} from "../../fixtures/Scenes.sol";

/// @dev When a market takes no more risk: by price, by decree, by its cap, by its insurance. Less is always welcome.
contract NewRiskTest is Scenes {
    function test_trade_revertsOnADegradedPrice() public {
        btcSource.setReading(Reading(BTC_SPOT, BTC_SPOT, BTC_SPOT, block.timestamp, false));
        _refused(1, PriceStatus.Degraded, false, 40_001, 1e10);
        trade(bob, alice, perpetualOf(BTC), 1, BTC_SPOT);
    }

    function test_trade_revertsInAReduceOnlyMarket() public {
        markets.tightenReduceOnly(BTC);
        _refused(1, PriceStatus.Live, true, 40_001, 1e10);
        trade(bob, alice, perpetualOf(BTC), 40_000, BTC_SPOT);
    }

    /// @dev 40,000 lots are open: the cap leaves room for `room` more and not for one on top.
    function testFuzz_trade_revertsAboveTheCap(uint64 room) public {
        room = uint64(bound(room, 1, 10_000));
        markets.tightenOpenInterestCap(BTC, 40_000 + room);
        _refused(room + 1, PriceStatus.Live, false, 40_001 + room, 40_000 + room);
        trade(keeper, bob, perpetualOf(BTC), room, BTC_SPOT);
    }

    /// @dev A gap of 5 % of 4 USD a lot costs 0.20: 10,048 USD of insurance carry 50,239 lots (down).
    function test_trade_revertsAboveWhatTheInsuranceCarries() public {
        insure(BTC, 10_000);
        Limits memory limits = markets.limits(BTC);
        limits.stressGap = 0.05e18;
        markets.setLimits(BTC, limits);
        uint256 cap = clearinghouse.snapshot(NO_UNDERLYINGS.with(BTC)).markets[0].openInterestCap;
        assertEq(cap, 50_239, "10,048 / (0.2 + 1e-18)");
        _refused(10_240, PriceStatus.Live, false, 50_240, 50_239);
    }

    /// @dev Beyond half the cap what is raised posts more, up to its whole notional; what is held does not.
    function test_trade_postsItsNotionalAtTheCap() public {
        markets.tightenOpenInterestCap(BTC, 64_000);
        Fill memory f = fillOf(keeper, bob, perpetualOf(BTC), 24_000, BTC_SPOT);
        settle(f); // 96,000 of notional on 99,952: just enough
        f = fillOf(bob, keeper, perpetualOf(BTC), 24_000, BTC_SPOT);
        settle(f);
        withdraw(keeper, USD, 5_000e6);
        f = fillOf(keeper, bob, perpetualOf(BTC), 24_000, BTC_SPOT);
        vm.expectPartialRevert(IClearinghouse.InsufficientMargin.selector);
        settle(f);
    }

    function _refused(uint128 lots, PriceStatus status, bool reduceOnly, uint256 open, uint256 cap) private {
        Fill memory f = fillOf(keeper, bob, perpetualOf(BTC), lots, BTC_SPOT);
        vm.expectRevert(
            abi.encodeWithSelector(
                IClearinghouse.NewRiskRefused.selector,
                firstOf(keeper, bob),
                uint256(BTC),
                status,
                reduceOnly,
                open,
                cap
            )
        );
        settle(f);
    }
}
