// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccountId, compartment, FEES, HOLE} from "../../../contracts/types/AccountId.sol";
import {Limits, RiskParameters} from "../../../contracts/interfaces/IMarkets.sol";
import {IVault, Outflow} from "../../../contracts/interfaces/IVault.sol";
import {MockToken} from "../../../contracts/mocks/MockToken.sol";
import {Usd} from "../../../contracts/types/Usd.sol";
import {Scenes} from "../../fixtures/Scenes.sol";
import {LISTED_VOLATILITY, still} from "../../fixtures/StillRange.sol";

/// @dev What governance and guardians may do with the vault.
contract VaultGovernanceTest is Scenes {
    uint8 private constant SOL = 3;
    MockToken private _token;

    /// @dev A market whose collateral is not listed yet: 9 decimals.
    function setUp() public override {
        super.setUp();
        _token = new MockToken("Solana", "SOL", 9);
        RiskParameters memory risk = still(110_000, 10_000, 500_000, 150_000);
        markets.list("SOL", address(ethSource), 9, true, 1e15, LISTED_VOLATILITY, risk, Limits(1e10, 0, 2e6, 0));
    }

    function test_listAsset_wantsTheMarketsDecimals() public {
        vm.expectRevert(abi.encodeWithSelector(IVault.DecimalsMismatch.selector, SOL, uint8(18), uint256(1e9)));
        vault.listAsset(SOL, address(weth), 1, Outflow(1, 1));
    }

    /// @dev 2^97 units of 1e-18 are the most that the engine multiplies: 1.58e20 base units of 1e-9.
    function testFuzz_listAsset_boundsTheCap(uint128 cap) public {
        uint256 most = (uint256(2 ** 97) - 1) / 1e9;
        cap = uint128(bound(cap, most + 1, type(uint128).max));
        vm.expectRevert(abi.encodeWithSelector(IVault.DepositCapTooLarge.selector, SOL, uint256(cap), most));
        vault.listAsset(SOL, address(_token), cap, Outflow(1, 1));
    }

    /// @dev New collateral: a tenth at once, the rest linearly over a week, rounded down.
    function testFuzz_listAsset_capRamps(uint128 cap, uint256 age) public {
        cap = uint128(bound(cap, 10, 1e20));
        age = bound(age, 0, 7 days);
        vault.listAsset(SOL, address(_token), cap, Outflow(1, 1));
        skip(age);
        uint256 ramped = vault.depositCap(SOL);
        uint256 start = cap / 10;
        assertLe((ramped - start) * 7 days, (uint256(cap) - start) * age, "rounded down");
        assertGt((ramped - start + 1) * 7 days, (uint256(cap) - start) * age);
        skip(7 days);
        assertEq(vault.depositCap(SOL), cap);
    }

    function test_listAsset_revertsForATakenNumber() public {
        vm.expectRevert(abi.encodeWithSelector(IVault.AssetTaken.selector, BTC, address(wbtc)));
        vault.listAsset(BTC, address(weth), 1, Outflow(1, 1));
        vm.expectRevert(abi.encodeWithSelector(IVault.AssetTaken.selector, USD, address(usdc)));
        vault.listAsset(USD, address(weth), 1, Outflow(1, 1));
    }

    function testFuzz_setDepositCap_lowersAtOnceAndRaisesOverAWeek(uint128 cap) public {
        uint256 old = vault.depositCap(ETH);
        cap = uint128(bound(cap, 0, 1e29));
        vault.setDepositCap(ETH, cap);
        assertEq(vault.depositCap(ETH), cap < old ? cap : old);
        skip(7 days);
        assertEq(vault.depositCap(ETH), cap);
    }

    function testFuzz_tightenDepositCap_onlyLowers(uint128 cap) public {
        uint256 old = vault.depositCap(ETH);
        if (cap >= old) vm.expectRevert(abi.encodeWithSelector(IVault.NotTighter.selector, uint256(cap), old));
        vault.tightenDepositCap(ETH, cap);
        assertEq(vault.depositCap(ETH), cap < old ? cap : old);
    }

    function testFuzz_setOutflow_refillsWithinADay(uint128 capacity, uint128 refill) public {
        capacity = uint128(bound(capacity, 0, 1e25));
        refill = uint128(bound(refill, 0, capacity / 1 days + 1));
        vm.assume(capacity == 0 || uint256(refill) * 1 days < capacity);
        vm.expectRevert(
            abi.encodeWithSelector(IVault.OutflowTooTight.selector, uint256(capacity), uint256(refill), uint256(0))
        );
        vault.setOutflow(ETH, Outflow(capacity, refill));
    }

    function test_setOutflow_revertsForTheUnknown() public {
        vm.expectRevert(abi.encodeWithSelector(IVault.UnknownAsset.selector, uint8(9)));
        vault.setOutflow(9, Outflow(1, 1));
    }

    /// @dev 1,110,000 USD are in: they must be able to leave within ten days.
    function testFuzz_setOutflow_letsEverybodyLeave(uint128 refill) public {
        refill = uint128(bound(refill, 1, uint256(1_110_000e6) / 10 days));
        vm.expectRevert(
            abi.encodeWithSelector(IVault.OutflowTooTight.selector, uint256(1), uint256(refill), uint256(1_110_000e6))
        );
        vault.setOutflow(USD, Outflow(1, refill));
    }

    /// @dev Insurance leaves a week after its notice, and only while nobody is owed.
    function test_release_waitsForTheNotice() public {
        insure(BTC, 1_000);
        AccountId receiver = sub(owner("treasury"), 0);
        uint256 readyAt = block.timestamp + 7 days;
        vm.expectEmit(address(vault));
        emit IVault.ReleaseScheduled(compartment(BTC), usd(600), readyAt);
        vault.scheduleRelease(compartment(BTC), usd(600));
        skip(7 days - 1);
        vm.expectRevert(abi.encodeWithSelector(IVault.NotReady.selector, readyAt, block.timestamp));
        vault.release(compartment(BTC), receiver);
        skip(1);
        vault.release(compartment(BTC), receiver);
        assertUsd(clearinghouse.cashOf(receiver), usd(600), "released");
        vm.expectRevert(abi.encodeWithSelector(IVault.NotReleasable.selector, compartment(BTC)));
        vault.release(compartment(BTC), receiver);
    }

    function test_release_isRefusedWhileALossIsOpen() public {
        vault.scheduleRelease(FEES, usd(10));
        fall(BTC, 37_000e18);
        liquidate(alice, keeper, 1e18);
        uint256 ratio = vault.withdrawalRatio();
        vm.expectRevert(abi.encodeWithSelector(IVault.LossOpen.selector, ratio));
        vault.release(FEES, keeper);
    }

    /// @dev The fee account needs no notice: 48 of alice's and bob's 96.
    function test_release_ofFeesIsImmediate() public {
        vault.scheduleRelease(FEES, usd(48));
        vault.release(FEES, keeper);
        assertUsd(clearinghouse.cashOf(FEES), Usd.wrap(0), "all of it");
    }

    function testFuzz_release_neverOverdraws(uint128 excess) public {
        int256 held = clearinghouse.cashOf(FEES).raw();
        vault.scheduleRelease(FEES, Usd.wrap(held + 1 + int256(uint256(excess >> 2))));
        vm.expectRevert();
        vault.release(FEES, keeper);
    }

    function test_scheduleRelease_isForInsuranceAndFeesOnly() public {
        AccountId[2] memory refused = [alice, HOLE];
        for (uint256 i; i < 2; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IVault.NotReleasable.selector, refused[i]));
            vault.scheduleRelease(refused[i], usd(1));
        }
    }

    function testFuzz_governance_isNotForStrangers(address stranger) public {
        vm.assume(stranger != address(this));
        vm.startPrank(stranger);
        vm.expectRevert();
        vault.listAsset(SOL, address(_token), 1, Outflow(1, 1));
        vm.expectRevert();
        vault.setDepositCap(ETH, 1);
        vm.expectRevert();
        vault.tightenDepositCap(ETH, 1);
        vm.expectRevert();
        vault.setOutflow(ETH, Outflow(1, 1));
        vm.expectRevert();
        vault.scheduleRelease(FEES, usd(1));
        vm.expectRevert();
        vault.release(FEES, keeper);
        vm.stopPrank();
    }
}
