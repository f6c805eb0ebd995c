// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IClearinghouse} from "../../../contracts/interfaces/IClearinghouse.sol";
import {Fill, IExchange} from "../../../contracts/interfaces/IExchange.sol";
import {AccountId} from "../../../contracts/types/AccountId.sol";
import {InstrumentId} from "../../../contracts/types/InstrumentId.sol";
import {Options} from "../../fixtures/Options.sol";

/// @dev An attacker takes one lot of each of a maker's many quotes, so that the maker's account is full of crumbs and takes no
/// more. The maker asks for a least size; and a full account closes all that it holds.
contract TinyFillsTest is Options {
    uint256 private constant MAX_POSITIONS = 128;

    AccountId private maker;
    AccountId private attacker;

    function setUp() public override {
        super.setUp();
        maker = fund(owner("maker"), 0, 5_000_000);
        attacker = fund(owner("attacker"), 0, 5_000_000);
    }

    /// @dev Below the least size nothing is opened, whatever the batch is made of.
    function testFuzz_settleAvailable_opensNothingBelowTheLeastSize(uint128 units, uint8 count) public {
        units = uint128(bound(units, 0, 99));
        Fill[] memory fills = _quotes(count % 16, 100, units);
        assertEq(exchange.settleAvailable(fills), 0);
        assertEq(clearinghouse.portfolio(maker).positions.length, 0);
    }

    /// @dev One fill may not be cut into two, of which the second is a crumb: what is left below the least size does not fill.
    function testFuzz_settle_leavesNoCrumbToTake(uint128 units) public {
        units = uint128(bound(units, 901, 999));
        Fill memory f = _quotes(1, 100, units)[0];
        settle(f);
        f.units = 1_000 - units;
        bytes32 digest = exchange.hashOrder(f.maker);
        vm.expectRevert(
            abi.encodeWithSelector(IExchange.FillTooSmall.selector, digest, uint256(f.units), uint256(100))
        );
        settle(f);
    }

    /// @dev Without a least size the account fills up: it is named, and what it holds it can close, crumb by crumb.
    function test_settle_aFullAccountClosesWhatItHolds() public {
        for (uint256 i; i < MAX_POSITIONS; i += 16) exchange.settle(_slice(i));
        assertEq(clearinghouse.portfolio(maker).positions.length, MAX_POSITIONS);
        Fill[] memory more = new Fill[](1);
        more[0] = _quote(MAX_POSITIONS, 0, 1);
        vm.expectPartialRevert(IClearinghouse.TooManyPositions.selector);
        exchange.settleAvailable(more);
        for (uint256 i; i < MAX_POSITIONS; i += 16) {
            Fill memory f = fillOf(maker, attacker, _option(i), 1, 30_000e18);
            f.taker.reduceOnly = true;
            f.takerSignature = sign(f.taker);
            settle(f);
        }
        assertEq(clearinghouse.portfolio(maker).positions.length, MAX_POSITIONS - 8);
        exchange.settle(more);
    }

    function _quotes(uint256 count, uint128 minFill, uint128 units) private returns (Fill[] memory fills) {
        fills = new Fill[](count);
        for (uint256 i; i < count; ++i) fills[i] = _quote(i, minFill, units);
    }

    /// @dev One lot each of 16 quotes from `first` on.
    function _slice(uint256 first) private returns (Fill[] memory fills) {
        fills = new Fill[](16);
        for (uint256 i; i < 16; ++i) fills[i] = _quote(first + i, 0, 1);
    }

    /// @dev The maker sells up to 1,000 lots of option `i` at its intrinsic value and more; `units` of them are taken.
    function _quote(uint256 i, uint128 minFill, uint128 units) private returns (Fill memory f) {
        f = fillOf(attacker, maker, _option(i), 1_000, 30_000e18);
        (f.maker.minFill, f.units) = (minFill, units);
        f.makerSignature = sign(f.maker);
    }

    function _option(uint256 i) private view returns (InstrumentId) {
        return call(BTC, 2, 20_000 + 500 * i);
    }
}
