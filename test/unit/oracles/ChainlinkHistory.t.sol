// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Test} from "forge-std/Test.sol";
import {IAggregatorV3} from "../../../contracts/interfaces/external/IAggregatorV3.sol";
import {IPriceHistory} from "../../../contracts/interfaces/IPriceHistory.sol";
import {MockAggregator} from "../../../contracts/mocks/MockAggregator.sol";
import {AggregateSource} from "../../../contracts/oracles/AggregateSource.sol";
import {ChainlinkConfig, ChainlinkSource} from "../../../contracts/oracles/ChainlinkSource.sol";

/// @dev Walks within one phase: every round that counts, in order, none left out.
contract ChainlinkHistoryTest is Test {
    uint256 internal constant STALENESS = 3900;
    uint256 internal constant PHASE = 5 << 64;
    uint256 internal constant START = 1_800_000_000;

    MockAggregator internal feed;
    ChainlinkSource internal source;

    function setUp() public {
        vm.warp(START);
        feed = new MockAggregator(8, 1e6, 1e14, address(0));
        IAggregatorV3 none;
        source = new ChainlinkSource(ChainlinkConfig(feed, none, STALENESS, 0, 0.005e18, 0, 0));
        for (uint256 i; i < 5; ++i) feed.startPhase();
    }

    /// @dev P-10: the average of a window, walked over the history, is the one of a price that was watched each second.
    function testFuzz_next_averagesAWindowAsIfWatched(uint256 seed, uint256 from, uint256 length) public {
        uint256[] memory watched = _run(seed, 30, 400);
        from = bound(from, START, START + 200);
        length = bound(length, 1, 199);
        uint256 sum;
        for (uint256 i = from; i < from + length; ++i) sum += watched[i - START];
        uint256 starts;
        for (uint256 id = PHASE + 1; id <= PHASE + 80; ++id) {
            try source.first(id, from) returns (uint256, uint256) {
                assertEq(_walk(source, id, from, from + length), sum, "every start gives the same");
                ++starts;
            } catch (bytes memory reason) {
                assertTrue(
                    bytes4(reason) == IPriceHistory.NotFirst.selector ||
                        bytes4(reason) == IPriceHistory.UnknownRound.selector
                );
            }
        }
        assertGe(starts, 1, "there is one");
    }

    /// @dev P-10: rounds whose answer is at or beyond the bounds, or carried over, change nothing.
    function test_next_skipsRoundsWithoutUsableAnswer() public {
        _push(START, 100e8);
        _push(START + 10, 1e6); // the lower bound
        feed.record(MockAggregator.Round(300e8, 0, uint40(START + 20), 3, 2, 5)); // carried over
        feed.setRound(MockAggregator.Round(1e14, 0, uint40(START + 30), 4, 4, 5)); // the upper bound
        vm.warp(START + 40);
        assertEq(_next(PHASE + 1), abi.encode(0, 0, 0), "none yet");
        feed.push(200e8);
        assertEq(_next(PHASE + 1), abi.encode(PHASE + 5, 200e18, START + 40));
        assertEq(_round(PHASE + 2), abi.encode(0, START + 10));
        assertEq(_round(PHASE + 3), abi.encode(0, START + 20));
        assertEq(_round(PHASE + 4), abi.encode(0, START + 30));
        assertEq(_walk(source, PHASE + 1, START + 5, START + 45), 100e18 * 35 + 200e18 * 5);
    }

    function test_next_givesUpAfterAThousandUnusableRounds() public {
        _push(START, 100e8);
        for (uint256 i; i < 999; ++i) feed.push(0);
        feed.push(200e8);
        assertEq(_next(PHASE + 1), abi.encode(PHASE + 1001, 200e18, START));
        feed.record(MockAggregator.Round(0, 0, uint40(START), 1001, 1001, 5));
        vm.expectRevert(abi.encodeWithSelector(IPriceHistory.TooManyUnusable.selector, PHASE + 1001, 1000));
        source.next(PHASE + 1, 0);
    }

    /// @dev A hint is not read within a phase.
    function testFuzz_next_ignoresTheHintWithinAPhase(uint256 hint) public {
        _push(START, 100e8);
        _push(START + 10, 200e8);
        (uint256 id, , ) = source.next(PHASE + 1, hint);
        assertEq(id, PHASE + 2);
        (id, , ) = source.next(PHASE + 2, hint);
        assertEq(id, 0);
    }

    function testFuzz_round_revertsForOneThatIsNot(uint256 id) public {
        _push(START, 100e8);
        vm.assume(id != PHASE + 1);
        vm.expectRevert(abi.encodeWithSelector(IPriceHistory.UnknownRound.selector, id));
        source.round(id);
        vm.expectRevert(abi.encodeWithSelector(IPriceHistory.UnknownRound.selector, id));
        source.first(id, START);
    }

    function testFuzz_next_revertsForAnIdThatIsNone(uint256 id) public {
        _push(START, 100e8);
        id = bound(id, PHASE + 2, type(uint256).max);
        if (id > type(uint80).max) vm.expectRevert(abi.encodeWithSelector(IPriceHistory.UnknownRound.selector, id));
        else vm.expectRevert(abi.encodeWithSelector(IPriceHistory.RoundMissing.selector, id + 1, PHASE + 1));
        source.next(id, 0);
    }

    /// @dev What was in force is never said to be in force later: a time in the future is no round yet.
    function testFuzz_next_knowsNoRoundFromTheFuture(uint256 lead) public {
        lead = bound(lead, 1, 1000);
        _push(START, 100e8);
        feed.record(MockAggregator.Round(200e8, 0, uint40(START + lead), 2, 2, 5));
        assertEq(_next(PHASE + 1), abi.encode(0, 0, 0));
        vm.warp(START + lead);
        assertEq(_next(PHASE + 1), abi.encode(PHASE + 2, 200e18, START + lead));
    }

    /// @dev P-9: usable, not later than the window, and not older than what an outage explains.
    function test_first_isForRoundsFromWhichToWalk() public {
        uint256 reach = STALENESS + 1 days;
        _push(START, 100e8);
        _push(START + 10, 0);
        (uint256 price, uint256 since) = source.first(PHASE + 1, START + reach);
        assertEq(abi.encode(price, since), abi.encode(100e18, START));
        source.first(PHASE + 1, START);
        _expectNotFirst(PHASE + 1, START, START - 1, START - 1 - reach);
        _expectNotFirst(PHASE + 1, START, START + reach + 1, START + 1);
        _expectNotFirst(PHASE + 2, START + 10, START + 20, START + 20 - reach);
        _expectNotFirst(PHASE + 1, START, 5, 0);
    }

    /// @dev P-9: nobody can begin early and leave a long walk to others.
    function test_first_refusesAnEarlierRoundThanTheLast() public {
        for (uint256 i; i < 3; ++i) _push(START + 10 * i, 100e8);
        uint256 earliest = START + 20 - STALENESS - 1 days;
        source.first(PHASE + 1, START + 9);
        _expectNotFirst(PHASE + 1, START, START + 20, earliest);
        _expectNotFirst(PHASE + 2, START + 10, START + 20, earliest);
        source.first(PHASE + 3, START + 20);
        source.first(PHASE + 3, START + 500);
    }

    /// @dev The history of an aggregate is that of its first source.
    function test_aggregate_tellsTheHistoryOfItsFirstSource() public {
        _push(START, 100e8);
        _push(START + 10, 200e8);
        IAggregatorV3 none;
        MockAggregator other = new MockAggregator(8, 1e6, 1e14, address(0));
        other.push(150e8);
        address[] memory sources = new address[](2);
        sources[0] = address(source);
        sources[1] = address(new ChainlinkSource(ChainlinkConfig(other, none, STALENESS, 0, 0.005e18, 0, 0)));
        AggregateSource aggregate = new AggregateSource(sources, 1);
        vm.warp(START + 30);
        assertEq(_walk(aggregate, PHASE + 1, START + 5, START + 25), 100e18 * 5 + 200e18 * 15);
        (uint256 price, uint256 since) = aggregate.round(PHASE + 2);
        assertEq(abi.encode(price, since), abi.encode(200e18, START + 10));
        vm.expectRevert(abi.encodeWithSelector(IPriceHistory.UnknownRound.selector, PHASE + 3));
        aggregate.round(PHASE + 3);
    }

    /// @dev Random rounds, some unusable, some of the same second; the price in force at each second.
    function _run(uint256 seed, uint256 rounds, uint256 duration) private returns (uint256[] memory watched) {
        watched = new uint256[](duration);
        uint256 price;
        for (uint256 second; second < duration; ++second) {
            for (uint256 i; i < 2; ++i) {
                seed = uint256(keccak256(abi.encode(seed)));
                if (second != 0 && seed % duration >= rounds) break;
                bool usable = second == 0 || seed % 5 != 0;
                int256 answer = usable ? int256(1e6 + 1 + ((seed >> 128) % 1e13)) : int256((seed >> 128) % 1e6);
                _push(START + second, answer);
                if (usable) price = uint256(answer) * 1e10;
            }
            watched[second] = price;
        }
        vm.warp(START + duration);
    }

    /// @dev Sum of price * seconds from `from` until `to`, as whoever settles would take it.
    function _walk(IPriceHistory history, uint256 id, uint256 from, uint256 to) private view returns (uint256 sum) {
        (uint256 price, ) = history.first(id, from);
        while (from < to) {
            (uint256 nextId, uint256 nextPrice, uint256 since) = history.next(id, 0);
            uint256 until = nextId == 0 || since > to ? to : since;
            if (until > from) {
                sum += price * (until - from);
                from = until;
            }
            if (nextId == 0) break;
            (id, price) = (nextId, nextPrice);
        }
        assertEq(from, to);
    }

    function _push(uint256 time, int256 answer) private {
        vm.warp(time);
        feed.push(answer);
    }

    function _round(uint256 id) private view returns (bytes memory) {
        (uint256 price, uint256 since) = source.round(id);
        return abi.encode(price, since);
    }

    function _next(uint256 id) private view returns (bytes memory) {
        (uint256 nextId, uint256 price, uint256 since) = source.next(id, 0);
        return abi.encode(nextId, price, since);
    }

    function _expectNotFirst(uint256 id, uint256 since, uint256 time, uint256 earliest) private {
        vm.expectRevert(abi.encodeWithSelector(IPriceHistory.NotFirst.selector, id, since, time, earliest));
        source.first(id, time);
    }
}
