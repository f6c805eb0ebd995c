// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {ERC4337} from "solady/src/accounts/ERC4337.sol";
import {ERC4337Factory} from "solady/src/accounts/ERC4337Factory.sol";
import {ERC4337Utils} from "@openzeppelin/contracts/account/utils/ERC4337Utils.sol";

/// @notice Solady's account for version 0.8 of the EntryPoint. Its ERC-1271 signatures are nested typed data (ERC-7739).
contract SoladyAccount is ERC4337 {
    /// @inheritdoc ERC4337
    function entryPoint() public pure override returns (address) {
        return address(ERC4337Utils.ENTRYPOINT_V08);
    }

    function _domainNameAndVersion() internal pure override returns (string memory, string memory) {
        return ("SoladyAccount", "1");
    }
}

/// @notice The same, whose ERC-1271 function takes the owner's signature of the digest itself from every caller.
contract PlainSoladyAccount is SoladyAccount {
    /// @inheritdoc ERC4337
    function _erc1271CallerIsSafe() internal pure override returns (bool) {
        return true;
    }
}

/// @notice Solady's factory with the entry point that viem's `toSoladySmartAccount` calls.
contract SoladyAccountFactory is ERC4337Factory {
    /// @notice The first 20 bytes of `salt` name another owner.
    error SaltOfAnotherOwner(address owner, bytes32 salt);

    constructor(address implementation_) ERC4337Factory(implementation_) {}

    /// @notice Deploys the account of `owner`, the first 20 bytes of `salt`, or finds it deployed.
    function createAccount(address owner, bytes32 salt) external payable returns (address) {
        if (address(bytes20(salt)) != owner) revert SaltOfAnotherOwner(owner, salt);
        return createAccount(salt);
    }
}
