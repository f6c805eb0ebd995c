// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @notice A contract that does what a test tells it: calls now, or a script of calls from inside somebody's callback.
abstract contract Scripted {
    /// @dev One call of the script.
    struct Step {
        address target;
        bytes data;
    }

    Step[] private _steps;
    /// @notice What became of the steps played, in order.
    bool[] public succeeded;
    bytes[] public answers;

    /// @notice Appends a call to the script.
    function plan(address target, bytes calldata data) external {
        _steps.push(Step(target, data));
    }

    /// @notice Calls `target` now and fails as it fails.
    function perform(address target, bytes calldata data) external returns (bytes memory answer) {
        bool ok;
        (ok, answer) = target.call(data);
        if (!ok) {
            assembly ("memory-safe") {
                revert(add(answer, 32), mload(answer)) // revert with the bytes of `answer`
            }
        }
    }

    function played() external view returns (uint256) {
        return succeeded.length;
    }

    /// @dev Plays the script once: it is empty before the first call, so that a nested callback finds nothing to do.
    function _play() internal {
        Step[] memory steps = _steps;
        delete _steps;
        for (uint256 i; i < steps.length; ++i) {
            (bool ok, bytes memory answer) = steps[i].target.call(steps[i].data);
            succeeded.push(ok);
            answers.push(answer);
        }
    }
}
