// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @dev The token and the most that may be taken, in the token's base units.
struct TokenPermissions {
    address token;
    uint256 amount;
}

/// @dev What the owner signs, with the spender beside it: the caller. Nonces are unordered. `deadline` in unix seconds, inclusive.
struct PermitTransferFrom {
    TokenPermissions permitted;
    uint256 nonce;
    uint256 deadline;
}

/// @dev Where the spender sends how much, in the token's base units.
struct SignatureTransferDetails {
    address to;
    uint256 requestedAmount;
}

/// @notice The part of Permit2 (Uniswap Labs, 2022) that takes tokens by signature, bound to data of the spender's choice.
interface IPermit2 {
    /// @notice The signed amount is `maxAmount`; more was requested.
    error InvalidAmount(uint256 maxAmount);
    /// @notice The permit ended at `signatureDeadline`, unix seconds.
    error SignatureExpired(uint256 signatureDeadline);
    /// @notice The nonce was used.
    error InvalidNonce();
    /// @notice The owner has no code, and the signature is neither 64 nor 65 bytes long.
    error InvalidSignatureLength();
    /// @notice An ECDSA signature that recovers no address.
    error InvalidSignature();
    /// @notice An ECDSA signature that recovers another address than the owner.
    error InvalidSigner();
    /// @notice The owner has code, and its ERC-1271 function refuses the signature.
    error InvalidContractSignature();

    /// @notice Moves `transferDetails.requestedAmount` of the permitted token from `owner` to `transferDetails.to`.
    /// @dev Uses up the nonce even if less than the permitted amount was requested. The owner signs EIP-712 data: the stub
    /// `PermitWitnessTransferFrom(TokenPermissions permitted,address spender,uint256 nonce,uint256 deadline,` and then
    /// `witnessTypeString`. An owner with code is asked by ERC-1271 only: the key of an EIP-7702 delegation does not count.
    /// @param witness The EIP-712 struct hash of the data that the signature is bound to.
    /// @param witnessTypeString `T witness)`, the encoded type of T and `TokenPermissions(address token,uint256 amount)`; the types
    /// after the bracket in alphabetical order.
    function permitWitnessTransferFrom(
        PermitTransferFrom memory permit,
        SignatureTransferDetails calldata transferDetails,
        address owner,
        bytes32 witness,
        string calldata witnessTypeString,
        bytes calldata signature
    ) external;

    /// @notice The EIP-712 domain of this chain: name "Permit2", chain id, address; no version.
    // solhint-disable-next-line func-name-mixedcase
    function DOMAIN_SEPARATOR() external view returns (bytes32);

    /// @notice 256 nonces of `owner`; a set bit is a used one. @param wordPosition nonce >> 8; the bit is nonce & 255.
    function nonceBitmap(address owner, uint256 wordPosition) external view returns (uint256);
}
