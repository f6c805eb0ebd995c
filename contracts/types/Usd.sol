// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @dev Signed US dollars of the settlement token, 18 decimals. A type of its own, so that the compiler refuses to add it
/// to a token amount, a price or a number of lots.
type Usd is int256;

using {add as +, sub as -, neg as -, lt as <, lte as <=, gt as >, gte as >=, eq as ==, neq as !=, raw} for Usd global;

/// @dev No dollars.
Usd constant ZERO_USD = Usd.wrap(0);

function add(Usd a, Usd b) pure returns (Usd) {
    return Usd.wrap(Usd.unwrap(a) + Usd.unwrap(b));
}

function sub(Usd a, Usd b) pure returns (Usd) {
    return Usd.wrap(Usd.unwrap(a) - Usd.unwrap(b));
}

function neg(Usd a) pure returns (Usd) {
    return Usd.wrap(-Usd.unwrap(a));
}

function lt(Usd a, Usd b) pure returns (bool) {
    return Usd.unwrap(a) < Usd.unwrap(b);
}

function lte(Usd a, Usd b) pure returns (bool) {
    return Usd.unwrap(a) <= Usd.unwrap(b);
}

function gt(Usd a, Usd b) pure returns (bool) {
    return Usd.unwrap(a) > Usd.unwrap(b);
}

function gte(Usd a, Usd b) pure returns (bool) {
    return Usd.unwrap(a) >= Usd.unwrap(b);
}

function eq(Usd a, Usd b) pure returns (bool) {
    return Usd.unwrap(a) == Usd.unwrap(b);
}

function neq(Usd a, Usd b) pure returns (bool) {
    return Usd.unwrap(a) != Usd.unwrap(b);
}

/// @dev The number of 1e-18 dollars: for mulDiv and for events of other systems.
function raw(Usd a) pure returns (int256) {
    return Usd.unwrap(a);
}

function minUsd(Usd a, Usd b) pure returns (Usd) {
    return a < b ? a : b;
}

function maxUsd(Usd a, Usd b) pure returns (Usd) {
    return a > b ? a : b;
}
