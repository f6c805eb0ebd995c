// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {IHistoryFeed} from "../interfaces/IHistoryFeed.sol";
import {ITails} from "../interfaces/ITails.sol";
import {SignerQuorum} from "./SignerQuorum.sol";

/// @title History feed
contract HistoryFeed is IHistoryFeed, SignerQuorum {
    bytes32 internal constant HISTORY_TYPEHASH = keccak256(
        "History(uint8 underlying,uint256 timestamp,uint256 scanRange,uint256 weights,uint256 offset,bytes32 inputs,bytes32 code)"
    );

    ITails internal immutable TAILS;

    constructor(
        address authority,
        ITails tails_,
        address[] memory signers_,
        uint256 quorum_
    ) SignerQuorum(authority, signers_, quorum_) EIP712("Plimsoll History Feed", "1") {
        TAILS = tails_;
    }

    /// @inheritdoc IHistoryFeed
    function post(
        uint8 underlying,
        uint256 timestamp,
        uint256 scanRange,
        uint256 weights,
        uint256 offset,
        bytes32 inputs,
        bytes32 code,
        bytes[] calldata signatures
    ) external {
        bytes32 digest = hashHistory(underlying, timestamp, scanRange, weights, offset, inputs, code);
        _accept(underlying, timestamp, digest, signatures);
        emit HistoryMessagePosted(underlying, timestamp, scanRange, weights, offset, inputs, code, msg.sender);
        TAILS.setHistory(underlying, timestamp, scanRange, weights, offset);
    }

    /// @inheritdoc IHistoryFeed
    function tails() external view returns (ITails) {
        return TAILS;
    }

    /// @inheritdoc IHistoryFeed
    function hashHistory(
        uint8 underlying,
        uint256 timestamp,
        uint256 scanRange,
        uint256 weights,
        uint256 offset,
        bytes32 inputs,
        bytes32 code
    ) public view returns (bytes32) {
        return
            _hashTypedDataV4(
                keccak256(abi.encode(HISTORY_TYPEHASH, underlying, timestamp, scanRange, weights, offset, inputs, code))
            );
    }
}
