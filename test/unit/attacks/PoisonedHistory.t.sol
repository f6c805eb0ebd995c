// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Assessment, Mode} from "../../../contracts/interfaces/IMarginEngine.sol";
import {AccountId} from "../../../contracts/types/AccountId.sol";
import {TailBooks} from "../../fixtures/TailBooks.sol";

/// @dev A colluding quorum of history signers posts the least caps, or the largest, whenever it can.
contract PoisonedHistoryTest is TailBooks {
    AccountId private account;

    function setUp() public override {
        super.setUp();
        account = openLong(40_000);
    }

    function _portfolio() private view returns (int256) {
        return assessAs(account, Mode.Portfolio).maintenance.raw();
    }

    /* THE LEAST CAPS */

    /// @dev The first message is free: 30 % less at once, in both margins, and no message takes more.
    function test_leastCaps_lowerByThirtyPercentAtMost() public {
        changeMode(account, Mode.Quantitative);
        Assessment memory b = assess(account);
        assertEq(b.maintenance.raw(), _portfolio(), "nothing is known");
        for (uint256 day; day < 30; ++day) {
            postHistories(leastCaps());
            Assessment memory a = assess(account);
            assertEq(a.maintenance.raw() * 10, b.maintenance.raw() * 7, "MM");
            assertGe(a.initial.raw() * 10, b.initial.raw() * 7, "IM");
            skip(1 days);
        }
    }

    /// @dev From caps of 40 %, which measure this account as Portfolio does: the eighth daily message lowers it, the tenth takes it to
    /// the floor. A message an hour is slower: a quarter of a day is less when it is taken in parts.
    function test_leastCaps_takeTenDaysFromHonestOnes() public {
        postHistories(evenCaps(3276));
        changeMode(account, Mode.Quantitative);
        assertEq(maintenanceOf(account), _portfolio());
        uint256 start = vm.snapshotState();
        uint256 untouched = _hoursUntil(10, 1 days);
        assertTrue(vm.revertToState(start));
        uint256 toFloor = _hoursUntil(7, 1 days);
        assertTrue(vm.revertToState(start));
        uint256 often = _hoursUntil(7, 1 hours);
        assertEq(untouched, 8 * 24);
        assertEq(toFloor, 10 * 24);
        assertEq(often, 298);
    }

    /// @dev Hours of least caps, posted every `interval`, until maintenance is below, or at 7, so many tenths of Portfolio.
    function _hoursUntil(int256 tenths, uint256 interval) private returns (uint256 count) {
        uint256 start = block.timestamp;
        while (true) {
            int256 maintenance = maintenanceOf(account) * 10;
            if (tenths == 10 ? maintenance < 10 * _portfolio() : maintenance <= tenths * _portfolio()) break;
            skip(interval);
            postHistories(leastCaps());
        }
        return (block.timestamp - start) / 1 hours;
    }

    /* THE LARGEST CAPS */

    /// @dev Hour by hour at most 2 % for maintenance, to Portfolio and no further; initial margin is ahead of it.
    /// forge-config: default.fuzz.runs = 24
    function testFuzz_largestCaps_raiseMaintenanceByTwoPercentAnHour(uint256 interval) public {
        interval = bound(interval, 5 minutes, 1 hours);
        postHistories(leastCaps());
        changeMode(account, Mode.Quantitative);
        (int256 last, int256 limit) = (maintenanceOf(account), maintenanceOf(account));
        int256 units = (int256(26_000e18) * 95) / 10 / 8191; // one of each cap, at 4, 2, 1, 5/6 .. 1/6 ranges
        for (uint256 hour = 1; hour <= 24; ++hour) {
            uint256 end = block.timestamp + 1 hours;
            while (block.timestamp + interval <= end) {
                skip(interval);
                postHistory(BTC, evenCaps(FULL), 500_000);
            }
            vm.warp(end);
            Assessment memory a = assess(account);
            limit = (limit * 102) / 100 + 1;
            assertLe(a.maintenance.raw(), limit, "more than 2 % an hour, compounded");
            assertLe(a.maintenance.raw(), (last * 102) / 100 + units, "more than 2 % in one hour, units apart");
            assertLe(a.initial.raw(), assessAs(account, Mode.Portfolio).initial.raw(), "beyond Portfolio");
            last = a.maintenance.raw();
        }
    }

    /// @dev Who had initial margin when it began, at the floor or little above it, is healthy for thirteen hours.
    function testFuzz_largestCaps_liquidateNobodyForThirteenHours(uint256 first) public {
        postHistories(evenCaps(bound(first, 164, 260)));
        changeMode(account, Mode.Quantitative);
        withdrawToInitial(account);
        for (uint256 hour = 1; hour <= 13; ++hour) {
            skip(1 hours);
            postHistories(evenCaps(FULL));
            assertTrue(isHealthy(account));
        }
    }

    /// @dev The same from caps that measure just the floor, to the end: initial margin is that of Portfolio after ten hours.
    function test_largestCaps_toTheEnd() public {
        postHistories(evenCaps(189));
        changeMode(account, Mode.Quantitative);
        withdrawToInitial(account);
        uint256 hoursHealthy;
        uint256 hoursToTop;
        for (uint256 hour = 1; hour <= 48; ++hour) {
            skip(1 hours);
            postHistories(evenCaps(FULL));
            bool isTop = assess(account).initial.raw() == assessAs(account, Mode.Portfolio).initial.raw();
            if (isTop && hoursToTop == 0) hoursToTop = hour;
            if (isHealthy(account)) hoursHealthy = hour;
        }
        assertEq(hoursToTop, 10);
        assertEq(hoursHealthy, 17);
    }

    /// @dev A step is rounded toward the old caps to whole units: with a message every five minutes maintenance rises by less than 5 %
    /// in a day in which it could reach Portfolio. Who can sign those can sign the least caps as well.
    function test_frequentMessages_holdMaintenanceBack() public {
        postHistories(leastCaps());
        changeMode(account, Mode.Quantitative);
        int256 before = maintenanceOf(account);
        for (uint256 i; i < 288; ++i) {
            skip(5 minutes);
            postHistories(evenCaps(FULL));
        }
        assertLe(maintenanceOf(account) * 100, before * 105, "five minutes apart");
        for (uint256 i; i < 24; ++i) {
            skip(1 hours);
            postHistories(evenCaps(FULL));
        }
        assertEq(maintenanceOf(account), _portfolio(), "an hour apart");
    }
}
