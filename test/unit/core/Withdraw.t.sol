// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccountId} from "../../../contracts/types/AccountId.sol";
import {Assessment} from "../../../contracts/interfaces/IMarginEngine.sol";
import {IClearinghouse} from "../../../contracts/interfaces/IClearinghouse.sol";
import {Claim, IVault, Outflow} from "../../../contracts/interfaces/IVault.sol";
import {Scenes} from "../../fixtures/Scenes.sol";

contract WithdrawTest is Scenes {
    address private constant RECEIVER = address(0xBEEF);
    AccountId private _carol;

    /// @dev 100,000 USD at once, then 4 USD a second: full again after 7 hours.
    function setUp() public override {
        super.setUp();
        _carol = fund(owner("carol"), 0, 1_000_000);
        vault.setOutflow(USD, Outflow(100_000e6, 4e6));
        skip(1 days);
        btcSource.set(BTC_SPOT);
    }

    function testFuzz_withdraw_paysAtOnceWithinTheLimit(uint256 amount) public {
        amount = bound(amount, 1, 100_000e6);
        vm.expectEmit(address(vault));
        emit IVault.Withdrawn(_carol, USD, RECEIVER, amount, amount);
        (uint256 paid, uint256 claimId) = _withdraw(amount);
        assertEq(paid, amount);
        assertEq(claimId, 0);
        assertEq(usdc.balanceOf(RECEIVER), amount);
        assertEq(vault.available(USD), 100_000e6 - amount);
    }

    /// @dev Beyond it a claim with a date; on that date, not a second before, it is paid.
    function testFuzz_withdraw_queuesAndHonoursTheDate(uint256 excess) public {
        excess = bound(excess, 1, 800_000e6);
        uint256 due = block.timestamp + (excess + 4e6 - 1) / 4e6;
        vm.expectEmit(address(vault));
        emit IVault.Queued(1, _carol, USD, RECEIVER, 100_000e6 + excess, due);
        (uint256 paid, uint256 claimId) = _withdraw(100_000e6 + excess);
        assertEq(paid, 0);
        assertEq(vault.latestPayment(claimId), due);
        vm.warp(due - 1);
        vm.expectRevert(abi.encodeWithSelector(IVault.ClaimNotReady.selector, claimId, due));
        vault.claim(claimId);
        vm.warp(due);
        vm.expectEmit(address(vault));
        emit IVault.Claimed(claimId, 100_000e6 + excess);
        vault.claim(claimId);
        assertEq(usdc.balanceOf(RECEIVER), 100_000e6 + excess);
        vm.expectRevert(abi.encodeWithSelector(IVault.UnknownClaim.selector, claimId));
        vault.claim(claimId);
    }

    /// @dev First come, first served: a cent cannot overtake, and is due no earlier.
    function testFuzz_withdraw_cannotOvertakeTheQueue(uint256 first, uint256 second) public {
        (, uint256 one) = _withdraw(bound(first, 100_001e6, 500_000e6));
        (uint256 paid, uint256 two) = _withdraw(bound(second, 1, 100_000e6));
        assertEq(paid, 0, "queued behind");
        assertGe(vault.latestPayment(two), vault.latestPayment(one));
        Claim memory claim = vault.claims(two);
        assertEq(claim.receiver, RECEIVER);
        vm.warp(vault.latestPayment(two));
        vault.claim(two);
        vault.claim(one);
    }

    function testFuzz_withdraw_dateComesNearerWithDeposits(uint256 amount) public {
        amount = bound(amount, 1, 200_000e6);
        (, uint256 claimId) = _withdraw(400_000e6);
        uint256 due = vault.latestPayment(claimId);
        deposit(alice, USD, amount);
        uint256 sooner = amount / 4e6;
        assertApproxEqAbs(vault.latestPayment(claimId), due - sooner, 1);
    }

    /// @dev The last unit above initial margin can leave; the next cannot, nor can cash that is not there.
    function test_withdraw_leavesInitialMargin() public {
        deposit(alice, USD, 1_000e6);
        Assessment memory a = assess(alice);
        uint256 free = uint256(a.equity.raw() - a.initial.raw()) / 1e12;
        address who = alice.owner();
        vm.startPrank(who);
        vm.expectPartialRevert(IClearinghouse.InsufficientMargin.selector);
        vault.withdraw(alice, USD, free + 1, who, 0);
        vault.withdraw(alice, USD, free, who, 0);
        vm.stopPrank();
    }

    function test_withdraw_ofCollateralNeedsTheLots() public {
        deposit(_carol, ETH, 1e18);
        (uint256 paid, ) = withdraw(_carol, ETH, 1e18);
        assertEq(paid, 1e18);
        vm.prank(_carol.owner());
        vm.expectPartialRevert(IClearinghouse.NegativeCollateral.selector);
        vault.withdraw(_carol, ETH, 1, RECEIVER, 0);
    }

    function testFuzz_withdraw_isForOwnersAndOperators(address stranger) public {
        vm.assume(stranger != _carol.owner());
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IVault.NotYourAccount.selector, _carol, stranger));
        vault.withdraw(_carol, USD, 1, stranger, 0);
        vm.prank(_carol.owner());
        clearinghouse.setOperator(_carol, stranger, true);
        vm.prank(stranger);
        vault.withdraw(_carol, USD, 1, RECEIVER, 0);
        assertEq(usdc.balanceOf(RECEIVER), 1);
    }

    function test_withdraw_revertsForNothingAndForTheUnknown() public {
        vm.startPrank(_carol.owner());
        vm.expectRevert(IVault.ZeroAmount.selector);
        vault.withdraw(_carol, USD, 0, RECEIVER, 0);
        vm.expectRevert(abi.encodeWithSelector(IVault.UnknownAsset.selector, uint8(9)));
        vault.withdraw(_carol, 9, 1, RECEIVER, 0);
        vm.expectRevert(abi.encodeWithSelector(IVault.UnknownClaim.selector, uint256(7)));
        vault.latestPayment(7);
        vm.stopPrank();
    }

    /// @dev The caller's limit on r holds at the moment of the withdrawal.
    function testFuzz_withdraw_revertsBelowTheCallersRatio(uint256 minRatio) public {
        _openLoss();
        uint256 ratio = vault.withdrawalRatio();
        assertLt(ratio, 1e18);
        minRatio = bound(minRatio, 0, 1e18);
        vm.prank(_carol.owner());
        if (minRatio > ratio) vm.expectRevert(abi.encodeWithSelector(IVault.RatioTooLow.selector, ratio, minRatio));
        vault.withdraw(_carol, USD, 1_000e6, RECEIVER, minRatio);
        assertEq(usdc.balanceOf(RECEIVER), minRatio > ratio ? 0 : (1_000e6 * ratio) / 1e18);
    }

    /// @dev Nobody else picks the moment at which a queued withdrawal takes its share of a loss.
    function test_claim_belowParIsForTheReceiver() public {
        (, uint256 claimId) = _withdraw(400_000e6);
        _openLoss();
        uint256 ratio = vault.withdrawalRatio();
        vm.warp(vault.latestPayment(claimId));
        vm.expectRevert(abi.encodeWithSelector(IVault.LossOpen.selector, ratio));
        vault.claim(claimId);
        vm.prank(RECEIVER);
        vault.claim(claimId);
        assertEq(usdc.balanceOf(RECEIVER), (400_000e6 * ratio) / 1e18);
    }

    function _openLoss() private {
        fall(BTC, 37_000e18); // alice: E = -2,080
        liquidate(alice, keeper, 1e18);
    }

    function _withdraw(uint256 amount) private returns (uint256 paid, uint256 claimId) {
        vm.prank(_carol.owner());
        return vault.withdraw(_carol, USD, amount, RECEIVER, 0);
    }
}
