// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccountId} from "../../../contracts/types/AccountId.sol";
import {perpetualOf} from "../../../contracts/types/InstrumentId.sol";
import {Fill} from "../../../contracts/interfaces/IExchange.sol";
import {Scenes} from "../../fixtures/Scenes.sol";

/// @dev An owner sells to himself below mark: what the buyer gains is the seller's own equity and never a deficit.
contract SelfTradeTest is Scenes {
    AccountId private _seller;
    AccountId private _buyer;

    /// @dev 100 ETH long at 3,000 on 30,000 USD, then -3 %: E = 20,850, MM = 12,367.5.
    function setUp() public override {
        super.setUp();
        address who = owner("mallory");
        _seller = fund(who, 1, 30_000);
        _buyer = fund(who, 2, 30_000);
        trade(_seller, bob, perpetualOf(ETH), 100_000, ETH_SPOT);
        fall(ETH, 2_910e18);
    }

    function testFuzz_trade_belowMarkNeverLeavesADeficit(uint256 price, uint128 lots) public {
        price = bound(price, 0, 2_910e18);
        lots = uint128(bound(lots, 1, 100_000));
        _attempt(price, lots);
        assertGe(equityOf(_seller), 0, "INV-6");
    }

    /// @dev Between maintenance and initial margin the ratio E/MM may not fall either, except by closing everything.
    function testFuzz_trade_belowMarkKeepsTheHealthOfAWeakAccount(uint256 price, uint128 lots) public {
        fall(ETH, 2_830e18); // E = 12,850; MM = 12,027.5; IM = 15,920
        price = bound(price, 0, 2_830e18);
        lots = uint128(bound(lots, 1, 99_999));
        int256 before = healthOf(_seller);
        _attempt(price, lots);
        assertGe(healthOf(_seller), before, "E/MM fell");
    }

    /// @dev The price of the review, 290.99 below mark, would have cost the vault 8,099; the last cent of E is at 208.50.
    function test_trade_atTheReviewsPriceIsRefused() public {
        assertFalse(_attempt(2_910e18 - 290.99e18, 100_000), "290.99 below mark");
        assertFalse(_attempt(2_910e18 - 208.51e18, 100_000), "one cent below the last equity");
        assertTrue(_attempt(2_910e18 - 208.49e18, 100_000), "his own money is his to give");
        assertLt(equityOf(_buyer), 30_000e18 + 20_850e18, "the pair gains nothing");
    }

    /// @dev Both sides empty: no book of any size, at any price.
    function testFuzz_trade_betweenEmptyAccountsIsRefused(uint256 price, uint128 lots) public {
        lots = uint128(bound(lots, 1, 2 ** 46));
        AccountId one = sub(_seller.owner(), 7);
        AccountId two = sub(_seller.owner(), 8);
        Fill memory f = fillOf(one, two, perpetualOf(ETH), lots, bound(price, 0, 10_000e18));
        vm.expectRevert();
        settle(f);
    }

    function _attempt(uint256 price, uint128 lots) private returns (bool) {
        Fill[] memory fills = new Fill[](1);
        fills[0] = fillOf(_buyer, _seller, perpetualOf(ETH), lots, price);
        int256 before = equityOf(_seller) + equityOf(_buyer);
        try exchange.settle(fills) {
            assertLe(equityOf(_seller) + equityOf(_buyer), before, "INV-9: the pair pays fees and gains nothing");
            return true;
        } catch (bytes memory reason) {
            assertGt(reason.length, 3, "refused with a named error");
            return false;
        }
    }
}
