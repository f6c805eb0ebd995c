// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {packSurface, SurfaceWord} from "../types/SurfaceWord.sol";
import {NO_UNDERLYINGS} from "../types/UnderlyingSet.sol";
import {Market} from "../interfaces/IMarkets.sol";
import {EpochState, ISeries} from "../interfaces/ISeries.sol";
import {ExpiryQuote, ISurfaces} from "../interfaces/ISurfaces.sol";
import {Slice} from "../libraries/Essvi.sol";
import {WAD} from "../libraries/FixedPoint.sol";
import {Listing} from "../libraries/Listing.sol";
import {Parameters} from "../libraries/Parameters.sol";
import {Budget, SurfaceStep} from "../libraries/SurfaceStep.sol";

/// @title Surfaces
contract Surfaces is ISurfaces, AccessManaged {
    ISeries private immutable SERIES;

    constructor(address authority, ISeries series_) AccessManaged(authority) {
        SERIES = series_;
    }

    /// @inheritdoc ISurfaces
    function setSurface(
        uint8 underlying,
        uint256 timestamp,
        uint256 depth,
        ExpiryQuote[] calldata quotes
    ) external restricted {
        (uint40[] memory expiries, SurfaceWord[] memory words) = _checked(quotes);
        _requireComplete(underlying, expiries);
        EpochState memory last = SERIES.epoch(underlying);
        uint256 part = WAD;
        if (last.number != 0)
            part = timestamp > last.surfaceAt ? _step(underlying, last, expiries, words, timestamp) : 0;
        emit SurfacePosted(underlying, timestamp, part);
        if (part != 0) SERIES.setSurface(underlying, timestamp, depth, expiries, words);
    }

    /// @inheritdoc ISurfaces
    function series() external view returns (ISeries) {
        return SERIES;
    }

    /// @dev The quotes as stored: on the grid, within bounds, free of arbitrage after rounding.
    function _checked(
        ExpiryQuote[] calldata quotes
    ) private view returns (uint40[] memory expiries, SurfaceWord[] memory words) {
        uint256 count = quotes.length;
        if (count == 0 || count > Parameters.MAX_EXPIRIES) revert TooManyExpiries(count, Parameters.MAX_EXPIRIES);
        expiries = new uint40[](count);
        words = new SurfaceWord[](count);
        uint256 previous = block.timestamp;
        for (uint256 i; i < count; ++i) {
            ExpiryQuote calldata q = quotes[i];
            Listing.requireExpiry(q.expiry, previous);
            Listing.requireCarry(q.expiry, q.forwardRatio, q.discount);
            previous = q.expiry;
            expiries[i] = q.expiry;
            words[i] = packSurface(Slice(q.theta, q.rho, q.psi), q.forwardRatio, q.discount);
        }
        Listing.requireNoArbitrage(words);
    }

    function _requireComplete(uint8 underlying, uint40[] memory expiries) private view {
        uint40[] memory listed = SERIES.expiries(underlying);
        uint256 index;
        for (uint256 i; i < listed.length; ++i) {
            if (listed[i] <= block.timestamp) continue;
            while (index < expiries.length && expiries[index] < listed[i]) ++index;
            if (index == expiries.length || expiries[index] != listed[i]) revert ExpiryMissing(listed[i]);
        }
    }

    /// @dev Moves `words` back towards the old ones as far as the budget demands.
    /// @return part Fraction of the way taken; 0 when the clamped surface would have arbitrage.
    function _step(
        uint8 underlying,
        EpochState memory last,
        uint40[] memory expiries,
        SurfaceWord[] memory words,
        uint256 timestamp
    ) private view returns (uint256 part) {
        Market memory m = SERIES.markets().snapshot(NO_UNDERLYINGS.with(underlying)).markets[0];
        uint256 shock = SERIES.riskTerms(underlying).volatilityUp * Parameters.TERM_UNIT;
        Budget memory b = SurfaceStep.budget(timestamp - last.surfaceAt, last.surfaceSpot, m.spot, shock);
        part = WAD;
        SurfaceWord[] memory olds = new SurfaceWord[](words.length);
        for (uint256 i; i < words.length; ++i) {
            olds[i] = SERIES.surface(underlying, expiries[i]);
            if (olds[i].isEmpty()) continue;
            (uint256 tau, uint256 life) = (expiries[i] - timestamp, expiries[i] - last.surfaceAt);
            uint256 allowed = SurfaceStep.fraction(olds[i], words[i], b, tau, life, int256(m.scanRange));
            part = FixedPointMathLib.min(part, allowed);
        }
        if (part == WAD) return part;
        for (uint256 i; i < words.length; ++i) {
            if (olds[i].isEmpty()) continue;
            (uint256 tau, uint256 life) = (expiries[i] - timestamp, expiries[i] - last.surfaceAt);
            words[i] = SurfaceStep.blend(olds[i], words[i], part, tau, life);
        }
        if (!Listing.isFreeOfArbitrage(words)) part = 0;
    }
}
