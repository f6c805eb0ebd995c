// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Assessment, Mode, Portfolio, UnderlyingRisk} from "../../../contracts/interfaces/IMarginEngine.sol";
import {Snapshot} from "../../../contracts/interfaces/IMarkets.sol";
import {NO_UNDERLYINGS} from "../../../contracts/types/UnderlyingSet.sol";
import {Position} from "../../../contracts/types/Position.sol";
import {ZERO_USD} from "../../../contracts/types/Usd.sol";
import {Books} from "../../fixtures/Books.sol";

/// @dev Each charge against a number worked from its definition with a calculator: spot 40,000, volatility 80 %, scan range
/// 6.5 %, expiries 2, 9, 30 and 93 days and 8 hours away, forward 4 % a year above spot, discount 4 % a year.
contract OptionChargesTest is Books {
    /// @dev Forwards of the third and the fourth expiry.
    uint256 private constant FORWARD_30 = 40_132.96803653e18;
    uint256 private constant FORWARD_93 = 40_409.13242009e18;

    function _at(uint256 near, uint256 centre) private view returns (Shape memory s) {
        s = btcShape();
        (s.near, s.centre) = (near, centre);
    }

    /* SHORT OPTIONS */

    /// @dev 0.3 % and 0.5 % of 40,000 for each of two.
    function test_optionCharge_perShortOption() public view {
        (, UnderlyingRisk memory risk) = audit(book(btcShape(), "C4naP3na"));
        assertUsd(risk.optionMaintenance, usd(240), "MM");
        assertUsd(risk.optionInitial, usd(400), "IM");
    }

    /// @dev Calls and puts of a strike are one: two sold and one bought are one sold, one and one are none.
    function test_optionCharge_netsCallsAndPutsOfAStrike() public view {
        (, UnderlyingRisk memory risk) = audit(book(btcShape(), "C4nbP4n1"));
        assertUsd(risk.optionMaintenance, usd(120), "one short");
        (, risk) = audit(book(btcShape(), "C4n1P4na"));
        assertUsd(risk.optionMaintenance, usd(0), "a forward");
        (, risk) = audit(book(btcShape(), "C4naP4f1"));
        assertGt(risk.optionMaintenance.raw(), 120e18, "another expiry is another strike");
    }

    /* GAPS BETWEEN THE NODES */

    /// @dev D F / S * 0.065^2 / 288 * phi(0) / (0.935 * 0.40454 * 0.85365), times 40,000 = 0.72494 at the money, 93 days out;
    /// with 2 days left 12.9455.
    function test_optionCharge_ofLongOptionsIsSmooth() public view {
        (, UnderlyingRisk memory risk) = audit(book(_at(3, FORWARD_93), "C4n1"));
        assertApproxEqRel(risk.optionMaintenance.raw(), 0.724943e18, 1e12);
        assertEq(risk.optionMaintenance.raw(), risk.optionInitial.raw(), "the same rate");
        (, risk) = audit(book(_at(0, 40_010.2283105e18), "P4n1"));
        assertApproxEqRel(risk.optionMaintenance.raw(), 12.945527e18, 1e12);
    }

    /// @dev Without a day left the down lanes are kinks: 40,000 * 0.065 / 24, and by then as much at every strike.
    function test_optionCharge_ofLongOptionsIsKinkedInTheLastDay() public {
        vm.warp(expiryOf[0] - 12 hours);
        list(BTC, 0.8e18);
        for (uint256 strike = 20_000; strike <= 60_000; strike += 10_000) {
            (, UnderlyingRisk memory risk) = audit(book(_at(0, strike * 1e18), "C4n1C6na"));
            assertApproxEqRel(risk.optionMaintenance.raw(), 108.333333e18 + 120e18, 1e12);
        }
    }

    /// @dev Inside the settlement window only what still moves has a kink: a third of it.
    function test_optionCharge_fallsWithTheWindow() public {
        vm.warp(expiryOf[0] - 10 minutes);
        settlement.average(BTC, expiryOf[0], 2, 10);
        list(BTC, 0.8e18);
        (, UnderlyingRisk memory risk) = audit(book(_at(0, BTC_SPOT), "C4n1C6na"));
        assertApproxEqRel(risk.optionMaintenance.raw(), 36.111111e18 + 120e18, 1e12);
    }

    /* BETWEEN EXPIRIES */

    /// @dev At the money, volatility up by half of a 30-day option: 1,821.887 for 9 days, 1,810.838 for 30; 30 % of the
    /// lesser. A lane rounds by 1.22 a contract, and so twice on a short one.
    function test_calendar_isAShareOfTheOffsettingVega() public view {
        Shape memory s = _at(1, 40_040.91324201e18);
        Position[] memory p = book(s, "C4na");
        p = join(p, book(_at(2, FORWARD_30), "C4n1"));
        (, UnderlyingRisk memory risk) = audit(p);
        assertApproxEqAbs(risk.calendar.raw(), (1_810.838e18 * 3) / 10, 0.75e18);
        (, risk) = audit(times(p, -1));
        assertApproxEqAbs(risk.calendar.raw(), (1_810.838e18 * 3) / 10, 0.75e18, "sold");
        p = join(book(s, "C4n1"), book(_at(2, FORWARD_30), "C4n1"));
        (, risk) = audit(p);
        assertUsd(risk.calendar, usd(0), "nothing offsets");
    }

    /// @dev Three expiries: a perpetual, two futures of 30 days sold, one of 93 bought.
    /// b0: 0.2 % of min(40,000 + 40,409.13, 80,265.94) = 160.5319. b1: 1 % a year of min(40,000, 39,856.80) over 30 1/3 days
    /// and of min(40,265.94, 40,409.13) over 63 = 33.1231 + 69.4999.
    function test_basis_overThreeExpiries() public view {
        (, UnderlyingRisk memory risk) = audit(book(btcShape(), "U0n1F0nbF0f1"));
        assertApproxEqRel(risk.basis.raw(), 263.154987e18, 1e11);
        (, risk) = audit(book(btcShape(), "U0naF0n2F0fa"));
        assertApproxEqRel(risk.basis.raw(), 263.154987e18, 1e11, "the other way round");
        (, risk) = audit(book(btcShape(), "U0n1F0n2F0f1"));
        assertUsd(risk.basis, usd(0), "all long");
        (, risk) = audit(book(btcShape(), "U0n1"));
        assertUsd(risk.basis, usd(0), "perpetuals have no basis");
    }

    /// @dev Options count with their slope next to spot: a synthetic future pays the basis of a future, less its discount.
    function test_basis_countsOptionsByTheirDelta() public view {
        (, UnderlyingRisk memory risk) = audit(book(btcShape(), "U0naF0n1"));
        int256 future = risk.basis.raw();
        assertApproxEqRel(
            future,
            80e18 + (400e18 * int256(91)) / 3 / 365,
            1e11,
            "40,000 * (0.2 % + 30 1/3 days of 1 %)"
        );
        (, risk) = audit(book(btcShape(), "U0naC4n1P4na"));
        assertApproxEqRel(risk.basis.raw(), future, 1e14);
    }

    /* CONCENTRATION */

    function _post(uint256 depth) private {
        skip(1 minutes);
        surfaces.setSurface(BTC, block.timestamp, depth, quotesOf(btcVolatility));
    }

    /// @dev Ten synthetic futures, N = 399,998 on a depth of 100,000, W = 25,999.9: 25,999.9 * (sqrt(4.0000) - 1) = 25,999.8.
    function test_concentration_growsWithTheRootOfNotional() public {
        _post(100_000e18);
        Position[] memory p = times(book(btcShape(), "C4n1P4na"), 10);
        (Assessment memory a, UnderlyingRisk memory risk) = audit(p);
        assertApproxEqRel(risk.worst.raw(), 26_000e18, 1e14, "W");
        assertApproxEqRel(risk.concentration.raw(), 26_000e18, 1e14, "as much again");
        assertEq(a.maintenance.raw(), (risk.requirement + risk.optionMaintenance).raw(), "not in MM");
        (, risk) = audit(times(p, -1));
        assertApproxEqRel(risk.concentration.raw(), 26_000e18, 1e14, "sold");
        (, risk) = audit(book(btcShape(), "C4n2P4nb"));
        assertUsd(risk.concentration, usd(0), "80,000 is within the depth");
    }

    /// @dev Linear books are left to the open interest factor; one lot of an option puts all of the book under the charge.
    function test_concentration_isOfBooksWithDatedInstruments() public {
        _post(100_000e18);
        Position[] memory p = times(book(btcShape(), "F0n1"), 10);
        (, UnderlyingRisk memory risk) = audit(p);
        assertApproxEqRel(risk.concentration.raw(), 26_130e18, 0.01e18, "futures alone");
        Shape memory s = btcShape();
        s.lots = 1;
        (, risk) = audit(join(p, book(s, "C4n1")));
        assertApproxEqRel(risk.concentration.raw(), 26_173.074e18, 1e15, "26,086 * (sqrt(4.0133) - 1)");
    }

    /// @dev A straddle has hardly a delta, but its vega: |P(0, up)| / 6.5 %.
    function test_concentration_countsVega() public {
        _post(100_000e18);
        Position[] memory p = times(book(_at(2, FORWARD_30), "C4naP4na"), 10);
        (, UnderlyingRisk memory risk) = audit(p);
        int256 notional = ((-risk.pnl54[12] / 1e36) * 1000) / 65;
        assertApproxEqRel(notional, 557_181e18, 0.002e18, "20 * 1,810.84 / 6.5 %");
        assertGt(notional, risk.delta.raw());
        int256 crowding = (risk.concentration.raw() * 1e18) / risk.worst.raw() + 1e18;
        assertApproxEqRel((crowding * crowding) / 1e18, notional / 1e5, 1e10, "(1 + charge / W)^2 = N / Q");
    }

    /// @dev No posted depth: no charge.
    function test_concentration_isNothingWithoutADepth() public {
        _post(0);
        (, UnderlyingRisk memory risk) = audit(times(book(btcShape(), "F0n1"), 10_000));
        assertUsd(risk.concentration, usd(0), "no depth");
    }

    /* LONG OPTIONS */

    /// @dev A call hardly worth anything needs no more than that: neither its gap charge nor a rounded lane.
    function test_ownCap_isTheValueOfLongOptions() public view {
        (Assessment memory a, UnderlyingRisk memory risk) = audit(book(_at(0, 60_000e18), "C4n1"));
        assertGt(risk.worst.raw() + risk.optionMaintenance.raw(), risk.optionValue.raw());
        assertUsd(a.maintenance, risk.optionValue, "MM");
        assertUsd(risk.ownInitial, risk.optionValue, "IM before slot and gross charge");
        assertUsd(risk.uncounted, usd(0), "all of it is needed");
        (a, risk) = audit(book(_at(0, 60_000e18), "C4n1U0n1"));
        assertUsd(a.maintenance - risk.basis, risk.optionValue + usd(1_300), "and the linear part alone");
        (a, risk) = audit(book(_at(0, 60_000e18), "C4n1P0na"));
        assertEq(
            a.maintenance.raw(),
            (risk.requirement + risk.optionMaintenance + risk.calendar).raw(),
            "not with a short"
        );
    }

    /// @dev A deep call is worth 20,000 and needs a few thousand: the rest cannot carry anything else.
    function test_uncounted_isTheValueBeyondTheOwnRequirement() public view {
        (Assessment memory a, UnderlyingRisk memory risk) = audit(book(_at(2, 20_000e18), "C4n1"));
        assertApproxEqRel(risk.optionValue.raw(), 20_065e18, 0.01e18);
        assertUsd(risk.uncounted, risk.optionValue - risk.ownInitial - risk.uncertainty, "value less its own IM");
        assertApproxEqRel(risk.worst.raw(), 2_700e18, 0.04e18, "6.5 % of 40,000 and some time value");
        assertEq(a.initial.raw(), a.equity.raw() + 40e18 + 2e18, "IM: all its value, gross and slot charge");
        assertUsd(a.maintenance, risk.worst + risk.optionMaintenance, "MM is what it can lose");
    }

    /// @dev So a rich call of one underlying is no margin for another.
    function test_uncounted_carriesNoOtherUnderlying() public view {
        Position[] memory p = book(_at(2, 20_000e18), "C4n1");
        Shape memory eth = Shape(ETH, 1_000, 2, 3, ETH_SPOT, 100e18);
        (Assessment memory alone, ) = auditIn(Mode.Cross, p);
        (Assessment memory both, ) = auditIn(Mode.Cross, join(p, book(eth, "U0n1")));
        int256 perpetual = (3_000e18 * 85 * 13) / 20_000 + 3e18 + 2e18;
        assertEq((both.initial - alone.initial).raw(), perpetual, "1.3 * 8.5 % / 2, gross, slot");
        Portfolio memory empty = Portfolio(Mode.Cross, ZERO_USD, new Position[](0));
        Snapshot memory market = clearinghouse.snapshot(NO_UNDERLYINGS.with(BTC));
        assertUsd(engine.assess(empty, market, NO_UNDERLYINGS).initial, usd(0), "nothing needs nothing");
    }
}
