// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @dev What is known of a strike beside its risk array: (underlying, expiry, strike) 128 bits | value of a call 88 bits, USD
/// per unit, 18 decimals | gap rate 40 bits, 1e-12 of spot per long option (spec M-12). Sorts by instrument.
type StrikeWord is uint256;

using {strikeKey, callMark, gapRate} for StrikeWord global;

/// @dev WAD units per unit of the gap rate.
uint256 constant GAP_UNIT = 1e6;
uint256 constant MAX_GAP = (1 << 40) - 1;

/// @param key `InstrumentId >> 8`. @param mark Below 2^88. @param gap At most MAX_GAP.
function strikeWord(uint256 key, uint256 mark, uint256 gap) pure returns (StrikeWord) {
    return StrikeWord.wrap((key << 128) | (mark << 40) | gap);
}

/// @dev The instrument without its kind: `InstrumentId >> 8`.
function strikeKey(StrikeWord word) pure returns (uint256) {
    return StrikeWord.unwrap(word) >> 128;
}

/// @dev Discounted value of a call, USD per unit, 18 decimals.
function callMark(StrikeWord word) pure returns (uint256) {
    return (StrikeWord.unwrap(word) >> 40) & (type(uint128).max >> 40);
}

/// @dev WAD fraction of spot per long option.
function gapRate(StrikeWord word) pure returns (uint256) {
    return (StrikeWord.unwrap(word) & MAX_GAP) * GAP_UNIT;
}
