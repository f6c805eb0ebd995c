// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Test} from "forge-std/Test.sol";
import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {Black76} from "../../contracts/libraries/Black76.sol";
import {Essvi, Slice} from "../../contracts/libraries/Essvi.sol";

/// @dev The smile brackets its formula, and its checks refuse exactly what they should: shown on prices, not on conditions.
contract EssviTest is Test {
    int256 private constant W = 1e18;

    /// @dev Any slice that passes: psi drawn up to the lesser of its two limits.
    function _slice(uint256 theta, int256 rho, uint256 psi) private pure returns (Slice memory slice) {
        slice.theta = bound(theta, 1e9, Essvi.MAX_THETA);
        slice.rho = bound(rho, -W + 1, W - 1);
        uint256 steepness = uint256(W + (slice.rho < 0 ? -slice.rho : slice.rho));
        uint256 limit = FixedPointMathLib.sqrt((4 * slice.theta * 1e36) / steepness);
        slice.psi = bound(psi, 0, FixedPointMathLib.min(limit, (4e36 - 1) / steepness));
        Essvi.requireSlice(slice);
    }

    /// @dev A later slice that passes against `near`: both wings at least as steep, the smile at least as wide.
    function _later(
        Slice memory near,
        uint256 left,
        uint256 right,
        uint256 wider
    ) private pure returns (Slice memory far) {
        uint256 psi1 = near.psi;
        int256 skew1 = (near.rho * int256(psi1)) / W;
        left = bound(left, 0, 0.5e18);
        right = bound(right, 0, 0.5e18);
        far.psi = psi1 + (left + right) / 2 + 4;
        far.rho = ((skew1 + (int256(right) - int256(left)) / 2) * W) / int256(far.psi);
        far.theta = (near.theta * far.psi) / psi1 + bound(wider, 1e6, 1e18);
    }

    /// @dev w <= exact < w + 1 + 1e-18: (2 w - theta - rho psi k)^2 against the radicand, exact integers.
    function testFuzz_totalVariance_bracketsTheFormula(uint256 t, int256 r, uint256 p, int256 k) public pure {
        Slice memory slice = _slice(t, r, p);
        k = bound(k, -64e18, 64e18);
        int256 variance = int256(Essvi.totalVariance(slice, k));
        int256 slope = int256(slice.psi) * k;
        int256 shifted = slope + slice.rho * int256(slice.theta);
        uint256 radicand = _abs(shifted) ** 2 + slice.theta ** 2 * uint256(W * W - slice.rho * slice.rho);
        // rest = 2 w - theta - rho psi k with 36 decimals; the product is truncated, hence one unit either way.
        int256 rest = 2 * variance * W - int256(slice.theta) * W - (slice.rho * slope) / W;
        assertTrue(rest <= 1 || _abs(rest - 1) ** 2 <= radicand, "rounded up");
        rest += 2 * W + 2;
        assertTrue(rest > 0 && _abs(rest) ** 2 > radicand, "more than a unit too low");
    }

    function testFuzz_totalVariance_neverReverts(uint256 t, int256 r, uint256 p, int256 k) public pure {
        Slice memory slice = _slice(t, r, p);
        Essvi.volatility(Essvi.totalVariance(slice, k), uint256(k) >> 200);
        assertEq(Essvi.totalVariance(slice, type(int256).max), Essvi.totalVariance(slice, 64e18));
        assertEq(Essvi.totalVariance(slice, type(int256).min), Essvi.totalVariance(slice, -64e18));
    }

    function testFuzz_totalVariance_isThetaAtTheMoney(uint256 t, int256 r, uint256 p) public pure {
        Slice memory slice = _slice(t, r, p);
        assertApproxEqAbs(Essvi.totalVariance(slice, 0), slice.theta, 1);
    }

    /// @dev What the checks accept has no butterfly worth less than nothing: prices fall with the strike and are convex.
    function testFuzz_requireSlice_keepsButterfliesWorthSomething(
        uint256 t,
        int256 r,
        uint256 p,
        int256 k
    ) public pure {
        Slice memory slice = _slice(t, r, p);
        vm.assume(slice.theta > 1e12);
        k = bound(k, -4e18, 4e18);
        uint256 strike = uint256(FixedPointMathLib.expWad(k)) * 1e5;
        uint256 step = strike / 50;
        uint256 a = _price(slice, strike - step);
        uint256 b = _price(slice, strike);
        uint256 c = _price(slice, strike + step);
        uint256 tolerance = (1e23 + strike) / 1e14 + 4;
        assertLe(b, a + tolerance, "vertical");
        assertLe(2 * b, a + c + tolerance, "butterfly");
    }

    function _price(Slice memory slice, uint256 strike) private pure returns (uint256) {
        int256 x = FixedPointMathLib.lnWad(int256(uint256(1e41) / strike)); // forward 1e23, that is 100,000 dollars
        return Black76.call(1e23, strike, x, Essvi.deviation(Essvi.totalVariance(slice, -x)));
    }

    /// @dev What the checks accept has no calendar spread worth less than nothing: variance rises at every strike.
    function testFuzz_requireOrdered_keepsVarianceRising(
        Slice memory near,
        uint256[4] memory seed,
        int256 k
    ) public pure {
        near = _slice(near.theta, near.rho, near.psi);
        vm.assume(near.psi > 1e9);
        Slice memory far = _later(near, seed[0], seed[1], seed[2]);
        Essvi.requireOrdered(near, far);
        k = bound(k, -8e18, 8e18);
        assertGe(Essvi.totalVariance(far, k) + 1, Essvi.totalVariance(near, k));
    }

    function testFuzz_volatility_bracketsTheRoot(uint64 variance, uint32 tau) public pure {
        vm.assume(tau > 0);
        uint256 sigma = Essvi.volatility(variance, tau);
        uint256 exact = (uint256(variance) * 1e18 * 365 days) / tau;
        assertLe(sigma ** 2, exact);
        assertGt((sigma + 1) ** 2, exact);
        assertEq(Essvi.deviation(variance), Essvi.volatility(variance, 365 days));
    }

    /// @dev The answers agree with what the requirements do, for any slices and for those near the bounds.
    function testFuzz_isSliceAndIsOrdered_agreeWithTheRequirements(
        Slice memory near,
        Slice memory far,
        bool isTame
    ) public view {
        if (isTame) {
            near = Slice(near.theta % 2e18, near.rho % 1.2e18, near.psi % 2e18);
            far = Slice(far.theta % 2e18, far.rho % 1.2e18, far.psi % 2e18);
        }
        bool areSlices = _passes(abi.encodeCall(this.requireSlice, (near)));
        assertEq(Essvi.isSlice(near), areSlices, "slice");
        areSlices = areSlices && Essvi.isSlice(far);
        if (!areSlices) return;
        assertEq(Essvi.isOrdered(near, far), _passes(abi.encodeCall(this.requireOrdered, (near, far))), "order");
    }

    function requireSlice(Slice memory slice) external pure {
        Essvi.requireSlice(slice);
    }

    function requireOrdered(Slice memory near, Slice memory far) external pure {
        Essvi.requireOrdered(near, far);
    }

    function _passes(bytes memory query) private view returns (bool ok) {
        (ok, ) = address(this).staticcall(query);
    }

    function _abs(int256 x) private pure returns (uint256) {
        return uint256(x < 0 ? -x : x);
    }
}
