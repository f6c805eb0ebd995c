// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Test} from "forge-std/Test.sol";

/// @dev Pins the compiler target and the EVM of the tests to osaka, the first hardfork with CLZ (EIP-7939).
contract HardforkTest is Test {
    function testFuzz_clz_countsLeadingZeroBits(uint8 shift) public pure {
        uint256 zeros;
        assembly ("memory-safe") {
            zeros := clz(shl(shift, 1)) // a single set bit at `shift` leaves 255 - shift zeros above it
        }
        assertEq(zeros, 255 - uint256(shift));
    }
}
