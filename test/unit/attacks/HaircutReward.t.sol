// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccountId} from "../../../contracts/types/AccountId.sol";
import {Bid} from "../../../contracts/interfaces/IAuction.sol";
import {Usd} from "../../../contracts/types/Usd.sol";
import {perpetualOf} from "../../../contracts/types/InstrumentId.sol";
import {Scenes} from "../../fixtures/Scenes.sol";

/// @dev While a loss is open a keeper's payment costs X D / V more. A bid's `minReward` must see that: a loss booked in
/// the block before would otherwise turn its gain into a loss.
contract HaircutRewardTest is Scenes {
    function testFuzz_liquidate_rewardIsWhatTheKeeperGains(uint256 spot, uint256 fraction) public {
        AccountId carol = fund(owner("carol"), 0, 12_000);
        trade(carol, bob, perpetualOf(BTC), 40_000, BTC_SPOT);
        fall(BTC, bound(spot, 37_100e18, 37_400e18)); // alice is insolvent, carol below maintenance
        liquidate(alice, keeper, 1e18);
        int256 before = equityOf(keeper);
        vm.prank(keeper.owner());
        (, Usd reward) = auction.liquidate(_bid(carol, bound(fraction, 0.1e18, 1e18)));
        assertApproxEqAbs(equityOf(keeper) - before, reward.raw(), 2, "reported and checked");
    }

    function _bid(AccountId account, uint256 fraction) private view returns (Bid memory) {
        return Bid(account, keeper, fraction, Usd.wrap(-1_000e18), "");
    }
}
