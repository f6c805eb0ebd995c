// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {InstrumentId} from "./InstrumentId.sol";

/// @dev One entry of a portfolio vector in one word: instrument (128 bits) . lots (int128). Also the leg of a move.
type Position is uint256;

using Positions for Position global;

function position(InstrumentId id, int128 lots_) pure returns (Position) {
    // The cast to uint128 keeps the two's complement bits of the lots and nothing above them.
    return Position.wrap((uint256(InstrumentId.unwrap(id)) << 128) | uint128(lots_));
}

/// @dev Getters of a position.
library Positions {
    function instrument(Position p) internal pure returns (InstrumentId) {
        return InstrumentId.wrap(uint128(Position.unwrap(p) >> 128));
    }

    function lots(Position p) internal pure returns (int128) {
        return int128(uint128(Position.unwrap(p)));
    }
}
