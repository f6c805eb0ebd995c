// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {PremiumFeed} from "../../../contracts/core/PremiumFeed.sol";
import {IMarkets} from "../../../contracts/interfaces/IMarkets.sol";
import {ISignerQuorum} from "../../../contracts/interfaces/ISignerQuorum.sol";
import {PremiumFeedFixture} from "./PremiumFeedFixture.sol";

contract PremiumFeedSignersTest is PremiumFeedFixture {
    function test_constructor_setsSignersAndQuorum() public {
        vm.expectEmit();
        emit ISignerQuorum.SignersSet(_addresses(), QUORUM);
        feed = _deploy();
        assertEq(feed.signers(), _addresses());
        assertEq(feed.quorum(), QUORUM);
        assertEq(address(feed.markets()), address(markets));
        for (uint256 i; i < SIGNERS; ++i) assertTrue(feed.isSigner(vm.addr(keys[i])));
    }

    function testFuzz_setSigners_replacesTheWholeSet(
        uint256 count,
        uint256 quorum,
        uint160 first,
        address other
    ) public {
        count = bound(count, 1, 32);
        quorum = bound(quorum, count / 2 + 1, count);
        first = uint160(bound(first, 1, type(uint160).max - 32));
        address[] memory set = _consecutive(count, first);
        feed.setSigners(set, quorum);
        assertEq(feed.signers(), set);
        assertEq(feed.quorum(), quorum);
        for (uint256 i; i < count; ++i) assertTrue(feed.isSigner(set[i]));
        for (uint256 i; i < SIGNERS; ++i) _assertMemberIff(set, vm.addr(keys[i]));
        _assertMemberIff(set, other);
    }

    function test_setSigners_silencesThoseRemoved() public {
        bytes[] memory signatures = _signDigest(_digest(1, 10, block.timestamp), 7);
        address[] memory set = new address[](2);
        (set[0], set[1]) = (vm.addr(keys[0]), vm.addr(keys[1]));
        feed.setSigners(set, 2);
        vm.expectRevert(abi.encodeWithSelector(ISignerQuorum.NotSigner.selector, vm.addr(keys[2])));
        feed.post(1, 10, block.timestamp, signatures);
    }

    /// @dev A message signed by old and new signers alike cannot be posted a second time.
    function test_setSigners_keepsTimestamps() public {
        _post(1, 10, block.timestamp);
        feed.setSigners(_addresses(), QUORUM);
        bytes[] memory signatures = _signDigest(_digest(1, 10, block.timestamp), 31);
        vm.expectPartialRevert(ISignerQuorum.PremiumNotNewer.selector);
        feed.post(1, 10, block.timestamp, signatures);
    }

    function testFuzz_setSigners_revertsForStrangers(address stranger) public {
        vm.assume(stranger != address(this) && stranger != address(manager));
        address[] memory set = _addresses();
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, stranger));
        vm.prank(stranger);
        feed.setSigners(set, QUORUM);
    }

    /// @dev Any two quorums share a signer: 2 * quorum > count.
    function testFuzz_setSigners_revertsWithoutAMajority(uint256 count, uint256 quorum) public {
        count = bound(count, 0, 32);
        address[] memory set = _consecutive(count, 1);
        uint256[3] memory wrong = [bound(quorum, 0, count / 2), count / 2, bound(quorum, count + 1, type(uint256).max)];
        for (uint256 i; i < 3; ++i) {
            vm.expectRevert(abi.encodeWithSelector(ISignerQuorum.InvalidQuorum.selector, wrong[i], count));
            feed.setSigners(set, wrong[i]);
        }
    }

    function test_setSigners_revertsForTooMany() public {
        address[] memory set = _consecutive(33, 1);
        vm.expectRevert(abi.encodeWithSelector(ISignerQuorum.TooManySigners.selector, 33, 32));
        feed.setSigners(set, 17);
    }

    function testFuzz_setSigners_revertsForDuplicateOrUnsortedSigners(uint256 index, address earlier) public {
        address[] memory set = _consecutive(5, type(uint160).max / 2);
        index = bound(index, 1, 4);
        set[index] = address(uint160(bound(uint160(earlier), 1, uint160(set[index - 1]))));
        vm.expectRevert(abi.encodeWithSelector(ISignerQuorum.NotAscending.selector, set[index], set[index - 1]));
        feed.setSigners(set, 3);
    }

    function test_constructor_revertsForTheZeroAddress() public {
        vm.expectRevert(abi.encodeWithSelector(ISignerQuorum.NotAscending.selector, address(0), address(0)));
        new PremiumFeed(address(manager), IMarkets(address(markets)), new address[](1), 1);
    }

    function _assertMemberIff(address[] memory set, address account) private view {
        bool member = account >= set[0] && account <= set[set.length - 1]; // consecutive
        assertEq(feed.isSigner(account), member);
    }

    function _consecutive(uint256 count, uint160 first) private pure returns (address[] memory set) {
        set = new address[](count);
        for (uint160 i; i < count; ++i) set[i] = address(first + i);
    }
}
