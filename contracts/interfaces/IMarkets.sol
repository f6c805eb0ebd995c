// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {TailWord} from "../types/TailWord.sol";
import {UnderlyingSet} from "../types/UnderlyingSet.sol";

/// @notice How far the price of an underlying can be trusted now.
/// Live: new risk allowed. Degraded: valued by a source, no new risk. Dead: no source; last stored price, interval
/// growing with age, collateral counts nothing in initial margin.
enum PriceStatus {
    Live,
    Degraded,
    Dead
}

/// @notice One row of the market matrix: everything the engine needs to know about an underlying.
/// @param spot, low, high, ema USD per unit, 18 decimals; low <= spot <= high.
/// @param perpetualMark spot * (1 + premium), rounded down; the final price of a delisted one.
/// @param fundingIndex Phi: cumulative funding per unit, USD 18 decimals; a long of one unit has paid it since listing.
/// @param tokenUnit Units of the underlying per base unit of the collateral token, 1e-18 each; 0 = no collateral.
/// @param lotUnit Units of the underlying per derivative lot, 1e-18 each; 0 = no derivatives.
/// @param scanRange PSR_M + eps, WAD fraction: the loss per unit notional of a linear position in the worst scenario.
/// @param targetRange PSR_target + eps, at least `scanRange`: initial margin counts it at once.
/// @param epsilon eps: the move of spot that starts a new risk epoch, WAD fraction.
/// @param linearRelief h_lin, WAD fraction.
/// @param haircut of collateral, WAD fraction, maintenance and initial.
/// @param slotCharge USD, 18 decimals, per position, initial only.
/// @param stressGap, deficitLimit As in `Limits`; the limit in USD, 18 decimals.
/// @param openInterest Long lots of all accounts. @param openInterestCap Lots at which no account may raise.
struct Market {
    uint256 spot;
    uint256 low;
    uint256 high;
    uint256 ema;
    uint256 perpetualMark;
    int256 fundingIndex;
    uint256 tokenUnit;
    uint256 lotUnit;
    uint256 scanRange;
    uint256 targetRange;
    uint256 epsilon;
    uint256 linearRelief;
    uint256 haircut;
    uint256 slotCharge;
    uint256 stressGap;
    uint256 deficitLimit;
    uint256 openInterest;
    uint256 openInterestCap;
    PriceStatus status;
    bool reduceOnly;
}

/// @notice Governed risk terms of one underlying beside those of linear margin, in millionths.
/// @param volatilityUp, volatilityDown VU and VD: relative shocks of a 30-day volatility.
/// @param optionMaintenance, optionInitial s: charge per short option and unit of spot.
/// @param calendar Of the vega that expiries offset. @param basis, basisPerYear b0 and b1, of the delta that they offset.
/// @param offset Of the losses that the underlyings of a group offset. @param group 1..7; 0: offsets nothing.
struct RiskTerms {
    uint24 volatilityUp;
    uint24 volatilityDown;
    uint24 optionMaintenance;
    uint24 optionInitial;
    uint24 calendar;
    uint24 basis;
    uint24 basisPerYear;
    uint24 offset;
    uint8 group;
}

/// @notice What the series of an underlying share. Beside its market row when dated instruments or offsets matter.
/// @param referenceSpot S0 of the risk epoch, USD 18 decimals: the unit of the lanes is 2^-15 of it.
/// @param depth Posted depth Q, USD 18 decimals; 0: none posted, no concentration charge.
/// @param fresh The surface is young enough for new risk in dated instruments.
struct Chain {
    uint256 referenceSpot;
    uint256 depth;
    RiskTerms terms;
    bool fresh;
}

/// @notice One expiry. USD per unit, 18 decimals.
/// @param key underlying << 40 | expiry. @param forward Mark of a future; inside the settlement window
/// done * average + (1 - done) * forward, afterwards the final price. @param moving The part of it that still moves with spot.
/// @param discountedForward, discountedMoving Both times `discount`, rounded down. @param discount WAD.
struct Expiry {
    uint256 key;
    uint256 forward;
    uint256 moving;
    uint256 discountedForward;
    uint256 discountedMoving;
    uint256 discount;
}

/// @notice What the tail modes know of an underlying: caps of the nodes with a floor (`TailWord`), for maintenance and for initial
/// margin. Empty: nothing is known, R_u counts.
struct TailRow {
    TailWord implied;
    TailWord impliedInitial;
    TailWord historical;
    TailWord historicalInitial;
}

/// @notice The market matrix: rows of `set` in the order of its members; expiries and strikes ascending.
/// @param time Unix seconds. @param chains Empty, or one per market. @param strikes 96 bytes a strike: `StrikeWord`, and
/// the two words of its risk array. @param tails Empty, or one per market.
struct Snapshot {
    UnderlyingSet set;
    uint256 time;
    Market[] markets;
    Chain[] chains;
    Expiry[] expiries;
    bytes strikes;
    TailRow[] tails;
}

/// @notice Governed risk parameters of one underlying, in millionths; bounds and steps in `Bounds`.
/// @param floor, cap Of the scan range. @param stressVolatility sigma_stress, per square root of a year. @param kappa Scan range
/// per volatility of the horizon. @param epsilon Epoch roll threshold, added to the scan range. @param linearRelief h_lin.
/// @param haircut Of collateral.
struct RiskParameters {
    uint24 floor;
    uint24 cap;
    uint24 stressVolatility;
    uint24 kappa;
    uint24 epsilon;
    uint24 linearRelief;
    uint24 haircut;
}

