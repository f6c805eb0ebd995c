// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Outflow} from "../../../contracts/interfaces/IVault.sol";
import {AccountId} from "../../../contracts/types/AccountId.sol";
import {Scenes} from "../../fixtures/Scenes.sol";

/// @dev The outflow limit slows a run; it must not be a tool to stop others, for strangers or for governance.
contract OutflowGriefingTest is Scenes {
    AccountId private _griefer;

    function setUp() public override {
        super.setUp();
        vault.setOutflow(USD, Outflow(100_000e6, 2e6)); // 100,000 USD; full again in 14 hours
        skip(1 days);
        _griefer = fund(owner("griefer"), 0, 1);
    }

    /// @dev Net outflow is what is limited: borrowed money that comes and goes takes nothing from the others.
    function testFuzz_deposit_thenWithdrawalLeavesTheLimitAsItWas(uint256 amount) public {
        amount = bound(amount, 1e6, 100_000e6);
        uint256 before = vault.available(USD);
        deposit(_griefer, USD, amount);
        withdraw(_griefer, USD, amount);
        assertGe(vault.available(USD), before, "USD that others can withdraw now");
    }

    /// @dev Whatever the limit, everything that was in at its change can leave in ten days: a new engine waits fifteen.
    function testFuzz_setOutflow_letsEverythingLeaveInTenDays(uint128 capacity, uint128 refill) public {
        capacity = uint128(bound(capacity, 1, 1e15));
        refill = uint128(bound(refill, capacity / 1 days + 1, 1e15));
        try vault.setOutflow(USD, Outflow(capacity, refill)) {
            (, uint256 claimId) = withdraw(bob, USD, 900_000e6);
            if (claimId != 0) assertLe(vault.latestPayment(claimId), block.timestamp + 10 days, "locked in");
        } catch (bytes memory reason) {
            assertGt(reason.length, 3, "refused with a named error");
        }
    }
}
