// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Test} from "forge-std/Test.sol";
import {MarginEngine} from "../../contracts/core/MarginEngine.sol";
import {Assessment, Mode, Portfolio} from "../../contracts/interfaces/IMarginEngine.sol";
import {Market, PriceStatus, Snapshot} from "../../contracts/interfaces/IMarkets.sol";
import {perpetualOf, spotOf} from "../../contracts/types/InstrumentId.sol";
import {Position, position} from "../../contracts/types/Position.sol";
import {NO_UNDERLYINGS, UnderlyingSet} from "../../contracts/types/UnderlyingSet.sol";
import {Usd} from "../../contracts/types/Usd.sol";

/// @dev Properties of the pure engine over two underlyings, spot and perpetual of each.
contract MarginEngineTest is Test {
    UnderlyingSet private constant BOTH = UnderlyingSet.wrap(6);

    /// @dev A portfolio: cash, then BTC spot and perpetual, ETH spot and perpetual. Prices and premium likewise.
    struct Input {
        int96 cash;
        uint40 btcSpot;
        int32 btcPerp;
        uint64 ethSpot;
        int32 ethPerp;
        uint64[2] prices;
        int16[2] premiums;
        int80[2] funding;
        uint64[2] low;
        uint64[2] high;
        uint64[2] ema;
    }

    MarginEngine private immutable ENGINE = MarginEngine(deployCode("MarginEngine"));

    function testFuzz_equity_isTheSumOfItsParts(Input memory x) public view {
        Snapshot memory m = _market(x);
        Assessment memory a = ENGINE.assess(_portfolio(x, 1), m, NO_UNDERLYINGS);
        int256 linear36 = _linear36(x.btcPerp, m.markets[0]) + _linear36(x.ethPerp, m.markets[1]);
        int256 spot36 = int256(uint256(x.btcSpot)) * 1e10 * int256(m.markets[0].spot);
        spot36 += int256(uint256(x.ethSpot)) * int256(m.markets[1].spot);
        _assertFloor(a.settledCash.raw() - x.cash, linear36, "settled cash");
        _assertFloor(a.equity.raw() - x.cash, linear36 + spot36, "equity");
    }

    function _linear36(int256 lots, Market memory m) private pure returns (int256) {
        return lots * int256(m.lotUnit) * (int256(m.perpetualMark) - m.fundingIndex);
    }

    function _assertFloor(int256 z, int256 exact36, string memory what) private pure {
        assertTrue(z * 1e18 <= exact36 && exact36 < (z + 1) * 1e18, what);
    }

    /// @dev k times the portfolio costs k times as much, each underlying's few roundings up apart (at most 8 units).
    function testFuzz_requirements_areHomogeneous(Input memory x, uint8 factor) public view {
        factor = uint8(bound(factor, 2, 100));
        Snapshot memory m = _market(x);
        Assessment memory one = ENGINE.assess(_portfolio(x, 1), m, NO_UNDERLYINGS);
        Assessment memory many = ENGINE.assess(_portfolio(x, int256(uint256(factor))), m, NO_UNDERLYINGS);
        int256 k = int256(uint256(factor));
        assertLe(many.maintenance.raw(), k * one.maintenance.raw(), "MM: the whole costs more than its parts");
        assertGe(many.maintenance.raw() + 8 * k, k * one.maintenance.raw(), "MM: the whole costs less");
        assertLe(many.goodEnd.raw(), k * one.goodEnd.raw());
        assertGe(many.goodEnd.raw() + 8 * k, k * one.goodEnd.raw());
        assertLe(many.initial.raw(), k * one.initial.raw(), "IM: slots do not scale");
        assertLe(k * one.equity.raw(), many.equity.raw(), "equity is rounded down once");
        assertLe(many.equity.raw() - k * one.equity.raw(), k);
    }

    /// @dev 0 <= MM <= IM; the good end helps only; the debt limit is at least 100 USD.
    function testFuzz_requirements_areOrdered(Input memory x) public view {
        Assessment memory a = ENGINE.assess(_portfolio(x, 1), _market(x), BOTH);
        assertGe(a.maintenance.raw(), 0);
        assertGe(a.initial.raw(), a.maintenance.raw());
        assertGe(a.goodEnd.raw(), 0);
        assertGe(a.gross.raw(), 0);
        assertGe(a.debtLimit.raw(), 100e18);
    }

    /// @dev A wider interval: IM no lower, MM the same, the good end no nearer.
    function testFuzz_initial_neverFallsWhenTheIntervalWidens(
        Input memory x,
        uint64 down,
        uint64 up,
        bool eth
    ) public view {
        Snapshot memory m = _market(x);
        Assessment memory a = ENGINE.assess(_portfolio(x, 1), m, BOTH);
        Market memory row = m.markets[eth ? 1 : 0];
        row.low -= bound(down, 0, row.low);
        row.high += up;
        Assessment memory b = ENGINE.assess(_portfolio(x, 1), m, BOTH);
        assertGe(b.initial.raw(), a.initial.raw(), "IM fell");
        assertEq(b.maintenance.raw(), a.maintenance.raw(), "MM moved");
        assertGe(b.goodEnd.raw(), a.goodEnd.raw(), "the good end came nearer");
        assertEq(b.equity.raw(), a.equity.raw(), "equity moved");
    }

    /// @dev A larger scan range, haircut, relief factor or slot charge never lowers a requirement.
    function testFuzz_requirements_riseWithParameters(
        Input memory x,
        uint32 scan,
        uint32 target,
        uint32 haircut,
        uint32 relief
    ) public view {
        Snapshot memory m = _market(x);
        Assessment memory a = ENGINE.assess(_portfolio(x, 1), m, NO_UNDERLYINGS);
        m.markets[0].scanRange += uint256(scan) * 1e7;
        m.markets[0].targetRange = m.markets[0].scanRange + uint256(target) * 1e7;
        m.markets[0].haircut += uint256(haircut) * 1e7;
        m.markets[0].linearRelief += uint256(relief) * 1e7;
        m.markets[0].status = PriceStatus.Dead;
        Assessment memory b = ENGINE.assess(_portfolio(x, 1), m, NO_UNDERLYINGS);
        assertGe(b.maintenance.raw(), a.maintenance.raw(), "MM");
        assertGe(b.initial.raw(), a.initial.raw(), "IM");
    }

    /// @dev The order of positions means nothing, and a market held by nobody adds nothing.
    function testFuzz_assess_ignoresOrder(Input memory x) public view {
        Snapshot memory m = _market(x);
        Portfolio memory p = _portfolio(x, 1);
        Assessment memory a = ENGINE.assess(p, m, BOTH);
        (p.positions[0], p.positions[3]) = (p.positions[3], p.positions[0]);
        (p.positions[1], p.positions[2]) = (p.positions[2], p.positions[1]);
        assertEq(keccak256(abi.encode(a)), keccak256(abi.encode(ENGINE.assess(p, m, BOTH))));
        (Assessment memory audited, ) = ENGINE.audit(p, m, BOTH);
        assertEq(keccak256(abi.encode(a)), keccak256(abi.encode(audited)), "the audit shows another number");
    }

    function _portfolio(Input memory x, int256 k) private pure returns (Portfolio memory p) {
        p = Portfolio(Mode.Cross, Usd.wrap(x.cash * k), new Position[](4));
        p.positions[0] = position(spotOf(1), int128(int256(uint256(x.btcSpot)) * k));
        p.positions[1] = position(perpetualOf(1), int128(x.btcPerp * k));
        p.positions[2] = position(spotOf(2), int128(int256(uint256(x.ethSpot)) * k));
        p.positions[3] = position(perpetualOf(2), int128(x.ethPerp * k));
    }

    function _market(Input memory x) private pure returns (Snapshot memory m) {
        m.set = BOTH;
        m.markets = new Market[](2);
        for (uint256 i; i < 2; ++i) {
            Market memory row = m.markets[i];
            row.spot = bound(x.prices[i], 1e3, type(uint64).max) * 1e4; // to 184,467 USD
            row.low = row.spot - bound(x.low[i], 0, row.spot);
            row.high = row.spot + uint256(x.high[i]) * 1e3;
            row.ema = bound(x.ema[i], 0, 2 * row.spot);
            row.perpetualMark = (row.spot * uint256(1e6 + bound(int256(x.premiums[i]), -5000, 5000))) / 1e6;
            row.fundingIndex = x.funding[i];
            row.tokenUnit = i == 0 ? 1e10 : 1;
            row.lotUnit = i == 0 ? 1e14 : 1e15;
            (row.scanRange, row.targetRange) = (0.065e18, 0.065e18);
            (row.linearRelief, row.haircut) = (0.5e18, 0.1e18);
            (row.slotCharge, row.openInterest, row.openInterestCap) = (2e18, 7_500, 10_000);
        }
    }
}
