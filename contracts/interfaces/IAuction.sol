// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccountId} from "../types/AccountId.sol";
import {Usd} from "../types/Usd.sol";
import {Assessment} from "./IMarginEngine.sol";

/// @notice A keeper's bid for a slice of an unhealthy account.
/// @param account The account to liquidate. @param keeper Account that takes the slice over; the caller's to use.
/// @param fraction WAD share of the whole vector, clamped down to f_max, refused below f_min.
/// @param minReward Least USD that the keeper must gain at mark; guards against a price that moved meanwhile.
/// @param data Non-empty: passed to `onLiquidation` of the caller after all effects.
struct Bid {
    AccountId account;
    AccountId keeper;
    uint256 fraction;
    Usd minReward;
    bytes data;
}

/// @notice Where an account stands in its liquidation.
/// @param liquidatable E < MM at the good end. @param convertible Settled cash below its limit while healthy.
/// @param elapsed Seconds on the clock. @param discount g, WAD per maintenance removed. @param reward beta, likewise.
/// @param minFraction, maxFraction Bounds of the next slice, WAD.
struct LiquidationState {
    bool liquidatable;
    bool convertible;
    bool flagged;
    uint256 elapsed;
    uint256 discount;
    uint256 reward;
    uint256 minFraction;
    uint256 maxFraction;
    Assessment assessment;
}

/// @notice Called on the keeper that sent the bid, after all effects: the slice is already in the keeper's account.
interface ILiquidationCallback {
    /// @param value Value at mark of what was taken over, cash included. @param payment What the keeper's account paid.
    function onLiquidation(AccountId account, AccountId keeper, Usd value, Usd payment, bytes calldata data) external;
}

/// @title Auction
/// @notice Liquidation, conversion and absorption: an account gives a fraction of its whole vector, in kind, to a keeper's
/// account for a price that falls with time, per unit of maintenance requirement removed.
interface IAuction {
    event Flagged(AccountId indexed account, uint256 elapsed, Usd equity, Usd maintenance);
    event Unflagged(AccountId indexed account, uint256 elapsed);
    /// @notice `value` at mark went over for `payment`; `topUp` came from the compartments, or HOLE.
    event Sliced(
        AccountId indexed account,
        AccountId indexed keeper,
        uint256 fraction,
        Usd value,
        Usd payment,
        Usd topUp,
        Usd maintenanceRemoved
    );
    event Converted(AccountId indexed account, AccountId indexed keeper, uint256 fraction, Usd value, Usd payment);
    event Absorbed(AccountId indexed account, Usd debt);
    /// @notice Losses paid: by the compartment of `underlying`, by the common one, and booked to HOLE.
    event Covered(AccountId indexed account, uint256 indexed underlying, Usd own, Usd common, Usd hole);

    /// @notice The ledger's own accounts are bookkeeping: they are never flagged or taken over.
    error SystemAccount(AccountId account);
    error Healthy(AccountId account, Usd equity, Usd maintenance, Usd goodEnd);
    error StillUnhealthy(AccountId account, Usd equity, Usd maintenance);
    error NotFlagged(AccountId account);
    error NotYourKeeper(AccountId keeper, address caller);
    error FractionTooSmall(uint256 fraction, uint256 minimum);
    /// @notice The slice removes less than half of the maintenance its fraction stands for: lots are too coarse.
    error SliceTooSmall(Usd removed, Usd least);
    /// @notice A solvent account does not pay to be liquidated.
    error SliceWorthless(Usd value);
    error RewardTooSmall(Usd reward, Usd minReward);
    error KeeperUndermargined(AccountId keeper, Usd equity, Usd required);
    error NotConvertible(AccountId account, Usd settledCash, Usd debtLimit, Usd equity, Usd maintenance);
    error NotAbsorbable(AccountId account, uint256 positions, Usd cash);

    /// @notice Starts the clock of an unhealthy account and records what it is expected to lose. Anyone.
    function flag(AccountId account) external;

    /// @notice Stops the clock of an account that is healthy again. Anyone.
    function unflag(AccountId account) external;

    /// @notice Takes a slice of an unhealthy account over. INV-14: E/MM does not fall while E > 0, never more than f_max.
    /// @dev Rounding: slice toward 0 (R-20), discount and reward down (R-21), payment up by what is not discounted.
    /// @return payment What the keeper's account paid to the liquidated one. @return reward Its gain at mark.
    function liquidate(Bid calldata bid) external returns (Usd payment, Usd reward);

    /// @notice Takes over the slice of a healthy account that brings its settled cash back to about zero.
    function convert(
        AccountId account,
        AccountId keeper,
        Usd minReward,
        bytes calldata data
    ) external returns (Usd payment, Usd reward);

    /// @notice Books the cash debt of an account without positions: common compartment first, then HOLE. Anyone.
    function absorb(AccountId account) external;

    /// @notice What a keeper needs to decide. Reverts for no state of the price sources.
    function liquidationState(AccountId account) external view returns (LiquidationState memory);
}
