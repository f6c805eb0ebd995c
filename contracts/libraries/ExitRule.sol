// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccountId} from "../types/AccountId.sol";
import {minUsd, maxUsd, Usd, ZERO_USD} from "../types/Usd.sol";
import {Action, IClearinghouse} from "../interfaces/IClearinghouse.sol";
import {Assessment} from "../interfaces/IMarginEngine.sol";
import {FixedPoint, SIGNED_WAD} from "./FixedPoint.sol";
import {Parameters} from "./Parameters.sol";

/// @notice The one exit check: which ends an owner's action may have (spec E-1..E-5).
library ExitRule {
    /// @dev E-1: enough on the outcome alone, so that the state before need not be assessed. A change of mode needs both (E-4).
    function passesOutright(Action action, Assessment memory a) internal pure returns (bool) {
        return action != Action.ModeChange && a.equity >= a.initial && a.settledCash >= _settledFloor(action, a);
    }

    /// @dev E-2..E-4: the outcome against the state before, same block, same market. Reverts when neither rule holds.
    function requireAllowed(AccountId account, Action action, Assessment memory b, Assessment memory a) internal pure {
        if (a.equity < a.initial && (action == Action.ModeChange || !_deRisks(b, a))) {
            revert IClearinghouse.InsufficientMargin(account, a.equity, a.initial, a.maintenance);
        }
        if (action == Action.ModeChange && b.equity < b.maintenance) {
            revert IClearinghouse.InsufficientMargin(account, b.equity, b.maintenance, b.maintenance);
        }
        // A collateral deposit may leave settled cash as low as it was.
        Usd floor = _settledFloor(action, a);
        if (action == Action.DepositCollateral) floor = minUsd(floor, b.settledCash);
        if (action != Action.WithdrawCash) floor = _deRiskFloor(floor, b, a);
        if (a.settledCash < floor) revert IClearinghouse.SettledCashTooLow(account, a.settledCash, floor);
    }

    /// @dev E-6: `b` is a keeper's account right after its takeover, `a` the same after its callback. The takeover may leave
    /// it below initial margin and in debt; what it does in the callback obeys the rules of an owner's action.
    function requireCallbackAllowed(AccountId account, Assessment memory b, Assessment memory a) internal pure {
        if (a.equity < a.initial && !_deRisks(b, a)) {
            revert IClearinghouse.InsufficientMargin(account, a.equity, a.initial, a.maintenance);
        }
        Usd floor = _deRiskFloor(minUsd(-a.debtLimit, b.settledCash), b, a);
        if (a.settledCash < floor) revert IClearinghouse.SettledCashTooLow(account, a.settledCash, floor);
    }

    /// @dev A de-risking action may cost in cash at most the maintenance it frees.
    function _deRiskFloor(Usd floor, Assessment memory b, Assessment memory a) private pure returns (Usd) {
        if (a.maintenance > b.maintenance) return floor;
        return minUsd(floor, b.settledCash - (b.maintenance - a.maintenance));
    }

    /// @dev No owner action creates or deepens negative equity (INV-6), and while equity is positive E/MM may not fall.
    function _deRisks(Assessment memory b, Assessment memory a) private pure returns (bool) {
        Usd charged = a.maintenance + grossCharge(a.gross - b.gross);
        if (charged > b.maintenance && a.equity - charged < b.equity - b.maintenance) return false;
        if (a.equity < minUsd(b.equity, ZERO_USD)) return false;
        if (b.equity < ZERO_USD) return true;
        // Fits: |USD| < 2^127 each.
        return a.equity.raw() * b.maintenance.raw() >= b.equity.raw() * a.maintenance.raw();
    }

    /// @dev R-10: ceil(0.1 % * max(0, growth)).
    function grossCharge(Usd growth) internal pure returns (Usd) {
        return Usd.wrap(FixedPoint.divCeil(maxUsd(growth, ZERO_USD).raw() * Parameters.GROSS_CHARGE, SIGNED_WAD));
    }

    function _settledFloor(Action action, Assessment memory a) private pure returns (Usd) {
        return action == Action.WithdrawCash ? ZERO_USD : -a.debtLimit;
    }
}
