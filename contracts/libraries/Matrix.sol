// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {LibBytes} from "solady/src/utils/LibBytes.sol";
import {InstrumentId, Kind} from "../types/InstrumentId.sol";
import {StrikeWord} from "../types/StrikeWord.sol";
import {Expiry, Snapshot} from "../interfaces/IMarkets.sol";
import {IMarginEngine} from "../interfaces/IMarginEngine.sol";
import {Listing} from "./Listing.sol";
import {WAD} from "./FixedPoint.sol";

/// @notice Looks things up in a snapshot. For one instrument; whoever needs many merges sorted lists as `Book` does.
library Matrix {
    /// @notice Mark of an option, USD per unit, 18 decimals. Reverts when the snapshot has no row of it.
    function optionMark(Snapshot memory market, InstrumentId instrument) internal pure returns (uint256) {
        Expiry memory expiry = expiryOf(market, instrument);
        uint256 key = InstrumentId.unwrap(instrument) >> 8;
        for (uint256 i; i < market.strikes.length; i += 96) {
            StrikeWord word = StrikeWord.wrap(uint256(LibBytes.load(market.strikes, i)));
            if (word.strikeKey() != key) continue;
            if (instrument.kind() == Kind.Call) return word.callMark();
            int256 difference = parity(instrument.strike(), expiry.discount, expiry.discountedForward);
            return uint256(int256(word.callMark()) + difference);
        }
        revert IMarginEngine.MissingSeries(instrument);
    }

    function expiryOf(Snapshot memory market, InstrumentId instrument) internal pure returns (Expiry memory) {
        for (uint256 i; i < market.expiries.length; ++i) {
            if (market.expiries[i].key == instrument.series()) return market.expiries[i];
        }
        revert IMarginEngine.MissingSeries(instrument);
    }

    /// @notice Put less call: what of the discounted strike lies above the discounted forward.
    /// @dev R-45: the discounted strike up, so that a put is never worth less than 0. A call is worth D * max(F - K, 0) at least.
    /// @param strike 8 decimals.
    function parity(uint64 strike, uint256 discount, uint256 discountedForward) internal pure returns (int256) {
        // 2^64 * 2^34 * 2^60: nothing overflows.
        unchecked {
            return int256((strike * Listing.STRIKE_UNIT * discount + WAD - 1) / WAD) - int256(discountedForward);
        }
    }
}
