// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Test} from "forge-std/Test.sol";
import {FixedPoint} from "../../contracts/libraries/FixedPoint.sol";

/// @dev Every quotient is bracketed by multiplication alone.
contract FixedPointTest is Test {
    /// @dev z*y <= x < (z+1)*y.
    function testFuzz_divFloor_bracketsTheExactQuotient(int128 x, uint64 y) public pure {
        vm.assume(y != 0);
        int256 divisor = int256(uint256(y));
        int256 rest = int256(x) - FixedPoint.divFloor(x, divisor) * divisor;
        assertTrue(rest >= 0 && rest < divisor, "not the floor");
    }

    /// @dev (z-1)*y < x <= z*y.
    function testFuzz_divCeil_bracketsTheExactQuotient(int128 x, uint64 y) public pure {
        vm.assume(y != 0);
        int256 divisor = int256(uint256(y));
        int256 rest = FixedPoint.divCeil(x, divisor) * divisor - int256(x);
        assertTrue(rest >= 0 && rest < divisor, "not the ceiling");
    }

    function testFuzz_mulDivDown_bracketsTheExactQuotient(uint128 x, uint128 y, uint64 d) public pure {
        vm.assume(d != 0);
        uint256 z = FixedPoint.mulDivDown(x, y, d);
        uint256 product = uint256(x) * y;
        vm.assume(z < type(uint128).max);
        assertTrue(z * d <= product && product < (z + 1) * d, "not the floor");
    }

    function testFuzz_mulDivUp_bracketsTheExactQuotient(uint128 x, uint128 y, uint64 d) public pure {
        vm.assume(d != 0);
        uint256 z = FixedPoint.mulDivUp(x, y, d);
        uint256 product = uint256(x) * y;
        vm.assume(z < type(uint128).max);
        assertGe(z * d, product, "below the exact value");
        if (z != 0) assertLt((z - 1) * d, product, "not the ceiling");
        else assertEq(product, 0, "only nothing is 0");
    }

    /// @dev A product of 512 bits: the fraction y/d <= 1 of x is at most x, and all of x at y = d.
    function testFuzz_mulDivDown_carriesWideProducts(uint256 x, uint256 y, uint256 d) public pure {
        d = bound(d, 1, type(uint256).max);
        y = bound(y, 0, d);
        assertLe(FixedPoint.mulDivDown(x, y, d), x);
        assertEq(FixedPoint.mulDivDown(x, d, d), x);
        uint256 up = FixedPoint.mulDivUp(x, y, d);
        assertLe(up - FixedPoint.mulDivDown(x, y, d), 1, "floor and ceiling are neighbours");
    }

    function testFuzz_mulDivTrunc_isOddAndNeverTakesMore(int128 x, uint64 y, uint64 d) public pure {
        vm.assume(d != 0 && x != type(int128).min);
        int256 z = FixedPoint.mulDivTrunc(x, y, d);
        assertEq(z, -FixedPoint.mulDivTrunc(-int256(x), y, d), "not odd");
        int256 product = int256(x) * int256(uint256(y));
        int256 rest = product - z * int256(uint256(d));
        assertTrue(product >= 0 ? rest >= 0 : rest <= 0, "away from 0");
        assertLt(rest < 0 ? -rest : rest, int256(uint256(d)), "off by more than one");
    }
}
