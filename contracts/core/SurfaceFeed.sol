// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {ExpiryQuote, ISurfaces} from "../interfaces/ISurfaces.sol";
import {ISurfaceFeed} from "../interfaces/ISurfaceFeed.sol";
import {SignerQuorum} from "./SignerQuorum.sol";

/// @title Volatility surface feed
contract SurfaceFeed is ISurfaceFeed, SignerQuorum {
    /// @dev Bounds the loop over quotes.
    uint256 internal constant MAX_QUOTES = 12;
    bytes internal constant QUOTE_TYPE =
        "ExpiryQuote(uint40 expiry,uint256 theta,int256 rho,uint256 psi,uint256 forwardRatio,uint256 discount)";
    bytes32 internal constant QUOTE_TYPEHASH = keccak256(QUOTE_TYPE);
    bytes32 internal constant SURFACE_TYPEHASH = keccak256(
        abi.encodePacked(
            "Surface(uint8 underlying,uint256 timestamp,int256 premium,uint256 depth,ExpiryQuote[] expiries)",
            QUOTE_TYPE
        )
    );

    ISurfaces internal immutable SURFACES;

    constructor(
        address authority,
        ISurfaces surfaces_,
        address[] memory signers_,
        uint256 quorum_
    ) SignerQuorum(authority, signers_, quorum_) EIP712("Plimsoll Surface Feed", "1") {
        SURFACES = surfaces_;
    }

    /// @inheritdoc ISurfaceFeed
    function post(
        uint8 underlying,
        uint256 timestamp,
        int256 premium,
        uint256 depth,
        ExpiryQuote[] calldata quotes,
        bytes[] calldata signatures
    ) external {
        _accept(underlying, timestamp, hashSurface(underlying, timestamp, premium, depth, quotes), signatures);
        emit SurfaceMessagePosted(underlying, timestamp, premium, depth, quotes.length, msg.sender);
        SURFACES.setSurface(underlying, timestamp, depth, quotes);
        SURFACES.series().markets().setPremium(underlying, premium);
    }

    /// @inheritdoc ISurfaceFeed
    function surfaces() external view returns (ISurfaces) {
        return SURFACES;
    }

    /// @inheritdoc ISurfaceFeed
    function hashSurface(
        uint8 underlying,
        uint256 timestamp,
        int256 premium,
        uint256 depth,
        ExpiryQuote[] calldata quotes
    ) public view returns (bytes32) {
        bytes32 expiries = _hashQuotes(quotes);
        return
            _hashTypedDataV4(keccak256(abi.encode(SURFACE_TYPEHASH, underlying, timestamp, premium, depth, expiries)));
    }

    /// @dev EIP-712: an array is the hash of the hashes of its members. A quote has atomic fields only, so that its
    /// encoding is that of the ABI.
    function _hashQuotes(ExpiryQuote[] calldata quotes) private pure returns (bytes32) {
        if (quotes.length > MAX_QUOTES) revert ISurfaces.TooManyExpiries(quotes.length, MAX_QUOTES);
        bytes32[] memory hashes = new bytes32[](quotes.length);
        for (uint256 i; i < quotes.length; ++i) hashes[i] = keccak256(abi.encode(QUOTE_TYPEHASH, quotes[i]));
        return keccak256(abi.encodePacked(hashes));
    }
}
