// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Test} from "forge-std/Test.sol";
import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {Slice} from "../../../contracts/libraries/Essvi.sol";
import {Nodes, RiskArray} from "../../../contracts/libraries/RiskArray.sol";
import {Tail} from "../../../contracts/libraries/Tail.sol";
import {TailWord} from "../../../contracts/types/TailWord.sol";

/// @dev W-2, W-3: caps that option prices imply, against an integral of the lognormal law that shares no code with them.
contract TailImpliedTest is Test {
    uint256 private constant DAY = 1 days;
    int256 private constant ROOT_TWO_PI = 2.506628274631000502e18;

    function _implied(Slice memory smile, uint256 life, uint256 range) private pure returns (TailWord) {
        return TailWord.wrap(Tail.implied(smile, life, range));
    }

    function _flat(uint256 theta) private pure returns (Slice memory) {
        return Slice(theta, 0, 0);
    }

    function _sum(TailWord word) private pure returns (uint256 sum) {
        for (uint256 n; n < 17; ++n) sum += word.cap(n);
    }

    function test_nodeIndex_ascendsInPrice() public pure {
        Nodes memory nodes = RiskArray.nodesOf(0.065e18);
        uint256 seen;
        for (uint256 n; n < 17; ++n) {
            seen |= 1 << Tail.nodeIndex(n);
            if (n != 0) assertGt(nodes.factors[Tail.nodeIndex(n)], nodes.factors[Tail.nodeIndex(n - 1)]);
        }
        assertEq(seen, (1 << 17) - 1, "each once");
        assertEq(nodes.factors[Tail.nodeIndex(0)], 0.74e18);
        assertEq(nodes.factors[Tail.nodeIndex(8)], 1e18);
    }

    /* THE LOGNORMAL LAW */

    /// @dev 40 %, 80 % and 200 % a year, and a law so narrow that only the centre counts.
    function test_implied_ofAFlatSmileIsTheLognormalLaw() public pure {
        _assertLognormal(0.000438356164383562e18, 0.065e18);
        _assertLognormal(0.001753424657534247e18, 0.065e18);
        _assertLognormal(0.010958904109589041e18, 0.4e18);
        _assertLognormal(0.000004e18, 0.065e18);
    }

    /// @dev R-57: the tent of +26 % begins at +13 %, 5.5 deviations away at 43 % a year: far less than a unit of a cap, and one all the
    /// same.
    function test_implied_capsAreRoundedUp() public pure {
        assertEq(_implied(_flat(0.0005e18), DAY, 0.065e18).cap(16), 1);
    }

    /// @dev A butterfly is worth the mean of a tent on its node: p by summing tents over midpoints of the normal density.
    function _assertLognormal(uint256 theta, uint256 range) private pure {
        uint256[17] memory nodes = _prices(range);
        uint256[17] memory p = _tents(theta, nodes);
        TailWord word = _implied(_flat(theta), DAY, range);
        for (uint256 n; n < 17; ++n) {
            uint256 expected = FixedPointMathLib.min((p[n] * 8191) / 0.01e18, 8191);
            assertApproxEqAbs(word.cap(n), expected, 2, vm.toString(n));
        }
    }

    /// @dev 1 - 4r, 1 - 2r, 1 - r to 1 + r in sixths, 1 + 2r, 1 + 4r; none below 0.1.
    function _prices(uint256 range) private pure returns (uint256[17] memory nodes) {
        (nodes[0], nodes[1]) = (_under(4 * range), _under(2 * range));
        for (uint256 n = 2; n < 15; ++n) nodes[n] = 1e18 + (n * range) / 6 - (8 * range) / 6;
        (nodes[15], nodes[16]) = (1e18 + 2 * range, 1e18 + 4 * range);
    }

    function _under(uint256 fall) private pure returns (uint256) {
        return fall < 0.9e18 ? 1e18 - fall : 0.1e18;
    }

    function _tents(uint256 theta, uint256[17] memory nodes) private pure returns (uint256[17] memory p) {
        int256 s = int256(FixedPointMathLib.sqrt(theta * 1e18));
        int256 step = 0.001e18;
        uint256 n;
        for (int256 z = -8e18 + step / 2; z < 8e18; z += step) {
            uint256 x = uint256(FixedPointMathLib.expWad((s * z) / 1e18 - (s * s) / 2e18));
            int256 density = (FixedPointMathLib.expWad(-(z * z) / 2e18) * 1e18) / ROOT_TWO_PI;
            uint256 weight = uint256((density * step) / 1e18);
            while (n < 17 && x >= nodes[n]) ++n; // x lies between nodes n - 1 and n
            if (n == 0) p[0] += weight;
            else if (n == 17) p[16] += weight;
            else {
                uint256 upper = (weight * (x - nodes[n - 1])) / (nodes[n] - nodes[n - 1]);
                p[n] += upper;
                p[n - 1] += weight - upper;
            }
        }
    }

    /* WHAT HOLDS FOR EVERY SLICE */

    /// @dev All the probability is somewhere: its caps make at least 1, so that the worst share is always found.
    function testFuzz_implied_capsMakeAtLeastOne(
        uint256 theta,
        int256 rho,
        uint256 psi,
        uint256 life,
        uint256 range
    ) public pure {
        Slice memory smile = Slice(bound(theta, 1, 16e18), bound(rho, -0.999e18, 0.999e18), bound(psi, 0, 3.999e18));
        TailWord word = _implied(smile, bound(life, 1, 400 days), bound(range, 0.01e18, 0.7e18));
        assertGe(_sum(word), 8191);
        assertEq(word.above(), 0);
    }

    /// @dev More variance puts more on the outermost prices below, and no less on those far above.
    function testFuzz_implied_outerCapsGrowWithVariance(uint256 theta, uint256 more) public pure {
        theta = bound(theta, 1e12, 0.004e18);
        more = bound(more, theta, 0.004e18);
        TailWord narrow = _implied(_flat(theta), DAY, 0.065e18);
        TailWord wide = _implied(_flat(more), DAY, 0.065e18);
        uint256[4] memory outer = [uint256(0), 1, 15, 16];
        for (uint256 i; i < 4; ++i) assertGe(wide.cap(outer[i]), narrow.cap(outer[i]));
    }

    /// @dev w_h(k) = (h/T) w_T(k sqrt(T/h)): theta a quarter and psi a half for four days.
    function testFuzz_implied_isScaledToTheHorizon(uint256 theta, int256 rho, uint256 psi, uint256 root) public pure {
        root = bound(root, 1, 15);
        Slice memory near = Slice(bound(theta, 1e12, 0.02e18), bound(rho, -0.9e18, 0.9e18), bound(psi, 0, 0.2e18));
        Slice memory far = Slice(near.theta * root * root, near.rho, near.psi * root);
        uint256 direct = Tail.implied(near, DAY, 0.065e18);
        TailWord scaled = _implied(far, root * root * DAY, 0.065e18);
        for (uint256 n; n < 17; ++n) assertApproxEqAbs(scaled.cap(n), TailWord.wrap(direct).cap(n), 1, "scaled");
    }

    /// @dev Skew to the downside moves probability there.
    function test_implied_followsTheSkew() public pure {
        TailWord down = _implied(Slice(0.00175e18, -0.7e18, 0.03e18), DAY, 0.065e18);
        TailWord up = _implied(Slice(0.00175e18, 0.7e18, 0.03e18), DAY, 0.065e18);
        assertGt(down.cap(0) + down.cap(1), up.cap(0) + up.cap(1));
        assertLt(down.cap(15) + down.cap(16), up.cap(15) + up.cap(16));
    }

    /* DEGENERATE NODES */

    /// @dev From a range of 45 % on both extremes stop at -90 %: the outer has the probability, the inner none.
    function testFuzz_implied_outerOfCoincidingNodesHasIt(uint256 range, uint256 theta) public pure {
        theta = bound(theta, 1e18, 16e18);
        range = bound(range, 0.45e18, 0.7e18);
        TailWord word = _implied(_flat(theta), DAY, range);
        assertEq(word.cap(1), 0, "the inner");
        assertGt(word.cap(0), 0, "the outer");
        assertGe(_sum(word), 8191);
        range = bound(range, 0.3e18, 0.449e18);
        assertGt(_implied(_flat(theta), DAY, range).cap(1), 0, "apart again");
    }

    /// @dev A kink at the money is a butterfly that costs less than nothing on both sides: those nodes count 0.
    function test_implied_negativeProbabilityIsNone() public pure {
        TailWord word = _implied(Slice(0.0001e18, 0, 0.5e18), DAY, 0.065e18);
        uint256 none;
        for (uint256 n = 3; n < 14; ++n) if (word.cap(n) == 0) ++none;
        assertGt(none, 3, "between the centre and the ends");
        assertGt(word.cap(0), 0);
        assertEq(word.cap(8), 8191, "the kink");
        assertGe(_sum(word), 8191);
    }

    /// @dev Two seconds before the last expiry the horizon multiplies its variance by 43,200: cut where the smile is.
    function test_implied_isCutWhereTheSmileOverflows() public pure {
        TailWord word = _implied(Slice(16e18, 0, 3.9e18), 2, 0.065e18);
        assertEq(Tail.implied(Slice(16e18, 0, 16e18), DAY, 0.065e18), TailWord.unwrap(word));
        assertEq(word.cap(0), 8191, "nearly everything below");
    }
}
