// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Test} from "forge-std/Test.sol";
import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {Black76} from "../../contracts/libraries/Black76.sol";

/// @dev Option values against bounds that hold for every model, and their documented tolerance.
contract Black76Test is Test {
    uint256 private constant MAX_PRICE = 2 ** 88 - 1;

    /// @dev Twice the documented error of one value.
    function _tolerance(uint256 forward, uint256 strike) private pure returns (uint256) {
        return (2 * (forward + strike)) / 1e16 + 4;
    }

    function _log(uint256 forward, uint256 strike) private pure returns (int256) {
        return FixedPointMathLib.lnWad(int256((forward * 1e18) / strike));
    }

    /// @dev Forward anywhere, strike within a factor of a million of it: logarithms of ratios are then good to a unit.
    function _prices(uint256 forward, uint256 ratio) private pure returns (uint256, uint256) {
        forward = bound(forward, 1e12, MAX_PRICE / 1e3);
        return (forward, (forward * bound(ratio, 1e-3 * 1e18, 1e3 * 1e18)) / 1e18);
    }

    /// @dev Source: mpmath 1.3.0 with 40 digits; value = forward * ncdf(d1) - strike * ncdf(d2), rounded down.
    function test_call_agreesWithGoldenValues() public pure {
        _check(100000000000000000000, 100000000000000000000, 0, 200000000000000000, 7965567455405796293);
        _check(
            70000000000000000000000,
            80000000000000000000000,
            -133531392624522623,
            150000000000000000,
            1145738447394844263467
        );
        _check(
            70000000000000000000000,
            60000000000000000000000,
            154150679827258304,
            30000000000000000,
            10000000049051795057836
        );
        _check(
            3000000000000000000000,
            9000000000000000000000,
            -1098612288668109691,
            1200000000000000000,
            545166840204989415440
        );
        _check(65000000000000000000000, 64999000000000000000000, 15384733729024, 100000000000000, 3123732591392626650);
        _check(1000000000000, 3000000000000, -1098612288668109691, 500000000000000000, 4159742234);
        _check(
            309485009821345068724781055,
            154742504910672534362390528,
            693147180559945309,
            500000000000000000,
            158787272713606188219781973
        );
        _check(
            100000000000000000000000,
            100100000000000000000000,
            -999500333083533,
            1000000000000000,
            8343645592979104828
        );
    }

    function test_call_hasItsLimits() public pure {
        assertEq(Black76.call(100e18, 90e18, _log(100e18, 90e18), 0), 10e18, "no deviation, in the money");
        assertEq(Black76.call(90e18, 100e18, _log(90e18, 100e18), 0), 0, "no deviation, out of the money");
        assertEq(Black76.call(100e18, 90e18, _log(100e18, 90e18), 1), 10e18, "hardly any deviation");
        assertApproxEqAbs(Black76.call(100e18, 100e18, 0, 1e9), 39894228040, 20_004, "0.3989 of the deviation");
        assertEq(Black76.call(100e18, 90e18, _log(100e18, 90e18), 20e18), 100e18, "boundless deviation");
        assertEq(Black76.put(100e18, 90e18, _log(100e18, 90e18), 20e18), 90e18, "boundless deviation");
        assertEq(Black76.call(100e18, 1, 46e18, 1e18), 100e18 - 1, "a strike of nothing");
        assertEq(Black76.call(1, MAX_PRICE, -61e18, 1e18), 0, "a strike beyond everything");
        assertEq(Black76.call(0, 90e18, -61e18, 1e18), 0, "a forward of nothing");
    }

    /// @dev The whole declared domain, the logarithm wrong even: neither a revert nor a value outside its bounds.
    function testFuzz_call_staysWithinItsBounds(uint88 forward, uint88 strike, int128 x, uint128 s) public pure {
        uint256 value = Black76.call(forward, strike, x, s);
        assertGe(value, forward > strike ? forward - strike : 0, "below intrinsic value");
        assertLe(value, forward, "above the forward");
        assertLe(Black76.put(forward, strike, x, s), strike, "put above the strike");
    }

    function testFuzz_put_isTheCallByParity(uint256 forward, uint256 ratio, uint256 s) public pure {
        uint256 strike;
        (forward, strike) = _prices(forward, ratio);
        s = bound(s, 0, 10e18);
        int256 x = _log(forward, strike);
        uint256 put = Black76.put(forward, strike, x, s);
        assertEq(Black76.call(forward, strike, x, s) + strike, put + forward);
        // A put is the call of the mirrored contract: a formula of its own, since d1 and d2 change places.
        assertApproxEqAbs(put, Black76.call(strike, forward, -x, s), _tolerance(forward, strike));
    }

    function testFuzz_call_risesWithDeviation(uint256 forward, uint256 ratio, uint256 s, uint256 more) public pure {
        uint256 strike;
        (forward, strike) = _prices(forward, ratio);
        s = bound(s, 0, 8e18);
        int256 x = _log(forward, strike);
        uint256 low = Black76.call(forward, strike, x, s);
        assertLe(low, Black76.call(forward, strike, x, s + 1) + _tolerance(forward, strike), "a unit");
        assertLe(low, Black76.call(forward, strike, x, s + bound(more, 0, 1e18)) + _tolerance(forward, strike), "far");
    }

    /// @dev Falls with the strike, by at most as much as the strike rises, and is convex in it.
    function testFuzz_call_fallsWithStrike(uint256 forward, uint256 ratio, uint256 s, uint256 step) public pure {
        uint256 strike;
        (forward, strike) = _prices(forward, ratio);
        s = bound(s, 1e6, 8e18);
        step = bound(step, 1, strike / 2);
        uint256 a = Black76.call(forward, strike - step, _log(forward, strike - step), s);
        uint256 b = Black76.call(forward, strike, _log(forward, strike), s);
        uint256 c = Black76.call(forward, strike + step, _log(forward, strike + step), s);
        uint256 tolerance = 2 * _tolerance(forward, strike + step);
        assertLe(b, a + tolerance, "rises with the strike");
        assertLe(a, b + step + tolerance, "falls faster than the strike rises");
        assertLe(2 * b, a + c + tolerance, "a butterfly costs less than nothing");
    }

    function testFuzz_discounted_roundsDown(uint88 value, uint64 discount) public pure {
        uint256 present = Black76.discounted(value, discount);
        assertLe(present * 1e18, uint256(value) * discount);
        assertGt((present + 1) * 1e18, uint256(value) * discount);
    }

    function _check(uint256 forward, uint256 strike, int256 x, uint256 s, uint256 golden) private pure {
        assertApproxEqAbs(Black76.call(forward, strike, x, s), golden, _tolerance(forward, strike) / 2);
    }
}
