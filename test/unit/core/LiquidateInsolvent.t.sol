// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccountId, compartment, HOLE} from "../../../contracts/types/AccountId.sol";
import {IAuction} from "../../../contracts/interfaces/IAuction.sol";
import {Limits} from "../../../contracts/interfaces/IMarkets.sol";
import {perpetualOf} from "../../../contracts/types/InstrumentId.sol";
import {Usd} from "../../../contracts/types/Usd.sol";
import {Scenes} from "../../fixtures/Scenes.sol";

/// @dev At 37,000 alice has E = -2,080, MM = 4,810. Her trade left 48 of fees in the BTC compartment.
contract LiquidateInsolventTest is Scenes {
    /// @dev Own compartment, common one, HOLE: 548 + 1,000 + 532. The keeper is made whole to the cent.
    function test_liquidate_coversInOrder() public {
        insure(BTC, 500);
        insure(0, 1_000);
        fall(BTC, 37_000e18);
        vm.expectEmit(address(auction));
        emit IAuction.Covered(alice, BTC, usd(548), usd(1_000), usd(532));
        (Usd payment, Usd reward) = liquidate(alice, keeper, 1e18);
        assertUsd(payment, Usd.wrap(0), "nothing to pay for");
        assertUsd(reward, Usd.wrap(0), "no reward before its time");
        assertEq(equityOf(keeper), 100_000e18, "made whole");
        assertUsd(clearinghouse.cashOf(HOLE), usd(-532), "booked");
        assertUsd(clearinghouse.deficit(BTC), usd(532), "counted against the market's limit");
        assertEq(clearinghouse.portfolio(alice).positions.length, 0);
        assertEq(equityOf(alice), 0);
    }

    /// @dev Any fraction f: the keeper gets f * 2,080 and beta(t) of the maintenance removed, whatever the insurance.
    function testFuzz_liquidate_makesTheKeeperWhole(uint256 fraction, uint256 wait, uint32 insured) public {
        insure(BTC, bound(insured, 1, 5_000));
        fall(BTC, 37_000e18);
        auction.flag(alice);
        wait = bound(wait, 0, 3 hours);
        skip(wait);
        (, Usd reward) = liquidate(alice, keeper, bound(fraction, 0.1e18, 1e18));
        assertEq(equityOf(keeper) - 100_000e18, reward.raw(), "the reward is what the keeper gains");
        int256 removed = 4_810e18 - assess(alice).maintenance.raw();
        int256 rate = wait < 1 hours ? int256((0.05e18 * wait) / 1 hours) : int256(0.05e18);
        assertApproxEqAbs(reward.raw(), (removed * rate) / 1e18, 1, "beta");
        int256 left = equityOf(alice);
        assertEq(clearinghouse.memo(alice).raw(), left < 0 ? -left : int256(0), "the rest is expected");
    }

    /// @dev 4 BTC and 40 ETH: shares of the requirement 4 * 37,000 * 6.5 % to 40 * 2,700 * 8.5 %, both halved.
    function test_liquidate_attributesByShareOfTheRequirement() public {
        deposit(alice, USD, 10_000e6);
        trade(alice, bob, perpetualOf(ETH), 40_000, ETH_SPOT);
        fall(BTC, 37_000e18);
        ethSource.set(2_700e18);
        int256 loss = -equityOf(alice);
        assertEq(loss, 12_000e18 + 12_000e18 - 20_000e18 + 80e18 + 60e18);
        int256 before = clearinghouse.cashOf(compartment(BTC)).raw() + clearinghouse.cashOf(compartment(ETH)).raw();
        liquidate(alice, keeper, 1e18);
        int256 btc = clearinghouse.deficit(BTC).raw() + 48e18;
        int256 eth = clearinghouse.deficit(ETH).raw() + 36e18;
        assertEq(btc + eth, loss, "all of it");
        assertEq(before, 84e18, "halves of the fees, spent first");
        assertApproxEqAbs(btc * 9_180, eth * 9_620, 1e5, "shares of R");
    }

    /// @dev E = 160 is too little for the reward floor of 5 % an hour later: the compartment adds to the discount.
    function test_liquidate_topsUpTheRewardOfAThinAccount() public {
        insure(BTC, 10_000);
        fall(BTC, 37_560e18); // MM = 4,882.8
        auction.flag(alice);
        skip(1 hours);
        (Usd payment, Usd reward) = liquidate(alice, keeper, 1e18);
        int256 removed = 4_882.8e18 - assess(alice).maintenance.raw();
        assertApproxEqAbs(reward.raw(), removed / 20, 1, "5 % of the maintenance removed");
        assertGt(payment.raw(), 0, "and still a price above 0");
        assertEq(clearinghouse.cashOf(HOLE).raw(), 0, "HOLE pays for no solvent account");
        assertGt(equityOf(alice), 0);
    }

    /// @dev The same without insurance: the 48 of fees are all there is.
    function test_liquidate_topUpOfASolventAccountEndsWithTheInsurance() public {
        fall(BTC, 37_560e18);
        auction.flag(alice);
        skip(1 hours);
        liquidate(alice, keeper, 1e18);
        assertUsd(clearinghouse.cashOf(compartment(BTC)), Usd.wrap(0), "spent");
        assertUsd(clearinghouse.cashOf(HOLE), Usd.wrap(0), "not booked");
    }

    /// @dev H-4: with D booked a payment X costs X * D / V more, which refills HOLE.
    function test_liquidate_paymentIsHaircutWhileALossIsOpen() public {
        AccountId carol = fund(owner("carol"), 0, 10_400);
        trade(carol, bob, perpetualOf(BTC), 40_000, BTC_SPOT);
        fall(BTC, 37_460e18); // alice E = -240, carol E = 160
        liquidate(alice, keeper, 1e18);
        int256 booked = -clearinghouse.cashOf(HOLE).raw();
        assertEq(booked, 144e18, "240 less two trades' 48 of insurance");
        int256 held = 1_120_400e18;
        (Usd payment, ) = liquidate(carol, keeper, 0.5e18);
        int256 excess = clearinghouse.cashOf(HOLE).raw() + booked;
        assertGe(excess * held, payment.raw() * booked, "X D / V, rounded up");
        assertLt((excess - 1) * held, payment.raw() * booked);
    }

    function testFuzz_liquidate_bookedLossMakesTheMarketReduceOnly(uint64 limit) public {
        limit = uint64(bound(limit, 0, 2_500e6));
        markets.setLimits(BTC, _limits(limit));
        fall(BTC, 37_000e18);
        liquidate(alice, keeper, 1e18);
        assertUsd(clearinghouse.deficit(BTC), usd(2_032), "2,080 - 48");
        bool reduceOnly = clearinghouse.snapshot(clearinghouse.underlyingsOf(keeper)).markets[0].reduceOnly;
        assertEq(reduceOnly, limit < 2_032e6);
        clearinghouse.clearDeficit(BTC, usd(2_032));
        reduceOnly = clearinghouse.snapshot(clearinghouse.underlyingsOf(keeper)).markets[0].reduceOnly;
        assertFalse(reduceOnly, "governance cleared it");
    }

    function _limits(uint64 deficitLimit) private view returns (Limits memory limits) {
        limits = markets.limits(BTC);
        limits.deficitLimit = deficitLimit;
    }
}
