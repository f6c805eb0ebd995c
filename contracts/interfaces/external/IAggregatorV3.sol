// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @notice The part of a Chainlink data feed that a price source reads.
interface IAggregatorV3 {
    /// @notice Decimals of every answer.
    function decimals() external view returns (uint8);

    /// @notice The newest round. A sequencer uptime feed answers 0 (up) or 1 (down), since `startedAt`.
    function latestRoundData()
        external
        view
        returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound);

    /// @notice Any round. One that does not exist reverts or has `updatedAt` 0.
    /// @param roundId Of a proxy: phase << 64 | round of the aggregator of that phase.
    function getRoundData(
        uint80 roundId
    ) external view returns (uint80 id, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound);
}

/// @notice A feed's stable address, in front of the aggregator that writes it now.
interface IAggregatorProxy is IAggregatorV3 {
    function aggregator() external view returns (address);
}

/// @notice The range outside which older aggregators do not move their answer. Newer ones have none.
interface IAggregatorBounds {
    function minAnswer() external view returns (int192);

    function maxAnswer() external view returns (int192);
}
