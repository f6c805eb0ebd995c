// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {LibBit} from "solady/src/utils/LibBit.sol";
import {LibBytes} from "solady/src/utils/LibBytes.sol";
import {LibSort} from "solady/src/utils/LibSort.sol";
import {InstrumentId} from "../types/InstrumentId.sol";
import {StrikeWord} from "../types/StrikeWord.sol";
import {SurfaceWord} from "../types/SurfaceWord.sol";
import {NO_UNDERLYINGS, UnderlyingSet} from "../types/UnderlyingSet.sol";
import {Chain, Expiry, IMarkets, Market, RiskTerms, Snapshot} from "../interfaces/IMarkets.sol";
import {IMatrix} from "../interfaces/IMatrix.sol";
import {EpochState, ISeries} from "../interfaces/ISeries.sol";
import {ISettlement} from "../interfaces/ISettlement.sol";
import {Bounds} from "../libraries/Bounds.sol";
import {WAD} from "../libraries/FixedPoint.sol";
import {Listing} from "../libraries/Listing.sol";
import {Maturity, MaturityTerms, Progress, SETTLEMENT_WINDOW} from "../libraries/Maturity.sol";
import {Parameters} from "../libraries/Parameters.sol";
import {Nodes, RiskArray, VolatilityShocks} from "../libraries/RiskArray.sol";

