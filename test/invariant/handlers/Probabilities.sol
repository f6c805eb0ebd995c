// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Assessment, Mode, Portfolio} from "../../../contracts/interfaces/IMarginEngine.sol";
import {Snapshot} from "../../../contracts/interfaces/IMarkets.sol";
import {AccountId} from "../../../contracts/types/AccountId.sol";
import {InstrumentId} from "../../../contracts/types/InstrumentId.sol";
import {NO_UNDERLYINGS} from "../../../contracts/types/UnderlyingSet.sol";
import {TailWord} from "../../../contracts/types/TailWord.sol";
import {Histories} from "../../fixtures/Histories.sol";
import {World} from "./World.sol";

/// @notice Histories, and what the tail modes say of the accounts, with the claims on each (INV-4, 12).
abstract contract Probabilities is World, Histories {
    function _registerProbabilities() internal {
        _register("signHistory", signHistory, 6);
        _register("compareModes", compareModes, 5);
    }

    /// @dev Anything a quorum may sign, up to five minutes old. No more of maintenance than an hour's step of the offset is lost.
    function signHistory(uint256 seed) internal {
        uint8 u = uint8(_pick(seed, "underlying", BTC, ETH));
        uint256 timestamp = block.timestamp - _pick(seed, "age", 0, 300);
        (TailWord posted, ) = tails.history(u);
        if (timestamp <= posted.above()) return;
        uint256 caps = randomCaps(_pick(seed, "caps", 0, type(uint256).max - 1));
        Seen[] memory b = new Seen[](all.length);
        for (uint256 i; i < b.length; ++i) b[i] = _see(all[i]);
        tails.setHistory(u, timestamp, rangeOf(u), caps, _pick(seed, "offset", 0, 1e6));
        calls["signHistory"]++;
        for (uint256 i; i < b.length; ++i) {
            Seen memory a = _see(all[i]);
            bool same = a.vector == b[i].vector && a.equity == b[i].equity && a.goodEnd == b[i].goodEnd;
            _claim(4, same, "a history changed more than requirements");
            int256 most = b[i].maintenance + b[i].maintenance / 100 + 2;
            _claim(4, a.maintenance <= most, "a history raised maintenance at once");
        }
    }

    /// @dev INV-12 for the positions that an account happens to have, in the market of now.
    function compareModes(uint256 seed) internal {
        AccountId account = all[_pick(seed, "account", 0, all.length - 1)];
        Portfolio memory p = clearinghouse.portfolio(account);
        if (p.positions.length == 0) return;
        InstrumentId[] memory instruments = new InstrumentId[](p.positions.length);
        for (uint256 i; i < instruments.length; ++i) instruments[i] = p.positions[i].instrument();
        Snapshot memory market = clearinghouse.matrix(clearinghouse.underlyingsOf(account), instruments);
        Assessment[5] memory a;
        for (uint256 m; m < 5; ++m) {
            p.mode = Mode(m);
            a[m] = engine.assess(p, market, NO_UNDERLYINGS);
        }
        for (uint256 m = 3; m < 5; ++m) {
            bool isAbove = 10 * a[m].maintenance.raw() >= 7 * a[2].maintenance.raw();
            isAbove = isAbove && 10 * a[m].initial.raw() >= 7 * a[2].initial.raw();
            _claim(12, isAbove, "a tail mode is below its floor");
            bool isBelow = a[m].maintenance.raw() <= a[2].maintenance.raw() && a[m].initial.raw() <= a[2].initial.raw();
            _claim(12, isBelow, "a tail mode is above Portfolio");
            _claim(12, a[m].equity.raw() == a[0].equity.raw(), "a mode changes equity");
        }
        _claim(12, a[2].maintenance.raw() <= a[0].maintenance.raw(), "Portfolio is above Cross");
        calls["compareModes"]++;
    }
}
