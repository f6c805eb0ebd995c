// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Assessment, Mode, Portfolio} from "../../contracts/interfaces/IMarginEngine.sol";
import {Snapshot, TailRow} from "../../contracts/interfaces/IMarkets.sol";
import {Kind} from "../../contracts/types/InstrumentId.sol";
import {Position, position} from "../../contracts/types/Position.sol";
import {TailWord, tailWord} from "../../contracts/types/TailWord.sol";
import {UnderlyingSet} from "../../contracts/types/UnderlyingSet.sol";
import {Usd, ZERO_USD} from "../../contracts/types/Usd.sol";
import {TailBooks} from "../fixtures/TailBooks.sol";

/// @dev INV-12: no mode is below its floor, for any book, market and word; and what else holds for all of them.
contract TailModesFuzzTest is TailBooks {
    /// @dev Of one underlying or both.
    function _book(uint256 seed) private view returns (Position[] memory p) {
        p = randomBook(seed, BTC);
        if (seed % 3 != 0) p = join(p, randomBook(seed >> 3, ETH));
        for (uint256 i; i < p.length; ++i) {
            bool isShort = p[i].instrument().kind() == Kind.Spot && p[i].lots() < 0;
            if (isShort) p[i] = position(p[i].instrument(), -p[i].lots()); // nobody can owe collateral
        }
    }

    function _in(
        Mode mode,
        Position[] memory p,
        Snapshot memory market,
        UnderlyingSet scaled
    ) private view returns (Assessment memory) {
        return engine.assess(Portfolio(mode, ZERO_USD, p), market, scaled);
    }

    /// @dev Both tail modes against Portfolio, in one market.
    function _assertBetween(Position[] memory p, Snapshot memory market, UnderlyingSet scaled) private view {
        Assessment memory portfolio = _in(Mode.Portfolio, p, market, scaled);
        for (uint256 m = 3; m < 5; ++m) {
            Assessment memory a = _in(Mode(m), p, market, scaled);
            _assertFloor(a.maintenance, portfolio.maintenance, "INV-12: MM");
            _assertFloor(a.initial, portfolio.initial, "INV-12: IM");
            assertGe(a.initial.raw(), a.maintenance.raw(), "IM below MM");
            a.maintenance = portfolio.maintenance;
            a.initial = portfolio.initial;
            assertEq(
                keccak256(abi.encode(a)),
                keccak256(abi.encode(portfolio)),
                "nothing else is a matter of the mode"
            );
        }
    }

    function _assertFloor(Usd actual, Usd portfolio, string memory message) private pure {
        assertGe(actual.raw() * 10, portfolio.raw() * 7, message);
        assertLe(actual.raw(), portfolio.raw(), message);
    }

    /* ANY WORDS */

    /// @dev Words whose floor is between 0.7 and 1 and whose initial caps and floor are the larger ones, as `Tails` makes them.
    function testFuzz_INV12_holdsForAllWords(uint256 seed, uint256[8] memory words, uint256 scaled) public view {
        Position[] memory p = _book(seed);
        Snapshot memory market = matrixOf(p);
        for (uint256 i; i < market.tails.length; ++i) {
            TailRow memory row = market.tails[i];
            (row.implied, row.impliedInitial) = _ordered(words[4 * i], words[4 * i + 1]);
            (row.historical, row.historicalInitial) = _ordered(words[4 * i + 2], words[4 * i + 3]);
        }
        _assertBetween(p, market, UnderlyingSet.wrap(scaled & UnderlyingSet.unwrap(market.set)));
    }

    /// @dev Sparse or dense caps; one time in eight nothing is known.
    function _ordered(uint256 a, uint256 b) private pure returns (TailWord word, TailWord initial) {
        if (a % 8 == 0) return (word, initial);
        (uint256 floor, uint256 higher) = (0.7e9 + ((a >> 3) % 0.3e9), 0.7e9 + ((b >> 3) % (0.3e9 + 1)));
        if (higher < floor) higher = floor;
        uint256 low = (a % 3 == 0 ? a & (a << 7) & (b << 5) : a) >> 35;
        uint256 high;
        for (uint256 n; n < 17; ++n) {
            (uint256 x, uint256 y) = (TailWord.wrap(low).cap(n), TailWord.wrap(b >> 35).cap(n));
            high |= (x > y ? x : y) << (13 * n);
        }
        return (tailWord(low, floor), tailWord(high, higher));
    }

    /// @dev INV-8: no state of the weights stops a valuation, words that nobody can post included.
    function testFuzz_INV8_noWordStopsAValuation(uint256 seed, uint256[8] memory words, uint256 scale) public view {
        Position[] memory p = times(_book(seed), int128(int256(bound(scale, 1, 1e6))));
        Snapshot memory market = matrixOf(p);
        for (uint256 i; i < market.tails.length; ++i) {
            TailRow memory row = market.tails[i];
            (row.implied, row.impliedInitial) = (TailWord.wrap(words[4 * i]), TailWord.wrap(words[4 * i + 1]));
            (row.historical, row.historicalInitial) = (TailWord.wrap(words[4 * i + 2]), TailWord.wrap(0));
        }
        Assessment memory portfolio = _in(Mode.Portfolio, p, market, UnderlyingSet.wrap(0));
        for (uint256 m = 3; m < 5; ++m) {
            Assessment memory a = _in(Mode(m), p, market, UnderlyingSet.wrap(0));
            assertEq(a.equity.raw(), portfolio.equity.raw());
            assertLe(a.maintenance.raw() * 35, portfolio.maintenance.raw() * 35 * 35, "a floor of 2^35 at most");
        }
    }

    /* REAL ROWS */

    /// @dev Histories as posted, surfaces of any volatility, any age of both.
    /// forge-config: default.fuzz.runs = 128
    function testFuzz_INV12_holdsForRealRows(uint256 seed, uint256 caps, uint256 volatility, uint256 age) public {
        list(BTC, bound(volatility, 0.05e18, 2e18));
        list(ETH, bound(volatility >> 128, 0.05e18, 2e18));
        if (caps % 4 != 0) postHistories(randomCaps(caps));
        skip(bound(age, 0, 36 hours));
        if (caps % 4 == 1) postHistory(BTC, randomCaps(caps >> 8), caps % 1e6);
        Position[] memory p = _book(seed);
        Snapshot memory market = matrixOf(p);
        _assertBetween(p, market, UnderlyingSet.wrap(0));
        _assertBetween(p, market, market.set);
    }

    /// @dev n times a book needs n times as much, roundings apart: what slices rely on.
    function testFuzz_tailModes_areHomogeneous(uint256 seed, uint256 caps, uint256 factor) public {
        postHistories(randomCaps(caps));
        int256 n = int256(bound(factor, 2, 50));
        Position[] memory p = _book(seed);
        Mode mode = Mode(3 + (seed % 2));
        (Assessment memory one, Assessment memory many) = (assessIn(mode, p), assessIn(mode, times(p, int128(n))));
        int256 slots = int256(p.length) * 2e18;
        assertApproxEqAbs(many.maintenance.raw(), n * one.maintenance.raw(), uint256(40 * n), "MM");
        assertApproxEqAbs(many.initial.raw() - slots, n * (one.initial.raw() - slots), uint256(80 * n), "IM");
    }

    /// @dev What `assess` decides is what `audit` explains.
    function testFuzz_audit_saysWhatAssessDecides(uint256 seed, uint256 caps) public {
        postHistories(randomCaps(caps));
        Position[] memory p = _book(seed);
        for (uint256 m = 3; m < 5; ++m) {
            (Assessment memory explained, ) = auditIn(Mode(m), p);
            assertEq(keccak256(abi.encode(assessIn(Mode(m), p))), keccak256(abi.encode(explained)));
        }
    }

    /// @dev Larger caps, a higher floor: never a lower requirement.
    function testFuzz_tailModes_growWithTheirWords(uint256 seed, uint256[4] memory words) public view {
        Position[] memory p = _book(seed);
        Snapshot memory market = matrixOf(p);
        for (uint256 i; i < market.tails.length; ++i) {
            TailRow memory row = market.tails[i];
            (row.implied, row.historical) = _ordered(words[2 * i] | 1, words[2 * i + 1]);
            (row.impliedInitial, row.historicalInitial) = (row.implied, row.historical);
        }
        Assessment memory less = _in(Mode.RiskNeutral, p, market, market.set);
        Assessment memory more = _in(Mode.Quantitative, p, market, market.set);
        assertLe(less.maintenance.raw(), more.maintenance.raw());
        assertLe(less.initial.raw(), more.initial.raw());
    }
}
