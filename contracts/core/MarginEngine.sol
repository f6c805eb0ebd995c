// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {LibBit} from "solady/src/utils/LibBit.sol";
import {InstrumentId, Kind} from "../types/InstrumentId.sol";
import {Position} from "../types/Position.sol";
import {UnderlyingSet} from "../types/UnderlyingSet.sol";
import {Usd} from "../types/Usd.sol";
import {Assessment, IMarginEngine, Portfolio, UnderlyingRisk} from "../interfaces/IMarginEngine.sol";
import {Market, PriceStatus, Snapshot} from "../interfaces/IMarkets.sol";
import {FixedPoint, SIGNED_WAD} from "../libraries/FixedPoint.sol";
import {Measure} from "../libraries/Measure.sol";
import {Parameters} from "../libraries/Parameters.sol";
import {Scenarios} from "../libraries/Scenarios.sol";

/// @title Margin engine
/// @dev Three steps: rows (the portfolio summed per underlying), risk (measure and add-ons per underlying), totals.
/// The lanes of a linear instrument are analytic, and so is the worst of them; `audit` spells all 30 out.
/// Numbers named `...36` are USD with 36 decimals, exact. Bounds that make all products fit: |lots * unit| < 2^97 (ledger
/// and listing), price < 2^88, |Phi| < 2^103, 128 positions, fractions <= 1e18 < 2^60 (`docs/rounding.md`).
contract MarginEngine is IMarginEngine {
    int256 private constant WAD2 = 1e36;
    int256 private constant MAX_QUANTITY = 2 ** 97;

    /// @dev The portfolio summed over the positions of one underlying.
    /// @param delta36 Notional at mark, signed and netted. @param collateral36 Value of spot.
    /// @param derivatives36 Value of the linear derivatives, funding included. @param gross36 Sum of |notional| of those.
    struct Row {
        int256 delta36;
        int256 collateral36;
        int256 derivatives36;
        int256 gross36;
        uint256 slots;
    }

    /// @dev What one underlying adds to a requirement, USD 18 decimals; `factor` is k_u, WAD.
    struct Risk {
        int256 requirement;
        int256 haircut;
        int256 uncertainty;
        int256 goodEnd;
        int256 factor;
    }

    /// @dev Sums over all underlyings, before the one rounding of each.
    struct Totals {
        int256 collateral36;
        int256 derivatives36;
        int256 gross36;
        int256 haircutCollateral36;
        int256 maintenance;
        int256 scaledMeasure;
        int256 initialAddOns;
        int256 haircut;
        int256 goodEnd;
    }

    /// @inheritdoc IMarginEngine
    function assess(
        Portfolio calldata portfolio,
        Snapshot calldata market,
        UnderlyingSet scaled
    ) external pure returns (Assessment memory) {
        Row[] memory rows = _rows(portfolio, market);
        Totals memory totals;
        uint256 rest = UnderlyingSet.unwrap(market.set);
        for (uint256 i; i < rows.length; ++i) {
            bool scales = scaled.contains(LibBit.ffs(rest));
            rest &= rest - 1;
            if (rows[i].slots != 0) _add(totals, rows[i], market.markets[i], scales);
        }
        return _assessment(portfolio, totals);
    }

    /// @inheritdoc IMarginEngine
    function audit(
        Portfolio calldata portfolio,
        Snapshot calldata market,
        UnderlyingSet scaled
    ) external pure returns (Assessment memory, UnderlyingRisk[] memory risks) {
        Row[] memory rows = _rows(portfolio, market);
        Totals memory totals;
        risks = new UnderlyingRisk[](rows.length);
        uint256 rest = UnderlyingSet.unwrap(market.set);
        for (uint256 i; i < rows.length; ++i) {
            uint8 underlying = uint8(LibBit.ffs(rest));
            rest &= rest - 1;
            Risk memory risk = _add(totals, rows[i], market.markets[i], scaled.contains(underlying));
            risks[i] = _describe(underlying, rows[i], market.markets[i], risk);
        }
        return (_assessment(portfolio, totals), risks);
    }

    /// @dev Step 1: q . v and the linear exposures, exact. The loop ends at the length of the portfolio.
    function _rows(Portfolio calldata portfolio, Snapshot calldata market) private pure returns (Row[] memory rows) {
        rows = new Row[](market.markets.length);
        uint256 n = portfolio.positions.length;
        for (uint256 i; i < n; ++i) {
            Position held = portfolio.positions[i];
            uint256 underlying = held.instrument().underlying();
            if (underlying > 255 || !market.set.contains(underlying)) revert MissingMarket(underlying);
            uint256 index = market.set.row(underlying);
            _addPosition(rows[index], held.instrument(), held.lots(), market.markets[index]);
        }
    }

    function _addPosition(Row memory row, InstrumentId instrument, int256 lots, Market calldata m) private pure {
        Kind kind = instrument.kind();
        if (kind > Kind.Perpetual) revert UnsupportedInstrument(instrument);
        // |lots| < 2^127 and units <= 1e18 < 2^60; after the check |quantity| < 2^97, prices and indices < 2^103.
        unchecked {
            int256 quantity = lots * int256(kind == Kind.Spot ? m.tokenUnit : m.lotUnit);
            if (quantity >= MAX_QUANTITY || quantity <= -MAX_QUANTITY) {
                revert QuantityOutOfRange(instrument, lots, MAX_QUANTITY);
            }
            row.slots += 1;
            if (kind == Kind.Spot) {
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

    /// @dev Step 2: measure and add-ons of one underlying, summed into the totals.
    function _add(
        Totals memory t,
        Row memory row,
        Market calldata m,
        bool scales
    ) private pure returns (Risk memory risk) {
        int256 worst = Measure.worstLinearLoss(row.delta36, m.scanRange);
        // R-4: linear books liquidate faster than options; with no option leg R_u is h_lin <= 1 of the worst loss.
        risk.requirement = FixedPoint.divCeil(worst * int256(m.linearRelief), SIGNED_WAD);
        int256 badMove = _worstMove(row.delta36, m.spot, m.low, m.high);
        int256 emaMove = _worstMove(row.delta36, m.spot, m.ema, m.ema);
        risk.uncertainty = badMove > emaMove ? badMove : emaMove;
        risk.goodEnd = _worstMove(-row.delta36, m.spot, m.low, m.high);
        risk.factor = scales ? _openInterestFactor(m) : SIGNED_WAD;
        // Sums of at most 128 positions' values, each below 2^200, and of fractions of them.
        unchecked {
            t.derivatives36 += row.derivatives36;
            t.gross36 += row.gross36;
            t.maintenance += risk.requirement;
            t.scaledMeasure += FixedPoint.divCeil(risk.requirement * risk.factor, SIGNED_WAD);
            t.goodEnd += risk.goodEnd;
            t.initialAddOns += risk.uncertainty + int256(row.slots * m.slotCharge);
        }
        if (row.collateral36 != 0) _addCollateral(t, row, m, risk);
    }

    /// @dev Collateral: never negative, so neither is its charge. A dead price's counts nothing in initial margin.
    function _addCollateral(Totals memory t, Row memory row, Market calldata m, Risk memory risk) private pure {
        unchecked {
            risk.haircut = FixedPoint.divCeil(row.collateral36 * int256(m.haircut), WAD2); // R-5
            t.haircut += risk.haircut;
            t.collateral36 += row.collateral36;
            t.haircutCollateral36 += row.collateral36 - risk.haircut * SIGNED_WAD; // down: the charge was rounded up
            if (m.status == PriceStatus.Dead) t.initialAddOns += FixedPoint.divCeil(row.collateral36, SIGNED_WAD);
        }
    }

    /// @dev The part of one underlying, as a person reads it, with all 30 scenarios.
    function _describe(
        uint8 underlying,
        Row memory row,
        Market calldata m,
        Risk memory risk
    ) private pure returns (UnderlyingRisk memory described) {
        described.underlying = underlying;
        described.value = Usd.wrap(FixedPoint.divFloor(row.collateral36 + row.derivatives36, SIGNED_WAD));
        described.delta = Usd.wrap(FixedPoint.divFloor(row.delta36, SIGNED_WAD));
        described.requirement = Usd.wrap(risk.requirement);
        described.haircut = Usd.wrap(risk.haircut);
        described.uncertainty = Usd.wrap(risk.uncertainty);
        described.goodEnd = Usd.wrap(risk.goodEnd);
        described.initialFactor = uint256(risk.factor);
        Scenarios.addLinear(described.pnl54, row.delta36, Scenarios.ladder(m.scanRange));
    }

    /// @dev R-6: ceil(max(0, loss of the position if spot were `low` or `high`)): linear instruments move with the notional.
    function _worstMove(int256 delta36, uint256 spot, uint256 low, uint256 high) private pure returns (int256) {
        // Exactly one end can hurt a linear book: the lower one when long, the upper one when short.
        bool long = delta36 >= 0;
        if (long ? spot <= low : high <= spot) return 0;
        uint256 distance = long ? spot - low : high - spot;
        uint256 size = uint256(long ? delta36 : -delta36);
        return int256(FixedPoint.mulDivUp(size, distance, spot * uint256(SIGNED_WAD)));
    }

    /// @dev R-7: oi_u, rounded up: 1 up to half the cap, then linear to 1 / (1.30 * h_lin * PSR) at the cap, where a linear
    /// book posts its whole notional.
    function _openInterestFactor(Market calldata m) private pure returns (int256) {
        uint256 half = m.openInterestCap / 2;
        uint256 one = uint256(SIGNED_WAD);
        if (m.openInterest <= half) return SIGNED_WAD;
        uint256 perNotional = FixedPoint.mulDivDown(
            m.scanRange * m.linearRelief,
            uint256(Parameters.INITIAL_RATIO),
            one * one
        );
        uint256 top = FixedPoint.mulDivUp(one, one, perNotional);
        if (m.openInterest >= m.openInterestCap) return int256(top);
        return int256(one + FixedPoint.mulDivUp(top - one, m.openInterest - half, m.openInterestCap - half));
    }

    /// @dev Step 3. E = cash + q.v; MM = measure + add-ons; IM = 1.30 * (measure + sum (k - 1) R) + U + add-ons(initial).
    function _assessment(Portfolio calldata p, Totals memory t) private pure returns (Assessment memory a) {
        int256 cash = p.cash.raw();
        a.equity = Usd.wrap(cash + FixedPoint.divFloor(t.collateral36 + t.derivatives36, SIGNED_WAD));
        a.settledCash = Usd.wrap(cash + FixedPoint.divFloor(t.derivatives36, SIGNED_WAD));
        a.gross = Usd.wrap(FixedPoint.divCeil(t.gross36, SIGNED_WAD));
        a.goodEnd = Usd.wrap(t.goodEnd);
        a.maintenance = Usd.wrap(t.maintenance + t.haircut);
        int256 grossCharge = FixedPoint.divCeil(t.gross36 * Parameters.GROSS_CHARGE, WAD2);
        int256 measure = FixedPoint.divCeil(t.scaledMeasure * Parameters.INITIAL_RATIO, SIGNED_WAD);
        a.initial = Usd.wrap(measure + t.haircut + t.initialAddOns + grossCharge);
        int256 ratioLimit = FixedPoint.divFloor(t.haircutCollateral36 * Parameters.DEBT_RATIO, WAD2);
        a.debtLimit = Usd.wrap(ratioLimit > Parameters.DEBT_FLOOR ? ratioLimit : Parameters.DEBT_FLOOR);
    }
}
