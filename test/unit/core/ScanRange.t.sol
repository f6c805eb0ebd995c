// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {Assessment} from "../../../contracts/interfaces/IMarginEngine.sol";
import {IMarkets, Limits, RiskParameters, ScanRangeState} from "../../../contracts/interfaces/IMarkets.sol";
import {NO_UNDERLYINGS} from "../../../contracts/types/UnderlyingSet.sol";
import {SettableSource} from "../../../contracts/mocks/SettableSource.sol";
import {MovingRange} from "../../fixtures/MovingRange.sol";

/// @dev The scan range against numbers worked with a calculator, and what accounts feel of it.
contract ScanRangeTest is MovingRange {
    function setUp() public override {
        super.setUp();
        _open(40_000);
    }

    /* LISTING */

    function test_list_beginsWithTheVolatilitySoFar() public view {
        ScanRangeState memory s = _range();
        assertEq(s.variances.fast, 0.36e18);
        assertEq(s.variances.slow, 0.36e18);
        assertEq(s.variances.implied, 0);
        assertEq(s.volatility, 0.8e18);
        assertEq(s.required, FIRST_RANGE);
        assertEq(s.target, FIRST_RANGE);
        assertEq(s.maintenance, FIRST_RANGE);
        assertEq(s.sampledAt, block.timestamp);
        assertEq(s.spot, BTC_SPOT);
    }

    /// @dev 400,000 * (7.698 % + 0.5 %) / 2, and 1.30 times that with 0.1 % of gross.
    function test_assess_takesTheRange() public view {
        Assessment memory a = assess(long);
        assertApproxEqAbs(a.maintenance.raw(), 16_396.850772e18, 1e12);
        assertApproxEqAbs(a.initial.raw(), 21_715.906e18, 1e15);
    }

    /* SAMPLES */

    /// @dev r = ln 1.02, an hour: r^2 / t = 3.435145 a year; weights 1 - 2^(-1/120) and 1 - 2^(-1/1080).
    function test_touch_samplesOnceAnHour() public {
        skip(1 hours - 1);
        _touchAt(40_800e18);
        assertEq(_range().variances.fast, 0.36e18, "not yet");
        skip(1);
        _touchAt(40_800e18);
        ScanRangeState memory s = _range();
        assertApproxEqAbs(s.variances.fast, 0.377711e18, 2e12);
        assertApproxEqAbs(s.variances.slow, 0.361973e18, 2e12);
        assertEq(s.spot, 40_800e18);
        skip(30 minutes);
        _touchAt(30_000e18);
        assertEq(_range().variances.fast, s.variances.fast, "the next hour has not passed");
    }

    /// @dev An hour without a move: fast 0.36 * 2^(-1/120), slow 0.36 * 2^(-1/1080), which is the most.
    function test_touch_forgetsSlowly() public {
        skip(1 hours);
        _touchAt(BTC_SPOT);
        ScanRangeState memory s = _range();
        assertApproxEqAbs(s.variances.fast, 0.357926566e18, 1e12);
        assertApproxEqAbs(s.variances.slow, 0.359769028e18, 1e12);
        assertLt(s.target, FIRST_RANGE);
        assertEq(s.maintenance, s.target, "PSR_M is never above the target");
    }

    function test_snapshot_isWhatTouchLeaves() public {
        skip(5 hours);
        source.set(43_000e18);
        bytes32 before = keccak256(abi.encode(_range()));
        uint256 range = markets.snapshot(NO_UNDERLYINGS.with(moved)).markets[0].scanRange;
        markets.touch(NO_UNDERLYINGS.with(moved));
        assertEq(keccak256(abi.encode(_range())), before);
        assertEq(markets.snapshot(NO_UNDERLYINGS.with(moved)).markets[0].scanRange, range);
    }

    /// @dev Nothing is known of a dead price: the sample waits for it, and then covers the whole time.
    function test_touch_takesNoSampleOfADeadPrice() public {
        source.breakDown();
        skip(10 hours);
        markets.touch(NO_UNDERLYINGS.with(moved));
        assertEq(_range().variances.fast, 0.36e18);
        assertEq(_range().sampledAt, block.timestamp - 10 hours);
        _touchAt(BTC_SPOT);
        assertEq(_range().sampledAt, block.timestamp);
        assertApproxEqAbs(_range().variances.fast, 0.339798e18, 1e13);
    }

    function test_touch_emitsTheStep() public {
        skip(1 hours);
        source.set(41_000e18);
        ScanRangeState memory s = _range();
        vm.expectEmit(address(markets));
        emit IMarkets.ScanRangeSet(moved, 41_000e18, s.variances, s.target, s.maintenance);
        markets.touch(NO_UNDERLYINGS.with(moved));
    }

    /* TARGET AND RAMP */

    /// @dev 150 % implied: sigma = 0.9 + 0.44 = 1.34, target 12.895 % at once; initial margin feels it, maintenance does not.
    function test_setImplied_raisesInitialMarginAlone() public {
        Assessment memory before = assess(long);
        _imply(2.25e18);
        ScanRangeState memory s = _range();
        assertApproxEqAbs(s.target, 0.128948625e18, 1e10);
        assertEq(s.maintenance, FIRST_RANGE);
        Assessment memory a = assess(long);
        assertEq(a.maintenance.raw(), before.maintenance.raw());
        assertApproxEqAbs(a.initial.raw(), 1.3e18 * 26_789.725 + 400e18, 1e18);
        // 2 % an hour from now on, and one hour later at the earliest.
        skip(1 hours);
        _touchAt(BTC_SPOT);
        assertEq(_range().maintenance, (FIRST_RANGE * 102) / 100);
    }

    /// @dev Compounded hour by hour: from 7.70 % to 12.89 % in 27 hours, not in 26.
    function test_maintenance_arrivesAtTheTarget() public {
        _imply(2.25e18);
        for (uint256 hour = 1; hour <= 26; ++hour) {
            skip(1 hours);
            _touchAt(BTC_SPOT);
            assertLt(_range().maintenance, _range().target);
        }
        skip(1 hours);
        _touchAt(BTC_SPOT);
        assertEq(_range().maintenance, _range().target);
    }

    /// @dev What was never announced is not caught up: the range rises towards the target of the sample before.
    function test_maintenance_waitsForTheAnnouncementAfterSilence() public {
        skip(3 days);
        source.set(60_000e18);
        ScanRangeState memory s = _range();
        assertGt(s.target, FIRST_RANGE, "the jump is seen");
        assertEq(s.maintenance, FIRST_RANGE, "not yet in maintenance margin");
    }

    /// @dev Calm again: 4 % a day of itself, however little is required.
    function test_target_fallsFourPercentADay() public {
        _imply(2.25e18);
        uint256 target = _range().target;
        _imply(0);
        assertEq(_range().target, target, "a fall waits for the next sample");
        skip(1 days);
        _touchAt(BTC_SPOT);
        assertEq(_range().target, target - (target * 4) / 100);
    }

    function test_target_staysWithinFloorAndCap() public {
        _imply(type(uint256).max);
        assertEq(_range().variances.implied, 16e18, "400 %, squared");
        assertApproxEqAbs(_range().target, 0.2732941012e18, 1e8); // sigma = 2.84: below the cap of 40 %
        RiskParameters memory p = markets.riskParameters(moved);
        for (uint256 i; i < 6; ++i) {
            p.kappa += p.kappa / 10;
            if (p.kappa > 6_000_000) p.kappa = 6_000_000;
            skip(1 days);
            markets.setRiskParameters(moved, p);
        }
        assertEq(_range().target, 0.4e18);
    }

    function test_floor_holdsInCalm() public {
        for (uint256 i; i < 60; ++i) {
            skip(10 days);
            _touchAt(BTC_SPOT);
        }
        assertLt(_range().variances.slow, 0.001e18);
        assertEq(_range().maintenance, 0.06e18);
    }

    /// @dev Two sources differ by 4 %: that is no move of the price.
    function test_setSource_isNoSample() public {
        SettableSource next = new SettableSource();
        next.set(41_600e18);
        skip(30 minutes);
        markets.setSource(moved, address(next));
        assertEq(_range().spot, 41_600e18);
        skip(30 minutes);
        markets.touch(NO_UNDERLYINGS.with(moved));
        assertApproxEqAbs(_range().variances.fast, 0.357926566e18, 1e12, "as without a move");
    }

    /* GOVERNANCE */

    function test_setRiskParameters_actsOnInitialMarginAtOnce() public {
        RiskParameters memory p = markets.riskParameters(moved);
        p.kappa = 2_860_000;
        Assessment memory before = assess(long);
        markets.setRiskParameters(moved, p);
        Assessment memory a = assess(long);
        assertEq(a.maintenance.raw(), before.maintenance.raw());
        assertGt(a.initial.raw(), before.initial.raw());
        assertApproxEqAbs(_range().target, (FIRST_RANGE * 11) / 10, 1);
    }

    function test_setImplied_isForSurfacesAlone() public {
        vm.prank(address(0xBAD));
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, address(0xBAD)));
        markets.setImplied(moved, 1e18);
        vm.prank(address(surfaces));
        vm.expectRevert(abi.encodeWithSelector(IMarkets.UnknownUnderlying.selector, uint256(9)));
        markets.setImplied(9, 1e18);
    }

    function test_list_boundsTheVolatility() public {
        bytes memory refusal = abi.encodeWithSelector(
            IMarkets.OutOfBounds.selector,
            bytes32("volatility"),
            uint256(4e18 + 1),
            uint256(0),
            uint256(4e18)
        );
        (RiskParameters memory p, Limits memory l) = (markets.riskParameters(moved), markets.limits(moved));
        vm.expectRevert(refusal);
        markets.list("X", address(source), 18, false, BTC_LOT, 4e18 + 1, p, l);
    }
}
