// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @title Signer quorum
/// @notice What the feeds share: signers that speak by quorum about an underlying, and the order of their messages in time.
/// @dev The quorum is a strict majority: no two disjoint sets of signers can speak. Every message carries a premium.
interface ISignerQuorum {
    /// @notice The signer set was replaced.
    event SignersSet(address[] signers, uint256 quorum);

    error TooFewSignatures(uint256 count, uint256 quorum);
    /// @notice A signature is not by a signer, or not over this message.
    error NotSigner(address recovered);
    /// @notice Signers must come in strictly ascending order of address, in a message as in a set.
    error NotAscending(address signer, address previous);
    error PremiumInFuture(uint256 timestamp, uint256 blockTimestamp);
    error PremiumTooOld(uint256 timestamp, uint256 oldest);
    /// @notice A message at least as new was posted before.
    error PremiumNotNewer(uint256 timestamp, uint256 last);
    error TooManySigners(uint256 count, uint256 maximum);
    /// @notice The quorum must be more than half of the signers and at most all.
    error InvalidQuorum(uint256 quorum, uint256 count);

    /// @notice Governance: replaces signers and quorum together. Timestamps stay, so no old message comes back.
    /// @param signers Ascending.
    function setSigners(address[] calldata signers, uint256 quorum) external;

    /// @notice The signers, ascending.
    function signers() external view returns (address[] memory);

    function isSigner(address account) external view returns (bool);

    /// @notice Signatures that a message needs.
    function quorum() external view returns (uint256);

    /// @notice Timestamp of the last message of `underlying`; 0 before the first.
    function lastTimestamp(uint8 underlying) external view returns (uint256);
}
