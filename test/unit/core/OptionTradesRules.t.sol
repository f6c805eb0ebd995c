// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IClearinghouse} from "../../../contracts/interfaces/IClearinghouse.sol";
import {Fill} from "../../../contracts/interfaces/IExchange.sol";
import {Assessment, Mode} from "../../../contracts/interfaces/IMarginEngine.sol";
import {Limits} from "../../../contracts/interfaces/IMarkets.sol";
import {NO_UNDERLYINGS} from "../../../contracts/types/UnderlyingSet.sol";
import {Parameters} from "../../../contracts/libraries/Parameters.sol";
import {AccountId} from "../../../contracts/types/AccountId.sol";
import {InstrumentId, perpetualOf} from "../../../contracts/types/InstrumentId.sol";
import {Options} from "../../fixtures/Options.sol";

/// @dev The rules of trades, modes and withdrawals hold for options as for anything else.
contract OptionTradesRulesTest is Options {
    AccountId private alice;
    AccountId private bob;

    function setUp() public override {
        super.setUp();
        alice = fund(owner("alice"), 0, 20_000);
        bob = fund(owner("bob"), 0, 5_000_000);
    }

    /* EXIT CHECK */

    /// @dev IM of a short 30-day straddle is about a quarter of its notional: 20,000 carry two, not three.
    function test_exitCheck_holdsForShortOptions() public {
        trade(bob, alice, call(BTC, 2, 40_000), 10_000, 3_700e18);
        trade(bob, alice, put(BTC, 2, 40_000), 10_000, 3_500e18);
        assertGe(assess(alice).equity.raw(), assess(alice).initial.raw());
        Fill memory f = fillOf(bob, alice, call(BTC, 2, 40_000), 60_000, 3_700e18);
        vm.expectPartialRevert(IClearinghouse.InsufficientMargin.selector);
        settle(f);
    }

    /// @dev Below IM a trade may only de-risk: buying a wing at a fair price is allowed, selling one is not.
    function test_exitCheck_belowInitialOnlyDeRisks() public {
        trade(bob, alice, call(BTC, 2, 40_000), 25_000, 3_700e18);
        skip(1 minutes);
        btcSource.set(45_000e18);
        surfaces.setSurface(BTC, block.timestamp, 1e8 ether, quotesOf(btcVolatility));
        Assessment memory a = assess(alice);
        assertLt(a.equity.raw(), a.initial.raw(), "below IM");
        Fill memory f = fillOf(bob, alice, call(BTC, 2, 46_000), 1_000, 3_700e18);
        vm.expectPartialRevert(IClearinghouse.InsufficientMargin.selector);
        settle(f);
        Assessment memory before = assess(alice);
        trade(alice, bob, call(BTC, 2, 46_000), 12_500, 3_700e18);
        a = assess(alice);
        assertLt(a.maintenance.raw(), before.maintenance.raw(), "a spread needs less");
        int256 health = a.equity.raw() * before.maintenance.raw();
        assertGe(health, before.equity.raw() * a.maintenance.raw(), "E/MM does not fall");
    }

    /// @dev 20,000 USD do not buy a call of 20,200, whatever it is worth: its value beyond its requirement lends nothing.
    function test_exitCheck_wantsThePremiumInCash() public {
        Fill memory f = fillOf(alice, bob, call(BTC, 2, 20_000), 10_000, 20_200e18);
        vm.expectPartialRevert(IClearinghouse.InsufficientMargin.selector);
        settle(f);
        trade(alice, bob, call(BTC, 2, 20_000), 9_000, 20_200e18);
        assertApproxEqRel(clearinghouse.cashOf(alice).raw(), 1_802e18, 1e14, "18,180 and 18 of fees are gone");
    }

    /* MODES */

    function test_isolated_keepsDerivativesOfOneUnderlying() public {
        vm.prank(bob.owner());
        clearinghouse.setMode(bob, Mode.Isolated);
        trade(bob, alice, call(BTC, 2, 44_000), 1_000, 2_200e18);
        trade(bob, alice, future(BTC, 3), 1_000, 40_400e18);
        Fill memory f = fillOf(bob, alice, call(ETH, 2, 3_000), 100, 350e18);
        vm.expectRevert(abi.encodeWithSelector(IClearinghouse.IsolatedAccount.selector, bob, 2));
        settle(f);
        assertEq(clearinghouse.lotsOf(bob, call(BTC, 2, 44_000)), 1_000);
    }

    /// @dev Portfolio mode can be left only with the initial margin of the mode gone to.
    function test_portfolio_cannotBeLeftWithoutTheMarginOfCross() public {
        vm.prank(alice.owner());
        clearinghouse.setMode(alice, Mode.Portfolio);
        trade(alice, bob, call(BTC, 2, 40_000), 30_000, 3_700e18);
        trade(bob, alice, call(ETH, 2, 3_000), 40_000, 340e18);
        Assessment memory a = assess(alice);
        uint256 spare = uint256((a.equity - a.initial).raw()) / 1e12;
        assertGt(spare, 0, "it fits with offsets");
        vm.prank(alice.owner());
        vault.withdraw(alice, USD, spare - 1e6, alice.owner(), 0);
        vm.expectPartialRevert(IClearinghouse.InsufficientMargin.selector);
        vm.prank(alice.owner());
        clearinghouse.setMode(alice, Mode.Cross);
    }

    /* LIMITS */

    /// @dev 2^40 lots of an option, of a future 2^47: the least that no account may hold. One less is left to the other rules.
    function test_lots_ofAnOptionStayBelowTheirLimit() public {
        int256 limit = Parameters.MAX_OPTION_LOTS;
        InstrumentId id = call(BTC, 0, 320_000);
        Fill memory f = fillOf(alice, bob, id, uint128(uint256(limit)), 0);
        vm.expectPartialRevert(IClearinghouse.LotsOutOfRange.selector);
        settle(f);
        f = fillOf(alice, bob, id, uint128(uint256(limit)) - 1, 0);
        vm.expectPartialRevert(IClearinghouse.NewRiskRefused.selector);
        settle(f);
        id = future(BTC, 0);
        limit = Parameters.MAX_DERIVATIVE_LOTS;
        f = fillOf(alice, bob, id, uint128(uint256(limit)), 40_000e18);
        vm.expectPartialRevert(IClearinghouse.LotsOutOfRange.selector);
        settle(f);
    }

    /// @dev Options count with all their lots, whatever their delta; puts bought as much as calls, sold ones on the other side.
    function test_openInterest_countsOptionsAtFullSize() public {
        trade(alice, bob, call(BTC, 2, 60_000), 1_000, 500e18);
        trade(alice, bob, put(BTC, 2, 30_000), 500, 500e18);
        trade(bob, alice, perpetualOf(BTC), 250, 40_000e18);
        assertEq(clearinghouse.snapshot(NO_UNDERLYINGS.with(BTC)).markets[0].openInterest, 1_750);
        trade(bob, alice, call(BTC, 2, 60_000), 400, 500e18);
        assertEq(clearinghouse.snapshot(NO_UNDERLYINGS.with(BTC)).markets[0].openInterest, 1_350, "closed");
        assertEq(assess(alice).gross.raw(), (600 + 500 + 250) * 4e18, "gross at spot");
    }

    /// @dev At the cap of the market nobody raises; closing an option makes room.
    function test_openInterest_ofOptionsIsCapped() public {
        markets.setLimits(BTC, Limits(1_000, 0, 2e6, 1_000_000e6));
        trade(bob, alice, call(BTC, 2, 44_000), 1_000, 2_200e18);
        Fill memory f = fillOf(bob, alice, put(BTC, 2, 36_000), 1, 1_500e18);
        vm.expectPartialRevert(IClearinghouse.NewRiskRefused.selector);
        settle(f);
        trade(alice, bob, call(BTC, 2, 44_000), 1, 2_200e18);
    }

    /* WITHDRAWALS */

    /// @dev 18,000 in a deep call and 2,000 of cash: the option's value beyond its own requirement is no reason to let
    /// cash go that another underlying needs.
    function test_withdraw_optionValueCarriesNoOtherUnderlying() public {
        trade(alice, bob, call(BTC, 2, 20_000), 9_000, 20_100e18);
        trade(alice, bob, perpetualOf(ETH), 10_000, ETH_SPOT);
        Assessment memory a = assess(alice);
        int256 spare = (a.equity - a.initial).raw();
        assertLt(spare, 1_000e18, "hardly anything to take");
        assertGt(a.equity.raw(), 18_000e18, "rich all the same");
        vm.startPrank(alice.owner());
        vm.expectPartialRevert(IClearinghouse.InsufficientMargin.selector);
        vault.withdraw(alice, USD, uint256(spare) / 1e12 + 1, alice.owner(), 0);
        vault.withdraw(alice, USD, uint256(spare) / 1e12, alice.owner(), 0);
        vm.stopPrank();
    }

    /// @dev Premium received is cash, but the requirement of the option sold holds it back.
    function test_withdraw_ofPremiumNeedsInitialMargin() public {
        trade(bob, alice, call(BTC, 2, 40_000), 10_000, 3_700e18);
        Assessment memory a = assess(alice);
        uint256 spare = uint256((a.equity - a.initial).raw()) / 1e12;
        vm.startPrank(alice.owner());
        vm.expectPartialRevert(IClearinghouse.InsufficientMargin.selector);
        vault.withdraw(alice, USD, spare + 1, alice.owner(), 0);
        vault.withdraw(alice, USD, spare, alice.owner(), 0);
        vm.stopPrank();
        a = assess(alice);
        assertLt((a.equity - a.initial).raw(), 1e12, "to the token's last unit");
    }
}
