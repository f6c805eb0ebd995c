// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IClearinghouse} from "../../../contracts/interfaces/IClearinghouse.sol";
import {Fill} from "../../../contracts/interfaces/IExchange.sol";
import {AccountId} from "../../../contracts/types/AccountId.sol";
import {InstrumentId, perpetualOf} from "../../../contracts/types/InstrumentId.sol";
import {SeriesFixture} from "./SeriesFixture.sol";

/// @dev A surface that nobody renews: after an hour it allows no new risk, and the shocks of volatility widen.
contract SeriesStaleTest is SeriesFixture {
    /// @dev Price unmoved, volatility up and down.
    uint256 private constant UP = 12;
    uint256 private constant DOWN = 13;

    AccountId private alice;
    AccountId private bob;
    InstrumentId private _option;

    function setUp() public override {
        super.setUp();
        alice = fund(owner("alice"), 0, 1_000_000);
        bob = fund(owner("bob"), 0, 1_000_000);
        _option = call(BTC, 2, 40_000);
        trade(alice, bob, _option, 10_000, 3_700);
    }

    /* WIDENING */

    /// @dev By its own size per four hours beyond the first, at most three times: the vega of an option at the money is
    /// nearly constant, so its up lane grows alike.
    function testFuzz_touch_widensShocksWithTheAgeOfTheSurface(uint256 age) public {
        int256 fresh = laneOf(_option, UP);
        age = bound(age, 1 hours, 24 hours);
        skip(age);
        uint256 wider = ((age - 1 hours) * 1e18) / 4 hours;
        if (wider > 3e18) wider = 3e18;
        int256 expected = (fresh * int256(1e18 + wider)) / 1e18;
        assertApproxEqRel(laneOf(_option, UP), expected, 0.04e18);
    }

    function test_touch_widensNothingInTheFirstHour() public {
        InstrumentId far = call(BTC, 3, 40_000);
        int256 fresh = laneOf(far, UP);
        skip(1 hours);
        assertApproxEqAbs(laneOf(far, UP), fresh, 2, "variance ran off a little");
        skip(1 hours);
        assertGt(laneOf(far, UP) * 100, fresh * 124, "a quarter more");
    }

    /// @dev A surface brings them back.
    function test_setSurface_narrowsShocks() public {
        int256 fresh = laneOf(_option, UP);
        skip(10 hours);
        assertGt(laneOf(_option, UP), fresh * 3);
        post(BTC, quotesOf(btcVolatility));
        assertApproxEqRel(laneOf(_option, UP), fresh, 0.02e18);
    }

    /// @dev The fall of volatility widens to 60 %, and stops.
    function test_touch_widensTheFallToItsCap() public {
        InstrumentId far = call(BTC, 3, 40_000);
        int256 before = laneOf(far, DOWN);
        skip(5 hours);
        assertApproxEqRel(laneOf(far, DOWN), before * 2, 0.1e18);
        InstrumentId near = call(BTC, 1, 40_000); // 25 % * sqrt(30 / 9) = 46 %, doubled to 60 %
        int256 capped = laneOf(near, DOWN);
        skip(8 hours);
        assertApproxEqRel(laneOf(near, DOWN), capped, 0.06e18);
    }

    /// @dev Shocks are those of the epoch, not of the second.
    function test_snapshot_keepsShocksWithinAnEpoch() public {
        skip(3 hours);
        touch(_option);
        int256 lane = laneOf(_option, UP);
        skip(1 hours - 1);
        assertEq(laneOf(_option, UP), lane);
        skip(1);
        assertGt(laneOf(_option, UP), lane);
    }

    /// @dev Requirements follow: a short option needs more.
    function test_assess_asksForMoreWhenTheSurfaceAges() public {
        int256 fresh = assess(bob).maintenance.raw();
        skip(9 hours);
        assertGt(assess(bob).maintenance.raw(), fresh);
    }

    /* NEW RISK */

    function testFuzz_settle_refusesDatedRiskAfterAnHour(uint256 age) public {
        skip(bound(age, 0, 5 hours));
        bool isStale = block.timestamp > series.epoch(BTC).surfaceAt + 1 hours;
        assertEq(chainOf(BTC).fresh, !isStale);
        InstrumentId[3] memory dated = [_option, put(BTC, 1, 40_000), future(BTC, 2)];
        uint256[3] memory prices = [uint256(3_700), 2_000, 40_130];
        for (uint256 i; i < 3; ++i) {
            Fill[] memory fills = new Fill[](1);
            fills[0] = fillOf(alice, bob, dated[i], 100, prices[i]);
            if (isStale) {
                vm.expectRevert(abi.encodeWithSelector(IClearinghouse.SurfaceStale.selector, firstOf(alice, bob), BTC));
            }
            exchange.settle(fills);
        }
    }

    /// @dev Perpetuals need no surface; neither does who reduces, on both sides.
    function testFuzz_settle_stillReducesAndTradesPerpetuals(uint128 lots) public {
        skip(1 days);
        lots = uint128(bound(lots, 1, 10_000));
        trade(bob, alice, _option, lots, 3_700);
        assertEq(clearinghouse.lotsOf(alice, _option), 10_000 - int256(uint256(lots)));
        trade(alice, bob, perpetualOf(BTC), 10_000, BTC_SPOT);
        assertEq(clearinghouse.lotsOf(alice, perpetualOf(BTC)), 10_000);
    }

    /// @dev One side reduces, the other opens: refused for the other.
    function test_settle_refusesWhoTakesARiskOver() public {
        AccountId carol = fund(owner("carol"), 0, 1_000_000);
        skip(1 hours + 1);
        Fill[] memory fills = new Fill[](1);
        fills[0] = fillOf(carol, alice, _option, 100, 3_700);
        vm.expectRevert(abi.encodeWithSelector(IClearinghouse.SurfaceStale.selector, carol, BTC));
        exchange.settle(fills);
    }

    /// @dev The surface of ETH vouches for nothing in BTC.
    function test_settle_asksTheSurfaceOfTheUnderlying() public {
        skip(2 hours);
        post(ETH, quotesOf(ethVolatility));
        trade(alice, bob, call(ETH, 2, 3_000), 1_000, 350);
        Fill[] memory fills = new Fill[](1);
        fills[0] = fillOf(alice, bob, _option, 100, 3_700);
        vm.expectRevert(abi.encodeWithSelector(IClearinghouse.SurfaceStale.selector, firstOf(alice, bob), BTC));
        exchange.settle(fills);
        post(BTC, quotesOf(btcVolatility));
        exchange.settle(fills);
    }
}