/// @notice Variances of an underlying per year, WAD. @param fast, slow Realised, half-lives 5 and 45 days.
/// @param implied Of the next 30 days, read off the last surface; 0: there is none.
struct Variances {
    uint64 fast;
    uint64 slow;
    uint64 implied;
}

/// @notice Where the scan range of an underlying comes from and goes to. WAD.
/// @param volatility sigma, per square root of a year. @param required What it asks for, between floor and cap.
/// @param target PSR_target: never below `required`, falls at most 4 % a day. @param maintenance PSR_M: rises at most 2 % an hour.
/// @param sampledAt Unix seconds of the last sample; the next is an hour later at the earliest. @param spot At the last sample.
struct ScanRangeState {
    Variances variances;
    uint256 volatility;
    uint256 required;
    uint256 target;
    uint256 maintenance;
    uint256 sampledAt;
    uint256 spot;
}

/// @notice Governed limits of one underlying.
/// @param openInterestCap Lots. @param stressGap WAD fraction of notional that a jump may cost beyond margin: open
/// interest is also capped at compartment / stressGap; 0 = not tied.
/// @param slotCharge USD, 6 decimals. @param deficitLimit USD, 6 decimals, of losses booked to HOLE before the market
/// becomes reduce-only.
struct Limits {
    uint64 openInterestCap;
    uint64 stressGap;
    uint64 slotCharge;
    uint64 deficitLimit;
}

/// @title Markets
/// @notice Underlyings: what is listed, prices as intervals, EMA, funding, parameters.
/// @dev INV-8: `snapshot` and `touch` revert for no state of the price sources.
interface IMarkets {
    /// @notice `underlying` was listed. Units as in `Market`.
    event Listed(uint8 indexed underlying, bytes32 symbol, address source, uint256 tokenUnit, uint256 lotUnit);
    /// @notice The price source of `underlying` changed.
    event SourceSet(uint8 indexed underlying, address source);
    event RiskParametersSet(uint8 indexed underlying, RiskParameters parameters);
    event LimitsSet(uint8 indexed underlying, Limits limits);
    /// @notice The scan range took a step: variances after it, PSR_target and PSR_M. @param spot Of the last sample.
    event ScanRangeSet(
        uint8 indexed underlying,
        uint256 spot,
        Variances variances,
        uint256 target,
        uint256 maintenance
    );
    event ReduceOnlySet(uint8 indexed underlying, bool reduceOnly);
    /// @notice The perpetual of `underlying` pays no funding any more and is worth `finalPrice` less Phi until it is settled.
    event Delisted(uint8 indexed underlying, uint256 finalPrice);
    /// @notice A spot observation was stored. Prices USD, 18 decimals.
    event Observed(uint8 indexed underlying, uint256 spot, uint256 ema);
    /// @notice Funding accrued: `fundingIndex` is Phi now, `premium` in millionths holds from now on.
    event Funding(uint8 indexed underlying, int256 fundingIndex, int256 premium);

    error UnknownUnderlying(uint256 underlying);
    /// @notice A parameter is outside its hard bounds.
    error OutOfBounds(bytes32 parameter, uint256 value, uint256 minimum, uint256 maximum);
    /// @notice A parameter moved by more than its largest step, or again before `readyAt`.
    error StepTooLarge(bytes32 parameter, uint256 value, uint256 old);
    error StepTooSoon(uint8 underlying, uint256 readyAt);
    /// @notice A guardian may only tighten: `value` is looser than `old`.
    error NotTighter(bytes32 parameter, uint256 value, uint256 old);
    /// @notice The source gives no live price, or one further than the allowed gap from the last stored one.
    error SourceNotUsable(address source, uint256 spot, uint256 lastSpot);

    /// @notice Stores an observation, feeds the EMA and accrues funding for each member, at most once a second, and takes a sample
    /// of the realised variance when an hour has passed; anyone may.
    /// @return Rows as they are afterwards, open interest left 0 (the clearinghouse knows it).
    function touch(UnderlyingSet set) external returns (Snapshot memory);

    /// @notice What `touch` would return, without writing. Reverts only for an unlisted underlying.
    function snapshot(UnderlyingSet set) external view returns (Snapshot memory);

    /// @notice Accrues funding, then lets `premium` (millionths, clamped to +-5000, smoothed over 10 minutes) hold.
    function setPremium(uint8 underlying, int256 premium) external;

    /// @notice Lets the 30-day variance of a new surface count, WAD per year, cut at its bound. The target rises at once.
    function setImplied(uint8 underlying, uint256 variance) external;

    /// @notice Ends the perpetual of `underlying`: funding stops for good, its mark is the final price, no new risk. Only the
    /// settlement contract, when the window is averaged.
    function delist(uint8 underlying, uint256 finalPrice) external;

    /// @notice Number of listed underlyings; ids are 1..count.
    function count() external view returns (uint256);

    function symbol(uint8 underlying) external view returns (bytes32);

    function source(uint8 underlying) external view returns (address);

    /// @notice Units of the underlying per derivative lot, 1e-18 each.
    function lotUnitOf(uint8 underlying) external view returns (uint256);

    /// @notice Phi as last stored. After `delist` it does not change any more.
    function fundingIndexOf(uint8 underlying) external view returns (int256);

    function riskParameters(uint8 underlying) external view returns (RiskParameters memory);

    /// @notice The scan range as `touch` would leave it now.
    function scanRange(uint8 underlying) external view returns (ScanRangeState memory);

    function limits(uint8 underlying) external view returns (Limits memory);
}
