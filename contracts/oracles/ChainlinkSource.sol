// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IAggregatorBounds, IAggregatorProxy, IAggregatorV3} from "../interfaces/external/IAggregatorV3.sol";
import {IPriceSource, Reading} from "../interfaces/IPriceSource.sol";
import {FixedPoint, WAD} from "../libraries/FixedPoint.sol";
import {Parameters} from "../libraries/Parameters.sol";
import {SafeRead} from "../libraries/SafeRead.sol";

/// @notice How to read one Chainlink feed.
/// @param feed The proxy of the USD feed.
/// @param sequencer Uptime feed of the rollup's sequencer; zero where there is none.
/// @param stalenessSeconds Age at which an answer is no longer used: the feed's heartbeat plus five minutes.
/// @param graceSeconds How long a sequencer must be up again before new risk; 0 without a sequencer.
/// @param confidence WAD fraction: how far the price may move before the feed answers again (its deviation threshold).
/// @param minAnswer, maxAnswer In the feed's decimals; answers at or beyond them are rejected. Both 0: ask the aggregator.
struct ChainlinkConfig {
    IAggregatorV3 feed;
    IAggregatorV3 sequencer;
    uint256 stalenessSeconds;
    uint256 graceSeconds;
    uint256 confidence;
    int256 minAnswer;
    int256 maxAnswer;
}

