// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {AccountId, compartment, CUSTODY, FEES, HOLE} from "../../../contracts/types/AccountId.sol";
import {IVault} from "../../../contracts/interfaces/IVault.sol";
import {spotOf} from "../../../contracts/types/InstrumentId.sol";
import {Scenes} from "../../fixtures/Scenes.sol";

contract DepositTest is Scenes {
    function testFuzz_deposit_creditsDollarsInFull(uint256 amount) public {
        amount = bound(amount, 1, 1e15);
        AccountId carol = sub(owner("carol"), 3);
        uint256 before = vault.internalBalance(USD);
        usdc.mint(carol.owner(), amount);
        vm.startPrank(carol.owner());
        usdc.approve(address(vault), amount);
        vm.expectEmit(address(vault));
        emit IVault.Deposited(carol, USD, carol.owner(), amount, amount * 1e12);
        vault.deposit(carol, USD, amount);
        vm.stopPrank();
        assertEq(clearinghouse.cashOf(carol).raw(), int256(amount * 1e12));
        assertEq(vault.internalBalance(USD), before + amount, "INV-1");
    }

    function testFuzz_deposit_creditsCollateralInBaseUnits(uint256 amount) public {
        amount = bound(amount, 1, 1e13);
        AccountId carol = sub(owner("carol"), 3);
        deposit(carol, BTC, amount);
        assertEq(clearinghouse.lotsOf(carol, spotOf(BTC)), int256(amount));
        assertEq(clearinghouse.lotsOf(CUSTODY, spotOf(BTC)), -int256(amount), "INV-3");
        assertEq(vault.internalBalance(BTC), wbtc.balanceOf(address(vault)));
    }

    /// @dev A gift to the vault belongs to nobody.
    function testFuzz_deposit_ignoresDonations(uint64 gift) public {
        uint256 before = vault.internalBalance(USD);
        usdc.mint(address(vault), gift);
        assertEq(vault.internalBalance(USD), before);
    }

    function test_deposit_ofStrangersIsForExistingAccountsAndInsurance() public {
        usdc.mint(address(this), 3e6);
        usdc.approve(address(vault), 3e6);
        vault.deposit(alice, USD, 1e6);
        vault.deposit(compartment(ETH), USD, 1e6);
        vault.deposit(FEES, USD, 1e6);
        assertUsd(clearinghouse.cashOf(compartment(ETH)), usd(1), "insured");
        AccountId[2] memory closed = [CUSTODY, HOLE];
        for (uint256 i; i < 2; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IVault.NotYourAccount.selector, closed[i], address(this)));
            vault.deposit(closed[i], USD, 1e6);
        }
    }

    function test_deposit_byAnOperatorMayOpenASlot() public {
        vm.prank(alice.owner());
        clearinghouse.setOperator(alice, address(this), true);
        weth.mint(address(this), 1e18);
        weth.approve(address(vault), 1e18);
        vault.deposit(alice, ETH, 1e18);
        assertEq(clearinghouse.lotsOf(alice, spotOf(ETH)), 1e18);
    }

    function test_deposit_revertsForNothingAndForTheUnknown() public {
        vm.startPrank(alice.owner());
        vm.expectRevert(IVault.ZeroAmount.selector);
        vault.deposit(alice, USD, 0);
        vm.expectRevert(abi.encodeWithSelector(IVault.UnknownAsset.selector, uint8(9)));
        vault.deposit(alice, 9, 1);
        vm.stopPrank();
    }

    /// @dev A capped asset takes what fits and not a unit more.
    function testFuzz_deposit_revertsAboveTheCap(uint256 excess) public {
        vault.setDepositCap(ETH, 1e18);
        excess = bound(excess, 1, 1e18);
        address who = alice.owner();
        weth.mint(who, 2e18);
        vm.startPrank(who);
        weth.approve(address(vault), 2e18);
        vault.deposit(alice, ETH, 1e18);
        vm.expectRevert(abi.encodeWithSelector(IVault.DepositCapExceeded.selector, ETH, 1e18 + excess, uint256(1e18)));
        vault.deposit(alice, ETH, excess);
        vm.stopPrank();
    }

    /// @dev EIP-2612: signature instead of an approval; used up beforehand by somebody else it does no harm.
    function testFuzz_depositWithPermit_worksWhenFrontRunToo(bool isFrontRun, uint256 amount) public {
        amount = bound(amount, 1, 1e12);
        address who = owner("carol");
        usdc.mint(who, amount);
        (uint8 v, bytes32 r, bytes32 s) = permitOf(who, address(vault), amount, block.timestamp);
        if (isFrontRun) usdc.permit(who, address(vault), amount, block.timestamp, v, r, s);
        vm.prank(who);
        vault.depositWithPermit(sub(who, 0), USD, amount, block.timestamp, v, r, s);
        assertEq(clearinghouse.cashOf(sub(who, 0)).raw(), int256(amount * 1e12));
    }

    function test_depositWithPermit_revertsWithoutAllowance() public {
        address who = owner("carol");
        usdc.mint(who, 1e6);
        (uint8 v, bytes32 r, bytes32 s) = permitOf(alice.owner(), address(vault), 1e6, block.timestamp);
        vm.prank(who);
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC20Errors.ERC20InsufficientAllowance.selector,
                address(vault),
                uint256(0),
                uint256(1e6)
            )
        );
        vault.depositWithPermit(sub(who, 0), USD, 1e6, block.timestamp, v, r, s);
    }
}
