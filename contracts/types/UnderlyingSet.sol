// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {LibBit} from "solady/src/utils/LibBit.sol";

/// @dev Set of underlyings 1..255, one bit each. Rows of a market snapshot stand in the order of the set bits, so the row
/// of an underlying is the number of smaller members: no search, no map.
type UnderlyingSet is uint256;

using UnderlyingSets for UnderlyingSet global;

UnderlyingSet constant NO_UNDERLYINGS = UnderlyingSet.wrap(0);

/// @dev Set operations; none reverts.
library UnderlyingSets {
    function contains(UnderlyingSet set, uint256 underlying) internal pure returns (bool) {
        return (UnderlyingSet.unwrap(set) >> underlying) & 1 == 1;
    }

    function with(UnderlyingSet set, uint256 underlying) internal pure returns (UnderlyingSet) {
        return UnderlyingSet.wrap(UnderlyingSet.unwrap(set) | (1 << underlying));
    }

    function union(UnderlyingSet a, UnderlyingSet b) internal pure returns (UnderlyingSet) {
        return UnderlyingSet.wrap(UnderlyingSet.unwrap(a) | UnderlyingSet.unwrap(b));
    }

    function size(UnderlyingSet set) internal pure returns (uint256) {
        return LibBit.popCount(UnderlyingSet.unwrap(set));
    }

    /// @dev Index of `underlying` in the rows of a snapshot of `set`. Meaningful only for a member.
    function row(UnderlyingSet set, uint256 underlying) internal pure returns (uint256) {
        return LibBit.popCount(UnderlyingSet.unwrap(set) & ((1 << underlying) - 1));
    }

    function isEmpty(UnderlyingSet set) internal pure returns (bool) {
        return UnderlyingSet.unwrap(set) == 0;
    }
}
