// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Bid} from "../../../contracts/interfaces/IAuction.sol";
import {Assessment} from "../../../contracts/interfaces/IMarginEngine.sol";
import {AccountId, CUSTODY} from "../../../contracts/types/AccountId.sol";
import {perpetualOf} from "../../../contracts/types/InstrumentId.sol";
import {Usd} from "../../../contracts/types/Usd.sol";
import {Deployed} from "../../fixtures/Deployed.sol";

/// @dev The whole path once: deposit, trade, fall, liquidation, withdrawal.
contract SpineTest is Deployed {
    function test_path_fromDepositToLiquidation() public {
        AccountId alice = fund(owner("alice"), 0, 10_000);
        AccountId bob = fund(owner("bob"), 0, 100_000);
        AccountId keeper = fund(owner("keeper"), 1, 100_000);
        trade(alice, bob, perpetualOf(BTC), 40_000, BTC_SPOT); // 4 BTC = 160,000 USD: 16x

        Assessment memory a = assess(alice);
        assertUsd(a.equity, usd(10_000) - Usd.wrap(80e18), "taker fee 5 bp");
        assertUsd(a.maintenance, usd(5_200), "160,000 * 6.5 % * h_lin");
        assertUsd(a.initial, usd(6_760) + usd(160) + usd(2), "1.3 * measure + 0.1 % gross + slot");

        skip(60);
        btcSource.set(38_500e18); // -6,000
        a = assess(alice);
        assertUsd(a.equity, usd(3_920), "10,000 - 80 - 6,000");
        assertLt(a.equity.raw() + a.goodEnd.raw(), a.maintenance.raw(), "unhealthy at the good end too");

        auction.flag(alice);
        skip(120);
        btcSource.set(38_500e18);
        vm.startPrank(keeper.owner());
        (Usd payment, Usd reward) = auction.liquidate(Bid(alice, keeper, 1e18, Usd.wrap(0), ""));
        vm.stopPrank();
        assertGt(payment.raw(), 0, "the slice was worth something");
        assertGt(reward.raw(), 0, "and cheaper than that");
        Assessment memory b = assess(alice);
        assertGe(
            b.equity.raw() * a.maintenance.raw(),
            a.equity.raw() * b.maintenance.raw(),
            "INV-14: E/MM did not fall"
        );
        assertEq(clearinghouse.cashOf(CUSTODY).raw(), -210_000e18, "INV-1: custody owes what was deposited");

        vm.startPrank(bob.owner());
        vault.withdraw(bob, USD, 50_000e6, bob.owner(), 0);
        vm.stopPrank();
        assertEq(usdc.balanceOf(bob.owner()), 50_000e6);
    }
}
