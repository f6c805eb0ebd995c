// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {LibBit} from "solady/src/utils/LibBit.sol";
import {InstrumentId} from "../types/InstrumentId.sol";
import {capsOf, FULL_FLOOR, TailWord, tailWord} from "../types/TailWord.sol";
import {NO_UNDERLYINGS, UnderlyingSet} from "../types/UnderlyingSet.sol";
import {Snapshot, TailRow} from "../interfaces/IMarkets.sol";
import {IMatrix} from "../interfaces/IMatrix.sol";
import {EpochState, ISeries} from "../interfaces/ISeries.sol";
import {ITails} from "../interfaces/ITails.sol";
import {WAD} from "../libraries/FixedPoint.sol";
import {Parameters} from "../libraries/Parameters.sol";
import {Tail} from "../libraries/Tail.sol";

/// @title Tails
contract Tails is ITails, AccessManaged {
    /// @dev One slot each. `posted` has the message's time above its caps, `base` the time from which it rises. `offset`: millionths.
    struct History {
        TailWord posted;
        TailWord base;
        uint24 offset;
    }

    ISeries private immutable SERIES;
    /// @dev Caps of an epoch, its number above them.
    mapping(uint256 underlying => TailWord word) private _implied;
    mapping(uint256 underlying => History history) private _histories;

    constructor(address authority, ISeries series_) AccessManaged(authority) {
        SERIES = series_;
    }

    /* ROWS */

    /// @inheritdoc IMatrix
    function touch(UnderlyingSet set, InstrumentId[] calldata instruments) external returns (Snapshot memory market) {
        market = SERIES.touch(set, instruments);
        market.tails = new TailRow[](market.markets.length);
        uint256 rest = UnderlyingSet.unwrap(set);
        for (uint256 i; i < market.tails.length; ++i) {
            uint256 underlying = LibBit.ffs(rest);
            rest &= rest - 1;
            EpochState memory epoch = SERIES.epoch(uint8(underlying));
            (uint256 caps, bool computed) = _impliedCaps(underlying, epoch, market.markets[i].scanRange);
            if (computed) {
                _implied[underlying] = tailWord(caps, epoch.number);
                emit ImpliedCached(uint8(underlying), epoch.number, caps);
            }
            market.tails[i] = _row(underlying, epoch, caps);
        }
    }

    /// @inheritdoc IMatrix
    function snapshot(
        UnderlyingSet set,
        InstrumentId[] calldata instruments
    ) external view returns (Snapshot memory market) {
        market = SERIES.snapshot(set, instruments);
        market.tails = new TailRow[](market.markets.length);
        uint256 rest = UnderlyingSet.unwrap(set);
        for (uint256 i; i < market.tails.length; ++i) {
            uint256 underlying = LibBit.ffs(rest);
            rest &= rest - 1;
            EpochState memory epoch = SERIES.epoch(uint8(underlying));
            (uint256 caps, ) = _impliedCaps(underlying, epoch, market.markets[i].scanRange);
            market.tails[i] = _row(underlying, epoch, caps);
        }
    }

    /// @dev Caps for `scanRange`: the stored ones, if they are of this epoch and it has that range (a view may be ahead of the
    /// epoch that `touch` would store). @return caps 0 without a surface.
    function _impliedCaps(
        uint256 underlying,
        EpochState memory epoch,
        uint256 scanRange
    ) private view returns (uint256 caps, bool computed) {
        if (epoch.number == 0) return (0, false);
        TailWord stored = _implied[underlying];
        if (stored.above() == epoch.number && epoch.scanRange == scanRange) return (capsOf(stored), false);
        uint40 expiry = _horizonExpiry(underlying, epoch.surfaceAt);
        uint256 life = expiry - epoch.surfaceAt;
        return (Tail.implied(SERIES.surface(uint8(underlying), expiry).slice(), life, scanRange), true);
    }

    /// @dev The first expiry of the surface that is not much nearer than the horizon, else its last.
    function _horizonExpiry(uint256 underlying, uint256 surfaceAt) private view returns (uint40 expiry) {
        uint40[] memory expiries = SERIES.expiries(uint8(underlying));
        for (uint256 i; i < expiries.length; ++i) {
            expiry = expiries[i];
            if (expiry >= surfaceAt + Parameters.TAIL_SHORTEST) break;
        }
    }

    function _row(
        uint256 underlying,
        EpochState memory epoch,
        uint256 impliedCaps
    ) private view returns (TailRow memory row) {
        if (impliedCaps != 0) {
            uint256 late = _late(epoch.surfaceAt, Parameters.SURFACE_MAX_AGE);
            row.implied = tailWord(impliedCaps, Tail.floorAfter(late));
            row.impliedInitial = tailWord(impliedCaps, _initialFloor(late));
        }
        (TailWord posted, TailWord base) = (_histories[underlying].posted, _histories[underlying].base);
        if (posted.isEmptyTail()) return row;
        uint256 late_ = _late(posted.above(), Parameters.HISTORY_MAX_AGE);
        uint256 risen = Tail.risen(base, posted, block.timestamp - base.above());
        row.historical = tailWord(risen, Tail.floorAfter(late_));
        row.historicalInitial = tailWord(capsOf(posted), _initialFloor(late_));
    }

    function _late(uint256 time, uint256 bestAge) private view returns (uint256) {
        return block.timestamp > time + bestAge ? block.timestamp - time - bestAge : 0;
    }

    /// @dev Initial margin does not wait.
    function _initialFloor(uint256 late) private pure returns (uint256) {
        return late == 0 ? Parameters.TAIL_FLOOR : FULL_FLOOR;
    }

    /* HISTORY */

    /// @inheritdoc ITails
    function setHistory(
        uint8 underlying,
        uint256 timestamp,
        uint256 scanRange,
        uint256 caps,
        uint256 quotedOffset
    ) external restricted {
        Tail.requireCaps(caps);
        _requireCurrent(underlying, scanRange);
        History memory h = _histories[underlying];
        uint256 last = h.posted.above();
        if (timestamp <= last) revert HistoryNotNewer(timestamp, last);
        uint24 supported = Tail.boundedOffset(offset(underlying), quotedOffset, timestamp - last);
        uint256 base = caps;
        if (last != 0) {
            base = Tail.risen(h.base, h.posted, block.timestamp - h.base.above());
            caps = Tail.bounded(h.posted, TailWord.wrap(caps), timestamp - last);
        }
        _histories[underlying] = History(tailWord(caps, timestamp), tailWord(base, block.timestamp), supported);
        emit HistorySet(underlying, timestamp, caps, base, supported);
        SERIES.setOffset(underlying, supported);
    }

    function _requireCurrent(uint8 underlying, uint256 quoted) private view {
        uint256 current = SERIES.markets().snapshot(NO_UNDERLYINGS.with(underlying)).markets[0].scanRange;
        uint256 gap = quoted > current ? quoted - current : current - quoted;
        if (gap * WAD > current * Parameters.HISTORY_RANGE_GAP) revert ScanRangeMoved(quoted, current);
    }

    /* VIEWS */

    /// @inheritdoc ITails
    function history(uint8 underlying) external view returns (TailWord posted, TailWord base) {
        return (_histories[underlying].posted, _histories[underlying].base);
    }

    /// @inheritdoc ITails
    function offset(uint8 underlying) public view returns (uint256) {
        uint256 governed = SERIES.riskTerms(underlying).offset;
        History storage h = _histories[underlying];
        return h.posted.isEmptyTail() ? governed : FixedPointMathLib.min(governed, h.offset);
    }

    /// @inheritdoc ITails
    function cached(uint8 underlying) external view returns (TailWord) {
        return _implied[underlying];
    }

    /// @inheritdoc ITails
    function series() external view returns (ISeries) {
        return SERIES;
    }
}
