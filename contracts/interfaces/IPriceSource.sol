// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @notice One reading of a price: an interval, not a point.
/// @param spot USD per unit of the underlying, 18 decimals. 0: the source has no usable price now.
/// @param low  Lower end of what the price may be, <= spot.
/// @param high Upper end, >= spot.
/// @param publishedAt Unix seconds of the oldest datum behind the reading, never in the future.
/// @param live True when new risk may be taken on this price; a price with live = false serves valuation only.
struct Reading {
    uint256 spot;
    uint256 low;
    uint256 high;
    uint256 publishedAt;
    bool live;
}

/// @title Price source
/// @notice Adapter of one oracle, or an aggregate of several, for one underlying in USD.
/// @dev `read` never reverts on bad upstream data: it answers `spot = 0` instead. Callers must still bound gas and
/// return data, because a source is chosen by governance but written by others.
interface IPriceSource {
    /// @notice The price now. Stale, negative, clamped, future-dated or missing data make spot 0.
    function read() external view returns (Reading memory);
}
