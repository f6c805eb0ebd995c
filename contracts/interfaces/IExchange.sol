// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccountId} from "../types/AccountId.sol";
import {InstrumentId} from "../types/InstrumentId.sol";
import {UnderlyingSet} from "../types/UnderlyingSet.sol";
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
/// @param epoch That of the account when it is filled: a higher one voids all orders of the lower.
/// @param expiry Unix seconds after which it is void. @param reduceOnly Every leg must bring its position nearer to 0.
/// @param executor Who may settle it, 0 = anyone. @param taker Owner of the only allowed counterparty, 0 = anyone.
/// @param tip USD per unit paid to `tipReceiver` (0: sub-account 0 of whoever settles).
/// @param minSpot, maxSpot Band of the first leg's spot price, USD 18 decimals, in which the order may fill, while that price is live;
/// 0 and 2^128 - 1: at any price.
/// @param group, groupCap Units that all orders of the account with this non-zero group may fill together.
struct Order {
    AccountId account;
    Leg[] legs;
    int256 limitPrice;
    uint256 maxFee;
    uint128 units;
    uint128 minFill;
    uint256 nonce;
    uint64 epoch;
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

/// @notice What a session key may do for an account: sign or send orders, and cancel them, until `expiry`.
/// @param expiry Unix seconds until which it holds; 0: none. @param kinds Bit 1 << kind for each kind of instrument that it may
/// trade. @param underlyings In which it may trade.
/// @param dailyLoss USD, 18 decimals: what its trades may lose against mark at once, fees and tips included, without regard to
/// gains. It comes back evenly over a day, so that t days lose at most (1 + t) times it.
/// What positions lose after the trade, by price, funding or liquidation, is not counted.
struct SessionKey {
    uint40 expiry;
    uint8 kinds;
    uint128 dailyLoss;
    UnderlyingSet underlyings;
}

/// @title Exchange
/// @notice Settles signed orders: signatures, limits and fills here; vectors, margin and fees in the clearinghouse.
/// Anyone may settle; nobody is trusted.
/// @dev An order is the account's if it is signed by its owner, an operator or a session key (ECDSA, 65 bytes), or if the owner is a
/// contract that accepts the signature (ERC-1271, within 300,000 gas), or if one of those who may sign sends it unsigned.
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
    /// @notice Fill `index` of the batch was left out because of `reason`, an encoded error of this interface.
    event Skipped(uint256 indexed index, bytes reason);
    /// @notice The order slot (account, nonce) can no longer fill.
    event Cancelled(AccountId indexed account, uint256 nonce);
    /// @notice Orders of the account with this `group` can no longer fill.
    event GroupCancelled(AccountId indexed account, bytes32 indexed group);
    /// @notice Orders of the account with a lower epoch can no longer fill.
    event EpochSet(AccountId indexed account, uint64 epoch);
    /// @notice `expiry` 0: revoked. What the key has lost so far is forgotten.
    event SessionKeySet(AccountId indexed account, address indexed key, SessionKey terms);
    /// @notice A trade of the key lost `loss` against mark; `spent` of its budget is used.
    event SessionKeyLost(AccountId indexed account, address indexed key, Usd loss, Usd spent);

