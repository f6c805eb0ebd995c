// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Test} from "forge-std/Test.sol";
import {capsOf, FULL_CAP, FULL_FLOOR, TAIL_BITS, TailWord, tailWord} from "../../../contracts/types/TailWord.sol";

/// @dev 17 caps of 13 bits below, 35 bits above.
contract TailWordTest is Test {
    function testFuzz_tailWord_roundTrip(uint16[17] memory caps, uint256 high) public pure {
        high = bound(high, 0, (1 << 35) - 1);
        uint256 packed;
        for (uint256 n; n < 17; ++n) packed += uint256(caps[n] % 8192) * 8192 ** n;
        TailWord word = tailWord(packed, high);
        for (uint256 n; n < 17; ++n) assertEq(word.cap(n), caps[n] % 8192);
        assertEq(word.above(), high);
        assertEq(capsOf(word), packed);
    }

    function test_tailWord_holdsTheLargestOfEach() public pure {
        TailWord word = tailWord((1 << TAIL_BITS) - 1, (1 << 35) - 1);
        assertEq(TailWord.unwrap(word), type(uint256).max);
        assertEq(word.cap(0), FULL_CAP);
        assertEq(word.cap(16), FULL_CAP);
        assertEq(TAIL_BITS, 221);
        assertEq(tailWord(0, FULL_FLOOR).above(), 1e9);
    }

    /// @dev Only the word 0: caps or a floor alone are something.
    function testFuzz_isEmptyTail_onlyOfZero(uint256 word) public pure {
        assertEq(TailWord.wrap(word).isEmptyTail(), word == 0);
        assertTrue(TailWord.wrap(0).isEmptyTail());
        assertFalse(tailWord(0, 1).isEmptyTail());
        assertFalse(tailWord(1, 0).isEmptyTail());
    }
}
