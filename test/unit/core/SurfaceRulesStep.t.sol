// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {EpochState, ISeries} from "../../../contracts/interfaces/ISeries.sol";
import {ExpiryQuote, ISurfaces} from "../../../contracts/interfaces/ISurfaces.sol";
import {Essvi, Slice} from "../../../contracts/libraries/Essvi.sol";
import {packSurface, SurfaceWord} from "../../../contracts/types/SurfaceWord.sol";
import {SeriesFixture} from "./SeriesFixture.sol";

/// @dev Worked examples of clamped steps: BTC at 80 % with VU = 50 %, so that an hour allows 10 points.
contract SurfaceRulesStepTest is SeriesFixture {
    /// @dev Of a volatility: words round to 1e-15 of variance, which is more near an expiry.
    uint256 private constant ROUNDING = 1e9;

    /* BUDGET */

    /// @dev 80 % to 200 % in one message after an hour: 90 % is the most, and most of the way there is gone.
    function test_setSurface_movesUpToTheBudget() public {
        skip(1 hours);
        post(BTC, quotesOf(2e18));
        _assertVolatilities(0.85e18, 0.9e18);
    }

    function test_setSurface_movesDownToTheBudget() public {
        skip(1 hours);
        post(BTC, quotesOf(0.2e18));
        _assertVolatilities(0.7e18, 0.76e18);
    }

    /// @dev One point per 1 % of spot, whatever the time.
    function test_setSurface_movesWithSpot() public {
        skip(1 minutes); // 10 / 60 points
        btcSource.set((BTC_SPOT * 103) / 100);
        post(BTC, quotesOf(2e18));
        uint256 most = 0.8e18 + 0.03e18 + uint256(0.1e18) / 60;
        _assertVolatilities(0.815e18, most);
        assertEq(series.epoch(BTC).surfaceSpot, (BTC_SPOT * 103) / 100);
    }

    /// @dev Message by message the quote is reached, and then stored as it is.
    function test_setSurface_arrivesInTheEnd() public {
        for (uint256 i; i < 20; ++i) {
            skip(1 hours);
            post(BTC, quotesOf(1.6e18));
        }
        ExpiryQuote memory q = quotesOf(1.6e18)[2];
        SurfaceWord whole = packSurface(Slice(q.theta, q.rho, q.psi), q.forwardRatio, q.discount);
        assertEq(SurfaceWord.unwrap(series.surface(BTC, q.expiry)), SurfaceWord.unwrap(whole));
    }

    function _assertVolatilities(uint256 least, uint256 most) private view {
        assertEq(series.epoch(BTC).surfaceAt, block.timestamp, "taken");
        for (uint256 i; i < EXPIRIES; ++i) {
            Slice memory smile = series.surface(BTC, expiryOf[i]).slice();
            uint256 volatility = Essvi.volatility(smile.theta, expiryOf[i] - block.timestamp);
            assertLe(volatility, most + ROUNDING);
            assertGe(volatility, least);
        }
    }

    /* WHAT IS NOT TAKEN */

    /// @dev Neither an older message nor a second one of the same time changes anything; the event says 0.
    function testFuzz_setSurface_ignoresWhatIsNotNewer(uint256 age, uint256 volatility) public {
        uint256 last = series.epoch(BTC).surfaceAt;
        skip(5 minutes);
        uint256 made = last - bound(age, 0, 1 hours);
        bytes32 before = _state();
        ExpiryQuote[] memory quotes = quotesOf(bound(volatility, 0.1e18, 3e18));
        vm.expectEmit(address(surfaces));
        emit ISurfaces.SurfacePosted(BTC, made, 0);
        surfaces.setSurface(BTC, made, 5e24, quotes);
        assertEq(_state(), before, "nothing changed");
        surfaces.setSurface(BTC, last + 1, 5e24, quotes);
        assertEq(series.epoch(BTC).surfaceAt, last + 1);
    }

    /// @dev A new expiry at 200 % between old ones that are clamped to 90 % would have calendar arbitrage: the old surface
    /// stays, and once the budget reaches the quotes it goes.
    function test_setSurface_keepsTheOldOneWhenTheStepHasArbitrage() public {
        bytes32 before = _state();
        skip(1 hours);
        vm.expectEmit(address(surfaces));
        emit ISurfaces.SurfacePosted(BTC, block.timestamp, 0);
        post(BTC, _withNew(2e18));
        assertEq(_state(), before, "nothing changed");
        skip(14 hours); // 80 % + 15 * 10 points
        vm.expectEmit(address(surfaces));
        emit ISurfaces.SurfacePosted(BTC, block.timestamp, 1e18);
        post(BTC, _withNew(2e18));
        assertEq(series.expiries(BTC).length, EXPIRIES + 1);
    }

    /// @dev Also one in 60 days.
    function _withNew(uint256 volatility) private view returns (ExpiryQuote[] memory quotes) {
        ExpiryQuote[] memory old = quotesOf(volatility);
        quotes = new ExpiryQuote[](EXPIRIES + 1);
        for (uint256 i; i < 3; ++i) quotes[i] = old[i];
        (quotes[3], quotes[4]) = (quoteOf(expiryOf[2] + 30 days, volatility), old[3]);
    }

    /// @dev Everything that a surface can change.
    function _state() private view returns (bytes32) {
        SurfaceWord[EXPIRIES] memory words;
        for (uint256 i; i < EXPIRIES; ++i) words[i] = series.surface(BTC, expiryOf[i]);
        return keccak256(abi.encode(series.epoch(BTC), series.expiries(BTC), words));
    }

    /* WHAT IS STORED */

    /// @dev Events suffice to rebuild it: words as stored, depth in whole dollars, the epoch.
    function testFuzz_setSurface_saysWhatItStores(uint256 depth, uint256 age) public {
        listSol();
        age = bound(age, 0, 300);
        ExpiryQuote[] memory quotes = quotesOf(0.7e18);
        uint256 stored = depth / 1e18 > type(uint64).max ? uint256(type(uint64).max) * 1e18 : depth - (depth % 1e18);
        vm.expectEmit(address(surfaces));
        emit ISurfaces.SurfacePosted(SOL, block.timestamp - age, 1e18);
        for (uint256 i; i < quotes.length; ++i) {
            ExpiryQuote memory q = quotes[i];
            SurfaceWord word = packSurface(Slice(q.theta, q.rho, q.psi), q.forwardRatio, q.discount);
            vm.expectEmit(address(series));
            emit ISeries.SurfaceSet(SOL, q.expiry, word);
        }
        vm.expectEmit(address(series));
        emit ISeries.EpochRolled(SOL, 1, 100e18, 0.085e18);
        vm.expectEmit(address(series));
        emit ISeries.DepthSet(SOL, stored);
        surfaces.setSurface(SOL, block.timestamp - age, depth, quotes);
        EpochState memory e = series.epoch(SOL);
        assertEq(e.depth, stored);
        assertEq(chainOf(SOL).depth, stored);
        assertEq(e.surfaceAt, block.timestamp - age);
        assertEq(e.nextExpiry, quotes[0].expiry);
        assertEq(e.rolledAt, block.timestamp);
        assertEq(keccak256(abi.encode(series.expiries(SOL))), keccak256(abi.encode(series.expiries(BTC))));
    }
}