    /// @notice The signature is not of this order, or of nobody who may trade for `account` now.
    error BadSignature(AccountId account, bytes32 orderHash);
    error OrderCancelled(bytes32 orderHash);
    error WrongEpoch(bytes32 orderHash, uint64 epoch, uint64 current);
    /// @notice Maker and taker are one account.
    error SelfTrade(AccountId account);
    error OrderExpired(bytes32 orderHash, uint256 expiry, uint256 now_);
    error WrongExecutor(bytes32 orderHash, address executor, address caller);
    error WrongTaker(bytes32 orderHash, address taker, address counterparty);
    error OverFilled(bytes32 orderHash, uint256 wanted, uint256 left);
    error FillTooSmall(bytes32 orderHash, uint256 units, uint256 minFill);
    error GroupCapExceeded(AccountId account, bytes32 group, uint256 wanted, uint256 left);
    error SpotOutsideBand(bytes32 orderHash, uint256 spot, uint256 minSpot, uint256 maxSpot);
    /// @notice The order has a spot band, and the price of `underlying` is not live.
    error SpotNotLive(bytes32 orderHash, uint256 underlying);
    error PricesDoNotCross(int256 makerLimit, int256 takerLimit);
    error LegsDoNotMatch(uint256 index);
    error NotReducing(bytes32 orderHash, InstrumentId instrument, int256 held, int256 change);
    error FeeAboveMaximum(bytes32 orderHash, Usd fee, Usd maximum);
    error InstrumentNotListed(InstrumentId instrument);
    /// @notice A tip must go to somebody's account.
    error TipToSystemAccount(bytes32 orderHash, AccountId receiver);
    error NoLegs();
    error NotAuthorized(AccountId account, address caller);
    error NotModule(address caller);
    /// @notice The session key may not trade `instrument`.
    error OutOfScope(AccountId account, address key, InstrumentId instrument);
    /// @notice A session key trades against mark only, and that of `underlying` is not live.
    error MarkNotLive(AccountId account, address key, uint256 underlying);
    /// @notice The trade would lose `loss` against mark, and `left` of the session key's budget is left.
    error LossAboveBudget(AccountId account, address key, Usd loss, Usd left);

    /// @notice Settles all fills together: vectors first, then one margin check per distinct account.
    /// @dev Rounding R-30: the funding part of a price is rounded once per fill and taken from one side exactly as given to
    /// the other. Fees up (R-31). Reverts when any order or any account's check fails.
    function settle(Fill[] calldata fills) external;

    /// @notice The same, but a fill that an order's own terms refuse (signature, limits, band, what is left) is left out and `Skipped`.
    /// @dev Each order may need 315,000 gas more than when it was simulated, if it asks a contract; and a fill that is left out may have
    /// been what a later one's account relied on. Reverts with the account's name when a check of the clearinghouse fails (margin,
    /// new risk, room, range), with `ISeries.UnknownExpiry` for an expiry without a surface,
    /// with `UnknownUnderlying`, `InstrumentNotListed` or a panic for what can never trade (no such underlying or kind, numbers that
    /// overflow), and with `TooLittleGas` rather than take a contract's signature for a bad one.
    /// @return count Fills that were settled.
    function settleAvailable(Fill[] calldata fills) external returns (uint256 count);

    /// @notice `settle` and `settleAvailable` by a module, which vouches for `caller`.
    function settleFor(address caller, Fill[] calldata fills) external;
    function settleAvailableFor(address caller, Fill[] calldata fills) external returns (uint256 count);

    /// @notice Voids the order slots (account, nonce). Owner, operator, session key or module, as in the next two.
    function cancel(AccountId account, uint256[] calldata nonces) external;

    /// @notice Voids all orders of the account with one of these groups, for good.
    function cancelGroups(AccountId account, bytes32[] calldata groups) external;

    /// @notice Voids all orders that name the account's epoch or an earlier one; those that name a later one wait for it.
    /// @return epoch What the next ones must say.
    function cancelAll(AccountId account) external returns (uint64 epoch);

    /// @notice Lets `key` trade for `account`, anew; `terms.expiry` 0 revokes it at once. The account's owner, or a module.
    /// @dev A new grant has its whole budget, and what the key signed under an older one counts again: `cancelAll` voids that.
    function setSessionKey(AccountId account, address key, SessionKey calldata terms) external;

    /// @notice EIP-712 digest that the account's owner, operator or session key signs.
    function hashOrder(Order calldata order) external view returns (bytes32);

    /// @notice Units filled on (account, nonce); 2^128 - 1 when cancelled.
    function filled(AccountId account, uint256 nonce) external view returns (uint128);

    /// @notice Units filled by the group; 2^128 - 1 when cancelled.
    function groupFilled(AccountId account, bytes32 group) external view returns (uint128);

    function epochOf(AccountId account) external view returns (uint64);

    /// @notice The key's terms, and what of its budget is used now, USD 18 decimals.
    function sessionKey(AccountId account, address key) external view returns (SessionKey memory terms, uint256 spent);

    /// @notice Whether `who` may cancel orders of `account`: owner, operator, or a session key that still holds.
    function mayCancel(AccountId account, address who) external view returns (bool);
}
