// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {StrikeWord, strikeWord, GAP_UNIT, MAX_GAP} from "../types/StrikeWord.sol";
import {SurfaceWord} from "../types/SurfaceWord.sol";
import {Black76} from "./Black76.sol";
import {Essvi, Slice} from "./Essvi.sol";
import {FixedPoint, WAD} from "./FixedPoint.sol";
import {Parameters} from "./Parameters.sol";
import {Nodes, RiskArray, StrikeTerms} from "./RiskArray.sol";

/// @dev Seconds before expiry over which the final price is averaged.
uint256 constant SETTLEMENT_WINDOW = 30 minutes;

/// @notice How far the settlement window has been averaged. @param averaged done * average, USD per unit, 18 decimals.
/// @param rest Seconds of the window not averaged yet: SETTLEMENT_WINDOW before it begins, 0 when it is complete.
struct Progress {
    uint256 averaged;
    uint256 rest;
}

/// @notice One moment's prices of an expiry. @param forward Of what still moves, per unit of it. @param discount WAD.
/// @param logShift ln(forward / surface forward), WAD. @param variance Part of the surface's variance that is left, WAD.
struct Moment {
    uint256 forward;
    uint256 discount;
    int256 logShift;
    uint256 variance;
}

/// @notice Everything that the strikes of one expiry share. @param surfaceForward Forward when the surface was made.
/// @param kinked, smooth The two bounds of the gap rate, see `gapBounds`.
/// @param up, down Factors of the total deviation in the lanes. @param spot Reference spot S0.
struct MaturityTerms {
    Slice smile;
    uint256 surfaceForward;
    Progress progress;
    Moment now_;
    Moment atEpoch;
    uint256 kinked;
    uint256 smooth;
    uint256 up;
    uint256 down;
    uint256 spot;
}

