// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {ITails} from "./ITails.sol";

/// @title History feed
/// @notice Statistics of past prices, signed by a quorum: tail caps of the nodes and the offset of the underlying's group.
/// @dev Whoever has the prices can recompute a message: `inputs` and `code` are SHA-256 of them and of the algorithm with its parameters.
interface IHistoryFeed {
    /// @notice A message as it was signed; what the chain took of it is in `HistorySet` and `OffsetSet`.
    event HistoryMessagePosted(
        uint8 indexed underlying,
        uint256 timestamp,
        uint256 scanRange,
        uint256 weights,
        uint256 offset,
        bytes32 inputs,
        bytes32 code,
        address poster
    );

    /// @notice Takes a message that a quorum signed; anyone may.
    /// @param scanRange WAD, of the nodes. @param weights Caps, see `TailWord`. @param offset Millionths.
    /// @param signatures Of signers ascending by address.
    function post(
        uint8 underlying,
        uint256 timestamp,
        uint256 scanRange,
        uint256 weights,
        uint256 offset,
        bytes32 inputs,
        bytes32 code,
        bytes[] calldata signatures
    ) external;

    /// @notice EIP-712 digest of a message.
    function hashHistory(
        uint8 underlying,
        uint256 timestamp,
        uint256 scanRange,
        uint256 weights,
        uint256 offset,
        bytes32 inputs,
        bytes32 code
    ) external view returns (bytes32);

    function tails() external view returns (ITails);
}
