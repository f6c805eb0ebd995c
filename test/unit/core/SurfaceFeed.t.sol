// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {IMarkets} from "../../../contracts/interfaces/IMarkets.sol";
import {ExpiryQuote, ISurfaces} from "../../../contracts/interfaces/ISurfaces.sol";
import {ISignerQuorum} from "../../../contracts/interfaces/ISignerQuorum.sol";
import {ISurfaceFeed} from "../../../contracts/interfaces/ISurfaceFeed.sol";
import {Message, SurfaceFeedFixture} from "./SurfaceFeedFixture.sol";

contract SurfaceFeedTest is SurfaceFeedFixture {
    /// @dev Order of the secp256k1 group.
    uint256 internal constant CURVE_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;

    /// @dev V-1, V-4: who posts does not matter, and every field arrives as signed: first the surface, then the premium.
    function testFuzz_post_passesWhatAQuorumSigned(
        address poster,
        uint8 underlying,
        int256 premium,
        uint256 depth,
        ExpiryQuote[] memory quotes,
        uint256 seed
    ) public {
        _cut(quotes, seed % 13);
        uint256 mask = bound(seed, 0, 31);
        vm.assume(_count(mask) >= QUORUM);
        Message memory m = Message(underlying, block.timestamp - (seed % 301), premium, depth, quotes);
        bytes[] memory signatures = _sign(m, mask);
        vm.expectEmit(address(feed));
        emit ISurfaceFeed.SurfaceMessagePosted(underlying, m.timestamp, premium, depth, quotes.length, poster);
        vm.prank(poster);
        _post(m, signatures);
        assertEq(feed.lastTimestamp(underlying), m.timestamp);
        assertEq(series.count(), 2);
        assertEq(series.calls(0), abi.encodeCall(ISurfaces.setSurface, (underlying, m.timestamp, depth, quotes)));
        assertEq(series.calls(1), abi.encodeCall(IMarkets.setPremium, (underlying, premium)));
    }

    /// @dev V-1: the digest is the one of EIP-712, written out by hand.
    function testFuzz_hashSurface_isTheDigestOfEip712(
        uint8 underlying,
        uint256 timestamp,
        int256 premium,
        uint256 depth,
        ExpiryQuote[] memory quotes,
        uint256 count
    ) public view {
        _cut(quotes, count % 13);
        Message memory m = Message(underlying, timestamp, premium, depth, quotes);
        bytes32 expected = _digestFor(block.chainid, address(feed), m);
        assertEq(feed.hashSurface(underlying, timestamp, premium, depth, quotes), expected);
    }

    /// @dev V-1: whatever field differs from what was signed, the signatures are strangers'.
    function testFuzz_post_revertsForAnotherMessage(uint256 count, uint256 field, uint256 index, uint256 bit) public {
        count = bound(count, 1, 12);
        Message memory m = _message(count);
        bytes[] memory signatures = _sign(m, 31);
        _change(m, field % 10, index % count, bit);
        vm.expectPartialRevert(ISignerQuorum.NotSigner.selector);
        _post(m, signatures);
        assertEq(series.count(), 0);
    }

    /// @dev V-1: neither can a quote be left out, repeated or moved.
    function testFuzz_post_revertsForOtherQuotes(uint256 count, uint256 from, uint256 to) public {
        count = bound(count, 2, 11);
        (from, to) = (bound(from, 0, count - 1), bound(to, 0, count - 1));
        bytes[] memory signatures = _sign(_message(count), 31);
        Message memory longer = _message(count + 1);
        _postUnsigned(longer, signatures);
        longer.quotes[count] = longer.quotes[from];
        _postUnsigned(longer, signatures);
        _postUnsigned(_message(count - 1), signatures);
        vm.assume(from != to);
        Message memory swapped = _message(count);
        (swapped.quotes[from], swapped.quotes[to]) = (swapped.quotes[to], swapped.quotes[from]);
        _postUnsigned(swapped, signatures);
    }

    /// @dev V-3: before any signature is looked at.
    function testFuzz_post_revertsForTooManyQuotes(uint256 count) public {
        count = bound(count, 13, 40);
        Message memory m = _message(count);
        bytes[] memory signatures = _sign(m, 31);
        vm.expectRevert(abi.encodeWithSelector(ISurfaces.TooManyExpiries.selector, count, 12));
        _post(m, signatures);
    }

    function testFuzz_post_revertsWithTooFewSignatures(uint256 mask) public {
        mask = bound(mask, 0, 31);
        vm.assume(_count(mask) < QUORUM);
        Message memory m = _message(2);
        bytes[] memory signatures = _sign(m, mask);
        vm.expectRevert(abi.encodeWithSelector(ISignerQuorum.TooFewSignatures.selector, _count(mask), QUORUM));
        _post(m, signatures);
    }

    function testFuzz_post_revertsForARepeatedSigner(uint256 which) public {
        Message memory m = _message(2);
        bytes[] memory signatures = _sign(m, 7);
        which = bound(which, 0, 1);
        signatures[which + 1] = signatures[which];
        address twice = vm.addr(keys[which]);
        vm.expectRevert(abi.encodeWithSelector(ISignerQuorum.NotAscending.selector, twice, twice));
        _post(m, signatures);
    }

    function testFuzz_post_revertsForUnsortedSigners(uint256 a, uint256 b) public {
        Message memory m = _message(2);
        bytes[] memory signatures = _sign(m, 31);
        a = bound(a, 0, 3);
        b = bound(b, a + 1, 4);
        (signatures[a], signatures[b]) = (signatures[b], signatures[a]);
        vm.expectPartialRevert(ISignerQuorum.NotAscending.selector);
        _post(m, signatures);
    }

    function testFuzz_post_revertsForAStranger(uint256 key, uint256 index) public {
        Message memory m = _message(2);
        bytes[] memory signatures = _sign(m, 31);
        key = bound(key, SIGNERS + 1, CURVE_ORDER - 1);
        signatures[bound(index, 0, 4)] = _signature(key, _digestFor(block.chainid, address(feed), m));
        vm.expectRevert(abi.encodeWithSelector(ISignerQuorum.NotSigner.selector, vm.addr(key)));
        _post(m, signatures);
    }

    /// @dev The other form of the same signature, (-s, flipped v), would be a second one of the same signer.
    function test_post_revertsForAMalleableSignature() public {
        Message memory m = _message(2);
        bytes[] memory signatures = _sign(m, 7);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(keys[0], _digestFor(block.chainid, address(feed), m));
        s = bytes32(CURVE_ORDER - uint256(s));
        signatures[0] = abi.encodePacked(r, s, v == 27 ? uint8(28) : uint8(27));
        vm.expectRevert(abi.encodeWithSelector(ECDSA.ECDSAInvalidSignatureS.selector, s));
        _post(m, signatures);
    }

    function testFuzz_post_revertsForAnotherChainOrContract(uint64 chainId, address verifier) public {
        vm.assume(chainId != 0 && chainId != block.chainid && verifier != address(feed));
        Message memory m = _message(3);
        _postUnsigned(m, _signDigest(_digestFor(chainId, address(feed), m), 31));
        _postUnsigned(m, _signDigest(_digestFor(block.chainid, verifier, m), 31));
        bytes[] memory signatures = _sign(m, 31);
        vm.chainId(chainId); // a fork of the chain
        _postUnsigned(m, signatures);
    }

    /// @dev V-2.
    function testFuzz_post_revertsForTheFuture(uint256 timestamp) public {
        Message memory m = _message(1);
        m.timestamp = bound(timestamp, block.timestamp + 1, type(uint256).max);
        bytes[] memory signatures = _sign(m, 7);
        vm.expectRevert(abi.encodeWithSelector(ISignerQuorum.PremiumInFuture.selector, m.timestamp, block.timestamp));
        _post(m, signatures);
    }

    /// @dev V-2.
    function testFuzz_post_revertsWhenTooOld(uint256 timestamp) public {
        uint256 oldest = block.timestamp - 5 minutes;
        Message memory m = _message(1);
        m.timestamp = bound(timestamp, 0, oldest - 1);
        bytes[] memory signatures = _sign(m, 7);
        vm.expectRevert(abi.encodeWithSelector(ISignerQuorum.PremiumTooOld.selector, m.timestamp, oldest));
        _post(m, signatures);
        m.timestamp = oldest;
        _post(m, _sign(m, 7));
    }

    /// @dev V-2: the very same message least of all.
    function testFuzz_post_revertsUnlessNewer(uint256 first, uint256 second, int256 premium) public {
        Message memory m = _message(2);
        m.timestamp -= bound(first, 0, 100);
        _post(m, _sign(m, 7));
        uint256 last = m.timestamp;
        (m.timestamp, m.premium) = (last - bound(second, 0, 100), premium);
        bytes[] memory signatures = _sign(m, 7);
        vm.expectRevert(abi.encodeWithSelector(ISignerQuorum.PremiumNotNewer.selector, m.timestamp, last));
        _post(m, signatures);
        assertEq(series.count(), 2);
    }

    function testFuzz_post_keepsUnderlyingsApart(uint8 other, uint256 age) public {
        vm.assume(other != 1);
        Message memory m = _message(2);
        _post(m, _sign(m, 7));
        (m.underlying, m.timestamp) = (other, block.timestamp - bound(age, 0, 300));
        _post(m, _sign(m, 7));
        assertEq(series.count(), 4);
        assertEq(feed.lastTimestamp(other), m.timestamp);
    }

    /// @dev Authority is checked at the series and the markets: without it nothing of a message stays.
    function test_post_revertsWithoutTheRole() public {
        manager.revokeRole(FEED_ROLE, address(feed));
        Message memory m = _message(1);
        bytes[] memory signatures = _sign(m, 7);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, feed));
        _post(m, signatures);
        assertEq(feed.lastTimestamp(1), 0, "nothing of it stays");
    }

    /// @dev The rest of signer governance is that of `SignerQuorum`, see the tests of the premium feed.
    function testFuzz_setSigners_isForGovernance(address stranger) public {
        vm.assume(stranger != address(this) && stranger != address(manager));
        address[] memory one = new address[](1);
        one[0] = vm.addr(keys[4]);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, stranger));
        vm.prank(stranger);
        feed.setSigners(one, 1);
        feed.setSigners(one, 1);
        Message memory m = _message(1);
        _postUnsigned(m, _sign(m, 15));
        _post(m, _sign(m, 16));
        assertEq(address(feed.surfaces()), address(series));
    }

    /// @dev Flips one bit of one of the ten fields.
    function _change(Message memory m, uint256 field, uint256 index, uint256 bit) private pure {
        ExpiryQuote memory q = m.quotes[index];
        uint256 flip = 1 << (bit % 256);
        if (field == 0) m.underlying ^= uint8(1 << (bit % 8));
        else if (field == 1) m.timestamp -= 1 + (bit % 300);
        else if (field == 2) m.premium ^= int256(flip);
        else if (field == 3) m.depth ^= flip;
        else if (field == 4) q.expiry ^= uint40(1 << (bit % 40));
        else if (field == 5) q.theta ^= flip;
        else if (field == 6) q.rho ^= int256(flip);
        else if (field == 7) q.psi ^= flip;
        else if (field == 8) q.forwardRatio ^= flip;
        else q.discount ^= flip;
    }

    function _postUnsigned(Message memory m, bytes[] memory signatures) private {
        vm.expectPartialRevert(ISignerQuorum.NotSigner.selector);
        _post(m, signatures);
    }

    /// @dev Shortens `quotes` to at most `length`.
    function _cut(ExpiryQuote[] memory quotes, uint256 length) private pure {
        if (quotes.length <= length) return;
        assembly ("memory-safe") {
            mstore(quotes, length)
        }
    }
}
