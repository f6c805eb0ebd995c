// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {
    Chain as ChainRow,
    Expiry,
    Limits,
    Market,
    RiskParameters,
    Snapshot
} from "../../../contracts/interfaces/IMarkets.sol";
import {ExpiryQuote} from "../../../contracts/interfaces/ISurfaces.sol";
import {Matrix} from "../../../contracts/libraries/Matrix.sol";
import {RiskArray} from "../../../contracts/libraries/RiskArray.sol";
import {SettableSource} from "../../../contracts/mocks/SettableSource.sol";
import {InstrumentId} from "../../../contracts/types/InstrumentId.sol";
import {StrikeWord} from "../../../contracts/types/StrikeWord.sol";
import {NO_UNDERLYINGS, UnderlyingSet} from "../../../contracts/types/UnderlyingSet.sol";
import {Options} from "../../fixtures/Options.sol";
import {LISTED_VOLATILITY, still} from "../../fixtures/StillRange.sol";

/// @notice What tests of the series look at: rows of single strikes, cached words, and what they would be without a cache.
abstract contract SeriesFixture is Options {
    using Matrix for Snapshot;

    /// @dev Storage slot of the mapping from a strike to its two words; `SeriesEpochTest` counts the writes to it.
    uint256 internal constant ARRAYS_SLOT = 7;
    /// @dev An underlying without surface, once `listSol` was called.
    uint8 internal constant SOL = 3;
    SettableSource internal solSource;

    function listSol() internal {
        listMarket();
        series.setRiskTerms(SOL, defaultTerms());
    }

    /// @dev SOL without risk terms.
    function listMarket() internal {
        solSource = new SettableSource();
        solSource.set(100e18);
        RiskParameters memory risk = still(80_000, 5_000, 500_000, 100_000);
        markets.list(
            "SOL",
            address(solSource),
            9,
            true,
            1e15,
            LISTED_VOLATILITY,
            risk,
            Limits(1e10, 0, 2e6, 1_000_000e6)
        );
    }

    /* INSTRUMENTS */

    function only(InstrumentId instrument) internal pure returns (InstrumentId[] memory one) {
        one = new InstrumentId[](1);
        one[0] = instrument;
    }

    function setOf(uint8 underlying) internal pure returns (UnderlyingSet) {
        return NO_UNDERLYINGS.with(underlying);
    }

    function sourceOf(uint8 underlying) internal view returns (SettableSource) {
        if (underlying == SOL) return solSource;
        return underlying == BTC ? btcSource : ethSource;
    }

    /// @dev A surface of `underlying` made now.
    function post(uint8 underlying, ExpiryQuote[] memory quotes) internal {
        surfaces.setSurface(underlying, block.timestamp, 1e8 ether, quotes);
    }

    /* ROWS */

    function look(InstrumentId instrument) internal view returns (Snapshot memory) {
        return series.snapshot(setOf(uint8(instrument.underlying())), only(instrument));
    }

    function touch(InstrumentId instrument) internal returns (Snapshot memory) {
        return series.touch(setOf(uint8(instrument.underlying())), only(instrument));
    }

    function markOf(InstrumentId instrument) internal view returns (uint256) {
        return look(instrument).optionMark(instrument);
    }

    function expiryRow(InstrumentId instrument) internal view returns (Expiry memory) {
        return look(instrument).expiries[0];
    }

    function marketOf(uint8 underlying) internal view returns (Market memory) {
        return markets.snapshot(setOf(underlying)).markets[0];
    }

    function chainOf(uint8 underlying) internal view returns (ChainRow memory) {
        return series.snapshot(setOf(underlying), new InstrumentId[](0)).chains[0];
    }

    function gapOf(InstrumentId instrument) internal view returns (uint256) {
        return StrikeWord.wrap(wordsOf(look(instrument))[0]).gapRate();
    }

    /// @dev Lane `k` of a strike as a read would use it now.
    function laneOf(InstrumentId instrument, uint256 k) internal view returns (int256) {
        Snapshot memory m = look(instrument);
        return RiskArray.laneOf(wordsOf(m)[1], wordsOf(m)[2], k);
    }

    /// @dev Epoch number in force now, stored or not: the tag that a read returns.
    function epochNow(InstrumentId option) internal view returns (uint256) {
        return RiskArray.tagOf(wordsOf(look(option))[2]);
    }

    /* CACHE */

    function slotOf(InstrumentId instrument) internal pure returns (bytes32) {
        return keccak256(abi.encode(uint256(InstrumentId.unwrap(instrument) >> 8), ARRAYS_SLOT));
    }

    function cachedWords(InstrumentId instrument) internal view returns (uint256 low, uint256 high) {
        bytes32 slot = slotOf(instrument);
        low = uint256(vm.load(address(series), slot));
        high = uint256(vm.load(address(series), bytes32(uint256(slot) + 1)));
    }

    function storeWords(InstrumentId instrument, uint256 low, uint256 high) internal {
        bytes32 slot = slotOf(instrument);
        vm.store(address(series), slot, bytes32(low));
        vm.store(address(series), bytes32(uint256(slot) + 1), bytes32(high));
    }

    /// @dev What `snapshot` returns when nothing is cached. The cache is left as it was.
    function computed(UnderlyingSet set, InstrumentId[] memory ids) internal returns (Snapshot memory market) {
        (uint256[] memory lows, uint256[] memory highs) = (new uint256[](ids.length), new uint256[](ids.length));
        for (uint256 i; i < ids.length; ++i) (lows[i], highs[i]) = cachedWords(ids[i]);
        for (uint256 i; i < ids.length; ++i) storeWords(ids[i], 0, 0);
        market = series.snapshot(set, ids);
        for (uint256 i; i < ids.length; ++i) storeWords(ids[i], lows[i], highs[i]);
    }

    function assertSame(Snapshot memory a, Snapshot memory b, string memory message) internal pure {
        assertEq(a.strikes, b.strikes, string.concat(message, ": strikes"));
        assertEq(keccak256(abi.encode(a)), keccak256(abi.encode(b)), string.concat(message, ": rows"));
    }

    /* SETTLEMENT */

    /// @dev The round of a source in force at `time`.
    function roundAt(uint8 underlying, uint256 time) internal view returns (uint256 id) {
        SettableSource source = sourceOf(underlying);
        (uint256 next, , uint256 since) = source.next(0, 0);
        while (next != 0 && since <= time) {
            id = next;
            (next, , since) = source.next(id, 0);
        }
    }

    /// @dev Averages the window of an expiry as far as `rounds` rounds reach, from its start if it has not begun.
    function average(uint8 underlying, uint40 expiry, uint256 rounds) internal {
        settlement.average(underlying, expiry, roundAt(underlying, expiry - 30 minutes), rounds);
    }
}
