// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IClearinghouse} from "../../../contracts/interfaces/IClearinghouse.sol";
import {Fill, IExchange, Leg} from "../../../contracts/interfaces/IExchange.sol";
import {Snapshot} from "../../../contracts/interfaces/IMarkets.sol";
import {ISeries} from "../../../contracts/interfaces/ISeries.sol";
import {Matrix} from "../../../contracts/libraries/Matrix.sol";
import {AccountId, compartment, FEES} from "../../../contracts/types/AccountId.sol";
import {InstrumentId, instrumentId, Kind, perpetualOf} from "../../../contracts/types/InstrumentId.sol";
import {NO_UNDERLYINGS} from "../../../contracts/types/UnderlyingSet.sol";
import {Options} from "../../fixtures/Options.sol";

/// @dev What a signed trade of options or futures moves, and which series may be traded.
contract OptionTradesTest is Options {
    AccountId private alice;
    AccountId private bob;

    function setUp() public override {
        super.setUp();
        alice = fund(owner("alice"), 0, 1_000_000);
        bob = fund(owner("bob"), 0, 1_000_000);
    }

    function _cash(AccountId account) private view returns (int256) {
        return clearinghouse.cashOf(account).raw();
    }

    function _mark(InstrumentId instrument) private view returns (uint256) {
        InstrumentId[] memory instruments = new InstrumentId[](1);
        instruments[0] = instrument;
        Snapshot memory market = clearinghouse.matrix(NO_UNDERLYINGS.with(instrument.underlying()), instruments);
        return Matrix.optionMark(market, instrument);
    }

    /* CASH AND FEES */

    /// @dev 2 BTC of a call at 3,700: the premium changes hands, lots too; 1 and 5 bp of 80,000 notional; half is insurance.
    function test_settle_movesPremiumLotsAndFees() public {
        InstrumentId id = call(BTC, 2, 40_000);
        trade(alice, bob, id, 20_000, 3_700e18);
        assertEq(_cash(alice), 1_000_000e18 - 7_400e18 - 40e18, "taker");
        assertEq(_cash(bob), 1_000_000e18 + 7_400e18 - 8e18, "maker");
        assertEq(clearinghouse.lotsOf(alice, id), 20_000);
        assertEq(clearinghouse.lotsOf(bob, id), -20_000);
        assertEq(_cash(FEES), 24e18);
        assertEq(_cash(compartment(BTC)), 24e18);
    }

    /// @dev A future costs its price in full, like any instrument; fees are of spot.
    function test_settle_movesAFuture() public {
        trade(alice, bob, future(BTC, 2), 10_000, 40_150e18);
        assertEq(_cash(alice), 1_000_000e18 - 40_150e18 - 20e18);
        assertEq(_cash(bob), 1_000_000e18 + 40_150e18 - 4e18);
        assertApproxEqRel(assess(alice).settledCash.raw(), 1_000_000e18 - 37e18, 1e14, "marked at its forward");
    }

    /// @dev Whatever is worth little pays an eighth of its mark, the maker a fortieth; both up to a unit.
    function testFuzz_settle_capsFeesAtAShareOfTheMark(uint256 strike, uint256 expiry, bool isPut) public {
        strike = 10_000 + 500 * (bound(strike, 0, 180));
        (expiry, strike) = (expiry % EXPIRIES, strike > 99_500 ? 99_500 : strike);
        InstrumentId id = isPut ? put(BTC, expiry, strike) : call(BTC, expiry, strike);
        uint256 mark = _mark(id);
        (int256 taker, int256 maker) = (_cash(alice), _cash(bob));
        trade(alice, bob, id, 1_000, 0);
        uint256 most = mark / 8 < 20e18 ? mark / 8 : 20e18;
        assertApproxEqAbs(uint256(taker - _cash(alice)), most / 10, 1 + 1e3, "taker");
        assertApproxEqAbs(uint256(maker - _cash(bob)), most / 50, 1 + 1e3, "maker: a fifth");
    }

    /// @dev A structure pays for each leg, and what one leg brings is netted in its price.
    function test_settle_aStructurePaysPerLeg() public {
        Leg[] memory legs = new Leg[](2);
        (legs[0], legs[1]) = (Leg(call(BTC, 2, 40_000), 2), Leg(call(BTC, 2, 44_000), -1));
        tradeStructure(alice, bob, legs, 10_000, 0.5e18);
        assertEq(_cash(alice), 1_000_000e18 - 5_000e18 - 60e18, "5 bp of 3 * 40,000");
        assertEq(clearinghouse.lotsOf(alice, legs[0].instrument), 20_000);
        assertEq(clearinghouse.lotsOf(bob, legs[1].instrument), 10_000);
    }

    /* WHAT MAY BE TRADED */

    function _refuses(InstrumentId id) private {
        Fill memory f = fillOf(alice, bob, id, 1, 100e18);
        vm.expectRevert(abi.encodeWithSelector(IExchange.InstrumentNotListed.selector, id));
        settle(f);
    }

    /// @dev Four digits of which the last is 0 or 5.
    function test_settle_refusesStrikesOffTheGrid() public {
        _refuses(call(BTC, 2, 40_001));
        _refuses(put(BTC, 2, 40_010));
        _refuses(instrumentId(BTC, expiryOf[2], 4_000_000_000_001, Kind.Call));
        trade(alice, bob, call(BTC, 2, 40_050), 1, 3_000e18);
        trade(alice, bob, put(BTC, 2, 40_500), 1, 3_000e18);
    }

    /// @dev An eighth of 40,000 to eight times it, both included; a held strike may be traded as far as spot still reaches.
    function test_settle_refusesStrikesOutOfReach() public {
        _refuses(call(BTC, 2, 4_990));
        _refuses(call(BTC, 2, 320_500));
        _refuses(call(BTC, 2, 0));
        trade(alice, bob, call(BTC, 2, 5_000), 1, 35_000e18);
        trade(alice, bob, put(BTC, 2, 320_000), 1, 280_000e18);
        skip(1 minutes);
        btcSource.set(39_999e18);
        _refuses(put(BTC, 2, 320_000));
    }

    function test_settle_refusesAFutureWithAStrike() public {
        _refuses(instrumentId(BTC, expiryOf[2], 4_000_000_000_000, Kind.Future));
    }

    /// @dev To the second: one before its expiry it trades, at it not any more.
    function test_settle_refusesWhatHasExpired() public {
        InstrumentId id = call(BTC, 0, 40_000);
        vm.warp(expiryOf[0] - 1);
        btcSource.set(BTC_SPOT);
        surfaces.setSurface(BTC, block.timestamp, 0, quotesOf(btcVolatility));
        trade(alice, bob, id, 1, 10);
        vm.warp(expiryOf[0]);
        _refuses(id);
        _refuses(future(BTC, 0));
    }

    function test_settle_refusesWhatNoSurfaceQuotes() public {
        InstrumentId id = instrumentId(BTC, expiryOf[2] + 1 days, 4_000_000_000_000, Kind.Call);
        Fill memory f = fillOf(alice, bob, id, 1, 100e18);
        vm.expectRevert(abi.encodeWithSelector(ISeries.UnknownExpiry.selector, BTC, expiryOf[2] + 1 days));
        settle(f);
    }

    /// @dev More than an hour after the last surface nobody takes on more; a position may still be closed.
    function test_settle_refusesNewRiskOnAStaleSurface() public {
        InstrumentId id = call(BTC, 2, 40_000);
        trade(alice, bob, id, 1_000, 3_700e18);
        skip(1 hours + 1);
        btcSource.set(BTC_SPOT);
        Fill memory f = fillOf(alice, bob, id, 1, 3_700e18);
        vm.expectRevert(abi.encodeWithSelector(IClearinghouse.SurfaceStale.selector, firstOf(alice, bob), BTC));
        settle(f);
        trade(bob, alice, id, 1_000, 3_700e18);
        assertEq(clearinghouse.lotsOf(alice, id), 0);
        trade(alice, bob, perpetualOf(BTC), 1_000, 40_000e18);
    }

    /* REDUCE ONLY */

    /// @dev Sells at most the call that it holds; the put of the same strike is another position.
    function test_settle_reduceOnlyOfOptions() public {
        trade(alice, bob, call(BTC, 2, 40_000), 1_000, 3_700e18);
        Fill memory f = fillOf(bob, alice, call(BTC, 2, 40_000), 1_001, 3_700e18);
        _refusesToReduce(f, 1_000, -1_001);
        f = fillOf(bob, alice, put(BTC, 2, 40_000), 1, 3_700e18);
        _refusesToReduce(f, 0, -1);
        f = fillOf(bob, alice, call(BTC, 2, 40_000), 1_000, 3_700e18);
        f.maker.reduceOnly = true;
        f.makerSignature = sign(f.maker);
        settle(f);
        assertEq(clearinghouse.lotsOf(bob, call(BTC, 2, 40_000)), 0);
    }

    function _refusesToReduce(Fill memory f, int256 held, int256 change) private {
        f.maker.reduceOnly = true;
        f.makerSignature = sign(f.maker);
        bytes32 digest = exchange.hashOrder(f.maker);
        InstrumentId id = f.maker.legs[0].instrument;
        vm.expectRevert(abi.encodeWithSelector(IExchange.NotReducing.selector, digest, id, held, change));
        settle(f);
    }
}
