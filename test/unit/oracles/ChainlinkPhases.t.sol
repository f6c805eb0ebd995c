// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Test} from "forge-std/Test.sol";
import {IAggregatorV3} from "../../../contracts/interfaces/external/IAggregatorV3.sol";
import {IPriceHistory} from "../../../contracts/interfaces/IPriceHistory.sol";
import {MockAggregator} from "../../../contracts/mocks/MockAggregator.sol";
import {ChainlinkConfig, ChainlinkSource} from "../../../contracts/oracles/ChainlinkSource.sol";

/// @dev Walks across phases: P-11 of the specification. Answers are the round's place in time, so that a price names it.
contract ChainlinkPhasesTest is Test {
    uint256 internal constant STALENESS = 3900;
    uint256 internal constant START = 1_800_000_000;
    uint256 internal constant OLD = 1 << 64;
    uint256 internal constant NEW = 2 << 64;

    MockAggregator internal feed;
    ChainlinkSource internal source;

    function setUp() public {
        vm.warp(START);
        feed = new MockAggregator(8, 1e6, 1e14, address(0));
        IAggregatorV3 none;
        source = new ChainlinkSource(ChainlinkConfig(feed, none, STALENESS, 0, 0.005e18, 0, 0));
        feed.startPhase();
        for (uint256 i; i < 5; ++i) _push(START + 10 * i); // the last at 40
    }

    /// @dev The new aggregator ran before the old one stopped: its first round later than the last of the old one is next.
    function testFuzz_next_goesOnWithTheFirstLaterRound(uint256 seed, uint256 hint) public {
        uint256 expected = _parallel(seed);
        _expectNext(OLD + 5, expected);
        hint = bound(hint, NEW, NEW + 12);
        vm.assume(hint != expected);
        _expectWrongHint(OLD + 5, hint, 2, START + 40);
    }

    /// @dev Round 1 of a new phase has nothing before it.
    function test_next_takesRoundOneOfANewAggregator() public {
        feed.startPhase();
        _push(START + 50);
        _push(START + 60);
        vm.warp(START + 40 + STALENESS + 1);
        _expectNext(OLD + 5, NEW + 1);
        _expectWrongHint(OLD + 5, NEW + 2, 2, START + 40);
        _expectWrongHint(OLD + 5, 0, 2, START + 40);
        _expectWrongHint(OLD + 5, OLD + 5, 2, START + 40);
        _expectWrongHint(OLD + 5, (3 << 64) + 1, 2, START + 40);
        _expectWrongHint(OLD + 5, type(uint256).max, 2, START + 40);
    }

    /// @dev A round of the same second as the last old one is not later.
    function test_next_leavesOutARoundOfTheSameSecond() public {
        feed.startPhase();
        _record(2, 1, START + 40);
        _record(2, 2, START + 41);
        feed.setRound(_at(2, 3, START + 42));
        vm.warp(START + 40 + STALENESS + 1);
        _expectNext(OLD + 5, NEW + 2);
        _expectWrongHint(OLD + 5, NEW + 1, 2, START + 40);
    }

    /// @dev While the old aggregator may still write, nobody can say that its price ended. If it does, the walk stays.
    function testFuzz_next_waitsUntilTheOldPhaseIsSilent(uint256 age) public {
        feed.startPhase();
        _push(START + 50);
        age = bound(age, 10, STALENESS);
        vm.warp(START + 40 + age);
        uint256 overAt = START + 40 + STALENESS + 1;
        vm.expectRevert(abi.encodeWithSelector(IPriceHistory.PhaseNotOver.selector, OLD + 5, overAt));
        source.next(OLD + 5, NEW + 1);
        _record(1, 6, START + 45);
        _expectNext(OLD + 5, OLD + 6);
        vm.warp(overAt + 5);
        _expectNext(OLD + 6, NEW + 1);
    }

    /// @dev A new phase without a later round has none yet, and needs no hint to say so.
    function test_next_isNoneYetWhileTheNewPhaseHasNoLaterRound() public {
        feed.startPhase();
        vm.warp(START + 40 + STALENESS + 1);
        _expectNone(OLD + 5);
        feed.setRound(_at(2, 1, START + 40));
        _expectNone(OLD + 5);
        _push(block.timestamp);
        _expectNext(OLD + 5, NEW + 2);
    }

    /// @dev Phases without any round are passed over, up to sixteen at once.
    function testFuzz_next_passesPhasesWithoutRounds(uint256 empty) public {
        empty = bound(empty, 0, 16);
        for (uint256 i; i <= empty; ++i) feed.startPhase();
        _push(START + 50);
        vm.warp(START + 40 + STALENESS + 1);
        _expectNext(OLD + 5, ((2 + empty) << 64) + 1);
        if (empty != 0) _expectWrongHint(OLD + 5, NEW + 1, 2 + empty, START + 40);
    }

    function test_next_stopsAfterSixteenPhasesWithoutRounds() public {
        for (uint256 i; i < 18; ++i) feed.startPhase();
        _push(START + 50);
        vm.warp(START + 40 + STALENESS + 1);
        _expectWrongHint(OLD + 5, (19 << 64) + 1, 18, START + 40);
    }

    /// @dev A phase that was over before the last old round is passed by its own last round, which takes over at once.
    function test_next_passesAPhaseThatWasOverBefore() public {
        feed.startPhase();
        _record(2, 1, START + 5);
        _record(2, 2, START + 15);
        feed.startPhase();
        _record(3, 1, START + 12);
        _record(3, 2, START + 39);
        feed.setRound(_at(3, 3, START + 50));
        vm.warp(START + 40 + STALENESS + 1);
        _expectWrongHint(OLD + 5, NEW + 1, 2, START + 40);
        _expectWrongHint(OLD + 5, (3 << 64) + 3, 2, START + 40);
        _expectNext(OLD + 5, NEW + 2);
        _expectWrongHint(NEW + 2, (3 << 64) + 1, 3, START + 15);
        _expectNext(NEW + 2, (3 << 64) + 2);
    }

    /// @dev Unusable rounds on both sides of the change are skipped like all others.
    function test_next_skipsUnusableRoundsAroundAChange() public {
        feed.push(0); // round 6 of the old phase, at 40
        feed.startPhase();
        _record(2, 1, START + 30);
        feed.record(MockAggregator.Round(1e6, 0, uint40(START + 50), 2, 2, 2));
        feed.setRound(_at(2, 3, START + 60));
        vm.warp(START + 40 + STALENESS + 1);
        (uint256 id, uint256 price, uint256 since) = source.next(OLD + 5, NEW + 2);
        assertEq(abi.encode(id, price, since), abi.encode(NEW + 3, _priceAt(START + 60), START + 60));
        _expectWrongHint(OLD + 5, NEW + 3, 2, START + 40, OLD + 6);
    }

    /// @dev A proxy that goes back to an aggregator it left long ago: that one's last price starts no window since.
    function test_first_refusesThePriceBeforeALongGap() public {
        uint256 window = START + 3 days;
        feed.startPhase();
        _push(window - 100);
        _push(window + 2000);
        vm.warp(window + 3000);
        for (uint32 i = 1; i <= 5; ++i) _record(3, i, START + 10 * (i - 1)); // the first aggregator again
        feed.setRound(_at(3, 6, window + 2500));
        source.first(NEW + 1, window);
        uint256[2] memory stale = [OLD + 5, (3 << 64) + 5];
        for (uint256 i; i < 2; ++i) {
            vm.expectPartialRevert(IPriceHistory.NotFirst.selector);
            source.first(stale[i], window);
        }
    }

    /// @dev A new phase of twelve rounds, some before the last old one. Returns the one that must follow that.
    function _parallel(uint256 seed) private returns (uint256 expected) {
        feed.startPhase();
        uint256 time = START + 1;
        for (uint32 i = 1; i <= 12; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            time += seed % 8;
            if (i == 12 && time <= START + 40) time = START + 41;
            feed.setRound(_at(2, i, time));
            if (expected == 0 && time > START + 40) expected = NEW + i;
        }
        vm.warp(START + 40 + STALENESS + 1);
    }

    function _push(uint256 time) private {
        vm.warp(time);
        feed.push(int256(_priceAt(time) / 1e10));
    }

    function _record(uint16 phase, uint32 id, uint256 time) private {
        feed.record(_at(phase, id, time));
    }

    function _at(uint16 phase, uint32 id, uint256 time) private pure returns (MockAggregator.Round memory) {
        return MockAggregator.Round(int96(uint96(_priceAt(time) / 1e10)), 0, uint40(time), id, id, phase);
    }

    function _priceAt(uint256 time) private pure returns (uint256) {
        return (time - START + 1) * 1e18;
    }

    /// @dev `expected` follows `id` when it is the hint.
    function _expectNext(uint256 id, uint256 expected) private view {
        (uint256 nextId, uint256 price, uint256 since) = source.next(id, expected);
        (, , , uint256 updatedAt, ) = feed.getRoundData(uint80(expected));
        assertEq(abi.encode(nextId, price, since), abi.encode(expected, _priceAt(updatedAt), updatedAt));
    }

    function _expectNone(uint256 id) private view {
        (uint256 nextId, uint256 price, uint256 since) = source.next(id, 0);
        assertEq(abi.encode(nextId, price, since), abi.encode(0, 0, 0));
    }

    function _expectWrongHint(uint256 id, uint256 hint, uint256 phase, uint256 since) private {
        _expectWrongHint(id, hint, phase, since, id);
    }

    function _expectWrongHint(uint256 id, uint256 hint, uint256 phase, uint256 since, uint256 last) private {
        vm.expectRevert(abi.encodeWithSelector(IPriceHistory.WrongHint.selector, last, hint, phase, since));
        source.next(id, hint);
    }
}
