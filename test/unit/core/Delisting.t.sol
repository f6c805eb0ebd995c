// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IClearinghouse} from "../../../contracts/interfaces/IClearinghouse.sol";
import {Market} from "../../../contracts/interfaces/IMarkets.sol";
import {ISettlement} from "../../../contracts/interfaces/ISettlement.sol";
import {AccountId, clearing, compartment, CUSTODY, FEES} from "../../../contracts/types/AccountId.sol";
import {perpetualOf, spotOf} from "../../../contracts/types/InstrumentId.sol";
import {NO_UNDERLYINGS} from "../../../contracts/types/UnderlyingSet.sol";
import {Scenes} from "../../fixtures/Scenes.sol";

/// @dev The end of a perpetual. alice is long 4 BTC against bob.
contract DelistingTest is Scenes {
    uint256 private constant WINDOW = 30 minutes;
    uint40 private end;

    function setUp() public override {
        super.setUp();
        deposit(alice, USD, 100_000e6);
        end = uint40(block.timestamp + 7 days);
    }

    /// @dev 40,000 until ten minutes before the end, 43,000 after; the hint is the round before the window.
    function _pass() private {
        end = uint40(block.timestamp + 7 days);
        settlement.scheduleDelisting(BTC, end);
        vm.warp(end - 1 hours);
        btcSource.set(BTC_SPOT);
        vm.warp(end - 10 minutes);
        btcSource.set(43_000e18);
        vm.warp(end);
    }

    function _average() private {
        uint256 id = 1;
        while (true) {
            (uint256 next, , uint256 since) = btcSource.next(id, 0);
            if (next == 0 || since > end - WINDOW) break;
            id = next;
        }
        settlement.average(BTC, 0, id, 1000);
    }

    function _row() private view returns (Market memory) {
        return markets.snapshot(NO_UNDERLYINGS.with(BTC)).markets[0];
    }

    function _settleBoth() private {
        AccountId[] memory accounts = new AccountId[](2);
        (accounts[0], accounts[1]) = (alice, bob);
        vm.prank(makeAddr("stranger"));
        settlement.settle(accounts);
    }

    /* SCHEDULE */

    function test_scheduleDelisting_needsAWeek() public {
        vm.expectRevert(abi.encodeWithSelector(ISettlement.NoticeTooShort.selector, uint256(end) - 1, uint256(end)));
        settlement.scheduleDelisting(BTC, end - 1);
        vm.expectEmit(address(settlement));
        emit ISettlement.DelistingScheduled(BTC, end);
        settlement.scheduleDelisting(BTC, end);
        assertEq(settlement.delistingAt(BTC), end);
    }

    function test_scheduleDelisting_cannotBeChanged() public {
        settlement.scheduleDelisting(BTC, end);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.AlreadyScheduled.selector, BTC, uint256(end)));
        settlement.scheduleDelisting(BTC, end + 1 days);
    }

    function test_scheduleDelisting_isForGovernance() public {
        address stranger = makeAddr("stranger");
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, stranger));
        settlement.scheduleDelisting(BTC, end);
    }

    function test_delist_isForTheSettlementContract() public {
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, address(this)));
        markets.delist(BTC, BTC_SPOT);
    }

    /* THE END */

    function test_average_delistsWhenItIsComplete() public {
        _pass();
        assertFalse(_row().reduceOnly, "until then it trades");
        _average();
        (bool isFinal, uint256 price) = settlement.finalPrice(BTC, 0);
        assertTrue(isFinal);
        assertEq(price, 41_000e18, "a third of the window at 43,000");
        assertTrue(_row().reduceOnly);
        vm.expectPartialRevert(IClearinghouse.NewRiskRefused.selector);
        this.buyOne();
    }

    function buyOne() external {
        trade(alice, bob, perpetualOf(BTC), 1, 43_000e18);
    }

    function test_trade_mayStillReduce() public {
        _pass();
        _average();
        trade(bob, alice, perpetualOf(BTC), 100, 43_000e18);
        assertEq(clearinghouse.lotsOf(alice, perpetualOf(BTC)), 39_900);
    }

    /// @dev 4 * (41,000 - Phi), and Phi is what longs have paid per unit.
    function test_settle_paysTheFinalPriceLessFunding() public {
        markets.setPremium(BTC, 3_000);
        skip(10 minutes);
        markets.setPremium(BTC, 3_000);
        _pass();
        _average();
        int256 phi = _row().fundingIndex;
        assertGt(phi, 0, "funding was paid");
        (int256 before, int256 bobBefore) = (_cash(alice), _cash(bob));
        _settleBoth();
        assertEq(_cash(alice) - before, 4 * (41_000e18 - phi));
        assertEq(_cash(bob) - bobBefore, -4 * (41_000e18 - phi));
        assertEq(clearinghouse.portfolio(alice).positions.length, 0);
        assertEq(_cash(clearing(BTC, 0)), 0);
        assertEq(clearinghouse.snapshot(NO_UNDERLYINGS.with(BTC)).markets[0].openInterest, 0);
    }

    function test_settle_INV1_INV2_conserves() public {
        _pass();
        _average();
        AccountId[5] memory all = [alice, bob, keeper, CUSTODY, FEES];
        AccountId[] memory one = new AccountId[](1);
        for (uint256 step; step < 3; ++step) {
            int256 sum = _cash(compartment(BTC)) + _cash(clearing(BTC, 0));
            for (uint256 i; i < all.length; ++i) sum += _cash(all[i]);
            assertEq(sum, 0, "INV-1");
            int256 lots = clearinghouse.lotsOf(clearing(BTC, 0), perpetualOf(BTC));
            lots += clearinghouse.lotsOf(alice, perpetualOf(BTC)) + clearinghouse.lotsOf(bob, perpetualOf(BTC));
            assertEq(lots, 0, "INV-2");
            one[0] = all[step];
            settlement.settle(one);
        }
    }

    function test_setPremium_changesNothingAfterwards() public {
        markets.setPremium(BTC, 3_000);
        skip(10 minutes);
        markets.setPremium(BTC, 3_000);
        _pass();
        _average();
        int256 phi = _row().fundingIndex;
        (, uint256 price) = settlement.finalPrice(BTC, 0);
        assertEq(_row().perpetualMark, price, "no premium any more");
        skip(1 hours);
        markets.setPremium(BTC, 5_000);
        skip(10 minutes);
        markets.setPremium(BTC, 5_000);
        markets.touch(NO_UNDERLYINGS.with(BTC));
        skip(1 hours);
        assertEq(_row().fundingIndex, phi, "funding stands still");
        assertEq(_row().perpetualMark, price);
    }

    function test_settle_leavesCollateralOfTheUnderlying() public {
        deposit(alice, BTC, 1e8);
        _pass();
        _average();
        _settleBoth();
        assertEq(clearinghouse.lotsOf(alice, spotOf(BTC)), 1e8);
        assertEq(clearinghouse.portfolio(alice).positions.length, 1);
        vm.prank(alice.owner());
        vault.withdraw(alice, BTC, 1e8, alice.owner(), 0);
    }

    function test_settle_waitsForADelayedPrice() public {
        _pass();
        settlement.delaySettlement(BTC, 0, 1 days);
        _average();
        assertTrue(_row().reduceOnly, "no new risk while it waits");
        _settleBoth();
        assertEq(clearinghouse.lotsOf(alice, perpetualOf(BTC)), 40_000);
        vm.warp(end + 1 days);
        _settleBoth();
        assertEq(clearinghouse.lotsOf(alice, perpetualOf(BTC)), 0);
    }

    /// @dev Nobody may take out at the live price what settlement takes back at the average, however long nobody settles.
    function test_withdraw_INV6_countsAPerpetualAtItsFinalPrice() public {
        _pass();
        btcSource.set(50_000e18);
        for (uint256 i; i < 72; ++i) {
            skip(5 minutes);
            markets.touch(NO_UNDERLYINGS.with(BTC)); // the average of prices follows
        }
        _average();
        int256 free = assess(alice).equity.raw() - assess(alice).initial.raw();
        vm.prank(alice.owner());
        vault.withdraw(alice, USD, uint256(free) / 1e12 - 1, alice.owner(), 0);
        _settleBoth();
        assertGe(_cash(alice), 0, "INV-6: a deficit that was known before the withdrawal");
    }

    function _cash(AccountId account) private view returns (int256) {
        return clearinghouse.cashOf(account).raw();
    }
}
