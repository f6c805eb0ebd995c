// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IAggregatorBounds, IAggregatorProxy} from "../interfaces/external/IAggregatorV3.sol";

/// @notice A Chainlink feed, proxy and aggregator in one, whose answers are pushed. For tests and the local demo.
contract MockAggregator is IAggregatorProxy, IAggregatorBounds {
    error NotPusher(address caller, address pusher);

    /// @dev One slot, so that a push writes once: 14 + 5 + 5 + 4 + 4 bytes.
    struct Round {
        int112 answer;
        uint40 startedAt;
        uint40 updatedAt;
        uint32 id;
        uint32 answeredIn;
    }

    /// @notice Who may push; zero: anyone.
    address public immutable PUSHER;
    uint8 private immutable DECIMALS;
    int192 private immutable MIN_ANSWER;
    int192 private immutable MAX_ANSWER;
    Round private _round;

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
        _round = Round(SafeCast.toInt112(answer), now_, now_, id, id);
    }

    /// @notice Any round, also an impossible one.
    function setRound(Round calldata round) external onlyPusher {
        _round = round;
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
        Round memory round = _round;
        return (round.id, round.answer, round.startedAt, round.updatedAt, round.answeredIn);
    }
}
