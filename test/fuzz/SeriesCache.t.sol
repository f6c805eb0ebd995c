// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {RiskParameters, RiskTerms, Snapshot} from "../../contracts/interfaces/IMarkets.sol";
import {InstrumentId} from "../../contracts/types/InstrumentId.sol";
import {UnderlyingSet} from "../../contracts/types/UnderlyingSet.sol";
import {SeriesFixture} from "../unit/core/SeriesFixture.sol";

/// @dev INV-5: a cached risk array is the computed one, to the bit, whatever happened since it was cached.
contract SeriesCacheTest is SeriesFixture {
    InstrumentId[] private _all;
    UnderlyingSet private _both;

    function setUp() public override {
        super.setUp();
        _both = setOf(BTC).with(ETH);
        _all.push(call(BTC, 0, 40_000));
        _all.push(put(BTC, 0, 37_500));
        _all.push(put(BTC, 0, 40_000));
        _all.push(call(BTC, 1, 44_000));
        _all.push(future(BTC, 1));
        _all.push(put(BTC, 2, 5_000));
        _all.push(call(BTC, 3, 320_000));
        _all.push(call(ETH, 0, 3_000));
        _all.push(put(ETH, 2, 2_500));
    }

    /// @dev A walk of touches, prices, time, surfaces, parameters, settlement steps and feeds that die. After each step
    /// every read equals the one without a cache.
    function testFuzz_INV5_cachedEqualsComputed(uint256[10] memory seeds) public {
        series.touch(_both, _all);
        for (uint256 i; i < seeds.length; ++i) {
            _step(seeds[i] % 10, seeds[i] >> 8);
            assertSame(series.snapshot(_both, _all), computed(_both, _all), "INV-5");
            _touchSome(seeds[i] >> 200);
        }
    }

    /// @dev The same within one epoch, where nothing may be computed again: all words stay the stored ones.
    function testFuzz_INV5_holdsForTheLengthOfAnEpoch(uint256[9] memory times, uint256[9] memory spots) public {
        uint256 end = block.timestamp + 1 hours - 1;
        uint256[9] memory lows;
        for (uint256 i; i < times.length; ++i) {
            vm.warp(bound(times[i], block.timestamp, end));
            btcSource.set(bound(spots[i], (BTC_SPOT * 995) / 1000, (BTC_SPOT * 1005) / 1000));
            series.touch(_both, only(_all[i]));
            (lows[i], ) = cachedWords(_all[i]);
            assertEq(lows[i] == 0, i == 4, "cached, but a future has no array");
        }
        vm.warp(end);
        assertSame(series.snapshot(_both, _all), computed(_both, _all), "INV-5");
        for (uint256 i; i < times.length; ++i) {
            if (i != 4) assertEq(wordsOf(look(_all[i]))[1], lows[i]);
        }
    }

    /* STEPS */

    function _step(uint256 action, uint256 seed) private {
        if (action < 2) _setPrice(seed, action == 0 ? 0.006e18 : 0.3e18);
        else if (action == 2) skip(bound(seed, 1, 2 hours));
        else if (action == 3) _postSurface(seed);
        else if (action == 4) _setParameters(seed);
        else if (action == 5) _setTerms(seed);
        else if (action == 6) sourceOf(seed % 2 == 0 ? BTC : ETH).breakDown();
        else if (action == 7) skip(bound(seed, 1, 2 days));
        else _average(seed);
    }

    /// @dev What `touch` returns is what `snapshot` told just before.
    function _touchSome(uint256 seed) private {
        uint256 count = seed % 6;
        InstrumentId[] memory some = new InstrumentId[](count);
        for (uint256 i; i < count; ++i) some[i] = _all[(seed >> (4 * (i + 1))) % _all.length];
        Snapshot memory seen = series.snapshot(_both, some);
        assertSame(series.touch(_both, some), seen, "touched");
    }

    function _setPrice(uint256 seed, uint256 reach) private {
        skip(seed % 60);
        uint8 underlying = seed % 2 == 0 ? BTC : ETH;
        uint256 spot = marketOf(underlying).spot;
        sourceOf(underlying).set(bound(seed >> 8, (spot * (1e18 - reach)) / 1e18, (spot * (1e18 + reach)) / 1e18));
    }

    function _postSurface(uint256 seed) private {
        uint256 volatility = bound(seed >> 16, 0.2e18, 2e18);
        uint256 made = block.timestamp - (seed % 301);
        surfaces.setSurface(seed & 512 == 0 ? BTC : ETH, made, seed % 1e30, quotesOf(volatility));
    }

    function _setParameters(uint256 seed) private {
        skip(1 days);
        RiskParameters memory p = markets.riskParameters(BTC);
        p.floor = uint24(_stepOf(p.floor, seed, 20_000, p.cap, 10, 1_000));
        p.epsilon = uint24(_stepOf(p.epsilon, seed >> 64, 0, 20_000, 50, 20));
        markets.setRiskParameters(BTC, p);
    }

    function _setTerms(uint256 seed) private {
        skip(1 days);
        RiskTerms memory t = series.riskTerms(BTC);
        t.volatilityUp = uint24(_stepOf(t.volatilityUp, seed, 200_000, 1_500_000, 50, 20));
        t.volatilityDown = uint24(_stepOf(t.volatilityDown, seed >> 64, 100_000, 800_000, 50, 20));
        series.setRiskTerms(BTC, t);
    }

    /// @dev A value within one governed step of `old` and within its bounds.
    function _stepOf(
        uint256 old,
        uint256 seed,
        uint256 least,
        uint256 most,
        uint256 share,
        uint256 leastStep
    ) private pure returns (uint256) {
        uint256 step = FixedPointMathLib.max(old / share, leastStep);
        uint256 from = FixedPointMathLib.max(FixedPointMathLib.zeroFloorSub(old, step), least);
        return bound(seed, from, FixedPointMathLib.min(old + step, most));
    }

    /// @dev Into the settlement window of the next expiry, or past it, and one or more rounds further.
    function _average(uint256 seed) private {
        uint256 next;
        while (expiryOf[next] + 1 hours <= block.timestamp) ++next;
        uint40 expiry = expiryOf[next];
        uint256 time = expiry - 30 minutes + bound(seed, 1, 60 minutes);
        if (time > block.timestamp) vm.warp(time);
        btcSource.set(bound(seed >> 64, BTC_SPOT / 2, BTC_SPOT * 2));
        (, uint256 done) = settlement.progress(BTC, expiry);
        if (done != FixedPointMathLib.min(block.timestamp, expiry)) average(BTC, expiry, 1 + (seed % 3));
    }
}
