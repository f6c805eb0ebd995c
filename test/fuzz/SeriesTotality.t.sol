// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Leg} from "../../contracts/interfaces/IExchange.sol";
import {Assessment, Mode} from "../../contracts/interfaces/IMarginEngine.sol";
import {Snapshot} from "../../contracts/interfaces/IMarkets.sol";
import {ExpiryQuote} from "../../contracts/interfaces/ISurfaces.sol";
import {Reading} from "../../contracts/interfaces/IPriceSource.sol";
import {AccountId} from "../../contracts/types/AccountId.sol";
import {InstrumentId, instrumentId, Kind, perpetualOf} from "../../contracts/types/InstrumentId.sol";
import {StrikeWord} from "../../contracts/types/StrikeWord.sol";
import {UnderlyingSet} from "../../contracts/types/UnderlyingSet.sol";
import {SeriesFixture} from "../unit/core/SeriesFixture.sol";

/// @dev INV-8: options are valued whatever the sources say, and whatever they said when the surface was posted.
contract SeriesTotalityTest is SeriesFixture {
    uint256 private constant MAX_PRICE = 2 ** 88 - 1;
    AccountId private alice;
    AccountId private bob;
    UnderlyingSet private _both;
    InstrumentId[] private _held;

    function setUp() public override {
        super.setUp();
        alice = fund(owner("alice"), 0, 1_000_000);
        bob = fund(owner("bob"), 0, 1_000_000);
        _both = setOf(BTC).with(ETH);
        _trade(call(BTC, 0, 40_000), 3_000, 1_200);
        _trade(put(BTC, 1, 10_000), -5_000, 1);
        _trade(call(BTC, 2, 200_000), 1_000, 1);
        _trade(put(BTC, 3, 40_000), 1_000, 6_000);
        _trade(future(BTC, 1), -2_000, 40_040);
        _trade(call(ETH, 2, 3_000), -1_000, 350);
        _trade(perpetualOf(BTC), 1_000, BTC_SPOT);
        vm.prank(bob.owner());
        clearinghouse.setMode(bob, Mode.Portfolio);
    }

    /// @dev Live, degraded, garbage or dead, when the surface is made and later.
    function testFuzz_INV8_optionsAreValuedInEveryState(
        uint256[4] memory spots,
        uint256[4] memory modes,
        uint256[2] memory waits,
        bool posts
    ) public {
        skip(bound(waits[0], 0, 1 days));
        _feed(BTC, modes[0], spots[0]);
        _feed(ETH, modes[1], spots[1]);
        if (posts) postSurfaces();
        skip(bound(waits[1], 0, 40 days));
        _feed(BTC, modes[2], spots[2]);
        _feed(ETH, modes[3], spots[3]);
        _value();
        series.touch(_both, _held);
        _value();
    }

    /// @dev The two ends of what a source may say, when the surface is made and later.
    function test_INV8_optionsAreValuedAtTheEndsOfTheRange() public {
        uint256[4] memory ends = _ends();
        for (uint256 i; i < 16; ++i) {
            uint256 state = vm.snapshotState();
            btcSource.set(ends[i / 4]);
            skip(1 hours);
            postSurfaces();
            skip(1 minutes);
            btcSource.set(ends[i % 4]);
            _value();
            vm.revertToState(state);
        }
    }

    /// @dev A surface made at a price of one unit, with the lowest forward that it may have.
    function test_INV8_marksExistForTheLowestForwards() public {
        _markEndsAt(-1);
    }

    /// @dev A surface made at the highest price, with the highest forward that it may have.
    function test_INV8_marksExistForTheHighestForwards() public {
        _markEndsAt(1);
    }

    /// @dev Spot at each end when the surface is made and later, strikes of every size.
    function _markEndsAt(int256 side) private {
        listSol();
        uint256[4] memory ends = _ends();
        for (uint256 i; i < 16; ++i) {
            uint256 state = vm.snapshotState();
            solSource.set(ends[i / 4]);
            skip(31);
            ExpiryQuote[] memory quotes = quotesOf(0.5e18 + 0.1e18 * i);
            uint256 reach = 0.02e18 + (0.5e18 * (quotes[3].expiry - block.timestamp)) / 365 days;
            quotes[3].forwardRatio = uint256(1e18 + side * int256(reach));
            quotes[3].discount = 1e18;
            post(SOL, quotes);
            skip(31);
            solSource.set(ends[i % 4]);
            for (uint256 digits; digits < 17; ++digits) {
                InstrumentId id = instrumentId(SOL, expiryOf[3], uint64(10 ** digits), Kind.Call);
                assertEq(wordsOf(look(id))[0] >> 128, InstrumentId.unwrap(id) >> 8, "the row of the strike");
                assertGt(wordsOf(touch(id))[2], 0);
                uint256 put = markOf(instrumentId(SOL, expiryOf[3], uint64(10 ** digits), Kind.Put));
                assertLe(put, 10 ** (digits + 10), "no put above its strike");
            }
            vm.revertToState(state);
        }
    }

    function _ends() private pure returns (uint256[4] memory) {
        return [uint256(1), 2, MAX_PRICE - 1, MAX_PRICE];
    }

    function _value() private view {
        Assessment memory a = clearinghouse.assess(alice);
        Assessment memory b = clearinghouse.assess(bob);
        assertGe(a.maintenance.raw(), 0);
        assertGe(b.maintenance.raw(), 0);
        Snapshot memory m = series.snapshot(_both, _held);
        uint256[] memory words = wordsOf(m);
        uint256 strikes;
        for (uint256 i; i < _held.length; ++i) {
            if (_held[i].kind() < Kind.Call) continue;
            uint256 key = InstrumentId.unwrap(_held[i]) >> 8;
            for (uint256 j; j < words.length; j += 3) {
                if (StrikeWord.wrap(words[j]).strikeKey() == key) ++strikes;
            }
        }
        assertEq(strikes * 3, words.length, "each strike has its row");
    }

    /* HELPERS */

    /// @dev Live or degraded at any price up to the largest, half of the time within orders of magnitude; or no reading.
    function _feed(uint8 underlying, uint256 mode, uint256 spot) private {
        uint256 shift = (spot >> 128) % 88;
        spot = 1 + (spot % (MAX_PRICE >> shift));
        if (mode % 4 == 3) return sourceOf(underlying).breakDown();
        bool live = mode % 4 == 0;
        uint256 low = mode % 4 == 2 ? spot + 1 : spot - (spot % (1 + ((mode >> 8) % spot))); // 2: an interval upside down
        uint256 high = spot + ((mode >> 16) % (MAX_PRICE + 1 - spot));
        sourceOf(underlying).setReading(Reading(spot, low, high, block.timestamp, live));
    }

    /// @dev Alice takes `lots` at `price` from Bob.
    function _trade(InstrumentId id, int64 lots, uint256 price) private {
        uint256 unit = id.underlying() == BTC ? BTC_LOT : ETH_LOT;
        if (id == perpetualOf(BTC)) price /= 1e18;
        Leg[] memory legs = new Leg[](1);
        legs[0] = Leg(id, lots);
        tradeStructure(alice, bob, legs, 1, int256(lots) * int256(price * unit));
        if (id.kind() > Kind.Perpetual) _held.push(id);
    }
}
