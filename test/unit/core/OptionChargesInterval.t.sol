// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Assessment, Mode, Portfolio, UnderlyingRisk} from "../../../contracts/interfaces/IMarginEngine.sol";
import {Market, Snapshot} from "../../../contracts/interfaces/IMarkets.sol";
import {NO_UNDERLYINGS} from "../../../contracts/types/UnderlyingSet.sol";
import {Position} from "../../../contracts/types/Position.sol";
import {ZERO_USD} from "../../../contracts/types/Usd.sol";
import {Books} from "../../fixtures/Books.sol";

/// @dev U and the good end of options: the mean of the up and down lanes, linear between the nodes, extremes unscaled, at the
/// ends of the price interval and at the average.
contract OptionChargesIntervalTest is Books {
    int256 private constant RANGE = 0.065e18;
    int256 private constant SPOT = 40_000e18;

    /// @dev The book with low, high and EMA at these moves of spot.
    function _at(
        bytes memory legs,
        int256 low,
        int256 high,
        int256 ema
    ) private view returns (Assessment memory a, UnderlyingRisk memory risk) {
        Position[] memory p = book(btcShape(), legs);
        Snapshot memory market = matrixOf(p);
        Market memory m = market.markets[0];
        m.low = uint256((SPOT * (1e18 + low)) / 1e18);
        m.high = uint256((SPOT * (1e18 + high)) / 1e18);
        m.ema = uint256((SPOT * (1e18 + ema)) / 1e18);
        UnderlyingRisk[] memory risks;
        (a, risks) = engine.audit(Portfolio(Mode.Cross, ZERO_USD, p), market, NO_UNDERLYINGS);
        risk = risks[0];
    }

    /// @dev Mean gain at a node against the price unmoved, USD; extremes have one lane, halved or quartered.
    function _gain(UnderlyingRisk memory risk, uint256 lane) private pure returns (int256) {
        int256 pnl = risk.pnl54[lane];
        if (lane < 26) pnl = (pnl + risk.pnl54[lane + 1]) / 2;
        else pnl *= lane < 28 ? int256(2) : int256(4);
        return (pnl - (risk.pnl54[12] + risk.pnl54[13]) / 2) / 1e36;
    }

    /// @dev A sixth of the range either way: lanes 10, 11 and 14, 15.
    function test_interval_isTheLaneAtANode() public view {
        (, UnderlyingRisk memory risk) = _at("C5n1", -RANGE / 6, RANGE / 6, 0);
        assertApproxEqAbs(risk.uncertainty.raw(), -_gain(risk, 10), 1e5, "U: the low end");
        assertApproxEqAbs(risk.goodEnd.raw(), _gain(risk, 14), 1e5, "the high end");
        (, risk) = _at("P3na", -RANGE / 6, RANGE / 6, 0);
        assertApproxEqAbs(risk.uncertainty.raw(), -_gain(risk, 10), 1e5, "a short put fears the low end too");
    }

    /// @dev A third of the way from the second to the third node above: two thirds of one gain, a third of the next.
    function test_interval_isLinearBetweenNodes() public view {
        (, UnderlyingRisk memory risk) = _at("C5nb", 0, (RANGE * 7) / 18, 0);
        int256 expected = -(2 * _gain(risk, 16) + _gain(risk, 18)) / 3;
        assertApproxEqAbs(risk.uncertainty.raw(), expected, 1e5);
        assertGt(risk.uncertainty.raw(), 0);
        assertEq(risk.goodEnd.raw(), 0, "nothing gains");
    }

    /// @dev One and a half ranges, three, four and six: between the outer node and the extremes, and on beyond the last.
    function test_interval_reachesTheExtremes() public view {
        (, UnderlyingRisk memory risk) = _at("C5na", 0, (RANGE * 3) / 2, 0);
        assertApproxEqAbs(risk.uncertainty.raw(), -(_gain(risk, 24) + _gain(risk, 27)) / 2, 1e6, "1.5 above");
        (, risk) = _at("C5na", 0, 3 * RANGE, 0);
        assertApproxEqAbs(risk.uncertainty.raw(), -(_gain(risk, 27) + _gain(risk, 29)) / 2, 1e6, "3 above");
        (, risk) = _at("C5na", 0, 6 * RANGE, 0);
        assertApproxEqAbs(risk.uncertainty.raw(), -(2 * _gain(risk, 29) - _gain(risk, 27)), 1e6, "6 above");
        (, risk) = _at("P3na", -(RANGE * 3) / 2, 0, 0);
        assertApproxEqAbs(risk.uncertainty.raw(), -(_gain(risk, 0) + _gain(risk, 26)) / 2, 1e6, "1.5 below");
        (, risk) = _at("P3na", -6 * RANGE, 0, 0);
        assertApproxEqAbs(risk.uncertainty.raw(), -(2 * _gain(risk, 28) - _gain(risk, 26)), 1e6, "6 below");
    }

    /// @dev The average counts in U, never as a good end: that is for the two ends of the interval.
    function test_interval_takesTheAverageAsABadEndOnly() public view {
        (, UnderlyingRisk memory risk) = _at("C5n1", 0, 0, -RANGE / 2);
        assertApproxEqAbs(risk.uncertainty.raw(), -_gain(risk, 6), 1e5, "U");
        (, risk) = _at("C5n1", 0, 0, RANGE / 2);
        assertEq(risk.goodEnd.raw(), 0, "no good end");
        assertEq(risk.uncertainty.raw(), 0, "no bad one");
    }

    /// @dev U is in IM only; the good end is reported and changes no requirement.
    function test_interval_isInInitialMarginOnly() public view {
        (Assessment memory still, ) = _at("P3naC5na", 0, 0, 0);
        (Assessment memory a, UnderlyingRisk memory risk) = _at("P3naC5na", -RANGE / 3, RANGE / 6, 0);
        assertEq(a.initial.raw() - still.initial.raw(), risk.uncertainty.raw(), "IM");
        assertEq(a.maintenance.raw(), still.maintenance.raw(), "MM");
        assertEq(a.goodEnd.raw(), risk.goodEnd.raw());
        assertGt(risk.uncertainty.raw(), 0);
    }

    /// @dev A perpetual beside options moves by its notional: their gains add up before the worst end is chosen.
    function test_interval_addsTheLinearPart() public view {
        (, UnderlyingRisk memory risk) = _at("C5n1U0na", -RANGE / 6, RANGE / 6, 0);
        int256 atHigh = _gain(risk, 14);
        assertLt(atHigh, 0, "delta below 1");
        assertApproxEqAbs(risk.uncertainty.raw(), -atHigh, 1e5);
        assertApproxEqAbs(risk.goodEnd.raw(), _gain(risk, 10), 1e5);
    }
}
