// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IClearinghouse} from "../../../contracts/interfaces/IClearinghouse.sol";
import {Assessment, Mode} from "../../../contracts/interfaces/IMarginEngine.sol";
import {AccountId, accountId} from "../../../contracts/types/AccountId.sol";
import {Position} from "../../../contracts/types/Position.sol";
import {Usd} from "../../../contracts/types/Usd.sol";
import {TailBooks} from "../../fixtures/TailBooks.sol";

/// @dev A liquidation dodged by another mode.
contract ModeHoppingTest is TailBooks {
    AccountId private account;

    /// @dev Below maintenance in Cross, above initial margin in Quantitative, where it is 0.91 of that.
    function setUp() public override {
        super.setUp();
        postHistories(leastCaps());
        account = openLong(18_000);
        skip(1 minutes);
        btcSource.set(39_470e18);
        assertTrue(auction.liquidationState(account).liquidatable);
        assertGe(assess(account).equity.raw(), assessAs(account, Mode.Quantitative).initial.raw());
    }

    /// @dev Neither before it is flagged nor after, into no mode at all.
    function test_setMode_isRefusedOnceUnhealthy() public {
        for (uint256 flagged; flagged < 2; ++flagged) {
            for (uint256 m; m < 5; ++m) {
                vm.expectPartialRevert(IClearinghouse.InsufficientMargin.selector);
                changeMode(account, Mode(m));
            }
            if (flagged == 0) auction.flag(account);
        }
        assertTrue(auction.liquidationState(account).liquidatable);
    }

    /// @dev Accepted: all of it moves to an own account whose mode asks for less, if that has initial margin by its mode, flagged or
    /// not. A trade with oneself would do the same for a fee.
    function test_transfer_toAnotherModeNeedsItsInitialMargin() public {
        auction.flag(account);
        AccountId other = accountId(account.owner(), 1);
        changeMode(other, Mode.Portfolio);
        Usd cash = clearinghouse.cashOf(account);
        Position[] memory legs = clearinghouse.portfolio(account).positions;
        vm.expectPartialRevert(IClearinghouse.InsufficientMargin.selector);
        vm.prank(account.owner());
        clearinghouse.transfer(account, other, cash, legs);
        changeMode(other, Mode.Quantitative);
        vm.prank(account.owner());
        clearinghouse.transfer(account, other, cash, legs);
        Assessment memory a = assess(other);
        assertGe(a.equity.raw(), a.initial.raw());
        assertEq(clearinghouse.portfolio(account).positions.length, 0);
    }
}
