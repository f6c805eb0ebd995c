// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {Black76} from "../libraries/Black76.sol";
import {Essvi, Slice} from "../libraries/Essvi.sol";
import {NormalCdf} from "../libraries/NormalCdf.sol";
import {LaneSums, Nodes, RiskArray, StrikeTerms, VolatilityShocks} from "../libraries/RiskArray.sol";
import {LANES} from "../libraries/Scenarios.sol";
import {packSurface, SurfaceWord} from "../types/SurfaceWord.sol";

/// @notice The option libraries as external calls, many inputs at once, for comparison with their twin in TypeScript.
contract OptionMath {
    /// @dev One option for `Black76`.
    struct Terms {
        uint256 forward;
        uint256 strike;
        int256 logMoneyness;
        uint256 deviation;
    }

    /// @dev The netted lots of a strike with its words.
    struct Leg {
        uint256 low;
        uint256 high;
        int256 lots;
    }

    function normalCdf(int256[] calldata x) external pure returns (uint256[] memory results) {
        results = new uint256[](x.length);
        for (uint256 i; i < x.length; ++i) {
            results[i] = NormalCdf.cdf(x[i]);
        }
    }

    function logarithm(int256[] calldata x) external pure returns (int256[] memory results) {
        results = new int256[](x.length);
        for (uint256 i; i < x.length; ++i) {
            results[i] = FixedPointMathLib.lnWad(x[i]);
        }
    }

    function squareRoot(uint256[] calldata x) external pure returns (uint256[] memory results) {
        results = new uint256[](x.length);
        for (uint256 i; i < x.length; ++i) {
            results[i] = FixedPointMathLib.sqrt(x[i]);
        }
    }

    /// @notice Call and put of each option.
    function prices(Terms[] calldata options) external pure returns (uint256[2][] memory results) {
        results = new uint256[2][](options.length);
        for (uint256 i; i < options.length; ++i) {
            (uint256 f, uint256 k, int256 x, uint256 s) = _unpacked(options[i]);
            results[i] = [Black76.call(f, k, x, s), Black76.put(f, k, x, s)];
        }
    }

    function discounted(uint256 value, uint256 discount) external pure returns (uint256) {
        return Black76.discounted(value, discount);
    }

    /// @notice Total variance, its root and the volatility for `tauSeconds` at each log strike.
    function smile(
        Slice calldata slice,
        int256[] calldata k,
        uint256 tauSeconds
    ) external pure returns (uint256[3][] memory results) {
        results = new uint256[3][](k.length);
        for (uint256 i; i < k.length; ++i) {
            uint256 variance = Essvi.totalVariance(slice, k[i]);
            results[i] = [variance, Essvi.deviation(variance), Essvi.volatility(variance, tauSeconds)];
        }
    }

    function requireSlice(Slice calldata slice) external pure {
        Essvi.requireSlice(slice);
    }

    function requireOrdered(Slice calldata near, Slice calldata far) external pure {
        Essvi.requireOrdered(near, far);
    }

    /// @notice The word of an expiry and what it gives back.
    function pack(
        Slice calldata slice,
        uint256 ratio,
        uint256 factor
    ) external pure returns (SurfaceWord word, Slice memory smileBack, uint256 ratioBack, uint256 factorBack) {
        word = packSurface(slice, ratio, factor);
        (smileBack, ratioBack, factorBack) = (word.slice(), word.forwardRatio(), word.discount());
    }

    function nodes(uint256 scanRange) external pure returns (Nodes memory) {
        return RiskArray.nodesOf(scanRange);
    }

    function deviationFactors(
        uint256 tauSeconds,
        VolatilityShocks calldata shocks
    ) external pure returns (uint256 up, uint256 down) {
        return RiskArray.deviationFactors(tauSeconds, shocks);
    }

    /// @notice The words of each strike, with a tag.
    function riskWords(
        StrikeTerms[] calldata strikes,
        uint256 scanRange,
        uint32 tag
    ) external pure returns (uint256[2][] memory words) {
        Nodes memory epoch = RiskArray.nodesOf(scanRange);
        words = new uint256[2][](strikes.length);
        for (uint256 i; i < strikes.length; ++i) {
            (uint256 low, uint256 high) = RiskArray.compute(strikes[i], epoch);
            words[i] = [low, RiskArray.tagged(high, tag)];
        }
    }

    /// @notice Profit and loss of the legs in each lane.
    function sumLanes(Leg[] calldata legs) external pure returns (int256[LANES] memory) {
        LaneSums memory sums;
        for (uint256 i; i < legs.length; ++i) {
            RiskArray.accumulate(sums, legs[i].low, legs[i].high, legs[i].lots);
        }
        return RiskArray.decode(sums);
    }

    function _unpacked(Terms calldata terms) private pure returns (uint256, uint256, int256, uint256) {
        return (terms.forward, terms.strike, terms.logMoneyness, terms.deviation);
    }
}
