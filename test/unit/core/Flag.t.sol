// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IAuction, LiquidationState} from "../../../contracts/interfaces/IAuction.sol";
import {IClearinghouse} from "../../../contracts/interfaces/IClearinghouse.sol";
import {Position} from "../../../contracts/types/Position.sol";
import {Usd} from "../../../contracts/types/Usd.sol";
import {Scenes} from "../../fixtures/Scenes.sol";

/// @dev Alice at p: E = 9,920 - 4 (40,000 - p), MM = 0.13 p.
contract FlagTest is Scenes {
    function test_flag_startsTheClockAndTheMemo() public {
        fall(BTC, 37_000e18);
        vm.expectEmit(address(auction));
        emit IAuction.Flagged(alice, 0, usd(-2_080), usd(4_810));
        vm.expectEmit(address(clearinghouse));
        emit IClearinghouse.MemoSet(alice, usd(2_080), usd(2_080));
        auction.flag(alice);
        LiquidationState memory state = auction.liquidationState(alice);
        assertTrue(state.flagged && state.liquidatable);
        assertEq(state.maxFraction, 1e18, "insolvent: whole");
        assertEq(state.discount, 0, "no discount without equity");
    }

    function testFuzz_flag_revertsForAHealthyAccount(uint256 spot) public {
        spot = bound(spot, 38_812e18, 60_000e18); // E = MM at 38,811.37
        fall(BTC, spot);
        vm.expectPartialRevert(IAuction.Healthy.selector);
        auction.flag(alice);
    }

    /// @dev Flagging again refreshes what is expected and leaves the clock alone.
    function testFuzz_flag_againRefreshesTheMemoOnly(uint256 spot, uint256 wait) public {
        fall(BTC, 37_000e18);
        auction.flag(alice);
        wait = bound(wait, 1, 1 days);
        skip(wait);
        btcSource.set(bound(spot, 30_000e18, 38_700e18));
        auction.flag(alice);
        int256 equity = equityOf(alice);
        assertEq(clearinghouse.memo(alice).raw(), equity < 0 ? -equity : int256(0));
        assertUsd(clearinghouse.totalMemos(), clearinghouse.memo(alice), "the only one");
        assertEq(auction.liquidationState(alice).elapsed, wait);
    }

    function test_unflag_revertsWhileUnhealthyOrUnflagged() public {
        vm.expectRevert(abi.encodeWithSelector(IAuction.NotFlagged.selector, alice));
        auction.unflag(alice);
        fall(BTC, 38_500e18);
        auction.flag(alice);
        vm.expectRevert(abi.encodeWithSelector(IAuction.StillUnhealthy.selector, alice, usd(3_920), usd(5_005)));
        auction.unflag(alice);
    }

    /// @dev Back at b * MM nothing is kept; between MM and that the elapsed time is, and halves every 15 minutes.
    function test_unflag_keepsTheTimeBelowTheBuffer() public {
        fall(BTC, 38_500e18);
        auction.flag(alice);
        skip(20 minutes);
        btcSource.set(38_850e18); // E = 5,320; MM = 5,050.5; b MM = 5,555.55
        vm.expectEmit(address(auction));
        emit IAuction.Unflagged(alice, 1_200);
        auction.unflag(alice);
        assertEq(clearinghouse.totalMemos().raw(), 0);
        skip(15 minutes);
        assertApproxEqAbs(auction.liquidationState(alice).elapsed, 600, 1, "one half-life");
        skip(45 minutes);
        assertApproxEqAbs(auction.liquidationState(alice).elapsed, 75, 1, "four");
        skip(365 days);
        assertEq(auction.liquidationState(alice).elapsed, 0, "forgotten");
    }

    function test_unflag_atTheBufferForgets() public {
        fall(BTC, 38_500e18);
        auction.flag(alice);
        skip(20 minutes);
        btcSource.set(39_000e18); // E = 5,920; b MM = 5,577
        vm.expectEmit(address(auction));
        emit IAuction.Unflagged(alice, 0);
        auction.unflag(alice);
        assertEq(auction.liquidationState(alice).elapsed, 0);
    }

    /// @dev An owner's action while flagged refreshes the memo too.
    function test_trade_refreshesTheMemo() public {
        fall(BTC, 37_000e18);
        auction.flag(alice);
        deposit(alice, USD, 1_000e6);
        vm.prank(alice.owner());
        clearinghouse.transfer(alice, sub(alice.owner(), 1), Usd.wrap(0), new Position[](0));
        assertUsd(clearinghouse.memo(alice), usd(1_080), "1,000 less");
    }
}
