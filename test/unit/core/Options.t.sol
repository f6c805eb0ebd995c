// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Leg} from "../../../contracts/interfaces/IExchange.sol";
import {Assessment, Mode, UnderlyingRisk} from "../../../contracts/interfaces/IMarginEngine.sol";
import {Snapshot} from "../../../contracts/interfaces/IMarkets.sol";
import {AccountId} from "../../../contracts/types/AccountId.sol";
import {InstrumentId, perpetualOf} from "../../../contracts/types/InstrumentId.sol";
import {NO_UNDERLYINGS} from "../../../contracts/types/UnderlyingSet.sol";
import {Options} from "../../fixtures/Options.sol";

/// @dev Options and futures from trade to margin, on the whole protocol.
contract OptionsTest is Options {
    AccountId private alice;
    AccountId private bob;

    function setUp() public override {
        super.setUp();
        alice = fund(owner("alice"), 0, 1_000_000);
        bob = fund(owner("bob"), 0, 1_000_000);
    }

    function _audit(AccountId account) private view returns (Assessment memory a, UnderlyingRisk[] memory risks) {
        InstrumentId[] memory instruments = new InstrumentId[](clearinghouse.portfolio(account).positions.length);
        for (uint256 i; i < instruments.length; ++i) {
            instruments[i] = clearinghouse.portfolio(account).positions[i].instrument();
        }
        Snapshot memory market = clearinghouse.matrix(clearinghouse.underlyingsOf(account), instruments);
        return engine.audit(clearinghouse.portfolio(account), market, NO_UNDERLYINGS);
    }

    function test_trade_aCallChangesHandsAndBothAreMeasured() public {
        trade(alice, bob, call(BTC, 2, 40_000), 10_000, 3_700e18);
        Assessment memory a = assess(alice);
        Assessment memory b = assess(bob);
        assertGt(a.maintenance.raw(), 0);
        assertGt(b.maintenance.raw(), a.maintenance.raw());
        (, UnderlyingRisk[] memory risks) = _audit(alice);
        assertApproxEqRel(risks[0].optionValue.raw(), 3_700e18, 0.1e18, "value of one at-the-money call");
        assertApproxEqRel(risks[0].delta.raw(), 21_500e18, 0.1e18, "dollar delta");
    }

    function test_box_costsItsChargesOnly() public {
        Leg[] memory legs = new Leg[](4);
        legs[0] = Leg(call(BTC, 2, 36_000), 1);
        legs[1] = Leg(put(BTC, 2, 36_000), -1);
        legs[2] = Leg(call(BTC, 2, 44_000), -1);
        legs[3] = Leg(put(BTC, 2, 44_000), 1);
        tradeStructure(alice, bob, legs, 10_000, 0.79e18);
        (Assessment memory a, UnderlyingRisk[] memory risks) = _audit(alice);
        assertEq(risks[0].worst.raw(), 0, "nothing can move a box");
        assertEq(a.maintenance.raw(), 0);
    }

    function test_future_isADeltaOneAsset() public {
        trade(alice, bob, future(BTC, 2), 10_000, 40_150e18);
        (, UnderlyingRisk[] memory risks) = _audit(alice);
        assertApproxEqRel(risks[0].requirement.raw(), 1_300e18, 0.01e18, "half of 6.5 %");
        assertApproxEqRel(risks[0].delta.raw(), 40_131e18, 0.001e18);
        trade(bob, alice, perpetualOf(BTC), 10_000, 40_000e18);
        (, risks) = _audit(alice);
        assertApproxEqRel(risks[0].basis.raw(), 112e18, 0.1e18, "20 bp and 1 % a year for 30 days");
    }

    function test_portfolio_offsetsUnderlyings() public {
        trade(alice, bob, call(BTC, 2, 40_000), 100_000, 3_700e18);
        trade(bob, alice, call(ETH, 2, 3_000), 133_000, 350e18);
        Assessment memory cross = assess(alice);
        vm.prank(alice.owner());
        clearinghouse.setMode(alice, Mode.Portfolio);
        Assessment memory portfolio = assess(alice);
        assertLt(portfolio.maintenance.raw(), cross.maintenance.raw());
    }
}
