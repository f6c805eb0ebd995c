// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";

/// @dev 1.0 with 18 decimals.
uint256 constant WAD = 1e18;
/// @dev 1.0 with 18 decimals, for signed arithmetic.
int256 constant SIGNED_WAD = 1e18;

/// @notice Divisions with a named direction.
/// @dev Unsigned: Down = toward 0, Up = away from 0. Signed: Floor = toward -inf, Ceil = toward +inf, Trunc = toward 0.
library FixedPoint {
    using SafeCast for uint256;

    /// @dev floor(x / y), y > 0. Solidity's own division truncates, which rounds losses in the account's favour.
    function divFloor(int256 x, int256 y) internal pure returns (int256 z) {
        // z = x / y; if (x % y < 0) z -= 1; the quotient of y > 0 cannot overflow. All divisors here are constants.
        assembly ("memory-safe") {
            z := sub(sdiv(x, y), slt(smod(x, y), 0))
        }
    }

    /// @dev ceil(x / y), y > 0.
    function divCeil(int256 x, int256 y) internal pure returns (int256 z) {
        // z = x / y; if (x % y > 0) z += 1.
        assembly ("memory-safe") {
            z := add(sdiv(x, y), sgt(smod(x, y), 0))
        }
    }

    /// @dev floor(x * y / d), 512-bit product. Reverts above 2^256 - 1 or for d = 0.
    function mulDivDown(uint256 x, uint256 y, uint256 d) internal pure returns (uint256) {
        return FixedPointMathLib.fullMulDiv(x, y, d);
    }

    /// @dev ceil(x * y / d), 512-bit product. Reverts above 2^256 - 1 or for d = 0.
    function mulDivUp(uint256 x, uint256 y, uint256 d) internal pure returns (uint256) {
        return FixedPointMathLib.fullMulDivUp(x, y, d);
    }

    /// @dev trunc(x * y / d) for signed x: the fraction y/d of x, never more of it than asked.
    function mulDivTrunc(int256 x, uint256 y, uint256 d) internal pure returns (int256) {
        return x < 0 ? -mulDivDown(uint256(-x), y, d).toInt256() : mulDivDown(uint256(x), y, d).toInt256();
    }
}
