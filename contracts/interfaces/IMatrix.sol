// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {InstrumentId} from "../types/InstrumentId.sol";
import {UnderlyingSet} from "../types/UnderlyingSet.sol";
import {Snapshot} from "./IMarkets.sol";

/// @title Matrix
/// @notice The market as a matrix for given underlyings and dated instruments.
interface IMatrix {
    /// @notice Stores observations, rolls epochs and caches what is computed for all of `instruments`; anyone may.
    /// @param set Underlyings of the rows. @param instruments Any order, repeats allowed; only dated ones count, and their
    /// underlyings must be in `set`.
    /// @return Markets of `set`, and rows of the distinct expiries and strikes, ascending. Open interest is left 0.
    function touch(UnderlyingSet set, InstrumentId[] calldata instruments) external returns (Snapshot memory);

    /// @notice What `touch` would return, without writing.
    function snapshot(UnderlyingSet set, InstrumentId[] calldata instruments) external view returns (Snapshot memory);
}
