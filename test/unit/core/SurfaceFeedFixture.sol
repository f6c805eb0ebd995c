// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {SurfaceFeed} from "../../../contracts/core/SurfaceFeed.sol";
import {ExpiryQuote, ISurfaces} from "../../../contracts/interfaces/ISurfaces.sol";
import {SignerSet} from "../../fixtures/SignerSet.sol";

/// @notice Stands in for the series and their markets: remembers every call that the manager allows, as sent.
contract SurfaceRecorder is AccessManaged {
    bytes[] public calls;

    constructor(address authority) AccessManaged(authority) {}

    function setSurface(uint8, uint256, uint256, ExpiryQuote[] calldata) external restricted {
        calls.push(msg.data);
    }

    function setPremium(uint8, int256) external restricted {
        calls.push(msg.data);
    }

    function series() external view returns (address) {
        return address(this);
    }

    function markets() external view returns (address) {
        return address(this);
    }

    function count() external view returns (uint256) {
        return calls.length;
    }
}

/// @notice The parts of a message.
struct Message {
    uint8 underlying;
    uint256 timestamp;
    int256 premium;
    uint256 depth;
    ExpiryQuote[] quotes;
}

/// @dev The message hashed by hand from the text of EIP-712.
abstract contract SurfaceFeedFixture is SignerSet {
    uint64 internal constant FEED_ROLE = 7;

    AccessManager internal manager;
    SurfaceRecorder internal series;
    SurfaceFeed internal feed;

    function setUp() public virtual {
        vm.warp(1_800_000_000);
        manager = new AccessManager(address(this));
        series = new SurfaceRecorder(address(manager));
        _createKeys();
        feed = new SurfaceFeed(address(manager), ISurfaces(address(series)), _addresses(), QUORUM);
        bytes4[] memory selectors = new bytes4[](2);
        (selectors[0], selectors[1]) = (SurfaceRecorder.setSurface.selector, SurfaceRecorder.setPremium.selector);
        manager.setTargetFunctionRole(address(series), selectors, FEED_ROLE);
        manager.grantRole(FEED_ROLE, address(feed), 0);
    }

    /// @dev A plausible message of `count` expiries, made now.
    function _message(uint256 count) internal view returns (Message memory m) {
        m = Message(1, block.timestamp, -250, 5_000_000e18, new ExpiryQuote[](count));
        for (uint256 i; i < count; ++i) {
            uint40 expiry = uint40(1_800_000_000 - (1_800_000_000 % 1 days) + 8 hours + (i + 1) * 7 days);
            m.quotes[i] = ExpiryQuote(expiry, 0.01e18 * (i + 1), -0.3e18, 0.2e18, 1.001e18, 0.999e18);
        }
    }

    function _post(Message memory m, bytes[] memory signatures) internal {
        feed.post(m.underlying, m.timestamp, m.premium, m.depth, m.quotes, signatures);
    }

    /// @dev Signatures over `m` of the signers in `mask`, in the order of `keys`.
    function _sign(Message memory m, uint256 mask) internal view returns (bytes[] memory) {
        return _signDigest(_digestFor(block.chainid, address(feed), m), mask);
    }

    function _digestFor(uint256 chainId, address verifier, Message memory m) internal pure returns (bytes32) {
        bytes memory hashes;
        for (uint256 i; i < m.quotes.length; ++i) hashes = abi.encodePacked(hashes, _hashQuote(m.quotes[i]));
        bytes32 message = keccak256(
            abi.encode(
                keccak256(
                    "Surface(uint8 underlying,uint256 timestamp,int256 premium,uint256 depth,ExpiryQuote[] expiries)"
                    "ExpiryQuote(uint40 expiry,uint256 theta,int256 rho,uint256 psi,uint256 forwardRatio,uint256 discount)"
                ),
                m.underlying,
                m.timestamp,
                m.premium,
                m.depth,
                keccak256(hashes)
            )
        );
        return _digestOf("Plimsoll Surface Feed", chainId, verifier, message);
    }

    function _hashQuote(ExpiryQuote memory q) private pure returns (bytes32) {
        bytes32 typeHash = keccak256(
            "ExpiryQuote(uint40 expiry,uint256 theta,int256 rho,uint256 psi,uint256 forwardRatio,uint256 discount)"
        );
        return keccak256(abi.encode(typeHash, q.expiry, q.theta, q.rho, q.psi, q.forwardRatio, q.discount));
    }
}
