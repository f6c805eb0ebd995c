// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {Scripted} from "./Scripted.sol";

/// @notice A wallet that signs by approving digests (ERC-1271).
contract ContractWallet is Scripted, IERC1271 {
    mapping(bytes32 digest => bool approved) public isApproved;

    function approve(bytes32 digest) external {
        isApproved[digest] = true;
    }

    /// @inheritdoc IERC1271
    function isValidSignature(bytes32 digest, bytes calldata) external view returns (bytes4) {
        return isApproved[digest] ? IERC1271.isValidSignature.selector : bytes4(0);
    }
}
