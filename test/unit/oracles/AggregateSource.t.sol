// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Test} from "forge-std/Test.sol";
import {Reading} from "../../../contracts/interfaces/IPriceSource.sol";
import {Parameters} from "../../../contracts/libraries/Parameters.sol";
import {AggregateSource} from "../../../contracts/oracles/AggregateSource.sol";
import {Hostile, Manner, Reader} from "./Hostile.sol";

contract AggregateSourceTest is Test {
    Reader internal reader;
    Hostile[5] internal members;

    function setUp() public {
        vm.warp(1_800_000_000);
        reader = new Reader();
        for (uint256 i; i < 5; ++i) {
            members[i] = new Hostile();
            _set(i, 3000e18);
        }
    }

    function test_read_isTheMiddleOfAnOddNumber() public {
        AggregateSource source = _aggregate(3, 2);
        _set(0, 3010e18);
        _set(1, 1);
        _set(2, 2990e18);
        assertEq(source.read().spot, 2990e18);
    }

    function test_read_isTheMeanOfTheMiddleTwoRoundedDown() public {
        AggregateSource source = _aggregate(4, 2);
        _set(0, 4000);
        _set(1, 3004);
        _set(2, 3001);
        _set(3, 7);
        assertEq(source.read().spot, 3002);
    }

    /// @dev Half of the sources are at or below the median, half at or above; ends and time are the extremes.
    function testFuzz_read_isTheMedianInsideTheHull(Reading[5] memory readings, uint256 count) public {
        count = bound(count, 1, 5);
        AggregateSource source = _aggregate(count, 1);
        for (uint256 i; i < count; ++i) readings[i] = _setAny(i, readings[i]);
        Reading memory r = reader.read(address(source));
        uint256 atOrBelow;
        uint256 atOrAbove;
        // bits: low, high, publishedAt are those of some source, or 5 % from the median of three and more
        uint256 matches = _reachMatches(r, count);
        for (uint256 i; i < count; ++i) {
            if (readings[i].spot <= r.spot) ++atOrBelow;
            if (readings[i].spot >= r.spot) ++atOrAbove;
            if (count < 3) assertLe(r.low, readings[i].low);
            if (count < 3) assertGe(r.high, readings[i].high);
            assertLe(r.publishedAt, readings[i].publishedAt);
            if (r.low == readings[i].low) matches |= 1;
            if (r.high == readings[i].high) matches |= 2;
            if (r.publishedAt == readings[i].publishedAt) matches |= 4;
        }
        assertGe(2 * atOrBelow, count);
        assertGe(2 * atOrAbove, count);
        assertEq(matches, 7);
    }

    function _reachMatches(Reading memory r, uint256 count) private pure returns (uint256 matches) {
        if (count < 3) return 0;
        if (r.low == r.spot - r.spot / 20) matches |= 1;
        if (r.high == r.spot + r.spot / 20) matches |= 2;
    }

    /// @dev One of three that lies, in its price or in its interval, stretches the others' interval to 5 % at most: it
    /// cannot hold up liquidations at the good end.
    function testFuzz_read_oneLiarStretchesTheIntervalByFivePercentAtMost(Reading memory lie, uint256 gap) public {
        AggregateSource source = _aggregate(3, 2);
        _set(0, 3000e18);
        _set(1, 3000e18 + bound(gap, 0, 150e18));
        _setAny(2, lie);
        Reading memory r = source.read();
        assertGe(r.spot, 3000e18);
        assertLe(r.spot, 3150e18);
        assertGe(r.low, r.spot - r.spot / 20);
        assertLe(r.high, r.spot + r.spot / 20);
        assertLe(r.low, 3000e18, "the honest prices stay inside");
        assertGe(r.high, r.spot);
    }

    /// @dev Of two nobody can say which is wrong: the whole hull.
    function test_read_ofTwoKeepsTheHull() public {
        AggregateSource source = _aggregate(2, 2);
        _set(0, 2000e18);
        _set(1, 4000e18);
        assertEq(abi.encode(source.read()), abi.encode(Reading(3000e18, 2000e18, 4000e18, block.timestamp, true)));
    }

    /// @dev A minority that lies cannot move the spot beyond the honest.
    function testFuzz_read_staysAmongTheHonestMajority(
        uint256 a,
        uint256 b,
        uint256 c,
        uint256 lie1,
        uint256 lie2
    ) public {
        AggregateSource source = _aggregate(5, 3);
        uint256[3] memory honest = [bound(a, 2990e18, 3010e18), bound(b, 2990e18, 3010e18), bound(c, 2990e18, 3010e18)];
        for (uint256 i; i < 3; ++i) _set(i, honest[i]);
        _set(3, bound(lie1, 1, Parameters.MAX_PRICE));
        _set(4, bound(lie2, 1, Parameters.MAX_PRICE));
        Reading memory r = source.read();
        assertGe(r.spot, 2990e18);
        assertLe(r.spot, 3010e18);
    }

    function testFuzz_read_isLiveIffAQuorumOfSourcesIs(
        uint8 count,
        uint8 quorum,
        uint8 liveMask,
        uint8 deadMask
    ) public {
        count = uint8(bound(count, 1, 5));
        quorum = uint8(bound(quorum, 1, count));
        AggregateSource source = _aggregate(count, quorum);
        uint256 live;
        uint256 valid;
        for (uint256 i; i < count; ++i) {
            bool dead = deadMask & (1 << i) != 0;
            bool isLive = liveMask & (1 << i) != 0;
            members[i].setReading(Reading(dead ? 0 : 3000e18, 0, 3000e18, 0, isLive));
            if (!dead) ++valid;
            if (!dead && isLive) ++live;
        }
        Reading memory r = reader.read(address(source));
        assertEq(r.live, live >= quorum);
        assertEq(r.spot, valid == 0 ? 0 : 3000e18);
    }

    function test_read_isEmptyWhenAllSourcesAreDead() public {
        AggregateSource source = _aggregate(5, 1);
        for (uint256 i; i < 5; ++i) members[i].setManner(Manner.Revert);
        assertEq(abi.encode(source.read()), abi.encode(Reading(0, 0, 0, 0, false)));
    }

    /// @dev One survivor serves valuation though not new risk.
    function testFuzz_read_keepsTheLastSource(uint256 survivor, uint256 spot) public {
        AggregateSource source = _aggregate(3, 2);
        survivor = bound(survivor, 0, 2);
        spot = bound(spot, 1, Parameters.MAX_PRICE);
        for (uint256 i; i < 3; ++i) {
            if (i != survivor) members[i].setManner(Manner.Revert);
        }
        _set(survivor, spot);
        Reading memory r = reader.read(address(source));
        assertEq(r.spot, spot);
        assertFalse(r.live);
    }

    function testFuzz_constructor_keepsTheSources(uint256 count, uint256 quorum) public {
        count = bound(count, 1, 5);
        quorum = bound(quorum, 1, count);
        AggregateSource source = _aggregate(count, quorum);
        assertEq(source.COUNT(), count);
        assertEq(source.QUORUM(), quorum);
        for (uint256 i; i < 7; ++i) assertEq(source.source(i), i < count ? address(members[i]) : address(0));
    }

    function test_constructor_refusesNoSourceAndTooMany() public {
        vm.expectRevert(abi.encodeWithSelector(AggregateSource.InvalidSourceCount.selector, 0, 5));
        new AggregateSource(new address[](0), 1);
        vm.expectRevert(abi.encodeWithSelector(AggregateSource.InvalidSourceCount.selector, 6, 5));
        new AggregateSource(new address[](6), 1);
    }

    function testFuzz_constructor_refusesAQuorumOutOfRange(uint256 count, uint256 quorum) public {
        count = bound(count, 1, 5);
        vm.assume(quorum == 0 || quorum > count);
        vm.expectRevert(abi.encodeWithSelector(AggregateSource.InvalidQuorum.selector, quorum, count));
        new AggregateSource(_addresses(count), quorum);
    }

    function testFuzz_constructor_refusesADuplicate(uint256 first, uint256 second) public {
        first = bound(first, 0, 3);
        second = bound(second, first + 1, 4);
        address[] memory sources = _addresses(5);
        sources[second] = sources[first];
        vm.expectRevert(abi.encodeWithSelector(AggregateSource.DuplicateSource.selector, sources[first]));
        new AggregateSource(sources, 1);
    }

    function testFuzz_constructor_refusesASourceThatIsDeadOrTooDear(uint256 which, bool dear) public {
        which = bound(which, 0, 4);
        if (dear) members[which].setWaste(44_000);
        else members[which].setManner(Manner.Revert);
        address[] memory sources = _addresses(5);
        vm.expectRevert(abi.encodeWithSelector(AggregateSource.SourceNotUsable.selector, sources[which], 44_000));
        new AggregateSource(sources, 1);
    }

    function _aggregate(uint256 count, uint256 quorum) private returns (AggregateSource) {
        return new AggregateSource(_addresses(count), quorum);
    }

    function _addresses(uint256 count) private view returns (address[] memory sources) {
        sources = new address[](count);
        for (uint256 i; i < count; ++i) sources[i] = address(members[i]);
    }

    function _set(uint256 i, uint256 spot) private {
        members[i].setReading(Reading(spot, spot, spot, block.timestamp, true));
    }

    function _setAny(uint256 i, Reading memory r) private returns (Reading memory) {
        r.spot = bound(r.spot, 1, Parameters.MAX_PRICE);
        r.low = bound(r.low, 0, r.spot);
        r.high = bound(r.high, r.spot, Parameters.MAX_PRICE);
        r.publishedAt = bound(r.publishedAt, 0, block.timestamp);
        members[i].setReading(r);
        return r;
    }
}
