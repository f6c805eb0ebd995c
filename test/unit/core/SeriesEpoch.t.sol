// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {LibSort} from "solady/src/utils/LibSort.sol";
import {Limits, RiskParameters, RiskTerms, Snapshot} from "../../../contracts/interfaces/IMarkets.sol";
import {EpochState, ISeries} from "../../../contracts/interfaces/ISeries.sol";
import {RiskArray} from "../../../contracts/libraries/RiskArray.sol";
import {InstrumentId, perpetualOf} from "../../../contracts/types/InstrumentId.sol";
import {AccountId} from "../../../contracts/types/AccountId.sol";
import {SeriesFixture} from "./SeriesFixture.sol";

/// @dev When a risk epoch ends, and what that means for the cached arrays.
contract SeriesEpochTest is SeriesFixture {
    InstrumentId private _option;
    uint256 private _number;

    function setUp() public override {
        super.setUp();
        _option = call(BTC, 2, 40_000);
        touch(_option);
        _number = series.epoch(BTC).number;
    }

    /* WHAT ENDS AN EPOCH */

    /// @dev Half a percent, the epsilon of BTC, and not a unit less.
    function testFuzz_touch_rollsIffSpotIsBeyondEpsilon(uint256 spot) public {
        spot = bound(spot, (BTC_SPOT * 98) / 100, (BTC_SPOT * 102) / 100);
        _rollsAt(spot, spot > (BTC_SPOT * 1005) / 1000 || spot < (BTC_SPOT * 995) / 1000);
    }

    function test_touch_rollsOneUnitBeyondEpsilon() public {
        _rollsAt((BTC_SPOT * 1005) / 1000, false);
        _rollsAt((BTC_SPOT * 995) / 1000, false);
        _rollsAt((BTC_SPOT * 1005) / 1000 + 1, true);
    }

    function testFuzz_touch_rollsIffAnHourOld(uint256 age) public {
        age = bound(age, 0, 3 hours);
        skip(age);
        _touchAndExpect(age >= 1 hours);
        skip(1 hours - 1);
        _touchAndExpect(age < 1 hours && age != 0);
    }

    /// @dev Ten minutes within a day of the next expiry, at the time of the read.
    function testFuzz_touch_rollsIffTenMinutesOldNearAnExpiry(uint256 start, uint256 age) public {
        uint256 near = expiryOf[0] - 1 days;
        vm.warp(bound(start, near - 50 minutes, near + 1 hours));
        touch(_option);
        _number = series.epoch(BTC).number;
        age = bound(age, 0, 59 minutes);
        skip(age);
        _touchAndExpect(age >= 10 minutes && block.timestamp >= near);
    }

    function test_setSurface_startsAnEpoch() public {
        skip(1);
        postSurfaces();
        assertGt(series.epoch(BTC).number, _number);
        assertEq(series.epoch(BTC).rolledAt, block.timestamp);
        _isRecomputed();
    }

    function test_setRiskTerms_startsAnEpoch() public {
        skip(1 days);
        RiskTerms memory terms = defaultTerms();
        terms.volatilityUp += 10_000;
        series.setRiskTerms(BTC, terms);
        assertGt(series.epoch(BTC).number, _number);
        _isRecomputed();
    }

    /// @dev In the same second and at the same spot: only the range has changed.
    function testFuzz_setRiskParameters_startsAnEpochIffTheRangeMoves(uint24 epsilon) public {
        RiskParameters memory p = markets.riskParameters(BTC);
        p.epsilon = uint24(bound(epsilon, 4_900, 5_100));
        markets.setRiskParameters(BTC, p);
        _touchAndExpect(p.epsilon != 5_000);
        assertEq(series.epoch(BTC).scanRange, 0.06e18 + uint256(p.epsilon) * 1e12);
    }

    /// @dev A higher target alone changes no lane; an hour later PSR_M begins to follow, and the lanes with it.
    function test_scanRange_startsAnEpochWhenItSteps() public {
        skip(30 minutes);
        touch(_option);
        _number = series.epoch(BTC).number;
        RiskParameters memory p = markets.riskParameters(BTC);
        (p.floor, p.cap) = (66_000, 66_000);
        markets.setRiskParameters(BTC, p);
        _touchAndExpect(false);
        skip(30 minutes);
        _touchAndExpect(true);
        assertGt(series.epoch(BTC).scanRange, 0.065e18);
    }

    function test_average_startsAnEpoch() public {
        vm.warp(expiryOf[0] - 29 minutes);
        touch(_option);
        _number = series.epoch(BTC).number;
        uint256 other = series.epoch(ETH).number;
        average(BTC, expiryOf[0], 100);
        assertEq(series.epoch(BTC).number, _number + 1);
        assertEq(series.epoch(ETH).number, other, "the other underlying keeps its own");
    }

    /* WHAT DOES NOT */

    /// @dev Everything else that can happen to a market, while spot stays within epsilon and the hour is not over.
    function testFuzz_touch_keepsTheEpochOtherwise(uint256 spot, uint256 age, int256 premium, uint64 relief) public {
        AccountId alice = fund(owner("alice"), 0, 1_000_000);
        AccountId bob = fund(owner("bob"), 0, 1_000_000);
        skip(bound(age, 0, 1 hours - 1));
        btcSource.set(bound(spot, (BTC_SPOT * 996) / 1000, (BTC_SPOT * 1004) / 1000));
        ethSource.set(ETH_SPOT * 2);
        markets.setPremium(BTC, premium % 5000);
        markets.setLimits(BTC, Limits(1e9, 0, 1e6, 1e12));
        RiskParameters memory p = markets.riskParameters(BTC);
        (p.linearRelief, p.haircut) = (uint24(bound(relief, 490_000, 510_000)), 102_000);
        markets.setRiskParameters(BTC, p);
        trade(alice, bob, perpetualOf(BTC), 1_000, BTC_SPOT);
        trade(alice, bob, call(BTC, 3, 40_000), 1_000, 6_500);
        _touchAndExpect(false);
        btcSource.breakDown();
        _touchAndExpect(false);
    }

    /// @dev Without a surface there is no epoch and nothing to roll.
    function test_touch_hasNoEpochWithoutSurface() public {
        listSol();
        skip(1 days);
        series.touch(setOf(SOL), new InstrumentId[](0));
        assertEq(series.epoch(SOL).number, 0);
        assertFalse(chainOf(SOL).fresh);
    }

    /* THE CACHE */

    /// @dev Call and put share the two slots; nothing is written a second time within the epoch.
    function test_touch_writesTwoSlotsAStrikeOnce() public {
        InstrumentId[] memory ids = new InstrumentId[](5);
        (ids[0], ids[1], ids[2]) = (call(BTC, 0, 40_000), put(BTC, 0, 40_000), put(BTC, 1, 40_000));
        (ids[3], ids[4]) = (future(BTC, 1), put(BTC, 0, 40_000));
        bytes32[] memory slots = _slotsWritten(ids);
        assertEq(slots.length, 4);
        _assertHolds(slots, slotOf(ids[0]));
        _assertHolds(slots, slotOf(ids[2]));
        assertEq(_slotsWritten(ids).length, 0, "cached");
        assertEq(_slotsWritten(only(ids[1])).length, 0, "cached for the put too");
        btcSource.set((BTC_SPOT * 102) / 100);
        assertEq(_slotsWritten(ids).length, 6, "the arrays, the epoch and its range");
    }

    function _assertHolds(bytes32[] memory slots, bytes32 slot) private pure {
        bool[2] memory found;
        for (uint256 i; i < slots.length; ++i) {
            if (slots[i] == slot) found[0] = true;
            if (slots[i] == bytes32(uint256(slot) + 1)) found[1] = true;
        }
        assertTrue(found[0] && found[1], "two slots of the strike");
    }

    /// @dev Words of the epoch are taken as they are; those of any other one are computed again.
    function testFuzz_snapshot_trustsOnlyTheTagOfTheEpoch(uint256 low, uint256 high, uint32 tag) public {
        (uint256 trueLow, uint256 trueHigh) = cachedWords(_option);
        if (tag % 8 == 0) tag = uint32(_number);
        if (tag % 8 == 1) tag = uint32(_number - 1);
        high = RiskArray.tagged(high, tag);
        storeWords(_option, low, high);
        Snapshot memory m = look(_option);
        assertEq(wordsOf(m)[1], tag == _number ? low : trueLow);
        assertEq(wordsOf(m)[2], tag == _number ? high : trueHigh);
        assertEq(RiskArray.tagOf(wordsOf(m)[2]), _number);
    }

    /// @dev A read tells the epoch that the next touch will store, and stores nothing.
    function testFuzz_snapshot_tellsTheEpochToCome(uint256 spot) public {
        spot = bound(spot, 1e18, 1e24);
        skip(31);
        btcSource.set(spot);
        bool rolls = spot > (BTC_SPOT * 1005) / 1000 || spot < (BTC_SPOT * 995) / 1000;
        EpochState memory stored = series.epoch(BTC);
        uint256 reference_ = rolls ? spot : BTC_SPOT;
        assertEq(chainOf(BTC).referenceSpot, reference_);
        assertEq(epochNow(_option), rolls ? _number + 1 : _number);
        assertEq(keccak256(abi.encode(series.epoch(BTC))), keccak256(abi.encode(stored)));
        if (rolls) {
            vm.expectEmit(address(series));
            emit ISeries.EpochRolled(BTC, _number + 1, spot, 0.065e18);
        }
        touch(_option);
        assertEq(series.epoch(BTC).spot, reference_);
        assertEq(series.epoch(BTC).rolledAt, rolls ? block.timestamp : stored.rolledAt);
    }

    /* HELPERS */

    function _rollsAt(uint256 spot, bool expected) private {
        btcSource.set(spot);
        _touchAndExpect(expected);
        assertEq(series.epoch(BTC).spot, expected ? spot : BTC_SPOT);
    }

    function _touchAndExpect(bool rolls) private {
        uint256 number = series.epoch(BTC).number;
        touch(_option);
        assertEq(series.epoch(BTC).number, rolls ? number + 1 : number, rolls ? "must roll" : "must not roll");
    }

    /// @dev The cached words are of an older epoch: the next touch replaces them.
    function _isRecomputed() private {
        (, uint256 high) = cachedWords(_option);
        assertEq(RiskArray.tagOf(high), _number, "not yet");
        touch(_option);
        (, high) = cachedWords(_option);
        assertEq(RiskArray.tagOf(high), series.epoch(BTC).number);
    }

    /// @dev Each once, however often it is written.
    function _slotsWritten(InstrumentId[] memory ids) private returns (bytes32[] memory slots) {
        vm.record();
        series.touch(setOf(BTC), ids);
        (, slots) = vm.accesses(address(series));
        LibSort.sort(slots);
        LibSort.uniquifySorted(slots);
    }
}
