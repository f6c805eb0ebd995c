// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccountId} from "../../../contracts/types/AccountId.sol";
import {perpetualOf} from "../../../contracts/types/InstrumentId.sol";
import {NO_UNDERLYINGS} from "../../../contracts/types/UnderlyingSet.sol";
import {Scenes} from "../../fixtures/Scenes.sol";

/// @dev Funding of hours that nobody accrued cannot be caught by opening just before the accrual.
contract FundingSnipeTest is Scenes {
    AccountId private _sniper;

    function setUp() public override {
        super.setUp();
        _sniper = fund(owner("sniper"), 0, 1_000_000);
        markets.setPremium(BTC, 5_000); // longs pay 0.0625 % an hour
    }

    /// @dev Short 100 BTC (4 M), accrue, close: what is left of the million is less by the fees, 5 bp each way.
    function testFuzz_trade_openingBeforeAnAccrualEarnsNothing(uint256 quiet) public {
        skip(bound(quiet, 0, 3 days));
        uint256 mark = (BTC_SPOT * 1_005) / 1_000;
        trade(bob, _sniper, perpetualOf(BTC), 1_000_000, mark);
        markets.touch(NO_UNDERLYINGS.with(BTC));
        trade(_sniper, bob, perpetualOf(BTC), 1_000_000, mark);
        int256 makerFee = (100 * 40_200e18) / 10_000;
        assertEq(equityOf(_sniper), 1_000_000e18 - makerFee - 5 * makerFee, "fees and nothing else");
    }

    /// @dev However long the silence, one read accrues an hour at the price of its beginning: 4 BTC pay 100 USD.
    function testFuzz_touch_accruesAtMostAnHour(uint256 quiet) public {
        quiet = bound(quiet, 1 hours, 30 days);
        int256 before = equityOf(alice);
        skip(quiet);
        markets.touch(NO_UNDERLYINGS.with(BTC));
        assertEq(before - equityOf(alice), 100e18, "4 * 40,000 * 0.0625 %");
    }
}
