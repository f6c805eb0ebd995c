// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IClearinghouse} from "../../../contracts/interfaces/IClearinghouse.sol";
import {LedgerLens} from "../../../contracts/periphery/LedgerLens.sol";
import {AccountId, clearing, compartment, CUSTODY, FEES} from "../../../contracts/types/AccountId.sol";
import {InstrumentId, perpetualOf} from "../../../contracts/types/InstrumentId.sol";
import {Usd} from "../../../contracts/types/Usd.sol";
import {SettlementScene} from "./SettlementScene.sol";

/// @dev Totals over all accounts while a series is settled account by account.
contract SettlementLensTest is SettlementScene {
    LedgerLens private lens;
    AccountId[] private accounts;
    InstrumentId[] private instruments;

    function setUp() public override {
        super.setUp();
        lens = new LedgerLens();
        trade(alice, bob, call(BTC, NEAR, 40_000), 3_333, 1_000e18);
        trade(bob, carol, put(BTC, NEAR, 44_000), 20_001, 3_000e18);
        trade(carol, alice, future(BTC, NEAR), 10_007, 40_000e18);
        trade(alice, bob, perpetualOf(BTC), 100, 40_000e18);
        accounts = [alice, bob, carol, CUSTODY, FEES, compartment(BTC), clearing(BTC, end)];
        instruments = [call(BTC, NEAR, 40_000), put(BTC, NEAR, 44_000), future(BTC, NEAR), perpetualOf(BTC)];
        finish(43_000, 3_000);
    }

    function _totals() private view returns (Usd sum, int256[] memory lots_, uint256 positions, uint256 counted) {
        return lens.totals(IClearinghouse(address(clearinghouse)), accounts, instruments);
    }

    function test_totals_INV1_INV2_areZeroAtEveryStepOfSettlement() public {
        for (uint256 i; i <= 3; ++i) {
            (Usd sum, int256[] memory lots_, uint256 positions, uint256 counted) = _totals();
            assertUsd(sum, usd(0), "INV-1");
            for (uint256 k; k < lots_.length; ++k) assertEq(lots_[k], 0, "INV-2");
            assertEq(positions, counted, "every position is listed");
            if (i < 3) settlement.settle(only(accounts[i]));
        }
        (, , uint256 left, ) = _totals();
        assertEq(left, 2, "both sides of the perpetual");
    }

    function test_totals_showAClearingAccountThatIsMissing() public {
        settlement.settle(only(alice));
        accounts.pop();
        (Usd sum, int256[] memory lots_, , ) = _totals();
        assertNotEq(sum.raw(), 0, "its cash");
        assertEq(lots_[0], -3_333, "its calls");
        assertEq(lots_[2], 10_007, "its futures");
    }
}
