// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {AccountId} from "../../../contracts/types/AccountId.sol";
import {Action, Fee, IClearinghouse, Move, Reason} from "../../../contracts/interfaces/IClearinghouse.sol";
import {Mode} from "../../../contracts/interfaces/IMarginEngine.sol";
import {Limits, RiskParameters, Snapshot} from "../../../contracts/interfaces/IMarkets.sol";
import {Fill, Leg, Order} from "../../../contracts/interfaces/IExchange.sol";
import {MarginEngine} from "../../../contracts/core/MarginEngine.sol";
import {Position} from "../../../contracts/types/Position.sol";
import {perpetualOf, spotOf} from "../../../contracts/types/InstrumentId.sol";
import {Usd} from "../../../contracts/types/Usd.sol";
import {Scenes} from "../../fixtures/Scenes.sol";
import {LISTED_VOLATILITY, still} from "../../fixtures/StillRange.sol";

contract ClearinghouseTest is Scenes {
    /* OWNERS */

    function test_setOperator_isForTheOwnerAlone() public {
        vm.prank(alice.owner());
        vm.expectEmit(address(clearinghouse));
        emit IClearinghouse.OperatorSet(alice, address(this), true);
        clearinghouse.setOperator(alice, address(this), true);
        vm.expectRevert(abi.encodeWithSelector(IClearinghouse.NotAuthorized.selector, alice, address(this)));
        clearinghouse.setOperator(alice, address(1), true); // an operator names no operators
        assertFalse(clearinghouse.isAuthorized(sub(alice.owner(), 1), address(this)), "this account only");
    }

    function testFuzz_transfer_movesCashBetweenOwnAccounts(uint256 cash) public {
        cash = bound(cash, 0, 100_000e18);
        AccountId other = sub(keeper.owner(), 5);
        transfer(keeper, other, Usd.wrap(int256(cash)), new Position[](0));
        assertEq(clearinghouse.cashOf(other).raw(), int256(cash));
        assertEq(clearinghouse.cashOf(keeper).raw(), 100_000e18 - int256(cash));
    }

    function test_transfer_needsOneOwnerAndHisConsent() public {
        vm.prank(bob.owner());
        clearinghouse.setOperator(bob, keeper.owner(), true);
        vm.prank(keeper.owner());
        vm.expectRevert(abi.encodeWithSelector(IClearinghouse.DifferentOwners.selector, keeper, bob));
        clearinghouse.transfer(keeper, bob, usd(1), new Position[](0));
        vm.expectRevert(abi.encodeWithSelector(IClearinghouse.NotAuthorized.selector, keeper, address(this)));
        clearinghouse.transfer(keeper, sub(keeper.owner(), 1), usd(1), new Position[](0));
        vm.prank(keeper.owner());
        vm.expectRevert(abi.encodeWithSelector(IClearinghouse.SameAccount.selector, keeper));
        clearinghouse.transfer(keeper, keeper, usd(1), new Position[](0));
    }

    function test_transfer_checksBothEnds() public {
        AccountId empty = sub(alice.owner(), 1);
        vm.prank(alice.owner());
        vm.expectPartialRevert(IClearinghouse.InsufficientMargin.selector);
        clearinghouse.transfer(alice, empty, Usd.wrap(0), legsOf(perpetualOf(BTC), 40_000));
        vm.prank(alice.owner());
        vm.expectPartialRevert(IClearinghouse.InsufficientMargin.selector);
        clearinghouse.transfer(alice, empty, usd(4_000), new Position[](0));
    }

    /// @dev Isolated: derivatives of one underlying, any collateral.
    function test_setMode_isolatedHoldsOneUnderlying() public {
        vm.startPrank(alice.owner());
        vm.expectEmit(address(clearinghouse));
        emit IClearinghouse.ModeSet(alice, Mode.Isolated);
        clearinghouse.setMode(alice, Mode.Isolated);
        vm.stopPrank();
        deposit(alice, ETH, 1e18);
        Fill memory f = fillOf(alice, bob, perpetualOf(ETH), 1, ETH_SPOT);
        vm.expectRevert(abi.encodeWithSelector(IClearinghouse.IsolatedAccount.selector, alice, uint256(2)));
        settle(f);
        trade(bob, alice, perpetualOf(BTC), 40_000, BTC_SPOT);
        settle(f);
    }

    /// @dev No change of mode between maintenance and initial margin, or with two underlyings.
    function test_setMode_needsInitialMargin() public {
        fall(BTC, 38_900e18); // E = 5,520; MM = 5,057; IM = 6,731.7
        vm.prank(alice.owner());
        vm.expectPartialRevert(IClearinghouse.InsufficientMargin.selector);
        clearinghouse.setMode(alice, Mode.Isolated);
        trade(keeper, bob, perpetualOf(ETH), 1, ETH_SPOT);
        trade(keeper, bob, perpetualOf(BTC), 1, 38_900e18);
        vm.prank(keeper.owner());
        vm.expectRevert(abi.encodeWithSelector(IClearinghouse.IsolatedAccount.selector, keeper, uint256(2)));
        clearinghouse.setMode(keeper, Mode.Isolated);
    }

    /* LEDGER */

    function test_trade_revertsBeyondTheLotRange() public {
        uint128 lots = 2 ** 47 - 1; // in range for the keeper, not on top of what bob has sold before
        Fill memory f = fillOf(keeper, bob, perpetualOf(BTC), lots, 0);
        vm.expectRevert(
            abi.encodeWithSelector(
                IClearinghouse.LotsOutOfRange.selector,
                bob,
                perpetualOf(BTC),
                -int256(2 ** 47) - 39_999,
                int256(2 ** 47)
            )
        );
        settle(f);
    }

    /// @dev 34 underlyings and no more: each takes 4 of 137. A closed position frees its slot, and its room.
    function test_trade_revertsWithoutRoom() public {
        RiskParameters memory risk = still(60_000, 5_000, 500_000, 100_000);
        for (uint256 u = 3; u <= 35; ++u) {
            markets.list("X", address(ethSource), 18, false, 1e15, LISTED_VOLATILITY, risk, Limits(1e10, 0, 0, 0));
        }
        Fill memory f = fillOf(keeper, bob, perpetualOf(ETH), 1, ETH_SPOT);
        _spread(f.maker, 2, -1); // bob holds BTC already: 35 for him, 34 for the keeper
        _spread(f.taker, 2, 1);
        (f.makerSignature, f.takerSignature) = (sign(f.maker), sign(f.taker));
        vm.expectRevert(abi.encodeWithSelector(IClearinghouse.AccountFull.selector, bob, uint256(140), uint256(137)));
        settle(f);
        _spread(f.maker, 1, -1);
        _spread(f.taker, 1, 1);
        (f.makerSignature, f.takerSignature) = (sign(f.maker), sign(f.taker));
        settle(f);
        assertEq(clearinghouse.portfolio(keeper).positions.length, 34);
        trade(bob, keeper, perpetualOf(25), 1, ETH_SPOT);
        assertEq(clearinghouse.portfolio(keeper).positions.length, 33);
        for (uint8 u = 1; u <= 34; ++u) {
            assertEq(clearinghouse.lotsOf(keeper, perpetualOf(u)), u == 25 ? int256(0) : int256(1), "the others stay");
        }
        trade(keeper, bob, perpetualOf(35), 1, ETH_SPOT);
    }

    function _spread(Order memory order, uint8 first, int64 ratio) private pure {
        order.legs = new Leg[](34);
        for (uint8 i; i < 34; ++i) {
            order.legs[i] = Leg(perpetualOf(first + i), ratio);
        }
        order.limitPrice = ratio * (first == 1 ? int256(4e18 + 33 * 3e18) : int256(34 * 3e18));
        order.maxFee = type(uint128).max;
    }

    /* MODULES */

    function testFuzz_modules_areTheOnlyOnesWhoMove(address caller) public {
        vm.assume(!clearinghouse.isModule(caller));
        bytes memory refused = abi.encodeWithSelector(IClearinghouse.NotModule.selector, caller);
        Move[] memory moves = new Move[](0);
        Snapshot memory none;
        vm.startPrank(caller);
        vm.expectRevert(refused);
        clearinghouse.execute(Action.Trade, moves, new Fee[](0), new AccountId[](0), none);
        vm.expectRevert(refused);
        clearinghouse.moveAll(moves);
        vm.expectRevert(refused);
        clearinghouse.touch(alice, bob);
        vm.expectRevert(refused);
        clearinghouse.setFlag(alice, true, usd(1));
        vm.expectRevert(refused);
        clearinghouse.setReduceOnly(alice, true);
        vm.expectRevert(refused);
        clearinghouse.addDeficit(BTC, usd(1));
        vm.stopPrank();
    }

    function test_execute_wantsAccountsInOrder() public {
        AccountId[] memory accounts = new AccountId[](2);
        (accounts[0], accounts[1]) = (alice, alice);
        Snapshot memory none;
        vm.prank(address(exchange));
        vm.expectRevert(abi.encodeWithSelector(IClearinghouse.NotSorted.selector, alice, alice));
        clearinghouse.execute(Action.Trade, new Move[](0), new Fee[](0), accounts, none);
    }

    /// @dev A move of what is not there: collateral of an account is never negative.
    function test_moveAll_keepsCollateralPositive() public {
        Move[] memory moves = new Move[](1);
        moves[0] = Move(alice, bob, Reason.Transfer, Usd.wrap(0), legsOf(spotOf(ETH), 1));
        vm.prank(address(vault));
        vm.expectRevert(
            abi.encodeWithSelector(IClearinghouse.NegativeCollateral.selector, alice, spotOf(ETH), int256(-1))
        );
        clearinghouse.moveAll(moves);
    }

    /* GOVERNANCE */

    function testFuzz_scheduleEngine_waitsFifteenDays(uint256 early) public {
        MarginEngine next = MarginEngine(deployCode("MarginEngine"));
        uint256 readyAt = block.timestamp + 15 days;
        vm.expectEmit(address(clearinghouse));
        emit IClearinghouse.EngineScheduled(address(next), readyAt);
        clearinghouse.scheduleEngine(next);
        assertEq(address(clearinghouse.engine()), address(engine), "not yet");
        vm.warp(bound(early, block.timestamp, readyAt - 1));
        vm.expectRevert(abi.encodeWithSelector(IClearinghouse.NotReady.selector, readyAt, block.timestamp));
        clearinghouse.activateEngine(next);
        vm.warp(readyAt);
        clearinghouse.activateEngine(next);
        assertEq(address(clearinghouse.engine()), address(next));
        vm.expectRevert(abi.encodeWithSelector(IClearinghouse.NothingScheduled.selector, address(next)));
        clearinghouse.activateEngine(next);
    }

    /// @dev Naming and removing a module are two changes: one does not activate the other.
    function test_scheduleModule_waitsFifteenDaysEitherWay() public {
        address module = address(0xBEEF);
        clearinghouse.scheduleModule(module, true);
        vm.expectRevert(abi.encodeWithSelector(IClearinghouse.NothingScheduled.selector, module));
        clearinghouse.activateModule(module, false);
        vm.expectPartialRevert(IClearinghouse.NotReady.selector);
        clearinghouse.activateModule(module, true);
        skip(15 days);
        clearinghouse.activateModule(module, true);
        assertTrue(clearinghouse.isModule(module));
        clearinghouse.scheduleModule(module, false);
        assertTrue(clearinghouse.isModule(module), "still");
        skip(15 days);
        clearinghouse.activateModule(module, false);
        assertFalse(clearinghouse.isModule(module));
    }

    function test_cancelScheduled_withdrawsAChange() public {
        clearinghouse.scheduleModule(address(0xBEEF), true);
        vm.expectEmit(address(clearinghouse));
        emit IClearinghouse.ScheduleCancelled(address(0xBEEF), 1);
        clearinghouse.cancelScheduled(address(0xBEEF), 1);
        skip(15 days);
        bytes memory nothing = abi.encodeWithSelector(IClearinghouse.NothingScheduled.selector, address(0xBEEF));
        vm.expectRevert(nothing);
        clearinghouse.activateModule(address(0xBEEF), true);
        vm.expectRevert(nothing);
        clearinghouse.cancelScheduled(address(0xBEEF), 1);
    }

    function testFuzz_governance_isNotForStrangers(address stranger) public {
        vm.assume(stranger != address(this));
        bytes memory refused = abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, stranger);
        vm.startPrank(stranger);
        vm.expectRevert(refused);
        clearinghouse.seal();
        vm.expectRevert(refused);
        clearinghouse.scheduleEngine(engine);
        vm.expectRevert(refused);
        clearinghouse.scheduleModule(stranger, true);
        vm.expectRevert(refused);
        clearinghouse.clearDeficit(BTC, usd(1));
        vm.stopPrank();
    }
}
