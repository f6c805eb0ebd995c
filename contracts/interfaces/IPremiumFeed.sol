// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IMarkets} from "./IMarkets.sol";
import {ISignerQuorum} from "./ISignerQuorum.sol";

/// @title Premium feed
/// @notice Brings the perpetuals' premium on chain, signed by a quorum off chain. Anyone may post.
/// @dev EIP-712: Premium(uint8 underlying,int256 premium,uint256 timestamp) in the domain "Plimsoll Premium Feed", version
/// "1", chain and address of this contract.
interface IPremiumFeed is ISignerQuorum {
    /// @notice A message was accepted and passed to the markets. `premium` in millionths, as signed.
    event PremiumPosted(uint8 indexed underlying, int256 premium, uint256 timestamp, address indexed poster);

    /// @notice Lets `premium` (millionths of spot) hold from now on, as `IMarkets.setPremium` clamps and smooths it.
    /// @param timestamp Unix seconds at which it was measured: newer than the last one of `underlying`, at most five minutes
    /// old, not in the future.
    /// @param signatures At least a quorum, 65 bytes each, ascending by signer address. One too many that is invalid reverts.
    function post(uint8 underlying, int256 premium, uint256 timestamp, bytes[] calldata signatures) external;

    function markets() external view returns (IMarkets);
}