/// @title Series
contract Series is ISeries, AccessManaged {
    using SafeCast for uint256;

    /// @dev One slot: 11 + 5 + 4 + 5 + 3 bytes. `kept` is 1 less the offset that history supports, millionths.
    struct Epoch {
        uint88 spot;
        uint40 rolledAt;
        uint32 number;
        uint40 nextExpiry;
        uint24 kept;
    }

    /// @dev One slot: 11 + 5 + 8 + 8 bytes. `depth` in whole USD; `scanRange` is that of the epoch.
    struct Surface {
        uint88 spot;
        uint40 setAt;
        uint64 depth;
        uint64 scanRange;
    }

    /// @dev One slot each.
    struct Lanes {
        uint256 low;
        uint256 high;
    }

    /// @dev One underlying during a read. `nodes` are computed when the first array needs them.
    struct Frame {
        uint256 underlying;
        Epoch epoch;
        Surface surface;
        VolatilityShocks shocks;
        Nodes nodes;
        bool hasNodes;
    }

    /// @dev Millionths.
    uint256 private constant ONE = 1e6;
    /// @dev Bytes of a strike in a snapshot: its word and the two of its risk array.
    uint256 private constant ROW = 96;

    IMarkets private immutable MARKETS;

    mapping(uint256 underlying => Epoch epoch) private _epochs;
    mapping(uint256 underlying => Surface surface) private _surfaces;
    mapping(uint256 underlying => RiskTerms terms) private _terms;
    mapping(uint256 underlying => uint256 time) private _termsSetAt;
    mapping(uint256 underlying => uint40[] expiries) private _expiries;
    mapping(uint256 series => SurfaceWord word) private _words;
    mapping(uint256 strike => Lanes lanes) private _arrays;
    /// @inheritdoc ISeries
    ISettlement public override settlement;

    constructor(address authority, IMarkets markets_) AccessManaged(authority) {
        MARKETS = markets_;
    }

    /* ROWS */

    /// @inheritdoc IMatrix
    function touch(UnderlyingSet set, InstrumentId[] calldata instruments) external returns (Snapshot memory market) {
        market = MARKETS.touch(set);
        Frame[] memory frames = _frames(market);
        uint256 rest = UnderlyingSet.unwrap(set);
        for (uint256 i; i < frames.length; ++i) {
            uint256 underlying = LibBit.ffs(rest);
            rest &= rest - 1;
            if (frames[i].epoch.number != _epochs[underlying].number) _storeEpoch(frames[i]);
        }
        uint256[] memory stale = _fill(market, frames, _keys(instruments));
        for (uint256 i; i < stale.length; ++i) {
            uint256 row = stale[i];
            StrikeWord word = StrikeWord.wrap(uint256(LibBytes.load(market.strikes, row)));
            _arrays[word.strikeKey()] = Lanes(
                uint256(LibBytes.load(market.strikes, row + 32)),
                uint256(LibBytes.load(market.strikes, row + 64))
            );
        }
    }

    /// @inheritdoc IMatrix
    function snapshot(
        UnderlyingSet set,
        InstrumentId[] calldata instruments
    ) external view returns (Snapshot memory market) {
        market = MARKETS.snapshot(set);
        _fill(market, _frames(market), _keys(instruments));
    }

    /// @dev Distinct (underlying, expiry, strike) of the dated instruments, ascending.
    function _keys(InstrumentId[] calldata instruments) private pure returns (uint256[] memory keys) {
        keys = new uint256[](instruments.length);
        // for (each instrument) if (instrument.isDated() && instrument >> 8 != last) keys[count++] = last = instrument >> 8;
        // keys.length = count. What is no instrument, above 128 bits, becomes a series that nobody lists.
        assembly ("memory-safe") {
            let key := add(keys, 32)
            let source := instruments.offset
            let last := not(0) // of no instrument
            for {
                let end := add(source, shl(5, instruments.length))
            } lt(source, end) {
                source := add(source, 32)
            } {
                let instrument := calldataload(source)
                if gt(and(instrument, 0xff), 1) {
                    instrument := shr(8, instrument)
                    mstore(key, instrument)
                    key := add(key, shl(5, iszero(eq(instrument, last))))
                    last := instrument
                }
            }
            mstore(keys, shr(5, sub(sub(key, keys), 32)))
        }
        LibSort.sort(keys);
        LibSort.uniquifySorted(keys);
    }

    /// @dev Chains of the market rows, epochs as of now; nothing is written.
    function _frames(Snapshot memory market) private view returns (Frame[] memory frames) {
        uint256 count = market.markets.length;
        frames = new Frame[](count);
        market.chains = new Chain[](count);
        uint256 rest = UnderlyingSet.unwrap(market.set);
        for (uint256 i; i < count; ++i) {
            uint256 underlying = LibBit.ffs(rest);
            rest &= rest - 1;
            Frame memory f = frames[i];
            f.underlying = underlying;
            f.epoch = _epochs[underlying];
            f.surface = _surfaces[underlying];
            _roll(f, market.markets[i]);
            Chain memory chain = market.chains[i];
            chain.terms = _terms[underlying];
            chain.terms.offset = uint24(FixedPointMathLib.min(chain.terms.offset, ONE - f.epoch.kept));
            chain.referenceSpot = f.epoch.spot;
            chain.depth = uint256(f.surface.depth) * WAD;
            chain.fresh = f.epoch.number != 0 && block.timestamp - f.surface.setAt <= Parameters.SURFACE_MAX_AGE;
            f.shocks = _shocks(chain.terms, f);
        }
    }

    /// @dev A new epoch when spot left the old one's reach, the epoch is too old or the scan range changed.
    function _roll(Frame memory f, Market memory m) private view {
        Epoch memory e = f.epoch;
        if (e.number == 0) return;
        uint256 gap = m.spot > e.spot ? m.spot - e.spot : e.spot - m.spot;
        bool nearExpiry = block.timestamp + Parameters.NEAR_EXPIRY >= e.nextExpiry;
        uint256 maxAge = nearExpiry ? Parameters.NEAR_EPOCH_AGE : Parameters.EPOCH_AGE;
        bool isDue = gap * WAD > m.epsilon * e.spot || block.timestamp - e.rolledAt >= maxAge;
        if (isDue || f.surface.scanRange != m.scanRange) _newEpoch(f, m);
    }

    function _newEpoch(Frame memory f, Market memory m) private view {
        f.epoch.spot = uint88(m.spot); // prices are below 2^88
        f.epoch.rolledAt = uint40(block.timestamp);
        f.epoch.number += 1;
        f.surface.scanRange = uint64(m.scanRange); // Bounds keep it below 0.7e18
    }

    function _storeEpoch(Frame memory f) private {
        _epochs[f.underlying] = f.epoch;
        _surfaces[f.underlying] = f.surface;
        emit EpochRolled(uint8(f.underlying), f.epoch.number, f.epoch.spot, f.surface.scanRange);
    }

    /// @dev Shocks of the epoch. They widen with the age that the surface had when the epoch began.
    function _shocks(RiskTerms memory terms, Frame memory f) private pure returns (VolatilityShocks memory) {
        uint256 age = uint256(f.epoch.rolledAt) - f.surface.setAt;
        uint256 late = age > Parameters.SURFACE_MAX_AGE ? age - Parameters.SURFACE_MAX_AGE : 0;
        uint256 wider = FixedPointMathLib.min(
            (WAD * late) / Parameters.SURFACE_WIDENING,
            Parameters.SURFACE_MAX_WIDENING
        );
        uint256 unit = (Parameters.TERM_UNIT * (WAD + wider)) / WAD;
        return VolatilityShocks(terms.volatilityUp * unit, terms.volatilityDown * unit, Parameters.VOLATILITY_DOWN_CAP);
    }

    /// @dev Rows of all keys. @return stale Offsets in `strikes` of the rows whose arrays were computed.
    function _fill(
        Snapshot memory market,
        Frame[] memory frames,
        uint256[] memory keys
    ) private view returns (uint256[] memory stale) {
        market.expiries = new Expiry[](_distinctSeries(keys));
        bytes memory strikes = new bytes(ROW * keys.length);
        stale = new uint256[](keys.length);
        (uint256 expiryCount, uint256 size, uint256 staleCount) = (0, 0, 0);
        uint256 series = type(uint256).max; // of no instrument
        Frame memory f;
        MaturityTerms memory terms;
        for (uint256 i; i < keys.length; ++i) {
            uint256 key = keys[i];
            if (key >> 64 != series) {
                series = key >> 64;
                if (!market.set.contains(series >> 40)) revert UnknownExpiry(series >> 40, uint40(series));
                uint256 row = market.set.row(series >> 40);
                f = frames[row];
                (market.expiries[expiryCount++], terms) = _maturity(f, market.markets[row], series);
            }
            if (uint64(key) == 0) continue;
            if (_fillStrike(strikes, size, f, terms, key)) stale[staleCount++] = size;
            size += ROW;
        }
        assembly ("memory-safe") {
            mstore(strikes, size) // each at most the length it was created with
            mstore(stale, staleCount)
        }
        market.strikes = strikes;
    }

    /// @dev Of sorted keys.
    function _distinctSeries(uint256[] memory keys) private pure returns (uint256 count) {
        uint256 last = type(uint256).max; // of no instrument
        // for (each key) if (key >> 64 != last) { last = key >> 64; ++count; }
        assembly ("memory-safe") {
            let key := add(keys, 32)
            for {
                let end := add(key, shl(5, mload(keys)))
            } lt(key, end) {
                key := add(key, 32)
            } {
                let series := shr(64, mload(key))
                count := add(count, iszero(eq(series, last)))
                last := series
            }
        }
    }

    /// @dev The row of a strike, written at `offset` of `strikes`. @return computed The array was not cached.
    function _fillStrike(
        bytes memory strikes,
        uint256 offset,
        Frame memory f,
        MaturityTerms memory terms,
        uint256 key
    ) private view returns (bool computed) {
        uint256 strike;
        unchecked {
            strike = uint64(key) * Listing.STRIKE_UNIT; // below 2^98
        }
        if (strike > Parameters.MAX_PRICE) revert StrikeOutOfRange(strike, Parameters.MAX_PRICE);
        (StrikeWord word, int256 logStrike, uint256 variance) = Maturity.quote(terms, key, strike);
        Lanes storage stored = _arrays[key];
        uint256 high = stored.high;
        uint256 low;
        computed = RiskArray.tagOf(high) != f.epoch.number;
        if (computed) {
            if (!f.hasNodes) {
                f.nodes = RiskArray.nodesOf(f.surface.scanRange);
                f.hasNodes = true;
            }
            (low, high) = Maturity.array(terms, f.nodes, strike, logStrike, variance);
            high = RiskArray.tagged(high, f.epoch.number);
        } else {
            low = stored.low;
        }
        // strikes[offset..offset + 96] = word . low . high, inside: there is a row for each key.
        assembly ("memory-safe") {
            let row := add(add(strikes, 32), offset)
            mstore(row, word)
            mstore(add(row, 32), low)
            mstore(add(row, 64), high)
        }
    }

    /// @dev Row of an expiry, and what its strikes share.
    function _maturity(
        Frame memory f,
        Market memory m,
        uint256 series
    ) private view returns (Expiry memory row, MaturityTerms memory t) {
        SurfaceWord word = _words[series];
        uint256 expiry = uint40(series);
        if (word.isEmpty()) revert UnknownExpiry(f.underlying, expiry);
        t.smile = word.slice();
        t.progress = _progress(series, expiry);
        t.spot = f.epoch.spot;
        t.surfaceForward = FixedPointMathLib.max((uint256(f.surface.spot) * word.forwardRatio()) / WAD, 1);
        uint256 life = expiry > f.surface.setAt ? expiry - f.surface.setAt : 1;
        uint256 tau = expiry > block.timestamp ? expiry - block.timestamp : 0;
        t.now_ = Maturity.momentAt(word, m.spot, tau, life, t.surfaceForward);
        (, uint256 down) = RiskArray.deviationFactors(tau, f.shocks);
        uint256 epochTau = expiry > f.epoch.rolledAt ? expiry - f.epoch.rolledAt : 0;
        t.atEpoch = Maturity.momentAt(word, t.spot, epochTau, life, t.surfaceForward);
        (t.up, t.down) = RiskArray.deviationFactors(epochTau, f.shocks);
        row.key = series;
        row.discount = t.now_.discount;
        row.moving = (t.now_.forward * t.progress.rest) / SETTLEMENT_WINDOW;
        row.forward = row.moving + t.progress.averaged;
        row.discountedForward = (row.forward * row.discount) / WAD;
        row.discountedMoving = (row.moving * row.discount) / WAD;
        (t.kinked, t.smooth) = Maturity.gapBounds(row.discountedMoving, m.spot, m.scanRange, down);
    }

    function _progress(uint256 series, uint256 end) private view returns (Progress memory p) {
        p.rest = SETTLEMENT_WINDOW;
        if (block.timestamp + SETTLEMENT_WINDOW <= end) return p;
        (uint256 sum, uint256 doneUntil) = settlement.progress(uint8(series >> 40), uint40(series));
        p.averaged = sum / SETTLEMENT_WINDOW;
        if (doneUntil != 0) p.rest = end - doneUntil;
    }

    /* SURFACES */

    /// @inheritdoc ISeries
    function setSurface(
        uint8 underlying,
        uint256 timestamp,
        uint256 depth,
        uint40[] calldata expiries_,
        SurfaceWord[] calldata words
    ) external restricted {
        if (_termsSetAt[underlying] == 0 || address(settlement) == address(0)) revert SeriesNotReady(underlying);
        (Frame memory f, Market memory m) = _single(underlying);
        for (uint256 i; i < words.length; ++i) {
            _words[_series(underlying, expiries_[i])] = words[i];
            emit SurfaceSet(underlying, expiries_[i], words[i]);
        }
        _expiries[underlying] = expiries_;
        f.surface.spot = uint88(m.spot);
        f.surface.setAt = FixedPointMathLib.min(timestamp, block.timestamp).toUint40();
        f.surface.depth = FixedPointMathLib.min(depth / WAD, type(uint64).max).toUint64();
        f.epoch.nextExpiry = expiries_[0];
        _newEpoch(f, m);
        _storeEpoch(f);
        emit DepthSet(underlying, uint256(f.surface.depth) * WAD);
    }

    /// @inheritdoc ISeries
    function roll(uint8 underlying) external {
        if (msg.sender != address(settlement)) revert NotSettlement(msg.sender);
        (Frame memory f, Market memory m) = _single(underlying);
        _newEpoch(f, m);
        _storeEpoch(f);
    }

    /// @inheritdoc ISeries
    function setOffset(uint8 underlying, uint24 offset) external restricted {
        _epochs[underlying].kept = uint24(ONE) - offset;
        emit OffsetSet(underlying, offset);
    }

    /// @dev One underlying as of now, markets touched; a due roll happens in memory.
    function _single(uint8 underlying) private returns (Frame memory f, Market memory m) {
        Snapshot memory market = MARKETS.touch(NO_UNDERLYINGS.with(underlying));
        f = _frames(market)[0];
        m = market.markets[0];
    }

    /* GOVERNANCE */

    /// @notice Names the settlement contract, once.
    function setSettlement(ISettlement settlement_) external restricted {
        if (address(settlement) != address(0)) revert SettlementIsSet(address(settlement));
        settlement = settlement_;
    }

    /// @notice Sets the risk terms together, each by at most one step, once a day; the first time freely within bounds.
    function setRiskTerms(uint8 underlying, RiskTerms calldata terms) external restricted {
        uint256 setAt = _termsSetAt[underlying];
        if (setAt != 0 && block.timestamp < setAt + Bounds.STEP_PERIOD) {
            revert StepTooSoon(underlying, setAt + Bounds.STEP_PERIOD);
        }
        Bounds.requireTerms(terms);
        if (setAt != 0) Bounds.requireTermsStep(terms, _terms[underlying]);
        (Frame memory f, Market memory m) = _single(underlying);
        _termsSetAt[underlying] = block.timestamp;
        _terms[underlying] = terms;
        emit RiskTermsSet(underlying, terms);
        if (f.epoch.number == 0) return;
        _newEpoch(f, m);
        _storeEpoch(f);
    }

    /* VIEWS */

    /// @inheritdoc ISeries
    function markets() external view returns (IMarkets) {
        return MARKETS;
    }

    /// @inheritdoc ISeries
    function riskTerms(uint8 underlying) external view returns (RiskTerms memory) {
        return _terms[underlying];
    }

    /// @inheritdoc ISeries
    function epoch(uint8 underlying) external view returns (EpochState memory) {
        Epoch memory e = _epochs[underlying];
        Surface memory s = _surfaces[underlying];
        return
            EpochState(
                e.spot,
                e.rolledAt,
                e.number,
                e.nextExpiry,
                s.spot,
                s.setAt,
                uint256(s.depth) * WAD,
                s.scanRange
            );
    }

    /// @inheritdoc ISeries
    function surface(uint8 underlying, uint40 expiry) external view returns (SurfaceWord) {
        return _words[_series(underlying, expiry)];
    }

    /// @inheritdoc ISeries
    function expiries(uint8 underlying) external view returns (uint40[] memory) {
        return _expiries[underlying];
    }

    function _series(uint256 underlying, uint256 expiry) private pure returns (uint256) {
        return (underlying << 40) | expiry;
    }
}
