// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Position} from "../types/Position.sol";
import {UnderlyingSet} from "../types/UnderlyingSet.sol";
import {InstrumentId} from "../types/InstrumentId.sol";
import {Usd} from "../types/Usd.sol";
import {Snapshot} from "./IMarkets.sol";

/// @notice Margin modes. Isolated: derivatives of one underlying only; measured as Cross. Portfolio: as Cross, with offsets
/// between the underlyings of a group. RiskNeutral and Quantitative: expected shortfall under the probabilities that option prices
/// imply, or that history does, between 0.7 times what Portfolio measures and that itself.
enum Mode {
    Cross,
    Isolated,
    Portfolio,
    RiskNeutral,
    Quantitative
}

/// @notice An account as a vector.
struct Portfolio {
    Mode mode;
    Usd cash;
    Position[] positions;
}

/// @notice What the measure says of a portfolio. All USD, 18 decimals.
/// @param equity cash + value at mark, rounded down.
/// @param settledCash cash + value of the linear derivatives, rounded down.
/// @param maintenance Requirement below which the account is liquidatable, rounded up.
/// @param initial Requirement of every owner action, rounded up; holds the bad end of the price interval.
/// @param goodEnd What the good end of the price interval takes off the maintenance requirement, rounded up.
/// @param gross Notional of all derivatives, rounded up.
/// @param debtLimit How far settled cash may be negative: max(100 USD, 2 % of the haircut collateral), rounded down.
struct Assessment {
    Usd equity;
    Usd settledCash;
    Usd maintenance;
    Usd initial;
    Usd goodEnd;
    Usd gross;
    Usd debtLimit;
}

/// @notice One underlying's part of an assessment. All USD, 18 decimals, unless said otherwise.
/// @param value Of all positions at mark, down. @param optionValue Of the options, up.
/// @param delta Dollar delta: notional of what is linear, and the options' slope between the nodes next to spot.
/// @param worst, worstLinear, worstOptions W of the whole, of spot, perpetuals and futures, of the options.
/// @param requirement R_u = min(W, h_lin * W(linear) + W(options)). @param initialFactor k_u, WAD.
/// @param shortfall, initialShortfall ES_u of the tail modes, for maintenance and initial margin; else 0.
/// @param optionMaintenance, optionInitial Charges per short option, and per long one for the gaps of the grid.
/// @param ownMaintenance, ownInitial Ratio, R_u and option charges; without a short option at most what the options are worth
/// and the linear part needs. @param calendar, basis Charges between expiries. @param concentration Initial only.
/// @param haircut Charge on collateral. @param uncertainty U_u, initial only. @param goodEnd Relief, liquidation only.
/// @param uncounted Option value beyond the own initial requirement: counts nothing elsewhere, initial only.
/// @param pnl54 Profit and loss in each of the 30 scenarios (`Scenarios`): USD with 54 decimals, exact.
struct UnderlyingRisk {
    uint8 underlying;
    Usd value;
    Usd optionValue;
    Usd delta;
    Usd worst;
    Usd worstLinear;
    Usd worstOptions;
    Usd requirement;
    Usd shortfall;
    Usd initialShortfall;
    uint256 initialFactor;
    Usd optionMaintenance;
    Usd optionInitial;
    Usd ownMaintenance;
    Usd ownInitial;
    Usd calendar;
    Usd basis;
    Usd concentration;
    Usd haircut;
    Usd uncertainty;
    Usd goodEnd;
    Usd uncounted;
    int256[30] pnl54;
}

/// @title Margin engine
/// @notice Margin is a measure of the product of a portfolio vector and a market matrix. Holds no state.
interface IMarginEngine {
    /// @notice A future has no strike; spot and perpetuals have no expiry either.
    error UnsupportedInstrument(InstrumentId instrument);
    /// @notice A position is larger than any account can hold; the ledger keeps |lots * unit| below `limit`.
    error QuantityOutOfRange(InstrumentId instrument, int256 lots, int256 limit);
    /// @notice A position's underlying is missing in the snapshot.
    error MissingMarket(uint256 underlying);
    /// @notice The expiry or the strike of a position is missing in the snapshot.
    error MissingSeries(InstrumentId instrument);

    /// @notice Equity and requirements of `portfolio` in `market`.
    /// @param scaled Underlyings whose initial requirement scales with market-wide open interest in this check.
    /// @dev Rounding: equity down (R-1), requirements up (R-4..R-9). Reverts only for unsupported or missing input.
    function assess(
        Portfolio calldata portfolio,
        Snapshot calldata market,
        UnderlyingSet scaled
    ) external view returns (Assessment memory);

    /// @notice The same with everything that entered, per underlying, so that a person can audit a requirement.
    function audit(
        Portfolio calldata portfolio,
        Snapshot calldata market,
        UnderlyingSet scaled
    ) external view returns (Assessment memory, UnderlyingRisk[] memory);
}
