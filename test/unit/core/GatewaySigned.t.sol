// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IGateway, Permission} from "../../../contracts/interfaces/IGateway.sol";
import {ContractWallet} from "../../../contracts/mocks/ContractWallet.sol";
import {AccountId} from "../../../contracts/types/AccountId.sol";
import {Gateways} from "../../fixtures/Gateways.sol";

/// @dev Who may take which action, called by himself or signed for a relayer to submit.
contract GatewaySignedTest is Gateways {
    address private stranger;
    uint256 private strangerKey;

    function setUp() public override {
        super.setUp();
        (stranger, strangerKey) = makeAddrAndKey("stranger");
    }

    function testFuzz_action_unsignedIsTheCallersOwn(uint256 action, uint256 who) public {
        action = action % ACTIONS;
        who = who % 4;
        address caller = [subject.owner(), operator, bot, stranger][who];
        bytes memory data = callOf(action, wordsOf(action), unsigned());
        if (_may(action, who)) {
            _takes(caller, action, data);
        } else {
            refuse(caller, data, abi.encodeWithSelector(IGateway.NotAuthorized.selector, subject, caller));
            assertFalse(isDone(action), "refused, but done");
        }
    }

    /// @dev The relayer has no say in it, and needs none.
    function testFuzz_action_signedIsTheSigners(uint256 action, uint256 who, uint256 nonce, uint40 life) public {
        action = action % ACTIONS;
        who = who % 4;
        uint256 key = [keyOf[subject.owner()], operatorKey, botKey, strangerKey][who];
        uint256[] memory words = wordsOf(action);
        Permission memory p = permit(key, action, words, nonce, block.timestamp + life);
        bytes memory data = callOf(action, words, p);
        if (_may(action, who)) {
            vm.expectEmit(address(gateway));
            emit IGateway.NonceUsed(subject, vm.addr(key), nonce);
            _takes(relayer, action, data);
            assertTrue(gateway.isNonceUsed(subject, vm.addr(key), nonce));
            return;
        }
        bytes32 digest = digestOf(action, words, p);
        bytes memory refusal =
            who == 3
                ? abi.encodeWithSelector(IGateway.BadSignature.selector, subject, digest)
                : abi.encodeWithSelector(IGateway.NotAuthorized.selector, subject, vm.addr(key));
        refuse(relayer, data, refusal);
        assertFalse(isDone(action) || gateway.isNonceUsed(subject, vm.addr(key), nonce), "refused, but done");
    }

    /// @dev A wallet that is a contract signs by ERC-1271: with any bytes, if it says so.
    function testFuzz_action_isSignedByAContractWallet(uint256 action, bytes calldata signature) public {
        action = action % ACTIONS;
        vm.assume(signature.length != 0);
        ContractWallet wallet = ownedByWallet();
        uint256[] memory words = wordsOf(action);
        Permission memory p = Permission(7, block.timestamp, signature);
        bytes memory data = callOf(action, words, p);
        bytes32 digest = digestOf(action, words, p);
        refuse(relayer, data, abi.encodeWithSelector(IGateway.BadSignature.selector, subject, digest));
        wallet.approve(digest);
        _takes(relayer, action, data);
        bytes memory refusal = abi.encodeWithSelector(
            IGateway.NonceAlreadyUsed.selector,
            subject,
            address(wallet),
            uint256(7)
        );
        refuse(relayer, data, refusal);
    }

    /// @dev The key of an owner whose address has code (EIP-7702) signs as before.
    function testFuzz_action_isSignedByTheKeyOfAnOwnerWithCode(uint256 action) public {
        action = action % ACTIONS;
        vm.etch(subject.owner(), address(new ContractWallet()).code);
        uint256[] memory words = wordsOf(action);
        _takes(
            relayer,
            action,
            callOf(action, words, permit(keyOf[subject.owner()], action, words, 0, block.timestamp))
        );
    }

    /// @dev What an operator signed is void once he is none.
    function testFuzz_action_signedByAFormerOperatorIsRefused(uint256 action) public {
        action = [SET_MODE, TRANSFER, MERGE, WITHDRAW, CANCEL, CANCEL_GROUPS, CANCEL_ALL][action % 7];
        uint256[] memory words = wordsOf(action);
        Permission memory p = permit(operatorKey, action, words, 0, block.timestamp);
        vm.prank(subject.owner());
        clearinghouse.setOperator(subject, operator, false);
        bytes memory data = callOf(action, words, p);
        bytes32 digest = digestOf(action, words, p);
        refuse(relayer, data, abi.encodeWithSelector(IGateway.BadSignature.selector, subject, digest));
    }

    /// @dev Half a right is none: an operator of one account moves nothing between it and another.
    function test_transferAndMerge_needBothAccounts() public {
        AccountId to = AccountId.wrap(bytes32(wordsOf(MERGE)[1]));
        vm.prank(subject.owner());
        clearinghouse.setOperator(to, operator, false);
        bytes memory refusal = abi.encodeWithSelector(IGateway.NotAuthorized.selector, to, operator);
        refuse(operator, callOf(MERGE, wordsOf(MERGE), unsigned()), refusal);
        refuse(operator, callOf(TRANSFER, wordsOf(TRANSFER), unsigned()), refusal);
    }

    /// @dev Owner everything; operator all but the owner's own; session key cancels.
    function _may(uint256 action, uint256 who) private pure returns (bool) {
        if (who == 0) return true;
        if (who == 1) return action < SET_OPERATOR || action > SET_RECEIVER;
        return who == 2 && action > SET_RECEIVER;
    }

    function _takes(address caller, uint256 action, bytes memory data) private {
        assertFalse(isDone(action), "done before");
        take(caller, data);
        assertTrue(isDone(action), "not done");
    }
}
