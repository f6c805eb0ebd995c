// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IClearinghouse} from "../../../contracts/interfaces/IClearinghouse.sol";
import {Fill} from "../../../contracts/interfaces/IExchange.sol";
import {Assessment} from "../../../contracts/interfaces/IMarginEngine.sol";
import {Snapshot} from "../../../contracts/interfaces/IMarkets.sol";
import {Matrix} from "../../../contracts/libraries/Matrix.sol";
import {AccountId} from "../../../contracts/types/AccountId.sol";
import {InstrumentId, perpetualOf} from "../../../contracts/types/InstrumentId.sol";
import {NO_UNDERLYINGS} from "../../../contracts/types/UnderlyingSet.sol";
import {Options} from "../../fixtures/Options.sol";

/// @dev E-2 and E-3 for an owner with E < 0: what he can close by trading, and at which price.
contract InsolventCloseTest is Options {
    AccountId private writer;
    AccountId private dealer;

    function setUp() public override {
        super.setUp();
        dealer = fund(owner("dealer"), 0, 5_000_000);
    }

    /// @dev Of one whole unit, such that a lot costs a whole number of wei: down, never dearer than the mark.
    function _mark(InstrumentId instrument) private view returns (uint256) {
        InstrumentId[] memory instruments = new InstrumentId[](1);
        instruments[0] = instrument;
        Snapshot memory market = clearinghouse.matrix(NO_UNDERLYINGS.with(BTC), instruments);
        uint256 mark = instrument.isDated() ? Matrix.optionMark(market, instrument) : market.markets[0].perpetualMark;
        return (mark / 1e4) * 1e4;
    }

    /// @dev The writer sells one unit at mark with `dollars` beside the premium; then spot is at `price`.
    function _sellThenMove(InstrumentId instrument, uint256 dollars, uint256 price) private {
        writer = fund(owner("writer"), 0, dollars);
        trade(dealer, writer, instrument, 10_000, _mark(instrument));
        skip(1 minutes);
        btcSource.set(price);
        assertLt(assess(writer).equity.raw(), 0, "insolvent");
    }

    /* LINEAR */

    /// @dev One BTC short at 40,000 on 2,500: at 43,000 about 500 short.
    function testFuzz_settle_closesAPerpetualAtMarkFreeOfFees(uint128 lots) public {
        InstrumentId id = perpetualOf(BTC);
        _sellThenMove(id, 2_500, 43_000e18);
        lots = uint128(bound(lots, 1, 10_000));
        Assessment memory before = assess(writer);
        trade(writer, dealer, id, lots, _mark(id));
        assertEq(assess(writer).equity.raw(), before.equity.raw(), "worth the same, no fee");
        assertEq(clearinghouse.lotsOf(writer, id), int256(uint256(lots)) - 10_000);
    }

    /// @dev A future is linear too: its value is settled cash.
    function test_settle_closesAFutureAtMark() public {
        InstrumentId id = future(BTC, 2);
        writer = fund(owner("writer"), 0, 2_500);
        trade(dealer, writer, id, 10_000, 40_130e18);
        skip(1 minutes);
        btcSource.set(43_000e18);
        Assessment memory before = assess(writer);
        assertLt(before.equity.raw(), 0, "insolvent");
        trade(writer, dealer, id, 10_000, 43_100e18);
        assertGe(assess(writer).equity.raw(), before.equity.raw(), "E-2: bought below the mark");
        assertEq(clearinghouse.lotsOf(writer, id), 0);
    }

    function test_settle_refusesAPerpetualAboveTheMark() public {
        InstrumentId id = perpetualOf(BTC);
        _sellThenMove(id, 2_500, 43_000e18);
        Fill memory f = fillOf(writer, dealer, id, 10_000, _mark(id) + 1e4);
        vm.expectPartialRevert(IClearinghouse.InsufficientMargin.selector);
        settle(f);
    }

    /* OPTIONS */

    /// @dev 15,700 USD of cash against a call worth about 20,500, which frees about 5,300 of maintenance.
    function _deepWriter() private returns (InstrumentId id, uint256 affordable) {
        id = call(BTC, 2, 40_000);
        _sellThenMove(id, 12_000, 60_000e18);
        Assessment memory a = assess(writer);
        assertGt(int256(_mark(id)), a.maintenance.raw(), "dearer than its maintenance");
        affordable = (uint256(a.settledCash.raw() + a.debtLimit.raw()) * 1e4) / _mark(id);
        assertLt(affordable, 10_000, "not all of it");
    }

    /// @dev E-3: dearer than what it frees, so that it ends where the cash does. The auction takes the rest: takeovers are exempt.
    function testFuzz_settle_refusesToBuyBackMoreThanTheCashPays(uint128 lots) public {
        (InstrumentId id, uint256 affordable) = _deepWriter();
        lots = uint128(bound(lots, affordable + 1, 10_000));
        Fill memory f = fillOf(writer, dealer, id, lots, _mark(id));
        vm.expectPartialRevert(IClearinghouse.SettledCashTooLow.selector);
        settle(f);
        assertTrue(auction.liquidationState(writer).liquidatable, "for the auction");
    }

    function testFuzz_settle_buysBackWhatTheCashPays(uint128 lots) public {
        (InstrumentId id, uint256 affordable) = _deepWriter();
        lots = uint128(bound(lots, 1, affordable));
        Assessment memory before = assess(writer);
        trade(writer, dealer, id, lots, _mark(id));
        Assessment memory a = assess(writer);
        assertGe(a.equity.raw(), before.equity.raw(), "no loss, no fee");
        assertLt(a.equity.raw(), 0, "and no gain beyond rounding");
        assertLe(a.maintenance.raw(), before.maintenance.raw(), "less risk");
    }

    /// @dev While it costs no more cash than it frees maintenance, an option is bought back at mark like a perpetual.
    function test_settle_buysBackAnOptionCheaperThanItsMaintenance() public {
        InstrumentId id = call(BTC, 1, 60_000);
        _sellThenMove(id, 1_900, 56_000e18);
        Assessment memory before = assess(writer);
        assertLt(int256(_mark(id)), before.maintenance.raw(), "cheaper than its maintenance");
        assertLt(before.equity.raw(), -before.debtLimit.raw(), "more debt afterwards than the limit");
        trade(writer, dealer, id, 10_000, _mark(id));
        assertGe(assess(writer).equity.raw(), before.equity.raw(), "worth the same, no fee");
        assertEq(clearinghouse.lotsOf(writer, id), 0);
    }

    function test_settle_refusesAnOptionAboveTheMark() public {
        InstrumentId id = call(BTC, 1, 60_000);
        _sellThenMove(id, 1_900, 56_000e18);
        Fill memory f = fillOf(writer, dealer, id, 10_000, _mark(id) + 2e4);
        vm.expectPartialRevert(IClearinghouse.InsufficientMargin.selector);
        settle(f);
    }
}
