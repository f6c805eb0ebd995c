// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {RiskTerms, TailRow} from "../../../contracts/interfaces/IMarkets.sol";
import {ISeries} from "../../../contracts/interfaces/ISeries.sol";
import {ITails} from "../../../contracts/interfaces/ITails.sol";
import {Tail} from "../../../contracts/libraries/Tail.sol";
import {InstrumentId} from "../../../contracts/types/InstrumentId.sol";
import {capsOf, TailWord} from "../../../contracts/types/TailWord.sol";
import {Histories} from "../../fixtures/Histories.sol";
import {SeriesFixture} from "./SeriesFixture.sol";

/// @dev What `setHistory` takes and refuses, and what of it is in force.
contract TailHistoriesTest is SeriesFixture, Histories {
    function _row() private view returns (TailRow memory) {
        return tails.snapshot(setOf(BTC), new InstrumentId[](0)).tails[0];
    }

    /* REFUSALS */

    function testFuzz_setHistory_isForTheFeed(address stranger) public {
        vm.assume(stranger != address(this) && stranger != address(manager));
        uint256 range = rangeOf(BTC);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, stranger));
        vm.prank(stranger);
        tails.setHistory(BTC, block.timestamp, range, leastCaps(), 0);
    }

    /// @dev Governance itself cannot set the offset past its steps.
    function testFuzz_setOffset_isForTails(address stranger) public {
        vm.assume(stranger != address(tails) && stranger != address(manager));
        _refuseOffset(stranger);
        _refuseOffset(address(this));
    }

    function _refuseOffset(address caller) private {
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, caller));
        vm.prank(caller);
        series.setOffset(BTC, 0);
    }

    function testFuzz_setHistory_revertsUnlessNewer(uint256 time) public {
        postHistory(BTC, leastCaps(), 0);
        time = bound(time, 1, block.timestamp);
        uint256 range = rangeOf(BTC);
        vm.expectRevert(abi.encodeWithSelector(ITails.HistoryNotNewer.selector, time, block.timestamp));
        tails.setHistory(BTC, time, range, leastCaps(), 0);
        tails.setHistory(ETH, time, rangeOf(ETH), leastCaps(), 0); // each underlying by itself
    }

    /// @dev W-4: 5 % from the range of now and not a unit more.
    function testFuzz_setHistory_revertsForAnotherRange(uint256 quoted) public {
        uint256 range = rangeOf(BTC);
        quoted = bound(quoted, 0, 2 * range);
        if (quoted * 100 > range * 105 || quoted * 100 < range * 95) {
            vm.expectRevert(abi.encodeWithSelector(ITails.ScanRangeMoved.selector, quoted, range));
        }
        tails.setHistory(BTC, block.timestamp, quoted, leastCaps(), 0);
    }

    function test_setHistory_rangeAtItsBounds() public {
        uint256 range = rangeOf(BTC); // 6.5 %
        vm.expectRevert(abi.encodeWithSelector(ITails.ScanRangeMoved.selector, 0.06825e18 + 1, range));
        tails.setHistory(BTC, block.timestamp, 0.06825e18 + 1, leastCaps(), 0);
        vm.expectRevert(abi.encodeWithSelector(ITails.ScanRangeMoved.selector, 0.06175e18 - 1, range));
        tails.setHistory(BTC, block.timestamp, 0.06175e18 - 1, leastCaps(), 0);
        tails.setHistory(BTC, block.timestamp, 0.06825e18, leastCaps(), 0);
        skip(1);
        tails.setHistory(BTC, block.timestamp, 0.06175e18, leastCaps(), 0);
    }

    function test_setHistory_revertsForCapsOutOfBounds() public {
        uint256 range = rangeOf(BTC);
        vm.expectRevert(abi.encodeWithSelector(Tail.CapTooSmall.selector, 2, 818, 819));
        tails.setHistory(BTC, block.timestamp, range, leastCaps() - (1 << 26), 0);
        vm.expectRevert(abi.encodeWithSelector(Tail.TailTooWide.selector, leastCaps() | (1 << 221)));
        tails.setHistory(BTC, block.timestamp, range, leastCaps() | (1 << 221), 0);
    }

    /* CAPS (W-5, W-6) */

    /// @dev There is nothing to be bounded by: the first caps are taken as they are, in both margins.
    function testFuzz_setHistory_firstIsFree(uint256 seed) public {
        uint256 caps = randomCaps(seed);
        vm.expectEmit(address(tails));
        emit ITails.HistorySet(BTC, block.timestamp, caps, caps, 500_000);
        postHistory(BTC, caps, 500_000);
        (TailWord posted, TailWord base) = tails.history(BTC);
        assertEq(capsOf(posted), caps);
        assertEq(capsOf(base), caps);
        assertEq(posted.above(), block.timestamp);
        assertEq(base.above(), block.timestamp);
        assertEq(capsOf(_row().historical), caps);
        assertEq(capsOf(_row().historicalInitial), caps);
    }

    /// @dev Initial margin takes what a day allows at once, maintenance margin begins from what it had.
    function test_setHistory_laterOnesAreBounded() public {
        postHistory(BTC, evenCaps(1000), 0);
        skip(12 hours);
        postHistory(BTC, evenCaps(8191), 0);
        assertEq(capsOf(_row().historicalInitial), evenCaps(1500));
        assertEq(capsOf(_row().historical), evenCaps(1000), "not yet");
        skip(1 hours);
        assertEq(capsOf(_row().historical), evenCaps(1020), "2 % an hour");
        skip(10 days);
        assertEq(capsOf(_row().historical), evenCaps(1500), "to what was posted");
        postHistory(BTC, leastCaps(), 0);
        assertEq(capsOf(_row().historicalInitial), evenCaps(1125));
        assertEq(capsOf(_row().historical), evenCaps(1125), "down at once");
    }

    /// @dev A message between two leaves maintenance where it was: the ramp goes on, it does not start again.
    function test_setHistory_rampGoesOnThroughMessages() public {
        postHistory(BTC, evenCaps(1000), 0);
        skip(1 days);
        postHistory(BTC, evenCaps(8191), 0);
        skip(5 hours);
        uint256 before = capsOf(_row().historical);
        assertEq(before, evenCaps(1104));
        postHistory(BTC, evenCaps(8191), 0);
        assertEq(capsOf(_row().historical), before);
        skip(5 hours);
        assertEq(capsOf(_row().historical), evenCaps(1218), "1,104 * 1.02^5");
    }

    /// @dev Whatever is posted and whenever: nothing leaves its bounds, and maintenance never has more than initial margin.
    /// forge-config: default.fuzz.runs = 64
    function testFuzz_setHistory_neverLeavesItsBounds(uint256[8] memory seeds) public {
        postHistory(BTC, randomCaps(seeds[0]), 500_000);
        for (uint256 i = 1; i < seeds.length; ++i) {
            TailRow memory old = _row();
            skip(1 + (seeds[i] % 3 days));
            uint256 risen = capsOf(_row().historical);
            postHistory(BTC, randomCaps(seeds[i]), seeds[i] % 1e6);
            TailRow memory row = _row();
            Tail.requireCaps(capsOf(row.historical));
            for (uint256 n; n < 17; ++n) {
                assertLe(row.historical.cap(n), row.historicalInitial.cap(n), "more than initial");
                assertLe(row.historical.cap(n), TailWord.wrap(risen).cap(n), "a message raised maintenance");
                assertLe(row.historicalInitial.cap(n), 2 * old.historicalInitial.cap(n), "twice a day");
                assertGe(row.historicalInitial.cap(n) * 4, 3 * old.historicalInitial.cap(n), "a quarter a day");
            }
        }
    }

    /* OFFSET (W-8) */

    /// @dev The least of the governed one and the supported one, which follows by 0.4 points an hour.
    function test_offset_followsByItsStep() public {
        assertEq(tails.offset(BTC), 500_000, "as governed");
        vm.expectEmit(address(series));
        emit ISeries.OffsetSet(BTC, 496_000);
        postHistory(BTC, leastCaps(), 0);
        assertEq(tails.offset(BTC), 496_000);
        assertEq(chainOf(BTC).terms.offset, 496_000, "in force");
        assertEq(series.riskTerms(BTC).offset, 500_000, "governed all the same");
        skip(30 minutes);
        postHistory(BTC, leastCaps(), 0);
        assertEq(chainOf(BTC).terms.offset, 494_000);
        skip(1 days);
        postHistory(BTC, leastCaps(), 1e6);
        assertEq(chainOf(BTC).terms.offset, 498_000, "an hour's at most");
        assertEq(chainOf(ETH).terms.offset, 500_000, "another's stays");
    }

    /// @dev History cannot lift the offset above the governed one, nor survive its fall.
    function test_offset_isAtMostTheGovernedOne() public {
        postHistory(BTC, leastCaps(), 600_000);
        assertEq(chainOf(BTC).terms.offset, 500_000);
        assertEq(tails.offset(BTC), 500_000);
        skip(1 days);
        RiskTerms memory terms = defaultTerms();
        terms.offset = 450_000;
        series.setRiskTerms(BTC, terms);
        assertEq(chainOf(BTC).terms.offset, 450_000);
        postHistory(BTC, leastCaps(), 600_000);
        assertEq(tails.offset(BTC), 450_000);
    }

    /// @dev An epoch that starts later keeps it, and it starts none.
    function test_offset_staysThroughEpochs() public {
        uint256 number = series.epoch(BTC).number;
        postHistory(BTC, leastCaps(), 0);
        touch(call(BTC, 2, 40_000));
        assertEq(series.epoch(BTC).number, number, "no epoch");
        skip(2 hours);
        postSurfaces();
        touch(call(BTC, 2, 40_000));
        assertGt(series.epoch(BTC).number, number, "new ones");
        assertEq(chainOf(BTC).terms.offset, 496_000);
    }
}
