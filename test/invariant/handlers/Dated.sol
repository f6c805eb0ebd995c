// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IExchange} from "../../../contracts/interfaces/IExchange.sol";
import {ExpiryQuote} from "../../../contracts/interfaces/ISurfaces.sol";
import {Snapshot} from "../../../contracts/interfaces/IMarkets.sol";
import {IClearinghouse} from "../../../contracts/interfaces/IClearinghouse.sol";
import {Matrix} from "../../../contracts/libraries/Matrix.sol";
import {AccountId} from "../../../contracts/types/AccountId.sol";
import {InstrumentId, instrumentId, Kind} from "../../../contracts/types/InstrumentId.sol";
import {NO_UNDERLYINGS} from "../../../contracts/types/UnderlyingSet.sol";
import {Prices} from "./Prices.sol";

/// @notice Options and dated futures: surfaces, trades, averages and settlement, with the claims on each (INV-2, 6, 9).
abstract contract Dated is Prices {
    using Matrix for Snapshot;

    uint256 private constant WINDOW = 30 minutes;
    /// @dev Open instruments in the world; from then on those are traded.
    uint256 private constant MOST_OPEN = 5;
    /// @dev Borrowers from this one on trade them; those before stay simple enough to be closed and absorbed.
    uint256 private constant FIRST = 4;

    function _registerDated(uint256 trades) internal {
        _register("postSurface", postSurface, 8);
        _register("openOption", openOption, 3 * trades);
        _register("openFuture", openFuture, trades);
        _register("closeDated", closeDated, 2 * trades);
        _register("toExpiry", toExpiry, 4);
        _register("average", averageSome, 10);
        _register("settle", settleSome, 6);
        bytes32[3] memory trading = [bytes32("openOption"), "openFuture", "closeDated"];
        for (uint256 i; i < trading.length; ++i) {
            _expect(trading[i], IClearinghouse.InsufficientMargin.selector);
            _expect(trading[i], IClearinghouse.SettledCashTooLow.selector);
            _expect(trading[i], IClearinghouse.AccountReduceOnly.selector);
            _expect(trading[i], IClearinghouse.IsolatedAccount.selector);
            _expect(trading[i], IClearinghouse.NewRiskRefused.selector);
            _expect(trading[i], IClearinghouse.SurfaceStale.selector);
            _expect(trading[i], IExchange.InstrumentNotListed.selector); // a strike may be far from spot by now
        }
    }

    /* SURFACES */

    /// @dev All expiries to come, and tomorrow's when the next one is far; volatility anywhere from 40 % to 200 %.
    function postSurface(uint256 seed) internal {
        uint8 u = uint8(_pick(seed, "underlying", BTC, ETH));
        uint40[] memory listed = series.expiries(u);
        uint256 past;
        while (past < listed.length && listed[past] <= block.timestamp) ++past;
        bool isFar = past == listed.length || listed[past] > block.timestamp + 2 days;
        uint256 added = isFar ? 1 : 0;
        ExpiryQuote[] memory quotes = new ExpiryQuote[](listed.length - past + added);
        uint256 volatility = _pick(seed, "volatility", 0.4e18, 2e18);
        uint40 tomorrow = uint40(block.timestamp - (block.timestamp % 1 days) + 1 days + 8 hours);
        for (uint256 i; i < quotes.length; ++i) {
            quotes[i] = quoteOf(i < added ? tomorrow : listed[past + i - added], volatility);
        }
        surfaces.setSurface(u, block.timestamp, _pick(seed, "depth", 1e5, 1e8) * 1e18, quotes);
        calls["postSurface"]++;
    }

    /// @dev An expiry of the last surface that is still to come; 0: none. Mostly the next one, so that series come to their end.
    function _openExpiry(uint256 seed, uint8 u) private view returns (uint40) {
        uint40[] memory listed = series.expiries(u);
        if (listed.length == 0) return 0;
        bool isNext = _pick(seed, "next", 0, 3) != 0;
        uint40 expiry = listed[isNext ? 0 : _pick(seed, "expiry", 0, listed.length - 1)];
        return expiry > block.timestamp ? expiry : 0;
    }

    /* TRADES */

    /// @dev A borrower against the house near the mark; strikes within a third of spot.
    function openOption(uint256 seed) internal {
        uint8 u = uint8(_pick(seed, "underlying", BTC, ETH));
        uint40 expiry = _openExpiry(seed, u);
        if (expiry == 0) return;
        uint256 spot = _row(u).spot / 1e18;
        uint256 strike = (spot * _pick(seed, "strike", 70, 130)) / 100;
        uint256 unit =
            strike < 1000
                ? 1
                : strike < 10_000
                    ? 50
                    : strike < 100_000
                        ? 500
                        : 5_000;
        strike = (strike / unit) * unit;
        Kind kind = _pick(seed, "kind", 0, 1) == 0 ? Kind.Call : Kind.Put;
        _openDated("openOption", seed, instrumentId(u, expiry, uint64(strike * 1e8), kind));
    }

    function openFuture(uint256 seed) internal {
        uint8 u = uint8(_pick(seed, "underlying", BTC, ETH));
        uint40 expiry = _openExpiry(seed, u);
        if (expiry != 0) _openDated("openFuture", seed, instrumentId(u, expiry, 0, Kind.Future));
    }

    function _openDated(bytes32 action, uint256 seed, InstrumentId instrument) private {
        AccountId account = all[_pick(seed, "borrower", FIRST, BORROWERS - 1)];
        bool buys = _pick(seed, "side", 0, 1) == 0;
        if (datedNumber[instrument] == 0 && _openCount() >= MOST_OPEN) instrument = _anyOpen(seed);
        uint256 offer = (_markOf(instrument) * _pick(seed, "beside", 0.99e18, 1.01e18)) / 1e18;
        AccountId[2] memory sides = buys ? [account, house] : [house, account];
        _remember(instrument);
        _trade(action, seed, sides, instrument, _pick(seed, "lots", 1, 4_000), offer);
    }

    function _openCount() private view returns (uint256 count) {
        for (uint256 i; i < dated.length; ++i) {
            if (dated[i].expiry() > block.timestamp) ++count;
        }
    }

    function _anyOpen(uint256 seed) private view returns (InstrumentId) {
        uint256 i = _pick(seed, "open", 0, dated.length - 1);
        while (dated[i].expiry() <= block.timestamp) i = (i + 1) % dated.length;
        return dated[i];
    }

    /// @dev Part or all of a dated position back to the house at the mark.
    function closeDated(uint256 seed) internal {
        AccountId account = all[_pick(seed, "borrower", FIRST, BORROWERS - 1)];
        if (dated.length == 0) return;
        uint256 start = _pick(seed, "instrument", 0, dated.length - 1);
        for (uint256 i; i < dated.length; ++i) {
            InstrumentId instrument = dated[(start + i) % dated.length];
            int256 held = _lots(account, instrument);
            if (held == 0 || instrument.expiry() <= block.timestamp) continue;
            uint256 lots = uint256(held < 0 ? -held : held);
            if (_pick(seed, "whole", 0, 1) == 0) lots = _pick(seed, "lots", 1, lots);
            AccountId[2] memory sides = held < 0 ? [account, house] : [house, account];
            return _trade("closeDated", seed, sides, instrument, lots, _markOf(instrument));
        }
    }

    function _markOf(InstrumentId instrument) private view returns (uint256) {
        InstrumentId[] memory instruments = new InstrumentId[](1);
        instruments[0] = instrument;
        Snapshot memory market = series.snapshot(NO_UNDERLYINGS.with(instrument.underlying()), instruments);
        if (instrument.kind() == Kind.Future) return market.expiries[0].forward;
        return market.optionMark(instrument);
    }

    /* SETTLEMENT */

    /// @dev Into the window of the first expiry of what was traded, or past it.
    function toExpiry(uint256 seed) internal {
        uint256 expiry = type(uint256).max;
        for (uint256 i; i < dated.length; ++i) {
            uint256 end = dated[i].expiry();
            if (end + 20 minutes > block.timestamp && end < expiry) expiry = end;
        }
        if (expiry == type(uint256).max) return;
        uint256 time = _pick(seed, "time", expiry - WINDOW, expiry + 20 minutes);
        if (time > block.timestamp) vm.warp(time);
        calls["toExpiry"]++;
    }

    /// @dev A few rounds of some series whose window has begun.
    function averageSome(uint256 seed) internal {
        if (dated.length == 0) return;
        uint256 start = _pick(seed, "instrument", 0, dated.length - 1);
        for (uint256 i; i < dated.length; ++i) {
            InstrumentId instrument = dated[(start + i) % dated.length];
            (uint8 u, uint40 end) = (uint8(instrument.underlying()), instrument.expiry());
            (, uint256 doneUntil) = settlement.progress(u, end);
            uint256 until = block.timestamp < end ? block.timestamp : end;
            if (until <= (doneUntil == 0 ? end - WINDOW : doneUntil)) continue;
            if (!healthyFeed[u]) return;
            uint256 hint = _roundAt(u, end - WINDOW);
            settlement.average(u, end, hint, _pick(seed, "rounds", 0, 3) == 0 ? 1 : 1000);
            calls["average"]++;
            (, uint256 next) = settlement.progress(u, end);
            _claim(0, next >= doneUntil, "an average went back");
            return;
        }
    }

    function _roundAt(uint8 u, uint256 time) private view returns (uint256 id) {
        id = 1;
        while (true) {
            (uint256 next, , uint256 since) = _sourceOf(u).next(id, 0);
            if (next == 0 || since > time) return id;
            id = next;
        }
    }

    function settleSome(uint256 seed) internal {
        uint256 first = _pick(seed, "first", 0, all.length - 1);
        uint256 count = _pick(seed, "count", 1, 4);
        for (uint256 i; i < count; ++i) {
            AccountId account = all[(first + i) % all.length];
            Seen memory b = _see(account);
            uint256 settled = _settleNow(account);
            int256 moved = _see(account).equity - b.equity;
            _claim(9, moved <= 0 && moved >= -int256(settled), "settlement is not worth the positions");
            if (settled != 0) calls["settle"]++;
        }
    }
}
