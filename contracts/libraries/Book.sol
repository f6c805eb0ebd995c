// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {LibSort} from "solady/src/utils/LibSort.sol";
import {InstrumentId, Kind} from "../types/InstrumentId.sol";
import {Position} from "../types/Position.sol";
import {StrikeWord} from "../types/StrikeWord.sol";
import {IMarginEngine, Portfolio} from "../interfaces/IMarginEngine.sol";
import {Expiry, Market, Snapshot} from "../interfaces/IMarkets.sol";
import {Matrix} from "./Matrix.sol";
import {LaneSums, RiskArray} from "./RiskArray.sol";

/// @dev What one expiry adds to the charges between expiries. Spot and perpetuals are an expiry at the snapshot's time.
/// @param delta36 Dollar delta. @param vega54 Profit and loss with the price unmoved and volatility up.
struct Term {
    uint256 time;
    int256 delta36;
    int256 vega54;
}

/// @dev The portfolio summed over the positions of one underlying. USD, 36 decimals.
/// @param delta36 What spot, perpetuals and futures move with: notional at mark, signed and netted.
/// @param collateral36 Value of spot. @param derivatives36 Value of the linear derivatives, funding included.
/// @param futures36 The futures' part of `delta36`. @param gross36 Sum of |notional| of all derivatives, options at full size of spot.
/// @param optionValue36 Options at mark. @param parity36 Linear part of the options that moves with spot: a put is a call less
/// a forward. @param gap36 Gap charge per unit of spot: sum of p * max(c, 0) * unit. @param sums Lots times lanes.
/// @param terms Expiries held, ascending, `termCount` of them.
struct Row {
    int256 delta36;
    int256 collateral36;
    int256 derivatives36;
    int256 futures36;
    int256 gross36;
    uint256 slots;
    int256 optionValue36;
    int256 parity36;
    uint256 gap36;
    bool hasOptions;
    bool hasShortOption;
    LaneSums sums;
    Term[] terms;
    uint256 termCount;
}

