// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IAuction} from "../../../contracts/interfaces/IAuction.sol";
import {Fill} from "../../../contracts/interfaces/IExchange.sol";
import {Reseller} from "../../../contracts/periphery/Reseller.sol";
import {AccountId} from "../../../contracts/types/AccountId.sol";
import {perpetualOf, spotOf} from "../../../contracts/types/InstrumentId.sol";
import {Usd} from "../../../contracts/types/Usd.sol";
import {Scenes} from "../../fixtures/Scenes.sol";

/// @dev A keeper that owns nothing but gas: what it takes over it sells to signed orders in the same call.
contract ResellerTest is Scenes {
    Reseller private _reseller;
    AccountId private _own;
    AccountId private _carol;
    address private _hot;

    function setUp() public override {
        super.setUp();
        _hot = owner("hot");
        _carol = fund(owner("carol"), 0, 1_000_000);
        _reseller = new Reseller(_hot, clearinghouse, auction, exchange);
        _own = _reseller.ACCOUNT();
        insure(BTC, 10_000);
    }

    /* SLICES */

    /// @dev A tenth of 4 BTC, 25 % off 500.5 of maintenance, to two makers: less the taker fee of 15,400 and half a dollar
    /// a coin for 0.25 BTC below mark.
    function test_liquidate_sellsASliceWithoutCapital() public {
        _ripen(38_500e18);
        Fill[] memory fills = new Fill[](2);
        fills[0] = _sale(bob, 1_500, 38_500e18);
        fills[1] = _sale(_carol, 2_500, 38_499.5e18);
        Usd profit = _liquidate(0.1e18, fills, Usd.wrap(0));
        assertEq(profit.raw(), 125.125e18 - 7.7e18 - 0.125e18);
        assertUsd(clearinghouse.cashOf(_own), profit, "all in cash");
        assertEq(clearinghouse.portfolio(_own).positions.length, 0, "flat");
        assertEq(clearinghouse.lotsOf(_carol, perpetualOf(BTC)), 2_500);
    }

    /// @dev E = -2,080: made whole, and 5 % of the maintenance after an hour pays for the sale.
    function test_liquidate_sellsAnInsolventAccountWhole() public {
        fall(BTC, 37_000e18);
        auction.flag(alice);
        skip(1 hours);
        Usd profit = _liquidate(1e18, _one(_sale(bob, 40_000, 37_000e18)), usd(160));
        assertEq(profit.raw(), 240.5e18 - 74e18, "5 % of 4,810 less 5 bp of 148,000");
        assertEq(clearinghouse.portfolio(_own).positions.length, 0);
        assertEq(clearinghouse.portfolio(alice).positions.length, 0);
    }

    /// @dev 100 ETH against a short of 100 that rose by 60 %: collateral and hedge are sold as they come.
    function test_convert_sellsCollateralAndHedge() public {
        AccountId carry = sub(owner("carry"), 0);
        deposit(carry, ETH, 100e18);
        trade(bob, carry, perpetualOf(ETH), 100_000, ETH_SPOT);
        fall(ETH, 4_800e18);
        uint256 state = vm.snapshotState();
        convert(carry, keeper);
        uint128 collateral = uint128(uint256(clearinghouse.lotsOf(keeper, spotOf(ETH))));
        uint128 hedge = uint128(uint256(-clearinghouse.lotsOf(keeper, perpetualOf(ETH))));
        vm.revertToState(state);
        Fill[] memory fills = new Fill[](2);
        fills[0].maker = orderOf(_carol, spotOf(ETH), 1, collateral, 4_800e18);
        fills[0].taker = orderOf(_own, spotOf(ETH), -1, collateral, 4_800e18);
        fills[1].maker = orderOf(bob, perpetualOf(ETH), -1, hedge, 4_799e18);
        fills[1].taker = orderOf(_own, perpetualOf(ETH), 1, hedge, 4_800e18);
        (fills[0].makerSignature, fills[1].makerSignature) = (sign(fills[0].maker), sign(fills[1].maker));
        (fills[0].units, fills[1].units) = (collateral, hedge);
        vm.prank(_hot);
        Usd profit = _reseller.convert(carry, fills, Usd.wrap(1));
        assertUsd(clearinghouse.cashOf(_own), profit, "all in cash");
        assertEq(clearinghouse.portfolio(_own).positions.length, 0);
    }

    /* WHAT IS NOT SOLD */

    /// @dev 1,000 of 4,000 lots find no buyer: without capital the account's check ends it.
    function test_liquidate_revertsWithTooFewOrders() public {
        _ripen(38_500e18);
        Fill[] memory fills = _one(_sale(bob, 1_000, 38_500e18));
        vm.expectPartialRevert(IAuction.KeeperUndermargined.selector);
        _liquidate(0.1e18, fills, Usd.wrap(0));
    }

    /// @dev With margin in the account the rest stays there, at mark in the profit, and the owner trades it and withdraws.
    function test_owner_bringsMarginTradesTheRestAndWithdraws() public {
        _ripen(38_500e18);
        usdc.mint(_hot, 2_000e6);
        vm.startPrank(_hot);
        usdc.approve(address(vault), 2_000e6);
        vault.deposit(_own, USD, 2_000e6);
        vm.stopPrank();
        Usd profit = _liquidate(0.1e18, _one(_sale(bob, 1_000, 38_500e18)), Usd.wrap(0));
        assertEq(profit.raw(), 125.125e18 - 1.925e18);
        assertEq(clearinghouse.lotsOf(_own, perpetualOf(BTC)), 3_000);
        Fill[] memory rest = _one(_sale(_carol, 3_000, 38_500e18));
        vm.startPrank(_hot);
        exchange.settle(rest);
        int256 cash = clearinghouse.cashOf(_own).raw();
        assertEq(cash, 2_125.125e18 - 7.7e18);
        vault.withdraw(_own, USD, uint256(cash) / 1e12, _hot, 0);
        vm.stopPrank();
        assertEq(usdc.balanceOf(_hot), uint256(cash) / 1e12);
    }

    /// @dev To the wei.
    function testFuzz_liquidate_minProfitIsTheLeast(uint256 price, bool isShort) public {
        _ripen(38_500e18);
        price = bound(price, 38_300e18, 38_900e18);
        Fill[] memory fills = _one(_sale(bob, 4_000, price));
        uint256 state = vm.snapshotState();
        Usd profit = _liquidate(0.1e18, fills, Usd.wrap(0));
        vm.revertToState(state);
        Usd wanted = isShort ? profit + Usd.wrap(1) : profit;
        if (isShort) vm.expectRevert(abi.encodeWithSelector(Reseller.ProfitTooSmall.selector, profit, wanted));
        _liquidate(0.1e18, fills, wanted);
    }

    /* WHO MAY */

    function testFuzz_strangersAreRefused(address stranger) public {
        vm.assume(stranger != _hot && stranger != address(auction));
        Fill[] memory none = new Fill[](0);
        bytes memory refused = abi.encodeWithSelector(Reseller.NotOwner.selector, stranger);
        vm.startPrank(stranger);
        vm.expectRevert(refused);
        _reseller.liquidate(alice, 1e18, none, Usd.wrap(0));
        vm.expectRevert(refused);
        _reseller.convert(alice, none, Usd.wrap(0));
        vm.expectRevert(abi.encodeWithSelector(Reseller.NotAuction.selector, stranger));
        _reseller.onLiquidation(alice, _own, Usd.wrap(0), Usd.wrap(0), abi.encode(none));
        vm.stopPrank();
    }

    /// @dev Without a signature it speaks for its own accounts and for nobody else's: left out, and then the slice is not sold.
    function test_liquidate_refusesUnsignedOrdersOfOthers() public {
        _ripen(38_500e18);
        Fill memory f = _sale(bob, 4_000, 38_500e18);
        f.makerSignature = "";
        vm.expectPartialRevert(IAuction.KeeperUndermargined.selector);
        _liquidate(0.1e18, _one(f), Usd.wrap(0));
        f = _sale(bob, 4_000, 38_500e18);
        f.taker.account = keeper;
        vm.expectPartialRevert(IAuction.KeeperUndermargined.selector);
        _liquidate(0.1e18, _one(f), Usd.wrap(0));
    }

    /// @dev A maker cancels in front of the call: the spare one takes the slice.
    function test_liquidate_sellsToTheSpareOrder() public {
        _ripen(38_500e18);
        Fill[] memory fills = new Fill[](2);
        (fills[0], fills[1]) = (_sale(bob, 4_000, 38_500e18), _sale(_carol, 4_000, 38_500e18));
        uint256[] memory nonces = new uint256[](1);
        nonces[0] = fills[0].maker.nonce;
        vm.prank(bob.owner());
        exchange.cancel(bob, nonces);
        _liquidate(0.1e18, fills, Usd.wrap(0));
        assertEq(clearinghouse.portfolio(_own).positions.length, 0);
    }

    /* INSIDE */

    /// @dev A quarter of an hour below maintenance: the discount is 25 %.
    function _ripen(uint256 spot) private {
        fall(BTC, spot);
        auction.flag(alice);
        skip(15 minutes);
    }

    /// @dev `buyer` has signed to buy; the reseller's account sells unsigned.
    function _sale(AccountId buyer, uint128 lots, uint256 price) private returns (Fill memory f) {
        f.maker = orderOf(buyer, perpetualOf(BTC), 1, lots, price);
        f.makerSignature = sign(f.maker);
        f.taker = orderOf(_own, perpetualOf(BTC), -1, lots, price);
        f.units = lots;
    }

    function _one(Fill memory f) private pure returns (Fill[] memory fills) {
        fills = new Fill[](1);
        fills[0] = f;
    }

    /// @dev A single external call, so that `expectRevert` may precede it.
    function _liquidate(uint256 fraction, Fill[] memory fills, Usd minProfit) private returns (Usd) {
        vm.prank(_hot);
        return _reseller.liquidate(alice, fraction, fills, minProfit);
    }
}
