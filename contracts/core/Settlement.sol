// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {AccountId, clearing} from "../types/AccountId.sol";
import {InstrumentId, Kind} from "../types/InstrumentId.sol";
import {Position} from "../types/Position.sol";
import {Usd} from "../types/Usd.sol";
import {IClearinghouse, Move, Reason} from "../interfaces/IClearinghouse.sol";
import {IMarkets} from "../interfaces/IMarkets.sol";
import {IPriceHistory} from "../interfaces/IPriceHistory.sol";
import {ISeries} from "../interfaces/ISeries.sol";
import {ISettlement} from "../interfaces/ISettlement.sol";
import {FixedPoint, SIGNED_WAD} from "../libraries/FixedPoint.sol";
import {Listing} from "../libraries/Listing.sol";
import {SETTLEMENT_WINDOW} from "../libraries/Maturity.sol";
import {Parameters} from "../libraries/Parameters.sol";

/// @title Settlement
contract Settlement is ISettlement, AccessManaged {
    using SafeCast for uint256;

    /// @dev Two slots: 14 + 5 + 10 + 3, and 20 bytes. `sum` of price * seconds over the window up to `doneUntil`; `round` of
    /// `source` is the one in force there. `delay` in seconds after the end.
    struct Averaging {
        uint112 sum;
        uint40 doneUntil;
        uint80 round;
        uint24 delay;
        address source;
    }

    IClearinghouse private immutable CLEARINGHOUSE;
    ISeries private immutable SERIES;
    IMarkets private immutable MARKETS;

    mapping(uint8 underlying => mapping(uint40 expiry => Averaging averaging)) private _averagings;
    /// @inheritdoc ISettlement
    mapping(uint8 underlying => uint256 time) public override delistingAt;

    constructor(address authority, IClearinghouse clearinghouse) AccessManaged(authority) {
        CLEARINGHOUSE = clearinghouse;
        SERIES = clearinghouse.series();
        MARKETS = clearinghouse.markets();
    }

    /* FINAL PRICES */

    /// @inheritdoc ISettlement
    function average(uint8 underlying, uint40 expiry, uint256 hint, uint256 maxRounds) external {
        uint256 end = _endOf(underlying, expiry);
        Averaging memory a = _averagings[underlying][expiry];
        uint256 until = FixedPointMathLib.min(block.timestamp, end);
        address source = MARKETS.source(underlying);
        // Rounds of one source mean nothing to another: an average that is not complete starts again.
        if (a.source != source && a.doneUntil != end) {
            a = Averaging(0, uint40(end - SETTLEMENT_WINDOW), 0, a.delay, source);
        }
        if (until <= a.doneUntil) revert NothingToAverage(a.doneUntil, end);
        uint256 from = a.doneUntil;
        _walk(a, IPriceHistory(source), until, hint, maxRounds);
        _averagings[underlying][expiry] = a;
        emit Averaged(underlying, expiry, a.doneUntil, a.sum);
        if (a.doneUntil == from) return;
        if (expiry != 0) SERIES.roll(underlying);
        else if (a.doneUntil == end) MARKETS.delist(underlying, a.sum / SETTLEMENT_WINDOW);
    }

    /// @dev Adds the consecutive rounds up to `until`, at most `maxRounds` of them. The first time it starts at round `hint`,
    /// and what lies before the window weighs nothing.
    function _walk(
        Averaging memory a,
        IPriceHistory history,
        uint256 until,
        uint256 hint,
        uint256 maxRounds
    ) private view {
        uint256 price;
        if (a.round == 0) {
            a.round = hint.toUint80();
            (price, ) = history.first(hint, a.doneUntil);
        } else {
            (price, ) = history.round(a.round);
        }
        for (uint256 i; i < maxRounds && a.doneUntil < until; ++i) {
            (uint256 next, uint256 nextPrice, uint256 since) = history.next(a.round, hint);
            bool isInForce = next == 0 || since > until;
            uint256 to = isInForce ? until : FixedPointMathLib.max(since, a.doneUntil);
            // Prices are below 2^88: the sum is below 2^99.
            a.sum = (a.sum + price * (to - a.doneUntil)).toUint112();
            a.doneUntil = to.toUint40();
            if (!isInForce) (a.round, price) = (next.toUint80(), nextPrice);
        }
    }

    /// @inheritdoc ISettlement
    function finalPrice(uint8 underlying, uint40 expiry) public view returns (bool isFinal, uint256 price) {
        Averaging memory a = _averagings[underlying][expiry];
        uint256 end = expiry == 0 ? delistingAt[underlying] : expiry;
        isFinal = end != 0 && a.doneUntil == end && block.timestamp >= end + a.delay;
        if (isFinal) price = a.sum / SETTLEMENT_WINDOW; // R-44: down; the same for long and short
    }

    /// @inheritdoc ISettlement
    function progress(uint8 underlying, uint40 expiry) external view returns (uint256 sum, uint256 doneUntil) {
        Averaging storage a = _averagings[underlying][expiry];
        return (a.sum, a.doneUntil);
    }

    /// @notice Guardian: puts a price that is not final yet off, to at most MAX_SETTLEMENT_DELAY after the end of the series.
    function delaySettlement(uint8 underlying, uint40 expiry, uint24 delaySeconds) external restricted {
        uint256 limit = Parameters.MAX_SETTLEMENT_DELAY;
        if (delaySeconds > limit) revert DelayTooLong(delaySeconds, limit);
        uint256 end = _endOf(underlying, expiry);
        (bool isFinal, ) = finalPrice(underlying, expiry);
        if (isFinal) revert AlreadyFinal(underlying, expiry);
        _averagings[underlying][expiry].delay = delaySeconds;
        emit SettlementDelayed(underlying, expiry, end + delaySeconds);
    }

    /// @notice Announces that the perpetual of `underlying` is settled at `time`, at least DELISTING_NOTICE from now.
    function scheduleDelisting(uint8 underlying, uint40 time) external restricted {
        uint256 earliest = block.timestamp + Parameters.DELISTING_NOTICE;
        if (time < earliest) revert NoticeTooShort(time, earliest);
        if (delistingAt[underlying] != 0) revert AlreadyScheduled(underlying, delistingAt[underlying]);
        delistingAt[underlying] = time;
        emit DelistingScheduled(underlying, time);
    }

    /// @dev End of the settlement window of a listed series.
    function _endOf(uint8 underlying, uint40 expiry) private view returns (uint256 end) {
        end = expiry == 0 ? delistingAt[underlying] : expiry;
        bool isListed = expiry == 0 ? end != 0 : !SERIES.surface(underlying, expiry).isEmpty();
        if (!isListed) revert UnknownSeries(underlying, expiry);
    }

    /* ACCOUNTS */

    /// @inheritdoc ISettlement
    function settle(AccountId[] calldata accounts) external {
        CLEARINGHOUSE.lock();
        for (uint256 i; i < accounts.length; ++i) {
            _settle(accounts[i], true);
        }
        CLEARINGHOUSE.unlock();
    }

    /// @inheritdoc ISettlement
    function settleTouched(AccountId account) external {
        if (msg.sender != address(CLEARINGHOUSE)) revert NotClearinghouse(msg.sender);
        _settle(account, false);
    }

    /// @dev Perpetuals only when asked, since every one of them costs a look. The loop ends at MAX_POSITIONS.
    function _settle(AccountId account, bool withPerpetuals) private {
        Position[] memory held = CLEARINGHOUSE.portfolio(account).positions;
        for (uint256 i; i < held.length; ++i) {
            InstrumentId instrument = held[i].instrument();
            Kind kind = instrument.kind();
            if (kind == Kind.Spot || instrument.expiry() > block.timestamp) continue;
            if (kind == Kind.Perpetual && !withPerpetuals) continue;
            (bool isFinal, uint256 price) = finalPrice(uint8(instrument.underlying()), instrument.expiry());
            if (isFinal) _settleSeries(account, held, i, price);
        }
    }

    /// @dev One trade of all positions of a series, from the one at `first` on, with its clearing account at the final price.
    /// Takes them out of `held`. R-52: what the account gets is rounded down, once.
    function _settleSeries(AccountId account, Position[] memory held, uint256 first, uint256 price) private {
        InstrumentId one = held[first].instrument();
        uint8 underlying = uint8(one.underlying());
        int256 unit = int256(MARKETS.lotUnitOf(underlying));
        int256 funding = one.kind() == Kind.Perpetual ? MARKETS.fundingIndexOf(underlying) : int256(0);
        Position[] memory legs = new Position[](held.length - first);
        uint256 count;
        int256 value36;
        for (uint256 i = first; i < held.length; ++i) {
            InstrumentId instrument = held[i].instrument();
            if (instrument.series() != one.series() || instrument.kind() == Kind.Spot) continue;
            value36 += held[i].lots() * unit * (_payoff(instrument, price) - funding);
            legs[count++] = held[i];
            held[i] = Position.wrap(0); // spot of underlying 0, which nobody holds
        }
        assembly ("memory-safe") {
            mstore(legs, count) // legs.length = count <= its length
        }
        Usd cash = Usd.wrap(FixedPoint.divFloor(value36, SIGNED_WAD));
        Move[] memory moves = new Move[](1);
        moves[0] = Move(account, clearing(underlying, one.expiry()), Reason.Settlement, -cash, legs);
        CLEARINGHOUSE.moveAll(moves);
        emit Settled(account, underlying, one.expiry(), price, cash);
    }

    /// @dev What one unit is worth at the final price.
    function _payoff(InstrumentId instrument, uint256 price) private pure returns (int256) {
        Kind kind = instrument.kind();
        if (kind < Kind.Call) return int256(price);
        int256 above = int256(price) - int256(instrument.strike() * Listing.STRIKE_UNIT);
        if (kind == Kind.Put) above = -above;
        return above > 0 ? above : int256(0);
    }
}
