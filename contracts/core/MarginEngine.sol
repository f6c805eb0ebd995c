// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {LibBit} from "solady/src/utils/LibBit.sol";
import {FULL_FLOOR, TailWord} from "../types/TailWord.sol";
import {UnderlyingSet} from "../types/UnderlyingSet.sol";
import {maxUsd, minUsd, Usd, ZERO_USD} from "../types/Usd.sol";
import {Assessment, IMarginEngine, Mode, Portfolio, UnderlyingRisk} from "../interfaces/IMarginEngine.sol";
import {Chain, Market, PriceStatus, RiskTerms, Snapshot, TailRow} from "../interfaces/IMarkets.sol";
import {Book, Row} from "../libraries/Book.sol";
import {Charges} from "../libraries/Charges.sol";
import {FixedPoint, SIGNED_WAD} from "../libraries/FixedPoint.sol";
import {Measure} from "../libraries/Measure.sol";
import {Parameters} from "../libraries/Parameters.sol";
import {RiskArray} from "../libraries/RiskArray.sol";
import {LANES, Scenarios} from "../libraries/Scenarios.sol";

/// @title Margin engine
/// @notice P = q . L, a measure of P, and charges.
/// @dev Three steps: rows (the portfolio summed per underlying, `Book`), risk (measure and charges per underlying), totals.
/// Numbers named `...36` are USD with 36 decimals, exact, `...54` with 54. Bounds that make all products fit are in
/// `docs/rounding.md`.
contract MarginEngine is IMarginEngine {
    int256 private constant WAD2 = 1e36;

    /// @dev What the underlyings of one group sum to. @param kept 1 less the least offset of its members, WAD.
    struct Group {
        int256[LANES] pnl54;
        int256 worst;
        int256 requirement;
        int256 kept;
    }

    /// @dev Sums over all underlyings, before the one rounding of each. `floored` are sums of R_u times its floor, units of 1e-9 more.
    struct Totals {
        int256 collateral36;
        int256 derivatives36;
        int256 options36;
        int256 gross36;
        int256 haircutCollateral36;
        int256 measure;
        int256 initialMeasure;
        int256 shortfall;
        int256 initialShortfall;
        uint256 floored;
        uint256 initialFloored;
        int256 requirement;
        int256 scaledRequirement;
        int256 optionMaintenance;
        int256 optionInitial;
        int256 ownMaintenance;
        int256 ownInitial;
        int256 charges;
        int256 initialCharges;
        int256 goodEnd;
        Group[] groups;
        bool offsets;
        bool spellsOut;
    }

    /// @inheritdoc IMarginEngine
    function assess(
        Portfolio calldata portfolio,
        Snapshot calldata market,
        UnderlyingSet scaled
    ) external pure returns (Assessment memory a) {
        (a, ) = _measure(portfolio, market, scaled, false);
    }

    /// @inheritdoc IMarginEngine
    function audit(
        Portfolio calldata portfolio,
        Snapshot calldata market,
        UnderlyingSet scaled
    ) external pure returns (Assessment memory, UnderlyingRisk[] memory) {
        return _measure(portfolio, market, scaled, true);
    }

    /// @param spellsOut All 30 scenarios of linear books too, and books without positions.
    function _measure(
        Portfolio calldata portfolio,
        Snapshot calldata market,
        UnderlyingSet scaled,
        bool spellsOut
    ) private pure returns (Assessment memory, UnderlyingRisk[] memory risks) {
        Row[] memory rows = Book.rows(portfolio, market);
        Totals memory totals;
        totals.spellsOut = spellsOut;
        totals.offsets = portfolio.mode >= Mode.Portfolio && market.chains.length != 0;
        bool byTail = portfolio.mode > Mode.Portfolio && market.tails.length != 0;
        if (totals.offsets) totals.groups = new Group[](_highestGroup(market.chains) + 1);
        risks = new UnderlyingRisk[](rows.length);
        uint256 rest = UnderlyingSet.unwrap(market.set);
        for (uint256 i; i < rows.length; ++i) {
            risks[i].underlying = uint8(LibBit.ffs(rest));
            rest &= rest - 1;
            if (rows[i].slots == 0 && !spellsOut) continue;
            risks[i].initialFactor = Charges.initialFactor(market.markets[i], scaled.contains(risks[i].underlying));
            _fillRisk(risks[i], rows[i], market, i, totals);
            if (rows[i].slots == 0) continue; // spelled out, but without a part in any sum
            if (byTail) _fillShortfall(risks[i], market.tails[i], portfolio.mode, totals);
            _add(totals, risks[i], rows[i], market.markets[i]);
            if (totals.offsets) _join(totals, risks[i], market.chains[i].terms);
            else totals.measure += risks[i].requirement.raw();
        }
        if (totals.offsets) _measureGroups(totals);
        totals.initialMeasure = totals.measure;
        if (byTail) _measureTails(totals);
        return (_assessment(portfolio, totals), risks);
    }

    /* STEP 2: ONE UNDERLYING */

    /// @dev Measure and charges of one underlying.
    function _fillRisk(
        UnderlyingRisk memory risk,
        Row memory row,
        Snapshot calldata market,
        uint256 index,
        Totals memory totals
    ) private pure {
        Market calldata m = market.markets[index];
        risk.value = Usd.wrap(
            FixedPoint.divFloor(row.collateral36 + row.derivatives36 + row.optionValue36, SIGNED_WAD)
        );
        risk.optionValue = Usd.wrap(FixedPoint.divCeil(row.optionValue36, SIGNED_WAD));
        risk.delta = Usd.wrap(FixedPoint.divFloor(row.delta36, SIGNED_WAD));
        risk.haircut = Usd.wrap(FixedPoint.divCeil(row.collateral36 * int256(m.haircut), WAD2)); // R-5
        int256[LANES] memory options54;
        if (row.hasOptions) options54 = _optionLanes(row, Book.laneUnit(m, market, index), m.scanRange);
        if (row.hasOptions || totals.offsets || totals.spellsOut) {
            Scenarios.addLinear(risk.pnl54, row.delta36, Scenarios.ladder(m.scanRange));
            if (row.hasOptions) Scenarios.add(risk.pnl54, options54);
        }
        Usd relieved = _fillMeasure(risk, row, m, options54);
        _fillInterval(risk, row, m, options54);
        if (row.termCount != 0) _fillCharges(risk, row, market, index, relieved);
    }

    /// @dev W, R and what the underlying needs alone before charges. @return relieved h_lin * W(linear).
    function _fillMeasure(
        UnderlyingRisk memory risk,
        Row memory row,
        Market calldata m,
        int256[LANES] memory options54
    ) private pure returns (Usd relieved) {
        risk.worstLinear = Usd.wrap(Measure.worstLinearLoss(row.delta36, m.scanRange));
        risk.worst = risk.worstLinear;
        if (row.hasOptions) {
            risk.worst = Usd.wrap(FixedPoint.divCeil(Measure.worstLoss(risk.pnl54), WAD2));
            risk.worstOptions = Usd.wrap(FixedPoint.divCeil(Measure.worstLoss(options54), WAD2));
        }
        // R-4: linear books liquidate faster than options.
        relieved = Usd.wrap(FixedPoint.divCeil(risk.worstLinear.raw() * int256(m.linearRelief), SIGNED_WAD));
        risk.requirement = minUsd(risk.worst, relieved + risk.worstOptions);
        risk.ownMaintenance = risk.requirement;
        risk.ownInitial = _initial(risk.requirement, risk.initialFactor);
    }

    /// @dev P of the options, with the linear part of the puts.
    function _optionLanes(
        Row memory row,
        int256 unit54,
        uint256 scanRange
    ) private pure returns (int256[LANES] memory lanes) {
        lanes = RiskArray.decode(row.sums);
        Scenarios.scale(lanes, unit54);
        if (row.parity36 != 0) Scenarios.addLinear(lanes, row.parity36, Scenarios.ladder(scanRange));
    }

    /// @dev U and the good end: what the position loses or gains at the ends of the price interval and at the average.
    function _fillInterval(
        UnderlyingRisk memory risk,
        Row memory row,
        Market calldata m,
        int256[LANES] memory options54
    ) private pure {
        int256 atLow = _gainAt(row, m, options54, m.low);
        int256 atHigh = _gainAt(row, m, options54, m.high);
        int256 atEma = _gainAt(row, m, options54, m.ema);
        int256 most = atLow > atHigh ? atLow : atHigh;
        int256 least = atLow < atHigh ? atLow : atHigh;
        if (atEma < least) least = atEma;
        risk.uncertainty = Usd.wrap(least < 0 ? -least : int256(0));
        risk.goodEnd = Usd.wrap(most > 0 ? most : int256(0));
    }

    /// @dev R-6: away from 0 for the linear part, R-46 for the options.
    function _gainAt(
        Row memory row,
        Market calldata m,
        int256[LANES] memory options54,
        uint256 price
    ) private pure returns (int256 gain) {
        if (price == m.spot) return 0;
        uint256 distance = price > m.spot ? price - m.spot : m.spot - price;
        uint256 size = uint256(row.delta36 < 0 ? -row.delta36 : row.delta36);
        gain = int256(FixedPoint.mulDivUp(size, distance, m.spot * uint256(SIGNED_WAD)));
        if ((price > m.spot) != (row.delta36 > 0)) gain = -gain;
        if (!row.hasOptions) return gain;
        int256 move = ((int256(price) - int256(m.spot)) * SIGNED_WAD) / int256(m.spot);
        gain += Measure.gainAt(options54, move, m.scanRange);
    }

    /// @dev What dated instruments add. @param relieved h_lin * W(linear).
    function _fillCharges(
        UnderlyingRisk memory risk,
        Row memory row,
        Snapshot calldata market,
        uint256 index,
        Usd relieved
    ) private pure {
        Market calldata m = market.markets[index];
        Chain calldata chain = market.chains[index];
        uint256 unit = Parameters.TERM_UNIT;
        int256 delta36 = row.delta36 - row.futures36;
        for (uint256 i; i < row.termCount; ++i) {
            delta36 += row.terms[i].delta36;
        }
        risk.delta = Usd.wrap(FixedPoint.divFloor(delta36, SIGNED_WAD));
        risk.basis = Usd.wrap(
            Charges.basis(row, market.time, chain.terms.basis * unit, chain.terms.basisPerYear * unit)
        );
        risk.concentration = _concentration(risk, m.scanRange, chain.depth);
        if (!row.hasOptions) return;
        risk.calendar = Usd.wrap(Charges.calendar(row, chain.terms.calendar * unit));
        risk.optionMaintenance = Usd.wrap(Charges.options(row, m, chain.terms.optionMaintenance * unit));
        risk.optionInitial = Usd.wrap(Charges.options(row, m, chain.terms.optionInitial * unit));
        risk.ownMaintenance = risk.ownMaintenance + risk.optionMaintenance;
        risk.ownInitial = risk.ownInitial + risk.optionInitial;
        if (!row.hasShortOption) {
            // Long options cannot lose more than they are worth.
            Usd limit = maxUsd(risk.optionValue + relieved, ZERO_USD);
            risk.ownMaintenance = minUsd(risk.ownMaintenance, limit);
            limit = maxUsd(risk.optionValue + _initial(relieved, risk.initialFactor), ZERO_USD);
            risk.ownInitial = minUsd(risk.ownInitial, limit);
        }
        Usd own = risk.ownInitial + risk.uncertainty + risk.calendar + risk.basis + risk.concentration;
        risk.uncounted = maxUsd(risk.optionValue - own, ZERO_USD);
    }

    /// @dev R-47: W * (sqrt(max(1, N / Q)) - 1), N = max(|delta|, |P(0, up)| / range).
    function _concentration(UnderlyingRisk memory risk, uint256 range, uint256 depth) private pure returns (Usd) {
        int256 unmoved54 = risk.pnl54[12];
        if (unmoved54 < 0) unmoved54 = -unmoved54;
        int256 notional = FixedPoint.divCeil(FixedPoint.divCeil(unmoved54, int256(range)), SIGNED_WAD);
        int256 delta = maxUsd(risk.delta, -risk.delta).raw();
        int256 crowding = Measure.crowding(delta > notional ? delta : notional, depth);
        return Usd.wrap(FixedPoint.divCeil(risk.worst.raw() * crowding, SIGNED_WAD));
    }

    /// @dev ES_u and floor of maintenance and of initial margin; R_u and 1 where nothing is known.
    function _fillShortfall(UnderlyingRisk memory risk, TailRow calldata row, Mode mode, Totals memory t) private pure {
        (TailWord word, TailWord initialWord) = mode == Mode.RiskNeutral
            ? (row.implied, row.impliedInitial)
            : (row.historical, row.historicalInitial);
        (uint256 floor, uint256 initialFloor) = (FULL_FLOOR, FULL_FLOOR);
        int256 requirement = risk.requirement.raw();
        (int256 shortfall, int256 initialShortfall) = (requirement, requirement);
        if (!word.isEmptyTail()) {
            (shortfall, initialShortfall) = Measure.shortfalls(risk.pnl54, word, initialWord);
            (floor, initialFloor) = (word.above(), initialWord.above());
        }
        (risk.shortfall, risk.initialShortfall) = (Usd.wrap(shortfall), Usd.wrap(initialShortfall));
        t.shortfall += shortfall;
        t.initialShortfall += initialShortfall;
        t.floored += uint256(requirement) * floor;
        t.initialFloored += uint256(requirement) * initialFloor;
    }

    /// @dev R-8: ceil(1.30 * ceil(k * requirement)).
    function _initial(Usd requirement, uint256 factor) private pure returns (Usd) {
        int256 scaled = FixedPoint.divCeil(requirement.raw() * int256(factor), SIGNED_WAD);
        return Usd.wrap(FixedPoint.divCeil(scaled * Parameters.INITIAL_RATIO, SIGNED_WAD));
    }

    /* STEP 3: TOTALS */

    /// @dev Sums of at most 255 underlyings' parts; all fit, see `docs/rounding.md`.
    function _add(Totals memory t, UnderlyingRisk memory risk, Row memory row, Market calldata m) private pure {
        unchecked {
            t.derivatives36 += row.derivatives36;
            t.options36 += row.optionValue36;
            t.gross36 += row.gross36;
            int256 requirement = risk.requirement.raw();
            t.requirement += requirement;
            t.scaledRequirement += FixedPoint.divCeil(requirement * int256(risk.initialFactor), SIGNED_WAD);
            t.optionMaintenance += risk.optionMaintenance.raw();
            t.optionInitial += risk.optionInitial.raw();
            t.ownMaintenance += risk.ownMaintenance.raw();
            t.ownInitial += risk.ownInitial.raw();
            t.charges += (risk.calendar + risk.basis + risk.haircut).raw();
            t.initialCharges += (risk.uncertainty + risk.concentration + risk.uncounted).raw();
            t.initialCharges += int256(row.slots * m.slotCharge);
            t.goodEnd += risk.goodEnd.raw();
            if (row.collateral36 == 0) return;
            t.collateral36 += row.collateral36;
            t.haircutCollateral36 += row.collateral36 - risk.haircut.raw() * SIGNED_WAD; // down: the charge was rounded up
            // A dead price's collateral counts nothing in initial margin.
            if (m.status == PriceStatus.Dead) t.initialCharges += FixedPoint.divCeil(row.collateral36, SIGNED_WAD);
        }
    }

    function _highestGroup(Chain[] calldata chains) private pure returns (uint256 highest) {
        for (uint256 i; i < chains.length; ++i) {
            uint256 group = chains[i].terms.group;
            if (group > highest) highest = group;
        }
    }

    /// @dev Portfolio mode: an underlying without a group stands alone.
    function _join(Totals memory t, UnderlyingRisk memory risk, RiskTerms calldata terms) private pure {
        if (terms.group == 0) {
            t.measure += risk.requirement.raw();
            return;
        }
        Group memory group = t.groups[terms.group];
        int256 kept = SIGNED_WAD - int256(terms.offset * Parameters.TERM_UNIT);
        if (kept > group.kept) group.kept = kept;
        group.worst += risk.worst.raw();
        group.requirement += risk.requirement.raw();
        Scenarios.add(group.pnl54, risk.pnl54);
    }

    /// @dev R-51: min(sum R, ceil(offset * W(sum of lanes)) + ceil((1 - offset) * sum W)) per group.
    function _measureGroups(Totals memory t) private pure {
        for (uint256 i = 1; i < t.groups.length; ++i) {
            Group memory group = t.groups[i];
            if (group.requirement == 0) continue;
            int256 joint = FixedPoint.divCeil(Measure.worstLoss(group.pnl54), WAD2);
            int256 measure =
                FixedPoint.divCeil((SIGNED_WAD - group.kept) * joint, SIGNED_WAD) +
                    FixedPoint.divCeil(group.kept * group.worst, SIGNED_WAD);
            t.measure += measure < group.requirement ? measure : group.requirement;
        }
    }

    /// @dev Tail modes: min(portfolio, max(floor * portfolio, sum ES)), the floor being the mean of the underlyings' floors by R_u.
    function _measureTails(Totals memory t) private pure {
        int256 portfolio = t.measure;
        t.measure = _floored(portfolio, t.shortfall, t.floored, t.requirement);
        t.initialMeasure = _floored(portfolio, t.initialShortfall, t.initialFloored, t.requirement);
    }

    /// @dev R-60: up.
    function _floored(
        int256 portfolio,
        int256 shortfall,
        uint256 floored,
        int256 requirement
    ) private pure returns (int256) {
        if (portfolio == 0) return 0;
        int256 least = int256(FixedPoint.mulDivUp(uint256(portfolio), floored, uint256(requirement) * FULL_FLOOR));
        if (shortfall < least) return least;
        return shortfall < portfolio ? shortfall : portfolio;
    }

    /// @dev E = cash + q.v; MM = measure + charges; IM = 1.30 * (measure + sum (k - 1) R) + U + charges(initial). Without short
    /// options no more than the underlyings need alone.
    function _assessment(Portfolio calldata p, Totals memory t) private pure returns (Assessment memory a) {
        int256 cash = p.cash.raw();
        a.equity = Usd.wrap(cash + FixedPoint.divFloor(t.collateral36 + t.derivatives36 + t.options36, SIGNED_WAD));
        a.settledCash = Usd.wrap(cash + FixedPoint.divFloor(t.derivatives36, SIGNED_WAD));
        a.gross = Usd.wrap(FixedPoint.divCeil(t.gross36, SIGNED_WAD));
        a.goodEnd = Usd.wrap(t.goodEnd);
        int256 maintenance = t.measure + t.optionMaintenance;
        if (t.ownMaintenance < maintenance) maintenance = t.ownMaintenance;
        a.maintenance = Usd.wrap(maintenance + t.charges);
        int256 scaled = t.initialMeasure + t.scaledRequirement - t.requirement;
        int256 initial = FixedPoint.divCeil(scaled * Parameters.INITIAL_RATIO, SIGNED_WAD) + t.optionInitial;
        if (t.ownInitial < initial) initial = t.ownInitial;
        int256 grossCharge = FixedPoint.divCeil(t.gross36 * Parameters.GROSS_CHARGE, WAD2);
        a.initial = Usd.wrap(initial + t.charges + t.initialCharges + grossCharge);
        int256 ratioLimit = FixedPoint.divFloor(t.haircutCollateral36 * Parameters.DEBT_RATIO, WAD2);
        a.debtLimit = Usd.wrap(ratioLimit > Parameters.DEBT_FLOOR ? ratioLimit : Parameters.DEBT_FLOOR);
    }
}
