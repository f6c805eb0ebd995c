// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {
    Assessment,
    IMarginEngine,
    Mode,
    Portfolio,
    UnderlyingRisk
} from "../../../contracts/interfaces/IMarginEngine.sol";
import {PriceStatus, Snapshot} from "../../../contracts/interfaces/IMarkets.sol";
import {InstrumentId, instrumentId, Kind, perpetualOf, spotOf} from "../../../contracts/types/InstrumentId.sol";
import {Position, position} from "../../../contracts/types/Position.sol";
import {NO_UNDERLYINGS, UnderlyingSet} from "../../../contracts/types/UnderlyingSet.sol";
import {Usd} from "../../../contracts/types/Usd.sol";
import {Deployed} from "../../fixtures/Deployed.sol";

/// @dev Golden numbers, worked by hand from the definitions: at the floor a BTC perpetual has 3.25 % of maintenance
/// (30.8x) and 4.225 % + 0.1 % + 2 USD of initial margin.
contract MarginEngineTest is Deployed {
    UnderlyingSet private _both = NO_UNDERLYINGS.with(BTC).with(ETH);

    /// @dev 1 BTC long bought at 40,000 with 10,000 of cash.
    function test_assess_aLongAndAShortNeedTheSame() public view {
        for (int128 side = -1; side <= 1; side += 2) {
            Assessment memory a = _assess(
                10_000e18 - side * 40_000e18,
                _one(perpetualOf(BTC), side * 10_000),
                _market()
            );
            assertUsd(a.equity, usd(10_000), "E");
            assertUsd(a.settledCash, usd(10_000), "s: linear");
            assertUsd(a.maintenance, usd(1_300), "40,000 * 6.5 % * 0.5");
            assertUsd(a.initial, usd(1_690 + 40 + 2), "1.3 * 1,300 + 0.1 % + slot");
            assertUsd(a.gross, usd(40_000), "G");
            assertUsd(a.debtLimit, usd(100), "no collateral");
            assertUsd(a.goodEnd, usd(0), "no interval");
        }
    }

    /// @dev 10 ETH: lanes 30,000 * 8.5 % * 0.5 = 1,275, haircut 3,000; IM 1.3 * 1,275 + 3,000 + 2.
    function test_assess_collateral() public view {
        Assessment memory a = _assess(0, _one(spotOf(ETH), 10e18), _market());
        assertUsd(a.equity, usd(30_000), "E");
        assertUsd(a.settledCash, usd(0), "s: no cash");
        assertUsd(a.maintenance, usd(4_275), "MM");
        assertUsd(a.initial, Usd.wrap(4_659.5e18), "IM");
        assertUsd(a.debtLimit, usd(540), "2 % of 27,000");
    }

    /// @dev 1 BTC of collateral against a short of 1 BTC: no lanes, haircut 4,000, gross 40, two slots.
    function test_assess_aCarryHasNoLanes() public view {
        Position[] memory p = new Position[](2);
        (p[0], p[1]) = (position(spotOf(BTC), 1e8), position(perpetualOf(BTC), -10_000));
        Assessment memory a = _assess(40_000e18, p, _market());
        assertUsd(a.equity, usd(40_000), "E");
        assertUsd(a.maintenance, usd(4_000), "MM");
        assertUsd(a.initial, usd(4_000 + 40 + 4), "IM");
    }

    /// @dev Cross: the sum of the underlyings' own requirements.
    function test_assess_addsUnderlyings() public view {
        Position[] memory p = new Position[](2);
        (p[0], p[1]) = (position(perpetualOf(BTC), 10_000), position(perpetualOf(ETH), -10_000));
        Assessment memory a = _assess(20_000e18, p, _market());
        assertUsd(a.maintenance, usd(1_300 + 1_275), "no offset between them");
        assertUsd(a.equity, usd(20_000 + 40_000 - 30_000), "E");
    }

    /// @dev Funding: 1 BTC long at Phi = 25 is worth 25 less.
    function test_assess_takesFundingOff() public view {
        Snapshot memory market = _market();
        market.markets[0].fundingIndex = 25e18;
        Assessment memory a = _assess(0, _one(perpetualOf(BTC), 10_000), market);
        assertUsd(a.equity, usd(39_975), "40,000 - 25");
    }

    /// @dev low 39,000, high 40,400, EMA 38,000: a long fears the EMA and hopes for the high, a short fears the high.
    function test_assess_takesTheBadAndTheGoodEnd() public view {
        Snapshot memory market = _market();
        (market.markets[0].low, market.markets[0].high, market.markets[0].ema) = (39_000e18, 40_400e18, 38_000e18);
        Assessment memory long = _assess(0, _one(perpetualOf(BTC), 10_000), market);
        assertUsd(long.initial, usd(1_732 + 2_000), "U = 40,000 - 38,000");
        assertUsd(long.goodEnd, usd(400), "40,400 - 40,000");
        Assessment memory short = _assess(0, _one(perpetualOf(BTC), -10_000), market);
        assertUsd(short.initial, usd(1_732 + 400), "U = 40,400 - 40,000");
        assertUsd(short.goodEnd, usd(1_000), "40,000 - 39,000");
        assertUsd(short.maintenance, usd(1_300), "initial only");
    }

    /// @dev oi_u: 1 at half the cap, 1 / 4.225 % = 23.67 at the cap, where the book posts its notional.
    function test_assess_scalesWithOpenInterest() public view {
        Snapshot memory market = _market();
        market.markets[0].openInterestCap = 1_000;
        uint256[4] memory held = [uint256(500), 750, 1_000, 5_000];
        int256[4] memory measure = [int256(1_690e18), 20_845e18, 40_000e18, 40_000e18];
        for (uint256 i; i < 4; ++i) {
            market.markets[0].openInterest = held[i];
            Assessment memory a = engine.assess(
                Portfolio(Mode.Cross, usd(0), _one(perpetualOf(BTC), 10_000)),
                market,
                NO_UNDERLYINGS.with(BTC)
            );
            assertApproxEqAbs(a.initial.raw(), measure[i] + 42e18, 1e4, "1.3 * R * oi");
            assertUsd(a.maintenance, usd(1_300), "initial only");
        }
    }

    /// @dev Collateral whose price is dead counts nothing in initial margin and everything in equity.
    function test_assess_deadCollateralCountsNothingInitially() public view {
        Snapshot memory market = _market();
        market.markets[1].status = PriceStatus.Dead;
        Assessment memory a = _assess(0, _one(spotOf(ETH), 10e18), market);
        assertUsd(a.equity, usd(30_000), "E");
        assertUsd(a.initial, Usd.wrap(34_659.5e18), "30,000 more");
    }

    /// @dev Equity down, requirements up, by less than a unit each: checked by multiplication.
    function testFuzz_assess_roundsAgainstTheAccount(int64 lots, uint256 spot) public view {
        spot = bound(spot, 1, 2 ** 88 - 1);
        Snapshot memory market = _market();
        (market.markets[0].spot, market.markets[0].perpetualMark) = (spot, spot);
        (market.markets[0].low, market.markets[0].high, market.markets[0].ema) = (spot, spot, spot);
        int128 held = int128(bound(lots, -(2 ** 46), 2 ** 46));
        Assessment memory a = _assess(0, _one(perpetualOf(BTC), held), market);
        int256 value36 = int256(held) * 1e14 * int256(spot);
        assertLe(a.equity.raw() * 1e18, value36, "R-1");
        assertGt((a.equity.raw() + 1) * 1e18, value36);
        int256 size36 = value36 < 0 ? -value36 : value36;
        // 3.25 % of the notional, rounded up twice: by less than two units.
        assertGe(a.maintenance.raw() * 1e18, (size36 / 10_000) * 325, "R-4");
        assertLt((a.maintenance.raw() - 2) * 1e18, (size36 / 10_000 + 1) * 325);
    }

    function test_audit_explainsTheAssessment() public view {
        Portfolio memory p = Portfolio(Mode.Cross, usd(-40_000), _one(perpetualOf(BTC), 10_000));
        (Assessment memory a, UnderlyingRisk[] memory risks) = engine.audit(p, _market(), NO_UNDERLYINGS);
        assertEq(abi.encode(a), abi.encode(engine.assess(p, _market(), NO_UNDERLYINGS)), "the same");
        assertEq(risks.length, 2);
        assertEq(risks[0].underlying, BTC);
        assertUsd(risks[0].requirement, usd(1_300), "R");
        assertUsd(risks[0].delta, usd(40_000), "delta");
        assertEq(risks[0].pnl54[0], -2_600e54, "-1 scan range");
        assertEq(risks[0].pnl54[12], 0, "unchanged");
        assertEq(risks[0].pnl54[25], 2_600e54, "+1 scan range");
        assertEq(risks[0].pnl54[28], -2_600e54, "-4 scan ranges, a quarter");
        assertUsd(risks[1].requirement, usd(0), "nothing held");
    }

    function test_assess_revertsForWhatItCannotMeasure() public {
        Portfolio memory p = Portfolio(Mode.Cross, usd(0), _one(instrumentId(BTC, 0, 0, Kind.Call), 1));
        Snapshot memory market = _market();
        vm.expectRevert(
            abi.encodeWithSelector(IMarginEngine.MissingSeries.selector, instrumentId(BTC, 0, 0, Kind.Call))
        );
        engine.assess(p, market, NO_UNDERLYINGS);
        p.positions = _one(perpetualOf(9), 1);
        vm.expectRevert(abi.encodeWithSelector(IMarginEngine.MissingMarket.selector, uint256(9)));
        engine.assess(p, market, NO_UNDERLYINGS);
        p.positions = _one(spotOf(BTC), type(int128).max);
        vm.expectPartialRevert(IMarginEngine.QuantityOutOfRange.selector);
        engine.assess(p, market, NO_UNDERLYINGS);
    }

    function _market() private view returns (Snapshot memory) {
        return clearinghouse.snapshot(_both);
    }

    function _one(InstrumentId instrument, int128 lots) private pure returns (Position[] memory p) {
        p = new Position[](1);
        p[0] = position(instrument, lots);
    }

    function _assess(int256 cash, Position[] memory p, Snapshot memory m) private view returns (Assessment memory) {
        return engine.assess(Portfolio(Mode.Cross, Usd.wrap(cash), p), m, NO_UNDERLYINGS);
    }
}
