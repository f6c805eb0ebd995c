// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {LiquidationState} from "../../../contracts/interfaces/IAuction.sol";
import {PriceStatus} from "../../../contracts/interfaces/IMarkets.sol";
import {NO_UNDERLYINGS} from "../../../contracts/types/UnderlyingSet.sol";
import {OptionLiquidationScene} from "./OptionLiquidationScene.sol";

/// @dev INV-8 with options in two underlyings: whatever feeds and surfaces do, an account is valued, flagged and taken over.
contract OptionLiquidationFeedsTest is OptionLiquidationScene {
    function setUp() public override {
        super.setUp();
        deposit(keeper, USD, 5e9 * 1e6); // whatever the account becomes, the keeper can hold it
    }

    /// @dev `dead`: bit 0 BTC, bit 1 ETH. Prices stand 65 % higher before the feeds go.
    function _scene(uint256 dead, uint256 age) private {
        _prices(165);
        markets.touch(NO_UNDERLYINGS.with(BTC).with(ETH)); // a dead source leaves the price that was seen last
        if (dead & 1 != 0) vm.etch(address(btcSource), hex"fe");
        if (dead & 2 != 0) vm.etch(address(ethSource), hex"");
        skip(age);
    }

    function _assertWorks(uint256 dead) private {
        LiquidationState memory s = auction.liquidationState(writer);
        PriceStatus status = markets.snapshot(NO_UNDERLYINGS.with(BTC)).markets[0].status;
        assertEq(status == PriceStatus.Dead, dead & 1 != 0);
        assertGt(s.assessment.maintenance.raw(), 0);
        assertNotEq(clearinghouse.assess(buyer).equity.raw(), 0);
        int256 atGoodEnd = s.assessment.equity.raw() + s.assessment.goodEnd.raw();
        assertEq(s.liquidatable, atGoodEnd < s.assessment.maintenance.raw(), "INV-8");
        vault.withdrawalRatio();
        if (!s.liquidatable) return;
        auction.flag(writer);
        liquidate(writer, keeper, 1e18);
        assertTrue(clearinghouse.assess(keeper).equity.raw() > 0);
    }

    function testFuzz_liquidate_INV8_withDeadFeeds(uint256 dead, uint256 age) public {
        dead = bound(dead, 0, 3);
        _scene(dead, bound(age, 0, 1 minutes));
        LiquidationState memory s = auction.liquidationState(writer);
        assertTrue(s.liquidatable || dead != 0, "65 % is too much for it");
        _assertWorks(dead);
    }

    /// @dev Past expiries, past every age that a surface is used at, with prices dead or alive.
    function testFuzz_assess_INV8_withSurfacesDaysOld(uint256 dead, uint256 age) public {
        dead = bound(dead, 0, 3);
        _scene(dead, bound(age, 1 hours, 200 days));
        _assertWorks(dead);
    }

    /// @dev A stale surface asks for more, it does not stop anything but new risk.
    function test_assess_INV8_anOldSurfaceAsksForMore() public {
        int256 fresh = assess(writer).maintenance.raw();
        skip(5 hours);
        btcSource.set(BTC_SPOT);
        ethSource.set(ETH_SPOT);
        assertGt(assess(writer).maintenance.raw(), (fresh * 105) / 100);
    }

    /// @dev Wherever spot goes within a factor of a thousand, up to an hour after the last surface.
    function testFuzz_assess_INV8_atAnyPrice(uint256 btc, uint256 eth, uint256 age) public {
        skip(bound(age, 31, 1 hours));
        btcSource.set(bound(btc, BTC_SPOT / 1000, BTC_SPOT * 1000));
        ethSource.set(bound(eth, ETH_SPOT / 1000, ETH_SPOT * 1000));
        _assertWorks(0);
    }
}
