// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IMarkets, RiskParameters, RiskTerms} from "../../../contracts/interfaces/IMarkets.sol";
import {steppedBy, steppedRisk, steppedTerms} from "../../fixtures/GovernedSteps.sol";
import {Prices} from "./Prices.sol";

/// @notice Steps of governance within their bounds (INV-4): of all that the scan range follows, and of what acts on maintenance
/// margin at once.
abstract contract Governance is Prices {
    function _registerGovernance() internal {
        _register("govern", govern, 4);
        _register("governAtOnce", governAtOnce, 4);
        _expect("govern", IMarkets.StepTooSoon.selector);
        _expect("governAtOnce", IMarkets.StepTooSoon.selector);
    }

    /// @dev While some account is less than 2 % above maintenance.
    function govern(uint256 seed) internal {
        uint8 u = uint8(_pick(seed, "underlying", BTC, ETH));
        _toShare(seed, int256(_pick(seed, "above", 1e18, 1.02e18)));
        Seen[] memory b = new Seen[](all.length);
        for (uint256 i; i < b.length; ++i) b[i] = _see(all[i]);
        try markets.setRiskParameters(u, _next(seed, markets.riskParameters(u))) {
            calls["govern"]++;
        } catch (bytes memory reason) {
            return _refused("govern", reason);
        }
        for (uint256 i; i < b.length; ++i) _claimHealthKept(b[i], _see(all[i]), "a step of governance hurt an account");
    }

    function _next(uint256 seed, RiskParameters memory p) private pure returns (RiskParameters memory) {
        p.floor = _stepped(seed, "floor", p.floor, 20_000, 100_000);
        p.cap = _stepped(seed, "cap", p.cap, p.floor, 600_000);
        p.stressVolatility = _stepped(seed, "stressVolatility", p.stressVolatility, 100_000, 4_000_000);
        p.kappa = _stepped(seed, "kappa", p.kappa, 1_000_000, 6_000_000);
        return p;
    }

    /// @dev Up to a tenth up or down, between two bounds.
    function _stepped(
        uint256 seed,
        string memory what,
        uint24 value,
        uint256 least,
        uint256 most
    ) private pure returns (uint24) {
        return steppedBy(value, value / 10, int256(_pick(seed, what, 0, 2e18)) - 1e18, least, most);
    }

    /// @dev While some account is 5 % to 7 % above maintenance. What the same values would do, which is to start an epoch, is left out.
    function governAtOnce(uint256 seed) internal {
        uint8 u = uint8(_pick(seed, "underlying", BTC, ETH));
        _toShare(seed, int256(_pick(seed, "above", 1.05e18, 1.07e18)));
        (RiskParameters memory p, RiskTerms memory t) = (markets.riskParameters(u), series.riskTerms(u));
        uint256 state = vm.snapshotState();
        if (!_set(u, p, t)) return;
        Seen[] memory b = new Seen[](all.length);
        for (uint256 i; i < b.length; ++i) b[i] = _see(all[i]);
        assertTrue(vm.revertToState(state));
        int256[3] memory risk;
        int256[7] memory terms;
        for (uint256 i; i < 10; ++i) {
            int256 share = _share(seed, vm.toString(i));
            if (i < 3) risk[i] = share;
            else terms[i - 3] = share;
        }
        if (!_set(u, steppedRisk(p, risk), steppedTerms(t, terms))) return;
        calls["governAtOnce"]++;
        for (uint256 i; i < b.length; ++i) _claimSmallStep(b[i], i);
    }

    /// @dev Of the largest step: half of the time all of it, to more margin.
    function _share(uint256 seed, string memory what) private pure returns (int256) {
        if (_pick(seed, "all", 0, 1) == 0) return 1e18;
        return int256(_pick(seed, what, 0, 2e18)) - 1e18;
    }

    function _set(uint8 u, RiskParameters memory p, RiskTerms memory t) private returns (bool) {
        try markets.setRiskParameters(u, p) {} catch (bytes memory reason) {
            _refused("governAtOnce", reason);
            return false;
        }
        try series.setRiskTerms(u, t) {
            return true;
        } catch (bytes memory reason) {
            _refused("governAtOnce", reason);
            return false;
        }
    }

    /// @dev MM rises by at most 2 % of itself and 0.1 % of the notional, which is the worst at volatilities of 200 %.
    function _claimSmallStep(Seen memory b, uint256 i) private {
        Seen memory a = _see(all[i]);
        int256 notional = assess(all[i]).gross.raw();
        _claim(4, a.equity == b.equity, "a step of governance moved equity");
        bool isSmall = a.maintenance <= (b.maintenance * 102) / 100 + notional / 1_000;
        _claim(4, isSmall, "a step of governance was too large");
        bool wasAmple = b.equity * 100 >= b.maintenance * 105;
        _claim(4, !wasAmple || a.equity >= a.maintenance, "a step of governance hurt an ample account");
    }
}
