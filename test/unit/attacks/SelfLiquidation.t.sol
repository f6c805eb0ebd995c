// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccountId} from "../../../contracts/types/AccountId.sol";
import {perpetualOf} from "../../../contracts/types/InstrumentId.sol";
import {NO_UNDERLYINGS} from "../../../contracts/types/UnderlyingSet.sol";
import {Scenes} from "../../fixtures/Scenes.sol";

/// @dev One owner on both sides and as keeper, with insured markets to be had.
contract SelfLiquidationTest is Scenes {
    AccountId private _long;
    AccountId private _short;
    AccountId private _own;

    /// @dev 10 BTC (400,000) each side, the long at initial margin.
    function setUp() public override {
        super.setUp();
        insure(BTC, 1_000_000);
        insure(0, 1_000_000);
        address who = owner("mallory");
        _long = fund(who, 1, 17_600);
        _short = fund(who, 2, 100_000);
        _own = fund(who, 3, 100_000);
        trade(_long, _short, perpetualOf(BTC), 100_000, BTC_SPOT);
    }

    /// @dev Without a move of the price only funding makes the long unhealthy, and it pays the short. Taken over by the
    /// third at any time in the next six hours, in slices of any size, the three have what they had.
    function testFuzz_liquidate_withoutAMoveOfThePriceGainsNothing(uint256 wait, uint256 fraction) public {
        markets.setPremium(BTC, 5_000);
        int256 before = _wealth();
        while (!auction.liquidationState(_long).liquidatable) {
            skip(1 hours);
            markets.touch(NO_UNDERLYINGS.with(BTC));
        }
        auction.flag(_long);
        skip(bound(wait, 0, 6 hours));
        uint256 least = auction.liquidationState(_long).minFraction;
        liquidate(_long, _own, bound(fraction, least, 1e18));
        assertLe(_wealth(), before, "profit of the owner");
    }

    /// @dev A jump of 6 % in one step, taken over at once: the pair is a free option struck at the initial margin, 4.3 %.
    /// The deficit of 1.7 % of 400,000 is what it costs the insurance; the reward starts at 0.
    function test_liquidate_afterAJumpCostsTheDeficitOnly() public {
        int256 before = _wealth();
        fall(BTC, 37_600e18);
        int256 deficit = -equityOf(_long);
        liquidate(_long, _own, 1e18);
        assertEq(_wealth() - before, deficit, "make-whole and no more");
        assertEq(deficit, 24_000e18 - 17_600e18 + 200e18, "move less margin, fee included");
    }

    /// @dev An hour later the reward is 5 % of the maintenance (12,220), never more.
    function testFuzz_liquidate_insolventPaysAtMostFivePercentMore(uint256 wait) public {
        int256 before = _wealth();
        fall(BTC, 37_600e18);
        int256 deficit = -equityOf(_long);
        auction.flag(_long);
        skip(bound(wait, 0, 7 days));
        liquidate(_long, _own, 1e18);
        assertLe(_wealth() - before, deficit + 611e18, "0.05 * 376,000 * 3.25 %");
    }

    function _wealth() private view returns (int256) {
        return equityOf(_long) + equityOf(_short) + equityOf(_own);
    }
}
