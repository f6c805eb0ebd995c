// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Assessment} from "../../../contracts/interfaces/IMarginEngine.sol";
import {MarginCalls} from "../../../contracts/periphery/MarginCalls.sol";
import {MovingRange} from "../../fixtures/MovingRange.sol";

contract MarginCallsTest is MovingRange {
    MarginCalls private _calls;

    function setUp() public override {
        super.setUp();
        _open(22_000);
        _calls = new MarginCalls(clearinghouse);
    }

    function test_call_needsAnAccountBelowInitialMargin() public {
        Assessment memory a = assess(long);
        vm.expectRevert(abi.encodeWithSelector(MarginCalls.NothingToCall.selector, long, a.equity, a.initial));
        _calls.call(long);
    }

    /// @dev Volatility alone: equity and maintenance margin are what they were.
    function test_call_recordsWhatVolatilityAsksFor() public {
        Assessment memory before = assess(long);
        _imply(2.25e18);
        Assessment memory a = assess(long);
        assertEq(a.equity.raw(), before.equity.raw());
        assertLt(a.equity.raw(), a.initial.raw());
        vm.expectEmit(address(_calls));
        emit MarginCalls.MarginCalled(long, a.equity, a.initial, before.maintenance);
        _calls.call(long);
    }
}
