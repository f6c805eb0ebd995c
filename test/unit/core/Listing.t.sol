// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Fill, IExchange} from "../../../contracts/interfaces/IExchange.sol";
import {Listing} from "../../../contracts/libraries/Listing.sol";
import {AccountId} from "../../../contracts/types/AccountId.sol";
import {InstrumentId, instrumentId, Kind} from "../../../contracts/types/InstrumentId.sol";
import {SeriesFixture} from "./SeriesFixture.sol";

/// @dev Which strikes may be traded: four digits, the last 0 or 5, within eight times spot.
contract ListingTest is SeriesFixture {
    AccountId private alice;
    AccountId private bob;

    function setUp() public override {
        super.setUp();
        alice = fund(owner("alice"), 0, 1_000_000);
        bob = fund(owner("bob"), 0, 1_000_000);
    }

    /// @dev digits * 10^e with digits below 1,000, or below 10,000 and a multiple of 5.
    function testFuzz_isOnGrid_isFourDigits(uint64 strike, uint16 digits, uint8 power) public pure {
        _assertGrid(strike);
        _assertGrid((uint256(digits) % 20_000) * 10 ** (power % 15));
        _assertGrid((uint256(digits) % 2_000) * 5 * 10 ** (power % 15));
    }

    function _assertGrid(uint256 strike) private pure {
        bool found;
        for (uint256 e = 1; e <= 1e19 && strike != 0; e *= 10) {
            uint256 digits = strike / e;
            if (strike % e == 0 && (digits < 1_000 || (digits < 10_000 && digits % 5 == 0))) found = true;
        }
        assertEq(Listing.isOnGrid(strike), found);
    }

    function test_isOnGrid_knowsTheExamples() public pure {
        assertTrue(Listing.isOnGrid(85_500e8));
        assertTrue(Listing.isOnGrid(2_525e8));
        assertTrue(Listing.isOnGrid(0.0185e8));
        assertTrue(Listing.isOnGrid(1));
        assertFalse(Listing.isOnGrid(0));
        assertFalse(Listing.isOnGrid(2_526e8));
        assertFalse(Listing.isOnGrid(85_525e8));
    }

    /// @dev spot / 8 <= strike <= 8 spot, without a division.
    function testFuzz_isInReach_isNearSpot(uint256 digits, uint256 spot) public pure {
        uint256 strike = bound(digits, 100, 999) * 10 ** (digits % 10);
        spot = bound(spot, (strike * 1e10) / 16, strike * 16e10);
        bool isNear = strike * 8e10 >= spot && strike * 1e10 <= spot * 8;
        assertEq(Listing.isInReach(strike, spot), isNear);
        assertTrue(Listing.isInReach(strike, strike * 8e10));
        assertFalse(Listing.isInReach(strike, strike * 8e10 + 1));
        assertTrue(Listing.isInReach(strike, (strike * 1e10) / 8 + 1));
        assertFalse(Listing.isInReach(strike, (strike * 1e10) / 8 - 1));
    }

    /* AT THE EXCHANGE */

    function test_settle_takesOnlyStrikesOfTheList() public {
        _refuse(instrumentId(BTC, expiryOf[1], 40_010e8, Kind.Call));
        _refuse(instrumentId(BTC, expiryOf[1], 4_990e8, Kind.Put));
        _refuse(instrumentId(BTC, expiryOf[1], 320_500e8, Kind.Call));
        _refuse(instrumentId(BTC, expiryOf[1], 0, Kind.Call));
        _refuse(instrumentId(BTC, expiryOf[1], 40_000e8, Kind.Future));
        trade(alice, bob, put(BTC, 1, 5_000), 1, 1);
        trade(alice, bob, call(BTC, 1, 320_000), 1, 1);
    }

    /// @dev Trading ends with the expiry.
    function test_settle_refusesWhatHasExpired() public {
        InstrumentId id = call(BTC, 0, 40_000);
        vm.warp(expiryOf[0] - 1);
        post(BTC, quotesOf(btcVolatility));
        trade(alice, bob, id, 1, 100);
        skip(1);
        _refuse(id);
        _refuse(future(BTC, 0));
    }

    function _refuse(InstrumentId id) private {
        Fill[] memory fills = new Fill[](1);
        fills[0] = fillOf(alice, bob, id, 1, 1);
        vm.expectRevert(abi.encodeWithSelector(IExchange.InstrumentNotListed.selector, id));
        exchange.settle(fills);
    }
}
