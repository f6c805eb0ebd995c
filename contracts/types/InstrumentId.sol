// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @dev underlying (16 bits) . expiry (40, unix seconds, 0 = none) . strike (64, USD with 8 decimals, 0 = none) . kind (8).
/// Sorts by underlying, expiry, strike, kind, so that the calls and puts of one strike are neighbours.
type InstrumentId is uint128;

using {sameInstrument as ==} for InstrumentId global;
using InstrumentIds for InstrumentId global;

/// @dev What one lot is. Spot is collateral in base units of its token; all others are derivatives in listed lots.
enum Kind {
    Spot,
    Perpetual,
    Future,
    Call,
    Put
}

/// @dev Reverts for a kind above Put; every other bit pattern is an instrument, listed or not.
function instrumentId(uint8 underlying_, uint40 expiry_, uint64 strike_, Kind kind_) pure returns (InstrumentId) {
    return
        InstrumentId.wrap(
            (uint128(underlying_) << 112) | (uint128(expiry_) << 72) | (uint128(strike_) << 8) | uint128(uint8(kind_))
        );
}

function spotOf(uint8 underlying_) pure returns (InstrumentId) {
    return instrumentId(underlying_, 0, 0, Kind.Spot);
}

function perpetualOf(uint8 underlying_) pure returns (InstrumentId) {
    return instrumentId(underlying_, 0, 0, Kind.Perpetual);
}

function sameInstrument(InstrumentId a, InstrumentId b) pure returns (bool) {
    return InstrumentId.unwrap(a) == InstrumentId.unwrap(b);
}

/// @dev Getters of an instrument id.
library InstrumentIds {
    function underlying(InstrumentId id) internal pure returns (uint16) {
        return uint16(InstrumentId.unwrap(id) >> 112);
    }

    function expiry(InstrumentId id) internal pure returns (uint40) {
        return uint40(InstrumentId.unwrap(id) >> 72);
    }

    function strike(InstrumentId id) internal pure returns (uint64) {
        return uint64(InstrumentId.unwrap(id) >> 8);
    }

    /// @dev underlying << 40 | expiry.
    function series(InstrumentId id) internal pure returns (uint256) {
        return InstrumentId.unwrap(id) >> 72;
    }

    /// @dev A future or an option: it has an expiry. Does not check that the kind exists.
    function isDated(InstrumentId id) internal pure returns (bool) {
        return uint8(InstrumentId.unwrap(id)) > uint8(Kind.Perpetual);
    }

    function kind(InstrumentId id) internal pure returns (Kind) {
        return Kind(uint8(InstrumentId.unwrap(id)));
    }
}
