// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccountId, HOLE} from "../../../contracts/types/AccountId.sol";
import {Bid, IAuction} from "../../../contracts/interfaces/IAuction.sol";
import {Assessment} from "../../../contracts/interfaces/IMarginEngine.sol";
import {Fill} from "../../../contracts/interfaces/IExchange.sol";
import {RiskParameters, Limits} from "../../../contracts/interfaces/IMarkets.sol";
import {SettableSource} from "../../../contracts/mocks/SettableSource.sol";
import {InstrumentId, perpetualOf} from "../../../contracts/types/InstrumentId.sol";
import {Usd} from "../../../contracts/types/Usd.sol";
import {Scenes} from "../../fixtures/Scenes.sol";
import {LISTED_VOLATILITY, still} from "../../fixtures/StillRange.sol";

/// @dev Below 1,000 USD of maintenance an account goes whole; lots too coarse to slice are refused.
contract LiquidateDustTest is Scenes {
    AccountId private _small;

    /// @dev Long 0.5 BTC on 1,300 less 10: E = 1,290 - 0.5 (40,000 - p), MM = 0.01625 p.
    function setUp() public override {
        super.setUp();
        _small = fund(owner("small"), 0, 1_300);
        trade(_small, bob, perpetualOf(BTC), 5_000, BTC_SPOT);
    }

    function testFuzz_liquidate_takesDustWhole(uint256 fraction) public {
        fall(BTC, 38_500e18); // E = 540, MM = 625.625
        fraction = bound(fraction, 1e18, type(uint256).max);
        (Usd payment, Usd reward) = liquidate(_small, keeper, fraction);
        assertUsd(reward, Usd.wrap(12.5125e18), "2 % of 625.625");
        assertEq(equityOf(_small), payment.raw(), "left with the price in cash");
        assertEq(clearinghouse.portfolio(_small).positions.length, 0);
    }

    function test_liquidate_refusesPartsOfDust() public {
        fall(BTC, 38_500e18);
        vm.prank(keeper.owner());
        vm.expectRevert(abi.encodeWithSelector(IAuction.FractionTooSmall.selector, uint256(1e18 - 1), uint256(1e18)));
        auction.liquidate(Bid(_small, keeper, 1e18 - 1, Usd.wrap(0), ""));
    }

    /// @dev From the 15th minute on the price is 0: what is left pays for the gas.
    function testFuzz_liquidate_dustIsFreeAfterFifteenMinutes(uint256 wait) public {
        fall(BTC, 38_500e18);
        auction.flag(_small);
        wait = bound(wait, 0, 1 days);
        skip(wait);
        (Usd payment, Usd reward) = liquidate(_small, keeper, 1e18);
        if (wait >= 15 minutes) {
            assertUsd(payment, Usd.wrap(0), "free");
            assertUsd(reward, usd(540), "all of it");
        } else {
            assertGt(payment.raw(), 380e18, "540 less at most a quarter of 625.625");
        }
    }

    /// @dev E = -10: make-whole and 5 USD.
    function test_liquidate_insolventDustPaysFiveDollars() public {
        fall(BTC, 37_400e18);
        assertEq(equityOf(_small), -10e18);
        (Usd payment, Usd reward) = liquidate(_small, keeper, 1e18);
        assertUsd(payment, Usd.wrap(0), "nothing to pay for");
        assertUsd(reward, usd(5), "the bounty");
        assertEq(equityOf(keeper), 100_005e18);
    }

    /// @dev 10 % of the maintenance where that is less than 5 USD: splitting a stake into dust multiplies no bounty.
    function testFuzz_liquidate_smallDustPaysATenthOfItsMaintenance(uint256 lots) public {
        lots = bound(lots, 1, 30); // 40 USD each
        AccountId tiny = fund(owner("tiny"), 0, 100);
        trade(tiny, bob, perpetualOf(BTC), uint128(lots * 10), BTC_SPOT);
        withdraw(tiny, USD, uint256(equityOf(tiny) - int256((lots * 22e18) / 10) - 5e18) / 1e12);
        fall(BTC, 32_000e18);
        Assessment memory a = assess(tiny);
        assertLt(a.equity.raw(), 0);
        (, Usd reward) = liquidate(tiny, keeper, 1e18);
        assertLe(reward.raw(), a.maintenance.raw() / 10);
        assertGe(reward.raw(), a.maintenance.raw() / 10 - 1);
    }

    /// @dev One lot of 100,000 USD: no fraction below 1 moves it, so a slice would only halve the clock.
    function testFuzz_liquidate_revertsWhenLotsAreTooCoarse(uint256 fraction) public {
        SettableSource source = new SettableSource();
        source.set(1e8 * 1e18);
        RiskParameters memory risk = still(60_000, 5_000, 500_000, 100_000);
        uint8 dear = markets.list(
            "DEAR",
            address(source),
            18,
            true,
            1e15,
            LISTED_VOLATILITY,
            risk,
            Limits(1e6, 0, 2e6, 0)
        );
        AccountId holder = fund(owner("holder"), 0, 5_000);
        _tradeOneLot(holder, perpetualOf(dear));
        skip(1 minutes);
        source.set(0.98e8 * 1e18); // E = 2,950, MM = 3,185, f_max = 0.158
        fraction = bound(fraction, 0.1e18, 1e18);
        vm.prank(keeper.owner());
        vm.expectPartialRevert(IAuction.SliceTooSmall.selector);
        auction.liquidate(Bid(holder, keeper, fraction, Usd.wrap(0), ""));
        assertEq(auction.liquidationState(holder).elapsed, 0, "the clock did not start either");
    }

    function _tradeOneLot(AccountId buyer, InstrumentId instrument) private {
        Fill memory f = fillOf(buyer, bob, instrument, 1, 1e8 * 1e18);
        (f.maker.maxFee, f.taker.maxFee) = (1_000e18, 1_000e18);
        (f.makerSignature, f.takerSignature) = (sign(f.maker), sign(f.taker));
        settle(f);
    }

    function test_absorb_booksTheDebtOfAnEmptyAccount() public {
        fall(BTC, 37_400e18);
        trade(bob, _small, perpetualOf(BTC), 5_000, 37_400e18); // closed at mark, free of fees
        assertEq(clearinghouse.cashOf(_small).raw(), -10e18);
        auction.flag(_small);
        insure(0, 4);
        vm.expectEmit(address(auction));
        emit IAuction.Covered(_small, 0, Usd.wrap(0), usd(4), usd(6));
        vm.expectEmit(address(auction));
        emit IAuction.Absorbed(_small, usd(10));
        auction.absorb(_small);
        assertEq(clearinghouse.cashOf(_small).raw(), 0);
        assertUsd(clearinghouse.cashOf(HOLE), usd(-6), "booked");
        assertEq(clearinghouse.totalMemos().raw(), 0, "no longer expected");
        assertFalse(auction.liquidationState(_small).flagged);
    }

    function test_absorb_revertsForWhoeverHasSomething() public {
        vm.expectRevert(
            abi.encodeWithSelector(IAuction.NotAbsorbable.selector, _small, uint256(1), usd(1_290 - 20_000))
        );
        auction.absorb(_small);
        vm.expectRevert(abi.encodeWithSelector(IAuction.NotAbsorbable.selector, keeper, uint256(0), usd(100_000)));
        auction.absorb(keeper);
        vm.expectPartialRevert(IAuction.NotAbsorbable.selector);
        auction.absorb(HOLE);
    }
}
