// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IAuction, LiquidationState} from "../../../contracts/interfaces/IAuction.sol";
import {IClearinghouse} from "../../../contracts/interfaces/IClearinghouse.sol";
import {Assessment, Portfolio} from "../../../contracts/interfaces/IMarginEngine.sol";
import {Reading} from "../../../contracts/interfaces/IPriceSource.sol";
import {AccountId} from "../../../contracts/types/AccountId.sol";
import {InstrumentId} from "../../../contracts/types/InstrumentId.sol";
import {Usd} from "../../../contracts/types/Usd.sol";
import {OptionLiquidationScene} from "./OptionLiquidationScene.sol";

/// @dev Takeovers of solvent accounts that hold options (spec L-2..L-9).
contract OptionLiquidationTest is OptionLiquidationScene {
    function setUp() public override {
        super.setUp();
        _riseUntilLiquidatable(writer);
    }

    /* SLICES */

    /// @dev Every position and the cash by the same fraction, toward 0.
    function testFuzz_liquidate_takesTheWholeVector(uint256 fraction) public {
        LiquidationState memory s = auction.liquidationState(writer);
        fraction = bound(fraction, s.minFraction, s.maxFraction);
        Portfolio memory before = vectorOf(writer);
        (Usd payment, ) = liquidate(writer, keeper, fraction);
        for (uint256 i; i < before.positions.length; ++i) {
            InstrumentId instrument = before.positions[i].instrument();
            int256 moved = (int256(before.positions[i].lots()) * int256(fraction)) / 1e18;
            assertEq(lots(keeper, instrument), moved, "trunc(f * lots)");
            assertEq(lots(writer, instrument), before.positions[i].lots() - moved);
        }
        int256 taken = (before.cash.raw() * int256(fraction)) / 1e18;
        assertEq(vectorOf(writer).cash.raw(), before.cash.raw() - taken + payment.raw());
    }

    function testFuzz_liquidate_INV14_isProportionate(uint256 fraction, uint256 wait) public {
        _assertProportionate(fraction, wait);
    }

    function test_liquidate_isTheSameWithArraysPreparedOrNot() public {
        uint256 state = vm.snapshotState();
        (Usd coldPayment, Usd coldReward) = liquidate(writer, keeper, 0.2e18);
        bytes32 cold = keccak256(abi.encode(vectorOf(writer), vectorOf(keeper), assess(writer), assess(keeper)));
        vm.revertToState(state);
        InstrumentId[] memory instruments = new InstrumentId[](vectorOf(writer).positions.length);
        for (uint256 i; i < instruments.length; ++i) instruments[i] = vectorOf(writer).positions[i].instrument();
        series.touch(clearinghouse.underlyingsOf(writer), instruments);
        (Usd payment, Usd reward) = liquidate(writer, keeper, 0.2e18);
        assertUsd(payment, coldPayment, "payment");
        assertUsd(reward, coldReward, "reward");
        bytes32 warm = keccak256(abi.encode(vectorOf(writer), vectorOf(keeper), assess(writer), assess(keeper)));
        assertEq(warm, cold, "INV-5: cached or computed, to the bit");
    }

    /// @dev Slices on and on bring the account back to b * MM, and no further.
    function test_liquidate_INV14_endsAtTheBuffer() public {
        for (uint256 i; i < 20 && auction.liquidationState(writer).liquidatable; ++i) liquidate(writer, keeper, 0.1e18);
        Assessment memory a = assess(writer);
        assertGe(a.equity.raw(), a.maintenance.raw());
        assertLt(a.equity.raw() * 100, a.maintenance.raw() * 115, "not much more than b");
        assertGt(vectorOf(writer).positions.length, 3, "most of it was left");
        vm.expectPartialRevert(IAuction.Healthy.selector);
        liquidate(writer, keeper, 0.1e18);
    }

    /* THE KEEPER */

    function test_liquidate_keeperMustHoldTheBuffer() public {
        AccountId poor = fund(owner("poor"), 0, 10);
        uint256 fraction = auction.liquidationState(writer).minFraction;
        vm.expectPartialRevert(IAuction.KeeperUndermargined.selector);
        this.take(poor, fraction);
    }

    function take(AccountId by, uint256 fraction) external {
        liquidate(writer, by, fraction);
    }

    /// @dev Between b * MM and IM a keeper may only reduce, until it is above IM again.
    function test_liquidate_leavesAThinKeeperReduceOnly() public {
        uint256 fraction = auction.liquidationState(writer).minFraction;
        AccountId thin = _thinKeeper(fraction);
        (, , bool reduceOnly) = clearinghouse.status(thin);
        assertTrue(reduceOnly, "below initial margin");
        vm.expectPartialRevert(IClearinghouse.InsufficientMargin.selector);
        this.sell(thin, call(BTC, 2, 44_000), 100);
        int256 held = lots(thin, call(BTC, 2, 44_000));
        assertLt(held, 0);
        trade(thin, buyer, call(BTC, 2, 44_000), uint128(uint256(-held)), 3_000e18);
        deposit(thin, USD, 100_000e6);
        trade(thin, buyer, call(BTC, 2, 44_000), 100, 3_000e18);
        (, , reduceOnly) = clearinghouse.status(thin);
        assertFalse(reduceOnly, "free again");
    }

    function sell(AccountId seller, InstrumentId instrument, uint128 amount) external {
        trade(buyer, seller, instrument, amount, 3_000e18);
    }

    /// @dev A keeper with 1.2 times the maintenance of what it takes over.
    function _thinKeeper(uint256 fraction) private returns (AccountId thin) {
        uint256 state = vm.snapshotState();
        AccountId rich = fund(owner("rich"), 0, 1_000_000);
        liquidate(writer, rich, fraction);
        Assessment memory a = assess(rich);
        int256 missing = (a.maintenance.raw() * 12) / 10 - (a.equity.raw() - 1_000_000e18);
        assertLt((a.maintenance.raw() * 12) / 10, a.initial.raw());
        vm.revertToState(state);
        thin = fund(owner("thin"), 0, uint256(missing) / 1e18);
        liquidate(writer, thin, fraction);
    }

    /* GOOD END */

    /// @dev Unhealthy at spot, but not where the interval is best for an account that is short calls.
    function test_liquidate_countsTheGoodEndOfTheInterval() public {
        (uint256 btc, uint256 eth) = (btcSource.read().spot, ethSource.read().spot);
        btcSource.setReading(Reading(btc, (btc * 95) / 100, (btc * 101) / 100, block.timestamp, true));
        assertGt(auction.liquidationState(writer).assessment.goodEnd.raw(), 1_000e18, "5 % lower");
        vm.expectPartialRevert(IAuction.Healthy.selector);
        this.take(keeper, 1e18);
        btcSource.set(btc);
        ethSource.set(eth);
        liquidate(writer, keeper, 1e18);
    }
}
