// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IMarkets, Market, PriceStatus} from "../../../contracts/interfaces/IMarkets.sol";
import {IPriceSource, Reading} from "../../../contracts/interfaces/IPriceSource.sol";
import {NO_UNDERLYINGS} from "../../../contracts/types/UnderlyingSet.sol";
import {Deployed} from "../../fixtures/Deployed.sol";

/// @dev Prices as intervals, EMA, premium and funding.
contract MarketPricesTest is Deployed {
    function _row() private view returns (Market memory) {
        return markets.snapshot(NO_UNDERLYINGS.with(BTC)).markets[0];
    }

    function _touch() private returns (Market memory) {
        return markets.touch(NO_UNDERLYINGS.with(BTC)).markets[0];
    }

    /// @dev The observation before this second's belongs to the interval until it is 30 seconds old.
    function testFuzz_touch_keepsThePreviousObservationFor30Seconds(uint256 age, uint256 before, uint256 now_) public {
        skip(1 minutes);
        before = bound(before, 1e18, 1_000_000e18);
        btcSource.set(before);
        _touch();
        age = bound(age, 1, 60);
        skip(age);
        now_ = bound(now_, 1e18, 1_000_000e18);
        btcSource.set(now_);
        Market memory m = _row();
        bool isYoung = age < 30;
        assertEq(m.low, isYoung && before < now_ ? before : now_);
        assertEq(m.high, isYoung && before > now_ ? before : now_);
    }

    /// @dev However often others touch, a stored price stays in the interval for its 30 seconds.
    function testFuzz_touch_cannotPushAPriceOut(uint256[8] memory gaps, uint256[8] memory prices) public {
        skip(1 minutes);
        btcSource.set(39_000e18);
        _touch();
        uint256 end = block.timestamp + 29;
        for (uint256 i; i < 8 && block.timestamp < end; ++i) {
            vm.warp(block.timestamp + bound(gaps[i], 1, end - block.timestamp));
            btcSource.set(bound(prices[i], 39_001e18, 1_000_000e18));
            assertEq(_touch().low, 39_000e18);
        }
        vm.warp(end + 1);
        assertGt(_row().low, 39_000e18);
    }

    /// @dev Two prices in one second: the first is stored, both are in the interval.
    function test_snapshot_spansThePricesOfOneSecond() public {
        skip(1 minutes);
        _touch();
        btcSource.set(41_000e18);
        Market memory m = _row();
        assertEq(m.low, 40_000e18);
        assertEq(m.high, 41_000e18);
    }

    function testFuzz_touch_storesWhatSnapshotSays(uint256 spot, uint256 age) public {
        skip(bound(age, 15, 30 days));
        btcSource.set(bound(spot, 1, 2 ** 88 - 1));
        Market memory seen = _row();
        vm.expectEmit(address(markets));
        emit IMarkets.Observed(BTC, seen.spot, seen.ema);
        Market memory stored = _touch();
        assertEq(abi.encode(stored), abi.encode(seen), "same row");
        assertEq(abi.encode(_touch()), abi.encode(seen), "and once in 15 seconds only");
    }

    /// @dev One observation weighs ln 2 * min(dt, 5 min) / 1 h, 5.776 % at most.
    function testFuzz_touch_capsTheWeightInTheEma(uint256 spot, uint256 age) public {
        _touch();
        age = bound(age, 15, 30 days);
        skip(age);
        spot = bound(spot, 1e18, 1_000_000e18);
        btcSource.set(spot);
        uint256 ema = _touch().ema;
        uint256 weight = age < 300 ? age : 300;
        uint256 gap = spot > 40_000e18 ? spot - 40_000e18 : 40_000e18 - spot;
        uint256 moved = ema > 40_000e18 ? ema - 40_000e18 : 40_000e18 - ema;
        assertApproxEqAbs(moved, (gap * weight * 693_147) / (3_600 * 1_000_000), gap / 1e6 + 1);
    }

    /// @dev 0.1 % a minute to each side, at most the whole price to either.
    function testFuzz_snapshot_widensADeadPrice(uint256 age) public {
        _touch();
        btcSource.breakDown();
        age = bound(age, 0, 30 days);
        skip(age);
        Market memory m = _row();
        assertEq(uint8(m.status), uint8(PriceStatus.Dead));
        assertEq(m.spot, 40_000e18, "the last stored price");
        uint256 width = age < 1_000 minutes ? (40_000e18 * age) / 60_000 : 40_000e18;
        assertApproxEqAbs(m.spot - m.low, width, 1e12);
        assertApproxEqAbs(m.high - m.spot, width, 1e12);
        assertLe(m.spot - m.low, 40_000e18);
    }

    function test_snapshot_saysDegradedWhenTheSourceDoes() public {
        btcSource.setReading(Reading(40_000e18, 39_000e18, 41_000e18, block.timestamp, false));
        Market memory m = _row();
        assertEq(uint8(m.status), uint8(PriceStatus.Degraded));
        assertEq(m.low, 39_000e18);
    }

    /// @dev Whatever nonsense a source returns is a dead price, never a revert (INV-8).
    function testFuzz_snapshot_survivesAnyReading(Reading calldata r) public {
        btcSource.setReading(r);
        bool sane = r.spot != 0 && r.low <= r.spot && r.spot <= r.high;
        sane = sane && r.high < 2 ** 88 && r.publishedAt <= block.timestamp;
        assertEq(uint8(_row().status) == uint8(PriceStatus.Dead), !sane);
    }

    function testFuzz_snapshot_survivesAnyAnswer(bytes calldata answer) public {
        vm.mockCall(address(btcSource), abi.encodeCall(IPriceSource.read, ()), answer);
        vm.assume(answer.length != 160);
        assertEq(uint8(_row().status), uint8(PriceStatus.Dead));
    }

    /// @dev Clamped to 50 bp, smoothed over 10 minutes, the first at once.
    function testFuzz_setPremium_clampsAndSmooths(int256 premium, uint256 age) public {
        int256 target =
            premium > 5_000
                ? int256(5_000)
                : premium < -5_000
                    ? int256(-5_000)
                    : premium;
        vm.expectEmit(address(markets));
        emit IMarkets.Funding(BTC, 0, target);
        markets.setPremium(BTC, premium);
        assertEq(_row().perpetualMark, (40_000e18 * uint256(1e6 + target)) / 1e6);
        age = bound(age, 0, 10 minutes);
        skip(age);
        markets.setPremium(BTC, 0);
        uint256 mark = _row().perpetualMark;
        int256 rest = target - (target * int256(age)) / 600;
        assertApproxEqAbs(mark, (40_000e18 * uint256(1e6 + rest)) / 1e6, 0.04e18, "one millionth");
    }

    /// @dev A gap too small for one second's step is not held up by messages that come every second.
    function test_setPremium_smallGapsCloseUnderFrequentMessages() public {
        markets.setPremium(BTC, 100);
        for (uint256 i; i < 600; ++i) {
            skip(1);
            markets.setPremium(BTC, 0);
        }
        int256 above = int256(_row().perpetualMark) - 40_000e18;
        assertGt(above, 0);
        assertLt(above, 2e18, "half of 100 millionths of 40,000, and falling");
    }

    /// @dev rate_prev * spot_prev * min(dt, 1 h): the price at the beginning of the hour, not at its end.
    function testFuzz_touch_accruesFromTheLeft(uint256 spot, uint256 age) public {
        markets.setPremium(BTC, 5_000);
        age = bound(age, 1, 3 hours);
        skip(age);
        btcSource.set(bound(spot, 1e18, 1_000_000e18));
        int256 index = _touch().fundingIndex;
        uint256 seconds_ = age < 3_600 ? age : 3_600;
        assertEq(index, int256((200e18 * seconds_) / 28_800), "0.5 % of 40,000 in 8 hours");
    }

    function testFuzz_setPremium_isNotForStrangers(address stranger) public {
        vm.assume(stranger != address(this));
        vm.prank(stranger);
        vm.expectRevert();
        markets.setPremium(BTC, 1);
    }
}
