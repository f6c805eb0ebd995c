// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Fill, IExchange, Leg} from "../../../contracts/interfaces/IExchange.sol";
import {AccountId} from "../../../contracts/types/AccountId.sol";
import {perpetualOf} from "../../../contracts/types/InstrumentId.sol";
import {SessionKeys} from "../../fixtures/SessionKeys.sol";

/// @dev A bot gives its principal's money to an account of its own: by prices beside the mark, tips and fees, in structures, in many
/// small fills, over days, with two keys or from two accounts. No price moves: what the principal is worth less, the bot took.
contract KeySelfTradeTest is SessionKeys {
    uint256 private constant STEPS = 12;

    AccountId private loot;
    uint256 private start;

    function setUp() public override {
        super.setUp();
        loot = fund(owner("mallory"), 0, 1_000_000);
        grant(keeper, openTerms());
        start = block.timestamp;
    }

    /// @dev After t days at most (1 + t) times the daily budget, by whatever mixture.
    function testFuzz_bot_takesNoMoreThanItsBudget(uint256 seed) public {
        int256 before = equityOf(keeper);
        for (uint256 i; i < STEPS; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            _steal(keeper, botKey, seed);
            uint256 most = DAILY_LOSS + (uint256(DAILY_LOSS) * (block.timestamp - start)) / 1 days;
            assertLe(before - equityOf(keeper), int256(most + STEPS * 8), "beyond its budget");
            if (seed & 1 == 0) _wait(seed % 6 hours);
        }
    }

    /// @dev Two keys have two budgets, and share none of them.
    function testFuzz_bot_withTwoKeysTakesTwoBudgets(uint256 seed) public {
        (address other, uint256 otherKey) = makeAddrAndKey("other bot");
        vm.prank(keeper.owner());
        exchange.setSessionKey(keeper, other, openTerms());
        int256 before = equityOf(keeper);
        for (uint256 i; i < STEPS; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            _steal(keeper, seed & 1 == 0 ? botKey : otherKey, seed);
        }
        assertLe(before - equityOf(keeper), int256(2 * uint256(DAILY_LOSS) + STEPS * 8));
    }

    /// @dev One key for two accounts has a budget in each.
    function testFuzz_bot_ofTwoAccountsTakesABudgetFromEach(uint256 seed) public {
        AccountId second = fund(keeper.owner(), 1, 100_000);
        grant(second, openTerms());
        int256[2] memory before = [equityOf(keeper), equityOf(second)];
        for (uint256 i; i < STEPS; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            _steal(seed & 1 == 0 ? keeper : second, botKey, seed);
        }
        assertLe(before[0] - equityOf(keeper), int256(uint256(DAILY_LOSS) + STEPS * 8));
        assertLe(before[1] - equityOf(second), int256(uint256(DAILY_LOSS) + STEPS * 8));
    }

    /// @dev The property is no empty one: he gets all but the fees of it, and 1e-18 more is refused.
    function test_bot_takesItsBudgetWhole() public {
        (int256 gained, int256 before) = (equityOf(loot), equityOf(keeper));
        Fill memory f = _sale(keeper, botKey, 100, 3.002e18); // 100 * 0.998, and 5 bp of 400
        settle(f);
        assertEq(before - equityOf(keeper), 100e18);
        assertEq(equityOf(loot) - gained, 99.8e18 - 0.04e18, "less the fees of both");
        f = _sale(keeper, botKey, 1, 4e18);
        vm.expectPartialRevert(IExchange.LossAboveBudget.selector);
        settle(f);
    }

    /// @dev Fills of one lot in one batch are counted together.
    function test_bot_takesNoMoreInSmallPieces() public {
        Fill[] memory fills = new Fill[](150);
        for (uint256 i; i < fills.length; ++i) fills[i] = _sale(keeper, botKey, 1, 1e18);
        int256 before = equityOf(keeper);
        assertEq(exchange.settleAvailable(fills), 33, "3.002 each");
        assertLe(before - equityOf(keeper), int256(uint256(DAILY_LOSS)));
    }

    /* HOW */

    /// @dev One attempt of some kind and size; refused or not.
    function _steal(AccountId victim, uint256 key, uint256 seed) private {
        uint256 form = (seed >> 8) % 4;
        uint256 amount = bound(seed >> 16, 0, 150e18);
        uint128 units = uint128(bound(seed >> 64, 1, 500));
        Fill[] memory fills = new Fill[](form == 3 ? 5 : 1);
        for (uint256 i; i < fills.length; ++i) {
            uint256 each = amount / fills.length / units;
            fills[i] =
                form == 1 ? _tip(victim, key, units, each) : _sale(victim, key, units, each > 4e18 ? 0 : 4e18 - each);
            if (form == 2) _asStructure(fills[i], key);
        }
        exchange.settleAvailable(fills);
    }

    /// @dev The victim sells to the loot at `price` a lot, which is worth 4.
    function _sale(AccountId victim, uint256 key, uint128 units, uint256 price) private returns (Fill memory f) {
        f.maker = orderOf(loot, perpetualOf(BTC), 1, units, BTC_SPOT);
        f.taker = orderOf(victim, perpetualOf(BTC), -1, units, BTC_SPOT);
        (f.maker.limitPrice, f.taker.limitPrice, f.units) = (int256(price), -int256(price), units);
        (f.makerSignature, f.takerSignature) = (sign(f.maker), signWith(key, f.taker));
    }

    function _tip(AccountId victim, uint256 key, uint128 units, uint256 tip) private returns (Fill memory f) {
        f = _sale(victim, key, units, 4e18);
        (f.taker.tip, f.taker.tipReceiver) = (tip, loot);
        f.takerSignature = signWith(key, f.taker);
    }

    /// @dev A second leg of 3 a lot with it, at the price of one.
    function _asStructure(Fill memory f, uint256 key) private view {
        Leg memory leg = f.maker.legs[0];
        (f.maker.legs, f.taker.legs) = (new Leg[](2), new Leg[](2));
        (f.maker.legs[0], f.maker.legs[1]) = (leg, Leg(perpetualOf(ETH), 1));
        (f.taker.legs[0], f.taker.legs[1]) = (Leg(leg.instrument, -1), Leg(perpetualOf(ETH), -1));
        (f.makerSignature, f.takerSignature) = (sign(f.maker), signWith(key, f.taker));
    }

    function _wait(uint256 seconds_) private {
        skip(seconds_);
        btcSource.set(BTC_SPOT);
        ethSource.set(ETH_SPOT);
    }
}
