// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Bid, IAuction} from "../../../contracts/interfaces/IAuction.sol";
import {Reading} from "../../../contracts/interfaces/IPriceSource.sol";
import {perpetualOf} from "../../../contracts/types/InstrumentId.sol";
import {Usd} from "../../../contracts/types/Usd.sol";
import {Scenes} from "../../fixtures/Scenes.sol";

/// @dev Alice at price p: E = 9,920 - 4 (40,000 - p), MM = 0.13 p. At 38,500: E = 3,920, MM = 5,005.
contract LiquidateSolventTest is Scenes {
    function test_liquidate_revertsWhenHealthy() public {
        fall(BTC, BTC_SPOT);
        vm.prank(keeper.owner());
        vm.expectRevert(abi.encodeWithSelector(IAuction.Healthy.selector, alice, usd(9_920), usd(5_200), Usd.wrap(0)));
        auction.liquidate(Bid(alice, keeper, 1e18, Usd.wrap(0), ""));
    }

    /// @dev E = 4,680 < MM = 5,029.7, but at the upper end of the interval the account would have 4 * 110 more.
    function test_liquidate_revertsWhenHealthyAtTheGoodEnd() public {
        skip(1 minutes);
        btcSource.setReading(Reading(38_690e18, 38_690e18, 38_800e18, block.timestamp, true));
        vm.prank(keeper.owner());
        vm.expectRevert(
            abi.encodeWithSelector(IAuction.Healthy.selector, alice, usd(4_680), Usd.wrap(5_029.7e18), usd(440))
        );
        auction.liquidate(Bid(alice, keeper, 1e18, Usd.wrap(0), ""));
        btcSource.setReading(Reading(38_690e18, 38_690e18, 38_770e18, block.timestamp, true));
        liquidate(alice, keeper, 1e18);
    }

    /// @dev At once: g = 2 %. A tenth is worth 392, frees 500.50 of maintenance, costs 392 - 10.01.
    function test_liquidate_paysAParAtFirst() public {
        fall(BTC, 38_500e18);
        vm.expectEmit(address(auction));
        emit IAuction.Flagged(alice, 0, usd(3_920), usd(5_005));
        vm.expectEmit(address(auction));
        emit IAuction.Sliced(alice, keeper, 0.1e18, usd(392), Usd.wrap(381.99e18), Usd.wrap(0), Usd.wrap(500.5e18));
        (Usd payment, Usd reward) = liquidate(alice, keeper, 0.1e18);
        assertUsd(payment, Usd.wrap(381.99e18), "392 - 2 % * 500.5");
        assertUsd(reward, Usd.wrap(10.01e18), "the discount");
        assertEq(clearinghouse.lotsOf(keeper, perpetualOf(BTC)), 4_000);
        assertEq(equityOf(keeper), 100_010.01e18, "gained at mark");
    }

    /// @dev g after 7.5, 15, 25 minutes and a day: 13.5 %, 25 %, 26 %, 50 % of 500.50.
    function test_liquidate_discountGrowsWithTheClock() public {
        uint256[4] memory times = [uint256(450), 900, 1_500, 1 days];
        uint256[4] memory rewards = [uint256(67.5675e18), 125.125e18, 130.13e18, 250.25e18];
        fall(BTC, 38_500e18);
        auction.flag(alice);
        uint256 state = vm.snapshotState();
        for (uint256 i; i < 4; ++i) {
            skip(times[i]);
            (, Usd reward) = liquidate(alice, keeper, 0.1e18);
            assertEq(uint256(reward.raw()), rewards[i]);
            vm.revertToState(state);
        }
    }

    /// @dev f_max = (1.1 MM - E) / (1.1 MM), whatever was asked; f_min = a tenth, or f_max if that is less.
    function testFuzz_liquidate_takesBetweenTheBounds(uint256 spot, uint256 fraction) public {
        spot = bound(spot, 37_530e18, 38_757e18);
        fall(BTC, spot);
        int256 target = (int256(spot) * 143) / 1_000;
        int256 missing = target - equityOf(alice);
        fraction = bound(fraction, 0.1e18, 1e18);
        liquidate(alice, keeper, fraction);
        int256 moved = clearinghouse.lotsOf(keeper, perpetualOf(BTC));
        assertLe(moved * target, 40_000 * missing, "more than f_max");
        assertLe(moved * 1e18, 40_000 * int256(fraction), "more than asked");
        bool full = (moved + 1) * 1e18 > 40_000 * int256(fraction) || (moved + 1) * target >= 40_000 * missing;
        assertTrue(full, "more than a lot less than both");
    }

    function testFuzz_liquidate_revertsBelowTheLeastFraction(uint256 fraction) public {
        fall(BTC, 38_000e18);
        fraction = bound(fraction, 0, 0.1e18 - 1);
        vm.prank(keeper.owner());
        vm.expectRevert(abi.encodeWithSelector(IAuction.FractionTooSmall.selector, fraction, uint256(0.1e18)));
        auction.liquidate(Bid(alice, keeper, fraction, Usd.wrap(0), ""));
    }

    /// @dev INV-14 over price, size and time: E/MM does not fall while E > 0, and E does not fall below 0.
    function testFuzz_liquidate_neverWorsensHealth(uint256 spot, uint256 fraction, uint256 wait) public {
        fall(BTC, bound(spot, 37_521e18, 38_700e18));
        auction.flag(alice);
        skip(bound(wait, 0, 2 days));
        int256 equity = equityOf(alice);
        int256 maintenance = assess(alice).maintenance.raw();
        vm.prank(keeper.owner());
        try auction.liquidate(Bid(alice, keeper, bound(fraction, 0.1e18, 1e18), Usd.wrap(0), "")) {
            int256 equityAfter = equityOf(alice);
            assertGe(equityAfter, 0);
            assertGe(equityAfter * maintenance, equity * assess(alice).maintenance.raw(), "INV-14");
        } catch (bytes memory reason) {
            assertEq(bytes4(reason), IAuction.SliceWorthless.selector, "only rounding of tiny equity");
        }
    }

    /// @dev E = 10. 0.100024 of 40,000 lots is 4,000.96: the lost 0.96 lots are worth more than a tenth of 10 USD.
    function test_liquidate_revertsWhenTruncationTakesMoreThanEquity() public {
        fall(BTC, 37_522.5e18);
        vm.prank(keeper.owner());
        vm.expectPartialRevert(IAuction.SliceWorthless.selector);
        auction.liquidate(Bid(alice, keeper, 0.100024e18, Usd.wrap(0), ""));
    }

    function testFuzz_liquidate_revertsBelowTheKeepersReward(uint256 asked) public {
        fall(BTC, 38_500e18);
        asked = bound(asked, 10.01e18 + 1, 1e30);
        vm.prank(keeper.owner());
        vm.expectRevert(
            abi.encodeWithSelector(IAuction.RewardTooSmall.selector, Usd.wrap(10.01e18), Usd.wrap(int256(asked)))
        );
        auction.liquidate(Bid(alice, keeper, 0.1e18, Usd.wrap(int256(asked)), ""));
    }

    function test_liquidate_revertsForAnAccountThatIsNotTheCallers() public {
        fall(BTC, 38_500e18);
        bytes memory refused = abi.encodeWithSelector(IAuction.NotYourKeeper.selector, keeper, address(this));
        vm.expectRevert(refused);
        auction.liquidate(Bid(alice, keeper, 1e18, Usd.wrap(0), ""));
        vm.prank(alice.owner());
        vm.expectRevert(abi.encodeWithSelector(IAuction.NotYourKeeper.selector, alice, alice.owner()));
        auction.liquidate(Bid(alice, alice, 1e18, Usd.wrap(0), ""));
    }
}
