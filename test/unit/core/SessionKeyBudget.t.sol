// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Fill, IExchange, Leg, SessionKey} from "../../../contracts/interfaces/IExchange.sol";
import {Kind} from "../../../contracts/types/InstrumentId.sol";
import {BotTrades} from "../../fixtures/BotTrades.sol";

/// @dev What the trades of a session key lose against mark, and no more than its terms say.
contract SessionKeyBudgetTest is BotTrades {
    uint128 private constant PLENTY = 1e24;
    /// @dev Equities are rounded down, the loss up, the funding of the cash once; and the mark of a unit is known to 1e-18, of 25.
    uint256 private constant ROUNDING = 30;

    /// @dev Any kind, bought or sold, made or taken, at a price within a half of its mark: what is counted is what the account is
    /// worth less, or fee and tip alone where the price was better than mark.
    function testFuzz_budget_countsWhatTheAccountIsWorthLess(uint8 kind, uint8 how, uint256 away, uint64 tip) public {
        kind = uint8(kind % KINDS);
        Leg[] memory legs = single(legOf(how & 1 == 0 ? BTC : ETH, Kind(kind), how & 2 == 0));
        int256 worth = _markOf(legs);
        int256 price = worth + (worth * (int256(bound(away, 0, 1e18)) - 0.5e18)) / 1e18;
        _assertCounted(botFill(legs, 25, price, tip % 1e15, how & 4 == 0), 25 * (price - worth), how & 4 == 0);
    }

    /// @dev A structure is held to the sum of its marks: what one leg gains pays for another.
    function testFuzz_budget_countsAStructureAsOne(int256 away, uint8 how, uint64 tip) public {
        Leg[] memory legs = new Leg[](5);
        for (uint256 i; i < 5; ++i) legs[i] = legOf(i & 1 == 0 ? BTC : ETH, Kind(i), (how >> i) & 1 == 0);
        int256 worth = _markOf(legs);
        int256 price = worth + bound(away, -5e18, 5e18);
        _assertCounted(botFill(legs, 7, price, tip % 1e15, how & 32 == 0), 7 * (price - worth), how & 32 == 0);
    }

    /// @dev Funding that was paid since is in the price and in what the position is worth: no loss.
    function test_budget_isNotChargedForFunding() public {
        markets.setPremium(BTC, 5_000);
        skip(1 hours); // Phi = 40,000 * 0.0625 % = 25
        refresh();
        Leg[] memory legs = single(legOf(BTC, Kind.Perpetual, true));
        assertEq(_markOf(legs), 4.02e18);
        _assertCounted(botFill(legs, 1_000, 4.02e18, 0, false), 0, false);
        assertEq(spentOf(keeper), 2.01e18, "5 bp of 4,020");
    }

    /// @dev What is gained on one trade buys nothing for the next.
    function test_budget_isNotRefilledByGains() public {
        allow(10e18);
        Leg[] memory legs = single(legOf(BTC, Kind.Perpetual, true));
        settle(botFill(legs, 1_000, 4.006e18, 0, true)); // 6 and a fee of 0.4
        assertEq(spentOf(keeper), 6.4e18);
        settle(botFill(legs, 1_000, 3.9e18, 0, true));
        assertEq(spentOf(keeper), 6.8e18, "the fee of a trade that gains 100");
    }

    /// @dev To the last unit of 1e-18: 3.6 and the fee of 0.4, then no more.
    function testFuzz_budget_isExact(uint128 budget) public {
        budget = uint128(bound(budget, 4e18 - 1e6, 4e18 + 1e6));
        allow(budget);
        Fill memory f = botFill(single(legOf(BTC, Kind.Perpetual, false)), 1_000, -3.9964e18, 0, true);
        if (budget < 4e18) {
            vm.expectRevert(
                abi.encodeWithSelector(IExchange.LossAboveBudget.selector, keeper, bot, uint256(4e18), uint256(budget))
            );
        } else {
            vm.expectEmit(address(exchange));
            emit IExchange.SessionKeyLost(keeper, bot, usd(4), usd(4));
        }
        settle(f);
    }

    /// @dev A lot is worth 1e-22 USD more than 4: sold at 4 it loses 1e-18, and so does the fee of 0.0004.
    function test_budget_roundsUp() public {
        btcSource.set(BTC_SPOT + 1);
        allow(PLENTY);
        settle(botFill(single(legOf(BTC, Kind.Perpetual, false)), 1, -4e18, 0, true));
        assertEq(spentOf(keeper), 1 + 0.0004e18 + 1);
    }

    /// @dev spent falls by dailyLoss a day, evenly, rounded up; and not below 0.
    function testFuzz_budget_comesBackEvenly(uint128 budget, uint256 time) public {
        budget = uint128(bound(budget, 4e18, 1e24));
        time = bound(time, 0, 2 days);
        allow(budget);
        settle(botFill(single(legOf(BTC, Kind.Perpetual, false)), 1_000, -3.9964e18, 0, true));
        assertEq(spentOf(keeper), 4e18);
        skip(time);
        uint256 back = 4e18 - spentOf(keeper);
        assertLe(back * 1 days, uint256(budget) * time, "more than its share");
        if (spentOf(keeper) != 0) assertGt((back + 1) * 1 days, uint256(budget) * time, "a unit too little");
    }

    /// @dev New terms begin anew.
    function test_budget_isWholeAfterNewTerms() public {
        allow(4e18);
        Leg[] memory legs = single(legOf(BTC, Kind.Perpetual, false));
        settle(botFill(legs, 1_000, -3.9964e18, 0, true));
        Fill memory f = botFill(legs, 1, -4e18, 0, true);
        vm.expectPartialRevert(IExchange.LossAboveBudget.selector);
        settle(f);
        allow(4e18);
        (SessionKey memory terms, uint256 spent) = exchange.sessionKey(keeper, bot);
        assertEq(spent, 0);
        assertEq(terms.dailyLoss, 4e18);
        settle(f);
    }

    /// @dev Two fills of a batch share it.
    function test_budget_isSharedByABatch() public {
        allow(4e18 - 1);
        Leg[] memory legs = single(legOf(BTC, Kind.Perpetual, false));
        Fill[] memory fills = new Fill[](2);
        for (uint256 i; i < 2; ++i) fills[i] = botFill(legs, 500, -3.9964e18, 0, true);
        vm.expectRevert(
            abi.encodeWithSelector(IExchange.LossAboveBudget.selector, keeper, bot, uint256(2e18), uint256(2e18 - 1))
        );
        exchange.settle(fills);
        assertEq(exchange.settleAvailable(fills), 1);
    }

    /// @param loss Of the price alone, negative when it gains. Asserts the event, the budget and the account.
    function _assertCounted(Fill memory f, int256 loss, bool makes) private {
        allow(PLENTY);
        int256 equity = equityOf(keeper);
        uint256 units = f.units;
        settle(f);
        uint256 counted = spentOf(keeper);
        int256 lost = equity - equityOf(keeper);
        if (loss > 0) {
            assertApproxEqAbs(int256(counted), lost, ROUNDING, "the account lost something else");
        } else {
            assertApproxEqAbs(int256(counted), lost - loss, ROUNDING, "a gain was counted");
        }
        uint256 tip = (makes ? f.maker.tip : f.taker.tip) * units;
        assertGt(counted, tip, "fee and tip are counted");
    }

    /// @dev What one unit is worth: the equity that it adds to an account which gets it for nothing, without fees.
    function _markOf(Leg[] memory legs) private returns (int256 worth) {
        uint256 snapshot = vm.snapshotState();
        uint128 units = 1_000;
        Fill memory f = botFill(legs, units, 0, 0, true);
        f.makerSignature = sign(f.maker);
        int256 before = equityOf(keeper) + equityOf(bob);
        int256 own = equityOf(keeper);
        settle(f);
        int256 fees = before - equityOf(keeper) - equityOf(bob);
        worth = equityOf(keeper) - own + fees / 6; // the maker pays 1 of 6 bp
        vm.revertToState(snapshot);
        return worth / int256(uint256(units));
    }
}
