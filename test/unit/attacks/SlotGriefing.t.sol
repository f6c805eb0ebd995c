// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccountId} from "../../../contracts/types/AccountId.sol";
import {IClearinghouse} from "../../../contracts/interfaces/IClearinghouse.sol";
import {Fill, IExchange} from "../../../contracts/interfaces/IExchange.sol";
import {IVault} from "../../../contracts/interfaces/IVault.sol";
import {Usd} from "../../../contracts/types/Usd.sol";
import {perpetualOf} from "../../../contracts/types/InstrumentId.sol";
import {Scenes} from "../../fixtures/Scenes.sol";

/// @dev A stranger opens no slot in somebody's account, and takes no crumbs from a maker who asked for more.
contract SlotGriefingTest is Scenes {
    function testFuzz_deposit_ofCollateralByAStrangerIsRefused(address stranger, uint256 amount) public {
        vm.assume(stranger != alice.owner() && stranger != address(0));
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IVault.NotYourAccount.selector, alice, stranger));
        vault.deposit(alice, ETH, amount);
    }

    function testFuzz_deposit_intoAnAccountThatNeverWasIsRefused(address stranger, uint96 subId) public {
        AccountId account = sub(owner("nobody yet"), subId);
        vm.assume(stranger != account.owner());
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IVault.NotYourAccount.selector, account, stranger));
        vault.deposit(account, USD, 1e6);
    }

    function testFuzz_settle_ofLessThanMinFillIsRefused(uint128 units) public {
        Fill memory f = fillOf(keeper, bob, perpetualOf(ETH), 1_000, ETH_SPOT);
        f.maker.minFill = 100;
        f.makerSignature = sign(f.maker);
        f.units = uint128(bound(units, 0, 99));
        bytes32 digest = exchange.hashOrder(f.maker);
        vm.expectRevert(
            abi.encodeWithSelector(IExchange.FillTooSmall.selector, digest, uint256(f.units), uint256(100))
        );
        settle(f);
    }

    /// @dev Zero lots of something are no position, and nothing can be moved out of somebody else's account.
    function test_transfer_ofNothingOpensNoSlot() public {
        AccountId other = sub(alice.owner(), 1);
        vm.prank(alice.owner());
        vm.expectRevert(
            abi.encodeWithSelector(IClearinghouse.NotHeld.selector, alice, perpetualOf(ETH), int256(0), int256(0))
        );
        clearinghouse.transfer(alice, other, Usd.wrap(0), legsOf(perpetualOf(ETH), 0));
        vm.expectRevert(abi.encodeWithSelector(IClearinghouse.NotAuthorized.selector, alice, address(this)));
        clearinghouse.transfer(alice, other, Usd.wrap(0), legsOf(perpetualOf(BTC), 1));
    }
}
