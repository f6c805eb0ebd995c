// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {ExpiryQuote, ISurfaces} from "../../../contracts/interfaces/ISurfaces.sol";
import {Essvi} from "../../../contracts/libraries/Essvi.sol";
import {SurfaceFieldTooLarge} from "../../../contracts/types/SurfaceWord.sol";
import {SeriesFixture} from "./SeriesFixture.sol";

/// @dev What a surface must be before it is stored: on the grid, complete, within bounds and free of arbitrage. SOL has no
/// surface yet, so that nothing is clamped.
contract SurfaceRulesTest is SeriesFixture {
    uint256 private constant ONE = 1e18;

    function setUp() public override {
        super.setUp();
        listSol();
    }

    /* ARBITRAGE */

    function test_setSurface_refusesAButterfly() public {
        ExpiryQuote[] memory q = _flat(1);
        (q[0].theta, q[0].rho, q[0].psi) = (0.25e18, 0, 1e18); // psi^2 = 4 theta
        _accept(q);
        q[0].psi += 2e4;
        uint256 curvature = q[0].psi * q[0].psi * ONE;
        _refuse(q, abi.encodeWithSelector(Essvi.ButterflyArbitrage.selector, curvature, 4 * 0.25e18 * ONE * ONE));
        (q[0].psi, q[0].rho) = (1e18, -2e6); // psi^2 (1 + |rho|)
        _refuse(q, abi.encodeWithSelector(Essvi.ButterflyArbitrage.selector, 1e36 * (ONE + 2e6), 1e54));
    }

    function test_setSurface_refusesSteepWings() public {
        ExpiryQuote[] memory q = _flat(1);
        (q[0].theta, q[0].rho, q[0].psi) = (16e18, 0.6e18, 2.5e18); // psi (1 + |rho|) = 4
        _refuse(q, abi.encodeWithSelector(Essvi.WingTooSteep.selector, 4e36, 4e36));
        q[0].psi -= 2e4;
        _accept(q);
    }

    function test_setSurface_refusesWhatIsNoSlice() public {
        ExpiryQuote[] memory q = _flat(1);
        q[0].rho = 1e18;
        _refuse(q, abi.encodeWithSelector(Essvi.RhoOutOfRange.selector, int256(1e18), int256(1e18)));
        q[0].rho = -1e18;
        _refuse(q, abi.encodeWithSelector(Essvi.RhoOutOfRange.selector, -int256(1e18), int256(1e18)));
        q[0].rho = 0;
        q[0].theta = 999; // below one unit of its field
        _refuse(q, abi.encodeWithSelector(Essvi.ThetaOutOfRange.selector, 0, 16e18));
        q[0].theta = 16e18 + 1e3;
        _refuse(q, abi.encodeWithSelector(Essvi.ThetaOutOfRange.selector, 16e18 + 1e3, 16e18));
        q[0].theta = type(uint256).max;
        uint256 field = type(uint256).max / 1e3;
        _refuse(q, abi.encodeWithSelector(SurfaceFieldTooLarge.selector, field, (1 << 56) - 1));
    }

    /// @dev Later expiries: no less variance, no crossing wings, no steeper smile. Equality passes.
    function test_setSurface_refusesCalendars() public {
        ExpiryQuote[] memory q = _flat(2);
        (q[0].theta, q[0].psi, q[0].rho) = (0.04e18, 0.1e18, 0);
        (q[1].theta, q[1].psi, q[1].rho) = (0.04e18, 0.1e18, 0);
        uint256 state = vm.snapshotState();
        _accept(q);
        vm.revertToState(state);
        q[1].theta -= 1e3;
        _refuse(q, abi.encodeWithSelector(Essvi.VarianceFalls.selector, 0.04e18 - 1e3, 0.04e18));
        (q[1].theta, q[1].rho) = (0.04e18, 2e6);
        _refuse(q, abi.encodeWithSelector(Essvi.WingsCross.selector, 2e6 * 0.1e18, int256(0)));
        (q[1].psi, q[1].rho) = (0.1e18 + 2e4, 0);
        _refuse(
            q,
            abi.encodeWithSelector(Essvi.SmileSteepens.selector, (0.1e18 + 2e4) * 0.04e18, uint256(0.1e18) * 0.04e18)
        );
    }

    /// @dev Accepted if and only if the conditions hold, here as written in the papers; all values are multiples of the
    /// units in which they are stored.
    function testFuzz_setSurface_acceptsIffFreeOfArbitrage(
        uint256[2] memory thetas,
        int256[2] memory rhos,
        uint256[2] memory psis,
        bool near
    ) public {
        ExpiryQuote[] memory q = _flat(2);
        for (uint256 i; i < 2; ++i) {
            q[i].theta = bound(thetas[i], 1, 1e13) * 1e3;
            q[i].rho = bound(rhos[i], -0.6e12, 0.6e12) * 2e6;
            q[i].psi = bound(psis[i], 0, 5e12) * 2e4;
        }
        if (near) {
            // Half of the runs near the border: the second slice a little beyond the first.
            q[1].theta = q[0].theta + (thetas[1] % 1e11) * 1e3;
            q[1].psi = q[0].psi + (psis[1] % 1e10) * 2e4;
            q[1].rho = q[0].rho + (rhos[1] % 1e9) * 2e6;
        }
        bool free = _isSlice(q[0]) && _isSlice(q[1]) && _isOrdered(q[0], q[1]);
        (bool ok, ) = address(surfaces).call(_postCall(q));
        assertEq(ok, free);
        assertEq(series.epoch(SOL).number, free ? 1 : 0);
    }

    /* EXPIRIES */

    function test_setSurface_wantsExpiriesOnTheGrid() public {
        uint40 first = _flat(1)[0].expiry;
        uint256 latest = block.timestamp + 366 days;
        _refuseExpiry(first + 1, block.timestamp, latest);
        _refuseExpiry(first - 8 hours, block.timestamp, latest);
        vm.warp(first);
        _refuseExpiry(first, first, latest = first + 366 days);
        _refuseExpiry(first - 1 days, first, latest);
        _refuseExpiry(uint40(latest + 1 days), first, latest);
        ExpiryQuote[] memory q = _flat(1);
        q[0].expiry = uint40(latest);
        _accept(q);
    }

    function test_setSurface_wantsExpiriesToAscend() public {
        ExpiryQuote[] memory q = _flat(2);
        q[1].expiry = q[0].expiry;
        uint256 latest = block.timestamp + 366 days;
        _refuse(q, abi.encodeWithSelector(ISurfaces.InvalidExpiry.selector, q[1].expiry, q[0].expiry, latest));
        q[0].expiry += 1 days;
        _refuse(q, abi.encodeWithSelector(ISurfaces.InvalidExpiry.selector, q[1].expiry, q[0].expiry, latest));
    }

    function test_setSurface_takesOneToTwelveExpiries() public {
        _refuse(_flat(0), abi.encodeWithSelector(ISurfaces.TooManyExpiries.selector, 0, 12));
        _refuse(_flat(13), abi.encodeWithSelector(ISurfaces.TooManyExpiries.selector, 13, 12));
        _accept(_flat(12));
        assertEq(series.expiries(SOL).length, 12);
    }

    /// @dev Whatever subset of the listed expiries a message leaves out, the first of those still to come is named.
    function testFuzz_setSurface_mustQuoteWhatIsListed(uint256 mask, uint256 passed) public {
        passed = bound(passed, 0, 5);
        ExpiryQuote[] memory all = _flat(6);
        _accept(all);
        skip(1);
        if (passed != 0) vm.warp(all[passed - 1].expiry);
        mask = (mask % 4 == 0 ? 63 : mask) & (63 ^ ((1 << passed) - 1));
        vm.assume(mask != 0);
        ExpiryQuote[] memory some = new ExpiryQuote[](6);
        uint256 count;
        uint256 missing;
        for (uint256 i = passed; i < 6; ++i) {
            if ((mask >> i) & 1 == 1) some[count++] = all[i];
            else if (missing == 0) missing = all[i].expiry;
        }
        assembly ("memory-safe") {
            mstore(some, count)
        }
        if (missing == 0) _accept(some);
        else _refuse(some, abi.encodeWithSelector(ISurfaces.ExpiryMissing.selector, missing));
    }

    function test_setSurface_mayListBetween() public {
        ExpiryQuote[] memory three = _flat(3);
        ExpiryQuote[] memory two = _flat(2);
        two[1] = three[2];
        _accept(two);
        skip(1);
        _accept(three);
        assertFalse(series.surface(SOL, three[1].expiry).isEmpty());
    }

    /* CARRY */

    /// @dev 2 % and 50 % a year around 1.
    function testFuzz_setSurface_boundsForwards(uint256 ratio, uint256 day) public {
        ExpiryQuote[] memory q = _flat(1);
        q[0].expiry += uint40(bound(day, 0, 360)) * 1 days;
        uint256 reach = 0.02e18 + (0.5e18 * (q[0].expiry - block.timestamp)) / 365 days;
        q[0].forwardRatio = bound(ratio, 0.4e18, 1.6e18);
        if (q[0].forwardRatio >= ONE - reach && q[0].forwardRatio <= ONE + reach) return _accept(q);
        bytes4 fault = ISurfaces.ForwardOutOfRange.selector;
        _refuse(q, abi.encodeWithSelector(fault, q[0].expiry, q[0].forwardRatio, ONE - reach, ONE + reach));
    }

    /// @dev 25 % a year below 1, never above.
    function testFuzz_setSurface_boundsDiscounts(uint256 discount, uint256 day) public {
        ExpiryQuote[] memory q = _flat(1);
        q[0].expiry += uint40(bound(day, 0, 360)) * 1 days;
        uint256 least = ONE - (0.25e18 * (q[0].expiry - block.timestamp)) / 365 days;
        q[0].discount = bound(discount, 0.7e18, 1.05e18);
        if (q[0].discount >= least && q[0].discount <= ONE) return _accept(q);
        bytes4 fault = ISurfaces.DiscountOutOfRange.selector;
        _refuse(q, abi.encodeWithSelector(fault, q[0].expiry, q[0].discount, least, ONE));
    }

    /* HELPERS */

    /// @dev Quotes of `count` expiries, the first tomorrow.
    function _flat(uint256 count) private view returns (ExpiryQuote[] memory q) {
        q = new ExpiryQuote[](count);
        uint256 today = block.timestamp - (block.timestamp % 1 days) + 8 hours;
        for (uint256 i; i < count; ++i) {
            q[i] = ExpiryQuote(uint40(today + (i + 1) * 1 days), 0.01e18 * (i + 1), 0, 0.002e18 * (i + 1), ONE, ONE);
        }
    }

    function _postCall(ExpiryQuote[] memory q) private view returns (bytes memory) {
        return abi.encodeCall(ISurfaces.setSurface, (SOL, block.timestamp, 1e24, q));
    }

    function _accept(ExpiryQuote[] memory q) private {
        uint256 number = series.epoch(SOL).number;
        surfaces.setSurface(SOL, block.timestamp, 1e24, q);
        assertGt(series.epoch(SOL).number, number, "a new epoch");
    }

    function _refuse(ExpiryQuote[] memory q, bytes memory fault) private {
        vm.expectRevert(fault);
        surfaces.setSurface(SOL, block.timestamp, 1e24, q);
    }

    function _refuseExpiry(uint40 expiry, uint256 previous, uint256 latest) private {
        ExpiryQuote[] memory q = _flat(1);
        q[0].expiry = expiry;
        _refuse(q, abi.encodeWithSelector(ISurfaces.InvalidExpiry.selector, expiry, previous, latest));
    }

    /// @dev psi (1 + |rho|) < 4 and psi^2 (1 + |rho|) <= 4 theta.
    function _isSlice(ExpiryQuote memory q) private pure returns (bool) {
        uint256 steepness = q.rho < 0 ? uint256(1e18 - q.rho) : uint256(1e18 + q.rho);
        if (steepness >= 2e18 || q.psi * steepness >= 4e36) return false;
        return q.psi * q.psi * steepness <= 4 * q.theta * 1e36;
    }

    /// @dev theta2 >= theta1, |rho2 psi2 - rho1 psi1| <= psi2 - psi1, psi2 / theta2 <= psi1 / theta1.
    function _isOrdered(ExpiryQuote memory a, ExpiryQuote memory b) private pure returns (bool) {
        int256 change = b.rho * int256(b.psi) - a.rho * int256(a.psi);
        int256 room = (int256(b.psi) - int256(a.psi)) * 1e18;
        return b.theta >= a.theta && change <= room && -change <= room && b.psi * a.theta <= a.psi * b.theta;
    }
}
