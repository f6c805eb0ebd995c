// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccountId} from "../../../contracts/types/AccountId.sol";
import {Bid, IAuction} from "../../../contracts/interfaces/IAuction.sol";
import {IClearinghouse} from "../../../contracts/interfaces/IClearinghouse.sol";
import {Fill, Leg} from "../../../contracts/interfaces/IExchange.sol";
import {CallbackKeeper} from "../../../contracts/mocks/CallbackKeeper.sol";
import {perpetualOf} from "../../../contracts/types/InstrumentId.sol";
import {Usd} from "../../../contracts/types/Usd.sol";
import {Scenes} from "../../fixtures/Scenes.sol";

/// @dev What the keeper's account must be, when it is checked, and how a keeper without capital resells the slice.
contract LiquidateKeeperTest is Scenes {
    function setUp() public override {
        super.setUp();
        fall(BTC, 38_500e18); // E = 3,920, MM = 5,005
    }

    /// @dev A tenth: maintenance 500.5, held at 1.1 times that; the discount of 10.01 counts.
    function testFuzz_liquidate_revertsBelowBufferedMaintenance(uint256 cents) public {
        AccountId poor = sub(owner("poor"), 0);
        cents = bound(cents, 1, 54_053);
        deposit(poor, USD, cents * 1e4);
        vm.prank(poor.owner());
        vm.expectRevert(
            abi.encodeWithSelector(
                IAuction.KeeperUndermargined.selector,
                poor,
                Usd.wrap(int256(cents * 1e16) + 10.01e18),
                Usd.wrap(550.55e18)
            )
        );
        auction.liquidate(Bid(alice, poor, 0.1e18, Usd.wrap(0), ""));
    }

    /// @dev Between b * MM and IM (650.65 + 15.4 + 2) it may reduce but not raise, until it has IM.
    function test_liquidate_leavesTheKeeperReduceOnlyBelowInitialMargin() public {
        AccountId thin = fund(owner("thin"), 0, 600);
        liquidate(alice, thin, 0.1e18);
        (, , bool reduceOnly) = clearinghouse.status(thin);
        assertTrue(reduceOnly);
        assertEq(assess(thin).initial.raw(), 668.05e18);
        trade(bob, thin, perpetualOf(BTC), 100, 38_500e18);
        Fill memory f = _swap(thin);
        vm.expectPartialRevert(IClearinghouse.AccountReduceOnly.selector);
        settle(f);
        deposit(thin, USD, 1_000e6);
        vm.expectEmit(address(clearinghouse));
        emit IClearinghouse.ReduceOnlySet(thin, false);
        settle(f);
    }

    function test_liquidate_intoARichAccountSetsNothing() public {
        liquidate(alice, keeper, 0.1e18);
        (, , bool reduceOnly) = clearinghouse.status(keeper);
        assertFalse(reduceOnly);
    }

    /// @dev No capital: the slice is sold to bob's signed order inside the callback, the discount is left over.
    function test_liquidate_resellsTheSliceWithoutCapital() public {
        CallbackKeeper contract_ = new CallbackKeeper();
        AccountId own = sub(address(contract_), 0);
        auction.flag(alice);
        skip(15 minutes);
        Fill[] memory fills = new Fill[](1);
        fills[0].maker = orderOf(bob, perpetualOf(BTC), 1, 4_000, 38_500e18);
        fills[0].makerSignature = sign(fills[0].maker);
        fills[0].taker = orderOf(own, perpetualOf(BTC), -1, 4_000, 38_500e18);
        fills[0].units = 4_000;
        contract_.plan(address(exchange), abi.encodeCall(exchange.settle, (fills)));
        Bid memory bid = Bid(alice, own, 0.1e18, Usd.wrap(0), "resell");
        contract_.perform(address(auction), abi.encodeCall(auction.liquidate, (bid)));
        assertTrue(contract_.succeeded(0), "sold in the callback");
        assertEq(clearinghouse.portfolio(own).positions.length, 0);
        assertEq(clearinghouse.cashOf(own).raw(), 125.125e18 - 7.7e18, "25 % of 500.5 less the taker fee of 15,400");
        assertEq(contract_.value().raw(), 392e18);
        assertEq(contract_.payment().raw(), 392e18 - 125.125e18);
        assertEq(contract_.data(), "resell");
    }

    /// @dev Without the resale the same bid fails: the check comes at the end, not never.
    function test_liquidate_checksTheKeeperAfterTheCallback() public {
        CallbackKeeper contract_ = new CallbackKeeper();
        Bid memory bid = Bid(alice, sub(address(contract_), 0), 0.1e18, Usd.wrap(0), "nothing");
        vm.expectPartialRevert(IAuction.KeeperUndermargined.selector);
        contract_.perform(address(auction), abi.encodeCall(auction.liquidate, (bid)));
    }

    /// @dev Taken whole, an insolvent account's clock stops and forgets; at f_max a discount is missing to b * MM.
    function test_liquidate_clearsTheClockOfAnEmptiedAccount() public {
        auction.flag(alice);
        uint256 state = vm.snapshotState();
        liquidate(alice, keeper, 1e18);
        assertTrue(auction.liquidationState(alice).flagged);
        assertGe(healthOf(alice), 1.09e18, "1.1 less 2 % of what went");
        vm.revertToState(state);
        fall(BTC, 37_000e18);
        vm.expectEmit(address(auction));
        emit IAuction.Unflagged(alice, 0);
        liquidate(alice, keeper, 1e18);
        assertFalse(auction.liquidationState(alice).flagged);
    }

    /// @dev Sells 10 lots of BTC and buys one of ETH at mark: less risk, but more of ETH.
    function _swap(AccountId account) private returns (Fill memory f) {
        f.maker = orderOf(account, perpetualOf(BTC), -10, 1, 38_500e18);
        f.taker = orderOf(bob, perpetualOf(BTC), 10, 1, 38_500e18);
        f.maker.legs = _legs(-10, 1);
        f.taker.legs = _legs(10, -1);
        f.maker.limitPrice += 3e18;
        f.taker.limitPrice -= 3e18;
        (f.makerSignature, f.takerSignature, f.units) = (sign(f.maker), sign(f.taker), 1);
    }

    function _legs(int64 btc, int64 eth) private pure returns (Leg[] memory legs) {
        legs = new Leg[](2);
        legs[0] = Leg(perpetualOf(BTC), btc);
        legs[1] = Leg(perpetualOf(ETH), eth);
    }
}
