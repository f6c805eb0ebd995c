// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccountId} from "../../../contracts/types/AccountId.sol";
import {Bid} from "../../../contracts/interfaces/IAuction.sol";
import {Fill} from "../../../contracts/interfaces/IExchange.sol";
import {Assessment} from "../../../contracts/interfaces/IMarginEngine.sol";
import {CallbackKeeper} from "../../../contracts/mocks/CallbackKeeper.sol";
import {perpetualOf} from "../../../contracts/types/InstrumentId.sol";
import {Usd} from "../../../contracts/types/Usd.sol";
import {Scenes} from "../../fixtures/Scenes.sol";

/// @dev A rich keeper uses the callback of somebody's slice to pay itself out: what a takeover may leave (b * MM) is less
/// than what an owner must (IM), so the callback would withdraw below initial margin.
contract CallbackMarginTest is Scenes {
    function testFuzz_onLiquidation_paysNothingOutBelowInitialMargin(uint256 tip) public {
        CallbackKeeper contract_ = new CallbackKeeper();
        AccountId rich = sub(address(contract_), 1);
        AccountId thief = sub(address(contract_), 2);
        usdc.mint(address(contract_), 150_000e6);
        contract_.perform(address(usdc), abi.encodeCall(usdc.approve, (address(vault), 150_000e6)));
        contract_.perform(address(vault), abi.encodeCall(vault.deposit, (rich, USD, 150_000e6)));
        fall(BTC, 38_500e18);
        Fill[] memory fills = new Fill[](1);
        fills[0].maker = orderOf(bob, perpetualOf(BTC), 1, 40_000, 38_500e18);
        fills[0].makerSignature = sign(fills[0].maker);
        fills[0].taker = orderOf(rich, perpetualOf(BTC), -1, 40_000, 38_500e18);
        (fills[0].taker.tip, fills[0].taker.tipReceiver) = (bound(tip, 3.4e18, 3.62e18), thief);
        fills[0].units = 40_000;
        contract_.plan(address(exchange), abi.encodeCall(exchange.settle, (fills)));
        Bid memory bid = Bid(alice, rich, 0.1e18, Usd.wrap(0), "go");
        try contract_.perform(address(auction), abi.encodeCall(auction.liquidate, (bid))) {
            Assessment memory a = assess(rich);
            assertGe(a.equity.raw(), a.initial.raw(), "left below initial margin");
        } catch (bytes memory reason) {
            assertGt(reason.length, 3, "refused with a named error");
        }
    }
}
