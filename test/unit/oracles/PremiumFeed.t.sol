// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {IPremiumFeed} from "../../../contracts/interfaces/IPremiumFeed.sol";
import {ISignerQuorum} from "../../../contracts/interfaces/ISignerQuorum.sol";
import {PremiumFeedFixture} from "./PremiumFeedFixture.sol";

contract PremiumFeedTest is PremiumFeedFixture {
    /// @dev Order of the secp256k1 group.
    uint256 internal constant CURVE_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;

    /// @dev Who posts does not matter.
    function testFuzz_post_passesWhatAQuorumSigned(
        address poster,
        uint8 underlying,
        int256 premium,
        uint256 age,
        uint256 mask
    ) public {
        mask = bound(mask, 0, 31);
        vm.assume(_count(mask) >= QUORUM);
        uint256 timestamp = block.timestamp - bound(age, 0, 5 minutes);
        bytes[] memory signatures = _signDigest(_digest(underlying, premium, timestamp), mask);
        vm.expectEmit(address(feed));
        emit IPremiumFeed.PremiumPosted(underlying, premium, timestamp, poster);
        vm.prank(poster);
        feed.post(underlying, premium, timestamp, signatures);
        assertEq(markets.underlying(), underlying);
        assertEq(markets.premium(), premium);
        assertEq(feed.lastTimestamp(underlying), timestamp);
    }

    function testFuzz_post_revertsWithTooFewSignatures(uint256 mask) public {
        mask = bound(mask, 0, 31);
        uint256 count = _count(mask);
        vm.assume(count < QUORUM);
        bytes[] memory signatures = _signDigest(_digest(1, 10, block.timestamp), mask);
        vm.expectRevert(abi.encodeWithSelector(ISignerQuorum.TooFewSignatures.selector, count, QUORUM));
        feed.post(1, 10, block.timestamp, signatures);
    }

    function testFuzz_post_revertsForADuplicateSigner(uint256 which) public {
        bytes[] memory signatures = _signDigest(_digest(1, 10, block.timestamp), 7);
        which = bound(which, 0, 1);
        signatures[which + 1] = signatures[which];
        address twice = vm.addr(keys[which]);
        vm.expectRevert(abi.encodeWithSelector(ISignerQuorum.NotAscending.selector, twice, twice));
        feed.post(1, 10, block.timestamp, signatures);
    }

    /// @dev The other form of the same signature, (-s, flipped v), would be a second one of the same signer.
    function test_post_revertsForAMalleableSignature() public {
        bytes[] memory signatures = _signDigest(_digest(1, 10, block.timestamp), 7);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(keys[0], _digest(1, 10, block.timestamp));
        s = bytes32(CURVE_ORDER - uint256(s));
        signatures[0] = abi.encodePacked(r, s, v == 27 ? uint8(28) : uint8(27));
        vm.expectRevert(abi.encodeWithSelector(ECDSA.ECDSAInvalidSignatureS.selector, s));
        feed.post(1, 10, block.timestamp, signatures);
    }

    function testFuzz_post_revertsForUnsortedSigners(uint256 a, uint256 b) public {
        bytes[] memory signatures = _signDigest(_digest(1, 10, block.timestamp), 31);
        a = bound(a, 0, 3);
        b = bound(b, a + 1, 4);
        (signatures[a], signatures[b]) = (signatures[b], signatures[a]);
        vm.expectPartialRevert(ISignerQuorum.NotAscending.selector);
        feed.post(1, 10, block.timestamp, signatures);
    }

    function testFuzz_post_revertsForAStranger(uint256 key, uint256 index) public {
        key = bound(key, SIGNERS + 1, CURVE_ORDER - 1);
        bytes[] memory signatures = _signDigest(_digest(1, 10, block.timestamp), 31);
        signatures[bound(index, 0, 4)] = _signature(key, _digest(1, 10, block.timestamp));
        vm.expectPartialRevert(ISignerQuorum.NotSigner.selector);
        feed.post(1, 10, block.timestamp, signatures);
    }

    /// @dev Whatever field differs from what was signed, the signatures are strangers'.
    function testFuzz_post_revertsForAnotherMessage(uint8 underlying, int256 premium, uint256 age) public {
        age = bound(age, 0, 300);
        vm.assume(underlying != 1 || premium != 10 || age != 0);
        bytes[] memory signatures = _signDigest(_digest(1, 10, block.timestamp), 31);
        vm.expectPartialRevert(ISignerQuorum.NotSigner.selector);
        feed.post(underlying, premium, block.timestamp - age, signatures);
    }

    function testFuzz_post_revertsForAnotherChainOrContract(uint64 chainId, address verifier) public {
        vm.assume(chainId != block.chainid && verifier != address(feed));
        bytes[] memory signatures = _signDigest(_digestFor(chainId, address(feed), 1, 10, block.timestamp), 31);
        vm.expectPartialRevert(ISignerQuorum.NotSigner.selector);
        feed.post(1, 10, block.timestamp, signatures);
        signatures = _signDigest(_digestFor(block.chainid, verifier, 1, 10, block.timestamp), 31);
        vm.expectPartialRevert(ISignerQuorum.NotSigner.selector);
        feed.post(1, 10, block.timestamp, signatures);
    }

    /// @dev After a fork of the chain the same contract has another domain.
    function testFuzz_post_revertsOnAForkOfTheChain(uint64 chainId) public {
        chainId = uint64(bound(chainId, 1, type(uint64).max));
        vm.assume(chainId != block.chainid);
        bytes[] memory signatures = _signDigest(_digest(1, 10, block.timestamp), 31);
        vm.chainId(chainId);
        vm.expectPartialRevert(ISignerQuorum.NotSigner.selector);
        feed.post(1, 10, block.timestamp, signatures);
    }

    function testFuzz_post_revertsForASignatureOfTheWrongLength(uint256 length) public {
        length = bound(length, 0, 200);
        vm.assume(length != 65);
        bytes[] memory signatures = _signDigest(_digest(1, 10, block.timestamp), 7);
        signatures[0] = new bytes(length);
        vm.expectRevert(abi.encodeWithSelector(ECDSA.ECDSAInvalidSignatureLength.selector, length));
        feed.post(1, 10, block.timestamp, signatures);
    }

    function testFuzz_post_revertsForTheFuture(uint256 timestamp) public {
        timestamp = bound(timestamp, block.timestamp + 1, type(uint256).max);
        bytes[] memory signatures = _signDigest(_digest(1, 10, timestamp), 7);
        vm.expectRevert(abi.encodeWithSelector(ISignerQuorum.PremiumInFuture.selector, timestamp, block.timestamp));
        feed.post(1, 10, timestamp, signatures);
    }

    function test_post_takesTheOldestAndTheNewest() public {
        _post(1, 10, block.timestamp - 5 minutes);
        _post(1, 20, block.timestamp);
        assertEq(markets.premium(), 20);
    }

    function testFuzz_post_revertsWhenTooOld(uint256 timestamp) public {
        uint256 oldest = block.timestamp - 5 minutes;
        timestamp = bound(timestamp, 0, oldest - 1);
        bytes[] memory signatures = _signDigest(_digest(1, 10, timestamp), 7);
        vm.expectRevert(abi.encodeWithSelector(ISignerQuorum.PremiumTooOld.selector, timestamp, oldest));
        feed.post(1, 10, timestamp, signatures);
    }

    function testFuzz_post_revertsUnlessNewer(uint256 first, uint256 second, int256 premium) public {
        first = block.timestamp - bound(first, 0, 100);
        second = first - bound(second, 0, 100);
        _post(1, 10, first);
        bytes[] memory signatures = _signDigest(_digest(1, premium, second), 7);
        vm.expectRevert(abi.encodeWithSelector(ISignerQuorum.PremiumNotNewer.selector, second, first));
        feed.post(1, premium, second, signatures);
        assertEq(markets.calls(), 1);
    }

    function testFuzz_post_keepsUnderlyingsApart(uint8 other, uint256 age) public {
        vm.assume(other != 1);
        _post(1, 10, block.timestamp);
        _post(other, -10, block.timestamp - bound(age, 0, 300));
        assertEq(markets.underlying(), other);
        assertEq(markets.premium(), -10);
    }

    /// @dev Authority is checked at the markets: a feed without the role cannot move a premium.
    function test_post_revertsWithoutTheRole() public {
        manager.revokeRole(FEED_ROLE, address(feed));
        bytes[] memory signatures = _signDigest(_digest(1, 10, block.timestamp), 7);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, feed));
        feed.post(1, 10, block.timestamp, signatures);
        assertEq(feed.lastTimestamp(1), 0, "nothing of it stays");
    }
}
