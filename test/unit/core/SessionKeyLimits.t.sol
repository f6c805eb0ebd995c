// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IClearinghouse} from "../../../contracts/interfaces/IClearinghouse.sol";
import {Fill, IExchange} from "../../../contracts/interfaces/IExchange.sol";
import {IGateway, Permission} from "../../../contracts/interfaces/IGateway.sol";
import {Mode} from "../../../contracts/interfaces/IMarginEngine.sol";
import {IVault} from "../../../contracts/interfaces/IVault.sol";
import {AccountId} from "../../../contracts/types/AccountId.sol";
import {perpetualOf} from "../../../contracts/types/InstrumentId.sol";
import {SessionKeys} from "../../fixtures/SessionKeys.sol";

/// @dev A session key trades and cancels. Nothing else, by whatever door.
contract SessionKeyLimitsTest is SessionKeys {
    function setUp() public override {
        super.setUp();
        grant(keeper, openTerms());
    }

    function test_key_cannotWithdraw() public {
        vm.startPrank(bot);
        vm.expectRevert(abi.encodeWithSelector(IVault.NotYourAccount.selector, keeper, bot));
        vault.withdraw(keeper, USD, 1e6, bot, 0);
        vm.expectRevert(abi.encodeWithSelector(IGateway.NotAuthorized.selector, keeper, bot));
        gateway.withdraw(keeper, USD, 1e6, keeper.owner(), 0, _none());
        vm.stopPrank();
    }

    function test_key_cannotChangeTheMode() public {
        vm.prank(bot);
        vm.expectRevert(abi.encodeWithSelector(IClearinghouse.NotAuthorized.selector, keeper, bot));
        clearinghouse.setMode(keeper, Mode.Portfolio);
    }

    function test_key_cannotTransfer() public {
        AccountId other = sub(keeper.owner(), 1);
        vm.startPrank(bot);
        vm.expectRevert(abi.encodeWithSelector(IClearinghouse.NotAuthorized.selector, keeper, bot));
        clearinghouse.transfer(keeper, other, usd(1), legsOf(perpetualOf(BTC), 1));
        vm.expectRevert(abi.encodeWithSelector(IGateway.NotAuthorized.selector, keeper, bot));
        gateway.transfer(keeper, other, usd(1), legsOf(perpetualOf(BTC), 1), _none());
        vm.expectRevert(abi.encodeWithSelector(IGateway.NotAuthorized.selector, keeper, bot));
        gateway.merge(keeper, other, _none());
        vm.stopPrank();
    }

    function test_key_cannotOpenASlot() public {
        weth.mint(bot, 1);
        vm.startPrank(bot);
        weth.approve(address(vault), 1);
        vm.expectRevert(abi.encodeWithSelector(IVault.NotYourAccount.selector, keeper, bot));
        vault.deposit(keeper, ETH, 1);
        vm.expectRevert(abi.encodeWithSelector(IGateway.NotAuthorized.selector, keeper, bot));
        gateway.deposit(keeper, ETH, 1);
        vm.stopPrank();
    }

    function test_key_cannotNameAnybody() public {
        vm.startPrank(bot);
        vm.expectRevert(abi.encodeWithSelector(IClearinghouse.NotAuthorized.selector, keeper, bot));
        clearinghouse.setOperator(keeper, bot, true);
        vm.expectRevert(abi.encodeWithSelector(IExchange.NotAuthorized.selector, keeper, bot));
        exchange.setSessionKey(keeper, bot, openTerms());
        vm.expectRevert(abi.encodeWithSelector(IGateway.NotAuthorized.selector, keeper, bot));
        gateway.setReceiver(keeper, bot, true, _none());
        vm.stopPrank();
    }

    /// @dev Nor does an operator name keys; the owner does, and nobody but the owner.
    function testFuzz_setSessionKey_isTheOwners(address who) public {
        vm.assume(who != keeper.owner() && !clearinghouse.isModule(who));
        vm.prank(keeper.owner());
        clearinghouse.setOperator(keeper, who, true);
        vm.prank(who);
        vm.expectRevert(abi.encodeWithSelector(IExchange.NotAuthorized.selector, keeper, who));
        exchange.setSessionKey(keeper, who, openTerms());
        vm.expectEmit(address(exchange));
        emit IExchange.SessionKeySet(keeper, who, openTerms());
        vm.prank(keeper.owner());
        exchange.setSessionKey(keeper, who, openTerms());
    }

    /// @dev It fills no order of the counterparty in the owner's name either.
    function test_key_signsForNobodyElse() public {
        Fill memory f = fillOf(keeper, bob, perpetualOf(BTC), 1, BTC_SPOT);
        f.makerSignature = signWith(botKey, f.maker);
        bytes32 digest = exchange.hashOrder(f.maker);
        vm.expectRevert(abi.encodeWithSelector(IExchange.BadSignature.selector, bob, digest));
        settle(f);
    }

    function _none() private pure returns (Permission memory p) {}
}
