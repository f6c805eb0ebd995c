// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {IMarkets} from "../interfaces/IMarkets.sol";
import {IPremiumFeed} from "../interfaces/IPremiumFeed.sol";
import {SignerQuorum} from "./SignerQuorum.sol";

/// @title Premium feed
contract PremiumFeed is IPremiumFeed, SignerQuorum {
    bytes32 internal constant PREMIUM_TYPEHASH = keccak256(
        "Premium(uint8 underlying,int256 premium,uint256 timestamp)"
    );

    IMarkets internal immutable MARKETS;

    constructor(
        address authority,
        IMarkets markets_,
        address[] memory signers_,
        uint256 quorum_
    ) SignerQuorum(authority, signers_, quorum_) EIP712("Plimsoll Premium Feed", "1") {
        MARKETS = markets_;
    }

    /// @inheritdoc IPremiumFeed
    function post(uint8 underlying, int256 premium, uint256 timestamp, bytes[] calldata signatures) external {
        bytes32 digest = _hashTypedDataV4(keccak256(abi.encode(PREMIUM_TYPEHASH, underlying, premium, timestamp)));
        _accept(underlying, timestamp, digest, signatures);
        emit PremiumPosted(underlying, premium, timestamp, msg.sender);
        MARKETS.setPremium(underlying, premium);
    }

    /// @inheritdoc IPremiumFeed
    function markets() external view returns (IMarkets) {
        return MARKETS;
    }
}
