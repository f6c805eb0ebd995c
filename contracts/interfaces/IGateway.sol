// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccountId} from "../types/AccountId.sol";
import {Position} from "../types/Position.sol";
import {Usd} from "../types/Usd.sol";
import {Fill, SessionKey} from "./IExchange.sol";
import {Mode} from "./IMarginEngine.sol";

/// @notice By whom an action is wanted. @param signature Of the action's EIP-712 message, by somebody who may take it; empty: it is
/// the caller's own. @param nonce Any number that the signer has not used for the account; in a deposit by Permit2 one of Permit2's.
/// @param deadline Unix seconds until which it holds.
struct Permission {
    uint256 nonce;
    uint256 deadline;
    bytes signature;
}

/// @title Gateway
/// @notice Everything an owner may do, several things in one transaction (`multicall`), or signed for any relayer to submit.
/// @dev A module, trusted to have checked who wants what; the contracts behind it check everything else. It holds no tokens
/// between calls. Messages are signed by keys (ECDSA) or contracts (ERC-1271), bound to chain, gateway and account. Until its
/// deadline anybody may submit a message that was signed, alone or beside others and in any order: give its nonce up to withdraw it.
interface IGateway {
    /// @notice The signer's nonce can no longer be used: by a signed action, or given up.
    event NonceUsed(AccountId indexed account, address indexed signer, uint256 nonce);
    /// @notice Signed withdrawals may go to `receiver` from `validFrom` on; 0: no longer.
    event ReceiverSet(AccountId indexed account, address indexed receiver, uint256 validFrom);

    /// @notice The signature is not of this action, or of nobody who may act for `account`.
    error BadSignature(AccountId account, bytes32 digest);
    error PermissionExpired(AccountId account, uint256 deadline, uint256 now_);
    error NonceAlreadyUsed(AccountId account, address signer, uint256 nonce);
    error NotAuthorized(AccountId account, address caller);
    /// @notice A signed withdrawal goes to the owner, or to a receiver that has been named for a day. `validFrom` 0: not named.
    error ReceiverNotAllowed(AccountId account, address receiver, uint256 validFrom);
    /// @notice A signature can dismiss an operator. Naming one, who could withdraw anywhere, takes the owner's own transaction.
    error ApprovalNotSigned(AccountId account, address operator);
    error UnknownAsset(uint8 asset);

    /* DEPOSITS */

    /// @notice Takes `amount` of the asset's token from the caller, who owns or operates `account`, and credits it.
    /// @return credited As `IVault.deposit`.
    function deposit(AccountId account, uint8 asset, uint256 amount) external returns (uint256 credited);

    /// @notice The same after an EIP-2612 permit for the gateway; one that was used before is no obstacle.
    function depositWithPermit(
        AccountId account,
        uint8 asset,
        uint256 amount,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external returns (uint256 credited);

    /// @notice Takes the token from `payer`, who owns or operates `account`, by a Permit2 signature with the witness
    /// `PlimsollDeposit(bytes32 account)`. Anyone may submit it.
    function depositWithPermit2(
        AccountId account,
        uint8 asset,
        uint256 amount,
        address payer,
        Permission calldata permission
    ) external returns (uint256 credited);

    /* ACTIONS OF AN OWNER OR OPERATOR */

    /// @notice As `IClearinghouse.setMode`.
    function setMode(AccountId account, Mode mode, Permission calldata permission) external;

    /// @notice As `IClearinghouse.transfer`.
    function transfer(
        AccountId from,
        AccountId to,
        Usd cash,
        Position[] calldata legs,
        Permission calldata permission
    ) external;

    /// @notice Moves all that `from` holds to `to`; what has expired is settled first.
    function merge(AccountId from, AccountId to, Permission calldata permission) external;

    /// @notice As `IVault.withdraw`. Signed, it goes to the owner or to a receiver that has been named for a day.
    function withdraw(
        AccountId account,
        uint8 asset,
        uint256 amount,
        address receiver,
        uint256 minRatio,
        Permission calldata permission
    ) external returns (uint256 paid, uint256 claimId);

    /* ACTIONS OF THE OWNER ALONE */

    /// @notice As `IClearinghouse.setOperator`. Signed, it can only dismiss one.
    function setOperator(AccountId account, address operator, bool approved, Permission calldata permission) external;

    /// @notice As `IExchange.setSessionKey`.
    function setSessionKey(
        AccountId account,
        address key,
        SessionKey calldata terms,
        Permission calldata permission
    ) external;

    /// @notice Lets signed withdrawals of `account` go to `receiver`, a day from now; or no longer, at once.
    function setReceiver(AccountId account, address receiver, bool allowed, Permission calldata permission) external;

    /* ORDERS */

    /// @notice As `IExchange.settle` and `settleAvailable`, for the caller.
    function settle(Fill[] calldata fills) external;
    function settleAvailable(Fill[] calldata fills) external returns (uint256 count);

    /// @notice As `IExchange.cancel`, `cancelGroups` and `cancelAll`. Session keys may.
    function cancel(AccountId account, uint256[] calldata nonces, Permission calldata permission) external;
    function cancelGroups(AccountId account, bytes32[] calldata groups, Permission calldata permission) external;
    function cancelAll(AccountId account, Permission calldata permission) external returns (uint64 epoch);

    /* NONCES */

    /// @notice Gives up nonces of the caller or signer; those used before are no obstacle.
    function voidNonces(AccountId account, uint256[] calldata nonces, Permission calldata permission) external;

    function isNonceUsed(AccountId account, address signer, uint256 nonce) external view returns (bool);

    /// @notice From when on signed withdrawals of `account` may go to `receiver`, unix seconds; 0: not.
    function receiverValidFrom(AccountId account, address receiver) external view returns (uint256);
}
