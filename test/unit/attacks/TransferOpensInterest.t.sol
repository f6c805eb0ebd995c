// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccountId} from "../../../contracts/types/AccountId.sol";
import {IClearinghouse} from "../../../contracts/interfaces/IClearinghouse.sol";
import {perpetualOf} from "../../../contracts/types/InstrumentId.sol";
import {UnderlyingSet, NO_UNDERLYINGS} from "../../../contracts/types/UnderlyingSet.sol";
import {Usd} from "../../../contracts/types/Usd.sol";
import {Scenes} from "../../fixtures/Scenes.sol";

/// @dev A transfer moves positions between accounts of one owner. Out of two flat accounts it would write a new pair:
/// open interest without fee, beyond its cap, in markets that take no new risk.
contract TransferOpensInterestTest is Scenes {
    AccountId private _one;
    AccountId private _two;

    function setUp() public override {
        super.setUp();
        address who = owner("mallory");
        _one = fund(who, 1, 100_000);
        _two = fund(who, 2, 100_000);
    }

    function testFuzz_transfer_neverRaisesOpenInterest(int64 lots) public {
        lots = int64(bound(lots, -400_000, 400_000));
        vm.assume(lots != 0);
        uint256 before = _openInterest();
        vm.prank(_one.owner());
        try clearinghouse.transfer(_one, _two, Usd.wrap(0), legsOf(perpetualOf(BTC), lots)) {
            assertLe(_openInterest(), before, "wrote a new pair");
        } catch (bytes memory reason) {
            assertGt(reason.length, 3, "refused with a named error");
        }
    }

    function test_transfer_opensNothingInAReduceOnlyMarket() public {
        markets.tightenReduceOnly(BTC);
        vm.prank(_one.owner());
        vm.expectPartialRevert(IClearinghouse.NotHeld.selector);
        clearinghouse.transfer(_one, _two, Usd.wrap(0), legsOf(perpetualOf(BTC), 10_000));
    }

    function test_transfer_opensNothingOnADeadPrice() public {
        btcSource.breakDown();
        vm.prank(_one.owner());
        vm.expectPartialRevert(IClearinghouse.NotHeld.selector);
        clearinghouse.transfer(_one, _two, Usd.wrap(0), legsOf(perpetualOf(BTC), 10_000));
    }

    /// @dev What a transfer is for: the long of 1 BTC changes the account, nobody's risk grows.
    function test_transfer_movesAPositionAtUnchangedOpenInterest() public {
        trade(_one, bob, perpetualOf(BTC), 10_000, BTC_SPOT);
        uint256 before = _openInterest();
        transfer(_one, _two, Usd.wrap(0), legsOf(perpetualOf(BTC), 10_000));
        assertEq(clearinghouse.lotsOf(_two, perpetualOf(BTC)), 10_000);
        assertEq(clearinghouse.lotsOf(_one, perpetualOf(BTC)), 0);
        assertEq(_openInterest(), before);
    }

    function _openInterest() private view returns (uint256) {
        UnderlyingSet set = NO_UNDERLYINGS.with(BTC);
        return clearinghouse.snapshot(set).markets[0].openInterest;
    }
}
