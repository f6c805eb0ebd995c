// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IMarkets, Limits, RiskParameters, RiskTerms} from "../interfaces/IMarkets.sol";
import {Parameters} from "./Parameters.sol";

/// @notice Hard bounds and largest steps of governed parameters (spec G-2, G-3). Nothing outside them can be set by anyone.
library Bounds {
    /// @dev A parameter of initial margin, or of what ramps, moves by at most a tenth of its old value, or this if that is more.
    uint256 internal constant STEP_SHARE = 10;
    uint256 internal constant LEAST_STEP = 0.001e18;
    /// @dev What acts on maintenance margin at once: at most a fiftieth, or 0.002 % if that is more.
    uint256 internal constant MAINTENANCE_STEP_SHARE = 50;
    uint256 internal constant LEAST_MAINTENANCE_STEP = 0.00002e18;
    /// @dev Parameters move once a day.
    uint256 internal constant STEP_PERIOD = 1 days;
    /// @dev A new price source must be this near the last stored price, WAD.
    uint256 internal constant MAX_SOURCE_GAP = 0.05e18;
    /// @dev Units per lot: tokens of 0..18 decimals; derivative lots of at most 1e-3 units keep 2^47 lots below 2^97.
    uint256 internal constant MAX_LOT_UNIT = 1e15;
    /// @dev WAD, per square root of a year, of an underlying when it is listed.
    uint256 internal constant MAX_VOLATILITY = 4e18;

    /// @dev Groups of underlyings that offset each other: 1..MAX_GROUP.
    uint256 internal constant MAX_GROUP = 7;
    uint256 private constant TERM_UNIT = Parameters.TERM_UNIT;

    /// @dev Millionths. With floor = cap the scan range stands still.
    function requireRisk(RiskParameters memory p) internal pure {
        requireWithin("floor", p.floor, 20_000, 600_000);
        requireWithin("cap", p.cap, p.floor, 600_000);
        requireWithin("stressVolatility", p.stressVolatility, 0, 4_000_000);
        requireWithin("kappa", p.kappa, 1_000_000, 6_000_000);
        requireWithin("epsilon", p.epsilon, 0, 20_000);
        requireWithin("linearRelief", p.linearRelief, 250_000, 1_000_000);
        requireWithin("haircut", p.haircut, 0, 900_000);
    }

    function requireLimits(Limits memory l) internal pure {
        requireWithin("openInterestCap", l.openInterestCap, 0, uint256(Parameters.MAX_DERIVATIVE_LOTS) - 1);
        requireWithin("stressGap", l.stressGap, 0, 1e18);
        requireWithin("slotCharge", l.slotCharge, 0, 100e6);
    }

    function requireRiskStep(RiskParameters memory p, RiskParameters memory old) internal pure {
        _requireTermStep("floor", p.floor, old.floor);
        _requireTermStep("cap", p.cap, old.cap);
        _requireTermStep("stressVolatility", p.stressVolatility, old.stressVolatility);
        _requireTermStep("kappa", p.kappa, old.kappa);
        _requireMaintenanceStep("epsilon", p.epsilon, old.epsilon, old.epsilon);
        _requireMaintenanceStep("linearRelief", p.linearRelief, old.linearRelief, old.linearRelief);
        _requireMaintenanceStep("haircut", p.haircut, old.haircut, old.haircut);
    }

    /// @dev Millionths. 60 % is the hard cap of the offset: it is not a correlation.
    function requireTerms(RiskTerms memory t) internal pure {
        requireWithin("volatilityUp", t.volatilityUp, 200_000, 1_500_000);
        requireWithin("volatilityDown", t.volatilityDown, 100_000, 800_000);
        requireWithin("optionMaintenance", t.optionMaintenance, 1_000, 50_000);
        requireWithin("optionInitial", t.optionInitial, t.optionMaintenance, 100_000);
        requireWithin("calendar", t.calendar, 100_000, 1_000_000);
        requireWithin("basis", t.basis, 0, 50_000);
        requireWithin("basisPerYear", t.basisPerYear, 0, 500_000);
        requireWithin("offset", t.offset, 0, 600_000);
        requireWithin("group", t.group, 0, MAX_GROUP);
    }

    /// @dev The offset moves by a share of 1 less itself, which is what a group without joint loss pays. A change of group needs an
    /// offset of 0 before and after: nobody's requirement jumps.
    function requireTermsStep(RiskTerms memory t, RiskTerms memory old) internal pure {
        _requireMaintenanceStep("volatilityUp", t.volatilityUp, old.volatilityUp, old.volatilityUp);
        _requireMaintenanceStep("volatilityDown", t.volatilityDown, old.volatilityDown, old.volatilityDown);
        _requireMaintenanceStep("optionMaintenance", t.optionMaintenance, old.optionMaintenance, old.optionMaintenance);
        _requireTermStep("optionInitial", t.optionInitial, old.optionInitial);
        _requireMaintenanceStep("calendar", t.calendar, old.calendar, old.calendar);
        _requireMaintenanceStep("basis", t.basis, old.basis, old.basis);
        _requireMaintenanceStep("basisPerYear", t.basisPerYear, old.basisPerYear, old.basisPerYear);
        _requireMaintenanceStep("offset", t.offset, old.offset, 1e6 - old.offset);
        bool mayRegroup = t.offset == 0 && old.offset == 0;
        if (t.group != old.group && !mayRegroup) revert IMarkets.StepTooLarge("group", t.group, old.group);
    }

    function _requireTermStep(bytes32 parameter, uint256 value, uint256 old) private pure {
        uint256 share = (old * TERM_UNIT) / STEP_SHARE;
        _requireStep(parameter, value, old, share > LEAST_STEP ? share : LEAST_STEP);
    }

    /// @param base What maintenance margin is proportional to, millionths.
    function _requireMaintenanceStep(bytes32 parameter, uint256 value, uint256 old, uint256 base) private pure {
        uint256 share = (base * TERM_UNIT) / MAINTENANCE_STEP_SHARE;
        _requireStep(parameter, value, old, share > LEAST_MAINTENANCE_STEP ? share : LEAST_MAINTENANCE_STEP);
    }

    function requireWithin(bytes32 parameter, uint256 value, uint256 minimum, uint256 maximum) internal pure {
        if (value < minimum || value > maximum) revert IMarkets.OutOfBounds(parameter, value, minimum, maximum);
    }

    /// @param value, old Millionths. @param step WAD.
    function _requireStep(bytes32 parameter, uint256 value, uint256 old, uint256 step) private pure {
        (value, old) = (value * TERM_UNIT, old * TERM_UNIT);
        if (value > old + step || value + step < old) revert IMarkets.StepTooLarge(parameter, value, old);
    }
}
