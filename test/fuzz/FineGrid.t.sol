// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {UnderlyingRisk} from "../../contracts/interfaces/IMarginEngine.sol";
import {Position} from "../../contracts/types/Position.sol";
import {Revaluation} from "../fixtures/Revaluation.sol";

/// @dev INV-11 on random books in random markets. Covered by W and the gap charge alone: every move inside the scan range from
/// the price at which the risk epoch began, with volatility up, or down with a day gone by. With volatility between the two a
/// book that is short near the money and long more further out can lose more: W, both option charges and a quarter of a
/// percent of the options' notional cover that. W is the worst scenario before the relief of linear books.
contract FineGridTest is Revaluation {
    uint256 private constant POINTS = 16;
    int256 private constant RANGE = 0.065e18;
    /// @dev One over the share of notional that volatility between its two shocks may cost beyond the requirement.
    int256 private constant BETWEEN = 400;

    function testFuzz_INV11_coversRandomBooksDaysBeforeExpiry(uint256 seed, uint256 volatility, uint256 spot) public {
        _market(seed % 3, volatility, spot);
        _requireCovered(seed);
    }

    /// @dev The nearest expiry is minutes to a day and a half away: no volatility is left in the down lanes.
    function testFuzz_INV11_coversRandomBooksNearExpiry(uint256 seed, uint256 volatility, uint256 left) public {
        left = bound(left, 31 minutes, 36 hours);
        vm.warp(expiryOf[0] - left);
        btcSource.set(BTC_SPOT);
        _market(0, volatility, 0);
        _requireCovered(seed);
    }

    /// @dev Part of the final price is known, at another price than now.
    function testFuzz_INV11_coversRandomBooksInsideTheWindow(uint256 seed, uint256 left, uint256 spot) public {
        left = bound(left, 1 minutes, 29 minutes);
        vm.warp(expiryOf[0] - left);
        settlement.average(BTC, expiryOf[0], 2, 10);
        btcSource.set((BTC_SPOT * bound(spot, 900, 1100)) / 1000);
        list(BTC, 0.8e18);
        _requireCovered(seed);
    }

    /// @dev A surface, some time, and a move of spot since.
    function _market(uint256 hoursPassed, uint256 volatility, uint256 spot) private {
        list(BTC, bound(volatility, 0.2e18, 3e18));
        if (hoursPassed == 0) return;
        skip((hoursPassed - 1) * 1 hours);
        moveTo((BTC_SPOT * bound(spot, 900, 1100)) / 1000);
    }

    function _requireCovered(uint256 seed) private view {
        Position[] memory p = randomBook(seed, BTC);
        Holding[] memory all = holdingsOf(p);
        (, UnderlyingRisk memory risk) = audit(p);
        int256 cover = risk.worst.raw() + risk.optionMaintenance.raw() + slack(all);
        int256 gaps = cover - shortCharge(p);
        for (uint256 i; i < POINTS; ++i) {
            int256 move = _move(all, uint256(keccak256(abi.encode(seed, "point", i))));
            assertLe(lossAt(all, move, 0), gaps, "INV-11: volatility down");
            assertLe(lossAt(all, move, RISE), gaps, "INV-11: volatility up");
            int256 between = cover + _notional(all) / BETWEEN;
            assertLe(lossAt(all, move, 1 + ((seed >> i) % 7)), between, "volatility between");
        }
    }

    /// @dev Of the options, each at the forward.
    function _notional(Holding[] memory all) private pure returns (int256 sum) {
        for (uint256 i; i < all.length; ++i) {
            int256 size = all[i].quantity < 0 ? -all[i].quantity : all[i].quantity;
            if (all[i].strike != 0) sum += (size * int256(all[i].forward)) / 1e18;
        }
    }

    /// @dev A third each: anywhere, in the middle of a step, at a strike of the book, where a kink hurts most.
    function _move(Holding[] memory all, uint256 seed) private pure returns (int256) {
        if (seed % 3 == 0) return -RANGE + int256((seed >> 8) % uint256(2 * RANGE + 1));
        if (seed % 3 == 1) return (int256(2 * ((seed >> 8) % 12) + 1) - 12) * (RANGE / 12);
        Holding memory h = all[(seed >> 8) % all.length];
        int256 move = (int256(h.strike) * 1e18) / int256(h.forward) - 1e18;
        return move < -RANGE || move > RANGE ? int256(0) : move;
    }
}
