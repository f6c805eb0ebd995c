// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {ISignerQuorum} from "../interfaces/ISignerQuorum.sol";

/// @title Signer quorum
abstract contract SignerQuorum is ISignerQuorum, AccessManaged, EIP712 {
    /// @dev Bounds the loops over signers.
    uint256 internal constant MAX_SIGNERS = 32;
    uint256 internal constant MAX_AGE = 5 minutes;

    /// @inheritdoc ISignerQuorum
    uint256 public override quorum;
    /// @inheritdoc ISignerQuorum
    mapping(address account => bool known) public override isSigner;
    /// @inheritdoc ISignerQuorum
    mapping(uint8 underlying => uint256 timestamp) public override lastTimestamp;
    address[] private _signers;

    constructor(address authority, address[] memory signers_, uint256 quorum_) AccessManaged(authority) {
        _setSigners(signers_, quorum_);
    }

    /// @inheritdoc ISignerQuorum
    function setSigners(address[] calldata signers_, uint256 quorum_) external restricted {
        for (uint256 i; i < _signers.length; ++i) delete isSigner[_signers[i]];
        _setSigners(signers_, quorum_);
    }

    /// @inheritdoc ISignerQuorum
    function signers() external view returns (address[] memory) {
        return _signers;
    }

    /// @dev Requires that a quorum signed `digest` and that its `timestamp` is the newest of `underlying`, which it becomes.
    function _accept(uint8 underlying, uint256 timestamp, bytes32 digest, bytes[] calldata signatures) internal {
        _requireTimely(underlying, timestamp);
        _requireQuorum(digest, signatures);
        lastTimestamp[underlying] = timestamp;
    }

    function _requireTimely(uint8 underlying, uint256 timestamp) private view {
        if (timestamp > block.timestamp) revert PremiumInFuture(timestamp, block.timestamp);
        if (block.timestamp - timestamp > MAX_AGE) revert PremiumTooOld(timestamp, block.timestamp - MAX_AGE);
        uint256 last = lastTimestamp[underlying];
        if (timestamp <= last) revert PremiumNotNewer(timestamp, last);
    }

    /// @dev Strictly ascending signers cannot repeat, and there are no more of them than members.
    function _requireQuorum(bytes32 digest, bytes[] calldata signatures) private view {
        if (signatures.length < quorum) revert TooFewSignatures(signatures.length, quorum);
        address previous;
        for (uint256 i; i < signatures.length; ++i) {
            address signer = ECDSA.recoverCalldata(digest, signatures[i]);
            if (!isSigner[signer]) revert NotSigner(signer);
            if (signer <= previous) revert NotAscending(signer, previous);
            previous = signer;
        }
    }

    /// @dev The zero address is never ascending.
    function _setSigners(address[] memory signers_, uint256 quorum_) private {
        if (signers_.length > MAX_SIGNERS) revert TooManySigners(signers_.length, MAX_SIGNERS);
        if (quorum_ > signers_.length || 2 * quorum_ <= signers_.length) revert InvalidQuorum(quorum_, signers_.length);
        address previous;
        for (uint256 i; i < signers_.length; ++i) {
            if (signers_[i] <= previous) revert NotAscending(signers_[i], previous);
            previous = signers_[i];
            isSigner[previous] = true;
        }
        _signers = signers_;
        quorum = quorum_;
        emit SignersSet(signers_, quorum_);
    }
}
