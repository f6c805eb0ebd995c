// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {LibCall} from "solady/src/utils/LibCall.sol";
import {AccountId, accountId} from "../types/AccountId.sol";
import {InstrumentId, Kind, perpetualOf, spotOf} from "../types/InstrumentId.sol";
import {Position, position} from "../types/Position.sol";
import {NO_UNDERLYINGS, UnderlyingSet} from "../types/UnderlyingSet.sol";
import {Usd, ZERO_USD} from "../types/Usd.sol";
import {Action, Fee, IClearinghouse, Move, Reason} from "../interfaces/IClearinghouse.sol";
import {Fill, IExchange, Leg, Order} from "../interfaces/IExchange.sol";
import {IMarkets, Market, PriceStatus, Snapshot} from "../interfaces/IMarkets.sol";
import {ISeries} from "../interfaces/ISeries.sol";
import {FixedPoint, SIGNED_WAD, WAD} from "../libraries/FixedPoint.sol";
import {Listing} from "../libraries/Listing.sol";
import {Matrix} from "../libraries/Matrix.sol";
import {Parameters} from "../libraries/Parameters.sol";
import {Orders} from "./Orders.sol";

/// @title Exchange
contract Exchange is Orders {
    using SafeCast for uint256;
    using SafeCast for int256;
    using Matrix for Snapshot;

    /// @dev A batch in the making: the first `moveCount` moves, and two fees for each of the first `fillCount` fills.
    struct Batch {
        address caller;
        Snapshot market;
        Move[] moves;
        uint256 moveCount;
        Fee[] fees;
        uint256 fillCount;
    }

    /// @dev What a leg is charged by. @param unit Units per lot; 0: not to be traded. @param mark USD per unit.
    /// @param feePrice Notional per unit that bears the fee. @param index Phi of a perpetual.
    /// @param isFar An option so far from spot that it may only be closed.
    struct Terms {
        uint256 unit;
        uint256 mark;
        uint256 feePrice;
        int256 index;
        bool isFar;
    }

    /// @dev One exchange. @param legs What the maker gives. @param cash What the maker pays. @param notional That bears the fees.
    /// @param makerLoss36 What the maker pays above mark, negative: below. Its own and the taker's are each rounded up.
    struct Trade {
        Position[] legs;
        Usd cash;
        Usd notional;
        int256 makerLoss36;
    }

    IMarkets private immutable MARKETS;
    ISeries private immutable SERIES;

    constructor(IClearinghouse clearinghouse) Orders(clearinghouse) {
        MARKETS = clearinghouse.markets();
        SERIES = clearinghouse.series();
    }

    modifier onlyModule() {
        if (!CLEARINGHOUSE.isModule(msg.sender)) revert NotModule(msg.sender);
        _;
    }

    /* ENTRY POINTS */

    /// @inheritdoc IExchange
    function settle(Fill[] calldata fills) external {
        _settleAll(msg.sender, fills);
    }

    /// @inheritdoc IExchange
    function settleAvailable(Fill[] calldata fills) external returns (uint256) {
        return _settleAvailable(msg.sender, fills);
    }

    /// @inheritdoc IExchange
    function settleFor(address caller, Fill[] calldata fills) external onlyModule {
        _settleAll(caller, fills);
    }

    /// @inheritdoc IExchange
    function settleAvailableFor(address caller, Fill[] calldata fills) external onlyModule returns (uint256) {
        return _settleAvailable(caller, fills);
    }

    /// @dev Every fill, or the first refusal.
    function _settleAll(address caller, Fill[] calldata fills) private {
        Batch memory batch = _open(caller, fills);
        for (uint256 i; i < fills.length; ++i) {
            bytes memory refusal = _fill(fills[i], batch);
            if (refusal.length != 0) LibCall.bubbleUpRevert(refusal);
        }
        _close(batch);
    }

    /// @dev Leaves refused fills out. @return How many were settled.
    function _settleAvailable(address caller, Fill[] calldata fills) private returns (uint256) {
        Batch memory batch = _open(caller, fills);
        for (uint256 i; i < fills.length; ++i) {
            bytes memory refusal = _fill(fills[i], batch);
            if (refusal.length != 0) emit Skipped(i, refusal);
        }
        _close(batch);
        return batch.fillCount;
    }

    /* ONE FILL */

    /// @dev Validates both orders against each other and the market, then counts them and appends their moves and fees.
    /// @return refusal Why not; then nothing has changed.
    function _fill(Fill calldata f, Batch memory batch) private returns (bytes memory refusal) {
        refusal = _refusalOfPair(f);
        if (refusal.length != 0) return refusal;
        Trade memory trade;
        (trade, refusal) = _trade(f, batch.market);
        if (refusal.length != 0) return refusal;
        Use memory maker = _use(f.maker, f.units, trade, Parameters.MAKER_FEE, trade.makerLoss36);
        refusal = _refusal(f.maker, f.makerSignature, f.taker.account.owner(), maker, batch);
        if (refusal.length != 0) return refusal;
        Use memory taker = _use(f.taker, f.units, trade, Parameters.TAKER_FEE, -trade.makerLoss36);
        refusal = _refusal(f.taker, f.takerSignature, f.maker.account.owner(), taker, batch);
        if (refusal.length != 0) return refusal;
        Move memory exchanged = Move(f.maker.account, f.taker.account, Reason.Trade, trade.cash, trade.legs);
        batch.moves[batch.moveCount++] = exchanged;
        _append(f.maker, maker, batch, 2 * batch.fillCount);
        _append(f.taker, taker, batch, 2 * batch.fillCount + 1);
        ++batch.fillCount;
        emit Filled(
            f.maker.account,
            f.taker.account,
            maker.orderHash,
            taker.orderHash,
            f.units,
            f.maker.limitPrice,
            trade.cash
        );
    }

    /// @dev Two accounts, opposite legs, and the taker accepts the maker's price.
    function _refusalOfPair(Fill calldata f) private pure returns (bytes memory) {
        Order calldata maker = f.maker;
        Order calldata taker = f.taker;
        if (maker.account == taker.account) return abi.encodeWithSelector(SelfTrade.selector, maker.account);
        if (maker.legs.length == 0) return abi.encodeWithSelector(NoLegs.selector);
        if (maker.legs.length != taker.legs.length) {
            return abi.encodeWithSelector(LegsDoNotMatch.selector, taker.legs.length);
        }
        for (uint256 i; i < maker.legs.length; ++i) {
            Leg calldata a = maker.legs[i];
            Leg calldata b = taker.legs[i];
            if (!(a.instrument == b.instrument) || a.ratio == 0 || int256(a.ratio) + b.ratio != 0) {
                return abi.encodeWithSelector(LegsDoNotMatch.selector, i);
            }
        }
        // Maker pays at most m, taker at most t, one pays what the other gets: they cross iff m + t >= 0.
        if (taker.limitPrice >= -maker.limitPrice) return "";
        return abi.encodeWithSelector(PricesDoNotCross.selector, maker.limitPrice, taker.limitPrice);
    }

    /// @dev A derivative bought at price p costs p - Phi.
    function _trade(
        Fill calldata f,
        Snapshot memory market
    ) private view returns (Trade memory trade, bytes memory refusal) {
        bool closes = f.maker.reduceOnly || f.taker.reduceOnly;
        int256 price = f.maker.limitPrice * int256(uint256(f.units));
        int256 funding36;
        uint256 notional36;
        trade.legs = new Position[](f.maker.legs.length);
        trade.makerLoss36 = price * SIGNED_WAD;
        for (uint256 i; i < trade.legs.length; ++i) {
            Leg calldata leg = f.maker.legs[i];
            int256 lots = _lotsOf(leg, f.units);
            Terms memory t = _listed(leg.instrument, market);
            if (t.unit == 0 || (t.isFar && !closes)) {
                return (trade, abi.encodeWithSelector(InstrumentNotListed.selector, leg.instrument));
            }
            trade.makerLoss36 -= lots * int256(t.unit * t.mark);
            funding36 += lots * int256(t.unit) * t.index;
            notional36 += uint256(lots < 0 ? -lots : lots) * t.unit * t.feePrice;
            trade.legs[i] = position(leg.instrument, (-lots).toInt128());
        }
        // R-30: floor; what one side pays the other receives, so no direction makes money.
        trade.cash = Usd.wrap(price - FixedPoint.divFloor(funding36, SIGNED_WAD));
        trade.notional = Usd.wrap(FixedPoint.divCeil(notional36.toInt256(), SIGNED_WAD));
    }

    /// @dev The instrument in its one canonical id, if it may be traded.
    function _listed(InstrumentId instrument, Snapshot memory market) private view returns (Terms memory t) {
        uint8 underlying = uint8(instrument.underlying());
        Market memory m = market.markets[market.set.row(underlying)];
        (t.unit, t.mark, t.feePrice) = (m.lotUnit, m.spot, m.spot);
        if (instrument == perpetualOf(underlying)) {
            (t.mark, t.feePrice, t.index) = (m.perpetualMark, m.perpetualMark, m.fundingIndex);
        } else if (instrument == spotOf(underlying)) {
            t.unit = m.tokenUnit;
        } else if (!_isOpenSeries(instrument)) {
            t.unit = 0;
        } else if (instrument.kind() == Kind.Future) {
            t.mark = market.expiryOf(instrument).forward;
        } else {
            t.isFar = !Listing.isInReach(instrument.strike(), m.spot);
            t.mark = market.optionMark(instrument);
            t.feePrice = FixedPointMathLib.min(m.spot, (t.mark * Parameters.OPTION_FEE_CAP) / Parameters.TAKER_FEE);
        }
    }

    /// @dev Futures have no strike, options one on the grid; both end with their expiry. That a surface quotes the expiry follows
    /// from its row in the snapshot.
    function _isOpenSeries(InstrumentId instrument) private view returns (bool) {
        Kind kind = instrument.kind();
        if (kind < Kind.Future || instrument.expiry() <= block.timestamp) return false;
        uint64 strike = instrument.strike();
        return kind == Kind.Future ? strike == 0 : Listing.isOnGrid(strike);
    }

    /// @dev What the fill costs the account. R-31: fee = ceil(rate * notional). R-62: loss against mark up.
    function _use(
        Order calldata order,
        uint128 units,
        Trade memory trade,
        uint256 rate,
        int256 loss36
    ) private view returns (Use memory use) {
        use.orderHash = hashOrder(order);
        use.units = units;
        use.fee = Usd.wrap(FixedPoint.mulDivUp(uint256(trade.notional.raw()), rate, WAD).toInt256());
        use.tip = Usd.wrap((order.tip * units).toInt256());
        int256 loss = loss36 > 0 ? FixedPoint.divCeil(loss36, SIGNED_WAD) : int256(0);
        use.loss = Usd.wrap(loss) + use.fee + use.tip;
    }

    /// @dev Everything that one order says about this fill.
    function _refusal(
        Order calldata order,
        bytes calldata signature,
        address counterparty,
        Use memory use,
        Batch memory batch
    ) private view returns (bytes memory refusal) {
        refusal = _refusalOfTerms(order, signature, counterparty, batch.caller, use);
        if (refusal.length != 0) return refusal;
        refusal = _refusalOfMarket(order, use, batch.market);
        if (refusal.length != 0) return refusal;
        if (order.reduceOnly) refusal = _refusalOfReduction(order, use, batch);
        if (refusal.length != 0 || use.key == address(0)) return refusal;
        refusal = _refusalOfMark(order, use.key, batch.market);
        if (refusal.length == 0) refusal = _refusalOfLoss(order, use);
    }

    /// @dev Spot band, fee and receiver of the tip.
    function _refusalOfMarket(
        Order calldata order,
        Use memory use,
        Snapshot memory market
    ) private pure returns (bytes memory) {
        uint256 underlying = order.legs[0].instrument.underlying();
        Market memory row = market.markets[market.set.row(underlying)];
        uint256 spot = row.spot;
        bool isBanded = order.minSpot != 0 || order.maxSpot != type(uint128).max;
        if (isBanded && row.status != PriceStatus.Live) {
            return abi.encodeWithSelector(SpotNotLive.selector, use.orderHash, underlying);
        }
        if (spot < order.minSpot || spot > order.maxSpot) {
            return abi.encodeWithSelector(SpotOutsideBand.selector, use.orderHash, spot, order.minSpot, order.maxSpot);
        }
        // Saturates, so that "any fee" can be signed as the largest number.
        uint256 limit = FixedPointMathLib.saturatingMul(order.maxFee, use.units);
        if (uint256(use.fee.raw()) > limit) {
            return abi.encodeWithSelector(FeeAboveMaximum.selector, use.orderHash, use.fee, limit);
        }
        if (order.tip != 0 && order.tipReceiver.isSystem() && AccountId.unwrap(order.tipReceiver) != 0) {
            return abi.encodeWithSelector(TipToSystemAccount.selector, use.orderHash, order.tipReceiver);
        }
        return "";
    }

    /// @dev Each leg must bring the position, with the earlier fills of this batch and legs of this order, nearer to 0 and not past
    /// it.
    function _refusalOfReduction(
        Order calldata order,
        Use memory use,
        Batch memory batch
    ) private view returns (bytes memory) {
        for (uint256 i; i < order.legs.length; ++i) {
            InstrumentId instrument = order.legs[i].instrument;
            int256 held = CLEARINGHOUSE.lotsOf(order.account, instrument) + _pending(order.account, instrument, batch);
            for (uint256 j; j < i; ++j) {
                if (order.legs[j].instrument == instrument) held += _lotsOf(order.legs[j], use.units);
            }
            int256 change = _lotsOf(order.legs[i], use.units);
            bool nearer = held > 0 ? change < 0 && -change <= held : change > 0 && change <= -held;
            if (!nearer) {
                return abi.encodeWithSelector(NotReducing.selector, use.orderHash, instrument, held, change);
            }
        }
        return "";
    }

    /// @dev Lots of a leg in so many units of the structure.
    function _lotsOf(Leg calldata leg, uint128 units) private pure returns (int256) {
        return int256(leg.ratio) * int256(uint256(units));
    }

    /// @dev A session key trades only where there is a mark to hold it to.
    function _refusalOfMark(
        Order calldata order,
        address key,
        Snapshot memory market
    ) private pure returns (bytes memory) {
        for (uint256 i; i < order.legs.length; ++i) {
            InstrumentId instrument = order.legs[i].instrument;
            uint256 row = market.set.row(instrument.underlying());
            bool isLive = market.markets[row].status == PriceStatus.Live;
            if (isLive && (!instrument.isDated() || market.chains[row].fresh)) continue;
            return abi.encodeWithSelector(MarkNotLive.selector, order.account, key, instrument.underlying());
        }
        return "";
    }

    /// @dev Counts the order and adds its fee and tip.
    function _append(Order calldata order, Use memory use, Batch memory batch, uint256 feeIndex) private {
        _count(order, use);
        batch.fees[feeIndex] = Fee(order.account, uint8(order.legs[0].instrument.underlying()), use.fee);
        bool toCaller = AccountId.unwrap(order.tipReceiver) == 0;
        AccountId receiver = toCaller ? accountId(batch.caller, 0) : order.tipReceiver;
        if (use.tip == ZERO_USD || receiver == order.account) return;
        batch.moves[batch.moveCount++] = Move(order.account, receiver, Reason.Tip, use.tip, new Position[](0));
    }

    /// @dev What the batch so far adds to a position.
    function _pending(
        AccountId account,
        InstrumentId instrument,
        Batch memory batch
    ) private pure returns (int256 lots) {
        for (uint256 i; i < batch.moveCount; ++i) {
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

    /// @dev Takes the lock. Per fill: one exchange of legs and cash, two tips; two fees.
    function _open(address caller, Fill[] calldata fills) private returns (Batch memory) {
        CLEARINGHOUSE.lockAs(caller);
        uint256 n = fills.length;
        return Batch(caller, _touch(fills), new Move[](3 * n), 0, new Fee[](2 * n), 0);
    }

    /// @dev Moves and checks everything, and gives the lock back.
    function _close(Batch memory batch) private {
        (Move[] memory moves, Fee[] memory fees) = (batch.moves, batch.fees);
        (uint256 moveCount, uint256 feeCount) = (batch.moveCount, 2 * batch.fillCount);
        assembly ("memory-safe") {
            mstore(moves, moveCount) // moves.length = moveCount <= its length
            mstore(fees, feeCount) // fees.length = feeCount <= its length
        }
        CLEARINGHOUSE.execute(Action.Trade, moves, fees, _distinctPayers(fees), batch.market);
        CLEARINGHOUSE.unlock();
    }

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
    function _distinctPayers(Fee[] memory fees) private pure returns (AccountId[] memory accounts) {
        accounts = new AccountId[](fees.length);
        uint256 count;
        for (uint256 i; i < fees.length; ++i) {
            count = _insert(accounts, count, fees[i].payer);
        }
        assembly ("memory-safe") {
            mstore(accounts, count) // accounts.length = count <= its length
        }
    }

    /// @dev Adds an account unless it is there. @return The new count.
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
}
