// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Test} from "forge-std/Test.sol";
import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {Black76} from "../../contracts/libraries/Black76.sol";
import {LaneSums, Nodes, RiskArray, StrikeTerms, VolatilityShocks} from "../../contracts/libraries/RiskArray.sol";
import {LANES, Scenarios} from "../../contracts/libraries/Scenarios.sol";

/// @dev Risk arrays of strikes: each lane against the definition, and the packed sums against plain ones.
contract RiskArrayTest is Test {
    struct Leg {
        uint256 low;
        uint256 high;
        int40 lots;
    }

    function decode(LaneSums memory sums) external pure returns (int256[LANES] memory) {
        return RiskArray.decode(sums);
    }

    function _terms(uint256 spot, uint256 ratio, uint256 s) private pure returns (StrikeTerms memory terms) {
        terms.spot = bound(spot, 1e15, 1e24);
        terms.forward = (terms.spot * 1.01e18) / 1e18;
        terms.strike = (terms.spot * bound(ratio, 0.2e18, 5e18)) / 1e18;
        terms.discount = 0.98e18;
        terms.logMoneyness = FixedPointMathLib.lnWad(int256((terms.forward * 1e18) / terms.strike));
        terms.deviation = bound(s, 0, 1e18);
        terms.deviationUp = (terms.deviation * 1.5e18) / 1e18;
        terms.deviationDown = terms.deviation / 2;
    }

    /// @dev floor, by multiplication: lane * S <= 2^15 * w * D * (shocked - value) < (lane + 1) * S. Prices from `Black76`.
    function testFuzz_compute_isTheDefinition(uint256 spot, uint256 ratio, uint256 s, uint256 range) public pure {
        StrikeTerms memory terms = _terms(spot, ratio, s);
        range = bound(range, 0.01e18, 0.56e18);
        Nodes memory nodes = RiskArray.nodesOf(range);
        (uint256 low, uint256 high) = RiskArray.compute(terms, nodes);
        int256[LANES] memory moves = Scenarios.ladder(range);
        int256 value = int256(Black76.call(terms.forward, terms.strike, terms.logMoneyness, terms.deviation));
        for (uint256 k; k < LANES; ++k) {
            int256 weight =
                k < 26
                    ? int256(4)
                    : k < 28
                        ? int256(2)
                        : int256(1); // quarters
            uint256 factor = uint256(1e18 + (moves[k] * 4) / weight);
            if (k == 26 || k == 28) factor = 1e18 - FixedPointMathLib.min(0.9e18, (k == 26 ? 2 : 4) * range);
            uint256 deviation = k < 26 && k % 2 == 1 ? terms.deviationDown : terms.deviationUp;
            int256 x = terms.logMoneyness + FixedPointMathLib.lnWad(int256(factor));
            int256 shocked = int256(Black76.call((terms.forward * factor) / 1e18, terms.strike, x, deviation));
            int256 exact = (shocked - value) * weight * int256(terms.discount) * 2 ** 13;
            int256 lane = RiskArray.laneOf(low, high, k) * int256(terms.spot) * 1e18;
            assertLe(lane, exact, "rounded up");
            assertGt(lane + int256(terms.spot) * 1e18, exact, "off by more than one");
        }
    }

    /// @dev A strike of nothing is the forward: its lanes are those of a linear position, to the unit.
    function testFuzz_compute_ofATinyStrikeIsLinear(uint256 spot, uint256 range) public pure {
        StrikeTerms memory terms = _terms(spot, 1e18, 0.5e18);
        terms.strike = 1;
        terms.logMoneyness = FixedPointMathLib.lnWad(int256(terms.forward)) + 41.446531673892822312e18;
        range = bound(range, 0.01e18, 0.56e18);
        (uint256 low, uint256 high) = RiskArray.compute(terms, RiskArray.nodesOf(range));
        int256[LANES] memory moves = Scenarios.ladder(range);
        for (uint256 k; k < LANES; ++k) {
            int256 exact = (moves[k] * 1.01e18 * 0.98e18 * 2 ** 15) / 1e18; // 36 decimals
            assertApproxEqAbs(RiskArray.laneOf(low, high, k) * 1e36, exact, 1e36 + 1e24);
        }
    }

    /// @dev The whole domain: nothing reverts, whatever the deviations and the logarithm.
    function testFuzz_compute_isTotal(uint88[3] memory prices, uint64 d, int64 x, uint128[3] memory s) public pure {
        vm.assume(prices[0] > 0);
        StrikeTerms memory terms = StrikeTerms(prices[0], prices[1], prices[2], d, x, s[0], s[1], s[2]);
        (, uint256 high) = RiskArray.compute(terms, RiskArray.nodesOf(0.3e18));
        assertEq(RiskArray.tagOf(high), 0);
    }

    /// @dev Lanes that do not fit are cut at the ends of int16, not wrapped.
    function test_compute_cutsAtTheEnds() public pure {
        StrikeTerms memory terms = StrikeTerms(1e18, 10e18, 1e18, 1e18, 2.302585e18, 0.1e18, 0.1e18, 0.1e18);
        (uint256 low, uint256 high) = RiskArray.compute(terms, RiskArray.nodesOf(0.4e18));
        assertEq(RiskArray.laneOf(low, high, 0), -32768);
        assertEq(RiskArray.laneOf(low, high, 24), 32767);
        assertEq(RiskArray.laneOf(low, high, 12), 0);
    }

    /// @dev Any words, any tags, long and short: the packed sums are the plain ones less a unit per short lot.
    function testFuzz_decode_equalsThePlainSum(Leg[] memory legs) public pure {
        LaneSums memory sums;
        int256[LANES] memory plain;
        for (uint256 i; i < legs.length && i < 64; ++i) {
            Leg memory leg = legs[i];
            RiskArray.accumulate(sums, leg.low, leg.high, leg.lots);
            for (uint256 k; k < LANES; ++k) {
                plain[k] += RiskArray.laneOf(leg.low, leg.high, k) * leg.lots + (leg.lots < 0 ? leg.lots : int40(0));
            }
        }
        int256[LANES] memory pnl = RiskArray.decode(sums);
        for (uint256 k; k < LANES; ++k) {
            assertEq(pnl[k], plain[k]);
        }
    }

    /// @dev Largest fields next to the smallest, at the limit of lots and one beyond.
    function test_decode_holdsUpToItsLimit() public {
        uint256 mixed = 0xffff0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff0000;
        int256 most = int256(RiskArray.MAX_GROSS) - 1;
        for (int256 sign = -1; sign <= 1; sign += 2) {
            LaneSums memory sums;
            RiskArray.accumulate(sums, mixed, ~mixed, sign * most);
            int256[LANES] memory pnl = RiskArray.decode(sums);
            for (uint256 k; k < LANES; ++k) {
                int256 lane = (k % 2 == 1) == (k < 16) ? int256(32767) : -32768;
                assertEq(pnl[k], sign * most * lane - (sign < 0 ? most : int256(0)));
            }
            RiskArray.accumulate(sums, mixed, mixed, -sign);
            vm.expectRevert(abi.encodeWithSelector(RiskArray.TooManyLots.selector, 1 << 47, 1 << 47));
            this.decode(sums);
        }
    }

    function testFuzz_tagged_keepsTheLanes(uint256 high, uint32 tag) public pure {
        uint256 word = RiskArray.tagged(high, tag);
        assertEq(RiskArray.tagOf(word), tag);
        for (uint256 k = 16; k < LANES; ++k) {
            assertEq(RiskArray.laneOf(0, word, k), RiskArray.laneOf(0, high, k));
        }
    }

    /// @dev r^2 * max(tau, 2 d) = 30 d; down^2 * tau = rest^2 * (tau - 1 d). Relative to 1e-17.
    function testFuzz_deviationFactors_areTheDefinition(uint256 tau, uint256 vu, uint256 vd, uint256 cap) public pure {
        tau = bound(tau, 0, 3 * 365 days);
        VolatilityShocks memory shocks = VolatilityShocks(
            bound(vu, 0, 2e18),
            bound(vd, 0, 1e18),
            bound(cap, 0, 0.9e18)
        );
        (uint256 up, uint256 down) = RiskArray.deviationFactors(tau, shocks);
        uint256 time = tau < 2 days ? 2 days : tau;
        uint256 exact = shocks.up * shocks.up * 30 days;
        assertLe((up - 1e18) ** 2 * time, exact, "up, high");
        assertGt((up - 1e18 + 4) ** 2 * time, exact, "up, low");
        if (tau <= 1 days) return assertEq(down, 0);
        uint256 fall = FixedPointMathLib.sqrt((shocks.down * shocks.down * 30 days) / time);
        uint256 rest = 1e18 - (fall < shocks.downCap ? fall : shocks.downCap);
        assertLe(down ** 2 * tau, (rest + 4) ** 2 * (tau - 1 days), "down, high");
        assertGe((down + 4) ** 2 * tau, (rest - 4) ** 2 * (tau - 1 days), "down, low");
    }
}
