// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccountId} from "../../../contracts/types/AccountId.sol";
import {Assessment} from "../../../contracts/interfaces/IMarginEngine.sol";
import {perpetualOf} from "../../../contracts/types/InstrumentId.sol";
import {Scenes} from "../../fixtures/Scenes.sol";

/// @dev The auction clock can be neither reset by a dollar nor stalled by slices to a friend.
contract ClockTest is Scenes {
    /// @dev E = MM for a moment keeps the elapsed time but for its half-life: 2^-x >= 1 - x.
    function testFuzz_unflag_afterATopUpKeepsTheClock(uint256 wait, uint256 pause) public {
        wait = bound(wait, 1, 2 hours);
        pause = bound(pause, 0, 10 minutes);
        fall(BTC, 38_500e18);
        auction.flag(alice);
        skip(wait);
        Assessment memory a = assess(alice);
        deposit(alice, USD, uint256(a.maintenance.raw() - a.equity.raw()) / 1e12 + 1e6);
        auction.unflag(alice);
        skip(pause);
        btcSource.set(38_480e18);
        skip(30);
        auction.flag(alice);
        uint256 elapsed = auction.liquidationState(alice).elapsed;
        assertGe(elapsed + 1, (wait * (900 - pause - 30)) / 900, "a dollar reset the clock");
        assertLe(elapsed, wait);
    }

    /// @dev A friend who takes the least slice every minute ends it: each tenth taken raises E/MM by a ninth less the
    /// discount, and he holds the position with its margin. From E/MM = 0.3 it takes at most 13 slices.
    function testFuzz_liquidate_leastSlicesHealInsteadOfStalling(uint256 spot) public {
        fall(BTC, bound(spot, 37_900e18, 38_700e18));
        AccountId friend = fund(owner("friend"), 0, 100_000);
        auction.flag(alice);
        uint256 slices;
        while (auction.liquidationState(alice).liquidatable) {
            int256 before = healthOf(alice);
            liquidate(alice, friend, auction.liquidationState(alice).minFraction);
            ++slices;
            if (clearinghouse.lotsOf(alice, perpetualOf(BTC)) == 0) break;
            assertGe(healthOf(alice) * 20, before * 21, "INV-14, and a twentieth healthier");
            assertGe(healthOf(alice) * 20, before * 21, "INV-14, and a twentieth healthier");
            skip(1 minutes);
        }
        assertLe(slices, 13, "slices until healthy");
        assertGt(clearinghouse.lotsOf(friend, perpetualOf(BTC)), 0);
    }

    /// @dev A slice halves the elapsed time and no more.
    function testFuzz_liquidate_halvesTheClock(uint256 wait) public {
        wait = bound(wait, 0, 1 days);
        fall(BTC, 38_000e18);
        auction.flag(alice);
        skip(wait);
        liquidate(alice, keeper, 0.1e18);
        uint256 elapsed = auction.liquidationState(alice).elapsed;
        assertGe(elapsed, wait / 2);
        assertLe(elapsed, (wait + 1) / 2);
    }
}
