// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Fill, IExchange, Leg} from "../../../contracts/interfaces/IExchange.sol";
import {perpetualOf} from "../../../contracts/types/InstrumentId.sol";
import {Scenes} from "../../fixtures/Scenes.sol";

/// @dev A maker's quote outlives the price that it was made for, and somebody lifts it. It says itself where and how long it holds.
contract StaleQuoteTest is Scenes {
    /// @dev Good at both ends of the band, and not a unit of 1e-18 beyond.
    function test_settle_holdsToTheEndsOfTheBand() public {
        (uint256 low, uint256 high) = (39_900e18, 40_100e18);
        Fill memory f = _quote(low, high);
        uint256[4] memory spots = [low - 1, high + 1, low, high];
        for (uint256 i; i < 4; ++i) {
            fall(BTC, spots[i]);
            if (i < 2) _expectOutside(f, spots[i], low, high);
            settle(f);
        }
        assertEq(clearinghouse.lotsOf(keeper, perpetualOf(BTC)), 20);
    }

    function testFuzz_settle_onlyInTheBand(uint256 spot, uint128 low, uint128 high) public {
        spot = bound(spot, 30_000e18, 60_000e18);
        (uint256 least, uint256 most) = (bound(low, 30_000e18, 60_000e18), bound(high, 30_000e18, 60_000e18));
        Fill memory f = _quote(least, most);
        fall(BTC, spot);
        if (spot < least || spot > most) _expectOutside(f, spot, least, most);
        settle(f);
    }

    /// @dev The price moves between the two batches of a taker who knew it first: the quote stands and is out of reach.
    function testFuzz_settleAvailable_skipsTheQuoteAfterTheMove(uint256 move) public {
        Fill[] memory fills = new Fill[](2);
        fills[0] = _quote(39_800e18, 40_200e18);
        fills[1] = fillOf(keeper, bob, perpetualOf(ETH), 10, ETH_SPOT);
        uint256 spot = 40_200e18 + bound(move, 1, 1_000e18);
        fall(BTC, spot);
        bytes32 digest = exchange.hashOrder(fills[0].maker);
        vm.expectEmit(address(exchange));
        emit IExchange.Skipped(
            0,
            abi.encodeWithSelector(IExchange.SpotOutsideBand.selector, digest, spot, 39_800e18, 40_200e18)
        );
        assertEq(exchange.settleAvailable(fills), 1);
        fall(BTC, 40_000e18);
        assertEq(exchange.settleAvailable(fills), 1, "back in the band, the other one is filled");
    }

    /// @dev A band means a live price: that of a silent oracle opens none, for orders that only reduce either. Without a band the
    /// same order fills.
    function testFuzz_settle_noBandHoldsAtADeadPrice(bool onlyLow) public {
        trade(keeper, bob, perpetualOf(BTC), 10, BTC_SPOT);
        Fill memory f = fillOf(bob, keeper, perpetualOf(BTC), 10, BTC_SPOT);
        (f.maker.reduceOnly, f.taker.reduceOnly) = (true, true);
        (f.maker.minSpot, f.maker.maxSpot) = onlyLow ? (1, type(uint128).max) : (0, type(uint128).max - 1);
        (f.makerSignature, f.takerSignature) = (sign(f.maker), sign(f.taker));
        btcSource.breakDown();
        bytes32 digest = exchange.hashOrder(f.maker);
        bytes memory refusal = abi.encodeWithSelector(IExchange.SpotNotLive.selector, digest, uint256(BTC));
        vm.expectRevert(refusal);
        settle(f);
        Fill[] memory fills = new Fill[](1);
        fills[0] = f;
        vm.expectEmit(address(exchange));
        emit IExchange.Skipped(0, refusal);
        assertEq(exchange.settleAvailable(fills), 0);
        (f.maker.minSpot, f.maker.maxSpot) = (0, type(uint128).max);
        f.makerSignature = sign(f.maker);
        settle(f);
        assertEq(clearinghouse.lotsOf(keeper, perpetualOf(BTC)), 0);
    }

    /// @dev The first leg's price is the band's.
    function test_settle_bandIsOfTheFirstLeg() public {
        Fill memory f = _quote(39_900e18, 40_100e18);
        (f.maker.legs, f.taker.legs) = (new Leg[](2), new Leg[](2));
        for (uint256 i; i < 2; ++i) {
            (f.maker.legs[i], f.taker.legs[i]) = (
                Leg(perpetualOf(i == 0 ? BTC : ETH), -1),
                Leg(perpetualOf(i == 0 ? BTC : ETH), 1)
            );
        }
        (f.makerSignature, f.takerSignature) = (sign(f.maker), sign(f.taker));
        fall(ETH, 2_500e18);
        settle(f);
        assertEq(clearinghouse.lotsOf(keeper, perpetualOf(ETH)), 10);
    }

    /// @dev A stop: signed today, out of reach until the price has fallen to it.
    function test_settle_stopWaitsForItsPrice() public {
        Fill memory f = fillOf(bob, alice, perpetualOf(BTC), 40_000, 38_000e18);
        (f.maker.maxSpot, f.maker.reduceOnly) = (38_500e18, true);
        f.makerSignature = sign(f.maker);
        fall(BTC, 38_500e18 + 1);
        _expectOutside(f, 38_500e18 + 1, 0, 38_500e18);
        settle(f);
        fall(BTC, 38_500e18);
        settle(f);
        assertEq(clearinghouse.lotsOf(alice, perpetualOf(BTC)), 0);
    }

    /// @dev In force up to its expiry, that second included.
    function testFuzz_settle_endsWithItsExpiry(uint40 life, uint40 time, bool isTaker) public {
        Fill memory f = fillOf(keeper, bob, perpetualOf(BTC), 10, BTC_SPOT);
        uint40 expiry = uint40(block.timestamp + bound(life, 0, 1 days));
        (isTaker ? f.taker : f.maker).expiry = expiry;
        (f.makerSignature, f.takerSignature) = (sign(f.maker), sign(f.taker));
        skip(bound(time, 0, 1 days));
        btcSource.set(BTC_SPOT);
        if (block.timestamp > expiry) {
            bytes32 digest = exchange.hashOrder(isTaker ? f.taker : f.maker);
            vm.expectRevert(
                abi.encodeWithSelector(IExchange.OrderExpired.selector, digest, uint256(expiry), block.timestamp)
            );
        }
        settle(f);
    }

    /// @dev Bob offers 1,000 lots; 10 of them are taken by the keeper.
    function _quote(uint256 low, uint256 high) private returns (Fill memory f) {
        f = fillOf(keeper, bob, perpetualOf(BTC), 1_000, BTC_SPOT);
        (f.maker.minSpot, f.maker.maxSpot) = (uint128(low), uint128(high));
        (f.makerSignature, f.units) = (sign(f.maker), 10);
    }

    function _expectOutside(Fill memory f, uint256 spot, uint256 low, uint256 high) private {
        bytes32 digest = exchange.hashOrder(f.maker);
        vm.expectRevert(abi.encodeWithSelector(IExchange.SpotOutsideBand.selector, digest, spot, low, high));
    }
}
