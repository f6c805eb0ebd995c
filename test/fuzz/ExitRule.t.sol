// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Test} from "forge-std/Test.sol";
import {Action, IClearinghouse} from "../../contracts/interfaces/IClearinghouse.sol";
import {Assessment} from "../../contracts/interfaces/IMarginEngine.sol";
import {ExitRule} from "../../contracts/libraries/ExitRule.sol";
import {AccountId} from "../../contracts/types/AccountId.sol";
import {Usd} from "../../contracts/types/Usd.sol";

/// @dev The exit check against a second statement of the rule, in whole dollars and without its code.
contract ExitRuleTest is Test {
    /// @dev Whole dollars, so that the gross charge of 0.1 % is exact in thousandths.
    struct Side {
        int256 equity;
        int256 maintenance;
        int256 initial;
        int256 settled;
        int256 gross;
        int256 debtLimit;
    }

    /// @dev For try/catch.
    function check(Action action, Assessment memory b, Assessment memory a) external pure {
        if (!ExitRule.passesOutright(action, a)) ExitRule.requireAllowed(AccountId.wrap(0), action, b, a);
    }

    /// @dev Small numbers, so that ties and both sides of each comparison come often.
    function testFuzz_exit_acceptsIffTheRuleDoes(int8[5] calldata b, int8[5] calldata a, uint8 kind) public view {
        Action action = Action(kind % 6);
        _compare(action, _side(b, 4), _side(a, 4));
    }

    function testFuzz_exit_acceptsIffTheRuleDoes_nearTies(
        int40[5] calldata b,
        int8[5] calldata a,
        uint8 kind
    ) public view {
        int8[5] memory near;
        for (uint256 i; i < 5; ++i) {
            near[i] = a[i] % 3;
        }
        Side memory before = Side(b[0], _abs(b[1]), _abs(b[1]) + _abs(b[2]), b[3], _abs(b[4]), 100);
        Side memory end = Side(
            before.equity + near[0],
            _abs(before.maintenance + near[1]),
            0,
            before.settled + near[3],
            _abs(before.gross + int256(near[4]) * 1000),
            100
        );
        end.initial = end.maintenance + _abs(before.initial - before.maintenance + near[2]);
        _compare(Action(kind % 6), before, end);
    }

    function _side(int8[5] calldata x, int256 scale) private pure returns (Side memory s) {
        s = Side(x[0], _abs(x[1]) / scale, 0, x[3], _abs(x[4]) * 1000, 100);
        s.initial = s.maintenance + _abs(x[2]) / scale;
    }

    function _compare(Action action, Side memory b, Side memory a) private view {
        bool accepted = true;
        try this.check(action, _assessment(b), _assessment(a)) {} catch (bytes memory reason) {
            accepted = false;
            bool isMargin = bytes4(reason) == IClearinghouse.InsufficientMargin.selector;
            assertTrue(isMargin || bytes4(reason) == IClearinghouse.SettledCashTooLow.selector, "another error");
        }
        assertEq(accepted, _allowed(action, b, a), "the rule says otherwise");
        // INV-6 and INV-4 follow from the rule whatever the numbers, for accounts with IM >= MM >= 0.
        if (!accepted) return;
        assertTrue(b.equity >= 0 ? a.equity >= 0 : a.equity >= b.equity || a.equity >= a.initial, "INV-6");
        if (b.equity >= b.maintenance) assertGe(a.equity, a.maintenance, "INV-4");
    }

    /// @dev In thousandths of a dollar where the gross charge enters.
    function _allowed(Action action, Side memory b, Side memory a) private pure returns (bool) {
        int256 grown = a.gross > b.gross ? a.gross - b.gross : int256(0);
        int256 charged1000 = a.maintenance * 1000 + grown;
        bool lighter = charged1000 <= b.maintenance * 1000;
        bool richer = a.equity * 1000 - charged1000 >= (b.equity - b.maintenance) * 1000;
        bool noDeficit = b.equity < 0 ? a.equity >= b.equity : a.equity >= 0;
        bool noWorse = b.equity < 0 || a.equity * b.maintenance >= b.equity * a.maintenance;
        bool deRisks = action != Action.ModeChange && (lighter || richer) && noDeficit && noWorse;
        if (action == Action.ModeChange && b.equity < b.maintenance) return false;
        return (a.equity >= a.initial || deRisks) && _settledAllowed(action, b, a);
    }

    function _settledAllowed(Action action, Side memory b, Side memory a) private pure returns (bool) {
        if (action == Action.WithdrawCash) return a.settled >= 0;
        if (a.settled >= -a.debtLimit) return true;
        if (action == Action.DepositCollateral && a.settled >= b.settled) return true;
        int256 freed = b.maintenance - a.maintenance;
        return freed >= 0 && b.settled - a.settled <= freed;
    }

    function _assessment(Side memory s) private pure returns (Assessment memory a) {
        a.equity = _usd(s.equity);
        a.maintenance = _usd(s.maintenance);
        a.initial = _usd(s.initial);
        a.settledCash = _usd(s.settled);
        a.gross = _usd(s.gross);
        a.debtLimit = _usd(s.debtLimit);
    }

    /// @dev Whole dollars with 18 decimals.
    function _usd(int256 dollars) private pure returns (Usd) {
        return Usd.wrap(dollars * 1e18);
    }

    function _abs(int256 x) private pure returns (int256) {
        return x < 0 ? -x : x;
    }

    function testFuzz_grossCharge_isAThousandthRoundedUp(int128 growth) public pure {
        int256 charge = ExitRule.grossCharge(Usd.wrap(growth)).raw();
        if (growth <= 0) assertEq(charge, 0);
        else assertTrue(charge * 1000 >= growth && (charge - 1) * 1000 < growth);
    }
}
