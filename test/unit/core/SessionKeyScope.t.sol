// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Fill, IExchange, Leg, SessionKey} from "../../../contracts/interfaces/IExchange.sol";
import {Kind, perpetualOf} from "../../../contracts/types/InstrumentId.sol";
import {UnderlyingSet} from "../../../contracts/types/UnderlyingSet.sol";
import {BotTrades} from "../../fixtures/BotTrades.sol";

/// @dev What a session key may trade, until when, and on what prices.
contract SessionKeyScopeTest is BotTrades {
    uint128 private constant PLENTY = 1e24;

    function testFuzz_key_tradesItsKindsAndUnderlyings(uint8 kinds, uint8 underlyings, uint8 kind, bool isBtc) public {
        SessionKey memory terms = openTerms();
        (terms.kinds, terms.underlyings, terms.dailyLoss) = (kinds, UnderlyingSet.wrap(underlyings), PLENTY);
        grant(keeper, terms);
        uint8 u = isBtc ? BTC : ETH;
        kind = uint8(kind % KINDS);
        Leg memory leg = legOf(u, Kind(kind), true);
        Fill memory f = botFill(single(leg), 1, 1e18, 0, false);
        bool isMeant = (kinds >> kind) & 1 == 1 && (underlyings >> u) & 1 == 1;
        if (!isMeant) {
            vm.expectRevert(abi.encodeWithSelector(IExchange.OutOfScope.selector, keeper, bot, leg.instrument));
        }
        settle(f);
    }

    /// @dev Every leg must be within: the first that is not is named.
    function testFuzz_key_needsEveryLegInScope(uint8 odd) public {
        Leg[] memory legs = new Leg[](4);
        for (uint256 i; i < 4; ++i) legs[i] = Leg(call(BTC, 1, 38_000 + 2_000 * i), i < 2 ? int64(1) : int64(-1));
        odd = odd % 5;
        if (odd < 4) legs[odd] = legOf(ETH, Kind.Call, true);
        SessionKey memory terms = openTerms();
        (terms.kinds, terms.underlyings, terms.dailyLoss) = (only(Kind.Call), UnderlyingSet.wrap(1 << BTC), PLENTY);
        grant(keeper, terms);
        Fill memory f = botFill(legs, 1, 0, 0, true);
        if (odd < 4) {
            vm.expectRevert(abi.encodeWithSelector(IExchange.OutOfScope.selector, keeper, bot, legs[odd].instrument));
        }
        settle(f);
    }

    /// @dev Up to its expiry, that second included; afterwards its signature is nobody's.
    function testFuzz_key_endsWithItsExpiry(uint40 life, uint40 time) public {
        SessionKey memory terms = openTerms();
        terms.expiry = uint40(block.timestamp + bound(life, 0, 1 hours));
        grant(keeper, terms);
        Fill memory f = botFill(single(legOf(BTC, Kind.Perpetual, true)), 1, 4e18, 0, false);
        skip(bound(time, 0, 1 hours));
        btcSource.set(BTC_SPOT);
        if (block.timestamp > terms.expiry) {
            bytes32 digest = exchange.hashOrder(f.taker);
            vm.expectRevert(abi.encodeWithSelector(IExchange.BadSignature.selector, keeper, digest));
        }
        settle(f);
    }

    /// @dev Signed before it was revoked is signed by nobody.
    function test_key_isRevokedAtOnce() public {
        grant(keeper, openTerms());
        Fill memory f = botFill(single(legOf(BTC, Kind.Perpetual, true)), 1, 4e18, 0, false);
        SessionKey memory none;
        vm.expectEmit(address(exchange));
        emit IExchange.SessionKeySet(keeper, bot, none);
        grant(keeper, none);
        bytes32 digest = exchange.hashOrder(f.taker);
        vm.expectRevert(abi.encodeWithSelector(IExchange.BadSignature.selector, keeper, digest));
        settle(f);
        assertFalse(exchange.mayCancel(keeper, bot));
    }

    /// @dev The key sends its own order: no signature.
    function test_key_sendsItsOrdersUnsigned() public {
        grant(keeper, openTerms());
        Fill memory f = botFill(single(legOf(BTC, Kind.Perpetual, true)), 10, 4e18, 0, false);
        f.takerSignature = "";
        bytes32 digest = exchange.hashOrder(f.taker);
        vm.expectRevert(abi.encodeWithSelector(IExchange.BadSignature.selector, keeper, digest));
        settle(f);
        vm.prank(bot);
        settle(f);
        assertEq(clearinghouse.lotsOf(keeper, perpetualOf(BTC)), 10);
        assertEq(spentOf(keeper), 0.02e18, "the fee");
    }

    /// @dev A key is one account's.
    function testFuzz_key_isOfOneAccount(uint96 subId) public {
        vm.assume(subId != 0);
        grant(keeper, openTerms());
        Fill memory f = botFill(single(legOf(BTC, Kind.Perpetual, true)), 1, 4e18, 0, false);
        f.taker.account = sub(keeper.owner(), subId);
        f.takerSignature = signWith(botKey, f.taker);
        bytes32 digest = exchange.hashOrder(f.taker);
        vm.expectRevert(abi.encodeWithSelector(IExchange.BadSignature.selector, f.taker.account, digest));
        settle(f);
    }

    /// @dev An owner or operator who is named as a key as well trades as what he was: nothing is counted.
    function testFuzz_key_ofAnOwnerOrOperatorBindsNobody(bool isOwner) public {
        SessionKey memory none = SessionKey(type(uint40).max, 0, 0, UnderlyingSet.wrap(0));
        address who = isOwner ? keeper.owner() : bot;
        vm.startPrank(keeper.owner());
        clearinghouse.setOperator(keeper, bot, true);
        exchange.setSessionKey(keeper, who, none);
        vm.stopPrank();
        Fill memory f = botFill(single(legOf(BTC, Kind.Perpetual, true)), 1_000, 5e18, 0, false);
        if (isOwner) f.takerSignature = sign(f.taker);
        settle(f);
        (, uint256 spent) = exchange.sessionKey(keeper, who);
        assertEq(spent, 0);
        assertEq(clearinghouse.lotsOf(keeper, perpetualOf(BTC)), 1_000);
    }

    /// @dev No mark, no trade: the price is not live, or dated instruments have no fresh surface.
    function testFuzz_key_needsALiveMark(uint8 kind, bool isDead) public {
        kind = uint8(kind % KINDS);
        allow(PLENTY);
        Fill memory f = botFill(single(legOf(BTC, Kind(kind), false)), 1, -1e18, 0, true);
        if (isDead) {
            btcSource.breakDown();
            skip(1 days); // nothing stored is young enough
        } else {
            skip(1 hours + 1); // older than a surface may be
            btcSource.set(BTC_SPOT);
            ethSource.set(ETH_SPOT);
        }
        if (isDead || Kind(kind) > Kind.Perpetual) {
            vm.expectRevert(abi.encodeWithSelector(IExchange.MarkNotLive.selector, keeper, bot, uint256(BTC)));
        }
        settle(f);
    }

    /// @dev The other leg's price counts as well.
    function test_key_needsTheMarkOfEveryLeg() public {
        allow(PLENTY);
        Leg[] memory legs = new Leg[](2);
        (legs[0], legs[1]) = (legOf(BTC, Kind.Perpetual, true), legOf(ETH, Kind.Perpetual, false));
        Fill memory f = botFill(legs, 1, 1e18, 0, true);
        ethSource.breakDown();
        vm.expectRevert(abi.encodeWithSelector(IExchange.MarkNotLive.selector, keeper, bot, uint256(ETH)));
        settle(f);
    }
}
