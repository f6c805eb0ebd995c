// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {LibBytes} from "solady/src/utils/LibBytes.sol";
import {IClearinghouse} from "../../../contracts/interfaces/IClearinghouse.sol";
import {Fill, IExchange, Leg, Order, SessionKey} from "../../../contracts/interfaces/IExchange.sol";
import {IMarkets} from "../../../contracts/interfaces/IMarkets.sol";
import {ISeries} from "../../../contracts/interfaces/ISeries.sol";
import {AccountId, CUSTODY} from "../../../contracts/types/AccountId.sol";
import {InstrumentId, instrumentId, Kind, perpetualOf} from "../../../contracts/types/InstrumentId.sol";
import {BotTrades} from "../../fixtures/BotTrades.sol";

/// @dev A batch leaves out what `settle` would refuse, for the same reason to the byte, and counts nothing of it.
contract SettleAvailableTest is BotTrades {
    uint256 private constant DEFECTS = 22;

    function setUp() public override {
        super.setUp();
        SessionKey memory terms = openTerms();
        terms.kinds ^= only(Kind.Spot);
        grant(keeper, terms);
    }

    /// @dev Three fills, of which the middle one has a defect; the two others settle.
    function testFuzz_settleAvailable_leavesOutWhatSettleRefuses(uint256 defect, bool inTaker) public {
        Fill[] memory fills = new Fill[](3);
        for (uint256 i; i < 3; ++i) fills[i] = _offer();
        fills[1] = _spoil(fills[1], defect % DEFECTS, inTaker);
        Fill[] memory first = new Fill[](2);
        (first[0], first[1]) = (fills[0], fills[1]);
        bytes memory refusal = _refusalOf(first);
        bytes32 named = fills[1].maker.group;
        vm.expectEmit(address(exchange));
        emit IExchange.Skipped(1, refusal);
        assertEq(exchange.settleAvailable(fills), 2);
        assertEq(exchange.filled(bob, fills[0].maker.nonce), 10);
        assertEq(exchange.filled(keeper, fills[2].taker.nonce), 10);
        assertEq(clearinghouse.lotsOf(keeper, perpetualOf(BTC)), 20);
        if (bytes4(refusal) == IExchange.OrderCancelled.selector) return; // `filled` tells that, too
        assertEq(exchange.filled(bob, fills[1].maker.nonce), 0, "counted");
        assertEq(exchange.filled(keeper, fills[1].taker.nonce), 0, "counted");
        if (named != 0) assertEq(exchange.groupFilled(bob, named), 0, "counted in the group");
    }

    /// @dev Every reason that the interface names is among the defects, but those of a dead price (below, and in `StaleQuote`): the
    /// property above reaches them all.
    function test_settleAvailable_reachesEveryReason() public {
        bytes4[DEFECTS] memory reasons = _reasons();
        Fill[] memory fills = new Fill[](1);
        for (uint256 i; i < DEFECTS; ++i) {
            fills[0] = _spoil(_offer(), i, false);
            assertEq(bytes4(_refusalOf(fills)), reasons[i], vm.toString(i));
        }
    }

    /// @dev Nothing is left: nothing happens, and that is no error.
    function testFuzz_settleAvailable_ofNothing(uint256 defect, uint8 count) public {
        Fill[] memory fills = new Fill[](count % 4);
        for (uint256 i; i < fills.length; ++i) fills[i] = _spoil(_offer(), defect % DEFECTS, false);
        int256 cash = clearinghouse.cashOf(keeper).raw();
        assertEq(exchange.settleAvailable(fills), 0);
        assertEq(clearinghouse.cashOf(keeper).raw(), cash);
        assertEq(clearinghouse.lotsOf(keeper, perpetualOf(BTC)), 0);
        settle(_offer()); // and the lock is free
    }

    /// @dev An account that ends below its margin reverts all and is named.
    function test_settleAvailable_revertsWhenAnAccountFails() public {
        Fill[] memory fills = new Fill[](2);
        fills[0] = _offer();
        fills[1] = fillOf(alice, bob, perpetualOf(BTC), 100_000, BTC_SPOT);
        (bool ok, bytes memory answer) = address(exchange).call(abi.encodeCall(exchange.settleAvailable, (fills)));
        assertFalse(ok);
        assertEq(bytes4(answer), IClearinghouse.InsufficientMargin.selector);
        (AccountId named, , , ) = abi.decode(LibBytes.slice(answer, 4), (AccountId, int256, int256, int256));
        assertTrue(named == alice, "another account");
    }

    /// @dev What can never trade is no refusal of an order's terms: it reverts all, as it does alone.
    function test_settleAvailable_revertsForWhatCanNeverTrade() public {
        Fill[] memory fills = new Fill[](2);
        (fills[0], fills[1]) = (_offer(), _offer());
        InstrumentId future_ = instrumentId(BTC, 1_700_000_000, 0, Kind.Future);
        InstrumentId[3] memory odd = [perpetualOf(9), perpetualOf(0), future_];
        bytes[4] memory reasons = [
            abi.encodeWithSelector(IMarkets.UnknownUnderlying.selector, uint256(9)),
            abi.encodeWithSelector(IExchange.InstrumentNotListed.selector, perpetualOf(0)),
            abi.encodeWithSelector(ISeries.UnknownExpiry.selector, BTC, 1_700_000_000),
            abi.encodeWithSignature("Panic(uint256)", 0x11)
        ];
        for (uint256 i; i < 4; ++i) {
            if (i == 3) (fills[1].maker.tip, fills[1].maker.legs[0]) = (type(uint256).max, fills[0].maker.legs[0]);
            else fills[1].maker.legs[0].instrument = odd[i];
            vm.expectRevert(reasons[i]);
            exchange.settleAvailable(fills);
        }
    }

    /// @dev Without a mark a session key's order is left out, not the batch.
    function test_settleAvailable_leavesOutAKeyWithoutAMark() public {
        Fill[] memory fills = new Fill[](2);
        (fills[0], fills[1]) = (_offer(), fillOf(alice, bob, perpetualOf(ETH), 1, ETH_SPOT));
        btcSource.breakDown();
        vm.expectEmit(address(exchange));
        emit IExchange.Skipped(0, abi.encodeWithSelector(IExchange.MarkNotLive.selector, keeper, bot, uint256(BTC)));
        assertEq(exchange.settleAvailable(fills), 1);
    }

    /// @dev What an earlier fill used up is not there for a later one.
    function test_settleAvailable_countsAsItGoes() public {
        Fill[] memory fills = new Fill[](3);
        for (uint256 i; i < 3; ++i) {
            fills[i] = _offer();
            (fills[i].maker.group, fills[i].maker.groupCap) = ("wings", 20);
            fills[i].makerSignature = sign(fills[i].maker);
        }
        vm.expectEmit(address(exchange));
        emit IExchange.Skipped(
            2,
            abi.encodeWithSelector(IExchange.GroupCapExceeded.selector, bob, bytes32("wings"), 10, 0)
        );
        assertEq(exchange.settleAvailable(fills), 2);
        assertEq(exchange.groupFilled(bob, "wings"), 20);
    }

    /// @dev The bot takes 10 lots of the keeper's from bob.
    function _offer() private returns (Fill memory) {
        return botFill(single(Leg(perpetualOf(BTC), 1)), 10, 4e18, 0, false);
    }

    /// @dev What `settle` says of them, and nothing has changed.
    function _refusalOf(Fill[] memory fills) private returns (bytes memory refusal) {
        bool ok;
        (ok, refusal) = address(exchange).call(abi.encodeCall(exchange.settle, (fills)));
        assertFalse(ok, "not refused");
    }

    function _reasons() private pure returns (bytes4[DEFECTS] memory) {
        return
            [
                IExchange.SelfTrade.selector,
                IExchange.NoLegs.selector,
                IExchange.LegsDoNotMatch.selector,
                IExchange.LegsDoNotMatch.selector,
                IExchange.PricesDoNotCross.selector,
                IExchange.InstrumentNotListed.selector,
                IExchange.OutOfScope.selector,
                IExchange.LossAboveBudget.selector,
                IExchange.OrderExpired.selector,
                IExchange.WrongExecutor.selector,
                IExchange.WrongTaker.selector,
                IExchange.FillTooSmall.selector,
                IExchange.FillTooSmall.selector,
                IExchange.WrongEpoch.selector,
                IExchange.OrderCancelled.selector,
                IExchange.OverFilled.selector,
                IExchange.GroupCapExceeded.selector,
                IExchange.BadSignature.selector,
                IExchange.SpotOutsideBand.selector,
                IExchange.FeeAboveMaximum.selector,
                IExchange.TipToSystemAccount.selector,
                IExchange.NotReducing.selector
            ];
    }

    /// @dev One defect: of the pair (0..5), of the bot (6, 7), or of an order, the maker's or the taker's.
    function _spoil(Fill memory f, uint256 defect, bool inTaker) private returns (Fill memory) {
        if (defect < 6) return _spoilPair(f, defect);
        if (defect == 6) return botFill(single(legOf(ETH, Kind.Spot, true)), 10, 3e18, 0, false);
        if (defect == 7) return botFill(single(Leg(perpetualOf(BTC), 1)), 10, 15e18, 0, false);
        if (defect == 12) f.units = 0;
        Order memory o = inTaker ? f.taker : f.maker;
        if (defect == 15) f.units = 11;
        else if (defect != 12 && defect != 17) _spoilOrder(o, defect);
        (f.makerSignature, f.takerSignature) = (sign(f.maker), sign(f.taker));
        if (defect == 17) (inTaker ? f.takerSignature : f.makerSignature)[0] ^= 0x01;
        return f;
    }

    function _spoilPair(Fill memory f, uint256 defect) private view returns (Fill memory) {
        if (defect == 0) f.taker.account = f.maker.account;
        if (defect == 1) f.maker.legs = new Leg[](0);
        if (defect == 2) f.taker.legs = new Leg[](2);
        if (defect == 3) f.taker.legs[0].ratio = 2;
        if (defect == 4) f.taker.limitPrice -= 1;
        if (defect != 5) return f;
        (f.maker.legs[0].instrument, f.taker.legs[0].instrument) = (call(BTC, 1, 40_001), call(BTC, 1, 40_001));
        return f;
    }

    function _spoilOrder(Order memory o, uint256 defect) private {
        if (defect == 8) o.expiry = uint40(block.timestamp - 1);
        if (defect == 9) o.executor = makeAddr("executor");
        if (defect == 10) o.taker = makeAddr("taker");
        if (defect == 11) o.minFill = 11;
        if (defect == 13) o.epoch = 1;
        if (defect == 16) (o.group, o.groupCap) = ("wings", 9);
        if (defect == 18) o.maxSpot = uint128(BTC_SPOT - 1);
        if (defect == 19) o.maxFee = 0;
        if (defect == 20) (o.tip, o.tipReceiver) = (1, CUSTODY);
        if (defect == 21) o.reduceOnly = true;
        if (defect != 14) return;
        uint256[] memory nonces = new uint256[](1);
        nonces[0] = o.nonce;
        vm.prank(o.account.owner());
        exchange.cancel(o.account, nonces);
    }
}
