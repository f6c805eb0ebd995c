// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {ExpiryQuote, ISurfaces} from "./ISurfaces.sol";
import {ISignerQuorum} from "./ISignerQuorum.sol";

/// @title Volatility surface feed
/// @notice Brings all expiries of an underlying and its premium on chain, signed by a quorum off chain. Anyone may post.
/// @dev EIP-712: Surface(uint8 underlying,uint256 timestamp,int256 premium,uint256 depth,ExpiryQuote[] expiries) with
/// ExpiryQuote(uint40 expiry,uint256 theta,int256 rho,uint256 psi,uint256 forwardRatio,uint256 discount) in the domain
/// "Plimsoll Surface Feed", version "1", chain and address of this contract.
interface ISurfaceFeed is ISignerQuorum {
    /// @notice A message was accepted and passed on, as signed: `premium` in millionths, `depth` in USD with 18 decimals.
    /// What is stored of its `expiries` quotes, `ISurfaces` says.
    event SurfaceMessagePosted(
        uint8 indexed underlying,
        uint256 timestamp,
        int256 premium,
        uint256 depth,
        uint256 expiries,
        address indexed poster
    );

    /// @notice Passes the quotes to `ISurfaces.setSurface`, which bounds and clamps them, and the premium to
    /// `IMarkets.setPremium`. Reverts with `ISurfaces.TooManyExpiries` above twelve quotes.
    /// @param timestamp Unix seconds at which it was made: newer than the last one of `underlying`, at most five minutes
    /// old, not in the future.
    /// @param premium Millionths of spot. @param depth Q, USD with 18 decimals. @param quotes Ascending by expiry.
    /// @param signatures At least a quorum, 65 bytes each, ascending by signer address. One too many that is invalid reverts.
    function post(
        uint8 underlying,
        uint256 timestamp,
        int256 premium,
        uint256 depth,
        ExpiryQuote[] calldata quotes,
        bytes[] calldata signatures
    ) external;

    /// @notice The EIP-712 digest to sign.
    function hashSurface(
        uint8 underlying,
        uint256 timestamp,
        int256 premium,
        uint256 depth,
        ExpiryQuote[] calldata quotes
    ) external view returns (bytes32);

    function surfaces() external view returns (ISurfaces);
}
