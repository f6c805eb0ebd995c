// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Test} from "forge-std/Test.sol";
import {IAggregatorV3} from "../../../contracts/interfaces/external/IAggregatorV3.sol";
import {Reading} from "../../../contracts/interfaces/IPriceSource.sol";
import {Parameters} from "../../../contracts/libraries/Parameters.sol";
import {SafeRead} from "../../../contracts/libraries/SafeRead.sol";
import {MockAggregator} from "../../../contracts/mocks/MockAggregator.sol";
import {ChainlinkConfig, ChainlinkSource} from "../../../contracts/oracles/ChainlinkSource.sol";
import {Hostile, ICool, Manner, Reader} from "./Hostile.sol";

/// @dev `read` of a source without sequencer. The feed is a double that can answer anything.
contract ChainlinkSourceTest is Test {
    int256 internal constant MIN = 1e6;
    int256 internal constant MAX = 1e14;
    uint256 internal constant STALENESS = 3900;
    uint256 internal constant CONFIDENCE = 0.005e18;
    uint256 internal constant SCALE = 1e10;

    Reader internal reader;
    Hostile internal feed;
    ChainlinkSource internal source;

    function setUp() public {
        vm.warp(1_800_000_000);
        reader = new Reader();
        MockAggregator template = new MockAggregator(8, 0, 0, address(0));
        IAggregatorV3 none;
        source = new ChainlinkSource(ChainlinkConfig(template, none, STALENESS, 0, CONFIDENCE, MIN, MAX));
        vm.etch(address(template), address(new Hostile()).code);
        feed = Hostile(payable(address(template)));
    }

    function testFuzz_read_isTheAnswerInsideItsConfidence(int256 answer, uint256 age, uint80 round) public {
        answer = bound(answer, MIN + 1, MAX - 1);
        age = bound(age, 0, STALENESS);
        round = uint80(bound(round, 1, type(uint80).max));
        _answer(round, answer, block.timestamp - age, round);
        Reading memory r = source.read();
        assertEq(r.spot, uint256(answer) * SCALE);
        assertEq(r.publishedAt, block.timestamp - age);
        assertTrue(r.live);
        // low <= spot * 0.995 < low + 1 and high - 1 < spot * 1.005 <= high, by multiplication alone
        assertLe(r.low * 1000, r.spot * 995);
        assertGt((r.low + 1) * 1000, r.spot * 995);
        assertGe(r.high * 1000, r.spot * 1005);
        assertLt((r.high - 1) * 1000, r.spot * 1005);
        assertEq(reader.read(address(source)).spot, r.spot, "SafeRead accepts it");
    }

    function testFuzz_read_isEmptyAtOrBeyondTheBounds(int256 answer) public {
        vm.assume(answer <= MIN || answer >= MAX);
        _answer(1, answer, block.timestamp, 1);
        _assertEmpty();
    }

    function test_read_isEmptyExactlyAtTheBounds() public {
        _answer(1, MIN, block.timestamp, 1);
        _assertEmpty();
        _answer(1, MAX, block.timestamp, 1);
        _assertEmpty();
    }

    function testFuzz_read_isEmptyWhenStale(uint256 age) public {
        age = bound(age, STALENESS + 1, block.timestamp);
        _answer(1, 1e11, block.timestamp - age, 1);
        _assertEmpty();
    }

    function testFuzz_read_isEmptyWhenFromTheFuture(uint256 updatedAt) public {
        _answer(1, 1e11, bound(updatedAt, block.timestamp + 1, type(uint256).max), 1);
        _assertEmpty();
    }

    function test_read_isUsableUntilExactlyStale() public {
        _answer(1, 1e11, block.timestamp - STALENESS, 1);
        assertEq(source.read().spot, 1000e18);
        _answer(1, 1e11, block.timestamp - STALENESS - 1, 1);
        _assertEmpty();
    }

    /// @dev With 18 decimals the ends are not whole: each moves outward by less than one unit.
    function testFuzz_read_roundsTheEndsOutward(uint88 answer) public {
        answer = uint88(bound(answer, 2, 1e26));
        _replaceFeed(18, CONFIDENCE);
        _answer(1, int256(uint256(answer)), block.timestamp, 1);
        Reading memory r = source.read();
        assertLe(r.low * 1000, r.spot * 995);
        assertGt((r.low + 1) * 1000, r.spot * 995);
        assertGe(r.high * 1000, r.spot * 1005);
        assertLt((r.high - 1) * 1000, r.spot * 1005);
    }

    /// @dev Even where time 0 is not stale.
    function test_read_isEmptyWithoutATimestamp() public {
        vm.warp(STALENESS - 1);
        _answer(1, 1e11, 0, 1);
        _assertEmpty();
    }

    function testFuzz_read_isEmptyForAnAnswerCarriedOver(uint80 round, uint80 answeredIn) public {
        round = uint80(bound(round, 1, type(uint80).max));
        _answer(round, 1e11, block.timestamp, uint80(bound(answeredIn, 0, round - 1)));
        _assertEmpty();
    }

    function test_read_isEmptyForRoundZero() public {
        _answer(0, 1e11, block.timestamp, 0);
        _assertEmpty();
    }

    function testFuzz_read_isEmptyForEveryHostileManner(uint8 manner) public {
        _answer(1, 1e11, block.timestamp, 1);
        feed.setManner(Manner(bound(manner, uint8(Manner.Empty), uint8(type(Manner).max))));
        uint256 left = gasleft();
        _assertEmpty();
        assertLt(left - gasleft(), 60_000, "bounded gas");
    }

    function testFuzz_read_neverReverts(uint256[5] memory words) public {
        uint256[] memory w = new uint256[](5);
        for (uint256 i; i < 5; ++i) w[i] = words[i];
        feed.setAnswer(w);
        Reading memory r = source.read();
        assertTrue(r.spot == 0 || (r.low <= r.spot && r.spot <= r.high && r.publishedAt <= block.timestamp));
    }

    function testFuzz_read_answersTheSameForAnyGasOrReverts(uint256 gas_, uint256 waste) public {
        _answer(1, 1e11, block.timestamp, 1);
        feed.setWaste(bound(waste, 0, 10_000));
        Reading memory expected = source.read();
        ICool(address(vm)).cool(address(feed));
        ICool(address(vm)).cool(address(source));
        try source.read{gas: bound(gas_, 5_000, 100_000)}() returns (Reading memory got) {
            assertEq(abi.encode(got), abi.encode(expected));
        } catch (bytes memory reason) {
            assertEq(bytes4(reason), SafeRead.TooLittleGas.selector);
        }
    }

    /// @dev The largest price of the protocol does not overflow, whatever the bounds.
    function testFuzz_read_isEmptyAboveTheLargestPrice(int256 answer, uint8 decimals) public {
        decimals = uint8(bound(decimals, 0, 18));
        uint256 limit = Parameters.MAX_PRICE / 10 ** (18 - decimals);
        _replaceFeed(decimals, 0);
        _answer(1, bound(answer, int256(limit), type(int256).max), block.timestamp, 1);
        _assertEmpty();
        _answer(1, int256(limit) - 1, block.timestamp, 1);
        assertLe(source.read().high, Parameters.MAX_PRICE);
        assertGt(source.read().spot, 0);
    }

    function _replaceFeed(uint8 decimals, uint256 confidence) private {
        MockAggregator mock = new MockAggregator(decimals, 1, type(int192).max, address(0));
        IAggregatorV3 none;
        source = new ChainlinkSource(ChainlinkConfig(mock, none, STALENESS, 0, confidence, 0, 0));
        vm.etch(address(mock), address(feed).code);
        feed = Hostile(payable(address(mock)));
    }

    function _answer(uint80 round, int256 answer, uint256 updatedAt, uint80 answeredIn) private {
        uint256[] memory w = new uint256[](5);
        (w[0], w[1], w[2], w[3], w[4]) = (round, uint256(answer), updatedAt, updatedAt, answeredIn);
        feed.setAnswer(w);
    }

    function _assertEmpty() private view {
        assertEq(abi.encode(source.read()), abi.encode(Reading(0, 0, 0, 0, false)));
    }
}
