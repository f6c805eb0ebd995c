// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IGateway, Permission} from "../../../contracts/interfaces/IGateway.sol";
import {Gateways} from "../../fixtures/Gateways.sol";

/// @dev Signed withdrawals go to the owner, or to a receiver that the owner named a day before.
contract GatewayReceiversTest is Gateways {
    function testFuzz_withdraw_toANamedReceiverWaitsADay(uint256 time, bool byOperator) public {
        uint256 validFrom = block.timestamp + 1 days;
        vm.expectEmit(address(gateway));
        emit IGateway.ReceiverSet(subject, named, validFrom);
        _name(true);
        skip(bound(time, 0, 2 days));
        btcSource.set(BTC_SPOT);
        bytes memory data = _signed(byOperator ? operatorKey : keyOf[subject.owner()], named);
        if (block.timestamp < validFrom) {
            refuse(
                relayer,
                data,
                abi.encodeWithSelector(IGateway.ReceiverNotAllowed.selector, subject, named, validFrom)
            );
            return;
        }
        (uint256 paid, uint256 claimId) = abi.decode(take(relayer, data), (uint256, uint256));
        assertEq(paid, 1_000e6);
        assertEq(claimId, 0);
        assertEq(usdc.balanceOf(named), 1_000e6);
    }

    /// @dev The first second of the second day, and the last of the first.
    function test_withdraw_startsWithTheLastSecondOfTheDay() public {
        _name(true);
        skip(1 days - 1);
        btcSource.set(BTC_SPOT);
        bytes memory data = _signed(keyOf[subject.owner()], named);
        refuse(
            relayer,
            data,
            abi.encodeWithSelector(IGateway.ReceiverNotAllowed.selector, subject, named, block.timestamp + 1)
        );
        skip(1);
        take(relayer, data);
        assertEq(usdc.balanceOf(named), 1_000e6);
    }

    function testFuzz_withdraw_toAnybodyElseIsRefused(address receiver) public {
        vm.assume(receiver != subject.owner());
        bytes memory refusal = abi.encodeWithSelector(
            IGateway.ReceiverNotAllowed.selector,
            subject,
            receiver,
            uint256(0)
        );
        refuse(relayer, _signed(keyOf[subject.owner()], receiver), refusal);
    }

    /// @dev At once, and who is named again waits again.
    function test_setReceiver_takesBackAtOnce() public {
        _name(true);
        skip(1 days);
        btcSource.set(BTC_SPOT);
        vm.expectEmit(address(gateway));
        emit IGateway.ReceiverSet(subject, named, 0);
        _name(false);
        bytes memory data = _signed(keyOf[subject.owner()], named);
        refuse(relayer, data, abi.encodeWithSelector(IGateway.ReceiverNotAllowed.selector, subject, named, uint256(0)));
        _name(true);
        uint256 validFrom = block.timestamp + 1 days;
        refuse(relayer, data, abi.encodeWithSelector(IGateway.ReceiverNotAllowed.selector, subject, named, validFrom));
    }

    /// @dev A receiver of one account is none of another's.
    function test_setReceiver_isOfOneAccount() public {
        _name(true);
        assertEq(gateway.receiverValidFrom(second, named), 0);
    }

    /// @dev Who calls himself says where it goes, as at the vault.
    function testFuzz_withdraw_unsignedGoesAnywhere(address receiver, bool byOperator) public {
        vm.assume(receiver != address(0) && receiver != address(vault));
        uint256 before = usdc.balanceOf(receiver);
        uint256[] memory w = wordsOf(WITHDRAW);
        w[3] = uint160(receiver);
        take(byOperator ? operator : subject.owner(), callOf(WITHDRAW, w, unsigned()));
        assertEq(usdc.balanceOf(receiver) - before, 1_000e6);
    }

    function _name(bool allowed) private {
        vm.prank(subject.owner());
        gateway.setReceiver(subject, named, allowed, unsigned());
    }

    function _signed(uint256 key, address receiver) private view returns (bytes memory) {
        uint256[] memory w = wordsOf(WITHDRAW);
        w[3] = uint160(receiver);
        Permission memory p = permit(key, WITHDRAW, w, 0, type(uint256).max);
        return callOf(WITHDRAW, w, p);
    }
}
