// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Vm} from "forge-std/Vm.sol";
import {RiskParameters, Snapshot, TailRow} from "../../../contracts/interfaces/IMarkets.sol";
import {ITails} from "../../../contracts/interfaces/ITails.sol";
import {Tail} from "../../../contracts/libraries/Tail.sol";
import {InstrumentId} from "../../../contracts/types/InstrumentId.sol";
import {SurfaceWord} from "../../../contracts/types/SurfaceWord.sol";
import {capsOf, FULL_FLOOR} from "../../../contracts/types/TailWord.sol";
import {UnderlyingSet} from "../../../contracts/types/UnderlyingSet.sol";
import {Histories} from "../../fixtures/Histories.sol";
import {SeriesFixture} from "./SeriesFixture.sol";

/// @dev What the tail modes read of an underlying: what surface and history say, how old they are, and what is cached.
contract TailRowsTest is SeriesFixture, Histories {
    /// @dev Slot of the mapping from an underlying to its implied caps.
    uint256 private constant IMPLIED_SLOT = 1;

    function _row(uint8 u) private view returns (TailRow memory) {
        return tails.snapshot(setOf(u), new InstrumentId[](0)).tails[0];
    }

    function _touch(uint8 u) private returns (Snapshot memory) {
        return tails.touch(setOf(u), new InstrumentId[](0));
    }

    /// @dev The row when nothing is cached.
    function _computed(uint8 u) private returns (TailRow memory row) {
        bytes32 slot = keccak256(abi.encode(uint256(u), IMPLIED_SLOT));
        bytes32 stored = vm.load(address(tails), slot);
        vm.store(address(tails), slot, 0);
        assertTrue(tails.cached(u).isEmptyTail(), "the slot");
        row = _row(u);
        vm.store(address(tails), slot, stored);
    }

    function _assertRows(TailRow memory a, TailRow memory b, string memory message) private pure {
        assertEq(keccak256(abi.encode(a)), keccak256(abi.encode(b)), message);
    }

    /* CACHE */

    /// @dev Computed by the first touch of an epoch, stored with its number, and taken from there until the next epoch.
    function test_touch_cachesOnceAnEpoch() public {
        uint256 caps = capsOf(_row(BTC).implied);
        uint256 number = series.epoch(BTC).number;
        vm.expectEmit(address(tails));
        emit ITails.ImpliedCached(BTC, number, caps);
        _touch(BTC);
        assertEq(capsOf(tails.cached(BTC)), caps);
        assertEq(tails.cached(BTC).above(), number);
        assertEq(_writes(), 0, "within the epoch");
        skip(59 minutes);
        assertEq(_writes(), 0, "to its end");
        skip(1 minutes);
        assertEq(_writes(), 1, "a new one");
        assertEq(tails.cached(BTC).above(), number + 1);
    }

    function _writes() private returns (uint256 count) {
        vm.recordLogs();
        _touch(BTC);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].topics[0] == ITails.ImpliedCached.selector) ++count;
        }
    }

    /// @dev The stored word is what counts, while it is of the epoch and has its range.
    function testFuzz_snapshot_trustsOnlyTheEpochsWord(uint256 word, uint32 number) public {
        _touch(BTC);
        uint256 current = series.epoch(BTC).number;
        if (number % 4 == 0) number = uint32(current);
        uint256 caps = (word >> 35) | 1; // never empty
        TailRow memory honest = _row(BTC);
        vm.store(
            address(tails),
            keccak256(abi.encode(uint256(BTC), IMPLIED_SLOT)),
            bytes32((uint256(number) << 221) | caps)
        );
        assertEq(capsOf(_row(BTC).implied), number == current ? caps : capsOf(honest.implied));
    }

    /// @dev INV-5 for tails: a walk of prices, time, surfaces, parameters, and feeds that die. What a view tells, what a touch
    /// stores, and what is computed without the cache are the same, also ahead of an epoch or a range that is still to come.
    /// forge-config: default.fuzz.runs = 64
    function testFuzz_INV5_cachedEqualsComputed(uint256[10] memory seeds) public {
        postHistories(evenCaps(1000));
        UnderlyingSet both = setOf(BTC).with(ETH);
        for (uint256 i; i < seeds.length; ++i) {
            _step(seeds[i] % 6, seeds[i] >> 8);
            Snapshot memory seen = tails.snapshot(both, only(call(BTC, 3, 40_000)));
            _assertRows(seen.tails[0], _computed(BTC), "INV-5: computed");
            _assertRows(seen.tails[1], _computed(ETH), "INV-5: computed");
            if ((seeds[i] >> 250) % 3 == 0) continue;
            Snapshot memory touched = tails.touch(both, only(call(BTC, 3, 40_000)));
            assertEq(keccak256(abi.encode(seen)), keccak256(abi.encode(touched)), "INV-5: touched");
            _assertRows(_row(BTC), _computed(BTC), "INV-5: cached");
        }
    }

    function _step(uint256 action, uint256 seed) private {
        uint8 u = seed % 2 == 0 ? BTC : ETH;
        if (action == 0) {
            skip(seed % 100);
            sourceOf(u).set(bound(seed >> 8, marketOf(u).spot / 2, marketOf(u).spot * 2));
        } else if (action == 1) skip(bound(seed, 1, 3 hours));
        else if (action == 2) post(u, quotesOf(bound(seed >> 8, 0.2e18, 2e18)));
        else if (action == 3) _setEpsilon(seed);
        else if (action == 4) sourceOf(u).breakDown();
        else {
            skip(1 + (seed % 1 days));
            postHistories(randomCaps(seed));
        }
    }

    /// @dev The range changes at once, and with it the nodes.
    function _setEpsilon(uint256 seed) private {
        skip(1 days);
        RiskParameters memory p = markets.riskParameters(BTC);
        p.epsilon = uint24(bound(seed, p.epsilon - p.epsilon / 10, p.epsilon + p.epsilon / 10));
        markets.setRiskParameters(BTC, p);
    }

    /// @dev Directed: another range that no touch has stored yet; the cached caps are those of other prices.
    function test_snapshot_isAheadOfAnotherRange() public {
        TailRow memory narrow = _touch(BTC).tails[0];
        markets.setRiskParameters(BTC, _wider());
        assertTrue(series.epoch(BTC).scanRange != rangeOf(BTC), "still to come");
        TailRow memory ahead = _row(BTC);
        assertTrue(capsOf(ahead.implied) != capsOf(narrow.implied), "other prices");
        _assertRows(ahead, _computed(BTC), "computed");
        _assertRows(_touch(BTC).tails[0], ahead, "touched");
        assertEq(capsOf(tails.cached(BTC)), capsOf(ahead.implied));
    }

    function _wider() private view returns (RiskParameters memory p) {
        p = markets.riskParameters(BTC);
        p.epsilon = 6_000;
    }

    /* SURFACE (W-3) */

    /// @dev The slice of the first expiry 18 hours off or more when the surface was made, else the last one.
    function test_implied_isOfTheHorizonsSlice() public {
        _assertSlice(0); // two days
        vm.warp(expiryOf[0] - 18 hours);
        postSurfaces();
        _assertSlice(0);
        skip(1);
        postSurfaces();
        _assertSlice(1);
        skip(5 hours);
        _assertSlice(1); // the surface's time counts, not that of the read
    }

    function test_implied_isOfTheLastSliceWhenAllAreNear() public {
        vm.warp(expiryOf[3] - 2 hours);
        postSurfaces();
        _assertSlice(3);
    }

    function _assertSlice(uint256 i) private view {
        SurfaceWord word = series.surface(BTC, expiryOf[i]);
        uint256 life = expiryOf[i] - series.epoch(BTC).surfaceAt;
        assertEq(capsOf(_row(BTC).implied), Tail.implied(word.slice(), life, rangeOf(BTC)));
    }

    function test_row_isEmptyWithoutSurfaceAndHistory() public {
        listSol();
        TailRow memory none;
        _assertRows(_row(SOL), none, "nothing known");
        _assertRows(_touch(SOL).tails[0], none, "nothing stored");
        assertTrue(tails.cached(SOL).isEmptyTail());
        assertTrue(_row(BTC).historical.isEmptyTail(), "a surface is no history");
        postHistory(SOL, leastCaps(), 0);
        assertFalse(_row(SOL).historical.isEmptyTail());
        assertTrue(_row(SOL).implied.isEmptyTail(), "history is no surface");
    }

    /* AGE (W-7) */

    /// @dev A surface is at its best for an hour. Then maintenance margin's floor rises by 0.014 an hour; initial margin's is 1.
    function testFuzz_implied_floorRisesWithTheSurfacesAge(uint256 age) public {
        age = bound(age, 0, 40 hours);
        skip(age);
        TailRow memory row = _row(BTC);
        uint256 late = age > 1 hours ? age - 1 hours : 0;
        assertEq(row.implied.above(), _floor(late));
        assertEq(row.impliedInitial.above(), late == 0 ? 0.7e9 : 1e9);
        assertEq(capsOf(row.implied), capsOf(row.impliedInitial), "the caps stay");
        _assertRows(_touch(BTC).tails[0], row, "touched");
    }

    /// @dev A history is at its best for two days.
    function testFuzz_historical_floorRisesWithTheMessagesAge(uint256 age) public {
        postHistory(BTC, leastCaps(), 0);
        age = bound(age, 0, 80 hours);
        skip(age);
        TailRow memory row = _row(BTC);
        uint256 late = age > 48 hours ? age - 48 hours : 0;
        assertEq(row.historical.above(), _floor(late));
        assertEq(row.historicalInitial.above(), late == 0 ? 0.7e9 : 1e9);
        skip(1);
        postHistory(BTC, leastCaps(), 0);
        assertEq(_row(BTC).historical.above(), 0.7e9, "at its best again");
    }

    function _floor(uint256 late) private pure returns (uint256) {
        uint256 floor = 0.7e9 + (14_000_000 * late + 3599) / 3600;
        return floor < FULL_FLOOR ? floor : FULL_FLOOR;
    }

    /// @dev It is the message's own time that counts, not that of its arrival.
    function test_historical_ageIsThatOfTheMessage() public {
        tails.setHistory(BTC, block.timestamp - 2 days - 1 hours, rangeOf(BTC), leastCaps(), 0);
        assertEq(_row(BTC).historical.above(), 0.714e9);
    }
}
