// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {LibBit} from "solady/src/utils/LibBit.sol";
import {LibSort} from "solady/src/utils/LibSort.sol";
import {AccountId, clearing, compartment, FEES} from "../types/AccountId.sol";
import {InstrumentId, Kind} from "../types/InstrumentId.sol";
import {Position} from "../types/Position.sol";
import {NO_UNDERLYINGS, UnderlyingSet} from "../types/UnderlyingSet.sol";
import {maxUsd, minUsd, Usd, ZERO_USD} from "../types/Usd.sol";
import {Action, Fee, IClearinghouse, Move, Reason} from "../interfaces/IClearinghouse.sol";
import {Assessment, IMarginEngine, Mode, Portfolio} from "../interfaces/IMarginEngine.sol";
import {IMarkets, Market, PriceStatus, Snapshot} from "../interfaces/IMarkets.sol";
import {IMatrix} from "../interfaces/IMatrix.sol";
import {ISeries} from "../interfaces/ISeries.sol";
import {ITails} from "../interfaces/ITails.sol";
import {Engine} from "../libraries/Engine.sol";
import {ExitRule} from "../libraries/ExitRule.sol";
import {WAD} from "../libraries/FixedPoint.sol";
import {Lock} from "../libraries/Lock.sol";
import {MAX_POSITIONS, Parameters} from "../libraries/Parameters.sol";
import {Ledger} from "./Ledger.sol";

