// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {IMarkets, RiskTerms} from "../../../contracts/interfaces/IMarkets.sol";
import {ISeries} from "../../../contracts/interfaces/ISeries.sol";
import {SeriesFixture} from "./SeriesFixture.sol";

/// @dev Governed terms of options: hard bounds, and one step a day.
contract RiskTermsTest is SeriesFixture {
    uint256 private constant TERMS = 8;

    /// @dev As the specification lists them: least, most. The initial charge is at least the maintenance charge.
    uint24[TERMS] private _least = [200_000, 100_000, 1_000, 3_000, 100_000, 0, 0, 0];
    uint24[TERMS] private _most = [1_500_000, 800_000, 50_000, 100_000, 1_000_000, 50_000, 500_000, 600_000];
    bytes32[TERMS] private _names = [
        bytes32("volatilityUp"),
        "volatilityDown",
        "optionMaintenance",
        "optionInitial",
        "calendar",
        "basis",
        "basisPerYear",
        "offset"
    ];

    function setUp() public override {
        super.setUp();
        skip(1 days);
    }

    /* BOUNDS */

    /// @dev The first time freely, but within bounds: any value outside is named.
    function testFuzz_setRiskTerms_staysWithinBounds(uint256 which, uint24 value) public {
        _listBare();
        which = which % TERMS;
        RiskTerms memory terms = _with(defaultTerms(), which, value);
        // The charge that must be below the initial one is tested at its own bounds.
        if (which == 2) terms.optionInitial = 100_000;
        bool isOutside = value < _least[which] || value > _most[which];
        if (isOutside) {
            bytes4 fault = IMarkets.OutOfBounds.selector;
            vm.expectRevert(abi.encodeWithSelector(fault, _names[which], value, _least[which], _most[which]));
        }
        series.setRiskTerms(SOL, terms);
        assertEq(_of(series.riskTerms(SOL), which), isOutside ? 0 : value);
    }

    function test_setRiskTerms_acceptsTheBoundsThemselves() public {
        for (uint256 i; i < TERMS; ++i) {
            uint256 state = vm.snapshotState();
            _listBare();
            RiskTerms memory terms = defaultTerms();
            if (i == 2) terms.optionInitial = 100_000;
            series.setRiskTerms(SOL, _with(terms, i, _least[i]));
            vm.revertToState(state);
            _listBare();
            series.setRiskTerms(SOL, _with(terms, i, _most[i]));
            vm.revertToState(state);
        }
    }

    function test_setRiskTerms_wantsInitialAboveMaintenance() public {
        _listBare();
        RiskTerms memory terms = defaultTerms();
        (terms.optionMaintenance, terms.optionInitial) = (5_001, 5_000);
        vm.expectRevert(
            abi.encodeWithSelector(IMarkets.OutOfBounds.selector, bytes32("optionInitial"), 5_000, 5_001, 1e5)
        );
        series.setRiskTerms(SOL, terms);
        terms.optionInitial = 5_001;
        series.setRiskTerms(SOL, terms);
    }

    function testFuzz_setRiskTerms_knowsSevenGroups(uint8 group) public {
        _listBare();
        RiskTerms memory terms = defaultTerms();
        terms.group = group;
        if (group > 7) {
            vm.expectRevert(abi.encodeWithSelector(IMarkets.OutOfBounds.selector, bytes32("group"), group, 0, 7));
        }
        series.setRiskTerms(SOL, terms);
    }

    /* STEPS */

    /// @dev Of the default terms: a fiftieth; of the initial charge a tenth, but 0.1 % is more; of the offset a fiftieth of the rest.
    function testFuzz_setRiskTerms_movesOneStep(uint256 which, uint24 value) public {
        which = which % TERMS;
        uint24 old = _of(defaultTerms(), which);
        uint24 step = [10_000, 5_000, 60, 1_000, 6_000, 40, 200, 10_000][which];
        uint256 least = FixedPointMathLib.max(FixedPointMathLib.zeroFloorSub(old, 2 * uint256(step)), _least[which]);
        value = uint24(bound(value, least, FixedPointMathLib.min(old + 2 * uint256(step), _most[which])));
        RiskTerms memory terms = _with(defaultTerms(), which, value);
        if (which == 2 && value > terms.optionInitial) return;
        if (value > old + step || value + step < old) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    IMarkets.StepTooLarge.selector,
                    _names[which],
                    uint256(value) * 1e12,
                    uint256(old) * 1e12
                )
            );
        } else {
            vm.expectEmit(address(series));
            emit ISeries.RiskTermsSet(BTC, terms);
        }
        series.setRiskTerms(BTC, terms);
    }

    /// @dev From 0 a term moves by 20 millionths.
    function testFuzz_setRiskTerms_movesTheLeastStep(uint256 which, uint24 value) public {
        which = 5 + (which % 2);
        _listBare();
        RiskTerms memory terms = _with(defaultTerms(), which, 0);
        series.setRiskTerms(SOL, terms);
        skip(1 days);
        value = uint24(bound(value, 0, 50));
        if (value > 20) {
            vm.expectRevert(
                abi.encodeWithSelector(IMarkets.StepTooLarge.selector, _names[which], uint256(value) * 1e12, 0)
            );
        }
        series.setRiskTerms(SOL, _with(terms, which, value));
    }

    /// @dev What a group pays that loses nothing jointly grows by a fiftieth: 0.6, 0.592, 0.58384, ...
    function test_setRiskTerms_lowersTheOffsetByAShareOfTheRest() public {
        _listBare();
        RiskTerms memory terms = defaultTerms();
        terms.offset = 600_000;
        series.setRiskTerms(SOL, terms);
        uint256 steps;
        for (; terms.offset != 0; ++steps) {
            skip(1 days);
            uint24 old = terms.offset;
            uint24 step = uint24(FixedPointMathLib.min((1e6 - old) / 50, old));
            if (step < old) {
                terms.offset = old - step - 1;
                vm.expectRevert(
                    abi.encodeWithSelector(
                        IMarkets.StepTooLarge.selector,
                        bytes32("offset"),
                        uint256(terms.offset) * 1e12,
                        uint256(old) * 1e12
                    )
                );
                series.setRiskTerms(SOL, terms);
            }
            terms.offset = old - step;
            series.setRiskTerms(SOL, terms);
        }
        assertEq(steps, 47, "ln 2.5 / ln 1.02, up");
    }

    function testFuzz_setRiskTerms_movesOnceADay(uint256 wait) public {
        wait = bound(wait, 0, 2 days);
        series.setRiskTerms(BTC, defaultTerms());
        uint256 readyAt = block.timestamp + 1 days;
        skip(wait);
        if (wait < 1 days) vm.expectRevert(abi.encodeWithSelector(ISeries.StepTooSoon.selector, BTC, readyAt));
        series.setRiskTerms(BTC, defaultTerms());
        series.setRiskTerms(ETH, defaultTerms());
    }

    /// @dev Nobody's requirement jumps: a group changes while nothing is offset in it, before and after.
    function test_setRiskTerms_regroupsWithoutOffsetOnly() public {
        RiskTerms memory terms = defaultTerms();
        terms.group = 2;
        _refuseGroup(terms, 1);
        terms = defaultTerms();
        while (terms.offset != 0) {
            terms.offset -= uint24(FixedPointMathLib.min((1e6 - terms.offset) / 50, terms.offset));
            series.setRiskTerms(BTC, terms);
            skip(1 days);
        }
        (terms.group, terms.offset) = (2, 1_000);
        _refuseGroup(terms, 1);
        terms.offset = 0;
        series.setRiskTerms(BTC, terms);
        skip(1 days);
        (terms.group, terms.offset) = (1, 1_000);
        _refuseGroup(terms, 2);
        terms.group = 2;
        series.setRiskTerms(BTC, terms);
    }

    function _refuseGroup(RiskTerms memory terms, uint256 old) private {
        vm.expectRevert(abi.encodeWithSelector(IMarkets.StepTooLarge.selector, bytes32("group"), terms.group, old));
        series.setRiskTerms(BTC, terms);
    }

    /* HELPERS */

    /// @dev SOL with no terms yet.
    function _listBare() private {
        listMarket();
        assertEq(series.riskTerms(SOL).volatilityUp, 0);
    }

    function _of(RiskTerms memory t, uint256 which) private pure returns (uint24) {
        return
            [
                t.volatilityUp,
                t.volatilityDown,
                t.optionMaintenance,
                t.optionInitial,
                t.calendar,
                t.basis,
                t.basisPerYear,
                t.offset
            ][which];
    }

    function _with(RiskTerms memory t, uint256 which, uint24 value) private pure returns (RiskTerms memory) {
        if (which == 0) t.volatilityUp = value;
        else if (which == 1) t.volatilityDown = value;
        else if (which == 2) t.optionMaintenance = value;
        else if (which == 3) t.optionInitial = value;
        else if (which == 4) t.calendar = value;
        else if (which == 5) t.basis = value;
        else if (which == 6) t.basisPerYear = value;
        else t.offset = value;
        return t;
    }
}
