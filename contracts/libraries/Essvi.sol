// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";

/// @notice A slice of the volatility surface, one expiry. WAD.
/// @dev theta: total variance at the money. rho: correlation, -1 < rho < 1. psi = theta * phi: slope of the wings.
struct Slice {
    uint256 theta;
    int256 rho;
    uint256 psi;
}

/// @notice The extended SSVI surface (Hendriks and Martini 2019; no-arbitrage conditions of Gatheral and Jacquier 2014).
/// @dev w(k) = theta/2 * (1 + rho*phi*k + sqrt((phi*k + rho)^2 + 1 - rho^2)), k = ln(strike / forward), here with theta
/// taken inside, so that nothing is divided by it: 2 w = theta + rho*psi*k + sqrt((psi*k + rho*theta)^2 + theta^2 (1 - rho^2)).
library Essvi {
    /// @dev Largest total variance: a volatility of 400 % for one year. Bounds every product below.
    uint256 internal constant MAX_THETA = 16e18;
    /// @dev Beyond this |k|, e^64, the smile is flat. No two prices below 2^88 are that far apart.
    int256 internal constant MAX_LOG_STRIKE = 64e18;

    int256 private constant ONE = 1e18;
    uint256 private constant ONE_SQUARED = 1e36;
    uint256 private constant SECONDS_PER_YEAR = 365 days;

    /// @notice Total variance at the money is zero or beyond what the engine computes with.
    error ThetaOutOfRange(uint256 theta, uint256 limit);
    /// @notice A correlation must lie strictly between -1 and 1.
    error RhoOutOfRange(int256 rho, int256 limit);
    /// @notice A wing rises too steeply: psi * (1 + |rho|) must stay below 4. Both with 36 decimals.
    error WingTooSteep(uint256 slope, uint256 limit);
    /// @notice The slice has butterfly arbitrage: psi^2 * (1 + |rho|) must not exceed 4 * theta. Both with 54 decimals.
    error ButterflyArbitrage(uint256 curvature, uint256 limit);
    /// @notice A later expiry must have at least the total variance of the earlier one at the money.
    error VarianceFalls(uint256 farTheta, uint256 nearTheta);
    /// @notice Wings cross: |rho2 * psi2 - rho1 * psi1| must not exceed psi2 - psi1. Both with 36 decimals.
    error WingsCross(uint256 skewChange, int256 slopeChange);
    /// @notice The smile steepens: psi2 * theta1 must not exceed psi1 * theta2. Both with 36 decimals.
    error SmileSteepens(uint256 far, uint256 near);

    /// @notice Total variance of a log strike, WAD. Total: never reverts on a slice that passed `requireSlice`.
    /// @dev R-35: root with 36 decimals down, then the result down: less than one unit and 1e-18 of one in all.
    /// |psi*k + rho*theta| < (4*64 + 16) * 1e36: its square plus theta^2 stays below 0.75e77 < 2^256, the sum below 2^190.
    /// @param k ln(strike / forward), WAD, cut at +-64.
    function totalVariance(Slice memory slice, int256 k) internal pure returns (uint256) {
        if (k > MAX_LOG_STRIKE) k = MAX_LOG_STRIKE;
        if (k < -MAX_LOG_STRIKE) k = -MAX_LOG_STRIKE;
        unchecked {
            int256 theta = int256(slice.theta);
            int256 rho = slice.rho;
            int256 slope = int256(slice.psi) * k;
            int256 shifted = slope + rho * theta;
            uint256 rest = slice.theta * slice.theta * (ONE_SQUARED - uint256(rho * rho));
            int256 root = int256(FixedPointMathLib.sqrt(uint256(shifted * shifted) + rest));
            int256 twice = (theta * ONE + root) * ONE + rho * slope;
            return twice > 0 ? uint256(twice) / (2 * ONE_SQUARED) : 0;
        }
    }

    /// @notice Total standard deviation sqrt(w), WAD. R-36: down.
    function deviation(uint256 variance) internal pure returns (uint256) {
        return FixedPointMathLib.sqrt(variance * uint256(ONE));
    }

    /// @notice Volatility per square root of a year (ACT/365), WAD: sqrt(w / tau). R-36: down.
    /// @param tauSeconds Seconds to expiry; at 0 taken as 1, since no volatility is defined there.
    function volatility(uint256 variance, uint256 tauSeconds) internal pure returns (uint256) {
        uint256 time = tauSeconds == 0 ? 1 : tauSeconds;
        return FixedPointMathLib.sqrt((variance * uint256(ONE) * SECONDS_PER_YEAR) / time);
    }

    /// @notice Requires a slice free of butterfly arbitrage, exactly, by products alone.
    function requireSlice(Slice memory slice) internal pure {
        (uint256 theta, int256 rho) = (slice.theta, slice.rho);
        if (theta == 0 || theta > MAX_THETA) revert ThetaOutOfRange(theta, MAX_THETA);
        if (rho <= -ONE || rho >= ONE) revert RhoOutOfRange(rho, ONE);
        (uint256 slope, uint256 curvature) = _steepness(slice);
        if (slope >= 4 * ONE_SQUARED) revert WingTooSteep(slope, 4 * ONE_SQUARED);
        if (curvature > 4 * theta * ONE_SQUARED) revert ButterflyArbitrage(curvature, 4 * theta * ONE_SQUARED);
    }

    /// @notice Requires two neighbouring slices, both of `requireSlice`, free of calendar arbitrage, exactly.
    /// @dev All values are below 2^67 in size: products fit.
    function requireOrdered(Slice memory near, Slice memory far) internal pure {
        if (far.theta < near.theta) revert VarianceFalls(far.theta, near.theta);
        (int256 slopeChange, uint256 skewChange) = _changes(near, far);
        if (slopeChange < int256(skewChange)) revert WingsCross(skewChange, slopeChange);
        (uint256 later, uint256 earlier) = (far.psi * near.theta, near.psi * far.theta);
        if (later > earlier) revert SmileSteepens(later, earlier);
    }

    /// @notice Whether `requireSlice` passes.
    function isSlice(Slice memory slice) internal pure returns (bool) {
        (uint256 theta, int256 rho) = (slice.theta, slice.rho);
        if (theta == 0 || theta > MAX_THETA || rho <= -ONE || rho >= ONE) return false;
        (uint256 slope, uint256 curvature) = _steepness(slice);
        return slope < 4 * ONE_SQUARED && curvature <= 4 * theta * ONE_SQUARED;
    }

    /// @notice Whether `requireOrdered` passes.
    function isOrdered(Slice memory near, Slice memory far) internal pure returns (bool) {
        (int256 slopeChange, uint256 skewChange) = _changes(near, far);
        bool wingsCross = slopeChange < int256(skewChange);
        return far.theta >= near.theta && !wingsCross && far.psi * near.theta <= near.psi * far.theta;
    }

    /// @dev psi (1 + |rho|) with 36 decimals, and psi times that. psi is cut before it is multiplied, so that no value
    /// overflows: 2^64 is already far too steep.
    function _steepness(Slice memory slice) private pure returns (uint256 slope, uint256 curvature) {
        uint256 psi = slice.psi >> 64 == 0 ? slice.psi : 1 << 64;
        slope = psi * uint256(ONE + (slice.rho < 0 ? -slice.rho : slice.rho));
        curvature = psi * slope;
    }

    /// @dev psi2 - psi1 and |rho2 psi2 - rho1 psi1|, 36 decimals.
    function _changes(Slice memory near, Slice memory far) private pure returns (int256 slope, uint256 skew) {
        slope = (int256(far.psi) - int256(near.psi)) * ONE;
        int256 change = far.rho * int256(far.psi) - near.rho * int256(near.psi);
        skew = uint256(change < 0 ? -change : change);
    }
}
