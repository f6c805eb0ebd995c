// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Assessment, Portfolio} from "../../../contracts/interfaces/IMarginEngine.sol";
import {Market, Snapshot} from "../../../contracts/interfaces/IMarkets.sol";
import {InstrumentId} from "../../../contracts/types/InstrumentId.sol";
import {NO_UNDERLYINGS, UnderlyingSet} from "../../../contracts/types/UnderlyingSet.sol";
import {World} from "./World.sol";

/// @notice INV-4 over everything that can happen: who becomes unhealthy, became so by price, surface, funding, expiry, a ramp or
/// time.
/// @dev Health is a function of an account's vector and of the market matrix, so that each can be held as it was.
abstract contract Causes is World {
    /// @dev Everybody at one moment. @param causes Digest of what may hurt: equal before and after a step that may not.
    struct Moment {
        Snapshot market;
        Portfolio[] vectors;
        bool[] isHealthy;
        bytes32 causes;
    }

    /// @notice One step of the world.
    function act(uint256 seed) external {
        Moment memory b = _moment(new Portfolio[](0));
        _step(seed);
        _claimCauses(b, _moment(b.vectors));
    }

    /// @param earlier Vectors that are to be measured in this market too: what they hold may be settled by now.
    function _moment(Portfolio[] memory earlier) private view returns (Moment memory m) {
        m.vectors = new Portfolio[](all.length);
        m.isHealthy = new bool[](all.length);
        for (uint256 i; i < all.length; ++i) m.vectors[i] = clearinghouse.portfolio(all[i]);
        InstrumentId[] memory held = new InstrumentId[](_count(m.vectors) + _count(earlier));
        _list(earlier, held, _list(m.vectors, held, 0));
        m.market = clearinghouse.matrix(UnderlyingSet.wrap(6), held);
        for (uint256 i; i < all.length; ++i) {
            m.isHealthy[i] = _isHealthy(m.vectors[i], m.market);
        }
        m.causes = _causes(m.market);
    }

    function _count(Portfolio[] memory vectors) private pure returns (uint256 positions) {
        for (uint256 i; i < vectors.length; ++i) positions += vectors[i].positions.length;
    }

    /// @dev What the vectors hold, from `next` on. @return The end.
    function _list(
        Portfolio[] memory vectors,
        InstrumentId[] memory held,
        uint256 next
    ) private pure returns (uint256) {
        for (uint256 i; i < vectors.length; ++i) {
            for (uint256 j; j < vectors[i].positions.length; ++j) {
                held[next++] = vectors[i].positions[j].instrument();
            }
        }
        return next;
    }

    function _isHealthy(Portfolio memory vector, Snapshot memory market) private view returns (bool) {
        Assessment memory a = engine.assess(vector, market, NO_UNDERLYINGS);
        return a.equity.raw() >= a.maintenance.raw();
    }

    /// @dev Time, prices, funding, surfaces, settlement averages, parameters that act at once, and the offset that history supports,
    /// which moves in small steps.
    /// PSR_M is not here: between two samples nothing may move it.
    function _causes(Snapshot memory market) private view returns (bytes32 digest) {
        digest = bytes32(block.timestamp);
        for (uint8 u = BTC; u <= ETH; ++u) {
            Market memory row = market.markets[u - 1];
            digest = keccak256(abi.encode(digest, row.spot, row.perpetualMark, row.fundingIndex, tails.offset(u)));
            digest = keccak256(abi.encode(digest, row.epsilon, row.linearRelief, row.haircut, series.riskTerms(u)));
            uint40[] memory expiries = series.expiries(u);
            for (uint256 i; i < expiries.length; ++i) {
                digest = keccak256(abi.encode(digest, series.surface(u, expiries[i])));
            }
        }
        for (uint256 i; i < dated.length; ++i) {
            (uint256 sum, ) = settlement.progress(uint8(dated[i].underlying()), dated[i].expiry());
            if (sum != 0) digest = keccak256(abi.encode(digest, dated[i], sum));
        }
    }

    /// @dev The old vector in the new market is unhealthy too: it is not what the step did to the account. And it is healthy where
    /// only what is no cause is new.
    function _claimCauses(Moment memory b, Moment memory a) private {
        bool isStill = b.causes == a.causes;
        for (uint256 i; i < b.market.markets.length; ++i) {
            _claimRamp(b.market.markets[i], a.market.markets[i]);
            uint256 offset = a.market.chains[i].terms.offset;
            bool isGoverned = offset == series.riskTerms(uint8(i + 1)).offset;
            bool isSmall = isGoverned || offset + 4_000 >= b.market.chains[i].terms.offset;
            _claim(4, isSmall, "the offset of maintenance jumped");
        }
        _keepCauses(b.market, a.market);
        for (uint256 i; i < all.length; ++i) {
            if (!b.isHealthy[i] || a.isHealthy[i]) continue;
            calls[isStill ? bytes32("hurt") : bytes32("turned")]++;
            _claim(4, !isStill, "an action alone hurt an account");
            _claim(4, !_isHealthy(b.vectors[i], a.market), "what an action did to an account hurt it");
            _claim(4, _isHealthy(b.vectors[i], b.market), "something that is no cause hurt an account");
        }
    }

    /// @dev D-4. PSR_M rises by at most 2 % in a step, which is at most one sample.
    function _claimRamp(Market memory b, Market memory a) private {
        if (a.spot != b.spot) return; // a sample that is due is taken at the price of then
        uint256 most = ((b.scanRange - b.epsilon) * 102) / 100;
        _claim(4, a.scanRange - a.epsilon <= most, "the ramp of maintenance jumped");
    }

    /// @dev `market` stays as it was, but for everything in it that is no cause.
    function _keepCauses(Snapshot memory market, Snapshot memory later) private pure {
        for (uint256 i; i < market.markets.length; ++i) {
            (Market memory m, Market memory l) = (market.markets[i], later.markets[i]);
            (m.ema, m.targetRange) = (l.ema, l.targetRange);
            (m.openInterest, m.openInterestCap, m.slotCharge) = (l.openInterest, l.openInterestCap, l.slotCharge);
            (m.deficitLimit, m.stressGap, m.reduceOnly) = (l.deficitLimit, l.stressGap, l.reduceOnly);
            market.chains[i].depth = later.chains[i].depth;
            market.chains[i].fresh = later.chains[i].fresh;
        }
    }
}
