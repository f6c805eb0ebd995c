// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Test} from "forge-std/Test.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {MockAggregator} from "../../../contracts/mocks/MockAggregator.sol";

contract MockAggregatorTest is Test {
    function testFuzz_push_isANewRoundNow(int96 first, int96 second, uint32 time) public {
        MockAggregator feed = new MockAggregator(8, -5, 7, address(0));
        feed.push(first);
        vm.warp(time);
        feed.push(second);
        (uint80 round, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredIn) = feed.latestRoundData();
        assertEq(round, 2);
        assertEq(answer, second);
        assertEq(startedAt, time);
        assertEq(updatedAt, time);
        assertEq(answeredIn, 2);
        assertEq(feed.decimals(), 8);
        assertEq(feed.minAnswer(), -5);
        assertEq(feed.maxAnswer(), 7);
        assertEq(feed.aggregator(), address(feed));
    }

    function testFuzz_push_revertsForAnswersThatDoNotFit(int256 answer) public {
        vm.assume(answer != int96(answer));
        MockAggregator feed = new MockAggregator(8, 0, 0, address(0));
        vm.expectRevert(abi.encodeWithSelector(SafeCast.SafeCastOverflowedIntDowncast.selector, uint8(96), answer));
        feed.push(answer);
    }

    function testFuzz_setRound_takesAnyRound(MockAggregator.Round calldata given) public {
        MockAggregator feed = new MockAggregator(8, 0, 0, address(0));
        feed.setRound(given);
        (uint80 round, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredIn) = feed.latestRoundData();
        MockAggregator.Round memory got = MockAggregator.Round(
            int96(answer),
            uint40(startedAt),
            uint40(updatedAt),
            uint32(round),
            uint32(answeredIn),
            uint16(round >> 64)
        );
        assertEq(abi.encode(got), abi.encode(given));
        assertEq(answeredIn >> 64, given.phase);
        assertEq(_round(feed, round), abi.encode(round, answer, startedAt, updatedAt, answeredIn));
    }

    function testFuzz_getRoundData_isEveryRoundPushed(int96[8] calldata answers, uint32 time) public {
        MockAggregator feed = new MockAggregator(8, 0, 0, address(0));
        for (uint256 i; i < 8; ++i) {
            if (i == 3) feed.startPhase();
            vm.warp(time + i);
            feed.push(answers[i]);
        }
        for (uint80 i; i < 8; ++i) {
            uint80 id = i < 3 ? i + 1 : (1 << 64) + i - 2;
            uint256 then = uint256(time) + i;
            assertEq(_round(feed, id), abi.encode(id, int256(answers[i]), then, then, id));
        }
    }

    function testFuzz_getRoundData_isZeroWithoutARound(uint16 phase, uint32 id) public {
        MockAggregator feed = new MockAggregator(8, 0, 0, address(0));
        feed.push(5);
        vm.assume(phase != 0 || id != 1);
        uint80 round = (uint80(phase) << 64) | id;
        assertEq(_round(feed, round), abi.encode(round, 0, 0, 0, uint80(phase) << 64));
    }

    /// @dev What an aggregator writes that the proxy has left.
    function test_record_leavesTheLatestRound() public {
        MockAggregator feed = new MockAggregator(8, 0, 0, address(0));
        feed.push(5);
        feed.startPhase();
        feed.push(6);
        feed.record(MockAggregator.Round(7, 1, 2, 2, 2, 0));
        assertEq(_round(feed, 2), abi.encode(2, 7, 1, 2, 2));
        (uint80 latest, int256 answer, , , ) = feed.latestRoundData();
        assertEq(latest, (1 << 64) + 1);
        assertEq(answer, 6);
    }

    function testFuzz_push_isForThePusherAlone(address pusher, address stranger) public {
        vm.assume(pusher != stranger && pusher != address(0));
        MockAggregator feed = new MockAggregator(8, 0, 0, pusher);
        MockAggregator.Round memory round;
        vm.startPrank(stranger);
        vm.expectRevert(abi.encodeWithSelector(MockAggregator.NotPusher.selector, stranger, pusher));
        feed.push(1);
        vm.expectRevert(abi.encodeWithSelector(MockAggregator.NotPusher.selector, stranger, pusher));
        feed.setRound(round);
        vm.expectRevert(abi.encodeWithSelector(MockAggregator.NotPusher.selector, stranger, pusher));
        feed.record(round);
        vm.expectRevert(abi.encodeWithSelector(MockAggregator.NotPusher.selector, stranger, pusher));
        feed.startPhase();
        vm.stopPrank();
        vm.prank(pusher);
        feed.push(1);
    }

    function _round(MockAggregator feed, uint80 id) private view returns (bytes memory) {
        (uint80 round, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredIn) = feed.getRoundData(id);
        return abi.encode(round, answer, startedAt, updatedAt, answeredIn);
    }
}
