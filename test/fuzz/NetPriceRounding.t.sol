// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {compartment, FEES} from "../../contracts/types/AccountId.sol";
import {Fill, Leg, Order} from "../../contracts/interfaces/IExchange.sol";
import {Kind, perpetualOf} from "../../contracts/types/InstrumentId.sol";
import {BotTrades} from "../fixtures/BotTrades.sol";

/// @dev A structure at one net price, whole or cut into fills: to the wei what one side pays the other, the tips and the fees get.
contract NetPriceRoundingTest is BotTrades {
    /// @dev Funding that ends in odd wei: every leg of a perpetual is rounded.
    function setUp() public override {
        super.setUp();
        markets.setPremium(BTC, 1_237);
        markets.setPremium(ETH, -777);
        skip(3_541);
        btcSource.set(BTC_SPOT + 1_234_567_891);
        ethSource.set(ETH_SPOT + 987_654_321);
        markets.touch(both());
        postSurfaces();
    }

    /// @dev Nothing is made or lost: the cash of both sides, the tipped, the fee account and the compartments sums to what it was.
    function testFuzz_settle_conservesCash(uint256 seed, int256 price, uint64 tip) public {
        Fill memory f = _structure(seed, bound(price, -20e18, 20e18), 1 + uint128(seed % 50));
        (f.maker.tip, f.taker.tip) = (tip % 1e15, (tip / 7) % 1e15);
        (f.maker.tipReceiver, f.taker.tipReceiver) = (alice, bob);
        (f.makerSignature, f.takerSignature) = (sign(f.maker), sign(f.taker));
        int256 before = _cash();
        settle(f);
        assertEq(_cash(), before);
    }

    /// @dev n fills of one unit against one fill of n: the same lots; together they pay as much and more in fees, less than 1e-18 a
    /// fill and order; and one side gives the other less than 1e-18 more a fill.
    function testFuzz_settle_splittingEarnsNothing(uint256 seed, int256 price, uint128 units) public {
        units = uint128(bound(units, 1, 20));
        Fill memory f = _structure(seed, bound(price, -20e18, 20e18), units);
        int256[3] memory start = _paid([int256(0), 0, 0]);
        uint256 snapshot = vm.snapshotState();
        settle(f);
        int256[3] memory whole = _paid(start);
        vm.revertToState(snapshot);
        Fill[] memory fills = new Fill[](units);
        for (uint256 i; i < units; ++i) fills[i] = Fill(f.maker, f.makerSignature, f.taker, f.takerSignature, 1);
        exchange.settle(fills);
        int256[3] memory split = _paid(start);
        int256 n = int256(uint256(units));
        assertEq(split[0] + split[1] + split[2], 0, "INV-1");
        assertGe(split[2], whole[2], "fees were saved");
        assertLe(split[2], whole[2] + 2 * n, "1e-18 a fill and order");
        assertLe(split[0] - whole[0], n, "the maker gained");
        assertLe(split[1] - whole[1], n, "the taker gained");
        assertLe(split[0] + split[1], whole[0] + whole[1], "both together gained");
        for (uint256 i; i < f.maker.legs.length; ++i) {
            int256 lots = int256(f.taker.legs[i].ratio) * n;
            assertEq(clearinghouse.lotsOf(keeper, f.taker.legs[i].instrument) - _held(f, i), lots);
        }
    }

    /// @dev There and back again at one price: the funding is rounded once to this side and once to that; what is left are the fees.
    function testFuzz_settle_thereAndBackEarnsNothing(uint256 seed, int256 price, uint128 units) public {
        units = uint128(bound(units, 1, 50));
        Fill memory f = _structure(seed, bound(price, -20e18, 20e18), units);
        int256[3] memory start = _paid([int256(0), 0, 0]);
        settle(f);
        (f.maker, f.taker) = (f.taker, f.maker);
        (f.maker.nonce, f.taker.nonce) = (f.maker.nonce + 1e6, f.taker.nonce + 1e6);
        for (uint256 i; i < f.maker.legs.length; ++i) {
            (f.maker.legs[i].ratio, f.taker.legs[i].ratio) = (-f.maker.legs[i].ratio, -f.taker.legs[i].ratio);
        }
        (f.maker.limitPrice, f.taker.limitPrice) = (-f.maker.limitPrice, -f.taker.limitPrice);
        (f.makerSignature, f.takerSignature) = (sign(f.maker), sign(f.taker));
        settle(f);
        int256[3] memory end = _paid(start);
        assertEq(end[0] + end[1] + end[2], 0, "INV-1");
        assertLe(end[0], 1, "the first maker gained");
        assertLe(end[1], 1, "the first taker gained");
    }

    /// @dev Two to five legs of any kinds on both underlyings; bob makes, the keeper takes.
    function _structure(uint256 seed, int256 price, uint128 units) private returns (Fill memory f) {
        Leg[] memory legs = new Leg[](2 + (seed % 4));
        for (uint256 i; i < legs.length; ++i) {
            uint8 u = (seed >> (8 + i)) & 1 == 0 ? BTC : ETH;
            legs[i] = legOf(u, Kind((seed >> (16 * i + 16)) % KINDS), (seed >> (24 + 16 * i)) & 1 == 0);
        }
        legs[0] = Leg(perpetualOf(BTC), seed & 1 == 0 ? int64(3) : int64(-7)); // odd funding
        f = botFill(legs, units, price, 0, false);
        f.takerSignature = sign(f.taker);
    }

    /// @dev What bob, the keeper, and all who get fees have more than `start`.
    function _paid(int256[3] memory start) private view returns (int256[3] memory) {
        return
            [
                clearinghouse.cashOf(bob).raw() - start[0],
                clearinghouse.cashOf(keeper).raw() - start[1],
                _fees() - start[2]
            ];
    }

    function _fees() private view returns (int256) {
        int256 shared = clearinghouse.cashOf(compartment(BTC)).raw() + clearinghouse.cashOf(compartment(ETH)).raw();
        return clearinghouse.cashOf(FEES).raw() + shared;
    }

    function _cash() private view returns (int256) {
        int256 traders = clearinghouse.cashOf(bob).raw() + clearinghouse.cashOf(keeper).raw();
        return traders + clearinghouse.cashOf(alice).raw() + _fees();
    }

    /// @dev What the keeper held before: spot, and legs that name the instrument again.
    function _held(Fill memory f, uint256 index) private view returns (int256 held) {
        Order memory o = f.taker;
        if (o.legs[index].instrument.kind() == Kind.Spot) {
            held = o.legs[index].instrument.underlying() == BTC ? int256(1e8) : int256(10e18);
        }
        for (uint256 i; i < o.legs.length; ++i) {
            bool isAgain = i != index && o.legs[i].instrument == o.legs[index].instrument;
            if (isAgain) held += int256(o.legs[i].ratio) * int256(uint256(o.units));
        }
    }
}
