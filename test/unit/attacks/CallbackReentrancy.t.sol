// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccountId} from "../../../contracts/types/AccountId.sol";
import {Bid} from "../../../contracts/interfaces/IAuction.sol";
import {IClearinghouse} from "../../../contracts/interfaces/IClearinghouse.sol";
import {Fill} from "../../../contracts/interfaces/IExchange.sol";
import {Permission} from "../../../contracts/interfaces/IGateway.sol";
import {Mode} from "../../../contracts/interfaces/IMarginEngine.sol";
import {Outflow} from "../../../contracts/interfaces/IVault.sol";
import {Lock} from "../../../contracts/libraries/Lock.sol";
import {CallbackKeeper} from "../../../contracts/mocks/CallbackKeeper.sol";
import {Scripted} from "../../../contracts/mocks/Scripted.sol";
import {Position} from "../../../contracts/types/Position.sol";
import {Usd} from "../../../contracts/types/Usd.sol";
import {Scenes} from "../../fixtures/Scenes.sol";

/// @dev The lock opens in the callback for the keeper, into deposits and trades, and for nobody and nothing else.
contract CallbackReentrancyTest is Scenes {
    CallbackKeeper private _contract;
    AccountId private _own;
    AccountId private _other;

    function setUp() public override {
        super.setUp();
        _contract = new CallbackKeeper();
        (_own, _other) = (sub(address(_contract), 1), sub(address(_contract), 2));
        usdc.mint(address(_contract), 50_000e6);
        _contract.perform(address(usdc), abi.encodeCall(usdc.approve, (address(vault), 50_000e6)));
        _contract.perform(address(vault), abi.encodeCall(vault.deposit, (_own, USD, 20_000e6)));
        vault.setOutflow(USD, Outflow(1, 2e6));
        skip(1 days); // what the bucket held above that has faded
        _contract.perform(address(vault), abi.encodeCall(vault.withdraw, (_own, USD, 1e6, address(1), 0))); // claim 1
        fall(BTC, 38_500e18);
    }

    function test_onLiquidation_mayDepositAndSettle() public {
        _plan(address(vault), abi.encodeCall(vault.deposit, (_own, USD, 1_000e6)));
        _plan(address(vault), abi.encodeCall(vault.deposit, (_other, USD, 1_000e6)));
        _plan(address(exchange), abi.encodeCall(exchange.settle, (new Fill[](0))));
        _liquidate();
        for (uint256 i; i < 3; ++i) {
            assertTrue(_contract.succeeded(i), "open to the keeper");
        }
        assertUsd(clearinghouse.cashOf(_other), usd(1_000), "deposited");
    }

    /// @dev Through the gateway too the keeper settles as himself, and only he: what it does in its own name is locked.
    function test_onLiquidation_maySettleThroughTheGateway() public {
        Permission memory unsigned;
        _plan(address(gateway), abi.encodeCall(gateway.settle, (new Fill[](0))));
        _plan(address(gateway), abi.encodeCall(gateway.settleAvailable, (new Fill[](0))));
        _plan(address(gateway), abi.encodeCall(gateway.setMode, (_own, Mode.Isolated, unsigned)));
        _liquidate();
        assertTrue(_contract.succeeded(0) && _contract.succeeded(1), "open to the keeper");
        assertEq(
            _contract.answers(2),
            abi.encodeWithSelector(IClearinghouse.Locked.selector, Lock.CALLBACK, address(gateway))
        );
    }

    function test_onLiquidation_mayNothingElse() public {
        Position[] memory none = new Position[](0);
        Bid memory bid = Bid(alice, _other, 1e18, Usd.wrap(0), "");
        _plan(address(vault), abi.encodeCall(vault.withdraw, (_own, USD, 1e6, address(1), 0)));
        _plan(address(vault), abi.encodeCall(vault.claim, (1)));
        _plan(address(clearinghouse), abi.encodeCall(clearinghouse.setMode, (_own, Mode.Isolated)));
        _plan(address(clearinghouse), abi.encodeCall(clearinghouse.transfer, (_own, _other, Usd.wrap(1), none)));
        _plan(address(auction), abi.encodeCall(auction.flag, (alice)));
        _plan(address(auction), abi.encodeCall(auction.unflag, (alice)));
        _plan(address(auction), abi.encodeCall(auction.liquidate, (bid)));
        _plan(address(auction), abi.encodeCall(auction.convert, (alice, _own, Usd.wrap(0), "")));
        _plan(address(auction), abi.encodeCall(auction.absorb, (_other)));
        _liquidate();
        assertEq(_contract.played(), 9);
        for (uint256 i; i < 9; ++i) {
            assertFalse(_contract.succeeded(i), "re-entered");
            assertEq(bytes4(_contract.answers(i)), IClearinghouse.Locked.selector);
        }
    }

    /// @dev An accomplice called by the keeper is a stranger to the lock.
    function test_onLiquidation_opensForNobodyElse() public {
        CallbackKeeper accomplice = new CallbackKeeper();
        bytes memory data = abi.encodeCall(exchange.settle, (new Fill[](0)));
        _plan(address(accomplice), abi.encodeCall(Scripted.perform, (address(exchange), data)));
        data = abi.encodeCall(vault.deposit, (alice, USD, 1));
        _plan(address(accomplice), abi.encodeCall(Scripted.perform, (address(vault), data)));
        _liquidate();
        bytes memory locked = abi.encodeWithSelector(IClearinghouse.Locked.selector, uint256(2), address(exchange));
        assertEq(_contract.answers(0), locked);
        assertEq(bytes4(_contract.answers(1)), IClearinghouse.Locked.selector);
    }

    /// @dev Afterwards the lock is free, for everybody, in the same transaction.
    function test_liquidate_freesTheLock() public {
        _liquidate();
        exchange.settle(new Fill[](0));
        transfer(bob, sub(bob.owner(), 1), usd(1), new Position[](0));
    }

    function testFuzz_lock_isForModulesOnly(address caller) public {
        vm.assume(!clearinghouse.isModule(caller));
        bytes memory refused = abi.encodeWithSelector(IClearinghouse.NotModule.selector, caller);
        vm.startPrank(caller);
        vm.expectRevert(refused);
        clearinghouse.lock();
        vm.expectRevert(refused);
        clearinghouse.lockAs(caller);
        vm.expectRevert(refused);
        clearinghouse.unlock();
        vm.expectRevert(refused);
        clearinghouse.openCallback(caller, alice);
        vm.expectRevert(refused);
        clearinghouse.closeCallback();
        vm.stopPrank();
    }

    function _plan(address target, bytes memory data) private {
        _contract.plan(target, data);
    }

    function _liquidate() private {
        Bid memory bid = Bid(alice, _own, 0.2e18, Usd.wrap(0), "go");
        _contract.perform(address(auction), abi.encodeCall(auction.liquidate, (bid)));
    }
}
