// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Test} from "forge-std/Test.sol";
import {Reading} from "../../../contracts/interfaces/IPriceSource.sol";
import {Parameters} from "../../../contracts/libraries/Parameters.sol";
import {SafeRead} from "../../../contracts/libraries/SafeRead.sol";
import {ICool, Hostile, Manner, Reader} from "./Hostile.sol";

contract SafeReadTest is Test {
    Reader internal reader;
    Hostile internal source;

    function setUp() public {
        vm.warp(1_800_000_000);
        reader = new Reader();
        source = new Hostile();
    }

    function testFuzz_read_returnsAValidReadingUnchanged(Reading memory r) public {
        r = _valid(r);
        source.setReading(r);
        _assertSame(reader.read(address(source)), r);
    }

    function test_read_returnsTheOutermostReading() public {
        uint256 most = Parameters.MAX_PRICE;
        Reading memory r = Reading(most, most, most, block.timestamp, true);
        source.setReading(r);
        _assertSame(reader.read(address(source)), r);
    }

    function testFuzz_read_isEmptyWhenAnyRuleIsBroken(Reading memory r, uint8 rule, uint256 excess) public {
        r = _valid(r);
        rule = uint8(bound(rule, 0, 5));
        uint256[] memory w = _words(r);
        if (rule == 0) w[0] = w[1] = 0;
        if (rule == 1) w[1] = bound(excess, r.spot + 1, type(uint256).max);
        if (rule == 2) w[2] = bound(excess, 0, r.spot - 1);
        if (rule == 3) w[2] = bound(excess, Parameters.MAX_PRICE + 1, type(uint256).max);
        if (rule == 4) w[3] = bound(excess, block.timestamp + 1, type(uint256).max);
        if (rule == 5) w[4] = bound(excess, 2, type(uint256).max);
        source.setAnswer(w);
        _assertEmpty(reader.read(address(source)));
    }

    function testFuzz_read_isEmptyForEveryHostileManner(Reading memory r, uint8 manner) public {
        source.setReading(_valid(r));
        source.setManner(Manner(bound(manner, uint8(Manner.Empty), uint8(type(Manner).max))));
        _assertEmpty(reader.read{gas: 280_000}(address(source)));
    }

    function testFuzz_read_isEmptyForAccountsWithoutCode(address account) public view {
        vm.assume(account.code.length == 0);
        _assertEmpty(reader.read(account));
    }

    /// @dev Whoever tunes the gas must not choose the price: a source that wastes gas up to its limit is read or the read
    /// reverts, it never looks dead.
    function testFuzz_read_answersTheSameForAnyGasOrReverts(Reading memory r, uint256 gas_, uint256 waste) public {
        r = _valid(r);
        source.setReading(r);
        source.setWaste(bound(waste, 0, SafeRead.GAS - 20_000));
        ICool(address(vm)).cool(address(source));
        try reader.read{gas: bound(gas_, 10_000, 400_000)}(address(source)) returns (Reading memory got) {
            _assertSame(got, r);
        } catch (bytes memory reason) {
            assertEq(bytes4(reason), SafeRead.TooLittleGas.selector, "reverts for another reason");
        }
    }

    function testFuzz_read_revertsBelowTheGasItNeeds(uint256 gas_, uint256 limit) public {
        limit = bound(limit, 1000, 1_000_000);
        uint256 needed = limit + limit / 32 + 5_000;
        gas_ = bound(gas_, 4_000, needed);
        vm.expectPartialRevert(SafeRead.TooLittleGas.selector);
        reader.read{gas: gas_}(address(source), limit);
    }

    function testFuzz_read_spendsNoMoreThanItsLimitOnABurner(uint256 limit) public {
        limit = bound(limit, 10_000, 1_000_000);
        source.setManner(Manner.Burn);
        uint256 left = gasleft();
        _assertEmpty(reader.read(address(source), limit));
        assertLe(left - gasleft(), limit + 20_000);
    }

    /// @dev The assembly against the same thing in Solidity.
    function testFuzz_words_agreeWithPlainSolidity(
        uint256[5] memory answer,
        uint8 length,
        uint8 count,
        uint8 m
    ) public {
        uint256[] memory w = new uint256[](bound(length, 1, 5));
        for (uint256 i; i < w.length; ++i) w[i] = answer[i];
        source.setAnswer(w);
        source.setManner(Manner(bound(m, 0, uint8(type(Manner).max))));
        count = uint8(bound(count, 1, 5));
        (bool ok, uint256[5] memory got) = reader.words(address(source), "", 100_000, count);
        (bool okPlain, uint256[5] memory plain) = reader.wordsPlainly(address(source), "", 100_000, count);
        assertEq(ok, okPlain);
        if (ok) assertEq(abi.encode(got), abi.encode(plain));
    }

    function _valid(Reading memory r) private view returns (Reading memory) {
        r.spot = bound(r.spot, 1, Parameters.MAX_PRICE);
        r.low = bound(r.low, 0, r.spot);
        r.high = bound(r.high, r.spot, Parameters.MAX_PRICE);
        r.publishedAt = bound(r.publishedAt, 0, block.timestamp);
        return r;
    }

    function _words(Reading memory r) private pure returns (uint256[] memory w) {
        w = new uint256[](5);
        (w[0], w[1], w[2], w[3], w[4]) = (r.spot, r.low, r.high, r.publishedAt, r.live ? 1 : 0);
    }

    function _assertSame(Reading memory a, Reading memory b) private pure {
        assertEq(abi.encode(a), abi.encode(b));
    }

    function _assertEmpty(Reading memory r) private pure {
        _assertSame(r, Reading(0, 0, 0, 0, false));
    }
}
