// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Test} from "forge-std/Test.sol";
import {Measure} from "../../contracts/libraries/Measure.sol";
import {LANES, Scenarios} from "../../contracts/libraries/Scenarios.sol";

/// @dev The ladder and the worst loss of linear positions.
contract ScenariosTest is Test {
    /// @dev A linear notional N costs exactly ceil(N * scanRange), long or short, and that is what the 30 lanes say.
    function testFuzz_worstLinearLoss_isThatOfTheLanes(int128 notional, uint64 range) public pure {
        range = uint64(bound(range, 0.01e18, 0.75e18));
        // The notional has 36 decimals: any number of 1e-18 dollars times 1e18, and something below.
        int256 notional36 = int256(notional) * 1e12 + 1;
        int256[LANES] memory pnl54;
        Scenarios.addLinear(pnl54, notional36, Scenarios.ladder(range));
        int256 exact54 = (notional36 < 0 ? -notional36 : notional36) * int256(uint256(range));
        assertEq(Measure.worstLoss(pnl54), exact54, "the lanes say otherwise");
        int256 loss = Measure.worstLinearLoss(notional36, range);
        assertGe(loss * 1e36, exact54, "rounded in favour of the account");
        assertLt((loss - 1) * 1e36, exact54, "off by more than one");
    }

    /// @dev 13 steps twice, symmetric; extremes weighted 1/2 and 1/4 never cost more than the full range.
    function testFuzz_ladder_isTheDocumentedOne(uint64 range) public pure {
        range = uint64(bound(range, 0.01e18, 0.75e18));
        int256[LANES] memory moves = Scenarios.ladder(range);
        for (uint256 j; j <= 12; ++j) {
            int256 exactTimesSix = (int256(j) - 6) * int256(uint256(range));
            int256 rest = exactTimesSix - 6 * moves[2 * j];
            assertTrue(rest > -6 && rest < 6, "not a sixth");
            assertEq(moves[2 * j], moves[2 * j + 1], "a linear instrument has no volatility");
            assertEq(moves[2 * j], -moves[24 - 2 * j], "not symmetric");
        }
        for (uint256 k = 26; k < LANES; ++k) {
            int256 size = moves[k] < 0 ? -moves[k] : moves[k];
            assertLe(size, int256(uint256(range)), "an extreme binds for a linear position");
            assertEq(moves[k] < 0, k % 2 == 0, "down, then up");
        }
    }

    /// @dev No price below a tenth of spot: twice, four times the weighted move is at most 90 %.
    function testFuzz_ladder_extremesStop(uint64 range) public pure {
        int256[LANES] memory moves = Scenarios.ladder(bound(range, 0, 1e18));
        assertGe(moves[26] * 2, -0.9e18);
        assertGe(moves[28] * 4, -0.9e18);
    }

    /// @dev Adding two positions is adding one with both notionals, exactly.
    function testFuzz_addLinear_isLinear(int96 a, int96 b, uint64 range) public pure {
        int256[LANES] memory moves = Scenarios.ladder(bound(range, 0.01e18, 0.75e18));
        int256[LANES] memory apart;
        int256[LANES] memory together;
        Scenarios.addLinear(apart, a, moves);
        Scenarios.addLinear(apart, b, moves);
        Scenarios.addLinear(together, int256(a) + b, moves);
        for (uint256 k; k < LANES; ++k) {
            assertEq(apart[k], together[k]);
            assertEq(together[k], (int256(a) + b) * moves[k]);
        }
    }

    /// @dev The largest loss: reached by a lane or 0, exceeded by none.
    function testFuzz_worstLoss_isTheMaximum(int128[30] calldata lanes) public pure {
        int256[LANES] memory pnl;
        for (uint256 k; k < LANES; ++k) {
            pnl[k] = lanes[k];
        }
        int256 loss = Measure.worstLoss(pnl);
        bool reached = loss == 0;
        for (uint256 k; k < LANES; ++k) {
            assertGe(loss + pnl[k], 0, "a lane loses more");
            if (-pnl[k] == loss) reached = true;
        }
        assertTrue(reached);
    }
}
