// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IMarkets, RiskParameters} from "../../../contracts/interfaces/IMarkets.sol";
import {Prices} from "./Prices.sol";

/// @notice Steps of governance within their bounds, of all that the scan range follows (INV-4).
abstract contract Governance is Prices {
    function _registerGovernance() internal {
        _register("govern", govern, 4);
        _expect("govern", IMarkets.StepTooSoon.selector);
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
        uint256 step = value / 10;
        uint256 next = _pick(seed, what, value - step, value + step);
        if (next < least) next = least;
        return uint24(next > most ? most : next);
    }
}
