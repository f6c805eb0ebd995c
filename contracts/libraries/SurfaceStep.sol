// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {packSurface, SurfaceWord} from "../types/SurfaceWord.sol";
import {Essvi, Slice} from "./Essvi.sol";
import {FixedPoint, SIGNED_WAD, WAD} from "./FixedPoint.sol";

/// @notice What a surface may change by since the last one. @param relative Of each volatility, WAD. @param absolute Volatility
/// points on top, WAD. @param carry Of forward / spot and of the discount, WAD.
struct Budget {
    uint256 relative;
    uint256 absolute;
    uint256 carry;
}

/// @notice The largest step from one surface towards another that a budget allows (spec V-5).
/// @dev A step is one fraction for all expiries, linear in (theta, rho * psi, psi, forward / spot, discount). Variance at the
/// money is linear too, so that `fraction` is exact there; away from it `isWithin` has the last word.
library SurfaceStep {
    /// @dev Of a volatility: what the fields of a stored slice round.
    uint256 internal constant SLACK = 1e9;
    /// @dev Relative change of a volatility per hour: a quarter of VU.
    uint256 internal constant VOLATILITY_DIVISOR = 4;
    /// @dev Change of forward / spot per hour, and per move of spot: a quarter of it.
    uint256 internal constant CARRY_PER_HOUR = 0.0025e18;
    uint256 internal constant CARRY_DIVISOR = 4;

    /// @notice Budget after `elapsed` seconds in which spot moved from `oldSpot` to `spot`.
    /// @dev R-43: toward 0. One volatility point per 1 % of spot. @param shock VU, WAD.
    function budget(
        uint256 elapsed,
        uint256 oldSpot,
        uint256 spot,
        uint256 shock
    ) internal pure returns (Budget memory b) {
        uint256 move = ((spot > oldSpot ? spot - oldSpot : oldSpot - spot) * WAD) / oldSpot;
        b.relative = (shock * elapsed) / (VOLATILITY_DIVISOR * 1 hours);
        b.absolute = move;
        b.carry = (CARRY_PER_HOUR * elapsed) / 1 hours + move / CARRY_DIVISOR;
    }

    /// @notice Fraction of the way from `old` to `quoted` that `b` allows, WAD: the least over volatilities at the log strikes
    /// 0 and +-`width`, and over the carry. Down. @param tau Seconds left. @param life Seconds left when `old` was made.
    function fraction(
        SurfaceWord old,
        SurfaceWord quoted,
        Budget memory b,
        uint256 tau,
        uint256 life,
        int256 width
    ) internal pure returns (uint256 part) {
        part = FixedPointMathLib.min(
            _part(_ranOff(old.forwardRatio(), tau, life), quoted.forwardRatio(), b.carry),
            _part(_ranOff(old.discount(), tau, life), quoted.discount(), b.carry)
        );
        uint256[3] memory befores = _volatilities(old, life, width);
        uint256[3] memory laters = _volatilities(quoted, tau, width);
        for (uint256 i; i < 3; ++i) {
            part = FixedPointMathLib.min(part, _varianceStep(befores[i], laters[i], b));
        }
    }

    /// @notice Whether no volatility looked at moves from `old` to `stepped` by more than `b` allows.
    /// @dev R-43: up to SLACK more, since stored slices are rounded. @param tau, life As in `fraction`.
    function isWithin(
        SurfaceWord old,
        SurfaceWord stepped,
        Budget memory b,
        uint256 tau,
        uint256 life,
        int256 width
    ) internal pure returns (bool isIn) {
        uint256[3] memory befores = _volatilities(old, life, width);
        uint256[3] memory laters = _volatilities(stepped, tau, width);
        isIn = true;
        for (uint256 i; i < 3 && isIn; ++i) {
            isIn = FixedPointMathLib.dist(befores[i], laters[i]) <= _allowed(befores[i], b) + SLACK;
        }
    }

    /// @dev At the log strikes -width, 0 and width.
    function _volatilities(
        SurfaceWord word,
        uint256 time,
        int256 width
    ) private pure returns (uint256[3] memory volatilities) {
        Slice memory smile = word.slice();
        for (uint256 i; i < 3; ++i) {
            volatilities[i] = Essvi.volatility(Essvi.totalVariance(smile, (int256(i) - 1) * width), time);
        }
    }

    function _allowed(uint256 before, Budget memory b) private pure returns (uint256) {
        return (before * b.relative) / WAD + b.absolute;
    }

    /// @dev Fraction of the way in variance: (target^2 - before^2) / (later^2 - before^2), target = before +- allowed.
    function _varianceStep(uint256 before, uint256 later, Budget memory b) private pure returns (uint256) {
        uint256 change = FixedPointMathLib.dist(before, later);
        uint256 allowed = _allowed(before, b);
        if (change <= allowed) return WAD;
        uint256 sum = later > before ? 2 * before + allowed : 2 * before - allowed; // allowed < change <= before
        return FixedPoint.mulDivDown(allowed * sum, WAD, change * (before + later));
    }

    /// @notice The surface `part` of the way from `old` to `quoted`. R-37: fields toward 0.
    /// @dev The old surface runs off to the quote's time first, which keeps it free of arbitrage.
    function blend(
        SurfaceWord old,
        SurfaceWord quoted,
        uint256 part,
        uint256 tau,
        uint256 life
    ) internal pure returns (SurfaceWord) {
        uint256 ratio = _mix(_ranOff(old.forwardRatio(), tau, life), quoted.forwardRatio(), part);
        uint256 discount = _mix(_ranOff(old.discount(), tau, life), quoted.discount(), part);
        return packSurface(_blend(old.slice(), quoted.slice(), part, tau, life), ratio, discount);
    }

    function _blend(
        Slice memory near,
        Slice memory far,
        uint256 part,
        uint256 tau,
        uint256 life
    ) private pure returns (Slice memory smile) {
        uint256 nearPsi = (near.psi * tau) / life;
        smile.theta = _mix((near.theta * tau) / life, far.theta, part);
        smile.psi = _mix(nearPsi, far.psi, part);
        int256 nearSkew = near.rho * int256(nearPsi);
        int256 farSkew = far.rho * int256(far.psi);
        // 36 decimals; |skew| <= psi * WAD, so that |rho| <= 1.
        int256 skew = (nearSkew * int256(WAD - part) + farSkew * int256(part)) / SIGNED_WAD;
        // A psi of a few units is rounded by as much: then rho is out of its range, and the slice is not taken.
        if (smile.psi != 0) smile.rho = FixedPointMathLib.clamp(skew / int256(smile.psi), -SIGNED_WAD, SIGNED_WAD);
    }

    /// @dev Forward / spot and discount approach 1 linearly in time, toward 0.
    function _ranOff(uint256 ratio, uint256 tau, uint256 life) private pure returns (uint256) {
        return uint256(SIGNED_WAD + ((int256(ratio) - SIGNED_WAD) * int256(tau)) / int256(life));
    }

    function _part(uint256 before, uint256 later, uint256 allowed) private pure returns (uint256) {
        uint256 change = before > later ? before - later : later - before;
        return change <= allowed ? WAD : FixedPoint.mulDivDown(allowed, WAD, change);
    }

    /// @dev Below 2^68 each: the products fit.
    function _mix(uint256 a, uint256 b, uint256 part) private pure returns (uint256) {
        return (a * (WAD - part) + b * part) / WAD;
    }
}
