// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Reading} from "../../contracts/interfaces/IPriceSource.sol";
import {SettlementScene} from "../unit/core/SettlementScene.sol";

/// @dev The average against a sum over single seconds, whatever rounds there are and however it is cut into calls.
contract SettlementAverageFuzz is SettlementScene {
    uint256 private constant MAX_ROUNDS = 14;

    /// @dev Rounds of this run, ascending in time; price 0 is an unusable answer.
    uint256[] private _times;
    uint256[] private _prices;

    function testFuzz_average_isTheMeanOverAllSeconds(uint256 seed, bool early) public {
        uint256 begin = end - WINDOW;
        uint256 n = _pick(seed, "rounds", 1, MAX_ROUNDS);
        _push(begin - _pick(seed, "before", 0, 2 hours), _pick(seed, "first", 1, 1e6) * 1e18);
        for (uint256 i; i < n; ++i) {
            uint256 time = block.timestamp + _pick(seed, string.concat("gap", vm.toString(i)), 0, 10 minutes);
            if (early) _averageOnTheWay(seed, i, time);
            bool isUsable = _pick(seed, string.concat("usable", vm.toString(i)), 0, 4) != 0;
            _push(time, isUsable ? _pick(seed, string.concat("price", vm.toString(i)), 1, 1e24) : 0);
        }
        if (block.timestamp < end) vm.warp(end + _pick(seed, "late", 0, 5 days));
        _complete(seed);
        (uint256 sum, uint256 doneUntil) = settlement.progress(BTC, end);
        assertEq(doneUntil, end);
        assertEq(sum, _sumOfSeconds(begin), "price times seconds");
        (bool isFinal, uint256 price) = settlement.finalPrice(BTC, end);
        assertTrue(isFinal);
        assertEq(price, sum / WINDOW);
    }

    /// @dev Somebody submits part of it before the next round, at a moment between.
    function _averageOnTheWay(uint256 seed, uint256 i, uint256 before) private {
        uint256 time = _pick(seed, string.concat("call", vm.toString(i)), block.timestamp, before);
        vm.warp(time);
        (, uint256 doneUntil) = settlement.progress(BTC, end);
        if (doneUntil == 0) doneUntil = end - WINDOW;
        if ((time < end ? time : end) <= doneUntil) return;
        _average(_pick(seed, string.concat("max", vm.toString(i)), 0, 3));
    }

    /// @dev Parts of one, two or many rounds; whoever comes later passes any hint.
    function _complete(uint256 seed) private {
        (, uint256 doneUntil) = settlement.progress(BTC, end);
        uint256 size = _pick(seed, "size", 0, 2);
        while (doneUntil != end) {
            _average(size == 2 ? 1000 : size + 1);
            (, uint256 next) = settlement.progress(BTC, end);
            assertGe(next, doneUntil, "never back");
            doneUntil = next;
        }
    }

    function _average(uint256 maxRounds) private {
        (, uint256 doneUntil) = settlement.progress(BTC, end);
        uint256 hint = doneUntil == 0 ? roundAt(btcSource, end - WINDOW) : uint256(uint80(uint256(doneUntil * 7919)));
        vm.prank(address(uint160(doneUntil + 1)));
        settlement.average(BTC, end, hint, maxRounds);
    }

    function _push(uint256 time, uint256 price) private {
        vm.warp(time);
        btcSource.setReading(Reading(price, price, price, time, true));
        _times.push(time);
        _prices.push(price);
    }

    /// @dev Second by second; no product, no cut.
    function _sumOfSeconds(uint256 begin) private view returns (uint256 sum) {
        uint256 next;
        uint256 price;
        for (uint256 second = begin; second < end; ++second) {
            for (; next < _times.length && _times[next] <= second; ++next) {
                if (_prices[next] != 0) price = _prices[next];
            }
            sum += price;
        }
    }

    function _pick(uint256 seed, string memory what, uint256 low, uint256 high) private pure returns (uint256) {
        return low + (uint256(keccak256(abi.encode(seed, what))) % (high - low + 1));
    }
}
