// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {ISeries} from "./ISeries.sol";

/// @notice What a surface message says of one expiry. All but `expiry` WAD.
/// @param expiry Unix seconds, 08:00 UTC. @param theta, rho, psi Slice of eSSVI, see `Essvi`.
/// @param forwardRatio Forward / spot. @param discount Price now of 1 paid at expiry.
struct ExpiryQuote {
    uint40 expiry;
    uint256 theta;
    int256 rho;
    uint256 psi;
    uint256 forwardRatio;
    uint256 discount;
}

/// @title Surfaces
/// @notice The rules that every quoted surface passes before the series take it: grid, no arbitrage, largest step.
interface ISurfaces {
    /// @notice A message of `timestamp` was taken `fraction` of the way from the old surface, WAD. 0: the old one stays.
    event SurfacePosted(uint8 indexed underlying, uint256 timestamp, uint256 fraction);

    /// @notice Expiries must lie on the grid (08:00 UTC), ascend, be later than now and at most a year away.
    error InvalidExpiry(uint256 expiry, uint256 previous, uint256 latest);
    error TooManyExpiries(uint256 count, uint256 limit);
    /// @notice A message must quote every listed expiry that is still to come.
    error ExpiryMissing(uint256 expiry);
    error ForwardOutOfRange(uint256 expiry, uint256 forwardRatio, uint256 minimum, uint256 maximum);
    error DiscountOutOfRange(uint256 expiry, uint256 discount, uint256 minimum, uint256 maximum);

    /// @notice Checks a surface in closed form, clamps its step to the budget and hands it to the series. A clamped surface
    /// that would have arbitrage is not taken: the old one stays, ages, and leaves the next message a larger budget.
    /// @param timestamp When it was made. @param depth Q, USD with 18 decimals. @param quotes Ascending by expiry.
    function setSurface(uint8 underlying, uint256 timestamp, uint256 depth, ExpiryQuote[] calldata quotes) external;

    function series() external view returns (ISeries);
}
