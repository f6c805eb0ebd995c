// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {UnderlyingRisk} from "../../contracts/interfaces/IMarginEngine.sol";
import {LANES, Scenarios} from "../../contracts/libraries/Scenarios.sol";
import {Position} from "../../contracts/types/Position.sol";
import {Revaluation} from "../fixtures/Revaluation.sol";

/// @dev INV-10 from the cached words to the account's lanes.
contract MeasuresLanesTest is Revaluation {
    int256 private constant RANGE = 0.065e18;

    /// @dev Each lane is at most the exact profit in that scenario, by at most a unit of 2^-15 of spot per lot, its weight
    /// included; whatever the strike, expiry, volatility, sign and size.
    function testFuzz_INV10_lanesNeverFavourTheAccount(uint256 seed, uint256 volatility) public {
        list(BTC, bound(volatility, 0.1e18, 3e18));
        _requireBelow(_book(seed));
    }

    /// @dev The same in the last day and inside the settlement window, where a lane is a kink.
    function testFuzz_INV10_lanesNeverFavourTheAccountAtTheEnd(uint256 seed, uint256 left) public {
        left = bound(left, 1 minutes, 24 hours);
        vm.warp(expiryOf[0] - left);
        if (left < 30 minutes) settlement.average(BTC, expiryOf[0], 2, 10);
        btcSource.set(40_300e18);
        list(BTC, 0.7e18);
        _requireBelow(_book(seed));
    }

    /// @dev One strike, call or put, within or far beyond the range.
    function _book(uint256 seed) private view returns (Position[] memory) {
        Shape memory s = btcShape();
        s.near = seed % EXPIRIES;
        s.lots = int128(int256(1 + ((seed >> 16) % 2 ** 40) / 2));
        if ((seed >> 8) & 1 == 0) s.lots = -s.lots;
        s.centre = (20_000 + ((seed >> 64) % 60_000)) * 1e18;
        return book(s, (seed >> 12) & 1 == 0 ? bytes("C4n1") : bytes("P4n1"));
    }

    function _requireBelow(Position[] memory p) private view {
        Holding[] memory all = holdingsOf(p);
        (, UnderlyingRisk memory risk) = audit(p);
        int256 tolerance = slack(all) + 1e15;
        for (uint256 k; k < LANES; ++k) {
            int256 exact = -lossAt(all, _move(k), k < 26 && k % 2 == 1 ? 0 : RISE) / _inverseWeight(k);
            int256 lane = risk.pnl54[k] / 1e36;
            assertLe(lane, exact + tolerance, "INV-10: a lane favours the account");
            assertGe(lane + laneUnits(p) + tolerance, exact, "INV-10: by more than a unit");
        }
    }

    /// @dev Sixths of the range, then -2, +2, -4 and +4 ranges.
    function _move(uint256 k) private pure returns (int256) {
        if (k < 26) return ((int256(k / 2) - 6) * RANGE) / 6;
        return (k % 2 == 0 ? int256(-1) : int256(1)) * (k < 28 ? 2 * RANGE : 4 * RANGE);
    }

    function _inverseWeight(uint256 k) private pure returns (int256) {
        if (k < 26) return 1;
        return k < 28 ? int256(2) : int256(4);
    }

    /// @dev A put's lanes are the call's less those of the discounted forward, to the last digit; so a put and a forward are
    /// a call.
    function testFuzz_put_isTheCallLessTheForward(uint256 seed, bool isShort) public view {
        Shape memory s = btcShape();
        s.near = seed % EXPIRIES;
        s.lots = int128(int256(1 + ((seed >> 16) % 1_000_000))) * (isShort ? int128(-1) : int128(1));
        s.centre = (20_000 + ((seed >> 64) % 60_000)) * 1e18;
        Position[] memory p = book(s, "P4n1");
        (, UnderlyingRisk memory call_) = audit(book(s, "C4n1"));
        (, UnderlyingRisk memory put_) = audit(p);
        int256 forward36 = s.lots * int256(uint256(BTC_LOT)) * int256(matrixOf(p).expiries[0].discountedMoving);
        int256[LANES] memory moves = Scenarios.ladder(uint256(RANGE));
        for (uint256 k; k < LANES; ++k) {
            assertEq(put_.pnl54[k], call_.pnl54[k] - forward36 * moves[k]);
        }
        assertApproxEqAbs((call_.delta - put_.delta).raw(), forward36 / 1e18, 2, "delta");
    }
}
