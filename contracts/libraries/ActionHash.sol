// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {EfficientHashLib} from "solady/src/utils/EfficientHashLib.sol";
import {SessionKey} from "../interfaces/IExchange.sol";
import {Permission} from "../interfaces/IGateway.sol";
import {Mode} from "../interfaces/IMarginEngine.sol";
import {AccountId} from "../types/AccountId.sol";
import {Position} from "../types/Position.sol";
import {Usd} from "../types/Usd.sol";

/// @notice EIP-712 struct hashes of what can be signed for the gateway. Every message names its account, nonce and deadline.
/// @dev What a message refers to sorts after it, as in `OrderHash`.
library ActionHash {
    bytes32 internal constant SET_MODE = keccak256(
        "SetMode(bytes32 account,uint8 mode,uint256 nonce,uint256 deadline)"
    );
    bytes32 internal constant TRANSFER_LEG = keccak256("TransferLeg(uint128 instrument,int128 lots)");
    bytes32 internal constant TRANSFER = keccak256(
        "Transfer(bytes32 from,bytes32 to,int256 cash,TransferLeg[] legs,uint256 nonce,uint256 deadline)"
        "TransferLeg(uint128 instrument,int128 lots)"
    );
    bytes32 internal constant MERGE = keccak256("Merge(bytes32 from,bytes32 to,uint256 nonce,uint256 deadline)");
    bytes32 internal constant WITHDRAW = keccak256(
        "Withdraw(bytes32 account,uint8 asset,uint256 amount,address receiver,uint256 minRatio,uint256 nonce,"
        "uint256 deadline)"
    );
    bytes32 internal constant SET_OPERATOR = keccak256(
        "SetOperator(bytes32 account,address operator,bool approved,uint256 nonce,uint256 deadline)"
    );
    bytes32 internal constant SET_SESSION_KEY = keccak256(
        "SetSessionKey(bytes32 account,address key,uint40 expiry,uint8 kinds,uint128 dailyLoss,uint256 underlyings,"
        "uint256 nonce,uint256 deadline)"
    );
    bytes32 internal constant SET_RECEIVER = keccak256(
        "SetReceiver(bytes32 account,address receiver,bool allowed,uint256 nonce,uint256 deadline)"
    );
    bytes32 internal constant CANCEL = keccak256(
        "Cancel(bytes32 account,uint256[] nonces,uint256 nonce,uint256 deadline)"
    );
    bytes32 internal constant CANCEL_GROUPS = keccak256(
        "CancelGroups(bytes32 account,bytes32[] groups,uint256 nonce,uint256 deadline)"
    );
    bytes32 internal constant CANCEL_ALL = keccak256("CancelAll(bytes32 account,uint256 nonce,uint256 deadline)");
    bytes32 internal constant VOID_NONCES = keccak256(
        "VoidNonces(bytes32 account,uint256[] nonces,uint256 nonce,uint256 deadline)"
    );
    bytes32 internal constant DEPOSIT = keccak256("PlimsollDeposit(bytes32 account)");
    /// @dev What Permit2 appends to its own type: the witness, and the types of both in alphabetical order.
    string internal constant DEPOSIT_WITNESS =
        "PlimsollDeposit witness)PlimsollDeposit(bytes32 account)TokenPermissions(address token,uint256 amount)";

    function setMode(AccountId account, Mode mode, Permission calldata p) internal pure returns (bytes32) {
        return keccak256(abi.encode(SET_MODE, account, mode, p.nonce, p.deadline));
    }

    function transfer(
        AccountId from,
        AccountId to,
        Usd cash,
        Position[] calldata legs,
        Permission calldata p
    ) internal pure returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](legs.length);
        for (uint256 i; i < legs.length; ++i) {
            hashes[i] = keccak256(abi.encode(TRANSFER_LEG, legs[i].instrument(), legs[i].lots()));
        }
        bytes32 all = EfficientHashLib.hash(hashes);
        return keccak256(abi.encode(TRANSFER, from, to, cash, all, p.nonce, p.deadline));
    }

    function merge(AccountId from, AccountId to, Permission calldata p) internal pure returns (bytes32) {
        return keccak256(abi.encode(MERGE, from, to, p.nonce, p.deadline));
    }

    function withdraw(
        AccountId account,
        uint8 asset,
        uint256 amount,
        address receiver,
        uint256 minRatio,
        Permission calldata p
    ) internal pure returns (bytes32) {
        return keccak256(abi.encode(WITHDRAW, account, asset, amount, receiver, minRatio, p.nonce, p.deadline));
    }

    function setOperator(
        AccountId account,
        address operator,
        bool approved,
        Permission calldata p
    ) internal pure returns (bytes32) {
        return keccak256(abi.encode(SET_OPERATOR, account, operator, approved, p.nonce, p.deadline));
    }

    function setSessionKey(
        AccountId account,
        address key,
        SessionKey calldata terms,
        Permission calldata p
    ) internal pure returns (bytes32) {
        // The terms are static, so that they are encoded as their members in order.
        return keccak256(abi.encode(SET_SESSION_KEY, account, key, terms, p.nonce, p.deadline));
    }

    function setReceiver(
        AccountId account,
        address receiver,
        bool allowed,
        Permission calldata p
    ) internal pure returns (bytes32) {
        return keccak256(abi.encode(SET_RECEIVER, account, receiver, allowed, p.nonce, p.deadline));
    }

    function cancel(
        AccountId account,
        uint256[] calldata nonces,
        Permission calldata p
    ) internal pure returns (bytes32) {
        bytes32 all = keccak256(abi.encodePacked(nonces));
        return keccak256(abi.encode(CANCEL, account, all, p.nonce, p.deadline));
    }

    function cancelGroups(
        AccountId account,
        bytes32[] calldata groups,
        Permission calldata p
    ) internal pure returns (bytes32) {
        bytes32 all = keccak256(abi.encodePacked(groups));
        return keccak256(abi.encode(CANCEL_GROUPS, account, all, p.nonce, p.deadline));
    }

    function cancelAll(AccountId account, Permission calldata p) internal pure returns (bytes32) {
        return keccak256(abi.encode(CANCEL_ALL, account, p.nonce, p.deadline));
    }

    function voidNonces(
        AccountId account,
        uint256[] calldata nonces,
        Permission calldata p
    ) internal pure returns (bytes32) {
        bytes32 all = keccak256(abi.encodePacked(nonces));
        return keccak256(abi.encode(VOID_NONCES, account, all, p.nonce, p.deadline));
    }

    /// @dev The witness of a Permit2 deposit; nonce and deadline are Permit2's.
    function deposit(AccountId account) internal pure returns (bytes32) {
        return keccak256(abi.encode(DEPOSIT, account));
    }
}
