// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Assessment, Mode, Portfolio, UnderlyingRisk} from "../../../contracts/interfaces/IMarginEngine.sol";
import {Limits, RiskParameters, RiskTerms, Snapshot} from "../../../contracts/interfaces/IMarkets.sol";
import {SettableSource} from "../../../contracts/mocks/SettableSource.sol";
import {InstrumentId, perpetualOf} from "../../../contracts/types/InstrumentId.sol";
import {NO_UNDERLYINGS, UnderlyingSet} from "../../../contracts/types/UnderlyingSet.sol";
import {Position, position} from "../../../contracts/types/Position.sol";
import {ZERO_USD} from "../../../contracts/types/Usd.sol";
import {Books} from "../../fixtures/Books.sol";
import {LISTED_VOLATILITY, still} from "../../fixtures/StillRange.sol";

/// @dev Portfolio mode: min(sum R, offset * W(sum of lanes) + (1 - offset) * sum W) per group, the lesser offset counting.
contract PortfolioModeTest is Books {
    UnderlyingSet private _both = NO_UNDERLYINGS.with(BTC).with(ETH);

    /// @dev Ten long straddles of one, short straddles of the other, of about the same value.
    function _spread() private view returns (Position[] memory) {
        Shape memory s = btcShape();
        Shape memory eth = Shape(ETH, 13_333, 2, 3, ETH_SPOT, 100e18);
        return join(book(s, "C4n1P4n1"), book(eth, "C4naP4na"));
    }

    /// @dev Governed terms as the snapshot shows them, without waiting for the steps.
    function _audit(
        Position[] memory p,
        uint8[2] memory groups,
        uint24[2] memory offsets
    ) private view returns (Assessment memory a, UnderlyingRisk[] memory risks) {
        Snapshot memory market = matrixOf(p);
        for (uint256 i; i < 2; ++i) {
            (market.chains[i].terms.group, market.chains[i].terms.offset) = (groups[i], offsets[i]);
        }
        return engine.audit(Portfolio(Mode.Portfolio, ZERO_USD, p), market, NO_UNDERLYINGS);
    }

    /// @dev MM less what is not the measure.
    function _measure(Assessment memory a, UnderlyingRisk[] memory risks) private pure returns (int256 measure) {
        measure = a.maintenance.raw();
        for (uint256 i; i < risks.length; ++i) {
            measure -= (risks[i].optionMaintenance + risks[i].calendar + risks[i].basis + risks[i].haircut).raw();
        }
    }

    function _joint(UnderlyingRisk[] memory risks) private pure returns (int256 worst) {
        for (uint256 k; k < 30; ++k) {
            int256 loss;
            for (uint256 i; i < risks.length; ++i) loss -= risks[i].pnl54[k];
            if (loss > worst) worst = loss;
        }
        worst /= 1e36;
    }

    function _sumOfWorst(UnderlyingRisk[] memory risks) private pure returns (int256 sum) {
        for (uint256 i; i < risks.length; ++i) sum += risks[i].worst.raw();
    }

    function test_group_offsetsByItsShare() public view {
        for (uint24 offset; offset <= 600_000; offset += 150_000) {
            (Assessment memory a, UnderlyingRisk[] memory risks) = _audit(_spread(), [1, 1], [offset, offset]);
            (int256 joint, int256 sum) = (_joint(risks), _sumOfWorst(risks));
            assertLt(joint, sum / 2, "they do offset");
            int256 share = int256(uint256(offset));
            assertApproxEqAbs(_measure(a, risks), (share * joint + (1e6 - share) * sum) / 1e6, 3, "the formula");
        }
    }

    /// @dev At offset 0 the measure is that of Cross; at the cap of 60 % two fifths of it stay whatever offsets.
    function test_group_atTheBoundsOfTheOffset() public view {
        (Assessment memory cross, ) = auditIn(Mode.Cross, _spread());
        (Assessment memory none, ) = _audit(_spread(), [1, 1], [uint24(0), 0]);
        assertEq(none.maintenance.raw(), cross.maintenance.raw(), "none");
        (Assessment memory a, UnderlyingRisk[] memory risks) = _audit(_spread(), [1, 1], [600_000, 600_000]);
        assertGe(_measure(a, risks), (_sumOfWorst(risks) * 4) / 10);
        assertLt(a.maintenance.raw(), cross.maintenance.raw());
    }

    /// @dev The member that offsets less decides; group 0 and groups of one offset nothing.
    function test_group_ofDifferentMembers() public view {
        (Assessment memory cross, ) = auditIn(Mode.Cross, _spread());
        (Assessment memory least, ) = _audit(_spread(), [1, 1], [200_000, 200_000]);
        (Assessment memory mixed, ) = _audit(_spread(), [1, 1], [200_000, 600_000]);
        assertEq(mixed.maintenance.raw(), least.maintenance.raw(), "the lesser offset");
        (mixed, ) = _audit(_spread(), [1, 1], [600_000, 200_000]);
        assertEq(mixed.maintenance.raw(), least.maintenance.raw(), "in any order");
        (Assessment memory alone, ) = _audit(_spread(), [0, 0], [600_000, 600_000]);
        assertEq(alone.maintenance.raw(), cross.maintenance.raw(), "group 0 is none");
        (alone, ) = _audit(_spread(), [1, 0], [600_000, 600_000]);
        assertEq(alone.maintenance.raw(), cross.maintenance.raw(), "nor with a group");
        (alone, ) = _audit(_spread(), [1, 7], [600_000, 600_000]);
        assertApproxEqAbs(alone.maintenance.raw(), cross.maintenance.raw(), 2, "two groups of one");
    }

    /// @dev A long and a short perpetual: half the sum of W is the relief that Cross has already, so sum R is less.
    function test_group_neverNeedsMoreThanTheSumOfR() public view {
        Position[] memory p = new Position[](2);
        (p[0], p[1]) = (position(perpetualOf(BTC), 10_000), position(perpetualOf(ETH), 13_333));
        (Assessment memory a, UnderlyingRisk[] memory risks) = _audit(p, [1, 1], [500_000, 500_000]);
        assertEq(_measure(a, risks), (risks[0].requirement + risks[1].requirement).raw(), "sum R");
        p[1] = position(perpetualOf(ETH), -13_333);
        (a, risks) = _audit(p, [1, 1], [500_000, 500_000]);
        // 2,600 and 3,399.915 lost, 799.915 together: half of that and half of the sum, 3,399.91, is more than 2,999.96.
        assertApproxEqAbs(_measure(a, risks), 2_999.9575e18, 1e15, "sum R");
        (a, risks) = _audit(p, [1, 1], [600_000, 600_000]);
        assertApproxEqAbs(_measure(a, risks), 2_879.915e18, 1e15, "0.6 * 799.915 + 0.4 * 5,999.915");
    }

    /// @dev IM = 1.3 * (measure + sum (k - 1) R) + charges; at the cap k = 1 / (1.3 * 0.5 * 6.5 %) = 23.67.
    function test_initial_scalesTheUnderlyingThatIsRaised() public view {
        Position[] memory p = times(_spread(), -1);
        Snapshot memory market = matrixOf(p);
        market.markets[0].openInterest = market.markets[0].openInterestCap;
        Portfolio memory portfolio = Portfolio(Mode.Portfolio, ZERO_USD, p);
        (Assessment memory plain, UnderlyingRisk[] memory risks) = engine.audit(portfolio, market, NO_UNDERLYINGS);
        Assessment memory scaled = engine.assess(portfolio, market, NO_UNDERLYINGS.with(BTC));
        assertEq(scaled.maintenance.raw(), plain.maintenance.raw(), "not MM");
        int256 more = (risks[0].requirement.raw() * (23.668639053254437870e18 - 1e18)) / 1e18;
        assertApproxEqAbs((scaled.initial - plain.initial).raw(), (more * 13) / 10, 10);
    }

    /// @dev What `audit` explains about an underlying without positions does not touch the others' group.
    function test_audit_leavesMarketsWithoutPositionsOut() public {
        uint8 third = _listThird();
        Position[] memory p = _spread();
        InstrumentId[] memory instruments = new InstrumentId[](p.length);
        for (uint256 i; i < p.length; ++i) instruments[i] = p[i].instrument();
        Snapshot memory market = clearinghouse.matrix(_both.with(third), instruments);
        Portfolio memory portfolio = Portfolio(Mode.Portfolio, ZERO_USD, p);
        Assessment memory decided = engine.assess(portfolio, market, NO_UNDERLYINGS);
        (Assessment memory explained, ) = engine.audit(portfolio, market, NO_UNDERLYINGS);
        assertEq(explained.maintenance.raw(), decided.maintenance.raw());
    }

    /// @dev An underlying that offsets less than BTC and ETH, in their group.
    function _listThird() private returns (uint8 third) {
        SettableSource source = new SettableSource();
        source.set(100e18);
        RiskParameters memory risk = still(110_000, 10_000, 500_000, 150_000);
        Limits memory limits = Limits(1e10, 0, 2e6, 1_000_000e6);
        third = markets.list("SOL", address(source), 9, true, BTC_LOT, LISTED_VOLATILITY, risk, limits);
        RiskTerms memory terms = defaultTerms();
        terms.offset = 300_000;
        series.setRiskTerms(third, terms);
    }
}
