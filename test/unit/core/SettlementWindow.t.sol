// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IAuction} from "../../../contracts/interfaces/IAuction.sol";
import {Assessment} from "../../../contracts/interfaces/IMarginEngine.sol";
import {Expiry, Snapshot} from "../../../contracts/interfaces/IMarkets.sol";
import {StrikeWord} from "../../../contracts/types/StrikeWord.sol";
import {AccountId} from "../../../contracts/types/AccountId.sol";
import {RiskArray} from "../../../contracts/libraries/RiskArray.sol";
import {SettlementScene} from "./SettlementScene.sol";

/// @dev What a series is worth, and how much of it still moves, while its average is being made and after its end.
contract SettlementWindowTest is SettlementScene {
    /// @dev Stands still at 40,000 before and for `share` of the window, which is averaged; then spot goes to `btc`.
    function _into(uint256 share, uint256 btc) private {
        priceAt(end - WINDOW - 1 hours, 40_000, 3_000);
        vm.warp(end - WINDOW + (WINDOW * share) / 1e18);
        if (WINDOW * share >= 1e18) average(BTC);
        priceAt(block.timestamp, btc, 3_000);
    }

    function _forward() private view returns (Expiry memory) {
        return rowsOf(future(BTC, NEAR)).expiries[0];
    }

    function _callMark(uint256 strike) private view returns (uint256) {
        return StrikeWord.wrap(wordsOf(rowsOf(call(BTC, NEAR, strike)))[0]).callMark();
    }

    /* MARKS */

    /// @dev Carry of the last minutes is below one in a million.
    function testFuzz_snapshot_blendsAverageAndSpot(uint256 share, uint256 btc) public {
        share = bound(share, 0, 1e18);
        btc = bound(btc, 20_000, 80_000);
        _into(share, btc);
        uint256 done = (((WINDOW * share) / 1e18) * 1e18) / WINDOW;
        uint256 blend = (done * 40_000 + (1e18 - done) * btc);
        Expiry memory row = _forward();
        assertApproxEqRel(row.forward, blend, 1e13, "done * average + (1 - done) * spot");
        assertApproxEqAbs(row.moving, (1e18 - done) * btc, blend / 1e5, "what moves");
    }

    function test_snapshot_isSpotUntilSomebodyAverages() public {
        priceAt(end - WINDOW - 1 hours, 40_000, 3_000);
        vm.warp(end - 60);
        btcSource.set(50_000e18);
        assertApproxEqRel(_forward().forward, 50_000e18, 1e13);
        assertApproxEqRel(_forward().moving, 50_000e18, 1e13);
    }

    /// @dev Half of the window at 40,000, then 50,000: the blend is 45,000.
    function test_snapshot_valuesOptionsOnTheBlend() public {
        _into(0.5e18, 50_000);
        assertApproxEqAbs(_callMark(30_000), 15_000e18, 1e18, "deep in the money");
        assertLt(_callMark(60_000), 0.01e18, "far out of it");
        assertGt(_callMark(45_000), 1e18, "at the money it keeps some time value");
        assertLt(_callMark(45_000), 200e18, "of half a contract for a quarter of an hour");
    }

    /// @dev The average alone is beyond the strike already: a call on the rest with strike 0 and more.
    function test_snapshot_valuesOptionsThatCannotEndWorthless() public {
        _into(0.75e18, 50_000);
        assertApproxEqAbs(_callMark(20_000), 22_500e18, 1e18, "0.75 * 40,000 + 0.25 * 50,000 - 20,000");
    }

    /* RISK */

    function testFuzz_assess_riskOfAFutureVanishesWithTheWindow(uint256 share) public {
        trade(alice, bob, future(BTC, NEAR), 10_000, 40_000e18);
        share = bound(share, 0, 1e18);
        _into(share, 40_000);
        uint256 left = WINDOW - (WINDOW * share) / 1e18;
        int256 expected = int256((1_300e18 * left) / WINDOW); // half of 6.5 % of what still moves
        assertApproxEqAbs(assess(alice).maintenance.raw(), expected, 0.1e18);
    }

    function test_assess_riskOfOptionsFallsWithTheWindow() public {
        trade(alice, bob, call(BTC, NEAR, 40_000), 10_000, 1_000e18);
        _into(0, 40_000);
        int256 whole = assess(bob).maintenance.raw();
        _into(0.5e18, 40_000);
        int256 half = assess(bob).maintenance.raw();
        _into(0.9e18, 40_000);
        int256 tenth = assess(bob).maintenance.raw();
        assertLt(half, (whole * 6) / 10);
        assertLt(tenth, (whole * 2) / 10);
        _into(1e18, 40_000);
        assertLt(assess(bob).maintenance.raw(), whole / 10, "the charge per short option stays until it is settled");
    }

    function test_snapshot_lanesAreZeroOnceTheAverageIsComplete() public {
        finish(43_210, 3_000);
        priceAt(end + 1 hours, 60_000, 3_000);
        Snapshot memory market = rowsOf(call(BTC, NEAR, 40_000));
        for (uint256 lane; lane < 30; ++lane) {
            assertEq(RiskArray.laneOf(wordsOf(market)[1], wordsOf(market)[2], lane), 0, "nothing moves any more");
        }
        assertEq(StrikeWord.wrap(wordsOf(market)[0]).callMark(), 3_210e18, "the payoff");
        assertEq(StrikeWord.wrap(wordsOf(market)[0]).gapRate(), 0, "no gap either");
        assertEq(market.expiries[0].forward, 43_210e18);
        assertEq(market.expiries[0].moving, 0);
        assertEq(market.expiries[0].discount, 1e18);
    }

    /* BETWEEN EXPIRY AND FINAL PRICE */

    /// @dev An account near its limit that wrote calls; the price leaves it behind after the end, and nobody averages.
    function _writer() private returns (AccountId writer) {
        writer = fund(owner("writer"), 0, 15_000);
        trade(alice, writer, call(BTC, NEAR, 40_000), 20_000, 1_000e18);
        priceAt(end - 2 hours, 41_000, 3_000);
        priceAt(end + 1 minutes, 49_500, 3_000);
    }

    function test_assess_afterTheEndAnAccountStaysValued() public {
        AccountId writer = _writer();
        Assessment memory a = assess(writer);
        // 15,000 + 2,000 of premium less the maker's fee of 8; two calls are 19,000 in the money.
        assertApproxEqAbs(a.equity.raw(), -2_008e18, 1e18, "at the last price");
        assertGt(a.maintenance.raw(), 2_000e18, "and still risky");
        assertApproxEqAbs(assess(alice).equity.raw(), 1_017_000e18 - 40e18, 1e18);
    }

    function test_liquidate_INV14_worksBetweenTheEndAndTheFinalPrice() public {
        AccountId writer = _writer();
        auction.flag(writer);
        assertTrue(auction.liquidationState(writer).flagged);
        liquidate(writer, carol, 1e18);
        assertEq(lots(carol, call(BTC, NEAR, 40_000)), -20_000, "the expired position changed hands");
        assertEq(positionsOf(writer), 0);
        vm.warp(end + 2 minutes);
        average(BTC);
        settlement.settle(only(carol));
        assertEq(lots(carol, call(BTC, NEAR, 40_000)), 0);
    }

    function test_liquidate_isRefusedWhenSettlementMadeTheAccountHealthy() public {
        AccountId writer = _writer();
        vm.warp(end + 2 minutes);
        average(BTC); // 41,000: two calls, 1,000 in the money
        uint256 elapsed = auction.liquidationState(writer).elapsed;
        assertEq(elapsed, 0);
        vm.expectPartialRevert(IAuction.Healthy.selector);
        liquidate(writer, carol, 1e18);
        settlement.settle(only(writer));
        assertApproxEqAbs(cash(writer), 14_992e18, 1e18, "15,000 + 2,000 - 2,000 - 8");
    }

    /// @dev Nothing can be opened in a series that has ended, whether its price is final or not.
    function test_trade_refusesExpiredSeries() public {
        priceAt(end - 1 hours, 40_000, 3_000);
        postSurfaces();
        trade(alice, bob, future(BTC, NEAR), 10_000, 40_000e18);
        vm.warp(end);
        _expectRefusal();
        average(BTC);
        _expectRefusal();
    }

    function _expectRefusal() private {
        (bool ok, ) = address(this).call(abi.encodeCall(this.tradeNear, ()));
        assertFalse(ok, "an expired future was traded");
    }

    function tradeNear() external {
        trade(alice, bob, future(BTC, NEAR), 1, 40_000e18);
    }
}
