// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {Test} from "forge-std/Test.sol";
import {PremiumFeed} from "../../../contracts/core/PremiumFeed.sol";
import {IMarkets} from "../../../contracts/interfaces/IMarkets.sol";

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

/// @dev Signers with known keys, ascending by address, and the message hashed by hand from the text of EIP-712.
abstract contract PremiumFeedFixture is Test {
    uint64 internal constant FEED_ROLE = 7;
    uint256 internal constant SIGNERS = 5;
    uint256 internal constant QUORUM = 3;

    AccessManager internal manager;
    PremiumRecorder internal markets;
    PremiumFeed internal feed;
    uint256[SIGNERS] internal keys;

    function setUp() public virtual {
        vm.warp(1_800_000_000);
        manager = new AccessManager(address(this));
        markets = new PremiumRecorder(address(manager));
        for (uint256 i; i < SIGNERS; ++i) {
            uint256 key = i + 1;
            uint256 j = i;
            for (; j > 0 && vm.addr(keys[j - 1]) > vm.addr(key); --j) keys[j] = keys[j - 1];
            keys[j] = key;
        }
        feed = _deploy();
    }

    function _deploy() internal returns (PremiumFeed deployed) {
        deployed = new PremiumFeed(address(manager), IMarkets(address(markets)), _addresses(), QUORUM);
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = PremiumRecorder.setPremium.selector;
        manager.setTargetFunctionRole(address(markets), selectors, FEED_ROLE);
        manager.grantRole(FEED_ROLE, address(deployed), 0);
    }

    function _addresses() internal view returns (address[] memory signers) {
        signers = new address[](SIGNERS);
        for (uint256 i; i < SIGNERS; ++i) signers[i] = vm.addr(keys[i]);
    }

    /// @dev Signatures of the signers in `mask`, in the order of `keys`.
    function _sign(bytes32 digest, uint256 mask) internal view returns (bytes[] memory signatures) {
        uint256 count;
        for (uint256 i; i < SIGNERS; ++i) count += (mask >> i) & 1;
        signatures = new bytes[](count);
        uint256 next;
        for (uint256 i; i < SIGNERS; ++i) {
            if ((mask >> i) & 1 == 1) signatures[next++] = _signature(keys[i], digest);
        }
    }

    function _signature(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
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
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Plimsoll Premium Feed"),
                keccak256("1"),
                chainId,
                verifier
            )
        );
        bytes32 message = keccak256(
            abi.encode(
                keccak256("Premium(uint8 underlying,int256 premium,uint256 timestamp)"),
                underlying,
                premium,
                timestamp
            )
        );
        return keccak256(abi.encodePacked(hex"1901", domain, message));
    }

    function _post(uint8 underlying, int256 premium, uint256 timestamp) internal {
        feed.post(underlying, premium, timestamp, _sign(_digest(underlying, premium, timestamp), 7));
    }
}
