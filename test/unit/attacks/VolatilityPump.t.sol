// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Assessment} from "../../../contracts/interfaces/IMarginEngine.sol";
import {MovingRange} from "../../fixtures/MovingRange.sol";

/// @dev Nobody is liquidated by volatility that somebody makes, before hours in which he could act; and who chooses when to
/// touch decides little.
contract VolatilityPumpTest is MovingRange {
    function setUp() public override {
        super.setUp();
        _open(22_000);
    }

    /// @dev The strongest pump: the implied volatility at its bound at once, and every sample 5 % from the last, the most that an
    /// aggregate's interval allows. At the old price the account, funded to initial margin, stays healthy for 13 hours.
    function testFuzz_pump_liquidatesNobodyForThirteenHours(uint256 seed) public {
        Assessment memory first = assess(long);
        assertGe(first.equity.raw(), first.initial.raw());
        assertLe(first.equity.raw(), (first.initial.raw() * 101) / 100, "no more than initial margin");
        _imply(16e18);
        for (uint256 hour = 1; hour <= 13; ++hour) {
            skip(1 hours);
            _touchAt((seed >> hour) % 2 == 0 ? 42_000e18 : 38_000e18);
            uint256 snapshot = vm.snapshotState();
            skip(31 seconds);
            source.set(BTC_SPOT);
            Assessment memory a = assess(long);
            assertGe(a.equity.raw(), a.maintenance.raw(), "liquidatable");
            vm.revertToState(snapshot);
        }
        // 1.02^16 is more than the initial ratio: the ramp does arrive.
        for (uint256 hour = 14; hour <= 16; ++hour) {
            skip(1 hours);
            _touchAt(42_000e18);
        }
        skip(31 seconds);
        source.set(BTC_SPOT);
        assertLt(assess(long).equity.raw(), assess(long).maintenance.raw());
    }

    /// @dev A target raised while the price is dead, a second before it lives again: the pause is not caught up.
    function testFuzz_pump_duringAnOutageIsOneStep(uint256 outage) public {
        outage = bound(outage, 1 hours, 30 days);
        source.breakDown();
        skip(outage - 1);
        _imply(16e18);
        skip(1);
        _touchAt(BTC_SPOT);
        assertEq(_range().maintenance, (FIRST_RANGE * 102) / 100);
    }

    /// @dev An hour of pumping moves maintenance margin by 2 % at most, whatever the price does.
    function testFuzz_pump_movesMaintenanceByTwoPercentAnHour(uint256 price, uint256 wait) public {
        price = bound(price, 1e18, 200_000e18);
        wait = bound(wait, 1 hours, 2 hours);
        _imply(16e18);
        uint256 before = _range().maintenance;
        skip(wait);
        _touchAt(price);
        assertLe(_range().maintenance, (before * 102) / 100);
    }

    /// @dev The price swings 1 % every ten minutes. Touched at the highs alone, at random, or every minute: at most a sample an
    /// hour, so the averages of a day differ by less than a hundredth of what the swings would give sampled one by one.
    function test_touch_choosingTheMomentIsWorthLittle() public {
        uint256 start = vm.snapshotState();
        for (uint256 i; i < 24 * 60; ++i) {
            skip(1 minutes);
            _touchAt((i / 10) % 2 == 0 ? 40_000e18 : 40_400e18);
        }
        uint256 always = _range().variances.fast;
        vm.revertToState(start);
        for (uint256 i; i < 24; ++i) {
            skip(1 hours);
            _touchAt(i % 2 == 0 ? 40_400e18 : 40_000e18); // always the far end
        }
        uint256 most = _range().variances.fast;
        vm.revertToState(start);
        for (uint256 i; i < 24; ++i) {
            skip(1 hours);
            _touchAt(40_000e18); // always the same end
        }
        uint256 least = _range().variances.fast;
        assertLe(least, always);
        assertLe(always, most);
        // r = ln 1.01: hourly r^2 is 0.867 a year; swings one by one would be 5.2.
        assertLt(most - least, 0.12e18, "what a day of choosing can add");
    }
}
