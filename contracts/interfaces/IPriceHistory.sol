// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @title Price history
/// @notice All past prices of a source, one round after another, so that an average over a window can leave none out.
/// @dev A usable round's price is in force from its `since` until that of the next usable one; a round without usable answer
/// (at or beyond the bounds, or carried over) changes nothing. To average from a time t on, start with `first(id, t)` for an
/// id that it accepts and walk with `next`: rounds up to t weigh nothing, so every start leads to the same average.
/// @dev `since` is never in the future. It does not fall within a phase; where it falls at a change of phase, the round takes
/// over at once. A round not told yet will have a `since` of then or later, except the first ones of a new phase.
interface IPriceHistory {
    /// @notice The feed has no round `id`, or does not tell it.
    error UnknownRound(uint256 id);
    /// @notice The feed tells its latest round, but not `id`, which comes before.
    error RoundMissing(uint256 id, uint256 latest);
    /// @notice `id` has no usable answer, or `since` is after `time` or before `earliest`, or the next round is a usable one
    /// by `time` too. Pass the last usable round between.
    error NotFirst(uint256 id, uint256 since, uint256 time, uint256 earliest);
    /// @notice `id` is the last round of its phase, and `hint` not the one after it. Pass the first round of `phase`
    /// (round >> 64) that is later than `since`; if there is none, the last one of that phase.
    error WrongHint(uint256 id, uint256 hint, uint256 phase, uint256 since);
    /// @notice The feed has changed phase, but the old one may still get a round after `id`. Retry at `overAt`.
    error PhaseNotOver(uint256 id, uint256 overAt);
    /// @notice None of `count` rounds up to `id` has a usable answer.
    error TooManyUnusable(uint256 id, uint256 count);

    /// @notice Reverts with `UnknownRound` unless the round exists.
    /// @return price USD per unit, 18 decimals; 0 if the answer is unusable.
    /// @return since Unix second from which it is in force.
    function round(uint256 id) external view returns (uint256 price, uint256 since);

    /// @notice As `round`, for a round from which to walk on from `time`. Reverts with `NotFirst` for one that is not usable,
    /// later than `time`, so much older that the feed may have been elsewhere meanwhile, or followed by a usable one by then:
    /// nobody can make a walk long by an early start.
    function first(uint256 id, uint256 time) external view returns (uint256 price, uint256 since);

    /// @notice The first usable round after `id`.
    /// @param hint Read only where the source cannot find the round itself, and verified; see `WrongHint`.
    /// @return nextId 0: there is none yet. @return price USD per unit, 18 decimals, not 0. @return since As of `round`.
    function next(uint256 id, uint256 hint) external view returns (uint256 nextId, uint256 price, uint256 since);
}
