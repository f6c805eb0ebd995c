// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {UnderlyingRisk} from "../../contracts/interfaces/IMarginEngine.sol";
import {Position} from "../../contracts/types/Position.sol";
import {Revaluation} from "../fixtures/Revaluation.sol";

/// @dev INV-11 for the structures that people hold, on 401 prices of the whole scan range, volatility up and down; and what
/// known structures cost.
contract FineGridStructuresTest is Revaluation {
    int256 private constant RANGE = 0.065e18;
    int256 private constant POINTS = 401;

    function test_INV11_coversStructuresAWeekOut() public {
        list(BTC, 0.8e18);
        _requireAllCovered(1, 40_110e18, 500e18);
    }

    function test_INV11_coversStructuresInCalmMonths() public {
        list(BTC, 0.2e18);
        _requireAllCovered(2, 39_900e18, 1_300e18);
    }

    /// @dev Half an hour before the window: narrow structures, strikes in the middle of a step.
    function test_INV11_coversStructuresNearExpiry() public {
        vm.warp(expiryOf[0] - 1 hours);
        list(BTC, 0.8e18);
        _requireAllCovered(0, 40_216e18, 217e18);
    }

    /// @dev Two thirds of the final price are known: 40,000, a strike of most structures.
    function test_INV11_coversStructuresInsideTheWindow() public {
        vm.warp(expiryOf[0] - 10 minutes);
        settlement.average(BTC, expiryOf[0], 2, 10);
        btcSource.set(40_700e18);
        list(BTC, 0.8e18);
        _requireAllCovered(0, 40_000e18, 200e18);
    }

    function _requireAllCovered(uint256 near, uint256 centre, uint256 width) private view {
        bytes[12] memory structures = _structures();
        for (uint256 i; i < structures.length; ++i) {
            this.requireCovered(Shape(BTC, 10_000, near, near + 1, centre, width), structures[i]);
            this.requireCovered(Shape(BTC, -10_000, near, near + 1, centre, width), structures[i]);
        }
    }

    /// @dev A call of its own, so that each structure starts with fresh memory.
    function requireCovered(Shape memory s, bytes memory legs) external view {
        Position[] memory p = book(s, legs);
        Holding[] memory all = holdingsOf(p);
        (, UnderlyingRisk memory risk) = audit(p);
        int256 cover = risk.worst.raw() + risk.optionMaintenance.raw() - shortCharge(p) + slack(all);
        for (int256 i; i < POINTS; ++i) {
            int256 move = -RANGE + (2 * RANGE * i) / (POINTS - 1);
            assertLe(lossAt(all, move, 0), cover, string.concat("INV-11, volatility down: ", string(legs)));
            assertLe(lossAt(all, move, RISE), cover, string.concat("INV-11, volatility up: ", string(legs)));
        }
    }

    function _structures() private pure returns (bytes[12] memory) {
        return
            [
                bytes("C3n1C4nbC5n1"),
                "P2n1P3naC5naC6n1",
                "C4naC4f1",
                "C3n1P3naC5naP5n1",
                "U0n1C4naP4n1",
                "S0n1C5na",
                "P3naC5na",
                "C4n1C6nb",
                "C4n1P4n1",
                "C4n1P4naC4faP4f1",
                "P4naP3f1",
                "F0n1C4nb"
            ];
    }

    /// @dev The gap charge is needed: a straddle between two nodes loses at its strike what no lane shows.
    function test_INV11_needsTheGapCharge() public {
        vm.warp(expiryOf[0] - 1 hours);
        list(BTC, 0.8e18);
        Shape memory s = Shape(BTC, 10_000, 0, 1, 40_216e18, 100e18);
        Position[] memory p = book(s, "C4n1P4n1");
        Holding[] memory all = holdingsOf(p);
        (, UnderlyingRisk memory risk) = audit(p);
        int256 missed = lossAt(all, 0.0054e18, 0) - risk.worst.raw();
        assertGt(missed, 100e18, "the lanes miss it");
        assertLe(missed, risk.optionMaintenance.raw(), "the charge holds it");
    }

    /* WHAT STRUCTURES COST */

    /// @dev No scenario moves a box, whoever holds it, at any strikes and expiry.
    function testFuzz_box_hasNoRisk(uint256 expiry, uint256 centre, uint256 width, bool isShort) public view {
        Shape memory s = btcShape();
        (s.near, s.lots) = (expiry % EXPIRIES, isShort ? -10_000 : int128(10_000));
        s.centre = bound(centre, 20_000, 80_000) * 1e18;
        s.width = bound(width, 1, 4_000) * 1e18;
        (, UnderlyingRisk memory risk) = audit(book(s, "C3n1P3naC5naP5n1"));
        assertEq(risk.worst.raw() + risk.optionMaintenance.raw() + risk.calendar.raw() + risk.basis.raw(), 0);
        assertEq(risk.concentration.raw() + risk.uncertainty.raw(), 0);
    }

    /// @dev A conversion or reversal is worth its discounted strike: what is left is the interest on the future, or the
    /// carry that discounted forward and spot differ by, times the scan range.
    function testFuzz_conversion_keepsOnlyTheInterest(uint256 expiry, uint256 strike, bool isReversal) public view {
        Shape memory s = btcShape();
        (s.near, s.lots) = (expiry % EXPIRIES, isReversal ? -10_000 : int128(10_000));
        s.centre = bound(strike, 20_000, 80_000) * 1e18;
        (, UnderlyingRisk memory risk) = audit(book(s, "F0n1C4naP4n1"));
        // Discount 1 - 4 % a year.
        int256 interest = int256((41_000e18 * (expiryOf[s.near] - block.timestamp) * 4) / 100 / 365 days);
        assertLe(risk.worst.raw(), (interest * RANGE) / 1e18, "future");
        assertEq(risk.optionMaintenance.raw() + risk.calendar.raw() + risk.basis.raw(), 0, "charges");
        (, risk) = audit(book(s, "U0n1C4naP4n1"));
        assertLe(risk.worst.raw(), (40_000e18 * RANGE) / 1e18 / 5_000, "perpetual: carry and discount almost cancel");
        assertEq(risk.optionMaintenance.raw() + risk.calendar.raw(), 0, "charges");
    }

    /// @dev A jelly roll is a forward against another: only the basis between the two is charged.
    function test_jellyRoll_costsTheBasis() public view {
        Shape memory s = btcShape();
        (, UnderlyingRisk memory risk) = audit(book(s, "C4n1P4naC4faP4f1"));
        assertLe(risk.worst.raw(), 1e18, "4 bp of carry at most");
        assertEq(risk.optionMaintenance.raw() + risk.calendar.raw(), 0);
        // 20 bp and 1 % a year for 63 days, of a discounted forward of about 40,000.
        assertApproxEqRel(risk.basis.raw(), int256(80e18 + (uint256(400e18) * 63) / 365), 0.001e18);
    }
}
