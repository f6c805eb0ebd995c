// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Fill, IExchange} from "../../../contracts/interfaces/IExchange.sol";
import {IGateway, Permission} from "../../../contracts/interfaces/IGateway.sol";
import {Mode} from "../../../contracts/interfaces/IMarginEngine.sol";
import {AccountId, accountId} from "../../../contracts/types/AccountId.sol";
import {perpetualOf} from "../../../contracts/types/InstrumentId.sol";
import {Gateways} from "../../fixtures/Gateways.sol";

/// @dev Orders through the gateway are settled by who called it, alone or among other things.
contract GatewayOrdersTest is Gateways {
    /// @dev Who is named as executor is the caller, never the gateway.
    function testFuzz_settle_isByTheCaller(address caller) public {
        vm.assume(caller != address(0) && caller != relayer && caller != address(this));
        Fill[] memory fills = _fills(2);
        fills[0].maker.executor = caller;
        fills[0].makerSignature = sign(fills[0].maker);
        bytes32 digest = exchange.hashOrder(fills[0].maker);
        bytes memory refusal = abi.encodeWithSelector(IExchange.WrongExecutor.selector, digest, caller, relayer);
        refuse(relayer, abi.encodeCall(IGateway.settle, (fills)), refusal);
        take(caller, abi.encodeCall(IGateway.settle, (fills)));
        assertEq(clearinghouse.lotsOf(keeper, perpetualOf(BTC)), 20);
    }

    function test_settle_withTheGatewayAsExecutorIsRefused() public {
        Fill[] memory fills = _fills(1);
        fills[0].maker.executor = address(gateway);
        fills[0].makerSignature = sign(fills[0].maker);
        bytes32 digest = exchange.hashOrder(fills[0].maker);
        bytes memory refusal = abi.encodeWithSelector(
            IExchange.WrongExecutor.selector,
            digest,
            address(gateway),
            relayer
        );
        refuse(relayer, abi.encodeCall(IGateway.settle, (fills)), refusal);
    }

    /// @dev A tip to nobody named goes to the caller's sub-account 0.
    function testFuzz_settle_tipsTheCaller(uint64 tip) public {
        Fill[] memory fills = _fills(1);
        fills[0].maker.tip = tip;
        fills[0].makerSignature = sign(fills[0].maker);
        take(relayer, abi.encodeCall(IGateway.settle, (fills)));
        assertEq(clearinghouse.cashOf(accountId(relayer, 0)).raw(), int256(uint256(tip)) * 10);
        assertEq(clearinghouse.cashOf(accountId(address(gateway), 0)).raw(), 0);
    }

    /// @dev An empty signature stands for the caller, here of his own account and of one that he operates.
    function test_settle_takesTheCallersOwnOrdersUnsigned() public {
        Fill[] memory fills = _fills(1);
        fills[0].takerSignature = "";
        AccountId taker = fills[0].taker.account;
        bytes memory data = abi.encodeCall(IGateway.settle, (fills));
        bytes32 digest = exchange.hashOrder(fills[0].taker);
        refuse(relayer, data, abi.encodeWithSelector(IExchange.BadSignature.selector, taker, digest));
        take(taker.owner(), data);
        fills = _fills(1);
        fills[0].makerSignature = "";
        take(operator, abi.encodeCall(IGateway.settle, (fills)));
        assertEq(clearinghouse.lotsOf(keeper, perpetualOf(BTC)), 20);
    }

    function test_settleAvailable_leavesOutAndCounts() public {
        Fill[] memory fills = _fills(3);
        fills[1].makerSignature = fills[0].makerSignature;
        bytes32 digest = exchange.hashOrder(fills[1].maker);
        vm.expectEmit(address(exchange));
        emit IExchange.Skipped(1, abi.encodeWithSelector(IExchange.BadSignature.selector, subject, digest));
        bytes memory answer = take(relayer, abi.encodeCall(IGateway.settleAvailable, (fills)));
        assertEq(abi.decode(answer, (uint256)), 2);
        assertEq(clearinghouse.lotsOf(keeper, perpetualOf(BTC)), 20);
    }

    /// @dev One transaction of a new user: deposit, mode, trade, and a key for the bot.
    function test_multicall_doesEverythingAtOnce() public {
        address who = owner("newcomer");
        AccountId account = accountId(who, 0);
        usdc.mint(who, 1_000e6);
        vm.prank(who);
        usdc.approve(address(gateway), 1_000e6);
        Fill[] memory fills = new Fill[](1);
        fills[0] = fillOf(account, subject, perpetualOf(BTC), 100, BTC_SPOT);
        fills[0].takerSignature = "";
        bytes[] memory calls = new bytes[](4);
        calls[0] = abi.encodeCall(IGateway.deposit, (account, USD, 1_000e6));
        calls[1] = abi.encodeCall(IGateway.setMode, (account, Mode.Portfolio, unsigned()));
        calls[2] = abi.encodeCall(IGateway.settle, (fills));
        calls[3] = abi.encodeCall(IGateway.setSessionKey, (account, bot, openTerms(), unsigned()));
        vm.prank(who);
        bytes[] memory answers = gateway.multicall(calls);
        assertEq(abi.decode(answers[0], (uint256)), 1_000e18);
        assertEq(clearinghouse.lotsOf(account, perpetualOf(BTC)), 100);
        assertEq(uint8(clearinghouse.portfolio(account).mode), uint8(Mode.Portfolio));
        assertTrue(exchange.mayCancel(account, bot));
        assertEq(usdc.balanceOf(address(gateway)), 0);
    }

    /// @dev Signed and unsigned actions of several owners, by one relayer: each is whose it is.
    function testFuzz_multicall_ofSignedActions(uint256 first, uint256 then) public {
        (first, then) = (CANCEL + (first % 3), then % CANCEL);
        bytes[] memory calls = new bytes[](2);
        uint256 key = keyOf[subject.owner()];
        calls[0] = callOf(first, wordsOf(first), permit(botKey, first, wordsOf(first), 1, block.timestamp));
        calls[1] = callOf(then, wordsOf(then), permit(key, then, wordsOf(then), 2, block.timestamp));
        vm.prank(relayer);
        gateway.multicall(calls);
        assertTrue(isDone(first) && isDone(then));
    }

    /// @dev All or nothing: the reason is the one of the call that failed.
    function test_multicall_failsWhole() public {
        bytes[] memory calls = new bytes[](2);
        calls[0] = callOf(CANCEL_ALL, wordsOf(CANCEL_ALL), unsigned());
        Permission memory p = permit(botKey, SET_MODE, wordsOf(SET_MODE), 2, block.timestamp);
        calls[1] = callOf(SET_MODE, wordsOf(SET_MODE), p);
        bytes memory refusal = abi.encodeWithSelector(IGateway.NotAuthorized.selector, subject, bot);
        refuse(subject.owner(), abi.encodeCall(gateway.multicall, (calls)), refusal);
        assertFalse(isDone(CANCEL_ALL), "the first call stayed");
    }

    function test_cancelAll_tellsTheEpoch() public {
        bytes memory data = callOf(CANCEL_ALL, wordsOf(CANCEL_ALL), unsigned());
        assertEq(abi.decode(take(bot, data), (uint256)), 1);
        assertEq(abi.decode(take(bot, data), (uint256)), 2);
    }

    /// @dev The keeper buys 10 lots from the subject, `count` times.
    function _fills(uint256 count) private returns (Fill[] memory fills) {
        fills = new Fill[](count);
        for (uint256 i; i < count; ++i) fills[i] = fillOf(keeper, subject, perpetualOf(BTC), 10, BTC_SPOT);
    }
}
