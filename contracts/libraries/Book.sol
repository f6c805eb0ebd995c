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

    /// @dev Where the merge of sorted positions with the sorted rows of the snapshot stands.
    struct Cursor {
        uint256 position;
        uint256 expiry;
        uint256 strike;
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

    /// @notice Rows in the order of the snapshot's markets. The loop ends at the length of the portfolio.
    function rows(Portfolio calldata portfolio, Snapshot calldata market) internal pure returns (Row[] memory all) {
        all = new Row[](market.markets.length);
        uint256 n = portfolio.positions.length;
        uint256[] memory dated = new uint256[](n);
        uint256 count;
        for (uint256 i; i < n; ++i) {
            Position held = portfolio.positions[i];
            uint256 underlying = held.instrument().underlying();
            if (underlying > 255 || !market.set.contains(underlying)) {
                revert IMarginEngine.MissingMarket(underlying);
            }
            if (held.instrument().kind() > Kind.Perpetual) {
                dated[count++] = Position.unwrap(held);
                continue;
            }
            uint256 index = market.set.row(underlying);
            _addUndated(all[index], held.instrument(), held.lots(), market.markets[index]);
        }
        if (count == 0) return all;
        assembly ("memory-safe") {
            mstore(dated, count) // count <= n: shrinking an array leaves its tail unused
        }
        LibSort.sort(dated);
        _addDated(all, dated, market);
    }

    function _addUndated(Row memory row, InstrumentId instrument, int256 lots, Market calldata m) private pure {
        bool isSpot = instrument.kind() == Kind.Spot;
        int256 quantity = _quantity(instrument, lots, isSpot ? m.tokenUnit : m.lotUnit);
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

    /// @dev One pass over the sorted positions, expiry by expiry.
    function _addDated(Row[] memory all, uint256[] memory dated, Snapshot calldata market) private pure {
        Cursor memory cursor;
        while (cursor.position < dated.length) {
            InstrumentId instrument = Position.wrap(dated[cursor.position]).instrument();
            uint256 series = instrument.series();
            while (cursor.expiry < market.expiries.length && market.expiries[cursor.expiry].key < series) {
                ++cursor.expiry;
            }
            if (cursor.expiry == market.expiries.length || market.expiries[cursor.expiry].key != series) {
                revert IMarginEngine.MissingSeries(instrument);
            }
            uint256 index = market.set.row(instrument.underlying());
            Row memory row = all[index];
            if (row.terms.length == 0) row.terms = new Term[](_seriesOf(market, cursor.expiry));
            _addSeries(row, dated, market, market.markets[index], cursor);
        }
    }

    /// @dev All positions of the expiry that the cursor stands at.
    function _addSeries(
        Row memory row,
        uint256[] memory dated,
        Snapshot calldata market,
        Market calldata m,
        Cursor memory cursor
    ) private pure {
        Term memory term = row.terms[row.termCount++];
        uint256 series = market.expiries[cursor.expiry].key;
        term.time = uint40(series);
        Before memory before = _before(row);
        while (cursor.position < dated.length) {
            Position held = Position.wrap(dated[cursor.position]);
            if (held.instrument().series() != series) break;
            if (held.instrument().kind() == Kind.Future) {
                if (held.instrument().strike() != 0) revert IMarginEngine.UnsupportedInstrument(held.instrument());
                _addFuture(row, term, held, m, market.expiries[cursor.expiry]);
                ++cursor.position;
            } else {
                _addStrike(row, dated, market, m, cursor);
            }
        }
        _fillTerm(term, row, before, laneUnit(m, market, market.set.row(series >> 40)), m.scanRange);
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
        int256 quantity = _quantity(held.instrument(), held.lots(), m.lotUnit);
        unchecked {
            row.slots += 1;
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

    /// @dev Calls and puts of the strike that the cursor stands at, netted.
    function _addStrike(
        Row memory row,
        uint256[] memory dated,
        Snapshot calldata market,
        Market calldata m,
        Cursor memory cursor
    ) private pure {
        uint256 key = dated[cursor.position] >> 136;
        uint256 index = cursor.strike;
        while (index < market.strikes.length && market.strikes[index] >> 128 < key) index += 3;
        cursor.strike = index;
        if (index >= market.strikes.length || market.strikes[index] >> 128 != key) {
            revert IMarginEngine.MissingSeries(Position.wrap(dated[cursor.position]).instrument());
        }
        StrikeWord word = StrikeWord.wrap(market.strikes[index]);
        row.hasOptions = true;
        int256 contracts;
        for (; cursor.position < dated.length && dated[cursor.position] >> 136 == key; ++cursor.position) {
            Position held = Position.wrap(dated[cursor.position]);
            contracts += _addOption(row, held, word, m, market.expiries[cursor.expiry]);
        }
        if (contracts == 0) return;
        RiskArray.accumulate(row.sums, market.strikes[index + 1], market.strikes[index + 2], contracts);
        // |contracts| < 2^128 here and below 2^47 once `decode` has passed; rates < 2^61, units < 2^50.
        if (contracts > 0) row.gap36 += uint256(contracts) * m.lotUnit * word.gapRate();
    }

    function _addOption(
        Row memory row,
        Position held,
        StrikeWord word,
        Market calldata m,
        Expiry calldata expiry
    ) private pure returns (int256 lots) {
        InstrumentId instrument = held.instrument();
        lots = held.lots();
        int256 quantity = _quantity(instrument, lots, m.lotUnit);
        unchecked {
            row.slots += 1;
            if (lots < 0) row.hasShortOption = true;
            row.gross36 += (quantity < 0 ? -quantity : quantity) * int256(m.spot);
            uint256 mark = word.callMark();
            if (instrument.kind() == Kind.Put) {
                mark = Matrix.putMark(mark, instrument.strike(), expiry.discount, expiry.discountedForward);
                row.parity36 -= quantity * int256(expiry.discountedMoving);
            }
            row.optionValue36 += quantity * int256(mark);
        }
    }

    function _quantity(InstrumentId instrument, int256 lots, uint256 unit) private pure returns (int256 quantity) {
        // |lots| < 2^127 and units <= 1e18 < 2^60.
        unchecked {
            quantity = lots * int256(unit);
        }
        if (quantity >= MAX_QUANTITY || quantity <= -MAX_QUANTITY) {
            revert IMarginEngine.QuantityOutOfRange(instrument, lots, MAX_QUANTITY);
        }
    }
}
