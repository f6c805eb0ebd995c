// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IPyth} from "@pythnetwork/pyth-sdk-solidity/IPyth.sol";
import {IPriceSource, Reading} from "../interfaces/IPriceSource.sol";
import {FixedPoint, WAD} from "../libraries/FixedPoint.sol";
import {Parameters} from "../libraries/Parameters.sol";
import {SafeRead} from "../libraries/SafeRead.sol";

/// @notice How to read one Pyth price.
/// @param priceId Pyth's id of the USD price.
/// @param maxAgeSeconds Age at which a price is no longer used.
/// @param confidenceMultiple WAD: half the interval per unit of Pyth's confidence, which is about one standard error.
/// @param maxWidth WAD fraction of the price: a wider half-interval is not `live`.
struct PythConfig {
    IPyth pyth;
    bytes32 priceId;
    uint256 maxAgeSeconds;
    uint256 confidenceMultiple;
    uint256 maxWidth;
}

/// @title Pyth source
/// @notice One Pyth price as an interval: price +- a multiple of its confidence.
/// @dev A wide interval (publishers disagree) is not `live` but keeps its spot: it says honestly how little is known, and
/// the protocol's fallback, the last stored price widened with age, knows less. One that reaches zero says nothing: spot 0.
/// @dev Publishers' clocks run ahead of block time by some seconds, and anyone may post such a price. Rejecting it would let
/// anyone make the price dead for a block; so a lead of up to `MAX_LEAD` counts as now.
contract PythSource is IPriceSource {
    /// @notice `pyth` has no price `priceId`; post one first.
    error PriceNotReadable(address pyth, bytes32 priceId);
    error InvalidMaxAge(uint256 maxAgeSeconds, uint256 maximum);
    error InvalidConfidenceMultiple(uint256 confidenceMultiple, uint256 minimum, uint256 maximum);
    error InvalidMaxWidth(uint256 maxWidth, uint256 maximum);

    /// @dev Gas of one read: about 15,000 through Pyth's proxy, all cold.
    uint256 internal constant PYTH_GAS = 35_000;
    uint256 internal constant MAX_LEAD = 10 seconds;
    uint256 internal constant MAX_AGE_LIMIT = 1 hours;
    uint256 internal constant MIN_MULTIPLE = 1e18;
    uint256 internal constant MAX_MULTIPLE = 10e18;
    uint256 internal constant MAX_WIDTH_LIMIT = 0.1e18;

    IPyth public immutable PYTH;
    bytes32 public immutable PRICE_ID;
    uint256 public immutable MAX_AGE_SECONDS;
    uint256 public immutable CONFIDENCE_MULTIPLE;
    uint256 public immutable MAX_WIDTH;

    constructor(PythConfig memory config) {
        if (config.maxAgeSeconds == 0 || config.maxAgeSeconds > MAX_AGE_LIMIT) {
            revert InvalidMaxAge(config.maxAgeSeconds, MAX_AGE_LIMIT);
        }
        if (config.confidenceMultiple < MIN_MULTIPLE || config.confidenceMultiple > MAX_MULTIPLE) {
            revert InvalidConfidenceMultiple(config.confidenceMultiple, MIN_MULTIPLE, MAX_MULTIPLE);
        }
        if (config.maxWidth == 0 || config.maxWidth > MAX_WIDTH_LIMIT) {
            revert InvalidMaxWidth(config.maxWidth, MAX_WIDTH_LIMIT);
        }
        PYTH = config.pyth;
        PRICE_ID = config.priceId;
        MAX_AGE_SECONDS = config.maxAgeSeconds;
        CONFIDENCE_MULTIPLE = config.confidenceMultiple;
        MAX_WIDTH = config.maxWidth;
        (bool ok, ) = _price();
        if (!ok) revert PriceNotReadable(address(config.pyth), config.priceId);
    }

    /// @inheritdoc IPriceSource
    function read() external view returns (Reading memory r) {
        (bool ok, uint256[5] memory price) = _price();
        if (!ok || !_isFresh(price[3])) return r;
        (uint256 spot, uint256 half) = _interval(int256(price[0]), price[1], int256(price[2])); // words of int64, int32
        if (half >= spot) return r;
        r.spot = spot;
        r.low = spot - half;
        r.high = spot + half;
        r.publishedAt = price[3] < block.timestamp ? price[3] : block.timestamp;
        r.live = half * WAD <= spot * MAX_WIDTH;
    }

    /// @dev Spot and half the interval, rounded up (wider); (0, 0) when the price is none. Pyth's exponents are -12 to 0:
    /// scaling to 18 decimals is exact, and an exponent that needs a division is not one of a price in USD.
    function _interval(
        int256 price,
        uint256 confidence,
        int256 exponent
    ) private view returns (uint256 spot, uint256 half) {
        bool sane = price > 0 && price <= type(int64).max && confidence <= type(uint64).max;
        if (!sane || exponent < -18 || exponent > 0) return (0, 0);
        uint256 scale = 10 ** uint256(18 + exponent); // 0 <= 18 + exponent <= 18
        spot = uint256(price) * scale; // positive, below 2^63 * 1e18
        if (spot > Parameters.MAX_PRICE) return (0, 0);
        half = FixedPoint.mulDivUp(confidence * scale, CONFIDENCE_MULTIPLE, WAD);
    }

    function _isFresh(uint256 publishedAt) private view returns (bool) {
        if (publishedAt > block.timestamp) return publishedAt - block.timestamp <= MAX_LEAD;
        return block.timestamp - publishedAt <= MAX_AGE_SECONDS;
    }

    /// @dev (price, confidence, exponent, publishTime).
    function _price() private view returns (bool, uint256[5] memory) {
        return SafeRead.words(address(PYTH), abi.encodeCall(IPyth.getPriceUnsafe, (PRICE_ID)), PYTH_GAS, 4);
    }
}
