// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccountId} from "../types/AccountId.sol";
import {InstrumentId} from "../types/InstrumentId.sol";
import {Position} from "../types/Position.sol";
import {UnderlyingSet} from "../types/UnderlyingSet.sol";
import {Usd} from "../types/Usd.sol";
import {Assessment, IMarginEngine, Mode, Portfolio} from "./IMarginEngine.sol";
import {IMarkets, PriceStatus, Snapshot} from "./IMarkets.sol";
import {ISeries} from "./ISeries.sol";
import {ITails} from "./ITails.sol";

/// @notice Why something moved; stored in the event, so that an account's history explains itself.
enum Reason {
    Deposit,
    Withdrawal,
    Trade,
    Fee,
    Tip,
    Transfer,
    Liquidation,
    Conversion,
    Payment,
    Cover,
    Haircut,
    Absorption,
    Queued,
    Released,
    Settlement
}

/// @notice `from` gives `cash` and `legs` to `to`; negative numbers flow the other way. The last leg moves first.
struct Move {
    AccountId from;
    AccountId to;
    Reason reason;
    Usd cash;
    Position[] legs;
}

/// @notice What `payer` owes for a trade in `underlying`; charged after its check, never below equity 0.
struct Fee {
    AccountId payer;
    uint8 underlying;
    Usd amount;
}

/// @notice Which exit rules an account faces.
enum Action {
    Trade,
    Transfer,
    DepositCollateral,
    WithdrawCash,
    WithdrawCollateral,
    ModeChange
}

/// @title Clearinghouse
/// @notice The ledger: accounts as vectors of integer lots beside cash, one primitive `move`, one exit check.
/// @dev INV-1..3: every entry of a move is subtracted from one account and added to another, so the sums over all accounts,
/// `CUSTODY` included, are zero at every instant. Funds sit in the vault; only modules move them in and out.
interface IClearinghouse {
    /// @notice The one change of balances. `legs` as in `Move`; enough to rebuild every account.
    event Moved(AccountId indexed from, AccountId indexed to, Reason indexed reason, Usd cash, Position[] legs);
    event ModeSet(AccountId indexed account, Mode mode);
    event OperatorSet(AccountId indexed account, address indexed operator, bool approved);
    /// @notice `memo` is the account's expected loss, `total` that of all accounts: withdrawals reckon with it.
    event MemoSet(AccountId indexed account, Usd memo, Usd total);
    /// @notice The account took over a slice below initial margin: it may only reduce until it has it.
    event ReduceOnlySet(AccountId indexed account, bool reduceOnly);
    /// @notice Losses of `underlying` booked to HOLE so far, less what governance has cleared.
    event DeficitSet(uint256 indexed underlying, Usd deficit);
    event EngineScheduled(address engine, uint256 readyAt);
    event EngineSet(address engine);
    event ScheduleCancelled(address indexed target, uint256 what);
    event ModuleScheduled(address indexed module, bool approved, uint256 readyAt);
    event ModuleSet(address indexed module, bool approved);
    event Sealed();

    /// @notice `account` would end below its initial margin and the action does not de-risk it.
    error InsufficientMargin(AccountId account, Usd equity, Usd initial, Usd maintenance);
    /// @notice The action takes more settled cash than the rule leaves. `floor` is the least it may end with.
    error SettledCashTooLow(AccountId account, Usd settledCash, Usd floor);
    /// @notice `account` may take no new risk in `underlying`: its price is not live, it is reduce-only, or open interest is at its
    /// cap.
    error NewRiskRefused(
        AccountId account,
        uint256 underlying,
        PriceStatus status,
        bool reduceOnly,
        uint256 openInterest,
        uint256 cap
    );
    /// @notice `account` may take no new risk in dated instruments of `underlying`: their surface is too old.
    error SurfaceStale(AccountId account, uint256 underlying);
    error AccountReduceOnly(AccountId account, Usd equity, Usd initial);
    error IsolatedAccount(AccountId account, uint256 underlyings);
    error TooManyPositions(AccountId account, uint256 limit);
    /// @notice Positions, underlyings and surfaces together would make the account too dear to take over at once: a position
    /// takes 1 of `room`, an underlying 3, and 6 more with futures or options.
    error AccountFull(AccountId account, uint256 taken, uint256 room);
    error NegativeCollateral(AccountId account, InstrumentId instrument, int256 lots);
    error LotsOutOfRange(AccountId account, InstrumentId instrument, int256 lots, int256 limit);
    error SameAccount(AccountId account);
    error DifferentOwners(AccountId from, AccountId to);
    /// @notice A transfer may move at most what `account` holds of `instrument`.
    error NotHeld(AccountId account, InstrumentId instrument, int256 held, int256 lots);
    error NotAuthorized(AccountId account, address caller);
    error NotModule(address caller);
    error NotSorted(AccountId previous, AccountId next);
    /// @notice The protocol is in the middle of a call; `phase` 1: held, 2: callback, 3: held inside the callback.
    error Locked(uint256 phase, address caller);
    error NotReady(uint256 readyAt, uint256 now_);
    error NothingScheduled(address target);

