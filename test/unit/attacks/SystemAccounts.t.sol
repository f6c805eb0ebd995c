// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccountId, compartment, CUSTODY, FEES, HOLE, QUEUE} from "../../../contracts/types/AccountId.sol";
import {Bid, IAuction} from "../../../contracts/interfaces/IAuction.sol";
import {Usd} from "../../../contracts/types/Usd.sol";
import {Scenes} from "../../fixtures/Scenes.sol";

/// @dev The ledger's own accounts owe by design: CUSTODY all deposits, HOLE the losses. Treated as insolvent traders they
/// would be flagged (every withdrawal pays less than half) or liquidated (5 USD and the insurance to whoever asks).
contract SystemAccountsTest is Scenes {
    function test_flag_refusesCustody() public {
        vm.expectRevert(abi.encodeWithSelector(IAuction.SystemAccount.selector, CUSTODY));
        auction.flag(CUSTODY);
        assertEq(vault.withdrawalRatio(), 1e18, "withdrawals pay in full");
    }

    function test_liquidate_refusesCustody() public {
        insure(0, 50_000);
        vm.prank(keeper.owner());
        vm.expectRevert(abi.encodeWithSelector(IAuction.SystemAccount.selector, CUSTODY));
        auction.liquidate(Bid(CUSTODY, keeper, 1e18, Usd.wrap(0), ""));
        assertUsd(clearinghouse.cashOf(compartment(0)), usd(50_000), "insurance untouched");
    }

    function test_flagAndLiquidate_refuseTheHole() public {
        _openHole();
        uint256 ratio = vault.withdrawalRatio();
        vm.expectRevert(abi.encodeWithSelector(IAuction.SystemAccount.selector, HOLE));
        auction.flag(HOLE);
        int256 before = equityOf(keeper);
        vm.prank(keeper.owner());
        vm.expectRevert(abi.encodeWithSelector(IAuction.SystemAccount.selector, HOLE));
        auction.liquidate(Bid(HOLE, keeper, 1e18, Usd.wrap(0), ""));
        assertEq(equityOf(keeper), before, "no reward");
        assertEq(vault.withdrawalRatio(), ratio, "r unchanged");
    }

    function test_flag_refusesEverySystemAccount() public {
        _openHole();
        AccountId[5] memory accounts = [CUSTODY, FEES, HOLE, QUEUE, compartment(BTC)];
        for (uint256 i; i < accounts.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IAuction.SystemAccount.selector, accounts[i]));
            auction.flag(accounts[i]);
        }
    }

    /// @dev Alice ends with 12,000 of losses on 9,920 of equity, nobody insured her: D = 2,080 + the keeper's 5 %.
    function _openHole() private {
        fall(BTC, 37_000e18);
        liquidate(alice, keeper, 1e18);
        assertLt(clearinghouse.cashOf(HOLE).raw(), -2_000e18);
    }
}
