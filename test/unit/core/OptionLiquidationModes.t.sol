// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {LiquidationState} from "../../../contracts/interfaces/IAuction.sol";
import {Assessment, Mode} from "../../../contracts/interfaces/IMarginEngine.sol";
import {AccountId} from "../../../contracts/types/AccountId.sol";
import {Usd} from "../../../contracts/types/Usd.sol";
import {OptionLiquidationScene} from "./OptionLiquidationScene.sol";

/// @dev Slices in Portfolio mode, accounts of dust, and conversions, all with options.
contract OptionLiquidationModesTest is OptionLiquidationScene {
    function setUp() public override {
        super.setUp();
        vm.prank(writer.owner());
        clearinghouse.setMode(writer, Mode.Portfolio);
    }

    /// forge-config: default.fuzz.runs = 32
    function testFuzz_liquidate_INV14_isProportionateWithOffsets(uint256 fraction, uint256 wait) public {
        _riseUntilLiquidatable(writer);
        _assertProportionate(fraction, wait);
    }

    /// @dev One hundredth of a call: the maintenance is below 1,000 USD, so the account goes whole.
    function test_liquidate_takesDustWhole() public {
        AccountId dust = fund(owner("dust"), 0, 60);
        trade(buyer, dust, call(BTC, 2, 44_000), 100, 2_200e18);
        _riseUntilLiquidatable(dust);
        LiquidationState memory s = auction.liquidationState(dust);
        assertLt(s.assessment.maintenance.raw(), 1_000e18);
        assertEq(s.minFraction, 1e18);
        liquidate(dust, keeper, 1e18);
        assertEq(vectorOf(dust).positions.length, 0);
        assertEq(lots(keeper, call(BTC, 2, 44_000)), -100);
        assertGe(equityOf(dust), 0);
    }

    /* CONVERSION */

    /// @dev 5 BTC of collateral and a future that has lost dollars: a slice of everything pays them back.
    function test_convert_sellsOptionsWithTheRest() public {
        AccountId debtor = fund(owner("debtor"), 0, 20_000);
        deposit(debtor, BTC, 5e8);
        trade(debtor, buyer, future(BTC, 1), 50_000, BTC_SPOT);
        trade(debtor, buyer, put(BTC, 2, 36_000), 20_000, 1_500e18);
        _prices(88);
        LiquidationState memory s = auction.liquidationState(debtor);
        assertTrue(s.convertible, "owes more than 2 % of its collateral");
        vm.prank(keeper.owner());
        auction.convert(debtor, keeper, Usd.wrap(0), "");
        int256 sold = lots(keeper, put(BTC, 2, 36_000));
        assertGt(sold, 0, "its options went with the rest");
        assertApproxEqAbs(lots(keeper, future(BTC, 1)) * 2, sold * 5, 5, "in proportion");
        Assessment memory a = assess(debtor);
        assertGt(a.settledCash.raw(), s.assessment.settledCash.raw(), "INV-7");
        assertGe(a.settledCash.raw(), -a.debtLimit.raw());
        int256 kept = a.equity.raw() * s.assessment.maintenance.raw();
        assertGe(kept, s.assessment.equity.raw() * a.maintenance.raw(), "E/MM fell");
    }
}
