// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {AccountId} from "../types/AccountId.sol";
import {InstrumentId} from "../types/InstrumentId.sol";
import {Usd} from "../types/Usd.sol";
import {IClearinghouse} from "../interfaces/IClearinghouse.sol";
import {IExchange, Order, SessionKey} from "../interfaces/IExchange.sol";
import {OrderHash} from "../libraries/OrderHash.sol";
import {Signing} from "../libraries/Signing.sol";

/// @title Orders
/// @notice What an order alone says: who may sign it, how much of it is left, and what a session key may lose.
/// @dev A refusal is the encoded error, empty when there is none: the caller reverts with it or leaves the fill out.
abstract contract Orders is IExchange, EIP712 {
    /// @dev Three slots: the terms, and what of the budget was used at `time`.
    struct Grant {
        SessionKey terms;
        uint128 spent;
        uint40 time;
    }

    /// @dev One order in one fill. @param key The session key by whose authority it trades; 0: owner or operator.
    /// @param loss What the account loses against mark, fee and tip included; counted for session keys only.
    struct Use {
        bytes32 orderHash;
        address key;
        uint128 units;
        Usd fee;
        Usd tip;
        Usd loss;
    }

    /// @dev A budget used up comes back over this time, second by second.
    uint256 private constant BUDGET_PERIOD = 1 days;
    /// @dev The count of an order or group of which no unit is left.
    uint128 private constant CANCELLED = type(uint128).max;

    IClearinghouse public immutable CLEARINGHOUSE;

    /// @inheritdoc IExchange
    mapping(AccountId account => mapping(uint256 nonce => uint128)) public override filled;
    /// @inheritdoc IExchange
    mapping(AccountId account => mapping(bytes32 group => uint128)) public override groupFilled;
    /// @inheritdoc IExchange
    mapping(AccountId account => uint64 epoch) public override epochOf;
    mapping(AccountId account => mapping(address key => Grant)) private _grants;

    constructor(IClearinghouse clearinghouse) EIP712("Plimsoll Exchange", "1") {
        CLEARINGHOUSE = clearinghouse;
    }

    modifier onlyCanceller(AccountId account) {
        _requireCanceller(account);
        _;
    }

    /// @dev Owner, operator, module or session key. A function: what stands in a modifier is copied into each use.
    function _requireCanceller(AccountId account) private view {
        if (!CLEARINGHOUSE.mayAct(account, msg.sender) && !_holds(account, msg.sender)) {
            revert NotAuthorized(account, msg.sender);
        }
    }

    /* ENTRY POINTS */

    /// @inheritdoc IExchange
    function cancel(AccountId account, uint256[] calldata nonces) external onlyCanceller(account) {
        for (uint256 i; i < nonces.length; ++i) {
            filled[account][nonces[i]] = CANCELLED;
            emit Cancelled(account, nonces[i]);
        }
    }

    /// @inheritdoc IExchange
    function cancelGroups(AccountId account, bytes32[] calldata groups) external onlyCanceller(account) {
        for (uint256 i; i < groups.length; ++i) {
            groupFilled[account][groups[i]] = CANCELLED;
            emit GroupCancelled(account, groups[i]);
        }
    }

    /// @inheritdoc IExchange
    function cancelAll(AccountId account) external onlyCanceller(account) returns (uint64 epoch) {
        epoch = ++epochOf[account];
        emit EpochSet(account, epoch);
    }

    /// @inheritdoc IExchange
    function setSessionKey(AccountId account, address key, SessionKey calldata terms) external {
        if (account.owner() != msg.sender && !CLEARINGHOUSE.isModule(msg.sender)) {
            revert NotAuthorized(account, msg.sender);
        }
        _grants[account][key] = Grant(terms, 0, 0);
        emit SessionKeySet(account, key, terms);
    }

    /* VIEWS */

    /// @inheritdoc IExchange
    function hashOrder(Order calldata order) public view returns (bytes32) {
        return _hashTypedDataV4(OrderHash.hash(order));
    }

    /// @inheritdoc IExchange
    function sessionKey(AccountId account, address key) external view returns (SessionKey memory, uint256) {
        Grant storage grant = _grants[account][key];
        return (grant.terms, _spent(grant));
    }

    /// @inheritdoc IExchange
    function mayCancel(AccountId account, address who) public view returns (bool) {
        return CLEARINGHOUSE.isAuthorized(account, who) || _holds(account, who);
    }

    /* ONE ORDER */

    /// @dev All that the order says without regard to the market, signature included; fills in `use.key`.
    function _refusalOfTerms(
        Order calldata order,
        bytes calldata signature,
        address counterparty,
        address caller,
        Use memory use
    ) internal view returns (bytes memory) {
        if (block.timestamp > order.expiry) {
            return abi.encodeWithSelector(OrderExpired.selector, use.orderHash, order.expiry, block.timestamp);
        }
        if (order.executor != address(0) && order.executor != caller) {
            return abi.encodeWithSelector(WrongExecutor.selector, use.orderHash, order.executor, caller);
        }
        if (order.taker != address(0) && order.taker != counterparty) {
            return abi.encodeWithSelector(WrongTaker.selector, use.orderHash, order.taker, counterparty);
        }
        if (use.units == 0 || use.units < order.minFill) {
            return abi.encodeWithSelector(FillTooSmall.selector, use.orderHash, use.units, order.minFill);
        }
        bytes memory refusal = _refusalOfCount(order, use);
        if (refusal.length != 0) return refusal;
        bool isSigned;
        (isSigned, use.key) = _authority(order.account, use.orderHash, signature, caller);
        if (!isSigned) return abi.encodeWithSelector(BadSignature.selector, order.account, use.orderHash);
        return use.key == address(0) ? bytes("") : _refusalOfScope(order, use.key);
    }

    /// @dev Whether the account's epoch, the order slot and the group leave enough.
    function _refusalOfCount(Order calldata order, Use memory use) private view returns (bytes memory) {
        uint64 epoch = epochOf[order.account];
        if (order.epoch != epoch) {
            return abi.encodeWithSelector(WrongEpoch.selector, use.orderHash, order.epoch, epoch);
        }
        uint256 before = filled[order.account][order.nonce];
        uint256 grouped = order.group == 0 ? 0 : groupFilled[order.account][order.group];
        if (before == CANCELLED || grouped == CANCELLED) {
            return abi.encodeWithSelector(OrderCancelled.selector, use.orderHash);
        }
        if (before + use.units > order.units) {
            uint256 left = FixedPointMathLib.zeroFloorSub(order.units, before);
            return abi.encodeWithSelector(OverFilled.selector, use.orderHash, use.units, left);
        }
        if (order.group != 0 && grouped + use.units > order.groupCap) {
            uint256 left = FixedPointMathLib.zeroFloorSub(order.groupCap, grouped);
            return abi.encodeWithSelector(GroupCapExceeded.selector, order.account, order.group, use.units, left);
        }
        return "";
    }

    /// @dev Whether somebody who may trade for the account stands behind the order, and which session key, if it is one.
    function _authority(
        AccountId account,
        bytes32 orderHash,
        bytes calldata signature,
        address caller
    ) private view returns (bool isSigned, address key) {
        bool isUnsigned = signature.length == 0;
        address signer = isUnsigned ? caller : Signing.recover(orderHash, signature);
        if (signer != address(0)) {
            if (signer == account.owner() || CLEARINGHOUSE.isAuthorized(account, signer)) return (true, address(0));
            if (_holds(account, signer)) return (true, signer);
        }
        return (!isUnsigned && Signing.isAccepted(account.owner(), orderHash, signature), address(0));
    }

    /// @dev Whether the key may trade every leg.
    function _refusalOfScope(Order calldata order, address key) private view returns (bytes memory) {
        SessionKey storage terms = _grants[order.account][key].terms;
        for (uint256 i; i < order.legs.length; ++i) {
            InstrumentId instrument = order.legs[i].instrument;
            bool isKind = (terms.kinds >> uint8(instrument.kind())) & 1 == 1;
            if (!isKind || !terms.underlyings.contains(instrument.underlying())) {
                return abi.encodeWithSelector(OutOfScope.selector, order.account, key, instrument);
            }
        }
        return "";
    }

    /// @dev Whether what is left of the key's budget covers the loss.
    function _refusalOfLoss(Order calldata order, Use memory use) internal view returns (bytes memory) {
        Grant storage grant = _grants[order.account][use.key];
        uint256 left = grant.terms.dailyLoss - _spent(grant);
        if (uint256(use.loss.raw()) <= left) return "";
        return abi.encodeWithSelector(LossAboveBudget.selector, order.account, use.key, use.loss, left);
    }

    /// @dev Counts the fill, and the loss of a session key. The refusals above leave room for both.
    function _count(Order calldata order, Use memory use) internal {
        filled[order.account][order.nonce] += use.units;
        if (order.group != 0) groupFilled[order.account][order.group] += use.units;
        emit OrderUsed(order.account, order.nonce, order.group, use.units);
        if (use.key == address(0) || use.loss.raw() == 0) return;
        Grant storage grant = _grants[order.account][use.key];
        uint128 spent = uint128(_spent(grant) + uint256(use.loss.raw())); // <= dailyLoss
        (grant.spent, grant.time) = (spent, uint40(block.timestamp));
        emit SessionKeyLost(order.account, use.key, use.loss, Usd.wrap(int256(uint256(spent))));
    }

    /* SESSION KEYS */

    /// @dev Whether `key` is a session key of the account now: until its expiry, that second included. 0 was never granted.
    function _holds(AccountId account, address key) private view returns (bool) {
        return block.timestamp <= _grants[account][key].terms.expiry;
    }

    /// @dev R-63: what comes back is rounded down, so that the budget used is not less than it is.
    function _spent(Grant storage grant) private view returns (uint256) {
        uint256 back = (uint256(grant.terms.dailyLoss) * (block.timestamp - grant.time)) / BUDGET_PERIOD;
        return FixedPointMathLib.zeroFloorSub(grant.spent, back);
    }
}
