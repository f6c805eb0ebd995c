// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IPriceSource, Reading} from "../interfaces/IPriceSource.sol";
import {Parameters} from "./Parameters.sol";

/// @notice Reads a price source as if it were hostile: bounded gas, bounded return data, every value checked.
/// @dev For any amount of gas a read gives the same answer or reverts with `TooLittleGas`: else whoever tunes the gas of a
/// transaction could make any price dead.
library SafeRead {
    /// @notice Less than `needed` gas is left for what is asked; send more.
    error TooLittleGas(uint256 available, uint256 needed);

    /// @dev Gas of one read: an aggregate of three oracles takes about 90,000.
    uint256 internal constant GAS = 250_000;

    /// @notice The reading of `source`, or an empty one (spot 0) when it fails or breaks the rules of `IPriceSource`.
    function read(address source) internal view returns (Reading memory) {
        return read(source, GAS);
    }

    /// @notice As `read(source)`, for a caller that itself has to live within `GAS`.
    function read(address source, uint256 gasLimit) internal view returns (Reading memory r) {
        (bool ok, uint256[5] memory w) = words(source, abi.encodeCall(IPriceSource.read, ()), gasLimit, 5);
        bool sane = ok && w[4] <= 1 && w[0] != 0 && w[1] <= w[0] && w[0] <= w[2];
        sane = sane && w[2] <= Parameters.MAX_PRICE && w[3] <= block.timestamp;
        if (sane) r = Reading(w[0], w[1], w[2], w[3], w[4] == 1);
    }

    /// @dev The first `count` <= 5 words that `target` returns; `ok` iff it returned exactly those, within `gasLimit`.
    /// Without `ok` the words mean nothing.
    function words(
        address target,
        bytes memory query,
        uint256 gasLimit,
        uint256 count
    ) internal view returns (bool ok, uint256[5] memory w) {
        requireGas(gasLimit);
        // (ok, data) = target.staticcall{gas: gasLimit}(query); ok = ok && data.length == 32 * count; w = data; but never
        // copies more than 32 * count bytes, which fit `w`. An account without code returns nothing: not ok.
        assembly ("memory-safe") {
            ok := staticcall(gasLimit, target, add(query, 32), mload(query), w, shl(5, count))
            ok := and(ok, eq(returndatasize(), shl(5, count)))
        }
    }

    /// @dev A call keeps 1/64 of the gas left (EIP-150) and a cold account costs 2,600: with 1/32 and 5,000 on top the
    /// callee gets all of `gasLimit`.
    function requireGas(uint256 gasLimit) internal view {
        uint256 needed = gasLimit + gasLimit / 32 + 5_000;
        if (gasleft() < needed) revert TooLittleGas(gasleft(), needed);
    }
}
