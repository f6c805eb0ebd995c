// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {StdInvariant} from "forge-std/StdInvariant.sol";
import {Causes} from "./handlers/Causes.sol";
import {Governance} from "./handlers/Governance.sol";
import {KeeperActions} from "./handlers/KeeperActions.sol";
import {Keys} from "./handlers/Keys.sol";
import {Probabilities} from "./handlers/Probabilities.sol";
import {SystemState} from "./handlers/SystemState.sol";

/// @notice Base of all suites: the whole world with one action, `act`, and no broken claim at the end of any run.
abstract contract Campaign is StdInvariant, KeeperActions, Keys, Probabilities, SystemState, Governance, Causes {
    /// @dev Claims 0..14 are checked on each action.
    uint256 private constant CLAIMS = 15;

    /// @dev The protocol, its actors and the weights of what they do.
    function _start(uint256 trades, uint256 gaps, uint256 failures) internal {
        _build();
        _registerMoney();
        _registerOwners(trades);
        _registerKeys(trades);
        _registerPrices(gaps, failures);
        _registerKeepers();
        _registerDated(trades);
        _registerProbabilities();
        _registerGovernance();
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = this.act.selector;
        targetSelector(FuzzSelector(address(this), selectors));
        targetContract(address(this));
    }

    /// @dev INV-n held in every action so far.
    function _assertHeld(uint256 invariant) internal view {
        assertEq(violation[invariant], "", string.concat("INV-", vm.toString(invariant)));
    }

    /// @dev After each run: nothing was refused for a reason of its own, and no claim of any number broke.
    function afterInvariant() public view virtual {
        for (uint256 i; i < CLAIMS; ++i) {
            _assertHeld(i);
        }
    }
}
