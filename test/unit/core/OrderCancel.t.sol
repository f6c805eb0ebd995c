// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Fill, IExchange, SessionKey} from "../../../contracts/interfaces/IExchange.sol";
import {perpetualOf} from "../../../contracts/types/InstrumentId.sol";
import {SessionKeys} from "../../fixtures/SessionKeys.sol";

/// @dev By nonce, by group and by epoch; by the owner, an operator or a session key, and by nobody else.
contract OrderCancelTest is SessionKeys {
    uint128 private constant CANCELLED = type(uint128).max;

    address private operator = makeAddr("operator");

    function setUp() public override {
        super.setUp();
        vm.prank(bob.owner());
        clearinghouse.setOperator(bob, operator, true);
        grant(bob, openTerms());
    }

    function testFuzz_cancel_byWhoMayVoidsTheNonces(uint256 who, uint256 other) public {
        Fill memory f = _offer();
        vm.assume(other != f.maker.nonce);
        uint256[] memory nonces = new uint256[](2);
        (nonces[0], nonces[1]) = (f.maker.nonce, other);
        vm.expectEmit(address(exchange));
        emit IExchange.Cancelled(bob, f.maker.nonce);
        vm.expectEmit(address(exchange));
        emit IExchange.Cancelled(bob, other);
        vm.prank(_canceller(who));
        exchange.cancel(bob, nonces);
        assertEq(exchange.filled(bob, f.maker.nonce), CANCELLED);
        assertEq(exchange.filled(bob, other), CANCELLED);
        _assertRefused(f, abi.encodeWithSelector(IExchange.OrderCancelled.selector, exchange.hashOrder(f.maker)));
    }

    function testFuzz_cancelGroups_byWhoMayVoidsTheGroups(uint256 who, bytes32 group, bytes32 other) public {
        vm.assume(group != 0 && group != other);
        Fill memory f = _offer();
        (f.maker.group, f.maker.groupCap) = (group, type(uint128).max);
        f.makerSignature = sign(f.maker);
        bytes32[] memory groups = new bytes32[](2);
        (groups[0], groups[1]) = (other, group);
        vm.expectEmit(address(exchange));
        emit IExchange.GroupCancelled(bob, other);
        vm.expectEmit(address(exchange));
        emit IExchange.GroupCancelled(bob, group);
        vm.prank(_canceller(who));
        exchange.cancelGroups(bob, groups);
        assertEq(exchange.groupFilled(bob, group), CANCELLED);
        _assertRefused(f, abi.encodeWithSelector(IExchange.OrderCancelled.selector, exchange.hashOrder(f.maker)));
    }

    /// @dev Group 0 stands for none: cancelling it stops nobody.
    function test_cancelGroups_ofNoneIsWithoutEffect() public {
        Fill memory f = _offer();
        vm.prank(bob.owner());
        exchange.cancelGroups(bob, new bytes32[](1));
        settle(f);
        assertEq(exchange.filled(bob, f.maker.nonce), 10);
    }

    function testFuzz_cancelAll_byWhoMayVoidsTheEpoch(uint256 who) public {
        Fill memory f = _offer();
        vm.expectEmit(address(exchange));
        emit IExchange.EpochSet(bob, 1);
        vm.prank(_canceller(who));
        assertEq(exchange.cancelAll(bob), 1);
        assertEq(exchange.epochOf(bob), 1);
        bytes32 digest = exchange.hashOrder(f.maker);
        _assertRefused(f, abi.encodeWithSelector(IExchange.WrongEpoch.selector, digest, uint64(0), uint64(1)));
        f.maker.epoch = 1;
        f.makerSignature = sign(f.maker);
        settle(f);
        assertEq(exchange.filled(bob, f.maker.nonce), 10);
    }

    /// @dev An order may be signed for an epoch to come, and holds in that one only.
    function testFuzz_settle_onlyInTheSignedEpoch(uint64 signed, uint8 current) public {
        Fill memory f = _offer();
        f.maker.epoch = signed;
        f.makerSignature = sign(f.maker);
        vm.startPrank(bob.owner());
        for (uint256 i; i < current % 4; ++i) exchange.cancelAll(bob);
        vm.stopPrank();
        uint64 epoch = current % 4;
        bytes32 digest = exchange.hashOrder(f.maker);
        if (signed != epoch) {
            vm.expectRevert(abi.encodeWithSelector(IExchange.WrongEpoch.selector, digest, signed, epoch));
        }
        settle(f);
    }

    function testFuzz_cancel_byAStrangerIsRefused(address stranger) public {
        vm.assume(stranger != bob.owner() && stranger != operator && stranger != bot);
        vm.assume(!clearinghouse.isModule(stranger));
        bytes memory refusal = abi.encodeWithSelector(IExchange.NotAuthorized.selector, bob, stranger);
        vm.startPrank(stranger);
        vm.expectRevert(refusal);
        exchange.cancel(bob, new uint256[](1));
        vm.expectRevert(refusal);
        exchange.cancelGroups(bob, new bytes32[](1));
        vm.expectRevert(refusal);
        exchange.cancelAll(bob);
        vm.stopPrank();
        assertFalse(exchange.mayCancel(bob, stranger));
    }

    /// @dev The owner's other accounts are not touched, and neither an operator nor a key of one is of any use for another.
    function testFuzz_cancel_isOfOneAccount(uint96 subId) public {
        vm.assume(subId != 0);
        vm.prank(bob.owner());
        exchange.cancelAll(bob);
        assertEq(exchange.epochOf(sub(bob.owner(), subId)), 0);
        assertFalse(exchange.mayCancel(sub(bob.owner(), subId), operator), "operator");
        assertFalse(exchange.mayCancel(sub(bob.owner(), subId), bot), "session key");
    }

    /// @dev A key cancels up to the second in which it ends.
    function testFuzz_mayCancel_endsWithTheKey(uint40 life, uint40 time) public {
        SessionKey memory terms = openTerms();
        terms.expiry = uint40(block.timestamp + bound(life, 0, 1e9));
        grant(bob, terms);
        skip(bound(time, 0, 1e9));
        assertEq(exchange.mayCancel(bob, bot), block.timestamp <= terms.expiry);
        assertTrue(exchange.mayCancel(bob, bob.owner()) && exchange.mayCancel(bob, operator), "these stay");
    }

    function _canceller(uint256 who) private view returns (address) {
        return [bob.owner(), operator, bot][who % 3];
    }

    function _offer() private returns (Fill memory) {
        return fillOf(keeper, bob, perpetualOf(BTC), 10, BTC_SPOT);
    }

    function _assertRefused(Fill memory f, bytes memory refusal) private {
        vm.expectRevert(refusal);
        settle(f);
    }
}
