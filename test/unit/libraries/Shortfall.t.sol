// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Test} from "forge-std/Test.sol";
import {Measure} from "../../../contracts/libraries/Measure.sol";
import {TailWord} from "../../../contracts/types/TailWord.sol";

/// @dev W-1: expected shortfall in its dual form, against worked cases and against its primal form.
contract ShortfallTest is Test {
    TailWord private constant NONE = TailWord.wrap(0);

    /// @dev Lanes that lose `dollars[n]` at node n: volatility down a dollar better, extremes by their weights.
    function _lanes(int256[17] memory dollars) private pure returns (int256[30] memory pnl54) {
        pnl54[28] = (-dollars[0] * 1e54) / 4;
        pnl54[26] = (-dollars[1] * 1e54) / 2;
        for (uint256 n = 2; n < 15; ++n) {
            pnl54[2 * n - 4] = -dollars[n] * 1e54;
            pnl54[2 * n - 3] = (1 - dollars[n]) * 1e54;
        }
        pnl54[27] = (-dollars[15] * 1e54) / 2;
        pnl54[29] = (-dollars[16] * 1e54) / 4;
    }

    function _with(TailWord word, uint256 n, uint256 cap) private pure returns (TailWord) {
        return TailWord.wrap(TailWord.unwrap(word) | (cap << (13 * n)));
    }

    function _even(uint256 each) private pure returns (TailWord word) {
        for (uint256 n; n < 17; ++n) word = _with(word, n, each);
    }

    function _one(int256[30] memory pnl54, TailWord word) private pure returns (int256 shortfall) {
        (shortfall, ) = Measure.shortfalls(pnl54, word, NONE);
    }

    /* NODES */

    function test_nodeLosses_areThoseOfTheNodesByPrice() public pure {
        int256[17] memory dollars;
        for (uint256 n; n < 17; ++n) dollars[n] = int256(100 * n);
        int256[17] memory losses = Measure.nodeLosses(_lanes(dollars));
        for (uint256 n; n < 17; ++n) assertEq(losses[n], dollars[n] * 1e18);
    }

    /// @dev Volatility up or down, whichever is worse.
    function test_nodeLosses_takeTheWorseVolatility() public pure {
        int256[30] memory pnl54;
        (pnl54[12], pnl54[13]) = (3e54, -7e54);
        (pnl54[14], pnl54[15]) = (-9e54, 2e54);
        int256[17] memory losses = Measure.nodeLosses(pnl54);
        assertEq(losses[8], 7e18);
        assertEq(losses[9], 9e18);
    }

    /// @dev R-58: a loss up to the unit, a gain is none.
    function test_nodeLosses_roundUp() public pure {
        int256[30] memory pnl54;
        (pnl54[0], pnl54[26], pnl54[29], pnl54[2]) = (-1, -1e36, -1, 1e54);
        pnl54[3] = 1e54;
        int256[17] memory losses = Measure.nodeLosses(pnl54);
        assertEq(losses[2], 1, "less than a unit");
        assertEq(losses[1], 2, "exact");
        assertEq(losses[16], 1);
        assertEq(losses[3], 0, "a gain");
    }

    /* WORKED CASES */

    /// @dev Losses 1,000 and 400: a quarter of the first, half of the second, the rest of 100 in the tail is at 10.
    function test_shortfalls_byHand() public pure {
        int256[17] memory dollars;
        (dollars[2], dollars[5], dollars[9]) = (1000, 400, 10);
        TailWord word = _with(_with(_with(NONE, 2, 2048), 5, 4096), 9, 8191);
        // (2,048 * 1,000 + 4,096 * 400 + 2,047 * 10) / 8,191
        assertEq(_one(_lanes(dollars), word), 452.554022707850079356e18);
    }

    /// @dev Where the caps make less than 1 the rest loses nothing.
    function test_shortfalls_restOfATailLosesNothing() public pure {
        int256[17] memory dollars;
        dollars[0] = 8191;
        assertEq(_one(_lanes(dollars), _with(NONE, 0, 164)), 164e18);
        assertEq(_one(_lanes(dollars), _with(NONE, 1, 164)), 0, "a cap elsewhere");
    }

    /// @dev Two words at once give what each gives alone.
    function testFuzz_shortfalls_wordsAreApart(int64[17] memory seeds, uint256 a, uint256 b) public pure {
        int256[30] memory pnl54 = _lanes(_dollars(seeds));
        (int256 narrow, int256 wide) = Measure.shortfalls(pnl54, TailWord.wrap(a), TailWord.wrap(b));
        assertEq(narrow, _one(pnl54, TailWord.wrap(a)));
        assertEq(wide, _one(pnl54, TailWord.wrap(b)));
    }

    function test_shortfalls_ofNoLossIsNone() public pure {
        int256[17] memory dollars;
        for (uint256 n; n < 17; ++n) dollars[n] = -int256(n);
        assertEq(_one(_lanes(dollars), _even(8191)), 0);
    }

    /// @dev Equal losses share the tail, in whatever order they are found.
    function testFuzz_shortfalls_tiesAreAsOne(uint256 word, uint64 size) public pure {
        int256[17] memory dollars;
        for (uint256 n; n < 17; ++n) dollars[n] = int256(uint256(size));
        uint256 sum;
        for (uint256 n; n < 17; ++n) sum += TailWord.wrap(word).cap(n);
        sum = sum < 8191 ? sum : 8191;
        uint256 expected = (uint256(size) * 1e18 * sum + 8190) / 8191;
        assertEq(_one(_lanes(dollars), TailWord.wrap(word)), int256(expected));
    }

    /* PROPERTIES */

    function _dollars(int64[17] memory seeds) private pure returns (int256[17] memory dollars) {
        for (uint256 n; n < 17; ++n) dollars[n] = int256(seeds[n]);
    }

    /// @dev A cap of 1 everywhere: the worst node.
    function testFuzz_shortfalls_ofFullCapsIsTheWorstCase(int64[17] memory seeds) public pure {
        int256 worst;
        for (uint256 n; n < 17; ++n) if (seeds[n] > worst) worst = seeds[n];
        assertEq(_one(_lanes(_dollars(seeds)), _even(8191)), worst * 1e18);
    }

    /// @dev Primal: min over z of z + sum cap (loss - z)+, found at a loss or at 0 (Rockafellar and Uryasev 2000).
    function testFuzz_shortfalls_isThePrimal(int64[17] memory seeds, uint256 word) public pure {
        int256[17] memory losses = _dollars(seeds);
        int256 least = _primal(losses, TailWord.wrap(word), 0);
        for (uint256 n; n < 17; ++n) {
            if (losses[n] <= 0) continue;
            int256 value = _primal(losses, TailWord.wrap(word), losses[n]);
            if (value < least) least = value;
        }
        int256 exact = (least * 1e18 + 8190) / 8191;
        assertEq(_one(_lanes(losses), TailWord.wrap(word)), exact);
    }

    /// @dev 8,191 times its value at z.
    function _primal(int256[17] memory losses, TailWord word, int256 z) private pure returns (int256 sum) {
        sum = 8191 * z;
        for (uint256 n; n < 17; ++n) {
            int256 beyond = (losses[n] > 0 ? losses[n] : int256(0)) - z;
            if (beyond > 0) sum += beyond * int256(word.cap(n));
        }
    }

    /// @dev A larger cap never lowers it; caps up by at most 2 % raise it by at most 2 %, R-59 apart.
    function testFuzz_shortfalls_followTheCaps(int64[17] memory seeds, uint256 word, uint256 seed) public pure {
        TailWord larger;
        for (uint256 n; n < 17; ++n) {
            uint256 cap = TailWord.wrap(word).cap(n);
            uint256 most = (cap * 102) / 100 < 8191 ? (cap * 102) / 100 : 8191;
            larger = _with(larger, n, cap + (uint256(keccak256(abi.encode(seed, n))) % (most - cap + 1)));
        }
        (int256 b, int256 a) = Measure.shortfalls(_lanes(_dollars(seeds)), TailWord.wrap(word), larger);
        assertGe(a, b, "fell");
        assertLe(100 * a, 102 * b + 100, "rose by more than 2 %");
    }

    /// @dev Any larger caps.
    function testFuzz_shortfalls_growWithTheCaps(int64[17] memory seeds, uint256 word, uint256 more) public pure {
        TailWord larger;
        for (uint256 n; n < 17; ++n) {
            (uint256 cap, uint256 other) = (TailWord.wrap(word).cap(n), TailWord.wrap(more).cap(n));
            larger = _with(larger, n, cap > other ? cap : other);
        }
        (int256 b, int256 a) = Measure.shortfalls(_lanes(_dollars(seeds)), TailWord.wrap(word), larger);
        assertGe(a, b);
    }

    /// @dev Larger losses by a factor cost the factor, one unit of R-59 a slice apart.
    function testFuzz_shortfalls_areHomogeneous(int64[17] memory seeds, uint256 word, uint256 factor) public pure {
        int256 n = int256(bound(factor, 2, 1000));
        int256[30] memory pnl54 = _lanes(_dollars(seeds));
        int256 one = _one(pnl54, TailWord.wrap(word));
        for (uint256 k; k < 30; ++k) pnl54[k] *= n;
        int256 many = _one(pnl54, TailWord.wrap(word));
        assertLe(many, n * one);
        assertGe(many + n, n * one);
    }
}
