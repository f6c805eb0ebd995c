// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccountId} from "../types/AccountId.sol";
import {Usd} from "../types/Usd.sol";

/// @title Settlement
/// @notice Final prices, and the trades that end expired positions at them.
/// @dev A final price is the time-weighted average of all rounds of the price source in the 30 minutes before the end of the
/// series: nobody can leave a round out, so all who submit get the same. An account is settled against the clearing account of
/// the series, so that INV-1 and INV-2 hold in any order; until then it stays valued and liquidatable.
interface ISettlement {
    /// @notice The window of a series is averaged up to `doneUntil`; `sum` is price times seconds so far.
    event Averaged(uint8 indexed underlying, uint40 indexed expiry, uint256 doneUntil, uint256 sum);
    /// @notice A guardian put the final price off until `notBefore`.
    event SettlementDelayed(uint8 indexed underlying, uint40 indexed expiry, uint256 notBefore);
    event DelistingScheduled(uint8 indexed underlying, uint256 time);
    /// @notice The positions of `account` in a series were settled at `price` against its clearing account, for `cash` in all.
    event Settled(AccountId indexed account, uint8 indexed underlying, uint40 indexed expiry, uint256 price, Usd cash);

    /// @notice No surface has quoted this expiry, or no delisting is scheduled (expiry 0).
    error UnknownSeries(uint256 underlying, uint256 expiry);
    /// @notice The window has not begun, or all of it that has passed is averaged.
    error NothingToAverage(uint256 doneUntil, uint256 end);
    error DelayTooLong(uint256 delaySeconds, uint256 limit);
    /// @notice The price is final already.
    error AlreadyFinal(uint256 underlying, uint256 expiry);
    error NotClearinghouse(address caller);
    error NoticeTooShort(uint256 time, uint256 earliest);
    error AlreadyScheduled(uint256 underlying, uint256 time);

    /// @notice Averages the settlement window further, over the consecutive rounds of the price source; anyone may.
    /// @param expiry 0: the perpetual's delisting. @param hint The first time a usable round at or before the start of the
    /// window, later what `IPriceHistory.next` cannot find itself. @param maxRounds Most rounds this call reads; 0 the first time
    /// only fixes the start, where the second call needs another hint.
    function average(uint8 underlying, uint40 expiry, uint256 hint, uint256 maxRounds) external;

    /// @notice Settles every expired position of `accounts` whose price is final, delisted perpetuals too; anyone may. Actions
    /// and takeovers settle the dated positions of the accounts that they touch by themselves.
    function settle(AccountId[] calldata accounts) external;

    /// @notice Inside a call of the clearinghouse: settles the expired dated positions of `account`.
    function settleTouched(AccountId account) external;

    /// @notice The average over the settlement window, USD 18 decimals, once it is complete and not delayed; else (false, 0).
    function finalPrice(uint8 underlying, uint40 expiry) external view returns (bool isFinal, uint256 price);

    /// @notice `sum` of price times seconds over the window, up to `doneUntil` (0: not begun).
    function progress(uint8 underlying, uint40 expiry) external view returns (uint256 sum, uint256 doneUntil);

    /// @notice When the perpetual of `underlying` is settled for good; 0: not scheduled.
    function delistingAt(uint8 underlying) external view returns (uint256);
}
