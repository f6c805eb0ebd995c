// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Test} from "forge-std/Test.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {MockAggregator} from "../../../contracts/mocks/MockAggregator.sol";

contract MockAggregatorTest is Test {
    function testFuzz_push_isANewRoundNow(int112 first, int112 second, uint32 time) public {
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
        vm.assume(answer != int112(answer));
        MockAggregator feed = new MockAggregator(8, 0, 0, address(0));
        vm.expectRevert(abi.encodeWithSelector(SafeCast.SafeCastOverflowedIntDowncast.selector, uint8(112), answer));
        feed.push(answer);
    }

    function testFuzz_setRound_takesAnyRound(MockAggregator.Round calldata given) public {
        MockAggregator feed = new MockAggregator(8, 0, 0, address(0));
        feed.setRound(given);
        (uint80 round, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredIn) = feed.latestRoundData();
        MockAggregator.Round memory got = MockAggregator.Round(
            int112(answer),
            uint40(startedAt),
            uint40(updatedAt),
            uint32(round),
            uint32(answeredIn)
        );
        assertEq(abi.encode(got), abi.encode(given));
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
        vm.stopPrank();
        vm.prank(pusher);
        feed.push(1);
    }
}
