// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccountId} from "../../../contracts/types/AccountId.sol";
import {perpetualOf} from "../../../contracts/types/InstrumentId.sol";
import {Position, position} from "../../../contracts/types/Position.sol";
import {NO_UNDERLYINGS} from "../../../contracts/types/UnderlyingSet.sol";
import {Usd} from "../../../contracts/types/Usd.sol";
import {Scenes} from "../../fixtures/Scenes.sol";

/// @dev The same position named several times in one transfer moves several times: beyond zero it is a new pair.
contract TransferTwiceTest is Scenes {
    function testFuzz_transfer_ofRepeatedLegsRaisesNoOpenInterest(uint8 times) public {
        times = uint8(bound(times, 2, 50));
        address who = owner("mallory");
        AccountId one = fund(who, 1, 100_000);
        AccountId two = fund(who, 2, 100_000);
        trade(one, bob, perpetualOf(BTC), 1_000, BTC_SPOT);
        uint256 before = _openInterest();
        Position[] memory legs = new Position[](times);
        for (uint256 i; i < times; ++i) {
            legs[i] = position(perpetualOf(BTC), 1_000);
        }
        vm.prank(who);
        try clearinghouse.transfer(one, two, Usd.wrap(0), legs) {
            assertLe(_openInterest(), before, "wrote a new pair");
        } catch (bytes memory reason) {
            assertGt(reason.length, 3, "refused with a named error");
        }
    }

    function _openInterest() private view returns (uint256) {
        return clearinghouse.snapshot(NO_UNDERLYINGS.with(BTC)).markets[0].openInterest;
    }
}