/// @notice Step 1 of the engine: the product q . v and the exposures, exact, grouped by underlying and expiry.
/// @dev Bounds: |lots * unit| < 2^97, prices < 2^90, |Phi| < 2^103: a position's value is below 2^200.
library Book {
    int256 private constant MAX_QUANTITY = 2 ** 97;
    /// @dev A lane unit, 2^-15 of spot, with 18 more decimals: 1e18 / 2^15, exact.
    int256 internal constant LANE_UNIT = 30_517_578_125_000;

    /// @dev Where the merge of sorted positions with the sorted rows of the snapshot stands. `strike` and `end` are offsets in
    /// calldata: of the first word of the next strike, and of what comes after the last one.
    struct Cursor {
        uint256 position;
        uint256 expiry;
        uint256 strike;
        uint256 end;
    }

    /// @dev Sums of a row before the positions of an expiry, to take them off afterwards.
    struct Before {
        uint256 word0;
        uint256 word2;
        uint256 word3;
        int256 lots;
        uint256 shorts;
        int256 parity36;
    }

    /// @notice Rows in the order of the snapshot's markets.
    /// @dev One pass over the positions in the order of their instruments. The loop ends at the length of the portfolio.
    function rows(Portfolio calldata portfolio, Snapshot calldata market) internal pure returns (Row[] memory all) {
        all = new Row[](market.markets.length);
        uint256[] memory sorted = _sorted(portfolio.positions);
        Cursor memory cursor = _cursor(market.strikes);
        while (cursor.position < sorted.length) {
            Position held = _held(sorted, cursor.position);
            uint256 underlying = held.instrument().underlying();
            if (!market.set.contains(underlying)) revert IMarginEngine.MissingMarket(underlying);
            uint256 index = market.set.row(underlying);
            if (held.instrument().isDated()) {
                _addExpiry(all[index], sorted, market, index, cursor);
            } else {
                _addUndated(all[index], held, market.markets[index]);
                ++cursor.position;
            }
        }
    }

    function _sorted(Position[] calldata positions) private pure returns (uint256[] memory sorted) {
        assembly ("memory-safe") {
            // sorted = copy of positions, both arrays of words
            sorted := mload(0x40)
            let size := shl(5, positions.length)
            mstore(sorted, positions.length)
            calldatacopy(add(sorted, 32), positions.offset, size)
            mstore(0x40, add(add(sorted, 32), size))
        }
        LibSort.sort(sorted);
    }

    function _addUndated(Row memory row, Position held, Market calldata m) private pure {
        InstrumentId instrument = held.instrument();
        if (instrument.expiry() != 0 || instrument.strike() != 0)
            revert IMarginEngine.UnsupportedInstrument(instrument);
        bool isSpot = instrument.kind() == Kind.Spot;
        int256 quantity = _quantity(held, isSpot ? m.tokenUnit : m.lotUnit);
        // |quantity| < 2^97, prices and indices < 2^103.
        unchecked {
            row.slots += 1;
            if (isSpot) {
                int256 value36 = quantity * int256(m.spot);
                row.collateral36 += value36;
                row.delta36 += value36;
            } else {
                int256 notional36 = quantity * int256(m.perpetualMark);
                row.derivatives36 += notional36 - quantity * m.fundingIndex;
                row.delta36 += notional36;
                row.gross36 += notional36 < 0 ? -notional36 : notional36;
            }
        }
    }

    /// @dev All positions of the expiry that the cursor stands at, and their term.
    function _addExpiry(
        Row memory row,
        uint256[] memory sorted,
        Snapshot calldata market,
        uint256 index,
        Cursor memory cursor
    ) private pure {
        InstrumentId instrument = _held(sorted, cursor.position).instrument();
        Expiry calldata expiry = _seek(market.expiries, cursor, instrument);
        if (row.terms.length == 0) row.terms = new Term[](_seriesOf(market, cursor.expiry));
        Before memory before = _before(row);
        Term memory term = row.terms[row.termCount++];
        term.time = instrument.expiry();
        Market calldata m = market.markets[index];
        _addSeries(row, term, sorted, expiry, m, cursor);
        _fillTerm(term, row, before, laneUnit(m, market, index), m.scanRange);
    }

    function _cursor(bytes calldata strikes) private pure returns (Cursor memory cursor) {
        uint256 start;
        assembly ("memory-safe") {
            start := strikes.offset
        }
        (cursor.strike, cursor.end) = (start, start + strikes.length);
    }

    /// @dev Moves the cursor to the expiry of `instrument`.
    function _seek(
        Expiry[] calldata expiries,
        Cursor memory cursor,
        InstrumentId instrument
    ) private pure returns (Expiry calldata) {
        uint256 i = cursor.expiry;
        uint256 series = instrument.series();
        while (i < expiries.length && expiries[i].key < series) ++i;
        if (i == expiries.length || expiries[i].key != series) revert IMarginEngine.MissingSeries(instrument);
        cursor.expiry = i;
        return expiries[i];
    }

    function _addSeries(
        Row memory row,
        Term memory term,
        uint256[] memory sorted,
        Expiry calldata expiry,
        Market calldata m,
        Cursor memory cursor
    ) private pure {
        uint256 series = expiry.key;
        uint256 start = cursor.position;
        while (cursor.position < sorted.length) {
            Position held = _held(sorted, cursor.position);
            InstrumentId instrument = held.instrument();
            if (instrument.series() != series) break;
            if (instrument.kind() > Kind.Future) {
                _addStrike(row, held, sorted, expiry, m, cursor);
                continue;
            }
            if (instrument.kind() != Kind.Future || instrument.strike() != 0) {
                revert IMarginEngine.UnsupportedInstrument(instrument);
            }
            _addFuture(row, term, held, m, expiry);
            ++cursor.position;
        }
        unchecked {
            row.slots += cursor.position - start;
        }
    }

    function _before(Row memory row) private pure returns (Before memory) {
        LaneSums memory s = row.sums;
        return Before(s.words[0], s.words[2], s.words[3], s.lots, s.shorts, row.parity36);
    }

    /// @dev Delta and vega of the options of one expiry, from what they added to the sums of the row.
    function _fillTerm(
        Term memory term,
        Row memory row,
        Before memory before,
        int256 unit,
        uint256 scanRange
    ) private pure {
        LaneSums memory s = row.sums;
        unchecked {
            // Words are sums modulo 2^256: their differences are the words of this expiry alone.
            (int256 slope4, int256 unmoved) = RiskArray.termLanes(
                s.words[0] - before.word0,
                s.words[2] - before.word2,
                s.words[3] - before.word3,
                s.lots - before.lots,
                s.shorts - before.shorts
            );
            // Mean of the up and down lanes one sixth of the range away: (sum of four) / 2 over 2 * range / 6. R-53: toward 0.
            term.delta36 += (3 * slope4 * unit) / (2 * int256(scanRange)) + row.parity36 - before.parity36;
            term.vega54 = unmoved * unit;
        }
    }

    /// @dev USD with 54 decimals of one lane unit of one lot: below 2^50 * 2^88 * 2^45.
    function laneUnit(Market calldata m, Snapshot calldata market, uint256 row) internal pure returns (int256) {
        return int256(m.lotUnit * market.chains[row].referenceSpot) * LANE_UNIT;
    }

    function _addFuture(
        Row memory row,
        Term memory term,
        Position held,
        Market calldata m,
        Expiry calldata expiry
    ) private pure {
        int256 quantity = _quantity(held, m.lotUnit);
        unchecked {
            int256 notional36 = quantity * int256(expiry.forward);
            int256 moving36 = quantity * int256(expiry.moving);
            row.derivatives36 += notional36;
            row.delta36 += moving36;
            row.futures36 += moving36;
            term.delta36 += moving36;
            row.gross36 += notional36 < 0 ? -notional36 : notional36;
        }
    }

    /// @dev Rows from `first` on that belong to the same underlying: the most terms it can have.
    function _seriesOf(Snapshot calldata market, uint256 first) private pure returns (uint256 count) {
        uint256 underlying = market.expiries[first].key >> 40;
        uint256 i = first;
        while (i < market.expiries.length && market.expiries[i].key >> 40 == underlying) ++i;
        return i - first;
    }

    /// @dev Calls and puts of one strike, netted. Lots are int128, quantities below 2^97: their sums fit.
    /// @param held The first of them, where the cursor stands.
    function _addStrike(
        Row memory row,
        Position held,
        uint256[] memory sorted,
        Expiry calldata expiry,
        Market calldata m,
        Cursor memory cursor
    ) private pure {
        uint256 i = cursor.position;
        uint256 key = Position.unwrap(held) >> 136;
        (StrikeWord word, uint256 offset) = _seekStrike(cursor, key);
        if (word.strikeKey() != key) revert IMarginEngine.MissingSeries(held.instrument());
        row.hasOptions = true;
        (int256 contracts, int256 puts, int256 size) = (0, 0, 0);
        unchecked {
            do {
                int256 lots = held.lots();
                contracts += lots;
                if (held.instrument().kind() == Kind.Put) puts += lots;
                if (lots < 0) {
                    row.hasShortOption = true;
                    lots = -lots;
                }
                _requireInRange(held, lots * int256(m.lotUnit));
                size += lots;
                if (++i == sorted.length) break;
                held = _held(sorted, i);
            } while (Position.unwrap(held) >> 136 == key);
            row.gross36 += size * int256(m.lotUnit) * int256(m.spot);
            cursor.position = i;
            if (puts != 0) _addForwards(row, puts * int256(m.lotUnit), key, expiry);
            if (contracts == 0) return;
            int256 net = contracts * int256(m.lotUnit);
            row.optionValue36 += net * int256(word.callMark());
            // Here |contracts| < 2^128, below 2^47 once `decode` has passed; rates < 2^61, units < 2^60.
            if (contracts > 0) row.gap36 += uint256(net) * word.gapRate();
        }
        (uint256 low, uint256 high) = _lanes(offset);
        RiskArray.accumulate(row.sums, low, high, contracts);
    }

    /// @dev What puts are beside their calls: the put of a call at mark 0, and short of what moves with spot.
    function _addForwards(Row memory row, int256 puts, uint256 key, Expiry calldata expiry) private pure {
        unchecked {
            row.optionValue36 += puts * Matrix.parity(uint64(key), expiry.discount, expiry.discountedForward);
            row.parity36 -= puts * int256(expiry.discountedMoving);
        }
    }

    /// @dev The position at an index below the length of `sorted`.
    function _held(uint256[] memory sorted, uint256 index) private pure returns (Position held) {
        assembly ("memory-safe") {
            held := mload(add(add(sorted, 32), shl(5, index)))
        }
    }

    /// @dev First word of the first strike from the cursor on that is not below `key`, 0 when there is none, and where it is. The
    /// cursor goes on behind it: keys ascend.
    function _seekStrike(Cursor memory cursor, uint256 key) private pure returns (StrikeWord word, uint256 offset) {
        offset = cursor.strike;
        uint256 end = cursor.end;
        // for (; offset < end; offset += 96) { word = calldata[offset]; if (word >> 128 >= key) break; word = 0; }
        assembly ("memory-safe") {
            for {} lt(offset, end) {
                offset := add(offset, 96)
            } {
                word := calldataload(offset)
                if iszero(lt(shr(128, word), key)) {
                    break
                }
                word := 0
            }
        }
        unchecked {
            cursor.strike = offset + 96; // below the length of calldata and a row
        }
    }

    /// @dev The two words of the risk array of the strike at a calldata offset.
    function _lanes(uint256 offset) private pure returns (uint256 low, uint256 high) {
        assembly ("memory-safe") {
            low := calldataload(add(offset, 32))
            high := calldataload(add(offset, 64))
        }
    }

    function _quantity(Position held, uint256 unit) private pure returns (int256 quantity) {
        // |lots| < 2^127 and units <= 1e18 < 2^60.
        unchecked {
            quantity = held.lots() * int256(unit);
            _requireInRange(held, quantity < 0 ? -quantity : quantity);
        }
    }

    function _requireInRange(Position held, int256 size) private pure {
        if (size >= MAX_QUANTITY) {
            revert IMarginEngine.QuantityOutOfRange(held.instrument(), held.lots(), MAX_QUANTITY);
        }
    }
}
