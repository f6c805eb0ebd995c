// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {FEES} from "../../../contracts/types/AccountId.sol";
import {Usd} from "../../../contracts/types/Usd.sol";
import {Scenes} from "../../fixtures/Scenes.sol";

/// @dev Governance may pay out fees at once. A negative amount would pay the other way: out of any account, unchecked.
contract NegativeReleaseTest is Scenes {
    function testFuzz_scheduleRelease_cannotTakeFromAnAccount(uint128 amount) public {
        amount = uint128(bound(amount, 0, 1e30));
        int256 before = clearinghouse.cashOf(bob).raw();
        try vault.scheduleRelease(FEES, Usd.wrap(-int256(uint256(amount)))) {
            vault.release(FEES, bob);
            assertGe(clearinghouse.cashOf(bob).raw(), before, "a release took from a trader");
        } catch (bytes memory reason) {
            assertGt(reason.length, 3, "refused with a named error");
        }
    }
}
