// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Test} from "forge-std/Test.sol";
import {IAggregatorV3} from "../../../contracts/interfaces/external/IAggregatorV3.sol";
import {IPriceHistory} from "../../../contracts/interfaces/IPriceHistory.sol";
import {Parameters} from "../../../contracts/libraries/Parameters.sol";
import {SafeRead} from "../../../contracts/libraries/SafeRead.sol";
import {MockAggregator} from "../../../contracts/mocks/MockAggregator.sol";
import {ChainlinkConfig, ChainlinkSource} from "../../../contracts/oracles/ChainlinkSource.sol";
import {Hostile, ICool, Manner} from "./Hostile.sol";

/// @dev The history of a feed that answers anything: typed errors, bounded gas, never a wrong "none yet".
contract ChainlinkHistoryHostileTest is Test {
    uint256 internal constant STALENESS = 3900;

    Hostile internal feed;
    ChainlinkSource internal source;

    function setUp() public {
        vm.warp(1_800_000_000);
        MockAggregator template = new MockAggregator(8, 0, 0, address(0));
        IAggregatorV3 none;
        source = new ChainlinkSource(ChainlinkConfig(template, none, STALENESS, 0, 0.005e18, 1e6, 1e14));
        vm.etch(address(template), address(new Hostile()).code);
        feed = Hostile(payable(address(template)));
    }

    function testFuzz_history_failsTypedAndCheapForEveryHostileManner(uint8 manner, uint80 id, uint256 hint) public {
        vm.assume(id != type(uint80).max);
        _answer(id, 1e11, block.timestamp, id);
        feed.setManner(Manner(bound(manner, uint8(Manner.Empty), uint8(type(Manner).max))));
        uint256 left = gasleft();
        vm.expectRevert(abi.encodeWithSelector(IPriceHistory.UnknownRound.selector, id));
        source.round(id);
        vm.expectRevert(abi.encodeWithSelector(ChainlinkSource.FeedNotReadable.selector, feed));
        source.next(id, hint);
        assertLt(left - gasleft(), 150_000, "bounded gas");
    }

    /// @dev The same answer to every question: a round is believed only under its own id.
    function testFuzz_round_believesARoundOnlyUnderItsOwnId(uint80 id, uint80 asked) public {
        _answer(id, 1e11, block.timestamp, id);
        if (asked != id) vm.expectRevert(abi.encodeWithSelector(IPriceHistory.UnknownRound.selector, asked));
        (uint256 price, uint256 since) = source.round(asked);
        if (asked == id) assertEq(abi.encode(price, since), abi.encode(id == 0 ? 0 : 1000e18, block.timestamp));
    }

    function testFuzz_round_givesOnlyPricesOfTheProtocol(uint256[5] memory words, uint80 id) public {
        uint256[] memory w = new uint256[](5);
        for (uint256 i; i < 5; ++i) w[i] = words[i];
        w[0] = id;
        feed.setAnswer(w);
        try source.round(id) returns (uint256 price, uint256 since) {
            assertTrue(since != 0 && since <= block.timestamp);
            assertLe(price, Parameters.MAX_PRICE);
            assertTrue(price == 0 || (int256(w[1]) > 1e6 && int256(w[1]) < 1e14 && w[4] >= id));
        } catch (bytes memory reason) {
            assertEq(reason, abi.encodeWithSelector(IPriceHistory.UnknownRound.selector, id));
            assertTrue(w[3] == 0 || w[3] > block.timestamp);
        }
    }

    /// @dev "None yet" is said only where the feed itself says that `id` is its latest round.
    function testFuzz_next_isNoneYetOnlyForTheLatestRound(uint256[5] memory words, uint80 id, uint256 hint) public {
        vm.assume(id != type(uint80).max);
        uint256[] memory w = new uint256[](5);
        for (uint256 i; i < 5; ++i) w[i] = words[i];
        if (hint % 4 == 0) (w[0], w[3]) = (uint256(id) + 1, block.timestamp - (w[3] % 9)); // a round, usable or not
        if (hint % 4 == 1) w[0] = uint256(id) + (1 << 64); // another phase, with nothing that can be verified
        vm.assume(w[0] != id);
        feed.setAnswer(w);
        try source.next(id, hint) returns (uint256 nextId, uint256 price, uint256) {
            assertEq(w[0], uint256(id) + 1, "believed another round");
            assertEq(nextId, price == 0 ? 0 : w[0], "the latest, unless it is unusable");
        } catch (bytes memory reason) {
            assertGt(reason.length, 4, "untyped");
        }
        w[0] = id;
        feed.setAnswer(w);
        (uint256 none, , ) = source.next(id, hint);
        assertEq(none, 0);
    }

    /// @dev Nobody can hide a round by the gas of a transaction.
    function testFuzz_next_answersTheSameForAnyGasOrReverts(uint256 gas_, uint256 waste) public {
        _answer(7, 1e11, block.timestamp, 7);
        feed.setWaste(bound(waste, 0, 10_000));
        _expectSame(6, bound(gas_, 5_000, 120_000));
        _expectSame(7, bound(gas_, 5_000, 120_000));
    }

    function _expectSame(uint256 id, uint256 gas_) private {
        (uint256 expected, uint256 price, ) = source.next(id, 0);
        assertEq(abi.encode(expected, price), id == 6 ? abi.encode(7, 1000e18) : abi.encode(0, 0));
        ICool(address(vm)).cool(address(feed));
        ICool(address(vm)).cool(address(source));
        try source.next{gas: gas_}(id, 0) returns (uint256 got, uint256, uint256) {
            assertEq(got, expected);
        } catch (bytes memory reason) {
            assertEq(bytes4(reason), SafeRead.TooLittleGas.selector);
        }
    }

    function _answer(uint80 id, int256 answer, uint256 updatedAt, uint80 answeredIn) private {
        uint256[] memory w = new uint256[](5);
        (w[0], w[1], w[2], w[3], w[4]) = (id, uint256(answer), updatedAt, updatedAt, answeredIn);
        feed.setAnswer(w);
    }
}
