// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {TailWord} from "../types/TailWord.sol";
import {IMatrix} from "./IMatrix.sol";
import {ISeries} from "./ISeries.sol";

/// @title Tails
/// @notice The matrix of `ISeries` with what the tail modes know of each underlying: probabilities of the 17 price nodes as
/// option prices imply them and as history posts them.
/// @dev Implied caps are a pure function of the surface and the scan range, cached one slot per underlying and epoch. Historical
/// ones come from a quorum of signers, bounded per day; maintenance margin follows them by at most 2 % an hour. Old probabilities
/// raise the floor until the mode measures as Portfolio.
interface ITails is IMatrix {
    /// @notice Implied caps of an epoch were computed and stored.
    event ImpliedCached(uint8 indexed underlying, uint256 epoch, uint256 caps);
    /// @notice History of `timestamp` was taken. @param posted Caps in force in initial margin. @param base Caps of maintenance
    /// margin at this moment. @param offset That history supports, millionths.
    event HistorySet(uint8 indexed underlying, uint256 timestamp, uint256 posted, uint256 base, uint256 offset);

    /// @notice The history was made for another scan range than that of now.
    error ScanRangeMoved(uint256 quoted, uint256 current);
    /// @notice History must be newer than that taken before.
    error HistoryNotNewer(uint256 timestamp, uint256 last);

    /// @notice Takes posted caps, each bounded relative to the last one per day. Only the history feed.
    /// @param timestamp When they were made, at most now. @param scanRange The nodes they belong to, WAD, at most 5 % from that of now.
    /// @param caps 17 x 13 bits, see `TailWord`. @param quotedOffset That the correlations support, millionths; the one in force follows
    /// by at most OFFSET_STEP an hour.
    function setHistory(
        uint8 underlying,
        uint256 timestamp,
        uint256 scanRange,
        uint256 caps,
        uint256 quotedOffset
    ) external;

    /// @notice What was posted, with its time, and the base of maintenance margin, with the time since which it rises.
    function history(uint8 underlying) external view returns (TailWord posted, TailWord base);

    /// @notice The offset in force, millionths: the least of the governed one and the one that history supports.
    function offset(uint8 underlying) external view returns (uint256);

    /// @notice Implied caps as stored, with the number of their epoch.
    function cached(uint8 underlying) external view returns (TailWord);

    function series() external view returns (ISeries);
}
