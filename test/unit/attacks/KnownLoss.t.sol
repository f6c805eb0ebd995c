// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccountId, HOLE} from "../../../contracts/types/AccountId.sol";
import {IAuction} from "../../../contracts/interfaces/IAuction.sol";
import {Scenes} from "../../fixtures/Scenes.sol";

/// @dev Whoever sees a loss before it is booked gains nothing by leaving, by coming in, or by flagging.
contract KnownLossTest is Scenes {
    AccountId private _carol;

    function setUp() public override {
        super.setUp();
        _carol = fund(owner("carol"), 0, 100_000);
        fall(BTC, 37_000e18); // alice: E = -2,080
    }

    /// @dev Leaving after the flag pays what leaving after the booking pays, whatever the others do.
    function testFuzz_withdraw_aheadOfTheBookingPaysNoMore(uint256 amount) public {
        amount = bound(amount, 1e6, 100_000e6);
        auction.flag(alice);
        (uint256 early, ) = withdraw(_carol, USD, amount);
        liquidate(alice, keeper, 1e18);
        assertEq(clearinghouse.totalMemos().raw(), 0, "booked, no longer expected");
        AccountId dave = fund(owner("dave"), 0, 1);
        uint256 afterwards = (amount * vault.withdrawalRatio()) / 1e18;
        assertLe(early, afterwards + 1, "left at par");
        assertGe(early, (amount * 998) / 1000, "the loss is 0.17 % of what is held");
        assertGt(clearinghouse.cashOf(dave).raw(), 1e18, "new money is credited x/r");
    }

    /// @dev A compartment that covers the loss: nobody is haircut.
    function test_withdraw_paysInFullWhenTheLossIsInsured() public {
        insure(BTC, 2_080);
        auction.flag(alice);
        (uint256 paid, ) = withdraw(_carol, USD, 100_000e6);
        assertEq(paid, 100_000e6);
    }

    /// @dev Coming in while r is low only because of a memo, and leaving after the recovery: what came in goes out.
    function testFuzz_deposit_atAStaleRatioGainsNothing(uint256 amount) public {
        amount = bound(amount, 1e6, 5_000_000e6);
        auction.flag(alice);
        AccountId eve = sub(owner("eve"), 0);
        deposit(eve, USD, amount);
        fall(BTC, BTC_SPOT);
        auction.unflag(alice);
        assertEq(vault.withdrawalRatio(), 1e18);
        (uint256 paid, ) = withdraw(eve, USD, amount);
        assertEq(paid, amount);
        assertEq(clearinghouse.cashOf(eve).raw(), 0, "was credited one to one");
    }

    /// @dev In and out at a booked loss: r is the same for both (INV-13), the rounding is the vault's.
    function testFuzz_deposit_andWithdrawalAtABookedLossGainsNothing(uint256 amount) public {
        amount = bound(amount, 1e6, 5_000_000e6);
        liquidate(alice, keeper, 1e18);
        AccountId eve = sub(owner("eve"), 0);
        uint256 ratio = vault.withdrawalRatio();
        deposit(eve, USD, amount);
        assertApproxEqAbs(vault.withdrawalRatio(), ratio, 1, "INV-13");
        (uint256 paid, ) = withdraw(eve, USD, uint256(clearinghouse.cashOf(eve).raw()) / 1e12);
        assertLe(paid, amount, "gained at the others' expense");
        assertGe(paid + 2, amount, "paid for losses before its time");
    }

    /// @dev A flag moves no cash: the pair is worth after the recovery what it was worth before the fall.
    function testFuzz_flag_isNoFreePut(uint256 low) public {
        fall(BTC, BTC_SPOT);
        int256 before = equityOf(alice) + equityOf(bob);
        fall(BTC, bound(low, 20_000e18, 37_519e18));
        auction.flag(alice);
        assertGt(clearinghouse.memo(alice).raw(), 0);
        assertEq(clearinghouse.cashOf(HOLE).raw(), 0, "nothing is booked");
        fall(BTC, BTC_SPOT);
        auction.unflag(alice);
        assertEq(equityOf(alice) + equityOf(bob), before, "profit of the pair");
        vm.expectRevert(abi.encodeWithSelector(IAuction.NotFlagged.selector, alice));
        auction.unflag(alice);
    }
}
