// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Assessment, Mode, UnderlyingRisk} from "../../contracts/interfaces/IMarginEngine.sol";
import {RiskParameters} from "../../contracts/interfaces/IMarkets.sol";
import {Position} from "../../contracts/types/Position.sol";
import {Usd} from "../../contracts/types/Usd.sol";
import {Books} from "../fixtures/Books.sol";

/// @dev The measures of scenario vectors: sub-additive, growing with the scan range, no more than is at stake.
contract MeasuresTest is Books {
    /// @dev Storage slot of the mapping from an underlying to the time of its last risk parameters.
    uint256 private constant RISK_SET_AT_SLOT = 10;

    /// @dev W of two books together is at most the sum, each lane's profit at least the sum: netting never costs.
    function testFuzz_worst_isSubAdditive(uint256 seedA, uint256 seedB) public view {
        (Position[] memory p, Position[] memory q) = (randomBook(seedA, BTC), randomBook(seedB, BTC));
        (, UnderlyingRisk memory a) = audit(p);
        (, UnderlyingRisk memory b) = audit(q);
        (, UnderlyingRisk memory both) = audit(join(p, q));
        for (uint256 k; k < 30; ++k) {
            assertGe(both.pnl54[k], a.pnl54[k] + b.pnl54[k], "a lane");
        }
        assertLe(both.worst.raw(), a.worst.raw() + b.worst.raw(), "W");
        assertLe(both.worstOptions.raw(), a.worstOptions.raw() + b.worstOptions.raw(), "W of the options");
        assertLe(both.worstLinear.raw(), a.worstLinear.raw() + b.worstLinear.raw(), "W of the linear part");
        assertLe(both.optionMaintenance.raw(), (a.optionMaintenance + b.optionMaintenance).raw(), "option charge");
    }

    /// @dev Portfolio mode of options alone, where R = W: so is the measure of a group of two, one unit a rounding apart.
    function testFuzz_portfolioMeasure_isSubAdditive(uint256 seedA, uint256 seedB) public view {
        Position[] memory p = _options(seedA);
        Position[] memory q = _options(seedB);
        assertLe(_measure(join(p, q)), _measure(p) + _measure(q) + 2);
    }

    /// @dev Options of both underlyings, one of them short so that nothing is capped at its value.
    function _options(uint256 seed) private view returns (Position[] memory) {
        Shape memory s = btcShape();
        s.lots = int128(1 + int256(seed % 50_000));
        s.width = (1 + ((seed >> 16) % 30)) * 100e18;
        Position[] memory p = book(s, (seed >> 32) % 2 == 0 ? bytes("C3naP5n1C6f2") : bytes("P3naC5naC4f1"));
        (s.underlying, s.centre, s.width) = (ETH, ETH_SPOT, (1 + ((seed >> 40) % 30)) * 10e18);
        s.lots = ((seed >> 50) % 2 == 0 ? s.lots : -s.lots) * int128(int256(1 + ((seed >> 51) % 3)));
        return join(p, book(s, (seed >> 56) % 2 == 0 ? bytes("P3naC5n1") : bytes("C4naP4naC6f1")));
    }

    /// @dev MM of Portfolio mode less everything that is not the measure.
    function _measure(Position[] memory p) private view returns (int256 measure) {
        (Assessment memory a, UnderlyingRisk[] memory risks) = auditIn(Mode.Portfolio, p);
        measure = a.maintenance.raw();
        for (uint256 i; i < risks.length; ++i) {
            assertEq(risks[i].requirement.raw(), risks[i].worst.raw(), "no relief");
            measure -= (risks[i].optionMaintenance + risks[i].calendar + risks[i].basis).raw();
        }
    }

    /// @dev By the threshold of the epoch, which counts at once: ten steps of it, without the days between them.
    function _widen() private {
        bytes32 setAt = keccak256(abi.encode(BTC, RISK_SET_AT_SLOT));
        RiskParameters memory p = markets.riskParameters(BTC);
        for (uint256 i; i < 10; ++i) {
            p.epsilon += p.epsilon / 50;
            markets.setRiskParameters(BTC, p);
            assertEq(uint256(vm.load(address(markets), setAt)), block.timestamp);
            vm.store(address(markets), setAt, 0);
        }
    }

    /// @dev Every price of the narrower grid lies within the wider one, which covers it up to the gap charge.
    function testFuzz_worst_growsWithTheScanRange(uint256 seed) public {
        Position[] memory p = randomBook(seed, BTC);
        (, UnderlyingRisk memory narrow) = audit(p);
        _widen();
        (, UnderlyingRisk memory wide) = audit(p);
        int256 gaps = wide.optionMaintenance.raw() - shortCharge(p) + laneUnits(p);
        assertLe(_worstOf(narrow, 26), wide.worst.raw() + gaps, "the lanes inside the range");
        assertLe(narrow.worstLinear.raw(), wide.worstLinear.raw(), "linear");
    }

    /// @dev Shorts beside any linear position lose most at an end: for them that holds lane by lane, the extremes included.
    function testFuzz_worst_ofShortsGrowsWithTheScanRange(uint256 seed) public {
        Shape memory s = btcShape();
        (s.near, s.lots) = ((seed >> 8) % 3, int128(int256(1 + (seed % 100_000))));
        s.width = (1 + ((seed >> 32) % 40)) * 100e18;
        Position[] memory p = book(s, seed % 2 == 0 ? bytes("P3naC5nbC6naU0n1") : bytes("P2nbC4naF0na"));
        (, UnderlyingRisk memory narrow) = audit(p);
        _widen();
        (, UnderlyingRisk memory wide) = audit(p);
        assertLe(narrow.worst.raw(), wide.worst.raw() + laneUnits(p));
        assertGt(wide.worst.raw(), 0);
    }

    function _worstOf(UnderlyingRisk memory risk, uint256 lanes) private pure returns (int256 worst) {
        for (uint256 k; k < lanes; ++k) {
            if (-risk.pnl54[k] > worst) worst = -risk.pnl54[k];
        }
        worst /= 1e36;
    }

    /* NO MORE THAN IS AT STAKE */

    /// @dev Long options beside linear positions: MM is at most their value, the linear part alone, and the charges between
    /// expiries; IM with its ratio. The cash that bought them was all that could be lost.
    function testFuzz_longOnly_needsAtMostItsValue(uint256 seed, int32 linear) public view {
        Position[] memory p = randomBook(seed, BTC);
        for (uint256 i; i < p.length; ++i) {
            if (p[i].lots() < 0) p[i] = times(_one(p[i]), -1)[0];
        }
        Shape memory s = btcShape();
        s.lots = linear;
        Position[] memory hedge = book(s, "U0n1");
        p = join(p, hedge);
        (Assessment memory a, UnderlyingRisk memory risk) = audit(p);
        Usd charges = risk.calendar + risk.basis + risk.haircut;
        int256 relieved = risk.worstLinear.raw() / 2 + 1;
        assertLe((a.maintenance - charges).raw(), risk.optionValue.raw() + relieved, "MM");
        assertLe(risk.ownInitial.raw(), risk.optionValue.raw() + (relieved * 13) / 10 + 2, "IM");
    }

    function _one(Position p) private pure returns (Position[] memory all) {
        all = new Position[](1);
        all[0] = p;
    }

    /// @dev A butterfly bought can lose its value, and whatever its width W says no more than that, rounding apart. A week
    /// out, strikes well within the scan range, it says most of it.
    function testFuzz_butterfly_costsItsPremium(uint256 expiry, uint256 width) public view {
        Shape memory s = btcShape();
        s.near = expiry % EXPIRIES;
        s.width = bound(width, 100, 3_000) * 1e18;
        Position[] memory p = book(s, "C3n1C4nbC5n1");
        (, UnderlyingRisk memory risk) = audit(p);
        assertLe(risk.worst.raw(), risk.optionValue.raw() + 2 * laneUnits(p), "at most the premium");
        if (s.near != 0 || s.width > 1_000e18 || s.width < 500e18) return;
        assertGe(2 * risk.worst.raw(), risk.optionValue.raw(), "and most of it");
    }

    /// @dev A call sold against stock never adds more than it needs alone; in its last minutes it adds nothing but its charge.
    function testFuzz_coveredCall_addsAtMostTheCall(uint256 strike, uint256 expiry) public {
        Shape memory s = btcShape();
        (s.near, s.centre) = (expiry % EXPIRIES, bound(strike, 30_000, 60_000) * 1e18);
        (, UnderlyingRisk memory stock) = audit(book(s, "S0n1"));
        (, UnderlyingRisk memory naked) = audit(book(s, "C4na"));
        Position[] memory p = book(s, "S0n1C4na");
        (, UnderlyingRisk memory covered) = audit(p);
        assertLe(covered.worst.raw(), stock.worst.raw() + naked.worst.raw(), "W");
        assertLe(covered.requirement.raw(), stock.requirement.raw() + naked.worst.raw(), "R");
        vm.warp(expiryOf[0] - 31 minutes);
        list(BTC, 0.2e18);
        s.near = 0;
        (, covered) = audit(book(s, "S0n1C4na"));
        (, stock) = audit(book(s, "S0n1"));
        assertLe(covered.worst.raw(), stock.worst.raw() + 20e18, "5 bp: what volatility adds to minutes");
    }
}