/// @title Clearinghouse
contract Clearinghouse is Ledger, AccessManaged {
    using SafeCast for uint256;
    using SafeCast for int256;
    using Engine for IMarginEngine;

    /// @dev One account during a batch: what it was, and where it took on more.
    struct Book {
        AccountId account;
        Portfolio before;
        Raised raised;
    }

    /// @dev What has to be read of the market. @param dated Of instruments with an expiry, `count` of them, repeats allowed.
    /// @param mode The highest of the accounts' modes: from Portfolio on, risk terms are needed even without dated instruments;
    /// beyond it, probabilities too.
    struct Query {
        UnderlyingSet set;
        InstrumentId[] dated;
        uint256 count;
        Mode mode;
    }

    IMarkets private immutable MARKETS;
    ISeries private immutable SERIES;
    ITails private immutable TAILS;
    /// @inheritdoc IClearinghouse
    IMarginEngine public override engine;
    /// @inheritdoc IClearinghouse
    Usd public override totalMemos;
    /// @dev Before `seal` the deployer wires engine and modules at once; afterwards each change waits CORE_DELAY.
    bool public isSealed;

    /// @inheritdoc IClearinghouse
    mapping(address module => bool approved) public override isModule;
    /// @inheritdoc IClearinghouse
    mapping(AccountId account => Usd expectedLoss) public override memo;
    mapping(AccountId account => mapping(address operator => bool approved)) public isOperator;
    /// @dev When the change of engine or module to this address may be activated; 0 = none scheduled.
    mapping(bytes32 change => uint256 time) public readyAt;

    constructor(address authority, ITails tails_) AccessManaged(authority) {
        TAILS = tails_;
        SERIES = tails_.series();
        MARKETS = SERIES.markets();
    }

    modifier onlyModule() {
        _requireModule();
        _;
    }

    /// @dev Owners' own entry points: only when the lock is free, held for their length.
    modifier locked() {
        _lock();
        _;
        Lock.setPhase(Lock.FREE);
    }

    modifier onlyAuthorized(AccountId account) {
        _requireAuthorized(account);
        _;
    }

    /// @dev Checks of modifiers are functions: what stands in a modifier is copied into each use.
    function _requireModule() private view {
        if (!isModule[msg.sender]) revert NotModule(msg.sender);
    }

    /// @dev Owner, operator or module.
    function _requireAuthorized(AccountId account) private view {
        if (!mayAct(account, msg.sender)) revert NotAuthorized(account, msg.sender);
    }

    /* VIEWS */

    /// @inheritdoc IClearinghouse
    function markets() external view returns (IMarkets) {
        return MARKETS;
    }

    /// @inheritdoc IClearinghouse
    function series() external view returns (ISeries) {
        return SERIES;
    }

    /// @inheritdoc IClearinghouse
    function tails() external view returns (ITails) {
        return TAILS;
    }

    /// @inheritdoc IClearinghouse
    function portfolio(AccountId account) external view returns (Portfolio memory) {
        return _portfolio(account);
    }

    /// @inheritdoc IClearinghouse
    function cashOf(AccountId account) external view returns (Usd) {
        return Usd.wrap(_heads[account].cash);
    }

    /// @inheritdoc IClearinghouse
    function status(AccountId account) external view returns (bool exists, bool flagged, bool reduceOnly) {
        Head storage head = _heads[account];
        return (head.exists, head.flagged, head.reduceOnly);
    }

    /// @inheritdoc IClearinghouse
    function lotsOf(AccountId account, InstrumentId instrument) public view returns (int256) {
        if (account.isClearing()) {
            AccountId own = clearing(uint8(instrument.underlying()), instrument.expiry());
            return account == own ? _cleared[instrument] : int256(0);
        }
        uint256 count = _heads[account].count;
        for (uint256 i; i < count; ++i) {
            Position held = _positions[account][i];
            if (held.instrument() == instrument) return held.lots();
        }
        return 0;
    }

    /// @inheritdoc IClearinghouse
    function isAuthorized(AccountId account, address caller) public view returns (bool) {
        return account.owner() == caller || isOperator[account][caller];
    }

    /// @inheritdoc IClearinghouse
    function mayAct(AccountId account, address caller) public view returns (bool) {
        return isAuthorized(account, caller) || isModule[caller];
    }

    /// @inheritdoc IClearinghouse
    function deficit(uint256 underlying) external view returns (Usd) {
        return Usd.wrap(int256(uint256(_exposures[underlying].deficit)));
    }

    /// @inheritdoc IClearinghouse
    function underlyingsOf(AccountId account) external view returns (UnderlyingSet) {
        return _underlyingsOf(_portfolio(account));
    }

    /// @inheritdoc IClearinghouse
    function snapshot(UnderlyingSet set) external view returns (Snapshot memory market) {
        market = MARKETS.snapshot(set);
        _fillExposure(market);
    }

    /// @inheritdoc IClearinghouse
    function matrix(
        UnderlyingSet set,
        InstrumentId[] calldata instruments
    ) external view returns (Snapshot memory market) {
        market = TAILS.snapshot(set, instruments);
        _fillExposure(market);
    }

    /// @inheritdoc IClearinghouse
    function assess(AccountId account) external view returns (Assessment memory) {
        Portfolio memory p = _sorted(account);
        Query memory query = _queryFor(NO_UNDERLYINGS, p.positions.length);
        _include(query, p.positions);
        query.mode = p.mode;
        Snapshot memory market =
            _isPlain(query) ? MARKETS.snapshot(query.set) : _matrix(query).snapshot(query.set, _datedOf(query));
        return engine.measure(p, market, NO_UNDERLYINGS);
    }

    /* OWNERS */

    /// @inheritdoc IClearinghouse
    function setMode(AccountId account, Mode mode) external locked onlyAuthorized(account) {
        _settle(account);
        Book[] memory books = _open(_only(account));
        _heads[account].mode = mode;
        emit ModeSet(account, mode);
        Snapshot memory none;
        _close(Action.ModeChange, books, new Move[](0), new Fee[](0), none);
    }

    /// @inheritdoc IClearinghouse
    function setOperator(AccountId account, address operator, bool approved) external {
        if (account.owner() != msg.sender && !isModule[msg.sender]) revert NotAuthorized(account, msg.sender);
        isOperator[account][operator] = approved;
        emit OperatorSet(account, operator, approved);
    }

    /// @inheritdoc IClearinghouse
    function transfer(
        AccountId from,
        AccountId to,
        Usd cash,
        Position[] calldata legs
    ) external locked onlyAuthorized(from) onlyAuthorized(to) {
        if (from.owner() != to.owner()) revert DifferentOwners(from, to);
        _settle(from);
        _settle(to);
        AccountId[] memory accounts = new AccountId[](2);
        (accounts[0], accounts[1]) = (from, to);
        Book[] memory books = _open(accounts);
        Move[] memory moves = new Move[](1);
        moves[0] = Move(from, to, Reason.Transfer, cash, legs);
        _apply(moves[0], books);
        Position[] memory left = _portfolio(from).positions;
        for (uint256 i; i < legs.length; ++i) {
            _requirePart(books[0], legs[i].instrument(), left);
        }
        Snapshot memory none;
        _close(Action.Transfer, books, moves, new Fee[](0), none);
    }

    /* MODULES */

    /// @inheritdoc IClearinghouse
    function lock() external onlyModule {
        _lock();
    }

    /// @inheritdoc IClearinghouse
    function lockAs(address initiator) external onlyModule {
        if (Lock.phase() == Lock.CALLBACK && Lock.keeper() == initiator) Lock.setPhase(Lock.HELD_IN_CALLBACK);
        else _lock();
    }

    /// @inheritdoc IClearinghouse
    function unlock() external onlyModule {
        Lock.setPhase(Lock.phase() == Lock.HELD_IN_CALLBACK ? Lock.CALLBACK : Lock.FREE);
    }

    /// @inheritdoc IClearinghouse
    function openCallback(address keeper, AccountId deferred) external onlyModule {
        Lock.setCallback(keeper, AccountId.unwrap(deferred));
        Lock.setPhase(Lock.CALLBACK);
    }

    /// @inheritdoc IClearinghouse
    function closeCallback() external onlyModule {
        Lock.setCallback(address(0), 0);
        Lock.setPhase(Lock.HELD);
    }

    /// @inheritdoc IClearinghouse
    function execute(
        Action action,
        Move[] calldata moves,
        Fee[] calldata fees,
        AccountId[] calldata accounts,
        Snapshot calldata known
    ) external onlyModule {
        for (uint256 i = 1; i < accounts.length; ++i) {
            if (AccountId.unwrap(accounts[i]) <= AccountId.unwrap(accounts[i - 1])) {
                revert NotSorted(accounts[i - 1], accounts[i]);
            }
        }
        for (uint256 i; i < accounts.length; ++i) {
            _settle(accounts[i]);
        }
        Book[] memory books = _open(accounts);
        for (uint256 i; i < moves.length; ++i) {
            _apply(moves[i], books);
        }
        _close(action, books, moves, fees, known);
    }

    /// @inheritdoc IClearinghouse
    function moveAll(Move[] calldata moves) external onlyModule {
        for (uint256 i; i < moves.length; ++i) {
            _move(moves[i]);
        }
    }

    /// @inheritdoc IClearinghouse
    function touch(
        AccountId account,
        AccountId other
    ) external onlyModule returns (Portfolio memory first, Snapshot memory market) {
        _settle(account);
        first = _portfolio(account);
        Portfolio memory second;
        if (account != other) {
            _settle(other);
            second = _portfolio(other);
        }
        Query memory query = _queryFor(NO_UNDERLYINGS, first.positions.length + second.positions.length);
        _include(query, first.positions);
        _include(query, second.positions);
        _measureBy(query, first.mode);
        _measureBy(query, second.mode);
        market = _touch(query); // open interest stays 0: a takeover is not scaled by it
    }

    /// @inheritdoc IClearinghouse
    function setFlag(AccountId account, bool flagged, Usd memo_) external onlyModule {
        _heads[account].flagged = flagged;
        _setMemo(account, memo_);
    }

    /// @inheritdoc IClearinghouse
    function setReduceOnly(AccountId account, bool reduceOnly) external onlyModule {
        _setReduceOnly(account, reduceOnly);
    }

    /// @inheritdoc IClearinghouse
    function addDeficit(uint256 underlying, Usd amount) external onlyModule {
        _setDeficit(underlying, _exposures[underlying].deficit + uint256(amount.raw()));
    }

    /* GOVERNANCE */

    /// @notice Ends the time in which engine and modules are wired without delay. Cannot be undone.
    function seal() external restricted {
        isSealed = true;
        emit Sealed();
    }

    /// @notice Announces a new engine (or, before `seal`, sets it).
    function scheduleEngine(IMarginEngine engine_) external restricted {
        if (!isSealed) return _setEngine(engine_);
        emit EngineScheduled(address(engine_), _schedule(_change(address(engine_), 0)));
    }

    /// @notice Puts the announced engine in force once its delay is over. Anyone.
    function activateEngine(IMarginEngine engine_) external {
        _takeReady(_change(address(engine_), 0), address(engine_));
        _setEngine(engine_);
    }

    /// @notice Announces that `module` may (or may no longer) move balances; before `seal`, sets it.
    function scheduleModule(address module, bool approved) external restricted {
        if (!isSealed) return _setModule(module, approved);
        emit ModuleScheduled(module, approved, _schedule(_change(module, approved ? 1 : 2)));
    }

    /// @notice Puts the announced change of a module in force once its delay is over. Anyone.
    function activateModule(address module, bool approved) external {
        _takeReady(_change(module, approved ? 1 : 2), module);
        _setModule(module, approved);
    }

    /// @notice Withdraws an announced change of the engine (`what` 0) or of a module (1: approval, 2: removal).
    function cancelScheduled(address target, uint256 what) external restricted {
        bytes32 change = _change(target, what);
        if (readyAt[change] == 0) revert NothingScheduled(target);
        delete readyAt[change];
        emit ScheduleCancelled(target, what);
    }

    /// @notice Forgets `amount` of the losses that count towards the market's limit, after HOLE was refilled.
    function clearDeficit(uint256 underlying, Usd amount) external restricted {
        _setDeficit(underlying, _exposures[underlying].deficit - uint256(amount.raw()));
    }

    /* INTERNAL: BATCHES */

    function _lock() private {
        uint256 phase = Lock.phase();
        if (phase != Lock.FREE) revert Locked(phase, msg.sender);
        Lock.setPhase(Lock.HELD);
    }

    function _only(AccountId account) private pure returns (AccountId[] memory accounts) {
        accounts = new AccountId[](1);
        accounts[0] = account;
    }

    function _open(AccountId[] memory accounts) private view returns (Book[] memory books) {
        books = new Book[](accounts.length);
        for (uint256 i; i < accounts.length; ++i) {
            books[i] = Book(accounts[i], _portfolio(accounts[i]), Raised(NO_UNDERLYINGS, NO_UNDERLYINGS));
        }
    }

    /// @dev Moves, and notes in the books who took on more where. The loop ends at the number of checked accounts.
    function _apply(Move memory m, Book[] memory books) private {
        (Raised memory raisedFrom, Raised memory raisedTo) = _move(m);
        for (uint256 i; i < books.length; ++i) {
            if (books[i].account == m.from) _raise(books[i].raised, raisedFrom);
            else if (books[i].account == m.to) _raise(books[i].raised, raisedTo);
        }
    }

    function _raise(Raised memory raised, Raised memory more) private pure {
        raised.all = raised.all.union(more.all);
        raised.dated = raised.dated.union(more.dated);
    }

    /// @dev One touch of the markets, then one check per account, then the compartments' halves of the fees.
    function _close(
        Action action,
        Book[] memory books,
        Move[] memory moves,
        Fee[] memory fees,
        Snapshot memory known
    ) private {
        Portfolio[] memory ends = new Portfolio[](books.length);
        uint256 positions;
        for (uint256 i; i < books.length; ++i) {
            ends[i] = _sorted(books[i].account);
            positions += ends[i].positions.length;
        }
        for (uint256 i; i < moves.length; ++i) {
            positions += moves[i].legs.length;
        }
        // What was held before is held after or was moved.
        Query memory query = _queryFor(known.set, positions);
        for (uint256 i; i < books.length; ++i) {
            _include(query, ends[i].positions);
            _measureBy(query, ends[i].mode);
            _measureBy(query, books[i].before.mode);
        }
        for (uint256 i; i < moves.length; ++i) {
            _include(query, moves[i].legs);
        }
        bool allKnown = _isPlain(query) && UnderlyingSet.unwrap(query.set) == UnderlyingSet.unwrap(known.set);
        Snapshot memory market = allKnown ? known : _touch(query);
        _fillExposure(market);
        for (uint256 i; i < books.length; ++i) {
            _check(action, books[i], ends[i], market, fees);
        }
        _shareFees(fees);
    }

    /// @dev The positions in the order of their instruments: `Series` and the engine need it, and what is sorted costs them little.
    function _sorted(AccountId account) private view returns (Portfolio memory p) {
        p = _portfolio(account);
        Position[] memory positions = p.positions;
        uint256[] memory words;
        assembly ("memory-safe") {
            words := positions // both are arrays of words
        }
        LibSort.sort(words);
    }

    function _queryFor(UnderlyingSet set, uint256 positions) private pure returns (Query memory) {
        return Query(set, new InstrumentId[](positions), 0, Mode.Cross);
    }

    function _measureBy(Query memory query, Mode mode) private pure {
        if (mode > query.mode) query.mode = mode;
    }

    /// @dev Adds instruments; of neighbours on one strike the first, as `Series` has one row for both. The loop ends at
    /// MAX_POSITIONS, or with the legs of a move.
    function _include(Query memory query, Position[] memory legs) private pure {
        uint256 set = UnderlyingSet.unwrap(query.set);
        InstrumentId[] memory dated = query.dated;
        uint256 count = query.count;
        // for (each leg) {
        //     set |= 1 << underlying;
        //     if (instrument.isDated() && instrument >> 8 != last) { last = instrument >> 8; dated[count++] = instrument; }
        // } which never passes the end of `dated`: `_queryFor` gave it an entry for every leg.
        assembly ("memory-safe") {
            let last := not(0) // of no instrument
            let free := add(add(dated, 32), shl(5, count))
            let leg := add(legs, 32)
            for {
                let end := add(leg, shl(5, mload(legs)))
            } lt(leg, end) {
                leg := add(leg, 32)
            } {
                let instrument := shr(128, mload(leg))
                set := or(set, shl(shr(112, instrument), 1))
                if gt(and(instrument, 0xff), 1) {
                    mstore(free, instrument)
                    instrument := shr(8, instrument)
                    free := add(free, shl(5, iszero(eq(instrument, last))))
                    last := instrument
                }
            }
            count := shr(5, sub(sub(free, dated), 32))
        }
        (query.set, query.count) = (UnderlyingSet.wrap(set), count);
    }

    /// @dev Without dated instruments and offsets the market rows are all there is.
    function _isPlain(Query memory query) private pure returns (bool) {
        return query.count == 0 && query.mode < Mode.Portfolio;
    }

    function _touch(Query memory query) private returns (Snapshot memory) {
        return _isPlain(query) ? MARKETS.touch(query.set) : _matrix(query).touch(query.set, _datedOf(query));
    }

    function _matrix(Query memory query) private view returns (IMatrix) {
        return query.mode > Mode.Portfolio ? IMatrix(TAILS) : IMatrix(SERIES);
    }

    function _datedOf(Query memory query) private pure returns (InstrumentId[] memory dated) {
        dated = query.dated;
        uint256 count = query.count;
        assembly ("memory-safe") {
            mstore(dated, count) // dated.length = count <= its length
        }
    }

    /// @dev Open interest, its cap tied to the compartment, and the reduce-only state of markets that cost too much.
    function _fillExposure(Snapshot memory market) private view {
        uint256 rest = UnderlyingSet.unwrap(market.set);
        for (uint256 i; i < market.markets.length; ++i) {
            uint256 underlying = LibBit.ffs(rest);
            rest &= rest - 1;
            Market memory row = market.markets[i];
            Exposure memory exposure = _exposures[underlying];
            row.openInterest = exposure.longLots;
            if (exposure.deficit > row.deficitLimit) row.reduceOnly = true;
            if (row.stressGap == 0 || row.lotUnit == 0) continue;
            int256 cover = _heads[compartment(uint8(underlying))].cash;
            uint256 lotAtRisk = (((row.spot * row.lotUnit) / WAD) * row.stressGap) / WAD + 1; // up, so that the cap rounds down
            uint256 covered = cover > 0 ? uint256(cover) / lotAtRisk : 0;
            if (covered < row.openInterestCap) row.openInterestCap = covered;
        }
    }

    function _check(
        Action action,
        Book memory book,
        Portfolio memory end,
        Snapshot memory market,
        Fee[] memory fees
    ) private {
        AccountId account = book.account;
        Assessment memory a = engine.measure(end, market, _scaled(action, book.raised.all, end));
        bool isDeferred = AccountId.unwrap(account) == Lock.deferred();
        _charge(account, isDeferred, a, fees);
        if (_heads[account].flagged) _setMemo(account, maxUsd(-a.equity, ZERO_USD));
        if (action == Action.Trade) _requireNewRiskAllowed(account, book.raised, market);
        if (isDeferred) return;
        if (!ExitRule.passesOutright(action, a)) {
            ExitRule.requireAllowed(account, action, engine.measure(book.before, market, NO_UNDERLYINGS), a);
        }
        if (_heads[account].reduceOnly) {
            if (a.equity >= a.initial) _setReduceOnly(account, false);
            else if (!book.raised.all.isEmpty()) revert AccountReduceOnly(account, a.equity, a.initial);
        }
        bool moreRisk = !book.raised.all.isEmpty() || action == Action.ModeChange;
        if (end.mode == Mode.Isolated && moreRisk) _requireIsolated(account, end);
    }

    /// @dev Open interest scales what an action raises and, on withdrawals, all that is held.
    function _scaled(Action action, UnderlyingSet raised, Portfolio memory end) private pure returns (UnderlyingSet) {
        if (action == Action.Trade) return raised;
        if (action == Action.WithdrawCash || action == Action.WithdrawCollateral) return _underlyingsOf(end);
        return NO_UNDERLYINGS;
    }

    /// @dev Takes the fees of `account`, never below equity 0, and updates `a`; `fees` keeps what was really paid.
    /// The deferred account pays in full: its check is still to come, and would revert all.
    function _charge(AccountId account, bool isDeferred, Assessment memory a, Fee[] memory fees) private {
        for (uint256 i; i < fees.length; ++i) {
            if (fees[i].payer != account) continue;
            Usd amount = isDeferred ? fees[i].amount : minUsd(fees[i].amount, maxUsd(a.equity, ZERO_USD));
            fees[i].amount = amount;
            if (amount == ZERO_USD) continue;
            a.equity = a.equity - amount;
            a.settledCash = a.settledCash - amount;
            _move(Move(account, FEES, Reason.Fee, amount, new Position[](0)));
        }
    }

    /// @dev Half of the fees paid in an underlying goes on to its compartment: one move per run of equal underlyings.
    /// R-12: the odd unit stays with the fee account.
    function _shareFees(Fee[] memory fees) private {
        Usd sum = ZERO_USD;
        for (uint256 i; i < fees.length; ++i) {
            sum = sum + fees[i].amount;
            if (i + 1 < fees.length && fees[i + 1].underlying == fees[i].underlying) continue;
            Usd half = Usd.wrap(sum.raw() / 2);
            if (half != ZERO_USD)
                _move(Move(FEES, compartment(fees[i].underlying), Reason.Fee, half, new Position[](0)));
            sum = ZERO_USD;
        }
    }

    function _requireNewRiskAllowed(AccountId account, Raised memory raised, Snapshot memory market) private pure {
        uint256 rest = UnderlyingSet.unwrap(raised.all);
        for (; rest != 0; rest &= rest - 1) {
            uint256 underlying = LibBit.ffs(rest);
            Market memory row = market.markets[market.set.row(underlying)];
            if (row.status != PriceStatus.Live || row.reduceOnly || row.openInterest > row.openInterestCap) {
                revert NewRiskRefused(
                    account,
                    underlying,
                    row.status,
                    row.reduceOnly,
                    row.openInterest,
                    row.openInterestCap
                );
            }
            if (raised.dated.contains(underlying) && !market.chains[market.set.row(underlying)].fresh) {
                revert SurfaceStale(account, underlying);
            }
        }
    }

    /// @dev A transfer moves part of what was held: it opens no offsetting pair, which would escape open interest and
    /// fees. Checked on what is left, so that an instrument named twice counts twice.
    function _requirePart(Book memory book, InstrumentId instrument, Position[] memory left) private pure {
        int256 before = _lotsIn(book.before.positions, instrument);
        int256 rest = _lotsIn(left, instrument);
        bool isPart = before > 0 ? rest >= 0 && rest < before : rest <= 0 && rest > before;
        if (!isPart) revert NotHeld(book.account, instrument, before, before - rest);
    }

    /// @dev Lots of one instrument; 0 when it is not among them.
    function _lotsIn(Position[] memory positions, InstrumentId instrument) private pure returns (int256) {
        for (uint256 i; i < positions.length; ++i) {
            if (positions[i].instrument() == instrument) return positions[i].lots();
        }
        return 0;
    }

    function _requireIsolated(AccountId account, Portfolio memory p) private pure {
        UnderlyingSet set = NO_UNDERLYINGS;
        for (uint256 i; i < p.positions.length; ++i) {
            InstrumentId instrument = p.positions[i].instrument();
            if (instrument.kind() != Kind.Spot) set = set.with(instrument.underlying());
        }
        if (set.size() > 1) revert IsolatedAccount(account, set.size());
    }

    /* INTERNAL: SETTLEMENT */

    /// @dev Settles what has expired in `account`. The loop ends at MAX_POSITIONS.
    function _settle(AccountId account) private {
        Position[MAX_POSITIONS] storage held = _positions[account];
        uint256 count = _heads[account].count;
        for (uint256 i; i < count; ++i) {
            InstrumentId instrument = held[i].instrument();
            if (instrument.expiry() > block.timestamp || instrument.kind() < Kind.Future) continue;
            SERIES.settlement().settleTouched(account);
            return;
        }
    }

    /* INTERNAL: STATE */

    function _setMemo(AccountId account, Usd memo_) private {
        Usd old = memo[account];
        if (old == memo_) return;
        memo[account] = memo_;
        totalMemos = totalMemos + memo_ - old;
        emit MemoSet(account, memo_, totalMemos);
    }

    function _setReduceOnly(AccountId account, bool reduceOnly) private {
        _heads[account].reduceOnly = reduceOnly;
        emit ReduceOnlySet(account, reduceOnly);
    }

    function _setDeficit(uint256 underlying, uint256 deficit_) private {
        _exposures[underlying].deficit = deficit_.toUint128();
        emit DeficitSet(underlying, Usd.wrap(deficit_.toInt256()));
    }

    function _setEngine(IMarginEngine engine_) private {
        engine = engine_;
        emit EngineSet(address(engine_));
    }

    function _setModule(address module, bool approved) private {
        isModule[module] = approved;
        emit ModuleSet(module, approved);
    }

    function _change(address target, uint256 what) private pure returns (bytes32) {
        return bytes32((uint256(uint160(target)) << 8) | what);
    }

    function _schedule(bytes32 change) private returns (uint256 time) {
        time = block.timestamp + Parameters.CORE_DELAY;
        readyAt[change] = time;
    }

    function _takeReady(bytes32 change, address target) private {
        uint256 time = readyAt[change];
        if (time == 0) revert NothingScheduled(target);
        if (block.timestamp < time) revert NotReady(time, block.timestamp);
        delete readyAt[change];
    }
}
