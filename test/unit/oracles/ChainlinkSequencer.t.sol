// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Test} from "forge-std/Test.sol";
import {IAggregatorV3} from "../../../contracts/interfaces/external/IAggregatorV3.sol";
import {Reading} from "../../../contracts/interfaces/IPriceSource.sol";
import {SafeRead} from "../../../contracts/libraries/SafeRead.sol";
import {MockAggregator} from "../../../contracts/mocks/MockAggregator.sol";
import {ChainlinkConfig, ChainlinkSource} from "../../../contracts/oracles/ChainlinkSource.sol";
import {Hostile, ICool, Manner, Reader} from "./Hostile.sol";

/// @dev The uptime feed decides on `live` alone: whatever it says, the price stays.
contract ChainlinkSequencerTest is Test {
    uint256 internal constant GRACE = 1 hours;

    Reader internal reader;
    MockAggregator internal feed;
    Hostile internal sequencer;
    ChainlinkSource internal source;
    Hostile internal dear;
    ChainlinkSource internal dearSource;

    function setUp() public {
        vm.warp(1_800_000_000);
        reader = new Reader();
        feed = new MockAggregator(8, 1, 1e18, address(0));
        feed.push(3000e8);
        sequencer = new Hostile();
        _status(0, block.timestamp - GRACE);
        source = new ChainlinkSource(_config(address(feed)));
        dear = _dearFeed();
        dear.setWaste(16_000);
    }

    function testFuzz_read_isLiveAfterTheGracePeriod(uint256 upFor) public {
        _status(0, block.timestamp - bound(upFor, GRACE, block.timestamp - 1));
        _assertLive(true);
    }

    function testFuzz_read_isNotLiveWithinTheGracePeriod(uint256 upFor) public {
        _status(0, block.timestamp - bound(upFor, 0, GRACE - 1));
        _assertLive(false);
    }

    function testFuzz_read_isNotLiveWhileTheSequencerIsDown(uint256 status, uint256 since) public {
        _status(bound(status, 1, type(uint256).max), bound(since, 1, block.timestamp));
        _assertLive(false);
    }

    function testFuzz_read_isNotLiveWhenTheStatusIsFromTheFuture(uint256 since) public {
        _status(0, bound(since, block.timestamp + 1, type(uint256).max));
        _assertLive(false);
    }

    function test_read_isLiveFromExactlyTheGracePeriod() public {
        _status(0, block.timestamp - GRACE);
        _assertLive(true);
        _status(0, block.timestamp - GRACE + 1);
        _assertLive(false);
    }

    function test_read_isNotLiveWhileTheUptimeFeedHasNoData() public {
        _status(0, 0);
        _assertLive(false);
    }

    function testFuzz_read_isNotLiveForEveryHostileManner(uint8 manner) public {
        sequencer.setManner(Manner(bound(manner, uint8(Manner.Empty), uint8(type(Manner).max))));
        _assertLive(false);
    }

    function test_read_isEmptyForAStaleFeedThoughTheSequencerIsUp() public {
        vm.warp(block.timestamp + 3901);
        assertEq(source.read().spot, 0);
    }

    /// @dev The dearest feed that is still read leaves the uptime feed all its gas, whatever gas the caller chose.
    function testFuzz_read_answersTheSameForAnyGasOrReverts(uint256 gas_, uint256 waste, uint256 moreWaste) public {
        dear.setWaste(bound(waste, 0, 13_000));
        sequencer.setWaste(bound(moreWaste, 0, 3_000));
        ICool(address(vm)).cool(address(dear));
        ICool(address(vm)).cool(address(sequencer));
        ICool(address(vm)).cool(address(dearSource));
        try dearSource.read{gas: bound(gas_, 5_000, 200_000)}() returns (Reading memory got) {
            assertEq(got.spot, 3000e18);
            assertTrue(got.live);
        } catch (bytes memory reason) {
            assertEq(bytes4(reason), SafeRead.TooLittleGas.selector);
        }
    }

    /// @dev Else an aggregate could find its sources affordable on one day and dead on another. Nothing was touched in this
    /// transaction before: the dear feed is cold and takes nearly all that it may.
    function testFuzz_read_needsGasThatDoesNotDependOnTheFeed(uint256 gas_) public view {
        gas_ = bound(gas_, 65_000, 75_000);
        bool affordable = _succeeds(dearSource, gas_);
        assertEq(affordable, _succeeds(source, gas_));
    }

    function _succeeds(ChainlinkSource from, uint256 gas_) private view returns (bool) {
        try from.read{gas: gas_}() returns (Reading memory r) {
            assertEq(r.spot, 3000e18);
            return true;
        } catch {
            return false;
        }
    }

    function _dearFeed() private returns (Hostile costly) {
        costly = Hostile(payable(address(new MockAggregator(8, 0, 0, address(0)))));
        uint256[] memory w = new uint256[](5);
        (w[0], w[1], w[2], w[3], w[4]) = (1, 3000e8, block.timestamp, block.timestamp, 1);
        dearSource = new ChainlinkSource(_config(address(costly)));
        vm.etch(address(costly), address(sequencer).code);
        costly.setAnswer(w);
    }

    function _config(address feed_) private view returns (ChainlinkConfig memory) {
        IAggregatorV3 uptime = IAggregatorV3(address(sequencer));
        return ChainlinkConfig(IAggregatorV3(feed_), uptime, 3900, GRACE, 0.005e18, 1, 1e18);
    }

    function _status(uint256 status, uint256 since) private {
        uint256[] memory w = new uint256[](5);
        (w[0], w[1], w[2], w[3], w[4]) = (1, status, since, since, 1);
        sequencer.setAnswer(w);
    }

    function _assertLive(bool live) private view {
        Reading memory r = reader.read(address(source));
        assertEq(r.live, live);
        assertEq(r.spot, 3000e18);
        assertEq(r.low, 2985e18);
        assertEq(r.high, 3015e18);
        assertEq(r.publishedAt, block.timestamp);
    }
}
