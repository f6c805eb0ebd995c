// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Test} from "forge-std/Test.sol";
import {Assessment, Mode, Portfolio} from "../../contracts/interfaces/IMarginEngine.sol";
import {AuctionMath} from "../../contracts/libraries/AuctionMath.sol";
import {instrumentId, Kind} from "../../contracts/types/InstrumentId.sol";
import {Position, position} from "../../contracts/types/Position.sol";
import {Usd} from "../../contracts/types/Usd.sol";

/// @dev The auction's numbers against the sentences that define them.
contract AuctionMathTest is Test {
    /// @dev Nothing is lost, nothing appears, signs stay, and never more than the fraction moves.
    function testFuzz_split_conserves(int128 cash, int128[6] calldata lots, uint64 fraction) public pure {
        fraction = uint64(bound(fraction, 0, 1e18));
        Portfolio memory p = Portfolio(Mode.Cross, Usd.wrap(cash), new Position[](6));
        for (uint256 i; i < 6; ++i) {
            int128 held = lots[i] == type(int128).min ? int128(-1) : lots[i];
            p.positions[i] = position(instrumentId(uint8(i + 1), 0, 0, Kind.Perpetual), held);
        }
        (Usd moved, Position[] memory legs, Portfolio memory rest) = AuctionMath.split(p, fraction);
        assertEq(moved.raw() + rest.cash.raw(), cash, "cash");
        _assertPart(moved.raw(), cash, fraction);
        for (uint256 i; i < 6; ++i) {
            int256 held = p.positions[i].lots();
            int256 taken = _lotsOf(legs, uint16(i + 1));
            assertEq(taken + _lotsOf(rest.positions, uint16(i + 1)), held, "lots");
            _assertPart(taken, held, fraction);
        }
    }

    /// @dev |part| <= fraction * |whole| < |part| + 1, of one sign.
    function _assertPart(int256 part, int256 whole, uint256 fraction) private pure {
        uint256 exact = uint256(whole < 0 ? -whole : whole) * fraction;
        uint256 size = uint256(part < 0 ? -part : part);
        assertTrue(size * 1e18 <= exact && exact < (size + 1) * 1e18, "not the truncated fraction");
        assertTrue(part == 0 || (part < 0) == (whole < 0), "the sign changed");
    }

    /// @dev Also: listed once, and never with 0 lots.
    function _lotsOf(Position[] memory positions, uint16 u) private pure returns (int256 lots) {
        bool found;
        for (uint256 i; i < positions.length; ++i) {
            assertTrue(positions[i].lots() != 0, "an empty leg");
            if (positions[i].instrument().underlying() != u) continue;
            assertFalse(found, "listed twice");
            (found, lots) = (true, positions[i].lots());
        }
    }

    function testFuzz_fractionBounds_restoreTheBufferAtPar(int128 equity, uint96 maintenance) public pure {
        (uint256 least, uint256 most) = AuctionMath.fractionBounds(_at(equity, maintenance));
        assertLe(least, most, "an empty range");
        assertLe(most, 1e18, "more than everything");
        if (maintenance < 1_000e18 || equity <= 0) {
            assertEq(most, 1e18, "dust and the insolvent go whole");
            if (maintenance < 1_000e18) assertEq(least, 1e18, "dust goes whole only");
            return;
        }
        assertEq(least, most < 0.1e18 ? most : 0.1e18, "a tenth at least");
        // After a slice f at par: E of (1 - f) * 1.1 MM. f is the least that restores it, to 1e-18 of 1.1 MM and one unit.
        int256 target = (int256(uint256(maintenance)) * 11) / 10;
        int256 left = target * int256(1e18 - most);
        assertGe(
            left,
            int256(equity) * 1e18 < target * 1e18 ? int256(equity) * 1e18 : target * 1e18,
            "more than restores"
        );
        if (equity < target) assertLt(left, (int256(equity) + 1) * 1e18 + target, "less than restores");
        else assertEq(most, 0, "nothing to restore");
    }

    /// @dev 2 % at 0, 25 % at 15 min, then 1 % per 10 min up to 50 %; between them straight lines.
    function testFuzz_discountRate_isTheDocumentedCurve(uint32 elapsed, uint32 later) public pure {
        uint256 g = AuctionMath.discountRate(elapsed);
        assertGe(AuctionMath.discountRate(uint256(elapsed) + later), g, "falls with time");
        assertGe(g, 0.02e18);
        assertLe(g, 0.5e18);
        if (elapsed <= 900) {
            uint256 exactTimes900 = 18e18 + 0.23e18 * uint256(elapsed);
            assertTrue(g * 900 <= exactTimes900 && exactTimes900 < (g + 1) * 900, "not on the ramp");
        } else if (elapsed < 900 + 25 * 600) {
            uint256 exactTimes600 = 150e18 + 0.01e18 * (uint256(elapsed) - 900);
            assertTrue(g * 600 <= exactTimes600 && exactTimes600 < (g + 1) * 600, "not on the slope");
        } else assertEq(g, 0.5e18);
    }

    function testFuzz_rewardRate_isFivePercentInAnHour(uint32 elapsed) public pure {
        uint256 beta = AuctionMath.rewardRate(elapsed);
        uint256 exactTimes3600 = 0.05e18 * uint256(elapsed < 3600 ? elapsed : 3600);
        assertTrue(beta * 3600 <= exactTimes3600 && exactTimes3600 < (beta + 1) * 3600);
    }

    /// @dev rate * MM <= 0.8 E, and no smaller than it has to be.
    function testFuzz_cappedRate_isAtMostFourFifthsOfHealth(uint64 rate, int96 equity, uint96 maintenance) public pure {
        rate = uint64(bound(rate, 0, 0.5e18));
        uint256 capped = AuctionMath.cappedRate(rate, _at(equity, maintenance));
        if (equity <= 0 || maintenance == 0) {
            assertEq(capped, 0);
            return;
        }
        uint256 cap = uint256(int256(equity)) * 0.8e18;
        assertLe(capped * maintenance, cap, "above the cap");
        assertLe(capped, rate, "above the rate");
        assertTrue(capped == rate || (capped + 1) * maintenance > cap, "below both");
    }

    /// @dev Halves in 15 minutes (to 1e-9), never rises, never above what it was.
    function testFuzz_decayed_halves(uint32 elapsed, uint24 age, uint24 later) public pure {
        uint256 now_ = AuctionMath.decayed(elapsed, age);
        assertEq(AuctionMath.decayed(elapsed, 0), elapsed, "no time, no decay");
        assertLe(now_, elapsed);
        assertLe(AuctionMath.decayed(elapsed, uint256(age) + later), now_, "rises");
        uint256 half = AuctionMath.decayed(elapsed, uint256(age) + 15 minutes);
        assertApproxEqAbs(half * 2, now_, 2 + now_ / 1e9, "not the half after 15 minutes");
    }

    /// @dev f (E - s) <= -s < (f + 1e-18)(E - s).
    function testFuzz_conversionFraction_bringsSettledCashToZero(uint96 equity, uint96 debt) public pure {
        vm.assume(equity > 0 && debt > 0);
        Assessment memory a;
        a.equity = Usd.wrap(int256(uint256(equity)));
        a.settledCash = Usd.wrap(-int256(uint256(debt)));
        uint256 f = AuctionMath.conversionFraction(a);
        uint256 whole = uint256(equity) + debt;
        assertTrue(f * whole <= uint256(debt) * 1e18 && uint256(debt) * 1e18 < (f + 1) * whole);
    }

    function testFuzz_buffered_isElevenTenthsRoundedUp(uint96 maintenance) public pure {
        int256 b = AuctionMath.buffered(Usd.wrap(int256(uint256(maintenance)))).raw();
        int256 exactTimesTen = int256(uint256(maintenance)) * 11;
        assertTrue(b * 10 >= exactTimesTen && (b - 1) * 10 < exactTimesTen);
    }

    function _at(int256 equity, uint256 maintenance) private pure returns (Assessment memory a) {
        (a.equity, a.maintenance) = (Usd.wrap(equity), Usd.wrap(int256(maintenance)));
    }
}
