// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IClearinghouse} from "../../../contracts/interfaces/IClearinghouse.sol";
import {Leg} from "../../../contracts/interfaces/IExchange.sol";
import {IGateway, Permission} from "../../../contracts/interfaces/IGateway.sol";
import {Portfolio} from "../../../contracts/interfaces/IMarginEngine.sol";
import {AccountId, accountId} from "../../../contracts/types/AccountId.sol";
import {perpetualOf} from "../../../contracts/types/InstrumentId.sol";
import {Position, position} from "../../../contracts/types/Position.sol";
import {SettlementScene} from "./SettlementScene.sol";

/// @dev All of one account into another of the same owner, and parts of it apart again.
contract GatewayMergeTest is SettlementScene {
    AccountId private other;
    Permission private none;

    function setUp() public override {
        super.setUp();
        other = fund(alice.owner(), 1, 10_000);
    }

    function testFuzz_merge_movesEverything(uint64 dollars) public {
        deposit(alice, USD, (uint256(dollars) % 1e6) * 1e6 + 1);
        deposit(alice, ETH, 1e18);
        _openMany();
        int256 total = cash(alice) + cash(other);
        uint256 count = positionsOf(alice);
        assertEq(count, 26);
        vm.prank(alice.owner());
        gateway.merge(alice, other, none);
        assertEq(positionsOf(alice), 0);
        assertEq(cash(alice), 0);
        assertEq(positionsOf(other), count);
        assertEq(cash(other), total);
    }

    /// @dev What has ended is settled on the way; the rest moves.
    function test_merge_settlesWhatHasEnded() public {
        trade(alice, bob, future(BTC, NEAR), 1_000, BTC_SPOT);
        trade(alice, bob, future(BTC, 1), 1_000, BTC_SPOT);
        trade(alice, bob, perpetualOf(ETH), 1_000, ETH_SPOT);
        finish(41_000, 3_000);
        int256 total = cash(alice) + cash(other);
        vm.prank(alice.owner());
        gateway.merge(alice, other, none);
        assertEq(positionsOf(alice), 0);
        assertEq(positionsOf(other), 2, "the future of the next expiry and the perpetual");
        assertEq(lots(other, future(BTC, NEAR)), 0);
        assertEq(cash(other) - total, 4_100e18, "0.1 BTC at its final price");
    }

    function test_merge_adds() public {
        trade(alice, bob, perpetualOf(BTC), 1_000, BTC_SPOT);
        trade(other, bob, perpetualOf(BTC), 500, BTC_SPOT);
        vm.prank(alice.owner());
        gateway.merge(alice, other, none);
        assertEq(lots(other, perpetualOf(BTC)), 1_500);
    }

    /// @dev Of nothing: nothing.
    function test_merge_ofAnEmptyAccount() public {
        AccountId empty = accountId(alice.owner(), 9);
        vm.prank(alice.owner());
        gateway.merge(empty, other, none);
        assertEq(cash(other), 10_000e18);
    }

    /// @dev Both are checked. The position is worth 200,000 USD, which it owes: without a margin it does not move alone.
    function test_split_isChecked() public {
        trade(alice, bob, perpetualOf(BTC), 100_000, BTC_SPOT); // 400,000 USD
        AccountId empty = accountId(alice.owner(), 9);
        Position[] memory legs = new Position[](1);
        legs[0] = position(perpetualOf(BTC), 50_000);
        vm.startPrank(alice.owner());
        vm.expectPartialRevert(IClearinghouse.InsufficientMargin.selector);
        gateway.transfer(alice, empty, usd(-200_000), legs, none);
        gateway.transfer(alice, empty, usd(-100_000), legs, none);
        vm.stopPrank();
        assertEq(lots(alice, perpetualOf(BTC)), 50_000);
        assertEq(lots(empty, perpetualOf(BTC)), 50_000);
        assertEq(cash(empty), -100_000e18);
    }

    function test_merge_intoItselfIsRefused() public {
        vm.prank(alice.owner());
        vm.expectRevert(abi.encodeWithSelector(IClearinghouse.SameAccount.selector, alice));
        gateway.merge(alice, alice, none);
    }

    /// @dev An operator of both cannot join what has two owners.
    function test_merge_ofTwoOwnersIsRefused() public {
        address operator = makeAddr("operator");
        vm.prank(alice.owner());
        clearinghouse.setOperator(alice, operator, true);
        vm.prank(bob.owner());
        clearinghouse.setOperator(bob, operator, true);
        vm.prank(operator);
        vm.expectRevert(abi.encodeWithSelector(IClearinghouse.DifferentOwners.selector, alice, bob));
        gateway.merge(alice, bob, none);
    }

    function testFuzz_merge_intoSomebodyElsesIsRefused(address stranger) public {
        vm.assume(stranger != alice.owner());
        AccountId own = accountId(stranger, 0);
        vm.startPrank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IGateway.NotAuthorized.selector, alice, stranger));
        gateway.merge(alice, own, none);
        vm.expectRevert(abi.encodeWithSelector(IGateway.NotAuthorized.selector, alice, stranger));
        gateway.merge(own, alice, none);
        vm.stopPrank();
    }

    /// @dev 24 options of two expiries and a perpetual.
    function _openMany() private {
        Leg[] memory legs = new Leg[](25);
        for (uint256 i; i < 24; ++i) {
            legs[i] = Leg(call(BTC, 1 + (i % 2), 36_000 + 500 * i), i % 3 == 0 ? int64(-1) : int64(1));
        }
        legs[24] = Leg(perpetualOf(BTC), -3);
        tradeStructure(alice, bob, legs, 100, 0);
        Portfolio memory p = clearinghouse.portfolio(alice);
        assertEq(p.positions.length, 26, "and the collateral");
    }
}
