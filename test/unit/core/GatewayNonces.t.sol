// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IGateway, Permission} from "../../../contracts/interfaces/IGateway.sol";
import {Gateways} from "../../fixtures/Gateways.sol";

/// @dev Each signed action once, in time, and as it was signed to the last field.
contract GatewayNoncesTest is Gateways {
    function testFuzz_action_twiceIsRefused(uint256 action, uint256 other, uint256 nonce) public {
        (action, other) = (action % ACTIONS, other % ACTIONS);
        take(relayer, _signed(action, nonce));
        bytes memory refusal = abi.encodeWithSelector(
            IGateway.NonceAlreadyUsed.selector,
            subject,
            subject.owner(),
            nonce
        );
        refuse(relayer, _signed(action, nonce), refusal);
        refuse(relayer, _signed(other, nonce), refusal);
    }

    /// @dev Nonces are used in any order, and by 256 in a word: neighbours do not disturb each other.
    function testFuzz_action_usesItsNonceAlone(uint256 nonce, uint256 other) public {
        vm.assume(nonce != other);
        take(relayer, _signed(CANCEL, nonce));
        assertTrue(gateway.isNonceUsed(subject, subject.owner(), nonce));
        assertFalse(gateway.isNonceUsed(subject, subject.owner(), other), "another nonce");
        assertFalse(gateway.isNonceUsed(second, subject.owner(), nonce), "another account");
        assertFalse(gateway.isNonceUsed(subject, operator, nonce), "another signer");
        take(relayer, _signed(CANCEL_ALL, other));
    }

    function testFuzz_voidNonces_endsWhatWasSigned(uint256 action, uint256 nonce) public {
        action = action % ACTIONS;
        bytes memory data = _signed(action, nonce);
        vm.expectEmit(address(gateway));
        emit IGateway.NonceUsed(subject, subject.owner(), nonce);
        vm.prank(subject.owner());
        gateway.voidNonces(subject, _one(nonce), unsigned());
        bytes memory refusal = abi.encodeWithSelector(
            IGateway.NonceAlreadyUsed.selector,
            subject,
            subject.owner(),
            nonce
        );
        refuse(relayer, data, refusal);
        assertFalse(isDone(action), "done");
    }

    /// @dev A relayer who submits one of them first saves none of the others.
    function testFuzz_voidNonces_passesOverUsedOnes(uint256 used, uint256 nonce) public {
        vm.assume(used != nonce);
        take(relayer, _signed(CANCEL, used));
        uint256[] memory nonces = new uint256[](3);
        (nonces[0], nonces[1], nonces[2]) = (used, nonce, nonce);
        vm.prank(subject.owner());
        gateway.voidNonces(subject, nonces, unsigned());
        assertTrue(gateway.isNonceUsed(subject, subject.owner(), nonce));
    }

    /// @dev Neither an operator, nor a session key, nor a stranger can stop what the owner signed, be it their own dismissal.
    function testFuzz_voidNonces_concernsTheCallersOwn(uint256 action, uint256 nonce, address who) public {
        vm.assume(who != subject.owner());
        action = action % ACTIONS;
        bytes memory data = _signed(action, nonce);
        address[3] memory others = [operator, bot, who];
        for (uint256 i; i < others.length; ++i) {
            vm.prank(others[i]);
            gateway.voidNonces(subject, _one(nonce), unsigned());
        }
        take(relayer, data);
    }

    /// @dev A key signs a cancellation of nothing with the nonce of the message that revokes it.
    function testFuzz_action_nonceOfAnotherSignerIsAnother(uint256 action, uint256 nonce) public {
        action = action % ACTIONS;
        bytes memory data = _signed(action, nonce);
        uint256[] memory words = wordsOf(CANCEL);
        words[1] = ORDER_NONCE + 1;
        take(relayer, callOf(CANCEL, words, permit(botKey, CANCEL, words, nonce, block.timestamp)));
        take(relayer, data);
    }

    /// @dev A signature names no operator, whoever signed it.
    function testFuzz_setOperator_signedNamesNobody(uint256 nonce) public {
        uint256[] memory words = wordsOf(SET_OPERATOR);
        (words[1], words[2]) = (uint160(named), 1);
        Permission memory p = permit(keyOf[subject.owner()], SET_OPERATOR, words, nonce, block.timestamp);
        bytes memory refusal = abi.encodeWithSelector(IGateway.ApprovalNotSigned.selector, subject, named);
        refuse(relayer, callOf(SET_OPERATOR, words, p), refusal);
        vm.prank(subject.owner());
        gateway.setOperator(subject, named, true, unsigned());
        assertTrue(clearinghouse.isOperator(subject, named));
    }

    /// @dev In force up to its deadline, that second included.
    function testFuzz_action_endsWithItsDeadline(uint256 action, uint40 life, uint40 time) public {
        action = action % ACTIONS;
        uint256 deadline = block.timestamp + life;
        bytes memory data = callOf(action, wordsOf(action), _permit(action, 0, deadline));
        skip(time);
        btcSource.set(BTC_SPOT); // still live
        if (block.timestamp <= deadline) {
            take(relayer, data);
            return;
        }
        refuse(
            relayer,
            data,
            abi.encodeWithSelector(IGateway.PermissionExpired.selector, subject, deadline, block.timestamp)
        );
    }

    /// @dev One field differs from what was signed: any of the message, the nonce or the deadline.
    function testFuzz_action_isAsSignedInEveryField(uint256 action, uint256 field, uint256 change) public {
        action = action % ACTIONS;
        uint256[] memory words = wordsOf(action);
        Permission memory p = _permit(action, 1, type(uint128).max);
        field = field % (words.length + 2);
        if (field < words.length) {
            uint256 limit = limitsOf(action)[field];
            words[field] = _another(words[field], change, limit);
        } else if (field == words.length) {
            p.nonce = _another(p.nonce, change, 0);
        } else {
            p.deadline = bound(change, block.timestamp, type(uint128).max - 1);
        }
        vm.prank(relayer);
        (bool ok, bytes memory answer) = address(gateway).call(callOf(action, words, p));
        assertFalse(ok, "not what was signed");
        bool approves = action == SET_OPERATOR && field == 2;
        assertEq(bytes4(answer), approves ? IGateway.ApprovalNotSigned.selector : IGateway.BadSignature.selector);
    }

    /// @dev One action's signature is no other's.
    function testFuzz_action_isTheSignedOne(uint256 action, uint256 other) public {
        (action, other) = (action % ACTIONS, other % ACTIONS);
        vm.assume(action != other);
        Permission memory p = _permit(action, 1, block.timestamp);
        bytes memory data = callOf(other, wordsOf(other), p);
        bytes32 digest = digestOf(other, wordsOf(other), p);
        refuse(relayer, data, abi.encodeWithSelector(IGateway.BadSignature.selector, subject, digest));
    }

    /// @dev Another number below `limit` (0: 2^256).
    function _another(uint256 word, uint256 change, uint256 limit) private pure returns (uint256) {
        if (limit == 0) return word ^ (change == 0 ? 1 : change);
        return (word + 1 + (change % (limit - 1))) % limit;
    }

    function _permit(uint256 action, uint256 nonce, uint256 deadline) private view returns (Permission memory) {
        return permit(keyOf[subject.owner()], action, wordsOf(action), nonce, deadline);
    }

    function _signed(uint256 action, uint256 nonce) private view returns (bytes memory) {
        return callOf(action, wordsOf(action), _permit(action, nonce, block.timestamp));
    }
}
