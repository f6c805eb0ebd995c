// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {Markets} from "../../../contracts/core/Markets.sol";
import {SurfaceFeed} from "../../../contracts/core/SurfaceFeed.sol";
import {Surfaces} from "../../../contracts/core/Surfaces.sol";
import {ExpiryQuote, ISurfaces} from "../../../contracts/interfaces/ISurfaces.sol";
import {ISurfaceFeed} from "../../../contracts/interfaces/ISurfaceFeed.sol";
import {Essvi, Slice} from "../../../contracts/libraries/Essvi.sol";
import {AccountId} from "../../../contracts/types/AccountId.sol";
import {packSurface, SurfaceWord} from "../../../contracts/types/SurfaceWord.sol";
import {SeriesFixture} from "./SeriesFixture.sol";

/// @dev Signed messages on the whole protocol: from two signatures to the mark of an option and the funding of a perpetual.
contract SurfaceFeedSeriesTest is SeriesFixture {
    uint64 private constant FEED_ROLE = 21;
    uint256[3] private _keys;
    SurfaceFeed private _feed;

    function setUp() public override {
        super.setUp();
        listSol();
        address[] memory signers = new address[](3);
        for (uint256 i; i < 3; ++i) _keys[i] = i + 1;
        for (uint256 i; i < 2; ++i) {
            for (uint256 j = i + 1; j < 3; ++j) {
                if (vm.addr(_keys[i]) > vm.addr(_keys[j])) (_keys[i], _keys[j]) = (_keys[j], _keys[i]);
            }
        }
        for (uint256 i; i < 3; ++i) signers[i] = vm.addr(_keys[i]);
        _feed = SurfaceFeed(deployCode("SurfaceFeed", abi.encode(address(manager), surfaces, signers, 2)));
        _permit(address(surfaces), Surfaces.setSurface.selector);
        _permit(address(markets), Markets.setPremium.selector);
        manager.grantRole(FEED_ROLE, address(_feed), 0);
    }

    function _permit(address target, bytes4 selector) private {
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = selector;
        manager.setTargetFunctionRole(target, selectors, FEED_ROLE);
    }

    /// @dev Whoever posts it: the words are those quoted, options have marks, the perpetual has its premium.
    function testFuzz_post_setsSurfaceAndPremium(
        address poster,
        int256 premium,
        uint256 volatility,
        uint256 age
    ) public {
        ExpiryQuote[] memory quotes = quotesOf(bound(volatility, 0.1e18, 2e18));
        premium = bound(premium, -5_000, 5_000);
        uint256 made = block.timestamp - bound(age, 0, 300);
        bytes[] memory signatures = _sign(SOL, made, premium, quotes);
        vm.expectEmit(address(_feed));
        emit ISurfaceFeed.SurfaceMessagePosted(SOL, made, premium, 1e24, quotes.length, poster);
        vm.prank(poster);
        _feed.post(SOL, made, premium, 1e24, quotes, signatures);
        assertEq(series.epoch(SOL).surfaceAt, made);
        assertEq(series.epoch(SOL).depth, 1e24);
        for (uint256 i; i < quotes.length; ++i) {
            ExpiryQuote memory q = quotes[i];
            SurfaceWord word = packSurface(Slice(q.theta, q.rho, q.psi), q.forwardRatio, q.discount);
            assertEq(SurfaceWord.unwrap(series.surface(SOL, q.expiry)), SurfaceWord.unwrap(word));
        }
        assertGt(markOf(call(SOL, 3, 100)), 0);
        assertEq(marketOf(SOL).perpetualMark, (100e18 * uint256(1e6 + premium)) / 1e6);
    }

    /// @dev A message that is taken in part, or not at all, still brings its premium.
    function test_post_bringsThePremiumOfAClampedSurface() public {
        skip(10 minutes);
        ExpiryQuote[] memory quotes = quotesOf(3e18);
        _post(BTC, block.timestamp, 2_000, quotes);
        assertGt(series.epoch(BTC).surfaceAt, block.timestamp - 1);
        assertEq(marketOf(BTC).perpetualMark, (BTC_SPOT * 1_002) / 1_000);
        skip(10 minutes);
        bytes32 before = keccak256(abi.encode(series.epoch(BTC)));
        quotes = _withNew(quotesOf(3e18));
        bytes[] memory signatures = _sign(BTC, block.timestamp, -2_000, quotes);
        vm.expectEmit(address(surfaces));
        emit ISurfaces.SurfacePosted(BTC, block.timestamp, 0);
        _feed.post(BTC, block.timestamp, -2_000, 1e24, quotes, signatures);
        assertEq(keccak256(abi.encode(series.epoch(BTC))), before);
        assertEq(marketOf(BTC).perpetualMark, (BTC_SPOT * 998) / 1_000);
    }

    function _withNew(ExpiryQuote[] memory old) private view returns (ExpiryQuote[] memory quotes) {
        quotes = new ExpiryQuote[](EXPIRIES + 1);
        for (uint256 i; i < 3; ++i) quotes[i] = old[i];
        (quotes[3], quotes[4]) = (quoteOf(expiryOf[2] + 30 days, 3e18), old[3]);
    }

    /// @dev A quorum cannot sign arbitrage in: nothing of the message stays, its premium neither.
    function test_post_revertsWholeForArbitrage() public {
        skip(10 minutes);
        ExpiryQuote[] memory quotes = quotesOf(btcVolatility);
        (quotes[1].theta, quotes[1].psi) = (quotes[0].theta - 1e6, quotes[0].psi);
        bytes[] memory signatures = _sign(BTC, block.timestamp, 2_000, quotes);
        vm.expectPartialRevert(Essvi.VarianceFalls.selector);
        _feed.post(BTC, block.timestamp, 2_000, 1e24, quotes, signatures);
        assertEq(_feed.lastTimestamp(BTC), 0);
        assertEq(marketOf(BTC).perpetualMark, BTC_SPOT);
    }

    /// @dev Whoever is not the feed sets nothing any more, governance neither.
    function test_post_isTheOnlyWay() public {
        ExpiryQuote[] memory quotes = quotesOf(btcVolatility);
        bytes memory refused = abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, address(this));
        vm.expectRevert(refused);
        surfaces.setSurface(BTC, block.timestamp, 0, quotes);
        vm.expectRevert(refused);
        markets.setPremium(BTC, 1);
    }

    /// @dev Fresh messages bring the trade in options back that a silent feed had stopped.
    function test_post_refreshesTheSurface() public {
        AccountId alice = fund(owner("alice"), 0, 1_000_000);
        AccountId bob = fund(owner("bob"), 0, 1_000_000);
        skip(3 hours);
        assertFalse(chainOf(BTC).fresh);
        _post(BTC, block.timestamp - 300, 0, quotesOf(0.85e18));
        assertTrue(chainOf(BTC).fresh);
        trade(alice, bob, call(BTC, 2, 40_000), 1_000, 3_900);
    }

    function _post(uint8 underlying, uint256 made, int256 premium, ExpiryQuote[] memory quotes) private {
        _feed.post(underlying, made, premium, 1e24, quotes, _sign(underlying, made, premium, quotes));
    }

    /// @dev By the first two signers.
    function _sign(
        uint8 underlying,
        uint256 made,
        int256 premium,
        ExpiryQuote[] memory quotes
    ) private view returns (bytes[] memory signatures) {
        bytes32 digest = _feed.hashSurface(underlying, made, premium, 1e24, quotes);
        signatures = new bytes[](2);
        for (uint256 i; i < 2; ++i) signatures[i] = _signature(_keys[i], digest);
    }
}
