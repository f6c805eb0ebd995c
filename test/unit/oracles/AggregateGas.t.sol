// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IPyth} from "@pythnetwork/pyth-sdk-solidity/IPyth.sol";
import {MockPyth} from "@pythnetwork/pyth-sdk-solidity/MockPyth.sol";
import {Test} from "forge-std/Test.sol";
import {IAggregatorV3} from "../../../contracts/interfaces/external/IAggregatorV3.sol";
import {Reading} from "../../../contracts/interfaces/IPriceSource.sol";
import {SafeRead} from "../../../contracts/libraries/SafeRead.sol";
import {MockAggregator} from "../../../contracts/mocks/MockAggregator.sol";
import {AggregateSource} from "../../../contracts/oracles/AggregateSource.sol";
import {ChainlinkConfig, ChainlinkSource} from "../../../contracts/oracles/ChainlinkSource.sol";
import {PythConfig, PythSource} from "../../../contracts/oracles/PythSource.sol";
import {Hostile, ICool, Manner, Reader} from "./Hostile.sol";

/// @dev An aggregate lives within the gas of one read whatever its sources do, and none of them takes another's share.
contract AggregateGasTest is Test {
    Reader internal reader;
    Hostile[5] internal members;

    function setUp() public {
        vm.warp(1_800_000_000);
        reader = new Reader();
        for (uint256 i; i < 5; ++i) {
            members[i] = new Hostile();
            members[i].setReading(_reading(3000e18 + i));
        }
    }

    function testFuzz_read_ignoresHostileSourcesWhereverTheyStand(uint256 count, uint8[5] memory manners) public {
        count = bound(count, 1, 5);
        AggregateSource source = _aggregate(count);
        uint256 good;
        uint256 lastGood;
        for (uint256 i; i < count; ++i) {
            Manner manner = Manner(manners[i] % (uint8(type(Manner).max) + 1));
            members[i].setManner(manner);
            if (manner != Manner.Faithful) continue;
            (good, lastGood) = (good + 1, 3000e18 + i);
        }
        Reading memory r = _readCold(source, count);
        assertEq(r.spot == 0, good == 0);
        assertEq(r.live, good > 0);
        if (good > 0) assertEq(r.high, lastGood, "a good source was starved");
    }

    /// @dev The worst case: all but one burn all they get, and that one uses all it gets.
    function testFuzz_read_leavesEachSourceItsShare(uint256 count, uint256 survivor) public {
        count = bound(count, 1, 5);
        survivor = bound(survivor, 0, count - 1);
        AggregateSource source = _aggregate(count);
        for (uint256 i; i < count; ++i) {
            if (i != survivor) members[i].setManner(Manner.Burn);
        }
        members[survivor].setWaste(source.SOURCE_GAS() - 23_000); // what is left pays nine cold slots
        assertEq(_readCold(source, count).spot, 3000e18 + survivor);
    }

    function testFuzz_read_answersTheSameForAnyGasOrReverts(uint256 count, uint256 gas_, uint8 burners) public {
        count = bound(count, 1, 5);
        AggregateSource source = _aggregate(count);
        for (uint256 i; i < count; ++i) {
            if (burners & (1 << i) != 0) members[i].setManner(Manner.Burn);
        }
        bytes memory expected = abi.encode(source.read());
        _cool(source, count);
        try source.read{gas: bound(gas_, 5_000, 300_000)}() returns (Reading memory got) {
            assertEq(abi.encode(got), expected);
        } catch (bytes memory reason) {
            assertEq(bytes4(reason), SafeRead.TooLittleGas.selector);
        }
    }

    /// @dev On a rollup: two Chainlink feeds with the uptime feed and Pyth. A feed that burns costs its own source only.
    function test_read_survivesBurningFeedsBehindItsSources() public {
        (AggregateSource source, MockAggregator[2] memory feeds, MockAggregator uptime) = _rollup();
        assertTrue(reader.read{gas: 270_000}(address(source)).live);
        vm.etch(address(uptime), address(members[0]).code);
        Hostile(payable(address(uptime))).setManner(Manner.Burn);
        Reading memory r = reader.read{gas: 270_000}(address(source));
        assertEq(r.spot, 3001e18);
        assertFalse(r.live, "one of two: Pyth alone");
        for (uint256 i; i < 2; ++i) {
            vm.etch(address(feeds[i]), address(members[0]).code);
            Hostile(payable(address(feeds[i]))).setManner(Manner.Burn);
        }
        assertEq(reader.read{gas: 270_000}(address(source)).spot, 3002e18);
    }

    function _rollup() private returns (AggregateSource, MockAggregator[2] memory feeds, MockAggregator uptime) {
        uptime = new MockAggregator(0, 0, 0, address(0));
        uptime.push(0);
        vm.warp(block.timestamp + 1 hours);
        address[] memory sources = new address[](3);
        for (uint256 i; i < 2; ++i) {
            feeds[i] = new MockAggregator(8, 1, 1e18, address(0));
            feeds[i].push(int256(3000 + i) * 1e8);
            sources[i] = address(
                new ChainlinkSource(ChainlinkConfig(feeds[i], IAggregatorV3(uptime), 3900, 1 hours, 0.001e18, 0, 0))
            );
        }
        MockPyth pyth = new MockPyth(60, 0);
        bytes[] memory updates = new bytes[](1);
        updates[0] = pyth.createPriceFeedUpdateData("id", 3002e8, 1e8, -8, 0, 0, uint64(block.timestamp), 0);
        pyth.updatePriceFeeds(updates);
        sources[2] = address(new PythSource(PythConfig(IPyth(address(pyth)), "id", 60, 2e18, 0.02e18)));
        return (new AggregateSource(sources, 2), feeds, uptime);
    }

    function _aggregate(uint256 count) private returns (AggregateSource) {
        address[] memory sources = new address[](count);
        for (uint256 i; i < count; ++i) sources[i] = address(members[i]);
        return new AggregateSource(sources, 1);
    }

    function _readCold(AggregateSource source, uint256 count) private returns (Reading memory) {
        _cool(source, count);
        return reader.read{gas: 270_000}(address(source));
    }

    function _cool(AggregateSource source, uint256 count) private {
        ICool(address(vm)).cool(address(source));
        for (uint256 i; i < count; ++i) ICool(address(vm)).cool(address(members[i]));
    }

    function _reading(uint256 spot) private view returns (Reading memory) {
        return Reading(spot, spot, spot, block.timestamp, true);
    }
}
