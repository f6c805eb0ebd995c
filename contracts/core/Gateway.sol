// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Multicall} from "@openzeppelin/contracts/utils/Multicall.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {BitMaps} from "@openzeppelin/contracts/utils/structs/BitMaps.sol";
import {AccountId} from "../types/AccountId.sol";
import {Position} from "../types/Position.sol";
import {Usd} from "../types/Usd.sol";
import {IClearinghouse} from "../interfaces/IClearinghouse.sol";
import {Fill, IExchange, SessionKey} from "../interfaces/IExchange.sol";
import {IGateway, Permission} from "../interfaces/IGateway.sol";
import {Mode, Portfolio} from "../interfaces/IMarginEngine.sol";
import {IVault} from "../interfaces/IVault.sol";
import {
    IPermit2,
    PermitTransferFrom,
    SignatureTransferDetails,
    TokenPermissions
} from "../interfaces/external/IPermit2.sol";
import {ActionHash} from "../libraries/ActionHash.sol";
import {Signing} from "../libraries/Signing.sol";

/// @title Gateway
contract Gateway is IGateway, EIP712, Multicall {
    using BitMaps for BitMaps.BitMap;
    using SafeERC20 for IERC20;

    /// @dev From naming a receiver to the first signed withdrawal to it.
    uint256 private constant RECEIVER_DELAY = 1 days;

    IClearinghouse public immutable CLEARINGHOUSE;
    IVault public immutable VAULT;
    IExchange public immutable EXCHANGE;
    IPermit2 public immutable PERMIT2;

    /// @dev Each signer has nonces of its own, so that nobody can use up another's.
    mapping(AccountId account => mapping(address signer => BitMaps.BitMap nonces)) private _used;
    /// @inheritdoc IGateway
    mapping(AccountId account => mapping(address receiver => uint256 time)) public override receiverValidFrom;

    constructor(
        IClearinghouse clearinghouse,
        IVault vault,
        IExchange exchange,
        IPermit2 permit2
    ) EIP712("Plimsoll Gateway", "1") {
        (CLEARINGHOUSE, VAULT, EXCHANGE, PERMIT2) = (clearinghouse, vault, exchange, permit2);
    }

    /* DEPOSITS */

    /// @inheritdoc IGateway
    function deposit(AccountId account, uint8 asset, uint256 amount) external returns (uint256) {
        _requireAuthorized(account, msg.sender);
        return _collect(account, asset, _token(asset), amount);
    }

    /// @inheritdoc IGateway
    function depositWithPermit(
        AccountId account,
        uint8 asset,
        uint256 amount,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external returns (uint256) {
        IERC20 token = _token(asset);
        // A permit can be front-run; the transfer below fails by itself when the allowance is missing.
        // solhint-disable-next-line no-empty-blocks
        try IERC20Permit(address(token)).permit(msg.sender, address(this), amount, deadline, v, r, s) {} catch {}
        _requireAuthorized(account, msg.sender);
        return _collect(account, asset, token, amount);
    }

    /// @inheritdoc IGateway
    function depositWithPermit2(
        AccountId account,
        uint8 asset,
        uint256 amount,
        address payer,
        Permission calldata permission
    ) external returns (uint256) {
        _requireAuthorized(account, payer);
        IERC20 token = _token(asset);
        PERMIT2.permitWitnessTransferFrom(
            PermitTransferFrom(TokenPermissions(address(token), amount), permission.nonce, permission.deadline),
            SignatureTransferDetails(address(this), amount),
            payer,
            ActionHash.deposit(account),
            ActionHash.DEPOSIT_WITNESS,
            permission.signature
        );
        return _forward(account, asset, token, amount);
    }

    /// @dev From the caller, and on to the vault.
    function _collect(AccountId account, uint8 asset, IERC20 token, uint256 amount) private returns (uint256) {
        token.safeTransferFrom(msg.sender, address(this), amount);
        return _forward(account, asset, token, amount);
    }

    /// @dev What the gateway has just received, on to the vault.
    function _forward(AccountId account, uint8 asset, IERC20 token, uint256 amount) private returns (uint256) {
        token.forceApprove(address(VAULT), amount);
        return VAULT.deposit(account, asset, amount);
    }

    /* ACTIONS OF AN OWNER OR OPERATOR */

    /// @inheritdoc IGateway
    function setMode(AccountId account, Mode mode, Permission calldata permission) external {
        address actor = _actor(account, ActionHash.setMode(account, mode, permission), permission);
        _requireAuthorized(account, actor);
        CLEARINGHOUSE.setMode(account, mode);
    }

    /// @inheritdoc IGateway
    function transfer(
        AccountId from,
        AccountId to,
        Usd cash,
        Position[] calldata legs,
        Permission calldata permission
    ) external {
        address actor = _actor(from, ActionHash.transfer(from, to, cash, legs, permission), permission);
        _requireAuthorized(from, actor);
        _requireAuthorized(to, actor);
        CLEARINGHOUSE.transfer(from, to, cash, legs);
    }

    /// @inheritdoc IGateway
    function merge(AccountId from, AccountId to, Permission calldata permission) external {
        address actor = _actor(from, ActionHash.merge(from, to, permission), permission);
        _requireAuthorized(from, actor);
        _requireAuthorized(to, actor);
        AccountId[] memory expired = new AccountId[](1);
        expired[0] = from;
        CLEARINGHOUSE.series().settlement().settle(expired);
        Portfolio memory all = CLEARINGHOUSE.portfolio(from);
        CLEARINGHOUSE.transfer(from, to, all.cash, all.positions);
    }

    /// @inheritdoc IGateway
    function withdraw(
        AccountId account,
        uint8 asset,
        uint256 amount,
        address receiver,
        uint256 minRatio,
        Permission calldata permission
    ) external returns (uint256, uint256) {
        bytes32 message = ActionHash.withdraw(account, asset, amount, receiver, minRatio, permission);
        _requireAuthorized(account, _actor(account, message, permission));
        if (permission.signature.length != 0) _requireReceiver(account, receiver);
        return VAULT.withdraw(account, asset, amount, receiver, minRatio);
    }

    /* ACTIONS OF THE OWNER ALONE */

    /// @inheritdoc IGateway
    function setOperator(AccountId account, address operator, bool approved, Permission calldata permission) external {
        if (approved && permission.signature.length != 0) revert ApprovalNotSigned(account, operator);
        bytes32 message = ActionHash.setOperator(account, operator, approved, permission);
        _requireOwner(account, _actor(account, message, permission));
        CLEARINGHOUSE.setOperator(account, operator, approved);
    }

    /// @inheritdoc IGateway
    function setSessionKey(
        AccountId account,
        address key,
        SessionKey calldata terms,
        Permission calldata permission
    ) external {
        bytes32 message = ActionHash.setSessionKey(account, key, terms, permission);
        _requireOwner(account, _actor(account, message, permission));
        EXCHANGE.setSessionKey(account, key, terms);
    }

    /// @inheritdoc IGateway
    function setReceiver(AccountId account, address receiver, bool allowed, Permission calldata permission) external {
        bytes32 message = ActionHash.setReceiver(account, receiver, allowed, permission);
        _requireOwner(account, _actor(account, message, permission));
        uint256 validFrom = allowed ? block.timestamp + RECEIVER_DELAY : 0;
        receiverValidFrom[account][receiver] = validFrom;
        emit ReceiverSet(account, receiver, validFrom);
    }

    /* ORDERS */

    /// @inheritdoc IGateway
    function settle(Fill[] calldata fills) external {
        EXCHANGE.settleFor(msg.sender, fills);
    }

    /// @inheritdoc IGateway
    function settleAvailable(Fill[] calldata fills) external returns (uint256) {
        return EXCHANGE.settleAvailableFor(msg.sender, fills);
    }

    /// @inheritdoc IGateway
    function cancel(AccountId account, uint256[] calldata nonces, Permission calldata permission) external {
        _requireCanceller(account, ActionHash.cancel(account, nonces, permission), permission);
        EXCHANGE.cancel(account, nonces);
    }

    /// @inheritdoc IGateway
    function cancelGroups(AccountId account, bytes32[] calldata groups, Permission calldata permission) external {
        _requireCanceller(account, ActionHash.cancelGroups(account, groups, permission), permission);
        EXCHANGE.cancelGroups(account, groups);
    }

    /// @inheritdoc IGateway
    function cancelAll(AccountId account, Permission calldata permission) external returns (uint64) {
        _requireCanceller(account, ActionHash.cancelAll(account, permission), permission);
        return EXCHANGE.cancelAll(account);
    }

    /* NONCES */

    /// @inheritdoc IGateway
    function voidNonces(AccountId account, uint256[] calldata nonces, Permission calldata permission) external {
        bytes32 message = ActionHash.voidNonces(account, nonces, permission);
        address actor = _actor(account, message, permission);
        for (uint256 i; i < nonces.length; ++i) {
            if (!isNonceUsed(account, actor, nonces[i])) _useNonce(account, actor, nonces[i]);
        }
    }

    /// @inheritdoc IGateway
    function isNonceUsed(AccountId account, address signer, uint256 nonce) public view returns (bool) {
        return _used[account][signer].get(nonce);
    }

    /// @dev Uses it up, or reverts when it was.
    function _useNonce(AccountId account, address signer, uint256 nonce) private {
        if (isNonceUsed(account, signer, nonce)) revert NonceAlreadyUsed(account, signer, nonce);
        _used[account][signer].set(nonce);
        emit NonceUsed(account, signer, nonce);
    }

    /* WHO WANTS IT */

    /// @dev The caller, or who signed the message, be it a session key. Uses up the nonce of a signature. The actions themselves say
    /// who of them may.
    function _actor(
        AccountId account,
        bytes32 structHash,
        Permission calldata permission
    ) private returns (address signer) {
        if (permission.signature.length == 0) return msg.sender;
        if (block.timestamp > permission.deadline) {
            revert PermissionExpired(account, permission.deadline, block.timestamp);
        }
        bytes32 digest = _hashTypedDataV4(structHash);
        address owner = account.owner();
        signer = Signing.recover(digest, permission.signature);
        if (signer == address(0) || (signer != owner && !EXCHANGE.mayCancel(account, signer))) {
            signer = owner;
            if (!Signing.isAccepted(owner, digest, permission.signature)) revert BadSignature(account, digest);
        }
        _useNonce(account, signer, permission.nonce);
    }

    /// @dev Owner or operator.
    function _requireAuthorized(AccountId account, address actor) private view {
        if (!CLEARINGHOUSE.isAuthorized(account, actor)) revert NotAuthorized(account, actor);
    }

    function _requireOwner(AccountId account, address actor) private pure {
        if (account.owner() != actor) revert NotAuthorized(account, actor);
    }

    /// @dev Who may sign at all may cancel, as `_actor` has asked: there is only a caller of his own to ask for.
    function _requireCanceller(AccountId account, bytes32 structHash, Permission calldata permission) private {
        address actor = _actor(account, structHash, permission);
        bool isCaller = permission.signature.length == 0;
        if (isCaller && !EXCHANGE.mayCancel(account, actor)) revert NotAuthorized(account, actor);
    }

    /// @dev The owner, or who was named a day ago.
    function _requireReceiver(AccountId account, address receiver) private view {
        uint256 validFrom = receiverValidFrom[account][receiver];
        bool isNamed = validFrom != 0 && block.timestamp >= validFrom;
        if (receiver != account.owner() && !isNamed) revert ReceiverNotAllowed(account, receiver, validFrom);
    }

    /// @dev The token of a listed asset.
    function _token(uint8 asset) private view returns (IERC20 token) {
        token = IERC20(VAULT.tokenOf(asset));
        if (address(token) == address(0)) revert UnknownAsset(asset);
    }
}
