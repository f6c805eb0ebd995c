// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Mode} from "../../../contracts/interfaces/IMarginEngine.sol";
import {AccountId} from "../../../contracts/types/AccountId.sol";
import {TailBooks} from "../../fixtures/TailBooks.sol";

/// @dev Nobody posts histories or surfaces any more, or those who sign surfaces push volatility up: for how many whole hours an
/// account that had initial margin when it began, and no more, cannot be liquidated. Prices stand still.
contract SilentTailsTest is TailBooks {
    /// @dev No end within five days: maintenance stays below what initial margin was.
    uint256 private constant NEVER = 120;

    bool private surfacesGoOn;

    function _hoursHealthy(AccountId account, Mode mode) private returns (uint256) {
        changeMode(account, mode);
        withdrawToInitial(account);
        return _count(account);
    }

    function _count(AccountId account) private returns (uint256 hour) {
        for (; hour < NEVER; ++hour) {
            skip(1 hours);
            if (surfacesGoOn) postSurfaces();
            if (auction.liquidationState(account).liquidatable) return hour;
        }
    }

    function _long() private returns (AccountId) {
        return openLong(60_000);
    }

    function _spread() private returns (AccountId) {
        return openSpread(60_000);
    }

    function _straddle() private returns (AccountId) {
        return openStraddle(200_000);
    }

    /// @dev So calm that option prices say less of a linear position than the scan range does.
    function _calm() private {
        btcVolatility = 0.05e18;
        list(BTC, btcVolatility);
    }

    /* NO HISTORY */

    /// @dev 48 hours at its best and 15 of a floor that rises from 0.7 to 0.91; gross and option charges give a little more.
    function test_noHistory_quantitative() public {
        surfacesGoOn = true;
        postHistories(leastCaps());
        uint256 start = vm.snapshotState();
        assertEq(_hoursHealthy(_long(), Mode.Quantitative), 65);
        assertTrue(vm.revertToState(start));
        assertEq(_hoursHealthy(_spread(), Mode.Quantitative), 68);
        assertTrue(vm.revertToState(start));
        assertEq(_hoursHealthy(_straddle(), Mode.Quantitative), NEVER);
    }

    /* NO SURFACE */

    /// @dev An hour at its best, then the floor rises, and for options the shocks widen as they do in every mode.
    function test_noSurface_riskNeutral() public {
        uint256 start = vm.snapshotState();
        assertEq(_hoursHealthy(_spread(), Mode.RiskNeutral), 11);
        assertTrue(vm.revertToState(start));
        assertEq(_hoursHealthy(_straddle(), Mode.RiskNeutral), 8);
        assertTrue(vm.revertToState(start));
        _calm();
        assertEq(_hoursHealthy(_long(), Mode.RiskNeutral), 18);
    }

    /// @dev What the shocks alone do.
    function test_noSurface_portfolio() public {
        uint256 start = vm.snapshotState();
        assertEq(_hoursHealthy(_spread(), Mode.Portfolio), NEVER);
        assertTrue(vm.revertToState(start));
        assertEq(_hoursHealthy(_straddle(), Mode.Portfolio), 11);
    }

    function test_noSurfaceNorHistory_quantitative() public {
        postHistories(leastCaps());
        uint256 start = vm.snapshotState();
        assertEq(_hoursHealthy(_spread(), Mode.Quantitative), 57);
        assertTrue(vm.revertToState(start));
        assertEq(_hoursHealthy(_straddle(), Mode.Quantitative), 12);
    }

    /* SURFACE PUSHED UP */

    /// @dev Implied probabilities follow the surface at once; the surface itself moves by a quarter of VU an hour at most.
    function test_pushedSurface_riskNeutral() public {
        surfacesGoOn = true;
        uint256 start = vm.snapshotState();
        assertEq(_pushed(_spread(), Mode.RiskNeutral), NEVER);
        assertTrue(vm.revertToState(start));
        assertEq(_pushed(_straddle(), Mode.RiskNeutral), 4);
        assertTrue(vm.revertToState(start));
        _calm();
        assertEq(_pushed(_long(), Mode.RiskNeutral), 10);
    }

    function test_pushedSurface_portfolio() public {
        surfacesGoOn = true;
        uint256 start = vm.snapshotState();
        assertEq(_pushed(_spread(), Mode.Portfolio), NEVER);
        assertTrue(vm.revertToState(start));
        assertEq(_pushed(_straddle(), Mode.Portfolio), 5);
    }

    /// @dev The account has its initial margin at the old volatility; from then on 200 % is quoted.
    function _pushed(AccountId account, Mode mode) private returns (uint256) {
        changeMode(account, mode);
        withdrawToInitial(account);
        btcVolatility = 2e18;
        return _count(account);
    }
}
