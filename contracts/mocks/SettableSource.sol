// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IPriceHistory} from "../interfaces/IPriceHistory.sol";
import {IPriceSource, Reading} from "../interfaces/IPriceSource.sol";

/// @notice Price source whose reading anyone sets, for tests that need exact intervals and dead feeds. Every reading set is
/// a round of its history, in force from then on; they count from 1.
contract SettableSource is IPriceSource, IPriceHistory {
    /// @notice The source was told to fail.
    error Broken();

    struct Round {
        uint256 price;
        uint256 since;
    }

    Reading private _reading;
    bool public isBroken;
    Round[] private _rounds;

    /// @notice A live price with no width, published now.
    function set(uint256 spot) external {
        _set(Reading(spot, spot, spot, block.timestamp, true));
    }

    function setReading(Reading calldata reading) external {
        _set(reading);
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

    /// @inheritdoc IPriceHistory
    function first(uint256 id, uint256 time) external view returns (uint256 price, uint256 since) {
        (price, since) = round(id);
        (uint256 nextId, , uint256 nextSince) = next(id, 0);
        if (price == 0 || since > time || (nextId != 0 && nextSince <= time)) revert NotFirst(id, since, time, 0);
    }

    /// @inheritdoc IPriceHistory
    /// @dev It has one phase and needs no hint.
    function next(uint256 id, uint256) public view returns (uint256 nextId, uint256 price, uint256 since) {
        for (nextId = id + 1; nextId <= _rounds.length; ++nextId) {
            (price, since) = round(nextId);
            if (price != 0) return (nextId, price, since);
        }
        return (0, 0, 0);
    }

    /// @inheritdoc IPriceHistory
    function round(uint256 id) public view returns (uint256 price, uint256 since) {
        if (id == 0 || id > _rounds.length) revert UnknownRound(id);
        Round memory r = _rounds[id - 1];
        return (r.price, r.since);
    }

    function _set(Reading memory reading) private {
        _reading = reading;
        isBroken = false;
        _rounds.push(Round(reading.spot, block.timestamp));
    }
}
