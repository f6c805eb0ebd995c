// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {SafeRead} from "./SafeRead.sol";

/// @notice Who signed a digest. A key first: it speaks for its address even when a delegation (EIP-7702) put code there.
library Signing {
    /// @dev Gas of one ERC-1271 call: a multisig of ten, or a P-256 signature verified in Solidity, needs less.
    uint256 internal constant GAS = 300_000;

    /// @dev The key that signed; 0 if none did. 65 bytes, s in the lower half, v 27 or 28.
    function recover(bytes32 digest, bytes calldata signature) internal pure returns (address signer) {
        (signer, , ) = ECDSA.tryRecoverCalldata(digest, signature); // 0 with every error
    }

    /// @dev Whether the contract `wallet` accepts the signature. It is asked as if it were hostile: with bounded gas, for one word,
    /// in a static call. The answer is the same for any amount of gas, or `TooLittleGas`.
    function isAccepted(address wallet, bytes32 digest, bytes calldata signature) internal view returns (bool) {
        if (wallet.code.length == 0) return false;
        bytes memory query = abi.encodeCall(IERC1271.isValidSignature, (digest, signature));
        (bool ok, uint256[5] memory words) = SafeRead.words(wallet, query, GAS, 1);
        return ok && words[0] == uint256(bytes32(IERC1271.isValidSignature.selector));
    }
}
