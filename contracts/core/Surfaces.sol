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
import {ScanRange} from "../libraries/ScanRange.sol";
import {Budget, SurfaceStep} from "../libraries/SurfaceStep.sol";

/// @title Surfaces
contract Surfaces is ISurfaces, AccessManaged {
    /// @dev From the surface of time `from` to the message of time `to`. @param width Of the log strikes looked at.
    struct Step {
        SurfaceWord[] olds;
        SurfaceWord[] quoted;
        uint256 from;
        uint256 to;
        int256 width;
        Budget budget;
    }

    /// @dev Away from the money a blend can go past its budget where the skew turns; one or two halvings bring it back.
    uint256 private constant MAX_HALVINGS = 8;
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
        if (part == 0) return;
        SERIES.setSurface(underlying, timestamp, depth, expiries, words);
        SERIES.markets().setImplied(underlying, ScanRange.implied(timestamp, expiries, words));
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
        Step memory s;
        s.budget = SurfaceStep.budget(timestamp - last.surfaceAt, last.surfaceSpot, m.spot, shock);
        (s.from, s.to, s.width) = (last.surfaceAt, timestamp, int256(m.scanRange));
        (s.olds, s.quoted) = (new SurfaceWord[](words.length), new SurfaceWord[](words.length));
        part = WAD;
        for (uint256 i; i < words.length; ++i) {
            (s.olds[i], s.quoted[i]) = (SERIES.surface(underlying, expiries[i]), words[i]);
            if (s.olds[i].isEmpty()) continue;
            (uint256 tau, uint256 life) = (expiries[i] - s.to, expiries[i] - s.from);
            uint256 allowed = SurfaceStep.fraction(s.olds[i], words[i], s.budget, tau, life, s.width);
            part = FixedPointMathLib.min(part, allowed);
        }
        if (part == WAD) return part;
        for (uint256 round; round < MAX_HALVINGS; ++round) {
            if (_blend(s, expiries, words, part)) return Listing.isFreeOfArbitrage(words) ? part : 0;
            part /= 2;
        }
        return 0;
    }

    /// @dev Sets `words` to `part` of the way. @return isIn No volatility has moved past its budget.
    function _blend(
        Step memory s,
        uint40[] memory expiries,
        SurfaceWord[] memory words,
        uint256 part
    ) private pure returns (bool isIn) {
        isIn = true;
        for (uint256 i; i < words.length; ++i) {
            if (s.olds[i].isEmpty()) continue;
            (uint256 tau, uint256 life) = (expiries[i] - s.to, expiries[i] - s.from);
            words[i] = SurfaceStep.blend(s.olds[i], s.quoted[i], part, tau, life);
            isIn = isIn && SurfaceStep.isWithin(s.olds[i], words[i], s.budget, tau, life, s.width);
        }
    }
}
