// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {Expiry} from "../../../contracts/interfaces/IMarkets.sol";
import {EpochState} from "../../../contracts/interfaces/ISeries.sol";
import {Black76} from "../../../contracts/libraries/Black76.sol";
import {Essvi} from "../../../contracts/libraries/Essvi.sol";
import {InstrumentId, instrumentId, Kind} from "../../../contracts/types/InstrumentId.sol";
import {SurfaceWord} from "../../../contracts/types/SurfaceWord.sol";
import {SeriesFixture} from "./SeriesFixture.sol";

/// @dev Marks of options and futures at live spot, between two surfaces.
contract SeriesMarksTest is SeriesFixture {
    /// @dev 1e-16 of forward and strike as in `Black76`, and two logarithms instead of one. USD, 18 decimals.
    uint256 private constant EXACTNESS = 1e9;
    uint256 private constant ONE = 1e18;

    /* AGAINST BLACK'S FORMULA */

    /// @dev The volatility is that of the strike's log distance from the forward when the surface was made, whatever spot
    /// does; variance, carry and discount have run off for `elapsed` of the surface's life.
    function testFuzz_snapshot_marksByBlackWithTheVolatilityOfTheStrike(
        uint256 strike,
        uint256 spot,
        uint256 elapsed,
        uint256 expiry
    ) public {
        InstrumentId id = _call(bound(strike, 4_000e8, 400_000e8), expiry % EXPIRIES);
        skip(bound(elapsed, 0, 2 days));
        btcSource.set(bound(spot, 10_000e18, 160_000e18));
        assertApproxEqAbs(markOf(id), _blackMark(id, _forward(id)), EXACTNESS);
    }

    /// @dev Total variance and the part of it that is left, from the stored word.
    function _deviation(InstrumentId id) private view returns (uint256) {
        SurfaceWord word = series.surface(BTC, id.expiry());
        EpochState memory e = series.epoch(BTC);
        uint256 forward = (e.surfaceSpot * word.forwardRatio()) / ONE;
        int256 k = FixedPointMathLib.lnWad(int256((uint256(id.strike()) * 1e28) / forward));
        uint256 left = ((id.expiry() - block.timestamp) * ONE) / (id.expiry() - e.surfaceAt);
        return Essvi.deviation((Essvi.totalVariance(word.slice(), k) * left) / ONE);
    }

    function _blackMark(InstrumentId id, uint256 forward) private view returns (uint256) {
        uint256 strike = uint256(id.strike()) * 1e10;
        int256 x = FixedPointMathLib.lnWad(int256((forward * ONE) / strike));
        return (Black76.call(forward, strike, x, _deviation(id)) * expiryRow(id).discount) / ONE;
    }

    function _forward(InstrumentId id) private view returns (uint256) {
        SurfaceWord word = series.surface(BTC, id.expiry());
        uint256 left = id.expiry() - block.timestamp;
        uint256 life = id.expiry() - series.epoch(BTC).surfaceAt;
        int256 ratio = int256(ONE) + ((int256(word.forwardRatio()) - int256(ONE)) * int256(left)) / int256(life);
        return (marketOf(BTC).spot * uint256(ratio)) / ONE;
    }

    /* RUN-OFF */

    /// @dev Forward / spot and discount reach 1 in a straight line.
    function testFuzz_snapshot_runsCarryAndDiscountOffLinearly(uint256 elapsed, uint256 expiry) public {
        InstrumentId id = future(BTC, expiry % EXPIRIES);
        uint256 life = id.expiry() - block.timestamp;
        SurfaceWord word = series.surface(BTC, id.expiry());
        uint256 left = bound(elapsed, 31 minutes, life);
        vm.warp(id.expiry() - left);
        Expiry memory row = expiryRow(id);
        assertApproxEqAbs((ONE - row.discount) * life, (ONE - word.discount()) * left, life);
        uint256 carry = ((word.forwardRatio() - ONE) * left) / life;
        assertApproxEqAbs(row.forward, BTC_SPOT + (BTC_SPOT * carry) / ONE, BTC_SPOT / ONE + 1);
        assertEq(row.moving, row.forward, "all of it moves before the window");
        assertEq(row.discountedForward, (row.forward * row.discount) / ONE);
        assertEq(row.discountedMoving, row.discountedForward);
    }

    /// @dev Near expiry an option goes to its intrinsic value, a future to spot.
    function test_snapshot_endsAtIntrinsicValue() public {
        vm.warp(expiryOf[0]);
        assertEq(markOf(call(BTC, 0, 38_000)), 2_000e18);
        assertEq(markOf(put(BTC, 0, 38_000)), 0);
        assertEq(markOf(call(BTC, 0, 43_000)), 0);
        assertEq(markOf(put(BTC, 0, 43_000)), 3_000e18);
        assertEq(expiryRow(future(BTC, 0)).forward, BTC_SPOT);
        assertEq(expiryRow(future(BTC, 0)).discount, ONE);
    }

    /* PARITY AND BOUNDS */

    /// @dev C - P = D (F - K) but for less than two units, both to the holder's loss: D F down, D K up.
    function testFuzz_snapshot_keepsParity(uint256 strike, uint256 spot, uint256 elapsed, uint256 expiry) public {
        strike = bound(strike, 1, 300_000_000e8);
        InstrumentId c = _call(strike, expiry % EXPIRIES);
        InstrumentId p = instrumentId(BTC, c.expiry(), uint64(strike), Kind.Put);
        skip(bound(elapsed, 0, 2 days));
        btcSource.set(bound(spot, 1e18, 1e24));
        Expiry memory row = expiryRow(c);
        int256 difference36 = (int256(markOf(c)) - int256(markOf(p))) * 1e18;
        int256 exact36 = (int256(row.forward) - int256(strike * 1e10)) * int256(row.discount);
        assertLe(difference36, exact36);
        assertGt(difference36 + 2e18, exact36);
    }

    /// @dev No call below its intrinsic value or above the forward, no put above the strike; both monotone in the strike.
    function testFuzz_snapshot_boundsMarks(uint256[2] memory strikes, uint256 spot, uint256 elapsed) public {
        for (uint256 i; i < 2; ++i) strikes[i] = bound(strikes[i], 1_000e8, 1_000_000e8);
        (uint256 low, uint256 high) = strikes[0] < strikes[1] ? (strikes[0], strikes[1]) : (strikes[1], strikes[0]);
        skip(bound(elapsed, 0, 2 days));
        btcSource.set(bound(spot, 4_000e18, 400_000e18));
        InstrumentId c = _call(low, 2);
        Expiry memory row = expiryRow(c);
        uint256 discounted = (low * 1e10 * row.discount + ONE - 1) / ONE;
        assertLe(markOf(c), row.discountedForward);
        assertGe(markOf(c) + discounted, row.discountedForward);
        assertLe(markOf(instrumentId(BTC, c.expiry(), uint64(low), Kind.Put)), discounted);
        assertGe(markOf(c) + EXACTNESS, markOf(_call(high, 2)), "calls fall in the strike");
    }

    /* CONTINUITY */

    /// @dev No mark knows of epochs: a roll by age, by terms or by spot changes none.
    function testFuzz_touch_changesNoMark(uint256 strike, uint256 age, uint256 spot) public {
        InstrumentId id = _call(bound(strike, 20_000e8, 80_000e8), 2);
        touch(id);
        skip(bound(age, 1 hours, 10 hours));
        btcSource.set(bound(spot, 20_000e18, 80_000e18));
        uint256 mark = markOf(id);
        touch(id);
        assertEq(series.epoch(BTC).rolledAt, block.timestamp, "rolled");
        assertEq(markOf(id), mark);
    }

    /// @dev One unit of spot more, where the epoch ends, moves a mark by hardly more than a unit.
    function testFuzz_snapshot_isContinuousWhereAnEpochEnds(uint256 strike) public {
        InstrumentId id = _call(bound(strike, 20_000e8, 80_000e8), 2);
        touch(id);
        btcSource.set((BTC_SPOT * 1005) / 1000);
        (uint256 mark, uint256 number) = (markOf(id), epochNow(id));
        btcSource.set((BTC_SPOT * 1005) / 1000 + 1);
        assertEq(epochNow(id), number + 1);
        assertApproxEqAbs(markOf(id), mark, EXACTNESS);
    }

    /// @dev One second, over the end of an epoch, costs no more than theta: some 0.001 USD for 30 days.
    function testFuzz_snapshot_isContinuousInTime(uint256 strike, uint256 spot) public {
        InstrumentId id = _call(bound(strike, 20_000e8, 80_000e8), 2);
        btcSource.set(bound(spot, 35_000e18, 45_000e18));
        touch(id);
        skip(1 hours - 1);
        (uint256 mark, uint256 number) = (markOf(id), epochNow(id));
        skip(1);
        assertEq(epochNow(id), number + 1);
        assertApproxEqAbs(markOf(id), mark, 0.002e18);
    }

    /// @dev A surface that says the same, after some time at the same spot, changes no mark by more than its fields round.
    function test_setSurface_ofTheSameSmileKeepsMarks() public {
        InstrumentId id = call(BTC, 2, 44_000);
        skip(2 hours);
        uint256 mark = markOf(id);
        post(BTC, quotesOf(btcVolatility));
        assertEq(series.epoch(BTC).surfaceAt, block.timestamp);
        assertApproxEqRel(markOf(id), mark, 0.0005e18);
    }

    function _call(uint256 strike, uint256 expiry) private view returns (InstrumentId) {
        return instrumentId(BTC, expiryOf[expiry], uint64(strike), Kind.Call);
    }
}
