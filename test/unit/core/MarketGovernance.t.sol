// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IMarkets, Limits, RiskParameters} from "../../../contracts/interfaces/IMarkets.sol";
import {SettableSource} from "../../../contracts/mocks/SettableSource.sol";
import {NO_UNDERLYINGS} from "../../../contracts/types/UnderlyingSet.sol";
import {Deployed} from "../../fixtures/Deployed.sol";
import {LISTED_VOLATILITY} from "../../fixtures/StillRange.sol";

/// @dev Listing and parameters: bounds, steps, guardians, sources.
contract MarketGovernanceTest is Deployed {
    SettableSource private _next;

    function setUp() public override {
        super.setUp();
        _next = new SettableSource();
        _next.set(BTC_SPOT);
    }

    function test_list_givesTheNextId() public {
        uint8 id = markets.list("SOL", address(_next), 9, true, 1e15, LISTED_VOLATILITY, _risk(), _limits());
        assertEq(id, 3);
        assertEq(markets.count(), 3);
        assertEq(markets.symbol(3), bytes32("SOL"));
        assertEq(markets.source(3), address(_next));
        assertEq(markets.snapshot(NO_UNDERLYINGS.with(3)).markets[0].tokenUnit, 1e9);
        assertEq(markets.snapshot(NO_UNDERLYINGS.with(3)).markets[0].slotCharge, 2e18);
    }

    function test_list_wantsALivePriceAndSaneUnits() public {
        _next.breakDown();
        _refuse(abi.encodeWithSelector(IMarkets.SourceNotUsable.selector, address(_next), 0, 0), 18, true, 1);
        _refuse(_outOfBounds("tokenDecimals", 19, 0, 18), 19, true, 1);
        _refuse(_outOfBounds("lotUnit", 1e15 + 1, 0, 1e15), 18, true, 1e15 + 1);
        _refuse(_outOfBounds("lotUnit", 0, 1, 1e15), 18, false, 0);
    }

    function testFuzz_setRiskParameters_staysWithinBounds(RiskParameters memory p) public {
        bool within = p.floor >= 20_000 && p.floor <= p.cap && p.cap <= 600_000 && p.stressVolatility <= 4_000_000;
        within = within && p.kappa >= 1_000_000 && p.kappa <= 6_000_000 && p.epsilon <= 20_000;
        within = within && p.linearRelief >= 250_000 && p.linearRelief <= 1_000_000 && p.haircut <= 900_000;
        vm.assume(!within);
        vm.expectPartialRevert(IMarkets.OutOfBounds.selector);
        markets.setRiskParameters(BTC, p);
    }

    /// @dev A tenth of the old value at most, and once a day.
    function testFuzz_setRiskParameters_movesOneStepADay(uint24 floor) public {
        RiskParameters memory p = markets.riskParameters(BTC);
        p.floor = uint24(bound(floor, 20_000, 600_000));
        p.cap = p.floor < 60_000 ? 60_000 : p.floor;
        bool isStep = p.floor >= 54_000 && p.floor <= 66_000;
        if (!isStep) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    IMarkets.StepTooLarge.selector,
                    bytes32("floor"),
                    uint256(p.floor) * 1e12,
                    uint256(0.06e18)
                )
            );
        }
        markets.setRiskParameters(BTC, p);
        if (!isStep) return;
        uint256 target = p.floor > 60_000 ? uint256(p.floor) * 1e12 : 0.06e18;
        assertEq(markets.snapshot(NO_UNDERLYINGS.with(BTC)).markets[0].targetRange, target + 0.005e18);
        vm.expectRevert(abi.encodeWithSelector(IMarkets.StepTooSoon.selector, BTC, block.timestamp + 1 days));
        markets.setRiskParameters(BTC, p);
        skip(1 days);
        markets.setRiskParameters(BTC, p);
    }

    function test_setRiskParameters_stepsEachParameter() public {
        RiskParameters[] memory p = new RiskParameters[](6);
        for (uint256 i; i < p.length; ++i) p[i] = markets.riskParameters(BTC);
        // A fiftieth of what acts on maintenance margin at once, a tenth of the others.
        p[0].epsilon = 5_101;
        p[1].linearRelief = 510_001;
        p[2].haircut = 97_999;
        p[3].cap = 66_001;
        p[4].kappa = 2_860_001;
        p[5].stressVolatility = 989_999;
        for (uint256 i; i < p.length; ++i) {
            vm.expectPartialRevert(IMarkets.StepTooLarge.selector);
            markets.setRiskParameters(BTC, p[i]);
        }
        RiskParameters memory all = markets.riskParameters(BTC);
        (all.epsilon, all.linearRelief, all.haircut) = (5_100, 510_000, 98_000);
        (all.cap, all.kappa, all.stressVolatility) = (66_000, 2_860_000, 990_000);
        markets.setRiskParameters(BTC, all);
    }

    function test_setLimits_staysWithinBounds() public {
        Limits memory l = _limits();
        l.openInterestCap = uint64(2 ** 47);
        vm.expectRevert(_outOfBounds("openInterestCap", 2 ** 47, 0, 2 ** 47 - 1));
        markets.setLimits(BTC, l);
        l = _limits();
        l.stressGap = 1e18 + 1;
        vm.expectRevert(_outOfBounds("stressGap", 1e18 + 1, 0, 1e18));
        markets.setLimits(BTC, l);
        l = _limits();
        l.slotCharge = 100e6 + 1;
        vm.expectRevert(_outOfBounds("slotCharge", 100e6 + 1, 0, 100e6));
        markets.setLimits(BTC, l);
        vm.expectEmit(address(markets));
        emit IMarkets.LimitsSet(BTC, _limits());
        markets.setLimits(BTC, _limits());
    }

    function testFuzz_tightenOpenInterestCap_onlyLowers(uint64 cap) public {
        uint64 old = markets.limits(BTC).openInterestCap;
        if (cap >= old) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    IMarkets.NotTighter.selector,
                    bytes32("openInterestCap"),
                    uint256(cap),
                    uint256(old)
                )
            );
        }
        markets.tightenOpenInterestCap(BTC, cap);
        assertEq(markets.limits(BTC).openInterestCap, cap < old ? cap : old);
    }

    function test_tightenReduceOnly_isLiftedByGovernanceAlone() public {
        vm.expectEmit(address(markets));
        emit IMarkets.ReduceOnlySet(BTC, true);
        markets.tightenReduceOnly(BTC);
        assertTrue(markets.snapshot(NO_UNDERLYINGS.with(BTC)).markets[0].reduceOnly);
        markets.setReduceOnly(BTC, false);
        assertFalse(markets.snapshot(NO_UNDERLYINGS.with(BTC)).markets[0].reduceOnly);
    }

    /// @dev A new source agrees with the last stored price within 5 %.
    function testFuzz_setSource_wantsAgreement(uint256 spot) public {
        spot = bound(spot, 1e18, 100_000e18);
        _next.set(spot);
        uint256 last = BTC_SPOT;
        uint256 gap = spot > last ? spot - last : last - spot;
        bool agrees = gap * 20 <= last;
        if (!agrees) {
            vm.expectRevert(abi.encodeWithSelector(IMarkets.SourceNotUsable.selector, address(_next), spot, last));
        }
        markets.setSource(BTC, address(_next));
        assertEq(markets.source(BTC), agrees ? address(_next) : address(btcSource));
        assertFalse(markets.snapshot(NO_UNDERLYINGS.with(BTC)).markets[0].reduceOnly);
    }

    /// @dev While the old one is dead nobody can vouch for the new: it is accepted, without new risk.
    function testFuzz_setSource_afterADeathIsReduceOnly(uint256 spot) public {
        _next.set(bound(spot, 1, 1_000_000e18));
        btcSource.breakDown();
        vm.expectEmit(address(markets));
        emit IMarkets.SourceSet(BTC, address(_next));
        markets.setSource(BTC, address(_next));
        assertTrue(markets.snapshot(NO_UNDERLYINGS.with(BTC)).markets[0].reduceOnly);
    }

    function test_unknownUnderlyings_areRefused() public {
        bytes memory unknown = abi.encodeWithSelector(IMarkets.UnknownUnderlying.selector, uint256(9));
        vm.expectRevert(unknown);
        markets.snapshot(NO_UNDERLYINGS.with(9));
        vm.expectRevert(unknown);
        markets.touch(NO_UNDERLYINGS.with(9));
        vm.expectRevert(unknown);
        markets.setPremium(9, 0);
        vm.expectRevert(unknown);
        markets.setSource(9, address(_next));
        vm.expectRevert(unknown);
        markets.setLimits(9, _limits());
        vm.expectRevert(unknown);
        markets.setReduceOnly(9, true);
        RiskParameters memory risk = _risk();
        vm.expectRevert(unknown);
        markets.setRiskParameters(9, risk);
    }

    function _refuse(bytes memory reason, uint8 decimals, bool isCollateral, uint64 lotUnit) private {
        RiskParameters memory risk = _risk();
        vm.expectRevert(reason);
        markets.list("X", address(_next), decimals, isCollateral, lotUnit, LISTED_VOLATILITY, risk, _limits());
    }

    function _risk() private view returns (RiskParameters memory) {
        return markets.riskParameters(BTC);
    }

    function _limits() private pure returns (Limits memory) {
        return Limits(1e10, 0, 2e6, 1_000_000e6);
    }

    function _outOfBounds(bytes32 name, uint256 value, uint256 low, uint256 high) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IMarkets.OutOfBounds.selector, name, value, low, high);
    }
}
