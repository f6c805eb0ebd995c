// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {PremiumFeed} from "../../../contracts/core/PremiumFeed.sol";
import {IMarkets} from "../../../contracts/interfaces/IMarkets.sol";
import {SignerSet} from "../../fixtures/SignerSet.sol";

/// @notice Stands in for the markets: remembers the last premium, and takes it from whom the manager allows.
contract PremiumRecorder is AccessManaged {
    uint8 public underlying;
    int256 public premium;
    uint256 public calls;

    constructor(address authority) AccessManaged(authority) {}

    function setPremium(uint8 underlying_, int256 premium_) external restricted {
        (underlying, premium) = (underlying_, premium_);
        ++calls;
    }
}

/// @dev The message hashed by hand from the text of EIP-712.
abstract contract PremiumFeedFixture is SignerSet {
    uint64 internal constant FEED_ROLE = 7;

    AccessManager internal manager;
    PremiumRecorder internal markets;
    PremiumFeed internal feed;

    function setUp() public virtual {
        vm.warp(1_800_000_000);
        manager = new AccessManager(address(this));
        markets = new PremiumRecorder(address(manager));
        _createKeys();
        feed = _deploy();
    }

    function _deploy() internal returns (PremiumFeed deployed) {
        deployed = new PremiumFeed(address(manager), IMarkets(address(markets)), _addresses(), QUORUM);
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = PremiumRecorder.setPremium.selector;
        manager.setTargetFunctionRole(address(markets), selectors, FEED_ROLE);
        manager.grantRole(FEED_ROLE, address(deployed), 0);
    }

    function _digest(uint8 underlying, int256 premium, uint256 timestamp) internal view returns (bytes32) {
        return _digestFor(block.chainid, address(feed), underlying, premium, timestamp);
    }

    function _digestFor(
        uint256 chainId,
        address verifier,
        uint8 underlying,
        int256 premium,
        uint256 timestamp
    ) internal pure returns (bytes32) {
        bytes32 message = keccak256(
            abi.encode(
                keccak256("Premium(uint8 underlying,int256 premium,uint256 timestamp)"),
                underlying,
                premium,
                timestamp
            )
        );
        return _digestOf("Plimsoll Premium Feed", chainId, verifier, message);
    }

    function _post(uint8 underlying, int256 premium, uint256 timestamp) internal {
        feed.post(underlying, premium, timestamp, _signDigest(_digest(underlying, premium, timestamp), 7));
    }
}
