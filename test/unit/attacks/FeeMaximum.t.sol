// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Fill, IExchange, Leg, Order} from "../../../contracts/interfaces/IExchange.sol";
import {Kind} from "../../../contracts/types/InstrumentId.sol";
import {Usd} from "../../../contracts/types/Usd.sol";
import {BotTrades} from "../../fixtures/BotTrades.sol";

/// @dev Fees rise between the signature and the fill, by governance or with the price: nobody pays more a unit than he signed.
contract FeeMaximumTest is BotTrades {
    /// @dev Whatever the instrument, size and side: a fee equal to the maximum passes, one above it by 1e-18 does not.
    function testFuzz_settle_takesTheFeeUpToTheMaximum(uint8 kind, uint8 how, uint128 units) public {
        units = uint128(bound(units, 1, 1_000));
        Leg memory leg = legOf(how & 1 == 0 ? BTC : ETH, Kind(kind % KINDS), how & 2 == 0);
        Fill memory f = botFill(single(leg), units, 0, 0, how & 4 == 0);
        Order memory o = how & 8 == 0 ? f.maker : f.taker;
        uint256 fee = _feeOf(f, how & 8 == 0);
        o.maxFee = (fee + units - 1) / units;
        (f.makerSignature, f.takerSignature) = (sign(f.maker), sign(f.taker));
        uint256 start = vm.snapshotState();
        settle(f);
        vm.revertToState(start);
        o.maxFee = (fee - 1) / units;
        (f.makerSignature, f.takerSignature) = (sign(f.maker), sign(f.taker));
        bytes32 digest = exchange.hashOrder(o);
        vm.expectRevert(
            abi.encodeWithSelector(IExchange.FeeAboveMaximum.selector, digest, Usd.wrap(int256(fee)), o.maxFee * units)
        );
        settle(f);
    }

    /// @dev "Any fee" is the largest number, of however many units.
    function testFuzz_settle_takesAnyFeeWhenSigned(uint128 units) public {
        units = uint128(bound(units, 1, 1_000));
        Fill memory f = botFill(single(legOf(BTC, Kind.Perpetual, true)), units, 4e18, 0, true);
        (f.maker.maxFee, f.taker.maxFee) = (type(uint256).max, type(uint256).max - 1);
        (f.makerSignature, f.takerSignature) = (sign(f.maker), sign(f.taker));
        settle(f);
        assertEq(exchange.filled(keeper, f.maker.nonce), units);
    }

    /// @dev The price doubled after the signature, the fee with it; the skipped order waits for its price.
    function test_settleAvailable_skipsTheOrderWhoseFeeGrew() public {
        Fill memory f = botFill(single(legOf(BTC, Kind.Perpetual, true)), 100, 4e18, 0, false);
        f.taker.maxFee = 0.002e18; // 5 bp of 4
        f.takerSignature = sign(f.taker);
        Fill[] memory fills = new Fill[](1);
        fills[0] = f;
        fall(BTC, BTC_SPOT + 1e4);
        bytes32 digest = exchange.hashOrder(f.taker);
        vm.expectEmit(address(exchange));
        emit IExchange.Skipped(
            0,
            abi.encodeWithSelector(IExchange.FeeAboveMaximum.selector, digest, uint256(0.2e18 + 1), uint256(0.2e18))
        );
        assertEq(exchange.settleAvailable(fills), 0);
        fall(BTC, BTC_SPOT);
        assertEq(exchange.settleAvailable(fills), 1);
    }

    /// @dev An option's fee ends at an eighth of its premium, for the taker and, by the same notional, a fifth of that for the maker.
    function testFuzz_settle_capsTheFeeOfAnOptionByItsPremium(uint128 units, bool isFar) public {
        units = uint128(bound(units, 100, 1_000));
        Leg memory leg = Leg(call(BTC, 0, isFar ? 45_000 : 40_000), 1);
        Fill memory f = botFill(single(leg), units, 0, 0, true);
        (uint256 taker, uint256 maker) = (_feeOf(f, false), _feeOf(f, true));
        int256 before = equityOf(keeper);
        f.makerSignature = sign(f.maker);
        settle(f);
        uint256 premium = uint256(equityOf(keeper) - before) + maker;
        uint256 notional = (BTC_SPOT / 10_000) * units;
        assertLe(taker, premium / 8 + 2, "an eighth of the premium");
        assertLe(taker, notional / 2_000, "5 bp of the notional");
        assertGe(taker + 3, isFar ? premium / 8 : notional / 2_000, "one of the two");
        assertApproxEqAbs(taker, 5 * maker, 5);
    }

    /// @dev What the side pays, by doing it. In fills at price 0 a fee is all the cash that an account loses.
    function _feeOf(Fill memory f, bool ofMaker) private returns (uint256 fee) {
        uint256 start = vm.snapshotState();
        (f.makerSignature, f.takerSignature) = (sign(f.maker), sign(f.taker));
        Order memory o = ofMaker ? f.maker : f.taker;
        int256 before = clearinghouse.cashOf(o.account).raw();
        settle(f);
        fee = uint256(before - clearinghouse.cashOf(o.account).raw());
        vm.revertToState(start);
    }
}
