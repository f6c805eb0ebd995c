// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Test} from "forge-std/Test.sol";
import {Tail} from "../../../contracts/libraries/Tail.sol";
import {FULL_FLOOR, TailWord} from "../../../contracts/types/TailWord.sol";

/// @dev What may be posted, how far a message moves what was posted before, and how fast maintenance margin follows.
contract TailHistoryTest is Test {
    function requireCaps(uint256 caps) external pure {
        Tail.requireCaps(caps);
    }

    function _even(uint256 each) private pure returns (TailWord) {
        uint256 caps;
        for (uint256 n; n < 17; ++n) caps |= each << (13 * n);
        return TailWord.wrap(caps);
    }

    function _least() private pure returns (uint256 caps) {
        for (uint256 n; n < 17; ++n) caps |= Tail.leastCap(n) << (13 * n);
    }

    /* WHAT MAY BE POSTED (W-5) */

    /// @dev 2 %, 5 % two ranges away, 10 % one range away, in units of 1/8191, rounded.
    function test_leastCap_isHeaviestOneRangeAway() public pure {
        for (uint256 n; n < 17; ++n) {
            uint256 percent =
                n == 2 || n == 14
                    ? 10
                    : n == 1 || n == 15
                        ? 5
                        : 2;
            assertApproxEqAbs(Tail.leastCap(n) * 100, percent * 8191, 50);
        }
    }

    /// @dev Each node to the unit.
    function test_requireCaps_refusesLessThanTheLeast() public {
        uint256 least = _least();
        this.requireCaps(least);
        for (uint256 n; n < 17; ++n) {
            uint256 bound_ = Tail.leastCap(n);
            vm.expectRevert(abi.encodeWithSelector(Tail.CapTooSmall.selector, n, bound_ - 1, bound_));
            this.requireCaps(least - (1 << (13 * n)));
        }
        vm.expectRevert(abi.encodeWithSelector(Tail.CapTooSmall.selector, 0, 0, Tail.leastCap(0)));
        this.requireCaps(0);
    }

    function testFuzz_requireCaps_refusesBitsAbove(uint256 bit) public {
        uint256 caps = TailWord.unwrap(_even(8191));
        this.requireCaps(caps);
        caps |= 1 << bound(bit, 221, 255);
        vm.expectRevert(abi.encodeWithSelector(Tail.TailTooWide.selector, caps));
        this.requireCaps(caps);
    }

    /* PER DAY (W-5) */

    /// @dev (1 - t/4) old <= taken <= (1 + t) old, t in days and at most 1; what lies between is taken as quoted.
    function testFuzz_bounded_staysWithinTheDay(uint256 old, uint256 quoted, uint256 elapsed) public pure {
        (old, quoted) = (old >> 35, quoted >> 35);
        elapsed = bound(elapsed, 1, 3 days);
        uint256 time = elapsed < 1 days ? elapsed : 1 days;
        TailWord taken = TailWord.wrap(Tail.bounded(TailWord.wrap(old), TailWord.wrap(quoted), elapsed));
        assertEq(taken.above(), 0);
        for (uint256 n; n < 17; ++n) {
            (uint256 from, uint256 to) = (TailWord.wrap(old).cap(n), TailWord.wrap(quoted).cap(n));
            uint256 cap = taken.cap(n);
            assertLe(cap * 1 days, from * (1 days + time), "rose by more");
            assertGe(cap * 4 days, from * (4 days - time), "fell by more");
            if (to * 1 days < (from + 1) * time + from * 1 days && to >= from) assertGe(cap + 1, to, "stopped early");
            if (cap < to) assertGt((cap + 1) * 1 days, from * (1 days + time), "less than allowed");
            if (cap > to) assertLt((cap - 1) * 4 days, from * (4 days - time), "more than allowed");
        }
    }

    function test_bounded_byHand() public pure {
        TailWord old = _even(1000);
        assertEq(Tail.bounded(old, _even(8191), 1 days), TailWord.unwrap(_even(2000)));
        assertEq(Tail.bounded(old, _even(8191), 30 days), TailWord.unwrap(_even(2000)), "a pause is not caught up");
        assertEq(Tail.bounded(old, _even(8191), 6 hours), TailWord.unwrap(_even(1250)));
        assertEq(Tail.bounded(old, _even(164), 1 days), TailWord.unwrap(_even(750)));
        assertEq(Tail.bounded(old, _even(164), 6 hours), TailWord.unwrap(_even(938)));
        assertEq(Tail.bounded(old, _even(1111), 1 days), TailWord.unwrap(_even(1111)));
        assertEq(Tail.bounded(_even(5000), _even(8191), 1 days), TailWord.unwrap(_even(8191)), "no carry");
    }

    /* MAINTENANCE (W-6) */

    function test_risen_byHand() public pure {
        TailWord base = _even(1000);
        TailWord full = _even(8191);
        assertEq(Tail.risen(base, full, 0), TailWord.unwrap(base));
        assertEq(Tail.risen(base, full, 1 hours), TailWord.unwrap(_even(1020)));
        assertEq(Tail.risen(base, full, 2 hours), TailWord.unwrap(_even(1040))); // 1,040.4
        assertEq(Tail.risen(base, full, 24 hours), TailWord.unwrap(_even(1608))); // 1,608.4
        assertEq(Tail.risen(base, _even(1200), 24 hours), TailWord.unwrap(_even(1200)));
        assertEq(Tail.risen(base, _even(164), 0), TailWord.unwrap(_even(164)), "down at once");
    }

    /// @dev No path through messages is faster than 2 % an hour, none beyond what was posted, and 200 hours suffice.
    function testFuzz_risen_isAtMostTwoPercentAnHour(
        uint256 base,
        uint256 posted,
        uint256 first,
        uint256 rest
    ) public pure {
        (TailWord from, TailWord to) = (TailWord.wrap(base >> 35), TailWord.wrap(posted >> 35));
        (first, rest) = (bound(first, 0, 100 hours), bound(rest, 0, 100 hours));
        TailWord halfway = TailWord.wrap(Tail.risen(from, to, first));
        TailWord inTwo = TailWord.wrap(Tail.risen(halfway, to, rest));
        TailWord inOne = TailWord.wrap(Tail.risen(from, to, first + rest));
        TailWord hourLater = TailWord.wrap(Tail.risen(from, to, first + 1 hours));
        for (uint256 n; n < 17; ++n) {
            assertLe(inOne.cap(n), to.cap(n), "beyond what was posted");
            assertLe(inTwo.cap(n), inOne.cap(n) + 1, "two steps are faster than one");
            assertGe(hourLater.cap(n), halfway.cap(n), "fell");
            // of what the base may be by then, which the cap rounds down
            assertLe(hourLater.cap(n) * 100, (halfway.cap(n) + 1) * 102, "more than 2 % an hour");
        }
    }

    function test_risen_reachesTheLargestFromTheLeast() public pure {
        uint256 caps = Tail.risen(TailWord.wrap(_least()), _even(8191), 200 hours);
        assertEq(caps, TailWord.unwrap(_even(8191)));
        assertEq(Tail.risen(TailWord.wrap(_least()), _even(8191), 100 * 365 days), caps, "and stays");
        assertLt(TailWord.wrap(Tail.risen(TailWord.wrap(_least()), _even(8191), 197 hours)).cap(8), 8191);
    }

    /* OFFSET (W-8) */

    function test_boundedOffset_byHand() public pure {
        assertEq(Tail.boundedOffset(500_000, 0, 1 hours), 496_000);
        assertEq(Tail.boundedOffset(500_000, 0, 30 days), 496_000, "an hour's at most");
        assertEq(Tail.boundedOffset(500_000, 1_000_000, 1 hours), 504_000);
        assertEq(Tail.boundedOffset(500_000, 0, 5 minutes), 499_667, "toward the old one");
        assertEq(Tail.boundedOffset(500_000, 501_000, 1 hours), 501_000);
        assertEq(Tail.boundedOffset(3_000, 0, 1 hours), 0);
        assertEq(Tail.boundedOffset(0, type(uint256).max, 1 hours), 4_000);
    }

    function testFuzz_boundedOffset_isAtMostAStepAway(uint256 old, uint256 quoted, uint256 elapsed) public pure {
        old = bound(old, 0, 600_000);
        uint256 taken = Tail.boundedOffset(old, quoted, elapsed);
        uint256 time = elapsed < 1 hours ? elapsed : 1 hours;
        uint256 gap = taken > old ? taken - old : old - taken;
        assertLe(gap * 1 hours, 4_000 * time);
        assertTrue(quoted > old ? taken >= old : taken <= old, "the wrong way");
        if (taken != quoted) assertGt((gap + 1) * 1 hours, 4_000 * time, "less than allowed");
    }

    /* FLOOR (W-7) */

    function test_floorAfter_byHand() public pure {
        assertEq(Tail.floorAfter(0), 0.7e9);
        assertEq(Tail.floorAfter(1 hours), 0.714e9);
        assertEq(Tail.floorAfter(15 hours), 0.91e9);
        assertEq(Tail.floorAfter(1), 0.7e9 + 3889, "up: 3,888.9");
        assertEq(Tail.floorAfter(21 hours + 25 minutes), FULL_FLOOR - 166_666);
        assertEq(Tail.floorAfter(21 hours + 25 minutes + 43), FULL_FLOOR);
        assertEq(Tail.floorAfter(1e6 days), FULL_FLOOR);
    }

    /// @dev A requirement at its floor rises by at most 2 % an hour.
    function testFuzz_floorAfter_risesByTwoPercentAnHour(uint256 late) public pure {
        late = bound(late, 0, 30 hours);
        assertLe(Tail.floorAfter(late + 1 hours) * 100, Tail.floorAfter(late) * 102 + 100);
        assertGe(Tail.floorAfter(late + 1), Tail.floorAfter(late));
    }
}
