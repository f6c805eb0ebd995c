// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Reading} from "../../../contracts/interfaces/IPriceSource.sol";
import {AccountId} from "../../../contracts/types/AccountId.sol";
import {perpetualOf, spotOf} from "../../../contracts/types/InstrumentId.sol";
import {UnderlyingSet} from "../../../contracts/types/UnderlyingSet.sol";
import {SettableSource} from "../../../contracts/mocks/SettableSource.sol";
import {Money} from "./Money.sol";

/// @notice Prices, feeds, funding and time.
abstract contract Prices is Money {
    bytes private _sourceCode;
    /// @dev The feed of an underlying answers as it should.
    bool[3] internal healthyFeed;

    function _registerPrices(uint256 gaps, uint256 failures) internal {
        _sourceCode = address(btcSource).code;
        healthyFeed = [true, true, true];
        _register("move", move, 6);
        _register("toBoundary", toBoundary, 8);
        _register("toDebt", toDebt, 6);
        _register("gap", gap, gaps);
        _register("pass", pass, 6);
        _register("premium", setPremium, 2);
        _register("touch", touch, 2);
        _register("fail", failFeed, failures);
        _register("recover", recoverFeed, 3 * failures + 1);
    }

    /// @dev Up to 2 % either way, within an interval of up to 0.5 %.
    function move(uint256 seed) internal {
        uint8 u = uint8(_pick(seed, "underlying", BTC, ETH));
        _setPrice(u, (price[u] * _pick(seed, "move", 0.98e18, 1.02e18)) / 1e18);
        if (healthyFeed[u] && _pick(seed, "interval", 0, 2) == 0) {
            uint256 width = (price[u] * _pick(seed, "width", 0, 0.005e18)) / 1e18;
            _sourceOf(u).setReading(Reading(price[u], price[u] - width, price[u] + width, block.timestamp, true));
        }
        calls["move"]++;
    }

    /// @dev Up to -45 % or +60 %.
    function gap(uint256 seed) internal {
        uint8 u = uint8(_pick(seed, "underlying", BTC, ETH));
        skip(31);
        _setPrice(u, (price[u] * _pick(seed, "gap", 0.55e18, 1.6e18)) / 1e18);
        calls["gap"]++;
    }

    /// @dev Moves one price so that an account lands within a twentieth of its maintenance requirement, or is insolvent.
    function toBoundary(uint256 seed) internal {
        bool isDeep = _pick(seed, "deep", 0, 3) == 0;
        int256 share =
            isDeep ? -int256(_pick(seed, "target", 0, 1e18)) : int256(_pick(seed, "target", 0.95e18, 1.05e18));
        if (_toShare(seed, share)) calls["toBoundary"]++;
    }

    /// @dev Moves one price so that some account has E near this share of MM, which moves with it: the second and third move make
    /// up for that.
    function _toShare(uint256 seed, int256 share) internal returns (bool) {
        uint256 start = _pick(seed, "start", 0, BORROWERS - 1);
        for (uint256 i; i < 2 * BORROWERS; ++i) {
            AccountId account = all[(start + i) % BORROWERS];
            uint8 u = i < BORROWERS ? BTC : ETH;
            if (!healthyFeed[u] || !_moveTo(account, u, (_see(account).maintenance * share) / 1e18)) continue;
            for (uint256 j; j < 2; ++j) _moveTo(account, u, (_see(account).maintenance * share) / 1e18);
            return true;
        }
        return false;
    }

    /// @dev Moves one price so that E = target, the change of MM itself left out: E + delta * x = target.
    function _moveTo(AccountId account, uint8 u, int256 target) internal returns (bool) {
        int256 delta = _notional(account, u);
        if (delta == 0) return false;
        int256 x = ((target - _see(account).equity) * 1e18) / delta;
        if (x < -0.5e18 || x > 1e18) return false;
        skip(31); // or else the last observations soften the move
        _setPrice(u, (price[u] * uint256(1e18 + x)) / 1e18);
        return true;
    }

    /// @dev Moves one price so that an account with collateral owes a little more dollars than it may.
    function toDebt(uint256 seed) internal {
        uint256 start = _pick(seed, "start", 0, BORROWERS - 1);
        for (uint256 i; i < 2 * BORROWERS; ++i) {
            AccountId account = all[(start + i) % BORROWERS];
            uint8 u = i < BORROWERS ? BTC : ETH;
            bool hasSpot = _lots(account, spotOf(BTC)) != 0 || _lots(account, spotOf(ETH)) != 0;
            int256 notional = _lots(account, perpetualOf(u)) * int256(uint256(u == BTC ? BTC_LOT : ETH_LOT));
            if (!hasSpot || notional == 0) continue;
            Seen memory s = _see(account);
            int256 x = ((-s.settled - (s.debtLimit * 5) / 4) * 1e36) / (notional * int256(price[u]));
            if (x < -0.5e18 || x > 1e18) continue;
            skip(31);
            _setPrice(u, (price[u] * uint256(1e18 + x)) / 1e18);
            calls["toDebt"]++;
            return;
        }
    }

    function _notional(AccountId account, uint8 u) private view returns (int256) {
        int256 quantity = _lots(account, perpetualOf(u)) * int256(uint256(u == BTC ? BTC_LOT : ETH_LOT));
        quantity += _lots(account, spotOf(u)) * (u == BTC ? int256(1e10) : int256(1));
        return (quantity * int256(price[u])) / 1e18;
    }

    /// @dev Keeps prices within a factor of four of where they began; a failed feed does not see the move.
    function _setPrice(uint8 u, uint256 to) private {
        uint256 base = u == BTC ? BTC_SPOT : ETH_SPOT;
        to = to < base / 4 ? base / 4 : to;
        to = to > base * 4 ? base * 4 : to;
        price[u] = to;
        if (healthyFeed[u]) _sourceOf(u).set(to);
    }

    function pass(uint256 seed) internal {
        uint256 kind = _pick(seed, "kind", 0, 9);
        uint256 most =
            kind < 3
                ? 40
                : kind < 8
                    ? 15 minutes
                    : kind == 8
                        ? 2 hours
                        : 2 days;
        skip(_pick(seed, "seconds", 1, most));
        calls["pass"]++;
    }

    /// @dev Governance's setter, as the premium feed calls it: also beyond its limits.
    function setPremium(uint256 seed) internal {
        uint8 u = uint8(_pick(seed, "underlying", BTC, ETH));
        markets.setPremium(u, int256(_pick(seed, "premium", 0, 20_000)) - 10_000);
        calls["premium"]++;
    }

    function touch(uint256 seed) internal {
        markets.touch(UnderlyingSet.wrap(2 * _pick(seed, "set", 1, 3)));
        calls["touch"]++;
    }

    /// @dev One of seven ways for a feed to fail; the first keeps a price without permission for new risk.
    function failFeed(uint256 seed) internal {
        uint8 u = uint8(_pick(seed, "underlying", BTC, ETH));
        if (!healthyFeed[u]) return;
        healthyFeed[u] = false;
        SettableSource source = _sourceOf(u);
        uint256 way = _pick(seed, "way", 0, 6);
        uint256 p = price[u];
        if (way == 0) source.setReading(Reading(p, (p * 9) / 10, (p * 11) / 10, block.timestamp, false));
        else if (way == 1) source.breakDown();
        else if (way == 2) source.setReading(Reading(0, 0, 0, block.timestamp, true));
        else if (way == 3) source.setReading(Reading(p, p + 1, p, block.timestamp, true));
        else if (way == 4) source.setReading(Reading(p, p, p, block.timestamp + 1, true));
        else if (way == 5)
            vm.etch(address(source), hex"fe"); // burns all gas it gets
        else
            vm.etch(
                address(source),
                hex"7f000000000000000000000000000000000000000000000000000000000000000160005260206000f3"
            );
        calls[way == 0 ? bytes32("degrade") : bytes32("die")]++;
        calls["fail"]++;
    }

    function recoverFeed(uint256 seed) internal {
        uint8 u = uint8(_pick(seed, "underlying", BTC, ETH));
        if (healthyFeed[u]) return;
        vm.etch(address(_sourceOf(u)), _sourceCode);
        healthyFeed[u] = true;
        _setPrice(u, price[u]);
        calls["recover"]++;
    }
}
