// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Expiry, PriceStatus, Snapshot} from "../../../contracts/interfaces/IMarkets.sol";
import {ExpiryQuote} from "../../../contracts/interfaces/ISurfaces.sol";
import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {InstrumentId, instrumentId, Kind} from "../../../contracts/types/InstrumentId.sol";
import {RiskArray} from "../../../contracts/libraries/RiskArray.sol";
import {SeriesFixture} from "./SeriesFixture.sol";

/// @dev Marks and risk arrays at the ends of what can be stored: strikes, smiles, time, prices.
contract SeriesDegenerateTest is SeriesFixture {
    uint256 private constant ONE = 1e18;

    function setUp() public override {
        super.setUp();
        listSol();
    }

    /// @dev Whatever smile passed the rules, and whatever strike, second and spot: marks between intrinsic value and the
    /// forward, lanes of a long call between minus its value and what the extremes can bring.
    function testFuzz_snapshot_staysWithinBoundsForEverySlice(
        uint256[3] memory smile,
        uint256 strike,
        uint256 left,
        uint256 spot
    ) public {
        ExpiryQuote[] memory quotes = new ExpiryQuote[](1);
        quotes[0] = _wild(expiryOf[0] + uint40(smile[2] % 300) * 1 days, smile);
        post(SOL, quotes);
        left = bound(left, 0, quotes[0].expiry - block.timestamp);
        vm.warp(quotes[0].expiry - (left % 3 == 0 ? left % 100 : left));
        solSource.set(bound(spot, 1e15, 1e23));
        strike = bound(strike, 1, 30_000_000e8 >> (strike % 50));
        _assertSound(instrumentId(SOL, quotes[0].expiry, uint64(strike), Kind.Call));
    }

    /// @dev Log-uniform variance, any correlation, wings as steep as allowed.
    function _wild(uint40 expiry, uint256[3] memory seeds) private pure returns (ExpiryQuote memory q) {
        q.expiry = expiry;
        q.theta = bound(seeds[0], 1e3, 16e18 >> (seeds[0] % 54));
        q.rho = int256(bound(seeds[1], 0, 1.998e18)) - 0.999e18;
        uint256 steepness = ONE + FixedPointMathLib.abs(q.rho);
        uint256 most = FixedPointMathLib.sqrt(((q.theta / 1e3) * 4e3 * ONE * ONE) / steepness);
        most = FixedPointMathLib.min(most, 4e36 / steepness - 1);
        q.psi = bound(seeds[2], 0, most);
        (q.forwardRatio, q.discount) = (1.002e18, 0.999e18);
    }

    function _assertSound(InstrumentId id) private view {
        Snapshot memory m = look(id);
        Expiry memory row = m.expiries[0];
        uint256 mark = markOf(id);
        uint256 strike = (uint256(id.strike()) * 1e10 * row.discount + ONE - 1) / ONE;
        uint256 put = markOf(instrumentId(SOL, id.expiry(), id.strike(), Kind.Put));
        assertLe(mark, row.discountedForward);
        assertGe(mark + strike, row.discountedForward);
        assertLe(put, strike);
        uint256 spot = m.chains[0].referenceSpot;
        assertEq(spot, m.markets[0].spot, "a new epoch, so that marks are its values");
        uint256[] memory words = wordsOf(m);
        for (uint256 k; k < 30; ++k) {
            int256 lane = RiskArray.laneOf(words[1], words[2], k);
            assertGe((lane + 1) * int256(spot), -int256(mark << 15) - int256(spot), "more than all of it");
        }
        assertLe(gapOf(id), ONE);
    }

    /// @dev A strike of nothing is the forward itself; one beyond all prices is worth nothing.
    function test_snapshot_marksTheEndsOfTheStrikes() public view {
        for (uint256 i; i < EXPIRIES; ++i) {
            Expiry memory row = expiryRow(future(BTC, i));
            uint256 mark = markOf(instrumentId(BTC, expiryOf[i], 1, Kind.Call));
            assertApproxEqAbs(mark, row.discountedForward - (1e10 * row.discount) / ONE, 2);
            assertEq(markOf(instrumentId(BTC, expiryOf[i], 1, Kind.Put)), 0);
            assertLt(markOf(instrumentId(BTC, expiryOf[i], 300_000_000e8, Kind.Call)), 1e18);
            int256 lane = laneOf(instrumentId(BTC, expiryOf[i], 1, Kind.Call), 24);
            assertApproxEqAbs(lane, 2_129, 1, "6.5 % of 2^15");
        }
    }

    /// @dev To the last second and beyond it: value runs out, the rows stay.
    function testFuzz_snapshot_endsQuietly(uint256 seconds_, uint256 strike) public {
        InstrumentId id = instrumentId(BTC, expiryOf[0], uint64(bound(strike, 30_000e8, 50_000e8)), Kind.Call);
        vm.warp(expiryOf[0] - 60 + bound(seconds_, 0, 30 days));
        uint256 intrinsic = FixedPointMathLib.zeroFloorSub(BTC_SPOT, uint256(id.strike()) * 1e10);
        uint256 time = expiryOf[0] > block.timestamp ? 60e18 : 0; // USD: a minute at 80 % moves 0.11 %
        assertApproxEqAbs(markOf(id), intrinsic, time);
        for (uint256 k; k < 13; ++k) {
            // Volatility and a day less change hardly anything any more, in the end nothing: lanes are those of the payoff.
            assertApproxEqAbs(laneOf(id, 2 * k), laneOf(id, 2 * k + 1), time == 0 ? 0 : 200);
        }
    }

    /// @dev A dead source leaves the last price: marks and arrays go on from it.
    function testFuzz_snapshot_worksWithADeadPrice(uint256 spot, uint256 age) public {
        InstrumentId id = call(BTC, 2, 40_000);
        skip(31);
        btcSource.set(bound(spot, 20_000e18, 80_000e18));
        touch(id);
        uint256 mark = markOf(id);
        btcSource.breakDown();
        assertEq(markOf(id), mark, "the last stored price");
        skip(bound(age, 1, 10 days));
        Snapshot memory m = touch(id);
        assertEq(uint256(m.markets[0].status), uint256(PriceStatus.Dead));
        assertEq(m.markets[0].spot, bound(spot, 20_000e18, 80_000e18));
        assertLt(markOf(id), mark, "time runs");
    }
}
