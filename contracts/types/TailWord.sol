// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {NODES} from "../libraries/RiskArray.sol";

/// @dev Probabilities of the 17 price nodes as far as expected shortfall needs them. Node n = 0..16, ascending in price, has 13
/// bits from 13 n on: its *cap* min(1, p_n / alpha) in units of 1/8191, alpha the tail. Above, 35 bits that depend on where the
/// word is: the floor in units of 1e-9 in a snapshot, a time or an epoch in storage. 0: there are no probabilities.
type TailWord is uint256;

using {cap, above, isEmptyTail} for TailWord global;

/// @dev A cap of 1.
uint256 constant FULL_CAP = 8191;
/// @dev A floor of 1.
uint256 constant FULL_FLOOR = 1e9;
uint256 constant CAP_BITS = 13;
uint256 constant TAIL_BITS = CAP_BITS * NODES;

/// @param caps Below 2^221. @param high Below 2^35.
function tailWord(uint256 caps, uint256 high) pure returns (TailWord) {
    return TailWord.wrap((high << TAIL_BITS) | caps);
}

/// @dev Cap of node `n`, units of 1/8191.
function cap(TailWord word, uint256 n) pure returns (uint256) {
    return (TailWord.unwrap(word) >> (CAP_BITS * n)) & FULL_CAP;
}

/// @dev The 35 bits above the caps.
function above(TailWord word) pure returns (uint256) {
    return TailWord.unwrap(word) >> TAIL_BITS;
}

function isEmptyTail(TailWord word) pure returns (bool) {
    return TailWord.unwrap(word) == 0;
}

/// @dev The caps alone, as `tailWord` takes them.
function capsOf(TailWord word) pure returns (uint256) {
    return TailWord.unwrap(word) & ((1 << TAIL_BITS) - 1);
}
