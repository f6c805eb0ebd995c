// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {WAD} from "./FixedPoint.sol";
import {NormalCdf} from "./NormalCdf.sol";

/// @notice European options on a forward (F. Black 1976, "The pricing of commodity contracts"), prices with 18 decimals.
/// @dev Domain: forward, strike < 2^88, |logMoneyness| < 2^128, deviation < 2^128; there nothing reverts or overflows.
/// logMoneyness is ln(forward / strike), WAD; a caller with many prices of one strike adds the logarithm of each move to it.
/// deviation is the total standard deviation sigma * sqrt(tau), WAD.
///
/// Error of an undiscounted value: at most 1e-16 * (forward + strike) + 2 units, so neighbouring strikes or deviations break
/// monotony by at most twice that. An error of logMoneyness counts in second order only, because
/// forward * phi(d1) = strike * phi(d2). Limits: intrinsic value without deviation, the forward with a boundless one.
library Black76 {
    /// @notice Undiscounted value of a call: forward * Phi(d1) - strike * Phi(d2), d1,2 = logMoneyness / s +- s / 2.
    /// @dev R-33: d1 toward 0 (any direction: d1 and d2 shift together), the value down; never below
    /// max(forward - strike, 0), never above the forward.
    function call(
        uint256 forward,
        uint256 strike,
        int256 logMoneyness,
        uint256 deviation
    ) internal pure returns (uint256 value) {
        uint256 inflow;
        uint256 outflow;
        // A deviation below 2^128 is positive as an int256; products stay below 2^128 * 2^60. Without deviation d1 and d2 are 0
        // (a quotient by 0 is), both probabilities 1/2, and the intrinsic value is more.
        unchecked {
            int256 s = int256(deviation);
            int256 d1;
            assembly ("memory-safe") {
                d1 := add(sdiv(mul(logMoneyness, 1000000000000000000), s), shr(1, s)) // logMoneyness * 1e18 / s + s / 2
            }
            inflow = NormalCdf.cdf(d1);
            outflow = NormalCdf.cdf(d1 - s);
        }
        // value = max((forward * inflow - strike * outflow) / 1e18, 0, forward - strike), signed; at most the forward, because
        // probabilities are at most 1. Products stay below 2^88 * 2^60.
        assembly ("memory-safe") {
            value := sdiv(sub(mul(inflow, forward), mul(outflow, strike)), 1000000000000000000)
            let intrinsic := mul(gt(forward, strike), sub(forward, strike))
            if slt(value, intrinsic) {
                value := intrinsic
            }
        }
    }

    /// @notice Undiscounted value of a put by parity: call - forward + strike, exact, at most the strike.
    function put(
        uint256 forward,
        uint256 strike,
        int256 logMoneyness,
        uint256 deviation
    ) internal pure returns (uint256) {
        return putOf(call(forward, strike, logMoneyness, deviation), forward, strike);
    }

    /// @notice The put of a call of the same strike, both undiscounted: exact.
    /// @dev A call of this library is at least forward - strike and at most the forward, so 0 <= put <= strike.
    function putOf(uint256 callValue, uint256 forward, uint256 strike) internal pure returns (uint256) {
        return callValue + strike - forward;
    }

    /// @notice Value now of what is worth `value` at expiry.
    /// @dev R-34: down. Parity then holds to one unit: discounting a difference is not the difference of two discounted.
    /// @param discount Price now of 1 paid at expiry, WAD, < 2^64.
    function discounted(uint256 value, uint256 discount) internal pure returns (uint256) {
        return (value * discount) / WAD;
    }
}