    /* VIEWS */

    /// @notice The account as a vector, in stored order.
    function portfolio(AccountId account) external view returns (Portfolio memory);
    function cashOf(AccountId account) external view returns (Usd);
    /// @notice `exists`: has ever received anything, so that strangers may top it up with USD.
    function status(AccountId account) external view returns (bool exists, bool flagged, bool reduceOnly);
    /// @notice Lots of `instrument` in `account`; 0 when not held.
    function lotsOf(AccountId account, InstrumentId instrument) external view returns (int256);
    /// @notice Whether `caller` is the owner of `account` or an operator.
    function isAuthorized(AccountId account, address caller) external view returns (bool);
    /// @notice Whether `caller` may call for `account`: one of those, or a module, which vouches for one of them.
    function mayAct(AccountId account, address caller) external view returns (bool);
    function isModule(address module) external view returns (bool);
    function memo(AccountId account) external view returns (Usd);
    function totalMemos() external view returns (Usd);
    function deficit(uint256 underlying) external view returns (Usd);
    function engine() external view returns (IMarginEngine);
    function markets() external view returns (IMarkets);
    function series() external view returns (ISeries);
    function tails() external view returns (ITails);
    /// @notice Underlyings an account holds.
    function underlyingsOf(AccountId account) external view returns (UnderlyingSet);
    /// @notice Market rows of `set` with open interest and its effective cap.
    function snapshot(UnderlyingSet set) external view returns (Snapshot memory);
    /// @notice The whole market matrix: the same with chains, and with the expiries and strikes of `instruments`.
    /// @param set Holds the underlyings of `instruments`.
    function matrix(UnderlyingSet set, InstrumentId[] calldata instruments) external view returns (Snapshot memory);

    /// @notice What the engine says of `account` now, as `touch` would leave the markets; open interest scales nothing.
    /// @dev INV-8: reverts for no state of the price sources. An account without positions is worth its cash.
    function assess(AccountId account) external view returns (Assessment memory);

    /* OWNERS */

    /// @notice Changes the margin mode. Needs maintenance margin in the old mode and initial margin in the new one.
    function setMode(AccountId account, Mode mode) external;
    /// @notice Lets `operator` do everything in `account` that its owner may, except naming operators, session keys and receivers.
    function setOperator(AccountId account, address operator, bool approved) external;
    /// @notice Moves cash and positions between two accounts of one owner, without a trade. Both are checked.
    function transfer(AccountId from, AccountId to, Usd cash, Position[] calldata legs) external;

    /* MODULES */

    /// @notice Takes the lock. Only when free.
    function lock() external;
    /// @notice Takes the lock when free, or inside the callback of `initiator`.
    function lockAs(address initiator) external;
    /// @notice Gives the lock back.
    function unlock() external;
    /// @notice Opens the lock for `keeper` only, and defers the check of `deferred` only.
    function openCallback(address keeper, AccountId deferred) external;
    function closeCallback() external;
    /// @notice Applies all `moves`, then charges `fees` and checks each of `accounts` (ascending, distinct) once.
    /// @param known Markets that the module touched in this call; others are touched here.
    function execute(
        Action action,
        Move[] calldata moves,
        Fee[] calldata fees,
        AccountId[] calldata accounts,
        Snapshot calldata known
    ) external;
    /// @notice Applies `moves` that need no check: system moves, and takeovers that the module checks itself.
    function moveAll(Move[] calldata moves) external;
    /// @notice Settles what has expired in two accounts, stores observations and accrues funding for all that they hold.
    /// @return first `account` as a vector. @return market The markets of both, open interest left 0.
    function touch(
        AccountId account,
        AccountId other
    ) external returns (Portfolio memory first, Snapshot memory market);
    /// @notice Marks `account` as being liquidated and sets what it is expected to lose.
    function setFlag(AccountId account, bool flagged, Usd memo_) external;
    function setReduceOnly(AccountId account, bool reduceOnly) external;
    function addDeficit(uint256 underlying, Usd amount) external;
}
