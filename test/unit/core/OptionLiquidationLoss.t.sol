// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {UnderlyingRisk} from "../../../contracts/interfaces/IMarginEngine.sol";
import {Snapshot} from "../../../contracts/interfaces/IMarkets.sol";
import {AccountId, compartment, HOLE} from "../../../contracts/types/AccountId.sol";
import {InstrumentId} from "../../../contracts/types/InstrumentId.sol";
import {NO_UNDERLYINGS} from "../../../contracts/types/UnderlyingSet.sol";
import {Usd} from "../../../contracts/types/Usd.sol";
import {OptionLiquidationScene} from "./OptionLiquidationScene.sol";

/// @dev Takeovers of insolvent accounts that hold options: who pays.
contract OptionLiquidationLossTest is OptionLiquidationScene {
    function _ruin() private {
        _prices(220);
        assertLt(equityOf(writer), -30_000e18, "insolvent");
    }

    function _cash(AccountId account) private view returns (int256) {
        return clearinghouse.cashOf(account).raw();
    }

    function _requirements() private view returns (int256 btc, int256 eth) {
        InstrumentId[] memory instruments = new InstrumentId[](vectorOf(writer).positions.length);
        for (uint256 i; i < instruments.length; ++i) instruments[i] = vectorOf(writer).positions[i].instrument();
        Snapshot memory market = clearinghouse.matrix(clearinghouse.underlyingsOf(writer), instruments);
        (, UnderlyingRisk[] memory risks) = engine.audit(vectorOf(writer), market, NO_UNDERLYINGS);
        return (risks[0].requirement.raw(), risks[1].requirement.raw());
    }

    function test_liquidate_makesTheKeeperWhole() public {
        _ruin();
        int256 before = equityOf(keeper);
        (Usd payment, Usd reward) = liquidate(writer, keeper, 1e18);
        assertEq(payment.raw(), 0, "nothing to pay for");
        assertEq(reward.raw(), 0, "no reward before its time");
        assertApproxEqAbs(equityOf(keeper), before, 2, "made whole");
        assertEq(equityOf(writer), 0);
        assertEq(vectorOf(writer).positions.length, 0);
    }

    /// @dev A loss is borne by the underlyings in proportion to their requirements, first from their own compartments.
    function test_liquidate_attributesLossesByRequirement() public {
        _ruin();
        int256 loss = -equityOf(writer);
        (int256 btc, int256 eth) = _requirements();
        int256 own = _cash(compartment(BTC)) + _cash(compartment(ETH));
        int256 ownBtc = _cash(compartment(BTC));
        liquidate(writer, keeper, 1e18);
        int256 paidByBtc = ownBtc - _cash(compartment(BTC)) + clearinghouse.deficit(BTC).raw();
        int256 paidByEth = own - ownBtc - _cash(compartment(ETH)) + clearinghouse.deficit(ETH).raw();
        assertEq(paidByBtc + paidByEth, loss, "all of it");
        assertApproxEqAbs(paidByBtc * (btc + eth), loss * btc, 1e24, "the share of BTC");
        assertGt(btc, 0);
        assertGt(eth, 0);
        assertEq(-_cash(HOLE), clearinghouse.deficit(BTC).raw() + clearinghouse.deficit(ETH).raw(), "booked");
    }

    function test_liquidate_spendsCompartmentsThenTheCommonOneThenHole() public {
        insure(BTC, 10_000);
        insure(0, 5_000);
        _ruin();
        int256 loss = -equityOf(writer);
        int256 covered = _cash(compartment(BTC)) + _cash(compartment(ETH)) + _cash(compartment(0));
        liquidate(writer, keeper, 1e18);
        assertEq(_cash(compartment(BTC)), 0);
        assertEq(_cash(compartment(0)), 0);
        assertEq(-_cash(HOLE), loss - covered, "only the rest");
    }

    /// @dev Slices of any size: the account never pays for its own liquidation, and memo is what it still owes.
    function testFuzz_liquidate_INV14_insolventAccountsPayNothing(uint256 fraction, uint256 wait) public {
        _ruin();
        auction.flag(writer);
        skip(bound(wait, 0, 50 minutes));
        int256 owed = equityOf(writer);
        int256 before = equityOf(keeper);
        (Usd payment, Usd reward) = liquidate(writer, keeper, bound(fraction, 0.1e18, 1e18));
        assertEq(payment.raw(), 0);
        assertGe(equityOf(writer), owed, "INV-14: it lost more");
        assertApproxEqAbs(equityOf(keeper) - before, reward.raw(), 2, "the reward is the keeper's gain");
        int256 left = equityOf(writer);
        assertEq(clearinghouse.memo(writer).raw(), left < 0 ? -left : int256(0));
    }
}
