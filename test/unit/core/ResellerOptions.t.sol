// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Fill} from "../../../contracts/interfaces/IExchange.sol";
import {Market, Snapshot} from "../../../contracts/interfaces/IMarkets.sol";
import {Matrix} from "../../../contracts/libraries/Matrix.sol";
import {Reseller} from "../../../contracts/periphery/Reseller.sol";
import {AccountId} from "../../../contracts/types/AccountId.sol";
import {InstrumentId, Kind} from "../../../contracts/types/InstrumentId.sol";
import {Position} from "../../../contracts/types/Position.sol";
import {NO_UNDERLYINGS} from "../../../contracts/types/UnderlyingSet.sol";
import {Usd} from "../../../contracts/types/Usd.sol";
import {OptionLiquidationScene} from "./OptionLiquidationScene.sol";

/// @dev A slice of perpetual, future and options in two underlyings, sold leg by leg to two makers, by a keeper without
/// capital.
contract ResellerOptionsTest is OptionLiquidationScene {
    Reseller private _reseller;
    AccountId private _second;

    function setUp() public override {
        super.setUp();
        _second = fund(owner("second"), 0, 5_000_000);
        _reseller = new Reseller(owner("hot"), clearinghouse, auction, exchange);
        _riseUntilLiquidatable(writer);
        auction.flag(writer);
        skip(15 minutes);
    }

    /// @dev Legs that would need margin on the way are sold in any order: only the end counts.
    function test_liquidate_sellsEveryLegToTwoMakers() public {
        uint256 fraction = auction.liquidationState(writer).minFraction;
        Fill[] memory fills = _fills(fraction);
        assertEq(fills.length, 12, "two makers a leg");
        vm.prank(_reseller.OWNER());
        Usd profit = _reseller.liquidate(writer, fraction, fills, Usd.wrap(1));
        AccountId own = _reseller.ACCOUNT();
        assertEq(vectorOf(own).positions.length, 0, "flat");
        assertUsd(clearinghouse.cashOf(own), profit, "the gain is cash");
        assertGt(lots(_second, call(BTC, 3, 50_000)), 0, "the long leg");
        assertLt(lots(_second, call(BTC, 2, 44_000)), 0, "the short leg");
    }

    /// @dev Two fills at mark for each leg of the slice.
    function _fills(uint256 fraction) private returns (Fill[] memory fills) {
        Position[] memory held = vectorOf(writer).positions;
        fills = new Fill[](2 * held.length);
        for (uint256 i; i < held.length; ++i) {
            int256 moved = (int256(held[i].lots()) * int256(fraction)) / 1e18;
            uint128 size = uint128(uint256(moved < 0 ? -moved : moved));
            fills[2 * i] = _fill(buyer, held[i].instrument(), moved > 0, size / 3);
            fills[2 * i + 1] = _fill(_second, held[i].instrument(), moved > 0, size - size / 3);
        }
    }

    function _fill(AccountId maker, InstrumentId id, bool makerBuys, uint128 size) private returns (Fill memory f) {
        uint256 price = _mark(id);
        f.maker = orderOf(maker, id, makerBuys ? int64(1) : int64(-1), size, price);
        f.taker = orderOf(_reseller.ACCOUNT(), id, makerBuys ? int64(-1) : int64(1), size, price);
        f.makerSignature = sign(f.maker);
        f.units = size;
    }

    function _mark(InstrumentId id) private view returns (uint256) {
        InstrumentId[] memory ids = new InstrumentId[](1);
        ids[0] = id;
        Snapshot memory market = clearinghouse.matrix(NO_UNDERLYINGS.with(id.underlying()), ids);
        Market memory row = market.markets[0];
        if (id.kind() == Kind.Perpetual) return row.perpetualMark;
        return id.kind() == Kind.Future ? Matrix.expiryOf(market, id).forward : Matrix.optionMark(market, id);
    }
}
