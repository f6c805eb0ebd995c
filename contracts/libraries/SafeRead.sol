// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IPriceSource, Reading} from "../interfaces/IPriceSource.sol";
import {Parameters} from "./Parameters.sol";

/// @notice Reads a price source as if it were hostile: bounded gas, bounded return data, every value checked.
library SafeRead {
    /// @notice Less than `needed` gas is left for the price source; send more.
    error TooLittleGas(uint256 available, uint256 needed);

    /// @dev Gas of one read: an aggregate of three oracles takes about 60,000.
    uint256 internal constant GAS = 250_000;

    /// @notice The reading of `source`, or an empty one (spot 0) when it fails or breaks the rules of `IPriceSource`.
    /// @dev Reverts only when the caller sends too little gas: else whoever tunes the gas could make any price dead.
    function read(address source) internal view returns (Reading memory r) {
        if (gasleft() < GAS + GAS / 32 + 5_000) revert TooLittleGas(gasleft(), GAS + GAS / 32 + 5_000);
        bytes memory query = abi.encodeCall(IPriceSource.read, ());
        bool ok;
        // r = abi.decode(source.staticcall{gas: GAS}(call)), at most 5 words copied; a Reading is 5 words in memory.
        assembly ("memory-safe") {
            ok := staticcall(GAS, source, add(query, 32), mload(query), r, 160)
            ok := and(ok, eq(returndatasize(), 160))
        }
        uint256 live;
        // The fifth word must be 0 or 1 before Solidity may treat it as a bool.
        assembly ("memory-safe") {
            live := mload(add(r, 128))
            mstore(add(r, 128), eq(live, 1))
        }
        bool sane =
            ok &&
                live <= 1 &&
                r.spot != 0 &&
                r.low <= r.spot &&
                r.spot <= r.high &&
                r.high <= Parameters.MAX_PRICE &&
                r.publishedAt <= block.timestamp;
        if (!sane) r = Reading(0, 0, 0, 0, false);
    }
}
