// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {SurfaceWord} from "../types/SurfaceWord.sol";
import {IMarkets, RiskTerms} from "./IMarkets.sol";
import {IMatrix} from "./IMatrix.sol";
import {ISettlement} from "./ISettlement.sol";

/// @notice What the series of an underlying share: the risk epoch and the surface behind it.
/// @param spot Reference spot S0 of the epoch, USD 18 decimals. @param number Counts epochs; 0: no surface yet.
/// @param surfaceSpot Spot when the surface was posted. @param depth Posted depth Q, USD 18 decimals; 0: none.
/// @param scanRange Of the epoch's risk arrays, WAD. @param nextExpiry First expiry of the last surface.
struct EpochState {
    uint256 spot;
    uint256 rolledAt;
    uint256 number;
    uint256 nextExpiry;
    uint256 surfaceSpot;
    uint256 surfaceAt;
    uint256 depth;
    uint256 scanRange;
}

/// @title Series
/// @notice Dated futures and options: surfaces, risk epochs, cached risk arrays.
/// @dev A risk array is a pure function of its epoch; whoever needs it first computes it, and it is valid while the epoch's
/// number is its tag. Spot beyond the roll threshold, age, a surface, a parameter or a settlement step starts a new epoch.
/// INV-5: cached = computed, to the bit. INV-8: for listed expiries `snapshot` and `touch` revert for no state of the prices.
interface ISeries is IMatrix {
    /// @notice Risk arrays of `underlying` are from now on computed at `spot`.
    event EpochRolled(uint8 indexed underlying, uint256 number, uint256 spot, uint256 scanRange);
    /// @notice One slice of a surface as stored, after clamping.
    event SurfaceSet(uint8 indexed underlying, uint40 indexed expiry, SurfaceWord word);
    event DepthSet(uint8 indexed underlying, uint256 depth);
    event RiskTermsSet(uint8 indexed underlying, RiskTerms terms);
    /// @notice The offset that history supports, millionths; in force is the governed one where that is less.
    event OffsetSet(uint8 indexed underlying, uint256 offset);
    /// @notice No surface has ever quoted this expiry.
    error UnknownExpiry(uint256 underlying, uint256 expiry);
    error StrikeOutOfRange(uint256 strike, uint256 limit);
    error StepTooSoon(uint8 underlying, uint256 readyAt);
    error NotSettlement(address caller);
    /// @notice Risk terms and the settlement contract come before the first surface.
    error SeriesNotReady(uint8 underlying);
    error SettlementIsSet(address settlement);

    /// @notice Stores a surface that `ISurfaces` has checked and starts a new epoch.
    /// @param timestamp When it was made. @param depth Q, USD with 18 decimals. @param expiries_ Ascending.
    function setSurface(
        uint8 underlying,
        uint256 timestamp,
        uint256 depth,
        uint40[] calldata expiries_,
        SurfaceWord[] calldata words
    ) external;

    /// @notice Sets the offset that history supports, millionths, at most 1,000,000. Only `ITails`, which bounds its steps.
    function setOffset(uint8 underlying, uint24 offset) external;

    /// @notice Starts a new epoch because a settlement average has moved on. Only the settlement contract.
    function roll(uint8 underlying) external;

    function markets() external view returns (IMarkets);
    function settlement() external view returns (ISettlement);
    /// @notice As governed; history may support a lower offset (`ITails.offset`).
    function riskTerms(uint8 underlying) external view returns (RiskTerms memory);
    function epoch(uint8 underlying) external view returns (EpochState memory);
    function surface(uint8 underlying, uint40 expiry) external view returns (SurfaceWord);
    /// @notice Expiries of the last surface, ascending; the first ones may have passed.
    function expiries(uint8 underlying) external view returns (uint40[] memory);
}