/// @notice Prices of the strikes of one expiry: marks at live spot, risk arrays at the epoch's.
/// @dev The volatility of a strike sticks to the strike until the next surface; variance, carry and discount run off linearly
/// in time. Inside the settlement window an option on the blend done * average + (1 - done) * spot is (1 - done) options on
/// spot with strike (K - done * average) / (1 - done), so that one formula serves before, inside and after it.
library Maturity {
    /// @dev 1 / sqrt(2 pi), WAD.
    uint256 private constant DENSITY_0 = 0.398942280401432678e18;
    /// @dev ln(F / K) of a strike at or below 0.
    int256 private constant FAR = 64e18;

    /// @notice Prices of an expiry `tau` seconds before it, `life` seconds after which the surface sees it.
    /// @dev R-41: ratio, discount and forward toward 0. tau <= life, life > 0.
    function momentAt(
        SurfaceWord word,
        uint256 spot,
        uint256 tau,
        uint256 life,
        uint256 surfaceForward
    ) internal pure returns (Moment memory m) {
        int256 carry = (int256(word.forwardRatio()) - int256(WAD)) * int256(tau);
        // Below 2^88 as spot is, so that marks fit their field; parity holds with the forward as it is cut.
        m.forward = FixedPointMathLib.min(
            (spot * uint256(int256(WAD) + carry / int256(life))) / WAD,
            Parameters.MAX_PRICE
        );
        m.discount = WAD - ((WAD - word.discount()) * tau) / life;
        m.variance = (WAD * tau) / life;
        m.logShift = _log(m.forward, surfaceForward);
    }

    /// @notice Bounds of the gap rate p (spec M-12): one in GAP_UNIT, at most MAX_GAP, and one times the deviation of a strike.
    /// @dev p = D F / S * min(range / 24, range^2 / 288 * phi(0) / ((1 - range) * deviation in the down lanes)), with the part of
    /// the forward that moves: a convex value between two nodes range / 6 apart lies below its chord by no more. R-42: up;
    /// to round up twice, as here, is to round up once.
    function gapBounds(
        uint256 discountedMoving,
        uint256 spot,
        uint256 range,
        uint256 down
    ) internal pure returns (uint256 kinked, uint256 smooth) {
        uint256 size = FixedPoint.mulDivUp(discountedMoving, WAD, spot);
        kinked = FixedPointMathLib.min(FixedPoint.mulDivUp(size, range, 24 * WAD * GAP_UNIT), MAX_GAP);
        smooth = FixedPoint.mulDivUp(size * range, range * DENSITY_0, 288 * WAD * WAD * (WAD - range));
        smooth = (down == 0 ? type(uint128).max : FixedPoint.mulDivUp(smooth, WAD, down)) * (WAD / GAP_UNIT);
    }

    /// @notice Mark and gap rate of a strike now, and the log strike that `array` needs. @param strike USD, 18 decimals, > 0.
    function quote(
        MaturityTerms memory m,
        uint256 key,
        uint256 strike
    ) internal pure returns (StrikeWord word, int256 logStrike, uint256 variance) {
        // Variance below 2^68, deviations below 2^65, prices below 2^88, shares of the window below 2^11: all products fit.
        unchecked {
            logStrike = _log(strike, m.surfaceForward);
            variance = Essvi.totalVariance(m.smile, logStrike);
            uint256 deviation = Essvi.deviation((variance * m.now_.variance) / WAD);
            (uint256 shifted, int256 x) = _shifted(m.progress, m.now_, strike, logStrike);
            uint256 rest = m.progress.rest;
            uint256 value;
            if (rest != 0) {
                value = Black76.call(m.now_.forward, shifted, x, deviation);
                if (rest != SETTLEMENT_WINDOW) value = (value * rest) / SETTLEMENT_WINDOW;
            }
            if (m.progress.averaged > strike) value += m.progress.averaged - strike;
            uint256 gap = m.kinked;
            if (deviation != 0) gap = FixedPointMathLib.min(gap, FixedPointMathLib.divUp(m.smooth, deviation));
            word = strikeWord(key, Black76.discounted(value, m.now_.discount), gap);
        }
    }

    /// @notice Risk array of a strike in the epoch, tag 0.
    function array(
        MaturityTerms memory m,
        Nodes memory nodes,
        uint256 strike,
        int256 logStrike,
        uint256 variance
    ) internal pure returns (uint256 low, uint256 high) {
        uint256 deviation = Essvi.deviation((variance * m.atEpoch.variance) / WAD);
        (uint256 shifted, int256 x) = _shifted(m.progress, m.atEpoch, strike, logStrike);
        StrikeTerms memory terms = StrikeTerms({
            spot: m.spot,
            forward: m.atEpoch.forward,
            strike: shifted,
            discount: (m.atEpoch.discount * m.progress.rest) / SETTLEMENT_WINDOW,
            logMoneyness: x,
            deviation: deviation,
            deviationUp: (deviation * m.up) / WAD,
            deviationDown: (deviation * m.down) / WAD
        });
        return RiskArray.compute(terms, nodes);
    }

    /// @dev Strike of the part that still moves, and ln(forward / that).
    function _shifted(
        Progress memory progress,
        Moment memory moment,
        uint256 strike,
        int256 logStrike
    ) private pure returns (uint256, int256) {
        uint256 rest = progress.rest;
        if (rest == SETTLEMENT_WINDOW) return (strike, moment.logShift - logStrike);
        if (rest == 0 || strike <= progress.averaged) return (0, FAR);
        uint256 shifted = ((strike - progress.averaged) * SETTLEMENT_WINDOW) / rest;
        return (shifted, _log(moment.forward, shifted));
    }

    /// @dev ln(a / b), WAD; the quotient toward 0, at least 1 unit. a < 2^98, b > 0.
    function _log(uint256 a, uint256 b) private pure returns (int256) {
        unchecked {
            return FixedPointMathLib.lnWad(int256(FixedPointMathLib.max((a * WAD) / b, 1)));
        }
    }
}
