// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Test} from "forge-std/Test.sol";
import {NormalCdf} from "../../contracts/libraries/NormalCdf.sol";

/// @dev The normal distribution function against 40-digit values and its own laws.
contract NormalCdfTest is Test {
    /// @dev Documented bound of the absolute error, WAD.
    uint256 private constant ERROR = 100;

    /// @dev Phi to the nearest unit. Source: mpmath 1.3.0, mp.dps = 40, ncdf(x / 10^18).
    function test_cdf_agreesWithGoldenValues() public pure {
        _check(1e18, 841344746068542949);
        _check(-1e18, 158655253931457051);
        _check(1.959963984540054235e18, 975000000000000000);
        _check(-2e18, 22750131948179207);
        _check(3e18, 998650101968369905);
        _check(-5e18, 286651571879);
        _check(-6e18, 986587645);
        _check(-7e18, 1279813);
        _check(-8e18, 622);
        _check(-8.75e18, 1);
        _check(0.968418e18, 833582173282298554); // the worst of 40,000 points
        _check(-716792035880858313, 236751213277460177);
        _check(7149836622520594227, 999999999999565594);
        _check(-4039517556467872011, 26780629442381);
        _check(-286085236685314214, 387406419319170364);
        _check(2165027665383847897, 984807216656201895);
    }

    function test_cdf_isOneHalfAtZero() public pure {
        assertEq(NormalCdf.cdf(0), 0.5e18);
    }

    function test_cdf_saturates() public pure {
        assertEq(NormalCdf.cdf(-8.76e18), 0);
        assertEq(NormalCdf.cdf(8.76e18), 1e18);
        assertEq(NormalCdf.cdf(type(int256).min), 0);
        assertEq(NormalCdf.cdf(type(int256).max), 1e18);
    }

    /// @dev Any argument whatever, the smallest integer included.
    function testFuzz_cdf_isAProbability(int256 x) public pure {
        assertLe(NormalCdf.cdf(x), 1e18);
    }

    function testFuzz_cdf_isSymmetric(int256 x) public pure {
        x = bound(x, -9e18, 9e18);
        assertEq(NormalCdf.cdf(x) + NormalCdf.cdf(-x), 1e18);
    }

    function testFuzz_cdf_isMonotone(int256 x, uint256 distance) public pure {
        x = bound(x, -9e18, 9e18);
        assertLe(NormalCdf.cdf(x), NormalCdf.cdf(x + int256(bound(distance, 0, 1e18))), "far");
        uint256 last = NormalCdf.cdf(x);
        for (uint256 step; step < 32; ++step) {
            uint256 next = NormalCdf.cdf(x + int256(step) + 1);
            assertGe(next, last, "the next integer");
            assertLe(next - last, 1, "steeper than the density");
            last = next;
        }
    }

    /// @dev |Phi'| <= 0.39894..., and Phi is convex below 0: a slope that no polynomial with a kink or a wave would have.
    function testFuzz_cdf_isConvexBelowZero(int256 x, uint256 width) public pure {
        x = bound(x, -8e18, -0.5e18);
        int256 step = int256(bound(width, 1e14, 0.25e18));
        uint256 ends = NormalCdf.cdf(x - step) + NormalCdf.cdf(x + step);
        assertGe(ends + 4 * ERROR, 2 * NormalCdf.cdf(x));
        assertLe((NormalCdf.cdf(x + step) - NormalCdf.cdf(x)) * 1e18, 398942280401432679 * uint256(step) + 1e18);
    }

    function _check(int256 x, uint256 golden) private pure {
        assertApproxEqAbs(NormalCdf.cdf(x), golden, ERROR);
        assertApproxEqAbs(NormalCdf.cdf(-x), 1e18 - golden, ERROR);
    }
}
