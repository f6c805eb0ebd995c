// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IMarkets} from "./IMarkets.sol";

/// @title Premium feed
/// @notice Brings the perpetuals' premium on chain, signed by a quorum off chain. Anyone may post.
/// @dev EIP-712: Premium(uint8 underlying,int256 premium,uint256 timestamp) in the domain "Plimsoll Premium Feed", version
/// "1", chain and address of this contract. The quorum is a strict majority: no two disjoint sets of signers can speak.
interface IPremiumFeed {
    /// @notice A message was accepted and passed to the markets. `premium` in millionths, as signed.
    event PremiumPosted(uint8 indexed underlying, int256 premium, uint256 timestamp, address indexed poster);
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

    /// @notice Lets `premium` (millionths of spot) hold from now on, as `IMarkets.setPremium` clamps and smooths it.
    /// @param timestamp Unix seconds at which it was measured: newer than the last one of `underlying`, at most five minutes
    /// old, not in the future.
    /// @param signatures At least a quorum, 65 bytes each, ascending by signer address. One too many that is invalid reverts.
    function post(uint8 underlying, int256 premium, uint256 timestamp, bytes[] calldata signatures) external;

    /// @notice Governance: replaces signers and quorum together. Timestamps stay, so no old message comes back.
    /// @param signers Ascending.
    function setSigners(address[] calldata signers, uint256 quorum) external;

    function markets() external view returns (IMarkets);

    /// @notice The signers, ascending.
    function signers() external view returns (address[] memory);

    function isSigner(address account) external view returns (bool);

    /// @notice Signatures that a message needs.
    function quorum() external view returns (uint256);

    /// @notice Timestamp of the last message of `underlying`; 0 before the first.
    function lastTimestamp(uint8 underlying) external view returns (uint256);
}
