// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Fill, IExchange} from "../../../contracts/interfaces/IExchange.sol";
import {perpetualOf} from "../../../contracts/types/InstrumentId.sol";
import {Scenes} from "../../fixtures/Scenes.sol";

/// @dev `settleFor` takes a module's word for who wants it: an owner's unsigned orders would be anybody's.
contract ModuleImpersonationTest is Scenes {
    function testFuzz_settleFor_isForModules(address who) public {
        vm.assume(!clearinghouse.isModule(who));
        Fill[] memory fills = _unsigned();
        vm.startPrank(who);
        vm.expectRevert(abi.encodeWithSelector(IExchange.NotModule.selector, who));
        exchange.settleFor(bob.owner(), fills);
        vm.expectRevert(abi.encodeWithSelector(IExchange.NotModule.selector, who));
        exchange.settleAvailableFor(bob.owner(), fills);
        vm.stopPrank();
        assertEq(clearinghouse.lotsOf(keeper, perpetualOf(BTC)), 0);
    }

    /// @dev Not even the owner himself, who settles under his own name.
    function test_settleFor_isNotForOwners() public {
        Fill[] memory fills = _unsigned();
        vm.startPrank(bob.owner());
        vm.expectRevert(abi.encodeWithSelector(IExchange.NotModule.selector, bob.owner()));
        exchange.settleFor(bob.owner(), fills);
        exchange.settle(fills);
        vm.stopPrank();
        assertEq(clearinghouse.lotsOf(keeper, perpetualOf(BTC)), 10);
    }

    /// @dev A module that is none any more is nobody.
    function test_settleFor_endsWithTheModule() public {
        clearinghouse.scheduleModule(address(gateway), false);
        skip(15 days);
        clearinghouse.activateModule(address(gateway), false);
        Fill[] memory fills = _unsigned();
        vm.prank(bob.owner());
        vm.expectRevert(abi.encodeWithSelector(IExchange.NotModule.selector, address(gateway)));
        gateway.settle(fills);
    }

    /// @dev Bob's order to sell is unsigned, the keeper's to buy is signed.
    function _unsigned() private returns (Fill[] memory fills) {
        fills = new Fill[](1);
        fills[0] = fillOf(keeper, bob, perpetualOf(BTC), 10, BTC_SPOT);
        fills[0].makerSignature = "";
    }
}
