// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Test} from "forge-std/Test.sol";
import {Essvi, Slice} from "../../contracts/libraries/Essvi.sol";
import {packSurface, SurfaceFieldTooLarge, SurfaceWord} from "../../contracts/types/SurfaceWord.sol";

/// @dev Every refusal of a surface at its boundary, with the values it carries, and the storage word.
contract EssviErrorsTest is Test {
    function requireSlice(Slice memory slice) external pure {
        Essvi.requireSlice(slice);
    }

    function requireOrdered(Slice memory near, Slice memory far) external pure {
        Essvi.requireOrdered(near, far);
    }

    function pack(Slice memory slice, uint256 ratio, uint256 factor) external pure returns (SurfaceWord) {
        return packSurface(slice, ratio, factor);
    }

    function test_requireSlice_refusesThetaOutOfRange() public {
        vm.expectRevert(abi.encodeWithSelector(Essvi.ThetaOutOfRange.selector, 0, 16e18));
        this.requireSlice(Slice(0, 0, 0));
        vm.expectRevert(abi.encodeWithSelector(Essvi.ThetaOutOfRange.selector, 16e18 + 1, 16e18));
        this.requireSlice(Slice(16e18 + 1, 0, 0));
        this.requireSlice(Slice(16e18, 0, 0));
        this.requireSlice(Slice(1, 0, 0));
    }

    function test_requireSlice_refusesRhoOutOfRange() public {
        vm.expectRevert(abi.encodeWithSelector(Essvi.RhoOutOfRange.selector, 1e18, 1e18));
        this.requireSlice(Slice(1e18, 1e18, 0.1e18));
        vm.expectRevert(abi.encodeWithSelector(Essvi.RhoOutOfRange.selector, type(int256).min, 1e18));
        this.requireSlice(Slice(1e18, type(int256).min, 0.1e18));
        this.requireSlice(Slice(1e18, 1e18 - 1, 0.1e18));
    }

    function test_requireSlice_refusesSteepWings() public {
        vm.expectRevert(abi.encodeWithSelector(Essvi.WingTooSteep.selector, 4e36, 4e36));
        this.requireSlice(Slice(16e18, -0.6e18, 2.5e18));
        this.requireSlice(Slice(16e18, -0.6e18, 2.5e18 - 1));
        vm.expectRevert(abi.encodeWithSelector(Essvi.WingTooSteep.selector, uint256(1 << 64) * 1e18, 4e36));
        this.requireSlice(Slice(16e18, 0, type(uint256).max));
    }

    function test_requireSlice_refusesButterflies() public {
        // psi^2 (1 + |rho|) = 0.4^2 * 1.25 = 0.2 = 4 * 0.05
        this.requireSlice(Slice(0.05e18, 0.25e18, 0.4e18));
        uint256 curvature = (0.4e18 + 1) * (0.4e18 + 1) * uint256(1.25e18);
        vm.expectRevert(abi.encodeWithSelector(Essvi.ButterflyArbitrage.selector, curvature, 0.2e54));
        this.requireSlice(Slice(0.05e18, 0.25e18, 0.4e18 + 1));
    }

    function test_requireOrdered_refusesFallingVariance() public {
        vm.expectRevert(abi.encodeWithSelector(Essvi.VarianceFalls.selector, 0.1e18 - 1, 0.1e18));
        this.requireOrdered(Slice(0.1e18, 0, 0.1e18), Slice(0.1e18 - 1, 0, 0.1e18));
        this.requireOrdered(Slice(0.1e18, 0, 0.1e18), Slice(0.1e18, 0, 0.1e18));
    }

    function test_requireOrdered_refusesCrossingWings() public {
        // rho psi from -0.05 to -0.10 while psi rises by 0.05: on the boundary.
        this.requireOrdered(Slice(0.1e18, -0.5e18, 0.1e18), Slice(0.2e18, -0.5e18, 0.2e18));
        this.requireOrdered(Slice(0.1e18, -0.5e18, 0.1e18), Slice(0.2e18, -0.75e18, 0.2e18));
        int256 rho = -0.75e18 - 1;
        vm.expectRevert(abi.encodeWithSelector(Essvi.WingsCross.selector, 0.1e36 + 0.2e18, int256(0.1e36)));
        this.requireOrdered(Slice(0.1e18, -0.5e18, 0.1e18), Slice(0.2e18, rho, 0.2e18));
        vm.expectRevert(abi.encodeWithSelector(Essvi.WingsCross.selector, 0, -int256(0.01e36)));
        this.requireOrdered(Slice(0.1e18, 0, 0.1e18), Slice(0.2e18, 0, 0.09e18));
    }

    function test_requireOrdered_refusesSteepeningSmiles() public {
        this.requireOrdered(Slice(0.1e18, 0, 0.1e18), Slice(0.15e18, 0, 0.15e18));
        vm.expectRevert(
            abi.encodeWithSelector(Essvi.SmileSteepens.selector, (0.15e18 + 1) * 0.1e18, uint256(0.1e18 * 0.15e18))
        );
        this.requireOrdered(Slice(0.1e18, 0, 0.1e18), Slice(0.15e18, 0, 0.15e18 + 1));
    }

    /// @dev What comes back is what went in, every field toward 0 by less than its unit.
    function testFuzz_packSurface_keepsEveryField(Slice memory slice, uint256 ratio, uint256 factor) public view {
        slice.theta = bound(slice.theta, 1e3, 72e18);
        slice.rho = bound(slice.rho, -1e18, 1e18);
        slice.psi = bound(slice.psi, 0, 5.6e18);
        ratio = bound(ratio, 0, 72e18);
        factor = bound(factor, 0, 72e18);
        SurfaceWord word = this.pack(slice, ratio, factor);
        Slice memory back = word.slice();
        assertEq(back.theta, slice.theta - (slice.theta % 1e3));
        assertEq(back.rho, slice.rho - (slice.rho % 2e6));
        assertEq(back.psi, slice.psi - (slice.psi % 2e4));
        assertEq(word.forwardRatio(), ratio - (ratio % 1e3));
        assertEq(word.discount(), factor - (factor % 1e3));
        assertFalse(word.isEmpty());
        assertTrue(SurfaceWord.wrap(0).isEmpty());
    }

    function test_packSurface_refusesWhatDoesNotFit() public {
        vm.expectRevert(abi.encodeWithSelector(SurfaceFieldTooLarge.selector, 1 << 56, (1 << 56) - 1));
        this.pack(Slice((1 << 56) * 1e3, 0, 0), 1e18, 1e18);
        vm.expectRevert(abi.encodeWithSelector(SurfaceFieldTooLarge.selector, 1 << 48, (1 << 48) - 1));
        this.pack(Slice(1e18, 0, (1 << 48) * 2e4), 1e18, 1e18);
        vm.expectRevert(abi.encodeWithSelector(SurfaceFieldTooLarge.selector, 1 << 39, (1 << 39) - 1));
        this.pack(Slice(1e18, (1 << 39) * 2e6, 0), 1e18, 1e18);
        vm.expectRevert(abi.encodeWithSelector(SurfaceFieldTooLarge.selector, 1 << 56, (1 << 56) - 1));
        this.pack(Slice(1e18, 0, 0), (1 << 56) * 1e3, 1e18);
        vm.expectRevert(abi.encodeWithSelector(SurfaceFieldTooLarge.selector, 1 << 56, (1 << 56) - 1));
        this.pack(Slice(1e18, 0, 0), 1e18, (1 << 56) * 1e3);
    }
}
