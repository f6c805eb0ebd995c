// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccountId} from "../types/AccountId.sol";
import {InstrumentId} from "../types/InstrumentId.sol";
import {Usd} from "../types/Usd.sol";

/// @notice One leg of a structure. @param ratio Lots per unit of the structure; positive buys, negative sells.
struct Leg {
    InstrumentId instrument;
    int64 ratio;
}

/// @notice A signed intention to trade up to `units` of a structure. Everything that matters is in the signature.
/// @param account Whose order it is. @param legs The structure of one unit.
/// @param limitPrice Most USD (18 decimals) the account pays per unit; negative: least it receives.
/// @param maxFee Most USD of protocol fees per unit. @param units Most units in all. @param minFill Least units per fill.
/// @param nonce Fills are counted per (account, nonce): orders that share one replace each other.
/// @param expiry Unix seconds after which it is void. @param reduceOnly Every leg must bring its position nearer to 0.
/// @param executor Who may settle it, 0 = anyone. @param taker Owner of the only allowed counterparty, 0 = anyone.
/// @param tip USD per unit paid to `tipReceiver` (0: sub-account 0 of whoever settles).
/// @param minSpot, maxSpot Band of the first leg's spot price, USD 18 decimals, in which the order may fill.
/// @param group, groupCap Units that all orders of the account with this non-zero group may fill together.
struct Order {
    AccountId account;
    Leg[] legs;
    int256 limitPrice;
    uint256 maxFee;
    uint128 units;
    uint128 minFill;
    uint256 nonce;
    uint40 expiry;
    bool reduceOnly;
    address executor;
    address taker;
    uint256 tip;
    AccountId tipReceiver;
    uint128 minSpot;
    uint128 maxSpot;
    bytes32 group;
    uint128 groupCap;
}

/// @notice One match: `taker` trades `units` against `maker` at the maker's price. An empty signature stands for an order
/// of an account that the caller may use.
struct Fill {
    Order maker;
    bytes makerSignature;
    Order taker;
    bytes takerSignature;
    uint128 units;
}

/// @title Exchange
/// @notice Settles signed orders: signatures, limits and fills here; vectors, margin and fees in the clearinghouse.
/// Anyone may settle; nobody is trusted.
interface IExchange {
    /// @notice `price` per unit, USD 18 decimals, paid by the maker (negative: received).
    event Filled(
        AccountId indexed maker,
        AccountId indexed taker,
        bytes32 indexed makerHash,
        bytes32 takerHash,
        uint128 units,
        int256 price,
        Usd cash
    );
    /// @notice `units` more count against the order slot (account, nonce) and, if not 0, against the account's `group`.
    event OrderUsed(AccountId indexed account, uint256 indexed nonce, bytes32 group, uint128 units);
    /// @notice The order slot (account, nonce) can no longer fill.
    event Cancelled(AccountId indexed account, uint256 nonce);

    /// @notice `signer` is neither owner nor operator of `account`, or the signature is not of this order.
    error BadSignature(AccountId account, bytes32 orderHash);
    error OrderExpired(bytes32 orderHash, uint256 expiry, uint256 now_);
    error WrongExecutor(bytes32 orderHash, address executor, address caller);
    error WrongTaker(bytes32 orderHash, address taker, address counterparty);
    error OverFilled(bytes32 orderHash, uint256 wanted, uint256 left);
    error FillTooSmall(bytes32 orderHash, uint256 units, uint256 minFill);
    error GroupCapExceeded(AccountId account, bytes32 group, uint256 wanted, uint256 left);
    error SpotOutsideBand(bytes32 orderHash, uint256 spot, uint256 minSpot, uint256 maxSpot);
    error PricesDoNotCross(int256 makerLimit, int256 takerLimit);
    error LegsDoNotMatch(uint256 index);
    error NotReducing(bytes32 orderHash, InstrumentId instrument, int256 held, int256 change);
    error FeeAboveMaximum(bytes32 orderHash, Usd fee, Usd maximum);
    error InstrumentNotListed(InstrumentId instrument);
    /// @notice A tip must go to somebody's account.
    error TipToSystemAccount(bytes32 orderHash, AccountId receiver);
    error NoLegs();
    error NotAuthorized(AccountId account, address caller);

    /// @notice Settles all fills together: vectors first, then one margin check per distinct account.
    /// @dev Rounding R-30: the funding part of a price is rounded once per fill and taken from one side exactly as given to
    /// the other. Fees up (R-31). Reverts when any order or any account's check fails.
    function settle(Fill[] calldata fills) external;

    /// @notice Voids the order slots (account, nonce). Owner or operator.
    function cancel(AccountId account, uint256[] calldata nonces) external;

    /// @notice EIP-712 digest that the account's owner or operator signs.
    function hashOrder(Order calldata order) external view returns (bytes32);

    /// @notice Units filled on (account, nonce); 2^128 - 1 when cancelled.
    function filled(AccountId account, uint256 nonce) external view returns (uint128);

    function groupFilled(AccountId account, bytes32 group) external view returns (uint128);
}
