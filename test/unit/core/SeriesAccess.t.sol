// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IMarkets, Snapshot} from "../../../contracts/interfaces/IMarkets.sol";
import {ISeries} from "../../../contracts/interfaces/ISeries.sol";
import {ISettlement} from "../../../contracts/interfaces/ISettlement.sol";
import {Series} from "../../../contracts/core/Series.sol";
import {ExpiryQuote} from "../../../contracts/interfaces/ISurfaces.sol";
import {InstrumentId, instrumentId, Kind} from "../../../contracts/types/InstrumentId.sol";
import {SurfaceWord} from "../../../contracts/types/SurfaceWord.sol";
import {NO_UNDERLYINGS} from "../../../contracts/types/UnderlyingSet.sol";
import {SeriesFixture} from "./SeriesFixture.sol";

/// @dev Who may call what, and what the series say to instruments they do not know.
contract SeriesAccessTest is SeriesFixture {
    /* ROLES */

    /// @dev The words of a surface come from `Surfaces` alone; governance itself cannot write them past its rules.
    function testFuzz_setSurface_isForSurfaces(address stranger) public {
        vm.assume(stranger != address(surfaces) && stranger != address(manager));
        _refuseSurface(stranger);
        _refuseSurface(address(this));
    }

    function _refuseSurface(address caller) private {
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, caller));
        vm.prank(caller);
        series.setSurface(BTC, block.timestamp, 0, new uint40[](0), new SurfaceWord[](0));
    }

    function testFuzz_governance_isNotForStrangers(address stranger) public {
        vm.assume(stranger != address(this) && stranger != address(manager));
        bytes memory unauthorized = abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, stranger);
        ExpiryQuote[] memory quotes = quotesOf(btcVolatility);
        vm.startPrank(stranger);
        vm.expectRevert(unauthorized);
        surfaces.setSurface(BTC, block.timestamp, 0, quotes);
        vm.expectRevert(unauthorized);
        series.setRiskTerms(BTC, defaultTerms());
        vm.expectRevert(unauthorized);
        series.setSettlement(settlement);
        vm.stopPrank();
    }

    function test_setSettlement_worksOnce() public {
        vm.expectRevert(abi.encodeWithSelector(ISeries.SettlementIsSet.selector, settlement));
        series.setSettlement(settlement);
        Series other = Series(deployCode("Series", abi.encode(address(manager), markets)));
        other.setSettlement(ISettlement(address(1)));
        assertEq(address(other.settlement()), address(1));
        vm.expectRevert(abi.encodeWithSelector(ISeries.SettlementIsSet.selector, address(1)));
        other.setSettlement(settlement);
    }

    /// @dev A first surface opens trading: charges and settlement come before it.
    function test_setSurface_needsTermsAndSettlement() public {
        listMarket();
        ExpiryQuote[] memory quotes = quotesOf(btcVolatility);
        bytes memory notReady = abi.encodeWithSelector(ISeries.SeriesNotReady.selector, SOL);
        vm.expectRevert(notReady);
        surfaces.setSurface(SOL, block.timestamp, 0, quotes);
        series.setRiskTerms(SOL, defaultTerms());
        surfaces.setSurface(SOL, block.timestamp, 0, quotes);
        Series other = Series(deployCode("Series", abi.encode(address(manager), markets)));
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = Series.setSurface.selector;
        manager.setTargetFunctionRole(address(other), selectors, SURFACES_ROLE);
        manager.grantRole(SURFACES_ROLE, address(this), 0);
        other.setRiskTerms(SOL, defaultTerms());
        uint40[] memory expiries = series.expiries(SOL);
        SurfaceWord[] memory words = new SurfaceWord[](expiries.length);
        for (uint256 i; i < words.length; ++i) words[i] = series.surface(SOL, expiries[i]);
        vm.expectRevert(notReady);
        other.setSurface(SOL, block.timestamp, 0, expiries, words);
        other.setSettlement(settlement);
        other.setSurface(SOL, block.timestamp, 0, expiries, words);
        assertEq(other.epoch(SOL).number, 1);
    }

    function testFuzz_roll_isForTheSettlement(address stranger) public {
        vm.assume(stranger != address(settlement));
        vm.expectRevert(abi.encodeWithSelector(ISeries.NotSettlement.selector, stranger));
        vm.prank(stranger);
        series.roll(BTC);
        uint256 number = series.epoch(BTC).number;
        vm.prank(address(settlement));
        series.roll(BTC);
        assertEq(series.epoch(BTC).number, number + 1);
    }

    /* UNKNOWN INSTRUMENTS */

    /// @dev No surface has quoted it: neither another day nor another underlying's.
    function testFuzz_snapshot_refusesUnknownExpiries(uint40 expiry, uint64 strike, uint8 kind) public {
        for (uint256 i; i < EXPIRIES; ++i) vm.assume(expiry != expiryOf[i]);
        _refuseExpiry(instrumentId(BTC, expiry, strike, Kind(2 + (kind % 3))), BTC, expiry);
        listSol();
        _refuseExpiry(instrumentId(SOL, expiryOf[0], strike, Kind(2 + (kind % 3))), SOL, expiryOf[0]);
    }

    /// @dev An underlying that is not in the set, or none at all.
    function testFuzz_snapshot_refusesUnderlyingsOutsideTheSet(uint64 strike, uint40 expiry) public {
        _refuseExpiry(instrumentId(ETH, expiryOf[1], strike, Kind.Call), ETH, expiryOf[1]);
        _refuseExpiry(instrumentId(0, expiry, strike, Kind.Call), 0, expiry);
        _refuseExpiry(instrumentId(0, 0, strike, Kind.Call), 0, 0);
        _refuseExpiry(instrumentId(255, expiry, strike, Kind.Put), 255, expiry);
        // Two bytes of an id name the underlying; sets end at 255.
        InstrumentId beyond = InstrumentId.wrap((300 << 112) | (uint128(expiry) << 72) | uint128(uint8(Kind.Future)));
        _refuseExpiry(beyond, 300, expiry);
    }

    function _refuseExpiry(InstrumentId id, uint256 underlying, uint256 expiry) private {
        bytes memory unknown = abi.encodeWithSelector(ISeries.UnknownExpiry.selector, underlying, expiry);
        vm.expectRevert(unknown);
        series.snapshot(setOf(underlying == SOL ? SOL : BTC), only(id));
        vm.expectRevert(unknown);
        series.touch(setOf(underlying == SOL ? SOL : BTC), only(id));
    }

    function test_snapshot_refusesUnlistedMarkets() public {
        vm.expectRevert(abi.encodeWithSelector(IMarkets.UnknownUnderlying.selector, SOL));
        series.snapshot(setOf(SOL), new InstrumentId[](0));
        vm.expectRevert(abi.encodeWithSelector(IMarkets.UnknownUnderlying.selector, SOL));
        series.setRiskTerms(SOL, defaultTerms());
    }

    /// @dev The highest price is 2^88 - 1, about 309 million USD.
    function testFuzz_snapshot_boundsStrikes(uint64 strike) public {
        if (strike == 0) strike = 1;
        InstrumentId id = instrumentId(BTC, expiryOf[0], strike, Kind.Put);
        uint256 limit = 2 ** 88 - 1;
        uint256 price = uint256(strike) * 1e10;
        if (price > limit) {
            vm.expectRevert(abi.encodeWithSelector(ISeries.StrikeOutOfRange.selector, price, limit));
            series.snapshot(setOf(BTC), only(id));
            return;
        }
        Snapshot memory m = series.snapshot(setOf(BTC), only(id));
        assertEq(m.strikes.length, 96);
        assertEq(wordsOf(m)[0] >> 128, uint256(InstrumentId.unwrap(id)) >> 8);
    }

    /// @dev An option without strike is no option: it gets the row of its expiry, and no exchange takes it.
    function test_snapshot_givesNoRowToAStrikeOfZero() public view {
        Snapshot memory m = look(instrumentId(BTC, expiryOf[0], 0, Kind.Call));
        assertEq(m.strikes.length, 0);
        assertEq(m.expiries.length, 1);
    }

    /* ROWS */

    /// @dev Any order and repeats: rows of distinct expiries and strikes, ascending, perpetuals and spot ignored.
    function testFuzz_snapshot_sortsRows(uint256 seed, uint256 count) public view {
        count = bound(count, 1, 24);
        InstrumentId[] memory ids = new InstrumentId[](count);
        for (uint256 i; i < count; ++i) {
            uint256 roll = uint256(keccak256(abi.encode(seed, i)));
            uint8 underlying = roll % 2 == 0 ? BTC : ETH;
            Kind kind = Kind((roll >> 8) % 5);
            uint64 strike = kind < Kind.Call ? 0 : uint64(1 + ((roll >> 16) % 3)) * 10_000e8;
            uint40 expiry = kind < Kind.Future ? 0 : expiryOf[(roll >> 24) % EXPIRIES];
            ids[i] = instrumentId(underlying, expiry, strike, kind);
        }
        Snapshot memory m = series.snapshot(NO_UNDERLYINGS.with(BTC).with(ETH), ids);
        for (uint256 i = 1; i < m.expiries.length; ++i) assertGt(m.expiries[i].key, m.expiries[i - 1].key);
        uint256[] memory words = wordsOf(m);
        for (uint256 i = 3; i < words.length; i += 3) assertGt(words[i] >> 128, words[i - 3] >> 128);
        for (uint256 i; i < count; ++i) _assertFound(m, ids[i]);
        assertLe(words.length, 3 * count);
        assertEq(m.markets.length, 2);
        assertEq(m.chains.length, 2);
    }

    function _assertFound(Snapshot memory m, InstrumentId id) private pure {
        (uint256 expiries, uint256 strikes) = (0, 0);
        for (uint256 i; i < m.expiries.length; ++i) if (m.expiries[i].key == id.series()) ++expiries;
        uint256[] memory words = wordsOf(m);
        for (uint256 i; i < words.length; i += 3) {
            if (words[i] >> 128 == uint256(InstrumentId.unwrap(id)) >> 8) ++strikes;
        }
        assertEq(expiries, id.kind() > Kind.Perpetual ? 1 : 0);
        assertEq(strikes, id.kind() > Kind.Future ? 1 : 0);
    }
}
