// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {EpochState} from "../../contracts/interfaces/ISeries.sol";
import {ExpiryQuote, ISurfaces} from "../../contracts/interfaces/ISurfaces.sol";
import {Essvi, Slice} from "../../contracts/libraries/Essvi.sol";
import {packSurface, SurfaceWord} from "../../contracts/types/SurfaceWord.sol";
import {SeriesFixture} from "../unit/core/SeriesFixture.sol";

/// @dev The largest step of a surface: a quarter of VU an hour of each volatility, one point more per 1 % of spot. A surface
/// that wants more is taken part of the way, never refused.
contract SurfacesStepTest is SeriesFixture {
    /// @dev Of a volatility: words round to 1e-15 of variance, which is more near an expiry.
    uint256 private constant ROUNDING = 1e9;
    uint256 private constant QUOTED = 3;

    struct Words {
        SurfaceWord[QUOTED] words;
        EpochState state;
    }

    function setUp() public override {
        super.setUp();
        listSol();
    }

    /// @dev At the money and one scan range away on both sides, whatever was and is quoted.
    function testFuzz_setSurface_movesNoVolatilityBeyondItsBudget(
        uint256[2] memory volatilities,
        int256[2] memory rhos,
        uint256 elapsed,
        uint256 spot
    ) public {
        Words memory old = _first(volatilities[0], rhos[0]);
        _wait(elapsed, spot);
        post(SOL, _quotes(volatilities[1], rhos[1]));
        Words memory now_ = _stored();
        if (now_.state.number == old.state.number) return _assertUntouched(old, now_);
        uint256 move = _moveSince(old);
        uint256 time = now_.state.surfaceAt - old.state.surfaceAt;
        int256 width = int256(marketOf(SOL).scanRange);
        for (uint256 i; i < QUOTED; ++i) {
            for (int256 k = -width; k <= width; k += width) {
                uint256 before = _volatility(old, i, k);
                uint256 allowed = (before * 0.5e18 * time) / (4 hours * 1e18) + move;
                assertApproxEqAbs(_volatility(now_, i, k), before, allowed + ROUNDING, "beyond the budget");
            }
        }
    }

    /// @dev At the money each volatility lies between the old one and the quoted one.
    function testFuzz_setSurface_neverMovesAwayFromTheQuote(
        uint256[2] memory volatilities,
        int256 rho,
        uint256 elapsed,
        uint256 spot
    ) public {
        Words memory old = _first(volatilities[0], rho);
        _wait(elapsed, spot);
        ExpiryQuote[] memory quotes = _quotes(volatilities[1], rho);
        post(SOL, quotes);
        Words memory now_ = _stored();
        for (uint256 i; i < QUOTED && now_.state.number != old.state.number; ++i) {
            uint256 before = _volatility(old, i, 0);
            uint256 quoted = Essvi.volatility(quotes[i].theta, quotes[i].expiry - block.timestamp);
            uint256 volatility = _volatility(now_, i, 0);
            assertGe(volatility + ROUNDING, FixedPointMathLib.min(before, quoted), "below both");
            assertLe(volatility, FixedPointMathLib.max(before, quoted) + ROUNDING, "above both");
        }
    }

    /// @dev 0.25 % an hour, and a quarter of the move of spot.
    function testFuzz_setSurface_movesNoForwardBeyondItsBudget(
        int256[2] memory carries,
        uint256 elapsed,
        uint256 spot
    ) public {
        ExpiryQuote[] memory quotes = _quotes(0.8e18, 0);
        _carry(quotes, carries[0]);
        post(SOL, quotes);
        Words memory old = _stored();
        _wait(elapsed, spot);
        quotes = _quotes(0.8e18, 0);
        _carry(quotes, carries[1]);
        post(SOL, quotes);
        Words memory now_ = _stored();
        if (now_.state.number == old.state.number) return _assertUntouched(old, now_);
        uint256 time = now_.state.surfaceAt - old.state.surfaceAt;
        uint256 allowed = (0.0025e18 * time) / 1 hours + _moveSince(old) / 4;
        for (uint256 i; i < QUOTED; ++i) {
            uint256 before = old.words[i].forwardRatio();
            uint256 runOff = (FixedPointMathLib.dist(before, 1e18) * time) / (expiryOf[i + 1] - old.state.surfaceAt);
            assertApproxEqAbs(now_.words[i].forwardRatio(), before, allowed + runOff + 1e3, "beyond the budget");
        }
    }

    /// @dev What lies within the budget is stored as it was quoted, and the event says so.
    function testFuzz_setSurface_takesASmallStepWhole(uint256 volatility, uint256 elapsed, uint256 spot) public {
        Words memory old = _first(0.8e18, -0.3e18);
        _wait(bound(elapsed, 1 minutes, 1 days), spot);
        uint256 time = block.timestamp - old.state.surfaceAt;
        uint256 step = (0.09e18 * FixedPointMathLib.min(time, 4 hours)) / 1 hours; // of the 0.1 an hour of 0.8
        ExpiryQuote[] memory quotes = _quotes(bound(volatility, 0.8e18 - step, 0.8e18 + step), -0.3e18);
        vm.expectEmit(address(surfaces));
        emit ISurfaces.SurfacePosted(SOL, block.timestamp, 1e18);
        post(SOL, quotes);
        Words memory now_ = _stored();
        for (uint256 i; i < QUOTED; ++i) {
            Slice memory smile = Slice(quotes[i].theta, quotes[i].rho, quotes[i].psi);
            SurfaceWord whole = packSurface(smile, quotes[i].forwardRatio, quotes[i].discount);
            assertEq(SurfaceWord.unwrap(now_.words[i]), SurfaceWord.unwrap(whole), "as quoted");
        }
    }

    /// @dev Whatever part was taken, no conditions fail, neither butterflies nor calendars.
    function testFuzz_setSurface_storesNoArbitrage(
        uint256[2] memory volatilities,
        int256[2] memory rhos,
        uint256[3] memory elapsed
    ) public {
        _first(volatilities[0], rhos[0]);
        for (uint256 i; i < 3; ++i) {
            _wait(elapsed[i], 100e18);
            post(SOL, _quotes(volatilities[1], rhos[1]));
            Words memory now_ = _stored();
            for (uint256 j; j < QUOTED; ++j) {
                Essvi.requireSlice(now_.words[j].slice());
                if (j != 0) Essvi.requireOrdered(now_.words[j - 1].slice(), now_.words[j].slice());
            }
        }
    }

    /* HELPERS */

    function _first(uint256 volatility, int256 rho) private returns (Words memory) {
        vm.expectEmit(address(surfaces));
        emit ISurfaces.SurfacePosted(SOL, block.timestamp, 1e18); // never clamped
        post(SOL, _quotes(volatility, rho));
        return _stored();
    }

    function _quotes(uint256 volatility, int256 rho) private view returns (ExpiryQuote[] memory quotes) {
        quotes = new ExpiryQuote[](QUOTED);
        volatility = bound(volatility, 0.1e18, 3e18);
        rho = bound(rho, -0.9e18, 0.9e18);
        for (uint256 i; i < QUOTED; ++i) {
            quotes[i] = quoteOf(expiryOf[i + 1], volatility);
            quotes[i].rho = rho;
        }
    }

    function _carry(ExpiryQuote[] memory quotes, int256 rate) private view {
        rate = bound(rate, -0.3e18, 0.3e18);
        for (uint256 i; i < QUOTED; ++i) {
            int256 tau = int256(uint256(quotes[i].expiry)) - int256(block.timestamp);
            quotes[i].forwardRatio = uint256(1e18 + (rate * tau) / 365 days);
        }
    }

    function _wait(uint256 elapsed, uint256 spot) private {
        skip(bound(elapsed, 1, 1 days));
        solSource.set(bound(spot, 80e18, 120e18));
    }

    function _stored() private view returns (Words memory w) {
        w.state = series.epoch(SOL);
        for (uint256 i; i < QUOTED; ++i) w.words[i] = series.surface(SOL, expiryOf[i + 1]);
    }

    /// @dev Relative to spot when `old` was posted; the budget's rounding is toward 0.
    function _moveSince(Words memory old) private view returns (uint256) {
        return (FixedPointMathLib.dist(marketOf(SOL).spot, old.state.surfaceSpot) * 1e18) / old.state.surfaceSpot;
    }

    function _volatility(Words memory w, uint256 i, int256 k) private view returns (uint256) {
        uint256 life = expiryOf[i + 1] - w.state.surfaceAt;
        return Essvi.volatility(Essvi.totalVariance(w.words[i].slice(), k), life);
    }

    /// @dev A message whose clamped surface would have arbitrage: the old one stays, and ages.
    function _assertUntouched(Words memory old, Words memory now_) private pure {
        assertEq(keccak256(abi.encode(now_)), keccak256(abi.encode(old)), "nothing stored");
    }
}
