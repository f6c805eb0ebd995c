// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Test} from "forge-std/Test.sol";
import {IPriceHistory} from "../../../contracts/interfaces/IPriceHistory.sol";
import {Reading} from "../../../contracts/interfaces/IPriceSource.sol";
import {SettableSource} from "../../../contracts/mocks/SettableSource.sol";

contract SettableSourceTest is Test {
    SettableSource internal source;

    function setUp() public {
        vm.warp(1_800_000_000);
        source = new SettableSource();
    }

    function testFuzz_history_isEveryReadingSet(uint256[6] calldata spots, uint256 gap) public {
        gap = bound(gap, 0, 1 days);
        for (uint256 i; i < 6; ++i) {
            vm.warp(1_800_000_000 + i * gap);
            if (i % 2 == 0) source.set(spots[i]);
            else source.setReading(Reading(spots[i], spots[i], spots[i], block.timestamp - 5, false));
        }
        for (uint256 i; i < 6; ++i) {
            (uint256 price, uint256 since) = source.round(i + 1);
            assertEq(abi.encode(price, since), abi.encode(spots[i], 1_800_000_000 + i * gap));
        }
    }

    function test_next_skipsReadingsWithoutPrice() public {
        source.set(1e18);
        source.set(0);
        source.breakDown();
        vm.warp(1_800_000_010);
        (uint256 id, , ) = source.next(1, 7);
        assertEq(id, 0);
        source.set(2e18);
        (uint256 nextId, uint256 price, uint256 since) = source.next(1, 7);
        assertEq(abi.encode(nextId, price, since), abi.encode(3, 2e18, 1_800_000_010));
        (id, , ) = source.next(3, 7);
        assertEq(id, 0);
    }

    function testFuzz_round_revertsForOneThatIsNot(uint256 id) public {
        source.set(1e18);
        vm.assume(id != 1);
        vm.expectRevert(abi.encodeWithSelector(IPriceHistory.UnknownRound.selector, id));
        source.round(id);
    }

    function test_first_isForARoundWithAPriceByThen() public {
        source.set(1e18);
        source.set(0);
        (uint256 price, uint256 since) = source.first(1, block.timestamp);
        assertEq(abi.encode(price, since), abi.encode(1e18, block.timestamp));
        uint256[2] memory ids = [uint256(1), 2];
        for (uint256 i; i < 2; ++i) {
            uint256 time = block.timestamp - 1 + i;
            bytes4 selector = IPriceHistory.NotFirst.selector;
            vm.expectRevert(abi.encodeWithSelector(selector, ids[i], block.timestamp, time, 0));
            source.first(ids[i], time);
        }
        source.set(2e18);
        vm.expectPartialRevert(IPriceHistory.NotFirst.selector);
        source.first(1, block.timestamp);
    }
}