/// @title Chainlink source
/// @notice One Chainlink feed as a price interval: answer +- the deviation threshold.
/// @dev While the sequencer is down, back for less than the grace period, or its feed unreadable, the reading is not
/// `live` but keeps its spot: users who could not transact must not face new risk at a price they could not answer, yet
/// valuation and liquidation go on. Without a price the protocol would fall back on one that is older still.
/// @dev The bounds are those of the aggregator at construction. If Chainlink moves them, deploy a new source.
contract ChainlinkSource is IPriceSource {
    /// @notice `target` does not answer as a Chainlink feed.
    error FeedNotReadable(address target);
    /// @notice The feed has more decimals than prices of this protocol.
    error TooManyDecimals(uint256 decimals, uint256 maximum);
    /// @notice The aggregator behind `feed` tells no bounds; give them.
    error BoundsUnavailable(address feed);
    /// @notice Bounds must satisfy 0 <= minAnswer < maxAnswer.
    error InvalidBounds(int256 minAnswer, int256 maxAnswer);
    error InvalidStaleness(uint256 stalenessSeconds, uint256 maximum);
    /// @notice A sequencer needs a grace period between 1 and `maximum`; no sequencer, none.
    error InvalidGrace(uint256 graceSeconds, uint256 maximum);
    error InvalidConfidence(uint256 confidence, uint256 maximum);

    /// @dev Gas of one read of the feed (about 25,000 through Chainlink's proxy, all cold) and of the uptime feed.
    uint256 internal constant FEED_GAS = 35_000;
    uint256 internal constant SEQUENCER_GAS = 25_000;
    /// @dev Heartbeats are at most two days.
    uint256 internal constant MAX_STALENESS = 3 days;
    uint256 internal constant MAX_GRACE = 1 days;
    uint256 internal constant MAX_CONFIDENCE = 0.05e18;

    IAggregatorV3 public immutable FEED;
    IAggregatorV3 public immutable SEQUENCER;
    uint256 public immutable STALENESS_SECONDS;
    uint256 public immutable GRACE_SECONDS;
    uint256 public immutable CONFIDENCE;
    /// @notice Answers are usable strictly between these.
    int256 public immutable MIN_ANSWER;
    int256 public immutable MAX_ANSWER;
    /// @notice 18-decimal USD per unit of the answer.
    uint256 public immutable SCALE;

    constructor(ChainlinkConfig memory config) {
        if (config.stalenessSeconds == 0 || config.stalenessSeconds > MAX_STALENESS) {
            revert InvalidStaleness(config.stalenessSeconds, MAX_STALENESS);
        }
        if (config.confidence > MAX_CONFIDENCE) revert InvalidConfidence(config.confidence, MAX_CONFIDENCE);
        FEED = config.feed;
        SEQUENCER = config.sequencer;
        STALENESS_SECONDS = config.stalenessSeconds;
        GRACE_SECONDS = config.graceSeconds;
        CONFIDENCE = config.confidence;
        SCALE = _scale(config.feed);
        (MIN_ANSWER, MAX_ANSWER) = _bounds(config);
        _requireReadable(config.feed);
        _requireSequencer(config);
    }

    /// @inheritdoc IPriceSource
    function read() external view returns (Reading memory r) {
        // Both calls at once, so that a dear answer of the feed cannot leave too little for the sequencer.
        SafeRead.requireGas(_hasSequencer() ? FEED_GAS + SEQUENCER_GAS + 5_000 : FEED_GAS);
        (bool ok, uint256[5] memory round) = _latestRound(FEED, FEED_GAS);
        if (!ok || !_isUsable(round)) return r;
        r.spot = round[1] * SCALE;
        r.low = FixedPoint.mulDivDown(r.spot, WAD - CONFIDENCE, WAD); // down: wider
        r.high = FixedPoint.mulDivUp(r.spot, WAD + CONFIDENCE, WAD); // up: wider
        r.publishedAt = round[3];
        r.live = !_hasSequencer() || _isSequencerUp();
    }

    /// @dev round = (roundId, answer, startedAt, updatedAt, answeredInRound). An answer carried over from an earlier round
    /// is as old as that round, whatever `updatedAt` says.
    function _isUsable(uint256[5] memory round) private view returns (bool) {
        int256 answer = int256(round[1]); // the word of an int256
        if (answer <= MIN_ANSWER || answer >= MAX_ANSWER) return false;
        if (round[0] == 0 || round[4] < round[0]) return false;
        return round[3] != 0 && round[3] <= block.timestamp && block.timestamp - round[3] <= STALENESS_SECONDS;
    }

    /// @dev startedAt 0 marks an uptime feed without data.
    function _isSequencerUp() private view returns (bool) {
        (bool ok, uint256[5] memory round) = _latestRound(SEQUENCER, SEQUENCER_GAS);
        if (!ok || round[1] != 0 || round[2] == 0 || round[2] > block.timestamp) return false;
        return block.timestamp - round[2] >= GRACE_SECONDS;
    }

    function _hasSequencer() private view returns (bool) {
        return address(SEQUENCER) != address(0);
    }

    function _latestRound(IAggregatorV3 feed, uint256 gasLimit) private view returns (bool, uint256[5] memory) {
        return SafeRead.words(address(feed), abi.encodeCall(IAggregatorV3.latestRoundData, ()), gasLimit, 5);
    }

    /* CONSTRUCTION */

    function _scale(IAggregatorV3 feed) private view returns (uint256) {
        (bool ok, uint256 decimals) = _word(address(feed), abi.encodeCall(IAggregatorV3.decimals, ()));
        if (!ok) revert FeedNotReadable(address(feed));
        if (decimals > 18) revert TooManyDecimals(decimals, 18);
        return 10 ** (18 - decimals);
    }

    /// @dev The upper bound is lowered to the largest price of the protocol, so that the product in `read` fits.
    function _bounds(ChainlinkConfig memory config) private view returns (int256 least, int256 most) {
        (least, most) = (config.minAnswer, config.maxAnswer);
        if (least == 0 && most == 0) (least, most) = _aggregatorBounds(config.feed);
        if (least < 0 || least >= most) revert InvalidBounds(least, most);
        int256 limit = int256(Parameters.MAX_PRICE / SCALE); // below 2^88
        if (most > limit) most = limit;
    }

    function _aggregatorBounds(IAggregatorV3 feed) private view returns (int256, int256) {
        (bool ok, uint256 aggregator) = _word(address(feed), abi.encodeCall(IAggregatorProxy.aggregator, ()));
        address target = address(uint160(aggregator)); // the word of an address
        (bool okMin, uint256 least) = _word(target, abi.encodeCall(IAggregatorBounds.minAnswer, ()));
        (bool okMax, uint256 most) = _word(target, abi.encodeCall(IAggregatorBounds.maxAnswer, ()));
        if (!ok || !okMin || !okMax) revert BoundsUnavailable(address(feed));
        return (int256(least), int256(most)); // words of int192
    }

    function _requireSequencer(ChainlinkConfig memory config) private view {
        bool inRange = config.graceSeconds != 0 && config.graceSeconds <= MAX_GRACE;
        if (_hasSequencer() ? !inRange : config.graceSeconds != 0) revert InvalidGrace(config.graceSeconds, MAX_GRACE);
        if (_hasSequencer()) _requireReadable(config.sequencer);
    }

    function _requireReadable(IAggregatorV3 feed) private view {
        (bool ok, ) = _latestRound(feed, FEED_GAS);
        if (!ok) revert FeedNotReadable(address(feed));
    }

    function _word(address target, bytes memory query) private view returns (bool ok, uint256 word) {
        uint256[5] memory w;
        (ok, w) = SafeRead.words(target, query, FEED_GAS, 1);
        word = w[0];
    }
}
