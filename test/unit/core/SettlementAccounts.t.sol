// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Mode} from "../../../contracts/interfaces/IMarginEngine.sol";
import {ISettlement} from "../../../contracts/interfaces/ISettlement.sol";
import {AccountId, accountId} from "../../../contracts/types/AccountId.sol";
import {perpetualOf} from "../../../contracts/types/InstrumentId.sol";
import {Position, position} from "../../../contracts/types/Position.sol";
import {SettlementScene} from "./SettlementScene.sol";

/// @dev Who and what settles an account, and what it gets. At 43,000: one call of 40,000 pays 3,000, two puts of 44,000 pay
/// 1,000 each, one future is worth 43,000.
contract SettlementAccountsTest is SettlementScene {
    int256 private aliceCash;
    int256 private bobCash;

    function setUp() public override {
        super.setUp();
        trade(alice, bob, call(BTC, NEAR, 40_000), 10_000, 1_000e18);
        trade(alice, bob, put(BTC, NEAR, 44_000), 20_000, 3_000e18);
        trade(bob, alice, future(BTC, NEAR), 10_000, 40_000e18);
        trade(alice, bob, perpetualOf(BTC), 100, 40_000e18);
        trade(alice, bob, call(BTC, 2, 40_000), 100, 3_700e18);
        aliceCash = cash(alice);
        bobCash = cash(bob);
        finish(43_000, 3_000);
    }

    /// @dev 3,000 + 2,000 - 43,000.
    function _assertSettled(AccountId account, string memory what) private view {
        bool isAlice = account == alice;
        assertEq(lots(account, call(BTC, NEAR, 40_000)), 0, what);
        assertEq(lots(account, put(BTC, NEAR, 44_000)), 0, what);
        assertEq(lots(account, future(BTC, NEAR)), 0, what);
        assertEq(positionsOf(account), 2, "slots are free again");
        int256 gained = cash(account) - (isAlice ? aliceCash : bobCash);
        assertEq(gained, isAlice ? int256(-38_000e18) : int256(38_000e18), what);
    }

    /* BATCHES */

    function test_settle_byAStrangerInOneBatch() public {
        uint256 held = openInterest(BTC);
        AccountId[] memory accounts = new AccountId[](4);
        (accounts[0], accounts[1], accounts[2], accounts[3]) = (alice, carol, bob, alice); // empty ones and repeats too
        vm.expectEmit(address(settlement));
        emit ISettlement.Settled(alice, BTC, end, 43_000e18, usd(-38_000));
        vm.prank(makeAddr("stranger"));
        settlement.settle(accounts);
        _assertSettled(alice, "alice");
        _assertSettled(bob, "bob");
        assertEq(clearingCash(BTC), 0, "exact amounts leave no dust");
        assertEq(held, 40_000 + 100 + 100);
        assertEq(openInterest(BTC), 200, "open interest of the series is gone");
        assertEq(cash(carol), 1_000_000e18);
    }

    function test_settle_INV1_INV2_theClearingAccountIsTheOtherSide() public {
        settlement.settle(only(alice));
        assertEq(clearingCash(BTC), 38_000e18);
        AccountId clearing_ = _clearing();
        assertEq(lots(clearing_, call(BTC, NEAR, 40_000)), 10_000);
        assertEq(lots(clearing_, put(BTC, NEAR, 44_000)), 20_000);
        assertEq(lots(clearing_, future(BTC, NEAR)), -10_000);
        assertEq(lots(clearing_, perpetualOf(BTC)), 0);
        assertEq(positionsOf(clearing_), 0, "it is never measured");
        settlement.settle(only(bob));
        assertEq(clearingCash(BTC), 0);
        assertEq(lots(clearing_, call(BTC, NEAR, 40_000)), 0);
    }

    function _clearing() private view returns (AccountId) {
        return accountId(address(0), (uint96(1) << 95) | (uint96(BTC) << 40) | end);
    }

    function test_settle_leavesWhatHasNotExpired() public {
        settlement.settle(only(alice));
        assertEq(lots(alice, perpetualOf(BTC)), 100, "not delisted");
        assertEq(lots(alice, call(BTC, 2, 40_000)), 100, "expires later");
    }

    function test_settle_changesNoEquity() public {
        int256 before = assess(alice).equity.raw();
        settlement.settle(only(alice));
        assertEq(assess(alice).equity.raw(), before);
        settlement.settle(only(alice));
        assertEq(assess(alice).equity.raw(), before, "and a second time does nothing");
    }

    /* TOUCHES */

    function test_trade_settlesBothSidesFirst() public {
        trade(alice, bob, perpetualOf(BTC), 1, 43_000e18);
        assertEq(lots(alice, call(BTC, NEAR, 40_000)), 0);
        assertEq(lots(bob, call(BTC, NEAR, 40_000)), 0);
        assertEq(lots(alice, perpetualOf(BTC)), 101);
        assertEq(positionsOf(alice), 2);
        assertEq(clearingCash(BTC), 0);
    }

    function test_withdraw_settlesFirst() public {
        vm.prank(bob.owner());
        vault.withdraw(bob, USD, 30_000e6, bob.owner(), 0);
        bobCash -= 30_000e18;
        _assertSettled(bob, "withdraw");
    }

    function test_transfer_settlesBothAccountsFirst() public {
        AccountId second = accountId(alice.owner(), 1);
        vm.prank(alice.owner());
        clearinghouse.transfer(alice, second, usd(1_000), new Position[](0));
        aliceCash -= 1_000e18;
        _assertSettled(alice, "transfer, from");
        vm.prank(alice.owner());
        vm.expectRevert();
        clearinghouse.transfer(alice, second, usd(0), _legs());
    }

    function _legs() private view returns (Position[] memory legs) {
        legs = new Position[](1);
        legs[0] = position(call(BTC, NEAR, 40_000), 1);
    }

    function test_setMode_settlesFirst() public {
        vm.prank(alice.owner());
        clearinghouse.setMode(alice, Mode.Portfolio);
        _assertSettled(alice, "setMode");
    }

    /// @dev A long that has lost its money; carol takes it over while both hold expired options.
    function test_liquidate_settlesAccountAndKeeperFirst() public {
        AccountId loser = fund(owner("loser"), 0, 25_000);
        priceAt(end + 1 hours, 43_000, 3_000);
        trade(loser, bob, perpetualOf(BTC), 50_000, 43_000e18);
        priceAt(end + 2 hours, 39_000, 3_000);
        liquidate(loser, alice, 1e18);
        _assertKeeper();
    }

    function _assertKeeper() private view {
        assertEq(lots(alice, call(BTC, NEAR, 40_000)), 0, "the keeper's account was settled");
        assertGt(lots(alice, perpetualOf(BTC)), 100, "and took its slice");
    }

    /* ACCOUNTS IN TROUBLE */

    /// @dev Flagged and insolvent at the last price before its options are settled.
    function test_settle_worksForFlaggedAndInsolventAccounts() public {
        AccountId loser = fund(owner("loser"), 0, 2_500);
        priceAt(end + 1 hours, 43_000, 3_000);
        trade(loser, bob, perpetualOf(BTC), 5_000, 43_000e18);
        priceAt(end + 2 hours, 30_000, 3_000);
        auction.flag(loser);
        int256 memo = clearinghouse.memo(loser).raw();
        assertApproxEqAbs(memo, 4_010.75e18, 1e18, "0.5 BTC lost 13,000 each");
        settlement.settle(only(loser));
        assertEq(clearinghouse.memo(loser).raw(), memo, "nothing to settle, nothing changes");
        assertLt(assess(loser).equity.raw(), 0);
    }

    /// @dev A writer who cannot pay: settlement books all of it in his cash, and what is left is absorbed.
    function test_settle_booksMoreThanTheAccountHas() public {
        AccountId writer = fund(owner("writer"), 0, 10_000);
        priceAt(expiryOf[1] - 2 days, 40_000, 3_000);
        postSurfaces();
        trade(alice, writer, call(BTC, 1, 40_000), 10_000, 1_000e18);
        priceAt(expiryOf[1] - WINDOW, 60_000, 3_000);
        auction.flag(writer);
        vm.warp(expiryOf[1]);
        settlement.average(BTC, expiryOf[1], roundAt(btcSource, expiryOf[1] - WINDOW), 1000);
        settlement.settle(only(writer));
        assertEq(cash(writer), 11_000e18 - 4e18 - 20_000e18, "less the maker's fee of a basis point");
        assertEq(positionsOf(writer), 0);
        (, bool flagged, ) = clearinghouse.status(writer);
        assertTrue(flagged, "the clock runs on");
        auction.absorb(writer);
        assertEq(cash(writer), 0);
        settlement.settle(only(alice));
        assertEq(lots(alice, call(BTC, 1, 40_000)), 0, "the winner is paid in full");
    }

    function test_settle_waitsForTheFinalPrice() public {
        settlement.delaySettlement(ETH, expiryOf[1], 1 days);
        int256 before = cash(alice);
        settlement.settle(only(alice));
        assertEq(cash(alice), before - 38_000e18, "BTC is not ETH");
    }

    /// @dev With both sources gone everything but averaging goes on.
    function test_settle_needsNoPriceSource() public {
        vm.etch(address(btcSource), hex"fe");
        vm.etch(address(ethSource), hex"fe");
        settlement.settle(only(alice));
        _assertSettled(alice, "dead sources");
        assertGt(assess(bob).equity.raw(), 0, "still valued");
        vm.prank(bob.owner());
        clearinghouse.setMode(bob, Mode.Portfolio);
        _assertSettled(bob, "touched");
    }
}
