// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {HistoryFeed} from "../../../contracts/core/HistoryFeed.sol";
import {IHistoryFeed} from "../../../contracts/interfaces/IHistoryFeed.sol";
import {ISignerQuorum} from "../../../contracts/interfaces/ISignerQuorum.sol";
import {ITails} from "../../../contracts/interfaces/ITails.sol";
import {Tails} from "../../../contracts/core/Tails.sol";
import {capsOf, TailWord} from "../../../contracts/types/TailWord.sol";
import {Histories} from "../../fixtures/Histories.sol";
import {SignerSet} from "../../fixtures/SignerSet.sol";

/// @dev W-4: the feed before the real tails: three of five signers, ascending by address; the message hashed by hand from the text
/// of EIP-712.
contract HistoryFeedTest is Histories, SignerSet {
    struct Message {
        uint8 underlying;
        uint256 timestamp;
        uint256 scanRange;
        uint256 weights;
        uint256 offset;
        bytes32 inputs;
        bytes32 code;
    }

    uint64 private constant FEED_ROLE = 7;
    HistoryFeed private feed;

    function setUp() public override {
        super.setUp();
        _createKeys();
        feed = HistoryFeed(deployCode("HistoryFeed", abi.encode(address(manager), tails, _addresses(), QUORUM)));
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = Tails.setHistory.selector;
        manager.setTargetFunctionRole(address(tails), selectors, FEED_ROLE);
        manager.grantRole(FEED_ROLE, address(feed), 0);
    }

    function _message() private view returns (Message memory) {
        return Message(BTC, block.timestamp, rangeOf(BTC), evenCaps(1000), 480_000, "inputs", "code");
    }

    function _post(Message memory m, bytes[] memory signatures) private {
        feed.post(m.underlying, m.timestamp, m.scanRange, m.weights, m.offset, m.inputs, m.code, signatures);
    }

    /// @dev Signatures of the signers in `mask`.
    function _sign(Message memory m, uint256 mask) private view returns (bytes[] memory) {
        return _signDigest(_digestFor(block.chainid, address(feed), m), mask);
    }

    function _digestFor(uint256 chainId, address verifier, Message memory m) private pure returns (bytes32) {
        bytes32 typeHash = keccak256(
            "History(uint8 underlying,uint256 timestamp,uint256 scanRange,uint256 weights,uint256 offset,bytes32 inputs,bytes32 code)"
        );
        bytes32 message = keccak256(abi.encode(typeHash, m)); // static fields: the struct is its encoding
        return _digestOf("Plimsoll History Feed", chainId, verifier, message);
    }

    /* WHAT ARRIVES */

    /// @dev Who posts does not matter, and every field arrives as signed.
    function testFuzz_post_passesWhatAQuorumSigned(address poster, uint256 seed, uint256 mask, bytes32 inputs) public {
        mask = bound(mask, 0, 31);
        vm.assume(_count(mask) >= 3);
        Message memory m = _message();
        (m.weights, m.inputs, m.timestamp) = (randomCaps(seed), inputs, block.timestamp - (seed % 301));
        bytes[] memory signatures = _sign(m, mask);
        vm.expectEmit(address(feed));
        emit IHistoryFeed.HistoryMessagePosted(
            BTC,
            m.timestamp,
            m.scanRange,
            m.weights,
            m.offset,
            inputs,
            m.code,
            poster
        );
        vm.expectEmit(address(tails));
        emit ITails.HistorySet(BTC, m.timestamp, m.weights, m.weights, 496_000);
        vm.prank(poster);
        _post(m, signatures);
        assertEq(feed.lastTimestamp(BTC), m.timestamp);
        (TailWord posted, ) = tails.history(BTC);
        assertEq(capsOf(posted), m.weights);
        assertEq(posted.above(), m.timestamp);
    }

    function testFuzz_hashHistory_isTheDigestOfEip712(Message memory m) public view {
        bytes32 digest = feed.hashHistory(
            m.underlying,
            m.timestamp,
            m.scanRange,
            m.weights,
            m.offset,
            m.inputs,
            m.code
        );
        assertEq(digest, _digestFor(block.chainid, address(feed), m));
    }

    /* WHAT IS REFUSED */

    /// @dev Whatever field differs from what was signed, the signatures are strangers'.
    function testFuzz_post_revertsForOtherFields(uint256 field, uint256 bit) public {
        Message memory m = _message();
        bytes[] memory signatures = _sign(m, 31);
        uint256 flip = 1 << (bit % 256);
        field %= 7;
        if (field == 0) m.underlying ^= uint8(1 << (bit % 8));
        else if (field == 1) m.timestamp -= 1 + (bit % 300);
        else if (field == 2) m.scanRange ^= flip;
        else if (field == 3) m.weights ^= flip;
        else if (field == 4) m.offset ^= flip;
        else if (field == 5) m.inputs ^= bytes32(flip);
        else m.code ^= bytes32(flip);
        _refuse(m, signatures);
    }

    function testFuzz_post_revertsForAnotherChainOrContract(uint64 chainId, address verifier) public {
        vm.assume(chainId != 0 && chainId != block.chainid && verifier != address(feed));
        Message memory m = _message();
        _refuse(m, _signDigest(_digestFor(chainId, address(feed), m), 31));
        _refuse(m, _signDigest(_digestFor(block.chainid, verifier, m), 31));
        bytes[] memory signatures = _sign(m, 31);
        vm.chainId(chainId); // a fork of the chain
        _refuse(m, signatures);
    }

    function _refuse(Message memory m, bytes[] memory signatures) private {
        vm.expectPartialRevert(ISignerQuorum.NotSigner.selector);
        _post(m, signatures);
        (TailWord posted, ) = tails.history(BTC);
        assertTrue(posted.isEmptyTail(), "nothing of it stays");
    }

    function testFuzz_post_revertsWithTooFewSignatures(uint256 mask) public {
        mask = bound(mask, 0, 31);
        vm.assume(_count(mask) < 3);
        Message memory m = _message();
        bytes[] memory signatures = _sign(m, mask);
        vm.expectRevert(abi.encodeWithSelector(ISignerQuorum.TooFewSignatures.selector, _count(mask), 3));
        _post(m, signatures);
    }

    function test_post_revertsForARepeatedSigner() public {
        Message memory m = _message();
        bytes[] memory signatures = _sign(m, 7);
        signatures[2] = signatures[1];
        address twice = vm.addr(keys[1]);
        vm.expectRevert(abi.encodeWithSelector(ISignerQuorum.NotAscending.selector, twice, twice));
        _post(m, signatures);
    }

    /// @dev The very same message least of all.
    function testFuzz_post_revertsForAReplay(uint256 age, uint256 earlier) public {
        Message memory m = _message();
        m.timestamp -= bound(age, 0, 100);
        _post(m, _sign(m, 7));
        uint256 last = m.timestamp;
        m.timestamp -= bound(earlier, 0, 100);
        bytes[] memory signatures = _sign(m, 28);
        vm.expectRevert(abi.encodeWithSelector(ISignerQuorum.PremiumNotNewer.selector, m.timestamp, last));
        _post(m, signatures);
    }

    function test_post_revertsForTheFutureAndThePast() public {
        Message memory m = _message();
        m.timestamp += 1;
        bytes[] memory signatures = _sign(m, 7);
        vm.expectRevert(abi.encodeWithSelector(ISignerQuorum.PremiumInFuture.selector, m.timestamp, block.timestamp));
        _post(m, signatures);
        uint256 oldest = block.timestamp - 5 minutes;
        m.timestamp = oldest - 1;
        signatures = _sign(m, 7);
        vm.expectRevert(abi.encodeWithSelector(ISignerQuorum.PremiumTooOld.selector, m.timestamp, oldest));
        _post(m, signatures);
        m.timestamp = oldest;
        _post(m, _sign(m, 7));
    }

    /// @dev What the tails refuse leaves no trace in the feed: a corrected message of the same time is taken.
    function test_post_refusedMessageLeavesNoTrace() public {
        Message memory m = _message();
        m.scanRange *= 2;
        bytes[] memory signatures = _sign(m, 7);
        vm.expectRevert(abi.encodeWithSelector(ITails.ScanRangeMoved.selector, m.scanRange, m.scanRange / 2));
        _post(m, signatures);
        assertEq(feed.lastTimestamp(BTC), 0);
        m.scanRange /= 2;
        _post(m, _sign(m, 7));
    }

    function test_post_revertsWithoutTheRole() public {
        manager.revokeRole(FEED_ROLE, address(feed));
        Message memory m = _message();
        bytes[] memory signatures = _sign(m, 7);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, feed));
        _post(m, signatures);
    }

    function test_feed_knowsItsTails() public view {
        assertEq(address(feed.tails()), address(tails));
        assertEq(address(tails.series()), address(series));
    }
}
