// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccountId} from "../../../contracts/types/AccountId.sol";
import {Fill, IExchange, Leg, Order} from "../../../contracts/interfaces/IExchange.sol";
import {IClearinghouse} from "../../../contracts/interfaces/IClearinghouse.sol";
import {ISeries} from "../../../contracts/interfaces/ISeries.sol";
import {InstrumentId, instrumentId, Kind, perpetualOf, spotOf} from "../../../contracts/types/InstrumentId.sol";
import {Scenes} from "../../fixtures/Scenes.sol";

/// @dev Structures, batches, and orders that may only reduce.
contract StructureTest is Scenes {
    /// @dev 1 lot of BTC (4 USD) against 1 lot of ETH (3 USD) per unit, one net price.
    function testFuzz_settle_tradesAStructureAtOneNetPrice(uint128 units, int256 price) public {
        units = uint128(bound(units, 1, 10_000));
        price = bound(price, 0.99e18, 1.01e18);
        Fill memory f = _spread(price, units);
        settle(f);
        assertEq(clearinghouse.lotsOf(keeper, perpetualOf(BTC)), int256(uint256(units)));
        assertEq(clearinghouse.lotsOf(keeper, perpetualOf(ETH)), -int256(uint256(units)));
        int256 paid = 100_000e18 - clearinghouse.cashOf(keeper).raw();
        assertEq(paid, price * int256(uint256(units)) + (7e18 * 5 * int256(uint256(units))) / 10_000, "price, 5 bp");
    }

    /// @dev Funding is in the price: after 100 USD per BTC of Phi a buyer pays p - Phi, and is worth p - Phi.
    function test_settle_takesFundingIntoTheCash() public {
        markets.setPremium(BTC, 5_000);
        skip(1 hours); // Phi = 40,000 * 0.0625 % = 25
        uint256 mark = 40_200e18;
        trade(keeper, bob, perpetualOf(BTC), 10_000, mark);
        assertEq(clearinghouse.cashOf(keeper).raw(), 100_000e18 - 40_200e18 + 25e18 - 20.1e18);
        assertEq(equityOf(keeper), 100_000e18 - 20.1e18, "fair at mark");
    }

    function test_settle_exchangesCollateralForCash() public {
        AccountId carol = sub(owner("carol"), 0);
        deposit(carol, ETH, 2e18);
        Fill memory f = fillOf(keeper, carol, spotOf(ETH), 1, ETH_SPOT);
        (f.maker.legs[0].ratio, f.taker.legs[0].ratio) = (-1e15, 1e15);
        (f.maker.limitPrice, f.taker.limitPrice) = (-3e18, 3e18);
        (f.maker.units, f.taker.units, f.units) = (1_000, 1_000, 1_000);
        (f.makerSignature, f.takerSignature) = (sign(f.maker), sign(f.taker));
        settle(f);
        assertEq(clearinghouse.lotsOf(keeper, spotOf(ETH)), 1e18);
        assertEq(clearinghouse.cashOf(carol).raw(), 3_000e18 - 0.3e18, "less the maker's basis point");
    }

    function test_settle_revertsWhenLegsDoNotMatch() public {
        Fill memory f = _spread(1e18, 10);
        f.taker.legs[1].ratio = 2;
        vm.expectRevert(abi.encodeWithSelector(IExchange.LegsDoNotMatch.selector, uint256(1)));
        settle(f);
        f.taker.legs = new Leg[](1);
        vm.expectRevert(abi.encodeWithSelector(IExchange.LegsDoNotMatch.selector, uint256(1)));
        settle(f);
        f.maker.legs = new Leg[](0);
        vm.expectRevert(IExchange.NoLegs.selector);
        settle(f);
    }

    /// @dev The unlisted, aliases of a perpetual: nothing but the one id of a listed instrument.
    function test_settle_revertsForWhatIsNotListed() public {
        InstrumentId[4] memory odd = [
            instrumentId(0, 1_700_000_000, 1, Kind.Call),
            instrumentId(BTC, 1_700_000_000, 0, Kind.Perpetual),
            instrumentId(BTC, 0, 1, Kind.Spot),
            instrumentId(0, 0, 0, Kind.Perpetual)
        ];
        for (uint256 i; i < 4; ++i) {
            Fill memory f = fillOf(keeper, bob, odd[i], 1, BTC_SPOT);
            vm.expectRevert(abi.encodeWithSelector(IExchange.InstrumentNotListed.selector, odd[i]));
            settle(f);
        }
    }

    /// @dev Without a surface there is no expiry, and no option without expiry.
    function test_settle_revertsForAnUnknownExpiry() public {
        InstrumentId[3] memory odd = [
            instrumentId(BTC, 0, 0, Kind.Call),
            instrumentId(BTC, 0, 4e12, Kind.Put),
            instrumentId(BTC, 1_700_000_000, 0, Kind.Future)
        ];
        for (uint256 i; i < 3; ++i) {
            Fill memory f = fillOf(keeper, bob, odd[i], 1, BTC_SPOT);
            vm.expectRevert(abi.encodeWithSelector(ISeries.UnknownExpiry.selector, BTC, odd[i].expiry()));
            settle(f);
        }
    }

    function testFuzz_settle_reduceOnlyOrdersOnlyReduce(uint128 units) public {
        units = uint128(bound(units, 1, 80_000));
        deposit(bob, USD, 1_000_000e6);
        Fill memory f = fillOf(bob, alice, perpetualOf(BTC), units, BTC_SPOT);
        f.maker.reduceOnly = true;
        f.makerSignature = sign(f.maker);
        bytes32 digest = exchange.hashOrder(f.maker);
        if (units > 40_000) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    IExchange.NotReducing.selector,
                    digest,
                    perpetualOf(BTC),
                    int256(40_000),
                    -int256(uint256(units))
                )
            );
        }
        settle(f);
    }

    /// @dev Two fills of one batch count together: 30,000 and 20,000 of 40,000 lots.
    function test_settle_reduceOnlyCountsTheWholeBatch() public {
        Fill[] memory fills = new Fill[](2);
        fills[0] = fillOf(bob, alice, perpetualOf(BTC), 30_000, BTC_SPOT);
        fills[1] = fillOf(bob, alice, perpetualOf(BTC), 20_000, BTC_SPOT);
        fills[1].maker.reduceOnly = true;
        fills[1].makerSignature = sign(fills[1].maker);
        bytes32 digest = exchange.hashOrder(fills[1].maker);
        vm.expectRevert(
            abi.encodeWithSelector(
                IExchange.NotReducing.selector,
                digest,
                perpetualOf(BTC),
                int256(10_000),
                int256(-20_000)
            )
        );
        exchange.settle(fills);
        fills[1].units = 10_000;
        exchange.settle(fills);
        assertEq(clearinghouse.lotsOf(alice, perpetualOf(BTC)), 0);
    }

    /// @dev An instrument named twice counts twice: 6 and 6 of 10 lots end below 0.
    function testFuzz_settle_reduceOnlyCountsALegNamedTwice(uint128 units) public {
        units = uint128(bound(units, 1, 10));
        trade(keeper, bob, perpetualOf(ETH), 10, ETH_SPOT);
        Fill memory f = fillOf(bob, keeper, perpetualOf(ETH), units, 0);
        (f.maker.legs, f.taker.legs) = (new Leg[](2), new Leg[](2));
        for (uint256 i; i < 2; ++i) {
            (f.maker.legs[i], f.taker.legs[i]) = (Leg(perpetualOf(ETH), -1), Leg(perpetualOf(ETH), 1));
        }
        (f.maker.reduceOnly, f.maker.limitPrice, f.taker.limitPrice) = (true, -6e18, 6e18);
        (f.makerSignature, f.takerSignature) = (sign(f.maker), sign(f.taker));
        if (units > 5) {
            int256 change = -int256(uint256(units));
            bytes32 digest = exchange.hashOrder(f.maker);
            vm.expectRevert(
                abi.encodeWithSelector(IExchange.NotReducing.selector, digest, perpetualOf(ETH), 10 + change, change)
            );
        }
        settle(f);
        if (units <= 5) assertGe(clearinghouse.lotsOf(keeper, perpetualOf(ETH)), 0, "not past 0");
    }

    function test_settle_revertsAgainstItself() public {
        Fill memory f = fillOf(keeper, keeper, perpetualOf(BTC), 1, BTC_SPOT);
        vm.expectRevert(abi.encodeWithSelector(IExchange.SelfTrade.selector, keeper));
        settle(f);
    }

    /// @dev The first failing account is named and the batch reverts.
    function test_settle_revertsWholeWhenOneAccountFails() public {
        Fill[] memory fills = new Fill[](2);
        fills[0] = fillOf(keeper, bob, perpetualOf(BTC), 1_000, BTC_SPOT);
        fills[1] = fillOf(alice, bob, perpetualOf(BTC), 100_000, BTC_SPOT);
        vm.expectPartialRevert(IClearinghouse.InsufficientMargin.selector);
        exchange.settle(fills);
        assertEq(clearinghouse.lotsOf(keeper, perpetualOf(BTC)), 0);
    }

    function _spread(int256 price, uint128 units) private returns (Fill memory f) {
        f.maker = _order(bob, -1, -price, units);
        f.taker = _order(keeper, 1, price, units);
        (f.makerSignature, f.takerSignature, f.units) = (sign(f.maker), sign(f.taker), units);
    }

    function _order(AccountId account, int64 sign_, int256 price, uint128 units) private returns (Order memory o) {
        o = orderOf(account, perpetualOf(BTC), sign_, units, BTC_SPOT);
        o.legs = new Leg[](2);
        o.legs[0] = Leg(perpetualOf(BTC), sign_);
        o.legs[1] = Leg(perpetualOf(ETH), -sign_);
        o.limitPrice = price;
    }
}
