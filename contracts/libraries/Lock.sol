// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {TransientSlot} from "@openzeppelin/contracts/utils/TransientSlot.sol";

/// @notice The protocol-wide reentrancy lock. Lives for one transaction, in transient storage.
/// @dev 0 Free -> 1 Held -> 2 Callback (open for one keeper) -> 3 HeldInCallback -> 2 -> 1 -> 0.
library Lock {
    using TransientSlot for *;

    uint256 internal constant FREE = 0;
    uint256 internal constant HELD = 1;
    uint256 internal constant CALLBACK = 2;
    uint256 internal constant HELD_IN_CALLBACK = 3;

    bytes32 private constant PHASE = keccak256("plimsoll.lock.phase");
    bytes32 private constant KEEPER = keccak256("plimsoll.lock.keeper");
    bytes32 private constant DEFERRED = keccak256("plimsoll.lock.deferred");

    function phase() internal view returns (uint256) {
        return PHASE.asUint256().tload();
    }

    function setPhase(uint256 value) internal {
        PHASE.asUint256().tstore(value);
    }

    function keeper() internal view returns (address) {
        return KEEPER.asAddress().tload();
    }

    /// @dev The one account whose check waits for the end of the callback; 0 outside one.
    function deferred() internal view returns (bytes32) {
        return DEFERRED.asBytes32().tload();
    }

    function setCallback(address keeper_, bytes32 deferred_) internal {
        KEEPER.asAddress().tstore(keeper_);
        DEFERRED.asBytes32().tstore(deferred_);
    }
}
