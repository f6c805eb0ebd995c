// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Test} from "forge-std/Test.sol";
import {IAggregatorV3} from "../../../contracts/interfaces/external/IAggregatorV3.sol";
import {MockAggregator} from "../../../contracts/mocks/MockAggregator.sol";
import {ChainlinkConfig, ChainlinkSource} from "../../../contracts/oracles/ChainlinkSource.sol";
import {Hostile} from "./Hostile.sol";

contract ChainlinkConstructionTest is Test {
    MockAggregator internal feed;
    MockAggregator internal uptime;

    function setUp() public {
        vm.warp(1_800_000_000);
        feed = new MockAggregator(8, 1e6, 1e14, address(0));
        uptime = new MockAggregator(0, 0, 0, address(0));
    }

    function test_constructor_takesTheBoundsOfTheAggregator() public {
        ChainlinkSource source = new ChainlinkSource(_config());
        assertEq(source.MIN_ANSWER(), 1e6);
        assertEq(source.MAX_ANSWER(), 1e14);
        assertEq(source.SCALE(), 1e10);
        assertEq(address(source.FEED()), address(feed));
        assertEq(source.STALENESS_SECONDS(), 3900);
        assertEq(source.CONFIDENCE(), 0.005e18);
    }

    function testFuzz_constructor_prefersExplicitBounds(int256 least, int256 most) public {
        ChainlinkConfig memory config = _config();
        config.minAnswer = bound(least, 0, 1e14 - 1);
        config.maxAnswer = bound(most, config.minAnswer + 1, 1e14);
        ChainlinkSource source = new ChainlinkSource(config);
        assertEq(source.MIN_ANSWER(), config.minAnswer);
        assertEq(source.MAX_ANSWER(), config.maxAnswer);
    }

    function testFuzz_constructor_refusesBoundsThatAreNone(int256 least, int256 most) public {
        vm.assume((least < 0 || least >= most) && (least != 0 || most != 0));
        ChainlinkConfig memory config = _config();
        (config.minAnswer, config.maxAnswer) = (least, most);
        vm.expectRevert(abi.encodeWithSelector(ChainlinkSource.InvalidBounds.selector, least, most));
        new ChainlinkSource(config);
    }

    function testFuzz_constructor_refusesEqualBounds(int256 both) public {
        vm.assume(both != 0);
        ChainlinkConfig memory config = _config();
        (config.minAnswer, config.maxAnswer) = (both, both);
        vm.expectRevert(abi.encodeWithSelector(ChainlinkSource.InvalidBounds.selector, both, both));
        new ChainlinkSource(config);
    }

    function test_constructor_refusesAnAggregatorWhoseBoundsAreNegative() public {
        ChainlinkConfig memory config = _config();
        config.feed = new MockAggregator(8, -1, 1e14, address(0));
        vm.expectRevert(abi.encodeWithSelector(ChainlinkSource.InvalidBounds.selector, int256(-1), int256(1e14)));
        new ChainlinkSource(config);
    }

    function test_constructor_needsExplicitBoundsWhereTheAggregatorHasNone() public {
        bytes4[3] memory missing = [feed.aggregator.selector, feed.minAnswer.selector, feed.maxAnswer.selector];
        for (uint256 i; i < 3; ++i) {
            vm.mockCallRevert(address(feed), abi.encodeWithSelector(missing[i]), abi.encode(feed));
            vm.expectRevert(abi.encodeWithSelector(ChainlinkSource.BoundsUnavailable.selector, feed));
            new ChainlinkSource(_config());
            vm.clearMockedCalls();
        }
    }

    function testFuzz_constructor_refusesTooManyDecimals(uint8 decimals) public {
        decimals = uint8(bound(decimals, 19, 255));
        ChainlinkConfig memory config = _config();
        config.feed = new MockAggregator(decimals, 1, 1e14, address(0));
        vm.expectRevert(abi.encodeWithSelector(ChainlinkSource.TooManyDecimals.selector, decimals, 18));
        new ChainlinkSource(config);
    }

    function testFuzz_constructor_refusesStalenessOutOfRange(uint256 staleness) public {
        vm.assume(staleness == 0 || staleness > 3 days);
        ChainlinkConfig memory config = _config();
        config.stalenessSeconds = staleness;
        vm.expectRevert(abi.encodeWithSelector(ChainlinkSource.InvalidStaleness.selector, staleness, 3 days));
        new ChainlinkSource(config);
    }

    function testFuzz_constructor_refusesConfidenceOutOfRange(uint256 confidence) public {
        ChainlinkConfig memory config = _config();
        config.confidence = bound(confidence, 0.05e18 + 1, type(uint256).max);
        vm.expectRevert(abi.encodeWithSelector(ChainlinkSource.InvalidConfidence.selector, config.confidence, 0.05e18));
        new ChainlinkSource(config);
    }

    function testFuzz_constructor_refusesAGracePeriodThatDoesNotFitTheSequencer(uint256 grace) public {
        ChainlinkConfig memory config = _config();
        config.graceSeconds = bound(grace, 1, type(uint256).max);
        bytes memory reason = abi.encodeWithSelector(
            ChainlinkSource.InvalidGrace.selector,
            config.graceSeconds,
            1 days
        );
        vm.expectRevert(reason);
        new ChainlinkSource(config);

        config.sequencer = uptime;
        config.graceSeconds = config.graceSeconds > 1 days ? config.graceSeconds : 0;
        reason = abi.encodeWithSelector(ChainlinkSource.InvalidGrace.selector, config.graceSeconds, 1 days);
        vm.expectRevert(reason);
        new ChainlinkSource(config);
    }

    function test_constructor_takesASequencerWithItsGracePeriod() public {
        ChainlinkConfig memory config = _config();
        (config.sequencer, config.graceSeconds) = (uptime, 1 days);
        ChainlinkSource source = new ChainlinkSource(config);
        assertEq(address(source.SEQUENCER()), address(uptime));
        assertEq(source.GRACE_SECONDS(), 1 days);
    }

    function test_constructor_refusesAFeedThatCannotBeRead() public {
        ChainlinkConfig memory config = _config();
        config.feed = IAggregatorV3(makeAddr("no code"));
        _expectNotReadable(address(config.feed));
        new ChainlinkSource(config);

        vm.mockCallRevert(address(feed), abi.encodeWithSelector(feed.latestRoundData.selector), "");
        _expectNotReadable(address(feed));
        new ChainlinkSource(_config());
    }

    function test_constructor_refusesASequencerThatCannotBeRead() public {
        ChainlinkConfig memory config = _config();
        (config.sequencer, config.graceSeconds) = (IAggregatorV3(address(new Hostile())), 1 hours);
        _expectNotReadable(address(config.sequencer));
        new ChainlinkSource(config);
    }

    function _expectNotReadable(address target) private {
        vm.expectRevert(abi.encodeWithSelector(ChainlinkSource.FeedNotReadable.selector, target));
    }

    function _config() private view returns (ChainlinkConfig memory config) {
        config.feed = feed;
        config.stalenessSeconds = 3900;
        config.confidence = 0.005e18;
    }
}
