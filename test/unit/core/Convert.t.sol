// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccountId} from "../../../contracts/types/AccountId.sol";
import {IAuction} from "../../../contracts/interfaces/IAuction.sol";
import {Assessment} from "../../../contracts/interfaces/IMarginEngine.sol";
import {perpetualOf, spotOf} from "../../../contracts/types/InstrumentId.sol";
import {Usd} from "../../../contracts/types/Usd.sol";
import {Scenes} from "../../fixtures/Scenes.sol";

/// @dev 100 ETH (300,000) against a short of 100 ETH: when ETH rises the hedge owes dollars that the collateral covers.
contract ConvertTest is Scenes {
    AccountId private _carry;

    function setUp() public override {
        super.setUp();
        _carry = sub(owner("carry"), 0);
        deposit(_carry, ETH, 100e18);
        trade(bob, _carry, perpetualOf(ETH), 100_000, ETH_SPOT);
    }

    /// @dev +60 %: E = 299,970, settled = -180,030, f = 180,030 / 480,000, discount 2 % of the maintenance removed.
    function test_convert_bringsSettledCashToZeroAndKeepsTheHedge() public {
        fall(ETH, 4_800e18);
        Assessment memory a = assess(_carry);
        assertUsd(a.settledCash, usd(-180_030), "funding the hedge");
        (Usd payment, Usd reward) = convert(_carry, keeper);
        Assessment memory b = assess(_carry);
        assertApproxEqAbs(b.settledCash.raw(), -reward.raw(), 5e18, "owes no more than the discount and a lot");
        assertApproxEqAbs(
            reward.raw(),
            (a.maintenance.raw() - b.maintenance.raw()) / 50,
            1,
            "2 % of the maintenance removed"
        );
        assertEq(b.equity.raw(), a.equity.raw() - reward.raw(), "and nothing else");
        assertGt(payment.raw(), 112_000e18);
        int256 spot = clearinghouse.lotsOf(_carry, spotOf(ETH));
        assertApproxEqAbs(spot, -clearinghouse.lotsOf(_carry, perpetualOf(ETH)) * 1e15, 1e15, "delta stays 0");
        assertFalse(auction.liquidationState(_carry).convertible);
    }

    /// @dev The limit is 2 % of 90 % of the ETH; at ETH = p the hedge owes 100 (p - 3,000) + 30.
    function testFuzz_convert_onlyBeyondTheDebtLimit(uint256 spot) public {
        fall(ETH, bound(spot, 3_000e18, 6_000e18));
        Assessment memory a = assess(_carry);
        bool beyond = -a.settledCash.raw() > a.debtLimit.raw();
        assertEq(auction.liquidationState(_carry).convertible, beyond);
        vm.prank(keeper.owner());
        if (!beyond) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    IAuction.NotConvertible.selector,
                    _carry,
                    a.settledCash,
                    a.debtLimit,
                    a.equity,
                    a.maintenance
                )
            );
        }
        auction.convert(_carry, keeper, Usd.wrap(0), "");
    }

    /// @dev An account that may be liquidated is not converted.
    function test_convert_refusesAnUnhealthyAccount() public {
        fall(BTC, 38_000e18);
        vm.prank(keeper.owner());
        vm.expectPartialRevert(IAuction.NotConvertible.selector);
        auction.convert(alice, keeper, Usd.wrap(0), "");
    }

    function test_convert_revertsBelowTheKeepersReward() public {
        fall(ETH, 4_800e18);
        vm.prank(keeper.owner());
        vm.expectPartialRevert(IAuction.RewardTooSmall.selector);
        auction.convert(_carry, keeper, usd(1_000), "");
    }
}
