// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IAggregatorBounds, IAggregatorProxy} from "../interfaces/external/IAggregatorV3.sol";

/// @notice A Chainlink feed, proxy and aggregator in one, whose answers are pushed. For tests and the local demo.
contract MockAggregator is IAggregatorProxy, IAggregatorBounds {
    error NotPusher(address caller, address pusher);

    /// @dev One slot, so that a push writes the latest round and its copy in the history: 12 + 5 + 5 + 4 + 4 + 2 bytes.
    struct Round {
        int96 answer;
        uint40 startedAt;
        uint40 updatedAt;
        uint32 id;
        uint32 answeredIn;
        uint16 phase;
    }

    /// @notice Who may push; zero: anyone.
    address public immutable PUSHER;
    uint8 private immutable DECIMALS;
    int192 private immutable MIN_ANSWER;
    int192 private immutable MAX_ANSWER;
    Round private _round;
    mapping(uint80 id => Round round) private _history;

    modifier onlyPusher() {
        if (PUSHER != address(0) && msg.sender != PUSHER) revert NotPusher(msg.sender, PUSHER);
        _;
    }

    constructor(uint8 decimals_, int192 minAnswer_, int192 maxAnswer_, address pusher) {
        PUSHER = pusher;
        DECIMALS = decimals_;
        MIN_ANSWER = minAnswer_;
        MAX_ANSWER = maxAnswer_;
    }

    /// @notice A new round with `answer`, now. As an uptime feed: 0 = up from now on, 1 = down.
    function push(int256 answer) external onlyPusher {
        uint40 now_ = uint40(block.timestamp);
        uint32 id = _round.id + 1;
        _write(Round(SafeCast.toInt96(answer), now_, now_, id, id, _round.phase));
    }

    /// @notice Any round, also an impossible one, as the latest.
    function setRound(Round calldata round) external onlyPusher {
        _write(round);
    }

    /// @notice Any round, also an impossible one, in the history alone: as of an aggregator that the proxy has left.
    function record(Round calldata round) external onlyPusher {
        _history[_idOf(round.phase, round.id)] = round;
    }

    /// @notice As if the proxy changed to a new aggregator: the next push is round 1 of the next phase.
    function startPhase() external onlyPusher {
        uint16 phase = _round.phase + 1;
        delete _round;
        _round.phase = phase;
    }

    /// @inheritdoc IAggregatorProxy
    function aggregator() external view returns (address) {
        return address(this);
    }

    function decimals() external view returns (uint8) {
        return DECIMALS;
    }

    function minAnswer() external view returns (int192) {
        return MIN_ANSWER;
    }

    function maxAnswer() external view returns (int192) {
        return MAX_ANSWER;
    }

    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        return _words(_round);
    }

    /// @notice Zeros, but for the id, where there is no such round.
    function getRoundData(uint80 id) external view returns (uint80, int256, uint256, uint256, uint80) {
        Round memory round = _history[id];
        (round.phase, round.id) = (uint16(id >> 64), uint32(id)); // what `_idOf` put there
        return _words(round);
    }

    function _write(Round memory round) private {
        _round = round;
        _history[_idOf(round.phase, round.id)] = round;
    }

    function _words(Round memory round) private pure returns (uint80, int256, uint256, uint256, uint80) {
        uint80 id = _idOf(round.phase, round.id);
        return (id, round.answer, round.startedAt, round.updatedAt, _idOf(round.phase, round.answeredIn));
    }

    function _idOf(uint16 phase, uint32 id) private pure returns (uint80) {
        return (uint80(phase) << 64) | id;
    }
}
