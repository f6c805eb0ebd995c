// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IAggregatorBounds, IAggregatorProxy, IAggregatorV3} from "../interfaces/external/IAggregatorV3.sol";
import {IPriceHistory} from "../interfaces/IPriceHistory.sol";
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
/// @dev History. A proxy numbers rounds phase << 64 | round of that phase's aggregator. A walk stays with an aggregator while
/// it is written, also after the proxy left it, since nothing on chain tells when that was: once it is silent for longer
/// than `STALENESS_SECONDS` the walk goes on in the next phase that has rounds.
contract ChainlinkSource is IPriceSource, IPriceHistory {
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
    /// @dev How long a feed may be silent beyond `STALENESS_SECONDS` before a window and still start its average. Between
    /// phases a proxy can come back to an aggregator that it left long ago, whose last price then is none.
    uint256 internal constant MAX_OUTAGE = 1 days;
    /// @dev Bounds the loops over rounds without usable answer and over phases without rounds.
    uint256 internal constant MAX_SKIPPED = 1000;
    uint256 internal constant MAX_EMPTY_PHASES = 16;

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
        (bool ok, uint256[5] memory w) = _latestRound(FEED, FEED_GAS);
        if (!ok || !_isFresh(w[3])) return r;
        r.spot = _priceOf(w);
        if (r.spot == 0) return r;
        r.low = FixedPoint.mulDivDown(r.spot, WAD - CONFIDENCE, WAD); // down: wider
        r.high = FixedPoint.mulDivUp(r.spot, WAD + CONFIDENCE, WAD); // up: wider
        r.publishedAt = w[3];
        r.live = !_hasSequencer() || _isSequencerUp();
    }

    /// @inheritdoc IPriceHistory
    function round(uint256 id) external view returns (uint256 price, uint256 since) {
        uint256[5] memory r = _requireRound(id);
        return (_priceOf(r), r[3]);
    }

    /// @inheritdoc IPriceHistory
    function first(uint256 id, uint256 time) external view returns (uint256 price, uint256 since) {
        uint256[5] memory r = _requireRound(id);
        (price, since) = (_priceOf(r), r[3]);
        uint256 reach = STALENESS_SECONDS + MAX_OUTAGE;
        uint256 earliest = time < reach ? 0 : time - reach;
        if (price == 0 || since > time || since < earliest || _isUsableBy(id + 1, time)) {
            revert NotFirst(id, since, time, earliest);
        }
    }

    /// @inheritdoc IPriceHistory
    function next(uint256 id, uint256 hint) external view returns (uint256 nextId, uint256 price, uint256 since) {
        if (id > type(uint80).max) revert UnknownRound(id);
        for (uint256 i; i < MAX_SKIPPED; ++i) {
            (bool ok, uint256[5] memory r) = _roundAt(id + 1);
            if (!ok) (ok, r) = _acrossPhases(id, hint);
            if (!ok) return (0, 0, 0);
            price = _priceOf(r);
            if (price != 0) return (r[0], price, r[3]);
            id = r[0];
        }
        revert TooManyUnusable(id, MAX_SKIPPED);
    }

    /// @dev The round after `id`, which is the last one told of its phase; without `ok` there is none yet.
    function _acrossPhases(uint256 id, uint256 hint) private view returns (bool ok, uint256[5] memory r) {
        (ok, r) = _latestRound(FEED, FEED_GAS);
        if (!ok) revert FeedNotReadable(address(FEED));
        if (r[0] == id) return (false, r);
        uint256 newest = r[0] >> 64;
        if (newest <= id >> 64) revert RoundMissing(id + 1, r[0]);
        uint256 since = _requireRound(id)[3];
        if (_isFresh(since)) revert PhaseNotOver(id, since + STALENESS_SECONDS + 1);
        uint256 phase = (id >> 64) + 1;
        uint256 end = phase + MAX_EMPTY_PHASES;
        while (phase < newest && phase < end && !_hasRound((phase << 64) + 1)) ++phase;
        if (phase == newest && r[3] <= since) return (false, r);
        (ok, r) = _roundAt(hint);
        bool follows = ok && hint >> 64 == phase;
        follows = follows && (r[3] > since ? _isFirstAfter(hint, since) : phase < newest && !_hasRound(hint + 1));
        if (!follows) revert WrongHint(id, hint, phase, since);
    }

    /// @dev Whether no round before `id` in its phase is later than `since`: times do not fall within a phase.
    function _isFirstAfter(uint256 id, uint256 since) private view returns (bool) {
        if (uint64(id) == 1) return true;
        (bool ok, uint256[5] memory r) = _roundAt(id - 1);
        return ok && r[3] <= since;
    }

    function _isUsableBy(uint256 id, uint256 time) private view returns (bool) {
        (bool ok, uint256[5] memory r) = _roundAt(id);
        return ok && r[3] <= time && _priceOf(r) != 0;
    }

    function _hasRound(uint256 id) private view returns (bool ok) {
        (ok, ) = _roundAt(id);
    }

    function _requireRound(uint256 id) private view returns (uint256[5] memory) {
        (bool ok, uint256[5] memory r) = _roundAt(id);
        if (!ok) revert UnknownRound(id);
        return r;
    }

    /// @dev `ok` iff the feed tells round `id` with a time that is not in the future.
    function _roundAt(uint256 id) private view returns (bool ok, uint256[5] memory r) {
        if (id > type(uint80).max) return (false, r);
        bytes memory query = abi.encodeCall(IAggregatorV3.getRoundData, (uint80(id))); // checked above
        (ok, r) = SafeRead.words(address(FEED), query, FEED_GAS, 5);
        ok = ok && r[0] == id && r[3] != 0 && r[3] <= block.timestamp;
    }

    /// @dev r = (roundId, answer, startedAt, updatedAt, answeredInRound). 0 for an unusable answer: one carried over from an
    /// earlier round is as old as that round, whatever `updatedAt` says.
    function _priceOf(uint256[5] memory r) private view returns (uint256) {
        int256 answer = int256(r[1]); // the word of an int256
        if (answer <= MIN_ANSWER || answer >= MAX_ANSWER || r[0] == 0 || r[4] < r[0]) return 0;
        return r[1] * SCALE; // positive, at most Parameters.MAX_PRICE
    }

    function _isFresh(uint256 updatedAt) private view returns (bool) {
        return updatedAt != 0 && updatedAt <= block.timestamp && block.timestamp - updatedAt <= STALENESS_SECONDS;
    }

    /// @dev startedAt 0 marks an uptime feed without data.
    function _isSequencerUp() private view returns (bool) {
        (bool ok, uint256[5] memory r) = _latestRound(SEQUENCER, SEQUENCER_GAS);
        if (!ok || r[1] != 0 || r[2] == 0 || r[2] > block.timestamp) return false;
        return block.timestamp - r[2] >= GRACE_SECONDS;
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
