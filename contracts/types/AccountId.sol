// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @dev owner (160 bits) . sub-id (96 bits). An owner has 2^96 accounts and registers none of them.
/// Owner 0 owns the system's accounts, which nobody can sign for.
type AccountId is bytes32;

using {sameAccount as ==, otherAccount as !=} for AccountId global;
using AccountIds for AccountId global;

/// @dev Counterparty of every deposit and withdrawal: holds minus what the vault owes, so all accounts sum to zero.
AccountId constant CUSTODY = AccountId.wrap(bytes32(uint256(1)));
/// @dev The protocol's half of the fees.
AccountId constant FEES = AccountId.wrap(bytes32(uint256(2)));
/// @dev Losses that no compartment covered, as negative cash: D of the withdrawal ratio r.
AccountId constant HOLE = AccountId.wrap(bytes32(uint256(3)));
/// @dev Debited withdrawals that the outflow limit has not let out yet.
AccountId constant QUEUE = AccountId.wrap(bytes32(uint256(4)));

/// @dev Sub-ids of compartments: this plus the underlying; the common compartment is underlying 0.
uint96 constant COMPARTMENT_BASE = 0x100;
/// @dev Sub-ids of series clearing accounts: this bit plus (underlying, expiry).
uint96 constant CLEARING_BIT = 1 << 95;

function accountId(address owner_, uint96 subId_) pure returns (AccountId) {
    return AccountId.wrap(bytes32((uint256(uint160(owner_)) << 96) | subId_));
}

/// @dev Insurance compartment of `underlying`; 0 is the common one.
function compartment(uint8 underlying) pure returns (AccountId) {
    return accountId(address(0), COMPARTMENT_BASE + underlying);
}

/// @dev Counterparty of settlement and delisting of one (underlying, expiry); expiry 0 for the perpetual.
function clearing(uint8 underlying, uint40 expiry) pure returns (AccountId) {
    return accountId(address(0), CLEARING_BIT | (uint96(underlying) << 40) | expiry);
}

function sameAccount(AccountId a, AccountId b) pure returns (bool) {
    return AccountId.unwrap(a) == AccountId.unwrap(b);
}

function otherAccount(AccountId a, AccountId b) pure returns (bool) {
    return AccountId.unwrap(a) != AccountId.unwrap(b);
}

/// @dev Getters of an account id.
library AccountIds {
    function owner(AccountId id) internal pure returns (address) {
        return address(uint160(uint256(AccountId.unwrap(id)) >> 96));
    }

    function subId(AccountId id) internal pure returns (uint96) {
        return uint96(uint256(AccountId.unwrap(id)));
    }

    function isSystem(AccountId id) internal pure returns (bool) {
        return id.owner() == address(0);
    }

    function isCompartment(AccountId id) internal pure returns (bool) {
        uint256 word = uint256(AccountId.unwrap(id));
        return word >= COMPARTMENT_BASE && word < COMPARTMENT_BASE + 256;
    }

    function isClearing(AccountId id) internal pure returns (bool) {
        return uint256(AccountId.unwrap(id)) >> 95 == 1;
    }
}
