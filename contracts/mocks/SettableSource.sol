// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IPriceSource, Reading} from "../interfaces/IPriceSource.sol";

/// @notice Price source whose reading anyone sets, for tests that need exact intervals and dead feeds.
contract SettableSource is IPriceSource {
    /// @notice The source was told to fail.
    error Broken();

    Reading private _reading;
    bool public isBroken;

    /// @notice A live price with no width, published now.
    function set(uint256 spot) external {
        _reading = Reading(spot, spot, spot, block.timestamp, true);
        isBroken = false;
    }

    function setReading(Reading calldata reading) external {
        _reading = reading;
        isBroken = false;
    }

    /// @notice Makes `read` revert until the next `set`.
    function breakDown() external {
        isBroken = true;
    }

    /// @inheritdoc IPriceSource
    function read() external view returns (Reading memory) {
        if (isBroken) revert Broken();
        return _reading;
    }
}
