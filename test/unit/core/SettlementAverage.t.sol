// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IPriceHistory} from "../../../contracts/interfaces/IPriceHistory.sol";
import {ISettlement} from "../../../contracts/interfaces/ISettlement.sol";
import {SettableSource} from "../../../contracts/mocks/SettableSource.sol";
import {SettlementScene} from "./SettlementScene.sol";

/// @dev The average over the settlement window: who may submit what, and when its price is final.
contract SettlementAverageTest is SettlementScene {
    /// @dev 40,000 for ten minutes, 41,500 for twenty.
    function _twoPrices() private {
        priceAt(end - WINDOW - 1 hours, 40_000, 3_000);
        priceAt(end - 20 minutes, 41_500, 3_000);
        vm.warp(end);
    }

    function _hint() private view returns (uint256) {
        return roundAt(btcSource, end - WINDOW);
    }

    function test_average_weighsPricesByTime() public {
        _twoPrices();
        vm.expectEmit(address(settlement));
        emit ISettlement.Averaged(BTC, end, end, 40_000e18 * 600 + 41_500e18 * 1_200);
        average(BTC);
        (bool isFinal, uint256 price) = settlement.finalPrice(BTC, end);
        assertTrue(isFinal);
        assertEq(price, 41_000e18);
    }

    function test_average_isTheSameForWhoeverSubmitsInWhateverParts() public {
        _twoPrices();
        uint256 hint = _hint();
        vm.prank(makeAddr("one"));
        settlement.average(BTC, end, hint, 0);
        (uint256 sum, uint256 doneUntil) = settlement.progress(BTC, end);
        assertEq(sum, 0, "begun, nothing averaged");
        assertEq(doneUntil, end - WINDOW);
        vm.prank(makeAddr("another"));
        settlement.average(BTC, end, 12345, 1);
        (sum, doneUntil) = settlement.progress(BTC, end);
        assertEq(sum, 40_000e18 * 600, "to the next round");
        assertEq(doneUntil, end - 20 minutes);
        settlement.average(BTC, end, 0, 1);
        (, uint256 price) = settlement.finalPrice(BTC, end);
        assertEq(price, 41_000e18);
    }

    function test_average_insideTheWindowGoesUpToNow() public {
        priceAt(end - WINDOW - 1 hours, 40_000, 3_000);
        vm.warp(end - 10 minutes);
        average(BTC);
        (uint256 sum, uint256 doneUntil) = settlement.progress(BTC, end);
        assertEq(sum, 40_000e18 * 1_200);
        assertEq(doneUntil, end - 10 minutes);
        (bool isFinal, uint256 price) = settlement.finalPrice(BTC, end);
        assertFalse(isFinal);
        assertEq(price, 0);
    }

    function test_average_refusesALaterFirstRound() public {
        _twoPrices();
        uint256 late = _hint() + 1;
        (, uint256 since) = btcSource.round(late);
        vm.expectRevert(
            abi.encodeWithSelector(IPriceHistory.NotFirst.selector, late, since, uint256(end) - WINDOW, uint256(0))
        );
        settlement.average(BTC, end, late, 10);
    }

    function test_average_refusesAnEarlierFirstRound() public {
        _twoPrices();
        uint256 early = _hint() - 1;
        vm.expectPartialRevert(IPriceHistory.NotFirst.selector);
        settlement.average(BTC, end, early, 10);
    }

    function test_average_refusesAnUnknownRound() public {
        _twoPrices();
        vm.expectRevert(abi.encodeWithSelector(IPriceHistory.UnknownRound.selector, uint256(99)));
        settlement.average(BTC, end, 99, 10);
    }

    function test_average_beginsWithTheWindow() public {
        vm.warp(end - WINDOW);
        vm.expectRevert(
            abi.encodeWithSelector(ISettlement.NothingToAverage.selector, uint256(end) - WINDOW, uint256(end))
        );
        settlement.average(BTC, end, 1, 10);
    }

    function test_average_endsWithTheWindow() public {
        _twoPrices();
        average(BTC);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.NothingToAverage.selector, uint256(end), uint256(end)));
        settlement.average(BTC, end, 0, 10);
    }

    function test_average_refusesSeriesThatNobodyQuoted() public {
        vm.expectRevert(abi.encodeWithSelector(ISettlement.UnknownSeries.selector, BTC, uint256(end) + 1 days));
        settlement.average(BTC, end + 1 days, 1, 10);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.UnknownSeries.selector, BTC, uint256(0)));
        settlement.average(BTC, 0, 1, 10);
    }

    function test_average_ofANewSourceStartsAgain() public {
        priceAt(end - WINDOW - 1 hours, 40_000, 3_000);
        vm.warp(end - 10 minutes);
        average(BTC);
        SettableSource other = new SettableSource();
        vm.warp(end - WINDOW - 1);
        other.set(41_000e18);
        vm.warp(end - 5 minutes);
        markets.setSource(BTC, address(other));
        vm.warp(end);
        settlement.average(BTC, end, 1, 10);
        (, uint256 price) = settlement.finalPrice(BTC, end);
        assertEq(price, 41_000e18, "rounds of two sources are not mixed");
    }

    function test_average_ofASourceThatNeverCameBackReverts() public {
        vm.warp(end);
        vm.etch(address(btcSource), hex"fe");
        vm.expectRevert();
        settlement.average(BTC, end, 1, 10);
        (bool isFinal, ) = settlement.finalPrice(BTC, end);
        assertFalse(isFinal);
    }

    /* DELAY */

    function test_delaySettlement_putsThePriceOff() public {
        settlement.delaySettlement(BTC, end, 3 days);
        _twoPrices();
        average(BTC);
        vm.warp(end + 3 days - 1);
        (bool isFinal, uint256 price) = settlement.finalPrice(BTC, end);
        assertFalse(isFinal);
        assertEq(price, 0);
        vm.warp(end + 3 days);
        (isFinal, price) = settlement.finalPrice(BTC, end);
        assertTrue(isFinal);
        assertEq(price, 41_000e18, "the delay changes no price");
    }

    function test_delaySettlement_isAtMostThreeDays() public {
        vm.expectRevert(abi.encodeWithSelector(ISettlement.DelayTooLong.selector, 3 days + 1, 3 days));
        settlement.delaySettlement(BTC, end, 3 days + 1);
    }

    function test_delaySettlement_countsFromTheEndAndNotFromTheCall() public {
        settlement.delaySettlement(BTC, end, 1 days);
        _twoPrices();
        average(BTC);
        vm.warp(end + 1 days - 1);
        settlement.delaySettlement(BTC, end, 3 days);
        vm.warp(end + 3 days);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.AlreadyFinal.selector, BTC, uint256(end)));
        settlement.delaySettlement(BTC, end, 3 days);
    }

    function test_delaySettlement_changesNoFinalPrice() public {
        _twoPrices();
        average(BTC);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.AlreadyFinal.selector, BTC, uint256(end)));
        settlement.delaySettlement(BTC, end, 0);
    }

    function test_delaySettlement_isForGuardians() public {
        address stranger = makeAddr("stranger");
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, stranger));
        settlement.delaySettlement(BTC, end, 1 days);
    }

    function test_settleTouched_isForTheClearinghouse() public {
        vm.expectRevert(abi.encodeWithSelector(ISettlement.NotClearinghouse.selector, address(this)));
        settlement.settleTouched(alice);
    }
}
