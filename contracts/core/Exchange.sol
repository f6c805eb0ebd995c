// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {AccountId, accountId} from "../types/AccountId.sol";
import {InstrumentId, Kind, perpetualOf, spotOf} from "../types/InstrumentId.sol";
import {Position, position} from "../types/Position.sol";
import {NO_UNDERLYINGS, UnderlyingSet} from "../types/UnderlyingSet.sol";
import {Usd} from "../types/Usd.sol";
import {Action, Fee, IClearinghouse, Move, Reason} from "../interfaces/IClearinghouse.sol";
import {Fill, IExchange, Leg, Order} from "../interfaces/IExchange.sol";
import {IMarkets, Market, Snapshot} from "../interfaces/IMarkets.sol";
import {ISeries} from "../interfaces/ISeries.sol";
import {FixedPoint, SIGNED_WAD, WAD} from "../libraries/FixedPoint.sol";
import {Listing} from "../libraries/Listing.sol";
import {Matrix} from "../libraries/Matrix.sol";
import {OrderHash} from "../libraries/OrderHash.sol";
import {Parameters} from "../libraries/Parameters.sol";

/// @title Exchange
contract Exchange is IExchange, EIP712 {
    using SafeCast for uint256;
    using SafeCast for int256;
    using Matrix for Snapshot;

    /// @dev A batch in the making: the first `count` moves are filled, fees two per fill.
    struct Batch {
        Snapshot market;
        Move[] moves;
        uint256 count;
        Fee[] fees;
    }

    /// @dev What a leg is charged by. @param unit Units per lot. @param feePrice Notional per unit that bears the fee.
    /// @param index Phi of a perpetual.
    struct Terms {
        uint256 unit;
        uint256 feePrice;
        int256 index;
    }

    IClearinghouse public immutable CLEARINGHOUSE;
    IMarkets private immutable MARKETS;
    ISeries private immutable SERIES;

    /// @inheritdoc IExchange
    mapping(AccountId account => mapping(uint256 nonce => uint128)) public override filled;
    /// @inheritdoc IExchange
    mapping(AccountId account => mapping(bytes32 group => uint128)) public override groupFilled;

    constructor(IClearinghouse clearinghouse) EIP712("Plimsoll Exchange", "1") {
        CLEARINGHOUSE = clearinghouse;
        MARKETS = clearinghouse.markets();
        SERIES = clearinghouse.series();
    }

    /* ENTRY POINTS */

    /// @inheritdoc IExchange
    function settle(Fill[] calldata fills) external {
        CLEARINGHOUSE.lockAs(msg.sender);
        // Per fill: one exchange of legs and cash, two tips; two fees.
        uint256 n = fills.length;
        Batch memory batch = Batch(_touch(fills), new Move[](3 * n), 0, new Fee[](2 * n));
        for (uint256 i; i < n; ++i) {
            _fill(fills[i], batch, i);
        }
        CLEARINGHOUSE.execute(Action.Trade, _filledMoves(batch), batch.fees, _distinctAccounts(fills), batch.market);
        CLEARINGHOUSE.unlock();
    }

    /// @inheritdoc IExchange
    function cancel(AccountId account, uint256[] calldata nonces) external {
        if (!CLEARINGHOUSE.isAuthorized(account, msg.sender)) revert NotAuthorized(account, msg.sender);
        for (uint256 i; i < nonces.length; ++i) {
            filled[account][nonces[i]] = type(uint128).max;
            emit Cancelled(account, nonces[i]);
        }
    }

    /// @inheritdoc IExchange
    function hashOrder(Order calldata order) public view returns (bytes32) {
        return _hashTypedDataV4(OrderHash.hash(order));
    }

    /* ONE FILL */

    /// @dev Validates both orders against each other and appends their moves and fees.
    function _fill(Fill calldata f, Batch memory batch, uint256 index) private {
        _requireCross(f.maker, f.taker);
        bytes32 makerHash = _use(f.maker, f.makerSignature, f.units, f.taker.account.owner(), batch);
        bytes32 takerHash = _use(f.taker, f.takerSignature, f.units, f.maker.account.owner(), batch);
        (Move memory trade, Usd notional) = _trade(f, batch.market);
        batch.moves[batch.count++] = trade;
        batch.fees[2 * index] = _fee(f.maker, makerHash, notional, Parameters.MAKER_FEE, f.units);
        batch.fees[2 * index + 1] = _fee(f.taker, takerHash, notional, Parameters.TAKER_FEE, f.units);
        _tip(f.maker, makerHash, f.units, batch);
        _tip(f.taker, takerHash, f.units, batch);
        emit Filled(f.maker.account, f.taker.account, makerHash, takerHash, f.units, f.maker.limitPrice, trade.cash);
    }

    /// @dev Opposite legs, and the taker accepts the maker's price.
    function _requireCross(Order calldata maker, Order calldata taker) private pure {
        if (maker.legs.length == 0) revert NoLegs();
        if (maker.legs.length != taker.legs.length) revert LegsDoNotMatch(taker.legs.length);
        for (uint256 i; i < maker.legs.length; ++i) {
            Leg calldata a = maker.legs[i];
            Leg calldata b = taker.legs[i];
            if (!(a.instrument == b.instrument) || a.ratio == 0 || int256(a.ratio) + b.ratio != 0)
                revert LegsDoNotMatch(i);
        }
        // Maker pays at most m, taker at most t, one pays what the other gets: they cross iff m + t >= 0.
        if (taker.limitPrice < -maker.limitPrice) revert PricesDoNotCross(maker.limitPrice, taker.limitPrice);
    }

    /// @dev Everything one order says about this fill, signature included; counts the fill.
    function _use(
        Order calldata order,
        bytes calldata signature,
        uint128 units,
        address counterparty,
        Batch memory batch
    ) private returns (bytes32 orderHash) {
        orderHash = hashOrder(order);
        if (block.timestamp > order.expiry) revert OrderExpired(orderHash, order.expiry, block.timestamp);
        if (order.executor != address(0) && order.executor != msg.sender) {
            revert WrongExecutor(orderHash, order.executor, msg.sender);
        }
        if (order.taker != address(0) && order.taker != counterparty) {
            revert WrongTaker(orderHash, order.taker, counterparty);
        }
        if (units == 0 || units < order.minFill) revert FillTooSmall(orderHash, units, order.minFill);
        Snapshot memory market = batch.market;
        uint256 spot = market.markets[market.set.row(order.legs[0].instrument.underlying())].spot;
        if (spot < order.minSpot || spot > order.maxSpot) {
            revert SpotOutsideBand(orderHash, spot, order.minSpot, order.maxSpot);
        }
        if (order.reduceOnly) _requireReducing(order, orderHash, units, batch);
        _requireSigned(order.account, orderHash, signature);
        _count(order, orderHash, units);
    }

    function _requireSigned(AccountId account, bytes32 orderHash, bytes calldata signature) private view {
        if (signature.length == 0) {
            if (!CLEARINGHOUSE.isAuthorized(account, msg.sender)) revert BadSignature(account, orderHash);
            return;
        }
        if (SignatureChecker.isValidSignatureNowCalldata(account.owner(), orderHash, signature)) return;
        (address signer, ECDSA.RecoverError error_, ) = ECDSA.tryRecoverCalldata(orderHash, signature);
        if (error_ != ECDSA.RecoverError.NoError || !CLEARINGHOUSE.isAuthorized(account, signer)) {
            revert BadSignature(account, orderHash);
        }
    }

    function _count(Order calldata order, bytes32 orderHash, uint128 units) private {
        uint256 before = filled[order.account][order.nonce];
        if (before + units > order.units) {
            revert OverFilled(orderHash, units, before > order.units ? 0 : order.units - before);
        }
        filled[order.account][order.nonce] = uint128(before + units); // <= order.units
        emit OrderUsed(order.account, order.nonce, order.group, units);
        if (order.group == 0) return;
        uint256 grouped = groupFilled[order.account][order.group];
        if (grouped + units > order.groupCap) {
            uint256 left = grouped > order.groupCap ? 0 : order.groupCap - grouped;
            revert GroupCapExceeded(order.account, order.group, units, left);
        }
        groupFilled[order.account][order.group] = uint128(grouped + units); // <= order.groupCap
    }

    /// @dev What the maker gives the taker: minus its own legs, and cash. A derivative bought at price p costs p - Phi.
    function _trade(Fill calldata f, Snapshot memory market) private view returns (Move memory trade, Usd notional) {
        Position[] memory legs = new Position[](f.maker.legs.length);
        int256 funding36;
        uint256 notional36;
        for (uint256 i; i < legs.length; ++i) {
            Leg calldata leg = f.maker.legs[i];
            int256 lots = int256(leg.ratio) * int256(uint256(f.units));
            Terms memory t = _listed(leg.instrument, market, f.maker.reduceOnly || f.taker.reduceOnly);
            funding36 += lots * int256(t.unit) * t.index;
            notional36 += uint256(lots < 0 ? -lots : lots) * t.unit * t.feePrice;
            legs[i] = position(leg.instrument, (-lots).toInt128());
        }
        // R-30: floor; what one side pays the other receives, so no direction makes money.
        int256 cash = f.maker.limitPrice * int256(uint256(f.units)) - FixedPoint.divFloor(funding36, SIGNED_WAD);
        trade = Move(f.maker.account, f.taker.account, Reason.Trade, Usd.wrap(cash), legs);
        notional = Usd.wrap(FixedPoint.divCeil(notional36.toInt256(), SIGNED_WAD));
    }

    /// @dev The instrument in its one canonical id, if it may be traded. @param closes One side only reduces.
    function _listed(
        InstrumentId instrument,
        Snapshot memory market,
        bool closes
    ) private view returns (Terms memory t) {
        uint8 underlying = uint8(instrument.underlying());
        Market memory m = market.markets[market.set.row(underlying)];
        (t.unit, t.feePrice) = (m.lotUnit, m.spot);
        if (instrument == perpetualOf(underlying)) (t.feePrice, t.index) = (m.perpetualMark, m.fundingIndex);
        else if (instrument == spotOf(underlying)) t.unit = m.tokenUnit;
        else if (!_isOpenSeries(instrument, m.spot, closes)) t.unit = 0;
        if (t.unit == 0) revert InstrumentNotListed(instrument);
        if (instrument.kind() > Kind.Future) {
            uint256 most = (market.optionMark(instrument) * Parameters.OPTION_FEE_CAP) / Parameters.TAKER_FEE;
            t.feePrice = FixedPointMathLib.min(t.feePrice, most);
        }
    }

    /// @dev Futures have no strike, options one on the grid and, unless it closes a position, near spot; both end with their
    /// expiry. That a surface quotes the expiry follows from its row in the snapshot.
    function _isOpenSeries(InstrumentId instrument, uint256 spot, bool closes) private view returns (bool) {
        Kind kind = instrument.kind();
        if (kind < Kind.Future || instrument.expiry() <= block.timestamp) return false;
        uint64 strike = instrument.strike();
        if (kind == Kind.Future) return strike == 0;
        return Listing.isOnGrid(strike) && (closes || Listing.isInReach(strike, spot));
    }

    /// @dev R-31: ceil(rate * notional); at most what the order signed.
    function _fee(
        Order calldata order,
        bytes32 orderHash,
        Usd notional,
        uint256 rate,
        uint128 units
    ) private pure returns (Fee memory) {
        Usd amount = Usd.wrap(FixedPoint.mulDivUp(uint256(notional.raw()), rate, WAD).toInt256());
        // Saturates, so that "any fee" can be signed as the largest number.
        uint256 limit = FixedPointMathLib.min(
            FixedPointMathLib.saturatingMul(order.maxFee, units),
            uint256(type(int256).max)
        );
        Usd maximum = Usd.wrap(int256(limit));
        if (amount > maximum) revert FeeAboveMaximum(orderHash, amount, maximum);
        return Fee(order.account, uint8(order.legs[0].instrument.underlying()), amount);
    }

    function _tip(Order calldata order, bytes32 orderHash, uint128 units, Batch memory batch) private view {
        if (order.tip == 0) return;
        bool toCaller = AccountId.unwrap(order.tipReceiver) == 0;
        AccountId receiver = toCaller ? accountId(msg.sender, 0) : order.tipReceiver;
        if (receiver.isSystem()) revert TipToSystemAccount(orderHash, receiver);
        if (receiver == order.account) return;
        Usd amount = Usd.wrap((order.tip * units).toInt256());
        batch.moves[batch.count++] = Move(order.account, receiver, Reason.Tip, amount, new Position[](0));
    }

    /// @dev Each leg must bring the position, with the earlier fills of this batch, nearer to 0 and not past it.
    function _requireReducing(Order calldata order, bytes32 orderHash, uint128 units, Batch memory batch) private view {
        for (uint256 i; i < order.legs.length; ++i) {
            InstrumentId instrument = order.legs[i].instrument;
            int256 held = CLEARINGHOUSE.lotsOf(order.account, instrument) + _pending(order.account, instrument, batch);
            int256 change = int256(order.legs[i].ratio) * int256(uint256(units));
            bool nearer = held > 0 ? change < 0 && -change <= held : change > 0 && change <= -held;
            if (!nearer) revert NotReducing(orderHash, instrument, held, change);
        }
    }

    function _pending(
        AccountId account,
        InstrumentId instrument,
        Batch memory batch
    ) private pure returns (int256 lots) {
        for (uint256 i; i < batch.count; ++i) {
            Move memory m = batch.moves[i];
            int256 sign =
                m.to == account
                    ? int256(1)
                    : m.from == account
                        ? -1
                        : int256(0);
            for (uint256 j; j < m.legs.length && sign != 0; ++j) {
                if (m.legs[j].instrument() == instrument) lots += sign * m.legs[j].lots();
            }
        }
    }

    /* BATCHES */

    /// @dev Market rows of all legs; the series' rows only if there is a leg with an expiry.
    function _touch(Fill[] calldata fills) private returns (Snapshot memory) {
        UnderlyingSet set = NO_UNDERLYINGS;
        uint256 legs;
        for (uint256 i; i < fills.length; ++i) {
            legs += fills[i].maker.legs.length;
        }
        InstrumentId[] memory dated = new InstrumentId[](legs);
        uint256 count;
        for (uint256 i; i < fills.length; ++i) {
            for (uint256 j; j < fills[i].maker.legs.length; ++j) {
                InstrumentId instrument = fills[i].maker.legs[j].instrument;
                uint256 underlying = instrument.underlying();
                if (underlying == 0 || underlying > 255) revert InstrumentNotListed(instrument);
                set = set.with(underlying);
                if (instrument.kind() > Kind.Perpetual) dated[count++] = instrument;
            }
        }
        if (count == 0) return MARKETS.touch(set);
        assembly ("memory-safe") {
            mstore(dated, count) // dated.length = count <= its length
        }
        return SERIES.touch(set, dated);
    }

    /// @dev All traders, ascending, each once: insertion into a sorted list, bounded by the batch.
    function _distinctAccounts(Fill[] calldata fills) private pure returns (AccountId[] memory accounts) {
        accounts = new AccountId[](2 * fills.length);
        uint256 count;
        for (uint256 i; i < fills.length; ++i) {
            count = _insert(accounts, count, fills[i].maker.account);
            count = _insert(accounts, count, fills[i].taker.account);
        }
        assembly ("memory-safe") {
            mstore(accounts, count) // accounts.length = count <= its length
        }
    }

    function _insert(AccountId[] memory accounts, uint256 count, AccountId account) private pure returns (uint256) {
        uint256 index = count;
        while (index > 0 && AccountId.unwrap(accounts[index - 1]) >= AccountId.unwrap(account)) --index;
        if (index < count && accounts[index] == account) return count;
        for (uint256 i = count; i > index; --i) {
            accounts[i] = accounts[i - 1];
        }
        accounts[index] = account;
        return count + 1;
    }

    function _filledMoves(Batch memory batch) private pure returns (Move[] memory moves) {
        moves = batch.moves;
        uint256 count = batch.count;
        assembly ("memory-safe") {
            mstore(moves, count) // moves.length = count <= its length
        }
    }
}
