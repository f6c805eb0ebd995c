// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Fill, IExchange} from "../../../contracts/interfaces/IExchange.sol";
import {perpetualOf} from "../../../contracts/types/InstrumentId.sol";
import {Scenes} from "../../fixtures/Scenes.sol";

/// @dev A market maker quotes many instruments under one cap; executors race to fill them all at once.
contract GroupRaceTest is Scenes {
    uint128 private constant CAP = 100;

    address[2] private executors = [makeAddr("first executor"), makeAddr("second executor")];

    /// @dev Both saw the cap unused: the second finds what the first left of it.
    function testFuzz_settle_secondExecutorFindsTheRest(uint128 first, uint128 second) public {
        (first, second) = (uint128(bound(first, 1, CAP)), uint128(bound(second, 1, CAP)));
        (Fill[] memory one, Fill[] memory two) = (_quotes(first, 1), _quotes(second, 1));
        vm.prank(executors[0]);
        exchange.settle(one);
        if (first + second > CAP) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    IExchange.GroupCapExceeded.selector,
                    bob,
                    bytes32("quotes"),
                    uint256(second),
                    uint256(CAP - first)
                )
            );
        }
        vm.prank(executors[1]);
        exchange.settle(two);
    }

    /// @dev In batches of many quotes the cap is met and never passed, whoever fills what in which order.
    function testFuzz_settleAvailable_neverPassesTheCap(uint128[6] calldata sizes, uint8 order) public {
        uint256 sum;
        for (uint256 i; i < 6; ++i) {
            uint128 units = uint128(bound(sizes[i], 1, CAP));
            vm.prank(executors[(order >> i) & 1]);
            uint256 count = exchange.settleAvailable(_quotes(units, 3));
            uint256 room = (CAP - sum) / units;
            assertEq(count, room < 3 ? room : 3, "as many as fit");
            sum += count * units;
            assertEq(exchange.groupFilled(bob, "quotes"), sum);
        }
        assertLe(sum, CAP);
    }

    /// @dev The cap is in each signature: an order signed with a lower one stops earlier, and none starts a count of its own.
    function testFuzz_settle_everyOrderSaysItsOwnCap(uint128 cap) public {
        cap = uint128(bound(cap, 0, CAP));
        exchange.settle(_quotes(40, 1));
        Fill[] memory fills = _quotes(10, 1);
        fills[0].maker.groupCap = cap;
        fills[0].makerSignature = sign(fills[0].maker);
        if (cap < 50) {
            uint256 left = cap < 40 ? 0 : cap - 40;
            vm.expectRevert(
                abi.encodeWithSelector(IExchange.GroupCapExceeded.selector, bob, bytes32("quotes"), 10, left)
            );
        }
        exchange.settle(fills);
    }

    /// @dev A group is one account's.
    function test_groupFilled_isOfOneAccount() public {
        exchange.settle(_quotes(CAP, 1));
        Fill[] memory fills = _quotes(CAP, 1);
        fills[0].maker.account = alice;
        fills[0].makerSignature = sign(fills[0].maker);
        exchange.settle(fills);
        assertEq(exchange.groupFilled(alice, "quotes"), CAP);
    }

    /// @dev `count` quotes of bob's for `units` lots of ETH each, in one group.
    function _quotes(uint128 units, uint256 count) private returns (Fill[] memory fills) {
        fills = new Fill[](count);
        for (uint256 i; i < count; ++i) {
            fills[i] = fillOf(keeper, bob, perpetualOf(ETH), units, ETH_SPOT);
            (fills[i].maker.group, fills[i].maker.groupCap) = ("quotes", CAP);
            fills[i].makerSignature = sign(fills[i].maker);
        }
    }
}
