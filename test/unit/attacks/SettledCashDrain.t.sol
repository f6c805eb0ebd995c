// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccountId} from "../../../contracts/types/AccountId.sol";
import {perpetualOf} from "../../../contracts/types/InstrumentId.sol";
import {IClearinghouse} from "../../../contracts/interfaces/IClearinghouse.sol";
import {Fill} from "../../../contracts/interfaces/IExchange.sol";
import {Assessment} from "../../../contracts/interfaces/IMarginEngine.sol";
import {Usd} from "../../../contracts/types/Usd.sol";
import {Scenes} from "../../fixtures/Scenes.sol";

/// @dev ETH collateral pays for something worthless, the other account withdraws the dollars: an unpriced loan from the
/// depositors. 500 ETH may owe 2 % of 1,350,000 = 27,000.
contract SettledCashDrainTest is Scenes {
    AccountId private _borrower;
    AccountId private _partner;

    function setUp() public override {
        super.setUp();
        address who = owner("mallory");
        _borrower = sub(who, 1);
        _partner = fund(who, 2, 1_000_000);
        deposit(_borrower, ETH, 500e18);
    }

    /// @dev One lot (0.001 ETH) at 900,000,000 an ETH pays 900,000.
    function testFuzz_trade_paysAtMostTheDebtLimit(uint256 price) public {
        price = bound(price, ETH_SPOT, 1_000_000_000e18);
        Fill[] memory fills = new Fill[](1);
        fills[0] = fillOf(_borrower, _partner, perpetualOf(ETH), 1, price);
        try exchange.settle(fills) {
            assertGe(assess(_borrower).settledCash.raw(), -27_000e18, "INV-7");
        } catch (bytes memory reason) {
            assertEq(bytes4(reason), IClearinghouse.SettledCashTooLow.selector);
        }
    }

    /// @dev What it owes within the limit cannot be withdrawn a second time.
    function test_withdraw_needsSettledCash() public {
        vm.prank(_borrower.owner());
        vm.expectRevert(
            abi.encodeWithSelector(IClearinghouse.SettledCashTooLow.selector, _borrower, Usd.wrap(-1e18), Usd.wrap(0))
        );
        vault.withdraw(_borrower, USD, 1e6, _borrower.owner(), 0);
    }

    /// @dev Closing 4,000 ETH may cost the 510,000 of maintenance it frees; then anyone converts at once, and the owner
    /// ends without the collateral that he borrowed against.
    function test_trade_debtFromClosingIsConvertedAtOnce() public {
        deposit(_partner, ETH, 500e18);
        trade(_borrower, _partner, perpetualOf(ETH), 4_000_000, ETH_SPOT);
        Assessment memory open = assess(_borrower);
        trade(_partner, _borrower, perpetualOf(ETH), 4_000_000, ETH_SPOT - 125e18);
        Assessment memory closed = assess(_borrower);
        int256 freed = open.maintenance.raw() - closed.maintenance.raw();
        assertEq(freed, 510_000e18, "12,000,000 * 4.25 %");
        assertGe(closed.settledCash.raw(), open.settledCash.raw() - freed, "INV-7");
        assertTrue(auction.liquidationState(_borrower).convertible);
        AccountId rich = fund(owner("rich"), 0, 2_000_000);
        convert(_borrower, rich);
        Assessment memory after_ = assess(_borrower);
        assertGe(after_.settledCash.raw(), -after_.debtLimit.raw(), "owes no more than the limit");
        assertGe(after_.equity.raw(), closed.equity.raw() - 3_000e18, "for 2 % of the maintenance removed");
    }
}
