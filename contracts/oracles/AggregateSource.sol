// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IPriceHistory} from "../interfaces/IPriceHistory.sol";
import {IPriceSource, Reading} from "../interfaces/IPriceSource.sol";
import {SafeRead} from "../libraries/SafeRead.sol";

/// @title Aggregate source
/// @notice The median of up to five price sources, inside the hull of their intervals.
/// @dev Of three or more sources the hull ends 5 % from the median: one that lies moves neither end further.
/// @dev A dead source (spot 0) is left out; with all dead the reading is empty. Spot is the median of the others, of an
/// even number the mean of the middle two, rounded down. `publishedAt` is the oldest. `live` iff at least `QUORUM` sources
/// are live: losing sources stops new risk, and the last one left still serves valuation and liquidation.
/// @dev Sources share the gas of one read evenly, so one that burns its share takes nothing from the others.
/// @dev The history is that of the first source, which must have one where final prices are needed: medians of the past
/// could be had only from rounds of all sources, and whoever submits them could leave some out.
contract AggregateSource is IPriceSource, IPriceHistory {
    error InvalidSourceCount(uint256 count, uint256 maximum);
    /// @notice The quorum must be between 1 and the number of sources.
    error InvalidQuorum(uint256 quorum, uint256 count);
    error DuplicateSource(address source);
    /// @notice `source` gives no price within `gasLimit`: it is dead, or too dear for this many sources.
    error SourceNotUsable(address source, uint256 gasLimit);

    uint256 internal constant MAX_SOURCES = 5;
    /// @dev 1 / 5 %.
    uint256 internal constant MAX_REACH = 20;
    /// @dev Of the 250,000 gas that `SafeRead` gives: the rest covers the calls (1/32 and 5,000 for the last one) and the
    /// median.
    uint256 internal constant SHARED_GAS = 220_000;

    uint256 public immutable COUNT;
    uint256 public immutable QUORUM;
    /// @notice Gas of each source.
    uint256 public immutable SOURCE_GAS;
    address private immutable SOURCE_0;
    address private immutable SOURCE_1;
    address private immutable SOURCE_2;
    address private immutable SOURCE_3;
    address private immutable SOURCE_4;

    /// @param sources_ Distinct, each giving a price now: the gas they need does not depend on their data.
    constructor(address[] memory sources_, uint256 quorum) {
        uint256 count = sources_.length;
        if (count == 0 || count > MAX_SOURCES) revert InvalidSourceCount(count, MAX_SOURCES);
        if (quorum == 0 || quorum > count) revert InvalidQuorum(quorum, count);
        COUNT = count;
        QUORUM = quorum;
        SOURCE_GAS = SHARED_GAS / count; // down: within the total
        _requireUsable(sources_, SHARED_GAS / count);
        SOURCE_0 = sources_[0];
        SOURCE_1 = count > 1 ? sources_[1] : address(0);
        SOURCE_2 = count > 2 ? sources_[2] : address(0);
        SOURCE_3 = count > 3 ? sources_[3] : address(0);
        SOURCE_4 = count > 4 ? sources_[4] : address(0);
    }

    /// @inheritdoc IPriceSource
    function read() external view returns (Reading memory r) {
        uint256[] memory spots = new uint256[](COUNT);
        uint256 valid;
        uint256 live;
        for (uint256 i; i < COUNT; ++i) {
            Reading memory one = SafeRead.read(source(i), SOURCE_GAS);
            if (one.spot == 0) continue;
            if (valid == 0 || one.low < r.low) r.low = one.low;
            if (one.high > r.high) r.high = one.high;
            if (valid == 0 || one.publishedAt < r.publishedAt) r.publishedAt = one.publishedAt;
            if (one.live) ++live;
            _insert(spots, valid++, one.spot);
        }
        if (valid == 0) return r;
        r.spot = (spots[(valid - 1) / 2] + spots[valid / 2]) / 2; // down; both are the middle one for an odd number
        r.live = live >= QUORUM;
        if (valid > 2) _clip(r); // nobody can say which of two is wrong
    }

    /// @inheritdoc IPriceHistory
    function round(uint256 id) external view returns (uint256 price, uint256 since) {
        return IPriceHistory(SOURCE_0).round(id);
    }

    /// @inheritdoc IPriceHistory
    function first(uint256 id, uint256 time) external view returns (uint256 price, uint256 since) {
        return IPriceHistory(SOURCE_0).first(id, time);
    }

    /// @inheritdoc IPriceHistory
    function next(uint256 id, uint256 hint) external view returns (uint256 nextId, uint256 price, uint256 since) {
        return IPriceHistory(SOURCE_0).next(id, hint);
    }

    /// @notice The source at `index` < `COUNT`; zero beyond.
    function source(uint256 index) public view returns (address) {
        if (index == 0) return SOURCE_0;
        if (index == 1) return SOURCE_1;
        if (index == 2) return SOURCE_2;
        if (index == 3) return SOURCE_3;
        return index == 4 ? SOURCE_4 : address(0);
    }

    /// @dev Both ends at most 5 % from the median.
    function _clip(Reading memory r) private pure {
        uint256 reach = r.spot / MAX_REACH; // R-28: down, the narrower band
        if (r.low < r.spot - reach) r.low = r.spot - reach;
        if (r.high > r.spot + reach) r.high = r.spot + reach;
    }

    /// @dev Puts `spot` into the ascending first `length` entries of `spots`.
    function _insert(uint256[] memory spots, uint256 length, uint256 spot) private pure {
        uint256 i = length;
        for (; i > 0 && spots[i - 1] > spot; --i) spots[i] = spots[i - 1];
        spots[i] = spot;
    }

    function _requireUsable(address[] memory sources_, uint256 gasLimit) private view {
        for (uint256 i; i < sources_.length; ++i) {
            for (uint256 j; j < i; ++j) {
                if (sources_[j] == sources_[i]) revert DuplicateSource(sources_[i]);
            }
            if (SafeRead.read(sources_[i], gasLimit).spot == 0) revert SourceNotUsable(sources_[i], gasLimit);
        }
    }
}
