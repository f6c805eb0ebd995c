// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Slice} from "../libraries/Essvi.sol";

/// @dev All that prices the options of one expiry, in one storage word. From the high end:
/// theta 56 bits in 1e-15 | psi 48 bits in 2e-14 | rho 40 bits, signed, in 2e-12 | forward / spot 56 bits in 1e-15 |
/// discount 56 bits in 1e-15. Zero means that there is no slice, since theta of a slice is positive.
type SurfaceWord is uint256;

using {slice, forwardRatio, discount, isEmpty} for SurfaceWord global;

/// @dev WAD units per unit of a field. Largest values: theta, forward / spot and discount 72, psi 5.6, |rho| 1.09.
uint256 constant THETA_UNIT = 1e3;
uint256 constant PSI_UNIT = 2e4;
int256 constant RHO_UNIT = 2e6;
uint256 constant RATIO_UNIT = 1e3;

/// @notice A value of a surface message does not fit its field. Both in units of the field.
error SurfaceFieldTooLarge(uint256 value, uint256 limit);

/// @dev R-37: every field toward 0. The no-arbitrage conditions are to be checked on what `slice` returns, not on what went in.
/// @param smile Slice, WAD, |rho| < 1.
/// @param ratio Forward / spot, WAD.
/// @param factor Discount, WAD.
function packSurface(Slice memory smile, uint256 ratio, uint256 factor) pure returns (SurfaceWord) {
    uint256 high = (_field(smile.theta / THETA_UNIT, 56) << 48) | _field(smile.psi / PSI_UNIT, 48);
    int256 rho = smile.rho / RHO_UNIT;
    if (rho >> 39 != rho >> 255) revert SurfaceFieldTooLarge(uint256(rho < 0 ? -rho : rho), (1 << 39) - 1);
    uint256 low = (_field(ratio / RATIO_UNIT, 56) << 56) | _field(factor / RATIO_UNIT, 56);
    return SurfaceWord.wrap((((high << 40) | (uint256(rho) & 0xffffffffff)) << 112) | low);
}

/// @dev The smile, WAD.
function slice(SurfaceWord word) pure returns (Slice memory smile) {
    uint256 bits = SurfaceWord.unwrap(word);
    // Fields of at most 56 bits times units below 2^24: no product overflows. signextend(4) widens 40 bits with their sign.
    unchecked {
        int256 rho;
        assembly ("memory-safe") {
            rho := signextend(4, shr(112, bits)) // int40(uint40(bits >> 112))
        }
        smile = Slice({
            theta: (bits >> 200) * THETA_UNIT,
            rho: rho * RHO_UNIT,
            psi: ((bits >> 152) & 0xffffffffffff) * PSI_UNIT
        });
    }
}

/// @dev Forward / spot, WAD.
function forwardRatio(SurfaceWord word) pure returns (uint256) {
    return ((SurfaceWord.unwrap(word) >> 56) & 0xffffffffffffff) * RATIO_UNIT;
}

/// @dev Price now of 1 paid at expiry, WAD.
function discount(SurfaceWord word) pure returns (uint256) {
    return (SurfaceWord.unwrap(word) & 0xffffffffffffff) * RATIO_UNIT;
}

function isEmpty(SurfaceWord word) pure returns (bool) {
    return SurfaceWord.unwrap(word) == 0;
}

/// @dev `value`, if it fits `bits` bits.
function _field(uint256 value, uint256 bits) pure returns (uint256) {
    if (value >> bits != 0) revert SurfaceFieldTooLarge(value, (1 << bits) - 1);
    return value;
}
