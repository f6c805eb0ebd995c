// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Position} from "../types/Position.sol";
import {UnderlyingSet} from "../types/UnderlyingSet.sol";
import {InstrumentId} from "../types/InstrumentId.sol";
import {Usd} from "../types/Usd.sol";
import {Snapshot} from "./IMarkets.sol";

/// @notice Margin modes. Isolated: derivatives of one underlying only; measured as Cross.
enum Mode {
    Cross,
    Isolated
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

/// @notice One underlying's part of an assessment. All USD, 18 decimals.
/// @param delta Notional of the netted position at mark. @param requirement R_u. @param haircut Charge on collateral.
/// @param uncertainty U_u, initial only. @param goodEnd Relief at the good end, liquidation only.
/// @param initialFactor k_u, WAD. @param pnl54 Profit and loss in each of
/// the 30 scenarios (`Scenarios`): USD with 54 decimals, exact.
struct UnderlyingRisk {
    uint8 underlying;
    Usd value;
    Usd delta;
    Usd requirement;
    Usd haircut;
    Usd uncertainty;
    Usd goodEnd;
    uint256 initialFactor;
    int256[30] pnl54;
}

/// @title Margin engine
/// @notice Margin is a measure of the product of a portfolio vector and a market matrix. Holds no state.
interface IMarginEngine {
    /// @notice The engine of this release measures spot and perpetuals only.
    error UnsupportedInstrument(InstrumentId instrument);
    /// @notice A position is larger than any account can hold; the ledger keeps |lots * unit| below `limit`.
    error QuantityOutOfRange(InstrumentId instrument, int256 lots, int256 limit);
    /// @notice A position's underlying is missing in the snapshot.
    error MissingMarket(uint256 underlying);

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
